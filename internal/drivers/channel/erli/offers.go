package erli

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// maxID is the longest product id that Erli takes.
const maxID = 1023

// offer is a product; a variation is a product of its own.
type offer struct {
	ExternalID wire.Text       `json:"externalId"`
	SKU        wire.Text       `json:"sku"`
	EAN        wire.Text       `json:"ean"`
	Name       wire.Text       `json:"name"`
	Slug       wire.Text       `json:"slug"`
	Price      wire.Text       `json:"price"`
	Stock      wire.Text       `json:"stock"`
	Status     wire.Text       `json:"status"`
	Archived   wire.Text       `json:"archived"`
	Problems   []wire.Text     `json:"buyableProblems"`
	Frozen     json.RawMessage `json:"frozen"`
}

// frozenIn says whether the seller edited a field in Erli's panel: the API passes over such a field without a word. The list of
// such fields comes as names or as a map of flags.
func (o offer) frozenIn(field string) bool {
	var names []string
	if json.Unmarshal(o.Frozen, &names) == nil {
		for _, n := range names {
			if n == field {
				return true
			}
		}
		return false
	}
	var flags map[string]wire.Text
	return json.Unmarshal(o.Frozen, &flags) == nil && flags[field].True()
}

func (o offer) read() connector.Offer {
	out := connector.Offer{
		ExternalID: string(o.ExternalID), SKU: wire.First(o.SKU, o.ExternalID), Barcode: string(o.EAN), Title: string(o.Name),
		Active: o.Status == "active" && !o.Archived.True(),
	}
	if o.Slug != "" {
		out.URL = "https://erli.pl/produkt/" + string(o.Slug)
	}
	if q, err := o.Stock.Quantity(); err == nil {
		out.Quantity, out.Counted = max(q, 0), true
	}
	if price, ok := minor(o.Price, info.Currency); ok {
		out.Price = price
	}
	out.Orderable = out.Active && out.Quantity > 0 && len(o.Problems) == 0
	switch {
	case o.Archived.True():
		out.Refuses = "the product is archived on Erli"
	case o.frozenIn("stock"):
		out.Refuses = "the stock was set by hand in Erli's panel, which then ignores what programs send; unlock the field there"
	}
	return out
}

// ListOffers pages by product id.
func (c *channel) ListOffers(ctx context.Context, raw string) (connector.OfferPage, error) {
	var after string
	wire.ReadCursor(raw, &after)
	offers, rows, err := c.offers(ctx, after, nil)
	if err != nil {
		return connector.OfferPage{}, err
	}
	page := connector.OfferPage{}
	last := after
	for _, o := range offers {
		last = string(o.ExternalID)
		page.Offers = append(page.Offers, o.read())
	}
	if rows < pageSize {
		return page, nil
	}
	if last == after {
		return page, connector.Errorf(connector.KindTransient, "the product list does not page on")
	}
	page.More, page.Next = true, wire.WriteCursor(last)
	return page, nil
}

// ReadOffers reads some products.
func (c *channel) ReadOffers(ctx context.Context, ids []string) ([]connector.Offer, error) {
	offers, err := c.some(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []connector.Offer
	for _, o := range offers {
		out = append(out, o.read())
	}
	return out, nil
}

// some reads the products with these ids; what can not be an id is left out.
func (c *channel) some(ctx context.Context, ids []string) ([]offer, error) {
	var wanted []string
	for _, id := range ids {
		if id != "" && len(id) <= maxID {
			wanted = append(wanted, id)
		}
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	offers, _, err := c.offers(ctx, "", &filter{Field: "externalId", Operator: "in", Value: wanted})
	return offers, err
}

func (c *channel) offers(ctx context.Context, after string, only *filter) (offers []offer, rows int, err error) {
	list, _, err := c.list(ctx, wire.Call{Method: http.MethodPost, URL: "/products/_search", Body: search{
		Pagination: paging{SortField: "externalId", Order: "ASC", Limit: pageSize, After: after}, Filter: only,
	}})
	if err != nil {
		return nil, 0, err
	}
	for _, row := range list {
		var o offer
		if e := wire.Decode(row, &o); e != nil || o.ExternalID == "" {
			c.cfg.Log.Warn("product without an id left out", "channel", info.Name)
			continue
		}
		offers = append(offers, o)
	}
	return offers, len(list), nil
}
