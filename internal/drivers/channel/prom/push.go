package prom

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// edit is one element of POST /products/edit. Presence goes together with the quantity: a zero alone may leave the offer
// orderable.
type edit struct {
	ID       int64           `json:"id"`
	Price    json.RawMessage `json:"price,omitempty"`
	Old      json.RawMessage `json:"oldprice,omitempty"`
	Presence string          `json:"presence,omitempty"`
	InStock  bool            `json:"in_stock,omitempty"`
	Quantity *int64          `json:"quantity_in_stock,omitempty"`
}

// PushStock sends presence and quantity. Prom counts whole pieces: a rest is not promised.
func (c *channel) PushStock(ctx context.Context, items []connector.StockUpdate) ([]connector.ItemResult, error) {
	return c.edit(ctx, len(items), func(i int) (string, edit) {
		n := max(items[i].Quantity.Whole(), 0)
		e := edit{Presence: "not_available", Quantity: &n}
		if n > 0 {
			e.Presence, e.InStock = "available", true
		}
		return items[i].OfferID, e
	})
}

// PushPrice sends prices. Without an old price the crossed-out one is left alone: the API names no way to clear it.
func (c *channel) PushPrice(ctx context.Context, items []connector.PriceUpdate) ([]connector.ItemResult, error) {
	return c.edit(ctx, len(items), func(i int) (string, edit) {
		e := edit{Price: json.RawMessage(items[i].Price.Decimal())}
		if items[i].Old.Minor > 0 {
			e.Old = json.RawMessage(items[i].Old.Decimal())
		}
		return items[i].OfferID, e
	})
}

// edit sends one bulk edit. An id that the answer does not name as processed was not changed and gets no result.
func (c *channel) edit(ctx context.Context, n int, item func(int) (string, edit)) ([]connector.ItemResult, error) {
	var batch []edit
	var results []connector.ItemResult
	for i := range n {
		id, e := item(i)
		var err error
		if e.ID, err = number("offers", id); err != nil {
			results = append(results, rejected(id, "", "not a Prom product id"))
			continue
		}
		batch = append(batch, e)
	}
	if len(batch) == 0 {
		return results, nil
	}
	var said struct {
		Processed []wire.Text                `json:"processed_ids"`
		Errors    map[string]json.RawMessage `json:"errors"`
	}
	if err := c.post(ctx, "/products/edit", batch, &said); err != nil {
		return nil, err
	}
	done := map[string]bool{}
	for _, id := range said.Processed {
		done[id.ID()] = true
	}
	for _, e := range batch {
		id := strconv.FormatInt(e.ID, 10)
		if why, bad := said.Errors[id]; bad {
			results = append(results, rejected(id, "", words(why)))
		} else if done[id] {
			results = append(results, connector.ItemResult{OfferID: id, State: connector.ItemAccepted})
		}
	}
	return results, nil
}

func rejected(id, code, why string) connector.ItemResult {
	return connector.ItemResult{
		OfferID: id, State: connector.ItemRejected, Err: &connector.Error{Kind: connector.KindItem, Code: code, Message: why},
	}
}

// words flattens {"field":["message"]} to "field: message".
func words(raw json.RawMessage) string {
	var byField map[string]json.RawMessage
	if json.Unmarshal(raw, &byField) != nil {
		return wire.Clip(strings.Trim(string(raw), `"[]`))
	}
	var parts []string
	for field, why := range byField {
		parts = append(parts, field+": "+strings.Trim(string(why), `"[]`))
	}
	slices.Sort(parts)
	return wire.Clip(strings.Join(parts, "; "))
}

// PushStatus sets a status. The API skips an order it does not want to change without a word, so only processed_ids counts.
func (c *channel) PushStatus(ctx context.Context, s connector.StatusChange) error {
	id, err := number("orders", s.OrderID)
	if err != nil {
		return err
	}
	body := map[string]any{"ids": []int64{id}}
	status, known := info.StatusOf(s.To)
	switch {
	case isCustom(s.To):
		custom, err := number("statuses", strings.TrimPrefix(s.To, customPrefix))
		if err != nil {
			return err
		}
		body["custom_status_id"] = custom
	case !known || status.Outside:
		return connector.Errorf(connector.KindPermanent, "Prom does not take status %q", s.To)
	default:
		body["status"] = s.To
	}
	if s.To == statusCanceled {
		if err := cancellation(body, s); err != nil {
			return err
		}
	}
	var said struct {
		Processed []wire.Text `json:"processed_ids"`
	}
	if err := c.post(ctx, "/orders/set_status", body, &said); err != nil {
		return err
	}
	for _, done := range said.Processed {
		if done.ID() == s.OrderID {
			return nil
		}
	}
	return connector.Errorf(connector.KindPermanent, "Prom did not change order %s to %q", s.OrderID, s.To)
}

func cancellation(body map[string]any, s connector.StatusChange) error {
	reason, _ := info.Reason(s.Reason)
	if reason.NeedsText && strings.TrimSpace(s.Text) == "" {
		return connector.Errorf(connector.KindPermanent, "cancelling with reason %q needs words", reason.Code)
	}
	body["cancellation_reason"] = reason.Code
	if s.Text != "" {
		body["cancellation_text"] = s.Text
	}
	return nil
}

// PushTracking stores a waybill number. Prom knows these carriers only.
func (c *channel) PushTracking(ctx context.Context, orderID, carrier, waybill string) error {
	id, err := number("orders", orderID)
	if err != nil {
		return err
	}
	switch carrier {
	case "nova_poshta", "ukrposhta", "meest", "mist_express", "delivery_auto":
	default:
		return connector.Errorf(connector.KindPermanent, "Prom can not store a waybill of %q", carrier)
	}
	var said struct {
		Status  wire.Text `json:"status"`
		Message wire.Text `json:"message"`
	}
	body := map[string]any{"order_id": id, "declaration_id": waybill, "delivery_type": carrier}
	if err := c.post(ctx, "/delivery/save_declaration_id", body, &said); err != nil {
		return err
	}
	switch strings.ToLower(string(said.Status)) {
	case "ok", "success":
		return nil
	case "":
		return connector.Errorf(connector.KindUnknown, "Prom did not say whether it stored the waybill")
	}
	return connector.Errorf(connector.KindPermanent, "%s", wire.Clip(wire.First(said.Message, said.Status)))
}
