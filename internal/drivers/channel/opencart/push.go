package opencart

import (
	"context"
	"slices"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/money"
)

// change is one item of stock or price.
type change struct {
	OfferID  string `json:"offer_id"`
	Quantity *int64 `json:"quantity,omitempty"`
	Price    string `json:"price,omitempty"`
	Old      string `json:"old,omitempty"`
}

// PushStock sets quantities. OpenCart counts whole pieces: a part of one is not there for a buyer.
func (c *channel) PushStock(ctx context.Context, items []connector.StockUpdate) ([]connector.ItemResult, error) {
	changes := make([]change, 0, len(items))
	for _, it := range items {
		n := max(it.Quantity, 0).Whole()
		changes = append(changes, change{OfferID: it.OfferID, Quantity: &n})
	}
	return c.push(ctx, "stock", "", changes)
}

// PushPrice sets prices, one call for each currency: the shop refuses all but its own, item by item.
func (c *channel) PushPrice(ctx context.Context, items []connector.PriceUpdate) ([]connector.ItemResult, error) {
	var order []money.Currency
	groups := map[money.Currency][]change{}
	for _, it := range items {
		cur := it.Price.Currency
		if groups[cur] == nil {
			order = append(order, cur)
		}
		n := change{OfferID: it.OfferID, Price: it.Price.Decimal()}
		if it.Old.Minor > 0 {
			n.Old = it.Old.Decimal()
		}
		groups[cur] = append(groups[cur], n)
	}
	var results []connector.ItemResult
	for _, cur := range order {
		done, err := c.push(ctx, "price", cur, groups[cur])
		if err != nil {
			return nil, err
		}
		results = append(results, done...)
	}
	return results, nil
}

func (c *channel) push(ctx context.Context, call string, cur money.Currency, changes []change) ([]connector.ItemResult, error) {
	var results []connector.ItemResult
	known := make([]change, 0, len(changes))
	for _, n := range changes {
		if n.OfferID == "" {
			results = append(results, rejected("", "", "no product"))
			continue
		}
		known = append(known, n)
	}
	for part := range slices.Chunk(known, maxItems) {
		body := map[string]any{"items": part}
		if cur != "" {
			body["currency"] = cur
		}
		var said struct {
			Items wire.Rows `json:"items"`
		}
		if err := c.call(ctx, call, body, true, &said); err != nil {
			return nil, err
		}
		if said.Items == nil {
			return nil, connector.Errorf(connector.KindUnknown, "the shop did not say what it did with the products")
		}
		results = append(results, outcomes(part, said.Items)...)
	}
	return results, nil
}

// outcomes matches answers by offer; what is not answered counts as not changed.
func outcomes(sent []change, rows wire.Rows) (results []connector.ItemResult) {
	waiting := map[string]bool{}
	for _, n := range sent {
		waiting[n.OfferID] = true
	}
	for _, row := range rows {
		var r struct {
			OfferID wire.Text `json:"offer_id"`
			OK      wire.Text `json:"ok"`
			Code    wire.Text `json:"code"`
			Message wire.Text `json:"message"`
		}
		id := ""
		if e := wire.Decode(row, &r); e == nil {
			id = string(r.OfferID)
		}
		if !waiting[id] {
			continue
		}
		delete(waiting, id)
		if !r.OK.True() {
			results = append(results, rejected(id, string(r.Code), wire.First(refusals[r.Code], wire.Clip(string(r.Message)), "refused without a reason")))
			continue
		}
		results = append(results, connector.ItemResult{OfferID: id, State: connector.ItemAccepted})
	}
	return results
}

func rejected(id, code, why string) connector.ItemResult {
	return connector.ItemResult{
		OfferID: id, State: connector.ItemRejected, Err: &connector.Error{Kind: connector.KindItem, Code: code, Message: why},
	}
}
