package example

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/lad-hub/lad/connector"
)

// ListOffers reads one page of what is on sale.
func (c *channel) ListOffers(ctx context.Context, cursor string) (connector.OfferPage, error) {
	rows, next, more, err := c.after(ctx, "/offers", cursor)
	return connector.OfferPage{Offers: offers(rows), Next: next, More: more}, err
}

// ReadOffers reads offers by id: so Lad sees whether what it pushed shows.
func (c *channel) ReadOffers(ctx context.Context, ids []string) ([]connector.Offer, error) {
	rows, err := c.byID(ctx, "/offers", ids)
	return offers(rows), err
}

func offers(rows []connector.RawOrder) (out []connector.Offer) {
	for _, row := range rows {
		var o struct {
			ID, SKU, Title string
			Price, Stock   int64
		}
		if json.Unmarshal(row.Body, &o) == nil && o.ID != "" { // an offer that can not be read is as good as not on sale
			out = append(out, connector.Offer{ExternalID: o.ID, SKU: o.SKU, Title: o.Title, Price: hryvnias(o.Price),
				Quantity: pieces(o.Stock), Orderable: o.Stock > 0, Counted: true, Active: true})
		}
	}
	return out
}

// PushStock sends whole pieces. Values are absolute: a repeat is harmless.
func (c *channel) PushStock(ctx context.Context, items []connector.StockUpdate) ([]connector.ItemResult, error) {
	var rows []map[string]any
	for _, it := range items {
		rows = append(rows, map[string]any{"id": it.OfferID, "stock": max(it.Quantity.Whole(), 0)})
	}
	return c.push(ctx, rows)
}

// PushPrice sends prices; "was" is the crossed-out one, 0 takes it away.
func (c *channel) PushPrice(ctx context.Context, items []connector.PriceUpdate) ([]connector.ItemResult, error) {
	var rows []map[string]any
	for _, it := range items {
		rows = append(rows, map[string]any{"id": it.OfferID, "price": it.Price.Minor, "was": it.Old.Minor})
	}
	return c.push(ctx, rows)
}

// push answers item by item: one that Kiosk refuses must not hide what became of the others.
func (c *channel) push(ctx context.Context, rows []map[string]any) (results []connector.ItemResult, err error) {
	var said struct{ Result map[string]string }
	err = c.call(ctx, http.MethodPut, "/offers", map[string]any{"rows": rows}, &said)
	if err == nil && said.Result == nil { // it may have been taken: Lad reads back and sends again
		err = connector.Errorf(connector.KindUnknown, "Kiosk did not say what it changed")
	}
	for id, words := range said.Result {
		r := connector.ItemResult{OfferID: id, State: connector.ItemAccepted}
		if words != "ok" {
			r.State, r.Err = connector.ItemRejected, connector.Errorf(connector.KindItem, "Kiosk: %.200s", words)
		}
		results = append(results, r)
	}
	return results, err
}
