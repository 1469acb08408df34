package erli

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// layout of every time; all are UTC.
const layout = "2006-01-02T15:04:05.000Z"

func stamp(c *sim.Call, t time.Time) string { return c.Stamp(t).UTC().Format(layout) }

// orderView is an order object as the API writes it.
type orderView struct {
	ID        string        `json:"id"`
	Ours      string        `json:"externalOrderId,omitempty"`
	Status    string        `json:"status"`
	Seller    string        `json:"sellerStatus"`
	User      userView      `json:"user"`
	Items     []any         `json:"items"`
	Delivery  deliveryView  `json:"delivery"`
	Comment   string        `json:"comment,omitempty"`
	Total     int64         `json:"totalPrice"`
	Currency  string        `json:"currency"`
	Payment   *paymentView  `json:"payment,omitempty"`
	Tracking  *trackingView `json:"deliveryTracking,omitempty"`
	Returns   []any         `json:"returns"`
	Created   string        `json:"created"`
	Updated   string        `json:"updated"`
	Purchased string        `json:"purchasedAt,omitempty"`
	Cursor    string        `json:"cursor,omitempty"`
}

type userView struct {
	Email   string      `json:"email"`
	Address addressView `json:"deliveryAddress"`
}

type addressView struct {
	FirstName string `json:"firstName"`
	LastName  string `json:"lastName"`
	Address   string `json:"address"`
	Zip       string `json:"zip"`
	City      string `json:"city"`
	Country   string `json:"country"`
	Phone     string `json:"phone"`
}

type deliveryView struct {
	Name   string      `json:"name"`
	Type   string      `json:"typeId"`
	Price  int64       `json:"price"`
	COD    bool        `json:"cod"`
	Pickup *pickupView `json:"pickupPlace,omitempty"`
}

type pickupView struct {
	ID       string `json:"externalId"`
	Provider string `json:"provider"`
	Address  string `json:"address,omitempty"`
	City     string `json:"city,omitempty"`
}

type paymentView struct {
	ID     int64  `json:"id"`
	Status string `json:"status"`
}

type trackingView struct {
	Status string `json:"status"`
	Vendor string `json:"vendor"`
	Number string `json:"trackingNumber"`
}

type lineView struct {
	ID         int64  `json:"id"`
	ExternalID string `json:"externalId"`
	Quantity   int64  `json:"quantity"`
	Price      int64  `json:"unitPrice"`
	Name       string `json:"name"`
	EAN        string `json:"ean,omitempty"`
	SKU        string `json:"sku,omitempty"`
	Slug       string `json:"slug"`
	Tax        string `json:"taxRate"`
}

// view is an order as JSON; call it under the lock. Only lists give it a cursor.
func (s *Shop) view(c *sim.Call, r *orderRow, cursor string) any {
	o := &r.Value
	if o.raw != nil {
		if cursor == "" {
			return o.raw
		}
		raw := maps.Clone(o.raw)
		raw["cursor"] = cursor
		return raw
	}
	first, last := sim.SplitName(o.buyer.Name)
	v := orderView{
		ID: orderID(r), Ours: o.ours, Status: o.status, Seller: o.seller, Comment: o.comment, Total: o.goodsMinor() + deliveryMinor, Currency: "PLN",
		User: userView{o.buyer.Email, addressView{
			FirstName: first, LastName: last, Address: o.buyer.Address, Zip: "00-001", City: o.buyer.City, Country: "pl",
			Phone: strings.TrimPrefix(o.buyer.Phone, "+48"),
		}},
		Items: o.items(r.ID), Delivery: deliveryView{Name: "Paczkomat", Type: "paczkomat", Price: deliveryMinor, COD: o.cod},
		Returns: []any{}, Created: stamp(c, r.Created), Updated: stamp(c, r.Changed), Cursor: cursor,
	}
	if o.buyer.Warehouse != "" {
		v.Delivery.Pickup = &pickupView{ID: o.buyer.Warehouse, Provider: "inpost", Address: o.buyer.Address, City: o.buyer.City}
	}
	if o.payment != "" {
		v.Payment = &paymentView{r.ID, o.payment}
	}
	if o.tracking != "" {
		v.Tracking = &trackingView{"sent", o.vendor, o.tracking}
	}
	if !o.purchased.IsZero() {
		v.Purchased = stamp(c, o.purchased)
	}
	return sim.Merge(v, o.over)
}

func (o *order) items(id int64) []any {
	out := make([]any, 0, len(o.lines))
	for i, l := range o.lines {
		out = append(out, sim.Merge(lineView{
			ID: firstLine + id*100 + int64(i), ExternalID: l.externalID, Quantity: l.quantity, Price: l.priceMinor, Name: l.name, EAN: l.barcode,
			SKU: l.sku, Slug: fmt.Sprintf("produkt,%d", id), Tax: "TAX_23",
		}, l.over))
	}
	return out
}

// productView is a product object as the API writes it.
type productView struct {
	ExternalID  string          `json:"externalId"`
	Marketplace int64           `json:"marketplaceId"`
	Name        string          `json:"name"`
	EAN         string          `json:"ean,omitempty"`
	SKU         string          `json:"sku,omitempty"`
	Price       int64           `json:"price"`
	Stock       int64           `json:"stock"`
	Status      string          `json:"status"`
	Archived    bool            `json:"archived"`
	Slug        string          `json:"slug"`
	Problems    []string        `json:"buyableProblems"`
	Group       *groupView      `json:"externalVariantGroup,omitempty"`
	Frozen      map[string]bool `json:"frozen"`
	Created     string          `json:"created"`
}

type groupView struct {
	ID         string `json:"id"`
	Attributes []any  `json:"attributes"`
}

// product is an offer as JSON; call it under the lock.
func product(c *sim.Call, r *offerRow) productView {
	o := &r.Value
	v := productView{
		ExternalID: o.externalID, Marketplace: r.ID, Name: o.name, EAN: o.barcode, SKU: o.sku, Price: o.priceMinor, Stock: o.stock, Status: "inactive",
		Archived: o.archived, Slug: fmt.Sprintf("produkt,%d", r.ID), Problems: o.problems(), Frozen: map[string]bool{}, Created: stamp(c, r.Created),
	}
	if o.active {
		v.Status = "active"
	}
	if o.group != "" {
		v.Group = &groupView{o.group, []any{"thumbnail"}}
	}
	maps.Copy(v.Frozen, o.frozen)
	return v
}
