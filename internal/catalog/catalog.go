// Package catalog owns what the shop sells: products, their SKUs (variants), kits, barcodes, the search over them, and the
// import and export of tables. It knows nothing of quantities; stock counts what the catalogue names.
package catalog

import (
	"time"

	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// Kind says what a SKU is. It never changes: what was counted as goods can not become a service.
type Kind string

// The kinds.
const (
	KindGoods   Kind = "goods"   // has stock
	KindKit     Kind = "kit"     // is made of goods when it is sold, has no stock of its own
	KindService Kind = "service" // has no stock: gift wrapping, delivery
)

// Product is what variants have in common.
type Product struct {
	ID int64
	// Name of the group. It is empty for a product of one SKU without variants, which goes by the SKU's name.
	Name      string
	Brand     string
	Category  string
	SKUs      []SKU
	CreatedAt time.Time
	UpdatedAt time.Time
}

// SKU is one thing that is sold, by a code unique among the tenant's live SKUs.
type SKU struct {
	ID        int64
	ProductID int64
	Code      string
	Name      string
	// Variant tells it apart from its product's other SKUs: "XL, red".
	Variant string
	Kind    Kind
	Price   money.Money
	// Cost is what the shop paid, in the currency of Price.
	Cost        money.Money
	WeightGrams int64
	// Backorder lets it be sold without stock: made or ordered on demand.
	Backorder bool
	// Version grows with every change of the SKU, its barcodes and its parts.
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
	// DeletedAt is zero for a live SKU.
	DeletedAt time.Time
	// Barcodes are sorted. They are read by the card, the list and the export, not by ByIDs, ByCodes and ByBarcodes.
	Barcodes []string
}

// Part is one component of a kit: so much of a SKU of goods per kit.
type Part struct {
	SKUID int64   `json:"sku_id"`
	Qty   qty.Qty `json:"qty"`
}

// PartSKU is a part with the SKU it is, for reading.
type PartSKU struct {
	Part
	Code string
	Name string
}

// Card is all that the page of a SKU shows.
type Card struct {
	SKU
	Product Product
	// Parts of a kit, in order of their codes.
	Parts []PartSKU
	// Kits that contain this SKU, in order of their codes.
	Kits []SKU
}
