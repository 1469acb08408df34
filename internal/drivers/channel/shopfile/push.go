package shopfile

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// update is one element of ProductsQuantityUpdate or ProductsPriceUpdate.
type update struct {
	Product   string          `json:"product_id"`
	Variant   string          `json:"variant_id"`
	Operation string          `json:"operation,omitempty"`
	Quantity  *int64          `json:"quantity,omitempty"`
	Price     json.RawMessage `json:"price,omitempty"`
}

// wish is an update and how to see in a read-back that it was done.
type wish struct {
	offer string
	update
	shows func(connector.Offer) bool
}

// PushStock sets quantities in whole pieces: a rest is not promised. They are absolute: a shop that takes a sold piece off by
// itself is not made to take it off twice.
func (c *channel) PushStock(ctx context.Context, items []connector.StockUpdate) ([]connector.ItemResult, error) {
	var wishes []wish
	var results []connector.ItemResult
	for _, it := range items {
		product, variant, ok := splitID(it.OfferID)
		if !ok {
			results = append(results, rejected(it.OfferID, "", "not a product of this shop"))
			continue
		}
		n := max(it.Quantity.Whole(), 0)
		wishes = append(wishes, wish{it.OfferID, update{Product: product, Variant: variant, Operation: "set", Quantity: &n},
			func(o connector.Offer) bool { return o.Counted && o.Quantity.Whole() == n }})
	}
	return c.push(ctx, actQuantity, wishes, results)
}

// PushPrice sends gross prices. The protocol has no crossed-out price.
func (c *channel) PushPrice(ctx context.Context, items []connector.PriceUpdate) ([]connector.ItemResult, error) {
	var wishes []wish
	var results []connector.ItemResult
	for _, it := range items {
		product, variant, ok := splitID(it.OfferID)
		switch {
		case !ok:
			results = append(results, rejected(it.OfferID, "", "not a product of this shop"))
		case !c.priced(it.Price):
			results = append(results, rejected(it.OfferID, "", "this shop takes prices in "+string(c.currency)+" only, above zero"))
		default:
			wishes = append(wishes, wish{it.OfferID, update{Product: product, Variant: variant, Price: json.RawMessage(it.Price.Decimal())},
				func(o connector.Offer) bool { return o.Price == it.Price }})
		}
	}
	return c.push(ctx, actPrice, wishes, results)
}

// push sends one batch, or rejects it in words when the file does not take such things.
func (c *channel) push(ctx context.Context, action string, wishes []wish, results []connector.ItemResult) ([]connector.ItemResult, error) {
	if len(wishes) == 0 {
		return results, nil
	}
	e := c.need(ctx, action)
	if e == nil {
		var done []connector.ItemResult
		if done, e = c.update(ctx, action, wishes); e == nil {
			return append(results, done...), nil
		}
	}
	if !unsupported(e) {
		return nil, e
	}
	for _, w := range wishes {
		results = append(results, rejected(w.offer, codeUnsupported, e.Message))
	}
	return results, nil
}

// update sends a batch. A file may refuse all of it for one broken element, so a refused batch is halved until that one stands
// alone.
func (c *channel) update(ctx context.Context, action string, wishes []wish) ([]connector.ItemResult, *connector.Error) {
	batch := make([]update, len(wishes))
	for i, w := range wishes {
		batch[i] = w.update
	}
	products, err := json.Marshal(batch)
	if err != nil {
		return nil, &connector.Error{Kind: connector.KindPermanent, Message: "the batch can not be written as JSON", Cause: err}
	}
	n, e := c.count(ctx, action, url.Values{"products": {string(products)}})
	switch {
	case e == nil && n >= len(wishes):
		out := make([]connector.ItemResult, len(wishes))
		for i, w := range wishes {
			out[i] = connector.ItemResult{OfferID: w.offer, State: connector.ItemAccepted}
		}
		return out, nil
	case e == nil:
		return c.compare(ctx, wishes)
	case e.Kind != connector.KindPermanent || unsupported(e):
		return nil, e
	case len(wishes) == 1:
		return []connector.ItemResult{rejected(wishes[0].offer, e.Code, e.Message)}, nil
	}
	half := len(wishes) / 2
	first, e := c.update(ctx, action, wishes[:half])
	if e != nil {
		return nil, e
	}
	second, e := c.update(ctx, action, wishes[half:])
	return append(first, second...), e
}

// count runs an action that answers with how many things it changed.
func (c *channel) count(ctx context.Context, action string, fields url.Values) (int, *connector.Error) {
	raw, a, e := c.act(ctx, action, fields, true)
	if e != nil {
		return 0, e
	}
	var done struct {
		Counter wire.Text `json:"counter"`
	}
	if e := wire.Decode(raw, &done); e != nil {
		return 0, a.unclear("the shop's file did not say what it changed")
	}
	n, err := strconv.Atoi(string(done.Counter))
	if err != nil || n < 0 {
		return 0, a.unclear("the shop's file did not say what it changed")
	}
	return n, nil
}

// compare looks which wishes came true when the file changed fewer things than it was asked for and did not say which. One that
// does not show counts as not changed and gets no result.
func (c *channel) compare(ctx context.Context, wishes []wish) ([]connector.ItemResult, *connector.Error) {
	ids := make([]string, len(wishes))
	for i, w := range wishes {
		ids[i] = w.offer
	}
	offers, err := c.ReadOffers(ctx, ids)
	if err != nil {
		c.cfg.Log.Warn("products can not be read after a part of a batch was refused", "channel", info.Name, "kind", connector.KindOf(err))
		return nil, nil
	}
	shown := map[string]connector.Offer{}
	for _, o := range offers {
		shown[o.ExternalID] = o
	}
	var out []connector.ItemResult
	for _, w := range wishes {
		o, there := shown[w.offer]
		switch {
		case !there:
			out = append(out, rejected(w.offer, "", "the shop has no such product"))
		case w.shows(o):
			out = append(out, connector.ItemResult{OfferID: w.offer, State: connector.ItemAccepted})
		}
	}
	return out, nil
}

func rejected(id, code, why string) connector.ItemResult {
	return connector.ItemResult{
		OfferID: id, State: connector.ItemRejected, Err: &connector.Error{Kind: connector.KindItem, Code: code, Message: why},
	}
}
