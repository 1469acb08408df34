package erli

import (
	"context"
	"net/http"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// update is one element of PATCH /products/batch-update. Prices are whole grosze.
type update struct {
	ID    string `json:"externalId"`
	Price *int64 `json:"price,omitempty"`
	Stock *int64 `json:"stock,omitempty"`
}

// PushStock sends quantities in whole pieces: a rest is not promised.
func (c *channel) PushStock(ctx context.Context, items []connector.StockUpdate) ([]connector.ItemResult, error) {
	var batch []update
	var results []connector.ItemResult
	for _, it := range items {
		if it.OfferID == "" || len(it.OfferID) > maxID {
			results = append(results, rejected(it.OfferID, "", "not a product id of Erli"))
			continue
		}
		n := max(it.Quantity.Whole(), 0)
		batch = append(batch, update{ID: it.OfferID, Stock: &n})
	}
	done, err := c.update(ctx, batch)
	if err != nil {
		return nil, err
	}
	return append(results, done...), nil
}

// PushPrice sends prices and looks at the products afterwards: Erli says yes to a price that the seller has locked in the panel,
// and keeps its own. A crossed-out price is not sent: it is a matter of Erli's own price history.
func (c *channel) PushPrice(ctx context.Context, items []connector.PriceUpdate) ([]connector.ItemResult, error) {
	var batch []update
	var results []connector.ItemResult
	for _, it := range items {
		switch {
		case it.OfferID == "" || len(it.OfferID) > maxID:
			results = append(results, rejected(it.OfferID, "", "not a product id of Erli"))
		case it.Price.Currency != info.Currency || it.Price.Minor <= 0:
			results = append(results, rejected(it.OfferID, "", "Erli takes prices in złoty only, above zero"))
		default:
			n := it.Price.Minor
			batch = append(batch, update{ID: it.OfferID, Price: &n})
		}
	}
	done, err := c.update(ctx, batch)
	if err != nil {
		return nil, err
	}
	return append(results, c.unlocked(ctx, done)...), nil
}

// unlocked rejects what was accepted for products whose price is locked.
func (c *channel) unlocked(ctx context.Context, done []connector.ItemResult) []connector.ItemResult {
	var ids []string
	for _, r := range done {
		if r.State == connector.ItemAccepted {
			ids = append(ids, r.OfferID)
		}
	}
	offers, err := c.some(ctx, ids)
	if err != nil {
		c.cfg.Log.Warn("products can not be read after a price was sent", "channel", info.Name, "kind", connector.KindOf(err))
	}
	locked := map[string]bool{}
	for _, o := range offers {
		locked[string(o.ExternalID)] = o.frozenIn("price")
	}
	for i, r := range done {
		if locked[r.OfferID] {
			done[i] = rejected(r.OfferID, "frozen", "the price was set by hand in Erli's panel, which then ignores what programs send; unlock the field there")
		}
	}
	return done
}

// update sends one batch. Erli refuses a batch as a whole for one value that can not be, so such a batch is halved until the
// bad one stands alone.
func (c *channel) update(ctx context.Context, batch []update) ([]connector.ItemResult, error) {
	if len(batch) == 0 {
		return nil, nil
	}
	a, e := c.send(ctx, wire.Call{Method: http.MethodPatch, URL: "/products/batch-update", Body: batch, Write: true})
	if e != nil && e.Kind == connector.KindPermanent && !notFound(e) {
		if len(batch) == 1 {
			return []connector.ItemResult{rejected(batch[0].ID, e.Code, e.Message)}, nil
		}
		half := len(batch) / 2
		first, err := c.update(ctx, batch[:half])
		if err != nil {
			return nil, err
		}
		second, err := c.update(ctx, batch[half:])
		if err != nil {
			return nil, err
		}
		return append(first, second...), nil
	}
	if e != nil {
		return nil, e
	}
	return results(a, batch)
}

// said is Erli's word on one product of a batch.
type said struct {
	ID     wire.Text `json:"externalId"`
	Status wire.Text `json:"status"`
	Error  struct {
		Message wire.Text `json:"message"`
		Polish  wire.Text `json:"polishMessage"`
	} `json:"error"`
}

// results reads the answer to a batch. A product that it does not name, or names with a failure of Erli's own, was not changed
// for all we know and gets no result.
func results(a wire.Answer, batch []update) ([]connector.ItemResult, error) {
	var rows wire.Rows
	if e := a.Decode(&rows); e != nil {
		return nil, e
	}
	if rows == nil {
		return nil, a.Unclear("Erli did not say what it did with the products")
	}
	asked := map[string]bool{}
	for _, u := range batch {
		asked[u.ID] = true
	}
	var out []connector.ItemResult
	for _, row := range rows {
		var s said
		if e := wire.Decode(row, &s); e != nil || !asked[string(s.ID)] {
			continue
		}
		delete(asked, string(s.ID))
		switch status := s.Status.Number(); {
		case status == http.StatusOK || status == http.StatusAccepted:
			out = append(out, connector.ItemResult{OfferID: string(s.ID), State: connector.ItemAccepted})
		case status >= 400 && status < 500 && status != http.StatusTooManyRequests:
			words := wire.First(s.Error.Message, s.Error.Polish, "Erli refused the product without a reason")
			out = append(out, rejected(string(s.ID), string(s.Status), wire.Clip(words)))
		}
	}
	return out, nil
}

func rejected(id, code, why string) connector.ItemResult {
	return connector.ItemResult{
		OfferID: id, State: connector.ItemRejected, Err: &connector.Error{Kind: connector.KindItem, Code: code, Message: why},
	}
}

// PushStatus sets the seller's status; the marketplace's own is not ours to change. Only an answer without a body says yes.
func (c *channel) PushStatus(ctx context.Context, s connector.StatusChange) error {
	path, e := orderPath(s.OrderID)
	if e != nil {
		return e
	}
	status, known := info.StatusOf(s.To)
	switch {
	case !known || status.Outside:
		return connector.Errorf(connector.KindPermanent, "Erli does not take status %q", s.To)
	case s.From == statusPending && s.To != sellerCanceled:
		return connector.Errorf(connector.KindPermanent, "order %s is not paid yet: Erli lets it be sent only when it is", s.OrderID)
	}
	a, e := c.send(ctx, wire.Call{Method: http.MethodPatch, URL: path + "/status", Body: map[string]string{"status": s.To}, Write: true})
	if e != nil {
		return e
	}
	if a.Status != http.StatusNoContent && a.Status != http.StatusAccepted {
		return a.Unclear("Erli did not say whether it changed order %s", s.OrderID)
	}
	return nil
}
