package feeds

import (
	"context"
	"time"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// Item is one thing of the catalogue that can be offered: goods or a kit.
type Item struct {
	ID        int64
	ProductID int64
	Code      string
	Name      string
	Variant   string
	Group     string // name of the group of variants; empty when there is none
	Brand     string
	Category  string
	Price     money.Money
	Cost      money.Money
	Backorder bool
	Barcodes  []string
}

// Catalog is the catalogue as feeds see it.
type Catalog interface {
	// Walk reads the items among the next limit SKUs behind an id, in order of ids. last is the id to go on from; 0 at the end.
	Walk(ctx context.Context, tx *db.Tx, after int64, limit int) (list []Item, last int64, err error)
	// Categories lists the names of categories, without the empty one.
	Categories(ctx context.Context, tx *db.Tx) ([]string, error)
}

// Stock tells what can be sold: the same that channels are told.
type Stock interface {
	Available(ctx context.Context, tx *db.Tx, skuIDs []int64) (map[int64]qty.Qty, error)
}

// Pages finds the addresses of SKUs' pages on the site of a connection.
type Pages interface {
	// Sites lists the connections that may know pages.
	Sites(ctx context.Context, tx *db.Tx) ([]Site, error)
	Pages(ctx context.Context, tx *db.Tx, connectionID int64, skuIDs []int64) (map[int64]string, error)
}

// Site is a connection to choose pages from.
type Site struct {
	ID   int64
	Name string
}

// Rules apply the rules of price and stock as they are applied to channels.
type Rules interface {
	// Price is the price in minor units; false when the rule gives none.
	Price(r PriceRule, price, cost money.Money) (minor int64, ok bool)
	// Shown is the whole pieces to show when available can be sold.
	Shown(p StockPolicy, available qty.Qty) int64
	// CheckPrice and CheckStock note the faults of a rule.
	CheckPrice(r PriceRule, c *errs.Check)
	CheckStock(p StockPolicy, c *errs.Check)
}

// Tenants tells a shop's settings.
type Tenants interface {
	// Zone is where the shop's clocks hang.
	Zone(ctx context.Context, tx *db.Tx) (*time.Location, error)
}

// Needs are the other parts of the program.
type Needs struct {
	Catalog Catalog
	Stock   Stock
	Pages   Pages
	Rules   Rules
	Tenants Tenants
}
