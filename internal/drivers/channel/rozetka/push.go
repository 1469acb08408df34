package rozetka

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// update is one element of PUT /items/mass-update, by site id. Prices are whole hryvnias; -1 clears an old price.
type update struct {
	ID       int64  `json:"item_rz_id"`
	Quantity *int64 `json:"stock_quantity,omitempty"`
	Price    *int64 `json:"price,omitempty"`
	Old      *int64 `json:"price_old,omitempty"`
}

// massAnswer keeps the per-item errors of a bulk write; the items it does not name were applied.
type massAnswer struct{ errors map[string]json.RawMessage }

func (m *massAnswer) itemErrors(e map[string]json.RawMessage) { m.errors = e }

// PushStock sends quantities in whole pieces: a rest is not promised.
func (c *channel) PushStock(ctx context.Context, items []connector.StockUpdate) ([]connector.ItemResult, error) {
	var batch []update
	var results []connector.ItemResult
	for _, it := range items {
		id := wire.Text(it.OfferID).Number()
		if id == 0 {
			results = append(results, rejected(it.OfferID, "", "not a Rozetka item id"))
			continue
		}
		n := max(it.Quantity.Whole(), 0)
		batch = append(batch, update{ID: id, Quantity: &n})
	}
	return c.massUpdate(ctx, batch, results)
}

// PushPrice sends prices and looks into the quarantine afterwards: a price more than half as high again, or less than half,
// is parked there until a manager accepts it.
func (c *channel) PushPrice(ctx context.Context, items []connector.PriceUpdate) ([]connector.ItemResult, error) {
	var batch []update
	var results []connector.ItemResult
	for _, it := range items {
		id := wire.Text(it.OfferID).Number()
		price, whole := hryvnias(it.Price)
		old, oldWhole := hryvnias(it.Old)
		switch {
		case id == 0:
			results = append(results, rejected(it.OfferID, "", "not a Rozetka item id"))
			continue
		case !whole || !oldWhole || price <= 0:
			results = append(results, rejected(it.OfferID, "", "Rozetka takes prices in whole hryvnias only"))
			continue
		case old == 0:
			old = -1
		}
		batch = append(batch, update{ID: id, Price: &price, Old: &old})
	}
	results, err := c.massUpdate(ctx, batch, results)
	if err != nil || len(batch) == 0 {
		return results, err
	}
	parked, err := c.quarantine(ctx)
	if err != nil {
		c.cfg.Log.Warn("quarantine can not be read", "channel", info.Name, "kind", connector.KindOf(err))
	}
	for i, r := range results {
		if r.State == connector.ItemAccepted && parked[r.OfferID] {
			results[i].State, results[i].Err = connector.ItemParked, connector.Errorf(connector.KindItem, "%s", parkedWords)
		}
	}
	return results, nil
}

// hryvnias is an amount without kopiykas; the zero Money is 0.
func hryvnias(m connector.Money) (n int64, whole bool) {
	if m.Minor == 0 {
		return 0, true
	}
	return m.Minor / 100, m.Minor%100 == 0 && m.Currency == info.Currency
}

func (c *channel) massUpdate(ctx context.Context, batch []update, results []connector.ItemResult) ([]connector.ItemResult, error) {
	if len(batch) == 0 {
		return results, nil
	}
	var said massAnswer
	if err := c.put(ctx, "/items/mass-update", map[string]any{"isIgnoreCheck": 0, "items": batch}, &said); err != nil {
		return nil, err
	}
	for _, u := range batch {
		id := strconv.FormatInt(u.ID, 10)
		if why, bad := said.errors[id]; bad {
			code, words := reasons(why)
			results = append(results, rejected(id, code, words))
			continue
		}
		results = append(results, connector.ItemResult{OfferID: id, State: connector.ItemAccepted})
	}
	return results, nil
}

// reasons reads {"reason":[{"id":1,"value":["…"]}]}.
func reasons(raw json.RawMessage) (code, words string) {
	var said struct {
		Reason []struct {
			ID    wire.Text   `json:"id"`
			Value []wire.Text `json:"value"`
		} `json:"reason"`
	}
	_ = json.Unmarshal(raw, &said) // what does not fit is shown as it came
	var parts []string
	for _, r := range said.Reason {
		code = wire.First(code, string(r.ID))
		for _, v := range r.Value {
			parts = append(parts, string(v))
		}
	}
	return code, wire.Clip(wire.First(strings.Join(parts, "; "), string(raw)))
}

func rejected(id, code, why string) connector.ItemResult {
	return connector.ItemResult{
		OfferID: id, State: connector.ItemRejected, Err: &connector.Error{Kind: connector.KindItem, Code: code, Message: why},
	}
}

// PushStatus makes one step. A cancellation's reason is its status: the reason wins over a generic cancel status.
func (c *channel) PushStatus(ctx context.Context, s connector.StatusChange) error {
	to := s.To
	if to == info.Targets[connector.StageCancelled] && s.Reason != "" {
		if r, ok := info.Reason(s.Reason); ok {
			to = r.Code
		}
	}
	status, known := info.StatusOf(to)
	if wire.Text(s.OrderID).Number() == 0 {
		return wire.NotID("orders", s.OrderID)
	}
	if !known || status.Outside {
		return connector.Errorf(connector.KindPermanent, "Rozetka sets status %q itself", to)
	}
	body := map[string]any{"status": wire.Text(to).Number()}
	if status.NeedsTracking {
		if s.Tracking == "" {
			return connector.Errorf(connector.KindPermanent, "status %s needs a waybill number", to)
		}
		body["ttn"] = s.Tracking
	}
	if to == statusDuplicate {
		twin := wire.Text(s.TwinID).Number()
		if twin == 0 {
			return connector.Errorf(connector.KindPermanent, "a duplicate needs the number of the other order")
		}
		body["duplicate_order_id"] = twin
	}
	if s.Text != "" {
		body["seller_comment"] = s.Text
	}
	var said struct {
		Content struct {
			Status wire.Text `json:"status"`
		} `json:"content"`
	}
	if err := c.put(ctx, "/orders/"+s.OrderID, body, &said); err != nil {
		return err
	}
	if now := said.Content.Status.ID(); now != "" && now == s.From && now != to {
		return connector.Errorf(connector.KindPermanent, "Rozetka took the request but left the order in status %s", now)
	}
	return nil
}
