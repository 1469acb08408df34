package allegro

import (
	"context"
	"net/http"
	"slices"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/money"
)

// tally collects what became of the items of one push.
type tally struct {
	results []connector.ItemResult
	lost    *connector.Error // the first failure that says nothing of an item
	stopped bool             // going on is no use
}

func (t *tally) accept(id string) {
	t.results = append(t.results, connector.ItemResult{OfferID: id, State: connector.ItemAccepted})
}

func (t *tally) reject(id, words string) {
	e := connector.Errorf(connector.KindItem, "%s", words)
	t.results = append(t.results, connector.ItemResult{OfferID: id, State: connector.ItemRejected, Err: e})
}

// miss records a failure after which items have no result, so that Lad sends them again. It does not hide the others, unless
// Allegro wants to be left alone or does not let us in.
func (t *tally) miss(e *connector.Error) {
	if t.lost == nil {
		t.lost = e
	}
	switch e.Kind {
	case connector.KindLimited, connector.KindAuth, connector.KindDenied, connector.KindSettings:
		t.lost, t.stopped = e, true
	}
}

// outcome is what PushStock and PushPrice answer: an error when nothing is known of anything, or when it stopped the push.
func (t *tally) outcome() ([]connector.ItemResult, error) {
	if t.lost != nil && (t.stopped || len(t.results) == 0) {
		return nil, t.lost
	}
	return t.results, nil
}

// ours finds the offers of a push on the account and rejects the rest.
func (c *channel) ours(ctx context.Context, ids []string, t *tally) (map[string]offer, *connector.Error) {
	found, e := c.own(ctx, ids, true)
	if e != nil {
		return nil, e
	}
	for _, id := range ids {
		if _, there := found[id]; !there {
			t.reject(id, "this account has no such offer on Allegro")
		}
		delete(c.failed, id)
	}
	return found, nil
}

// PushStock shows quantities. Zero, and the return of an offer that had sold out, are edits of one offer: a command can not
// set zero, and stock alone does not bring an offer back. The rest goes in commands of different values.
func (c *channel) PushStock(ctx context.Context, items []connector.StockUpdate) ([]connector.ItemResult, error) {
	var t tally
	ids := make([]string, 0, len(items))
	for _, it := range items {
		ids = append(ids, it.OfferID)
	}
	found, e := c.ours(ctx, ids, &t)
	if e != nil {
		return nil, e
	}
	var bulk []change
	for _, it := range items {
		o, there := found[it.OfferID]
		if !there || t.stopped {
			continue
		}
		n := max(it.Quantity.Whole(), 0)
		single := stockEdit(n)
		switch {
		case o.refuses() != "":
			t.reject(it.OfferID, o.refuses())
		case n == 0:
			c.edit(ctx, it.OfferID, single, &t)
		case o.soldOut():
			single["publication"] = map[string]string{"status": offerActive}
			c.edit(ctx, it.OfferID, single, &t)
		default:
			bulk = append(bulk, change{offer: it.OfferID, edit: single, bulk: map[string]any{
				"offerId": it.OfferID, "stock": map[string]any{"changeType": "FIXED", "value": n},
			}})
		}
	}
	for part := range slices.Chunk(bulk, bulkSize) {
		c.send(ctx, bulkCommand(part), part, &t)
	}
	return t.outcome()
}

func stockEdit(n int64) map[string]any {
	return map[string]any{"stock": map[string]any{"available": n, "unit": "UNIT"}}
}

// pricesAtOnce is how many different prices one PushPrice sends, a request each; the rest is left.
const pricesAtOnce = 8

// PushPrice shows prices: one command for all offers of one price. Allegro has no crossed-out price.
func (c *channel) PushPrice(ctx context.Context, items []connector.PriceUpdate) ([]connector.ItemResult, error) {
	var t tally
	ids := make([]string, 0, len(items))
	for _, it := range items {
		ids = append(ids, it.OfferID)
	}
	found, e := c.ours(ctx, ids, &t)
	if e != nil {
		return nil, e
	}
	groups := map[connector.Money][]change{}
	var order []connector.Money
	for _, it := range items {
		o, there := found[it.OfferID]
		if !there {
			continue
		}
		cur, e := wire.Currency(o.SellingMode.Price.Currency, info.Currency)
		switch {
		case e != nil || it.Price.Currency != cur:
			t.reject(it.OfferID, "the offer is priced in "+wire.First(cur, money.Currency(o.SellingMode.Price.Currency))+" on Allegro")
			continue
		case it.Price.Minor <= 0:
			t.reject(it.OfferID, "Allegro takes prices above zero only")
			continue
		}
		if groups[it.Price] == nil {
			order = append(order, it.Price)
		}
		edit := map[string]any{"sellingMode": map[string]any{"price": written(it.Price)}}
		groups[it.Price] = append(groups[it.Price], change{offer: it.OfferID, edit: edit})
	}
	for _, price := range order[:min(pricesAtOnce, len(order))] {
		c.send(ctx, priceCommand(price, groups[price]), groups[price], &t)
	}
	results, err := t.outcome()
	if err != nil || len(order) <= pricesAtOnce {
		return results, err
	}
	var left []string
	for _, price := range order[pricesAtOnce:] {
		for _, n := range groups[price] {
			left = append(left, n.offer)
		}
	}
	return results, &connector.OffersLeft{IDs: left}
}

// written is money as Allegro reads it.
func written(m connector.Money) map[string]string {
	return map[string]string{"amount": m.Decimal(), "currency": string(m.Currency)}
}

// edit changes one offer at once. 202 means that Allegro is still at it; 409 that it is still at the edit before, so that
// this one has not been taken.
func (c *channel) edit(ctx context.Context, id string, body map[string]any, t *tally) {
	if t.stopped {
		return
	}
	a, e := c.do(ctx, request{method: http.MethodPatch, path: "/sale/product-offers/" + id, body: body, write: true}, nil)
	switch {
	case e != nil && e.Code == "409":
		e.Kind = connector.KindTransient
		t.miss(e)
		return
	case e != nil && e.Kind == connector.KindPermanent:
		t.reject(id, e.Message)
		return
	case e != nil:
		t.miss(e)
		return
	case a.Status == http.StatusAccepted:
		t.accept(id)
		return
	}
	var said offer
	if e := a.Decode(&said); e != nil {
		t.miss(e)
	} else if said.ID.ID() != id {
		t.miss(a.Unclear("Allegro did not answer with the offer"))
	} else {
		t.accept(id)
	}
}
