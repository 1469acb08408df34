package woocommerce

import (
	"context"
	"net/http"
	"strconv"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/money"
)

// lightPart is how many objects go into one batch after an answer to a larger one was lost: PHP may have run out of time.
const lightPart = 25

// edit is one element of a batch. A quantity counts only together with manage_stock, and stock_status only where the shop does
// not count: whichever of them the shop hears, a buyer sees the same.
type edit struct {
	ID          int64   `json:"id"`
	ManageStock bool    `json:"manage_stock,omitempty"`
	Quantity    *int64  `json:"stock_quantity,omitempty"`
	Status      string  `json:"stock_status,omitempty"`
	Regular     string  `json:"regular_price,omitempty"`
	Sale        *string `json:"sale_price,omitempty"` // empty ends a sale
}

// change is an edit of one offer, and what the shop's answer must show when it has taken it.
type change struct {
	offer  string
	parent int64
	edit   edit
	shows  func(product) (problem string)
}

// PushStock sends quantities. WooCommerce counts whole pieces: a rest is not promised. A variation that used the count of its
// product gets one of its own, as each variation is an offer of its own here.
func (c *channel) PushStock(ctx context.Context, items []connector.StockUpdate) ([]connector.ItemResult, error) {
	changes := make([]change, 0, len(items))
	for _, it := range items {
		n := max(it.Quantity.Whole(), 0)
		status := "outofstock"
		if n > 0 {
			status = "instock"
		}
		changes = append(changes, change{
			offer: it.OfferID, edit: edit{ManageStock: true, Quantity: &n, Status: status},
			shows: func(p product) string { return showsStock(p, n, status) },
		})
	}
	return c.push(ctx, changes)
}

// showsStock compares what a shop answered with what it was asked for. One that does not count shows the status alone.
func showsStock(p product, n int64, status string) string {
	switch q, err := p.Quantity.Quantity(); {
	case err != nil && string(p.StockStatus) == status:
		return ""
	case err != nil:
		return "the shop does not count this product's pieces and shows " + wire.First(p.StockStatus, "nothing")
	case q.Whole() != n:
		return "the shop shows " + q.String() + " pieces instead of " + strconv.FormatInt(n, 10)
	}
	return ""
}

// PushPrice sends prices: the regular one, or with a crossed-out price that one as regular and ours as the sale's.
func (c *channel) PushPrice(ctx context.Context, items []connector.PriceUpdate) ([]connector.ItemResult, error) {
	if len(items) == 0 {
		return nil, nil
	}
	if err := c.learnCurrency(ctx); err != nil {
		return nil, err
	}
	var results []connector.ItemResult
	changes := make([]change, 0, len(items))
	for _, it := range items {
		if it.Price.Currency != c.currency {
			results = append(results, rejected(it.OfferID, "", "the shop sells in "+string(c.currency)+", the price is in "+string(it.Price.Currency)))
			continue
		}
		regular, sale := it.Price, ""
		if it.Old.Currency == c.currency && it.Old.Minor > it.Price.Minor {
			regular, sale = it.Old, it.Price.Decimal()
		}
		changes = append(changes, change{
			offer: it.OfferID, edit: edit{Regular: regular.Decimal(), Sale: &sale}, shows: func(p product) string { return showsPrice(p, it.Price) },
		})
	}
	done, err := c.push(ctx, changes)
	return append(results, done...), err
}

// showsPrice finds a sale that has a date of its own and does not count yet.
func showsPrice(p product, want money.Money) string {
	shown := wire.Optional(wire.Text(wire.First(p.Price, p.Sale, p.Regular)), want.Currency)
	if shown == want {
		return ""
	}
	return "the shop shows " + shown.Decimal() + " instead of " + want.Decimal() + ": is a sale with dates set on the product?"
}

// groupsAtOnce is how many batches of different products one push sends, as many requests as may go at once; the rest is left.
const groupsAtOnce = 3

// push sends products in batches, and the variations of each product in batches of their own: the API takes them no other way.
func (c *channel) push(ctx context.Context, changes []change) ([]connector.ItemResult, error) {
	var results []connector.ItemResult
	var order []int64
	groups := map[int64][]change{}
	for _, n := range changes {
		var ok bool
		if n.parent, n.edit.ID, ok = splitID(n.offer); !ok {
			results = append(results, rejected(n.offer, "", "not the number of a product in this shop"))
			continue
		}
		if groups[n.parent] == nil {
			order = append(order, n.parent)
		}
		groups[n.parent] = append(groups[n.parent], n)
	}
	for at, of := range order {
		if at == groupsAtOnce {
			var left []string
			for _, later := range order[at:] {
				for _, n := range groups[later] {
					left = append(left, n.offer)
				}
			}
			return results, &connector.OffersLeft{IDs: left}
		}
		for rest := groups[of]; len(rest) > 0; {
			n := min(c.part, len(rest))
			done, err := c.batch(ctx, of, rest[:n])
			if err != nil {
				return nil, err
			}
			results, rest = append(results, done...), rest[n:]
		}
	}
	return results, nil
}

// batch sends one batch.
func (c *channel) batch(ctx context.Context, of int64, part []change) ([]connector.ItemResult, error) {
	path := "/products/batch"
	if of > 0 {
		path = "/products/" + strconv.FormatInt(of, 10) + "/variations/batch"
	}
	edits := make([]edit, len(part))
	for i, n := range part {
		edits[i] = n.edit
	}
	var said struct {
		Update wire.Rows `json:"update"`
	}
	if err := c.write(ctx, http.MethodPost, path, nil, map[string]any{"update": edits}, &said); err != nil {
		return c.refused(ctx, of, part, err)
	}
	if said.Update == nil {
		return nil, connector.Errorf(connector.KindUnknown, "the shop did not say what it did with the products")
	}
	return settle(part, said.Update), nil
}

// refused handles a batch that was not taken. When the shop refuses it as a whole, halves of it find the object that it does not
// bear.
func (c *channel) refused(ctx context.Context, of int64, part []change, err error) ([]connector.ItemResult, error) {
	switch e := wire.AsError(err); {
	case e.Kind == connector.KindUnknown:
		c.part = lightPart
		return nil, err
	case e.Kind != connector.KindPermanent:
		return nil, err
	case len(part) == 1 || isGone(err):
		return rejectAll(part, e), nil
	}
	first, err := c.batch(ctx, of, part[:len(part)/2])
	if err != nil {
		return nil, err
	}
	second, err := c.batch(ctx, of, part[len(part)/2:])
	return append(first, second...), err
}

// settle finds each offer's outcome in an answer that is HTTP 200 whatever it says. An offer that it does not name has none.
func settle(part []change, rows wire.Rows) (results []connector.ItemResult) {
	byID := map[int64]change{}
	for _, n := range part {
		byID[n.edit.ID] = n
	}
	for _, row := range rows {
		var p struct {
			product
			Error struct {
				Code    wire.Text `json:"code"`
				Message wire.Text `json:"message"`
			} `json:"error"`
		}
		if e := wire.Decode(row, &p); e != nil {
			continue
		}
		n, asked := byID[p.ID.Number()]
		if !asked {
			continue
		}
		delete(byID, p.ID.Number())
		if p.Error.Code != "" || p.Error.Message != "" {
			results = append(results, rejected(n.offer, string(p.Error.Code), wire.Clip(wire.First(p.Error.Message, p.Error.Code))))
		} else if problem := n.shows(p.product); problem != "" {
			results = append(results, rejected(n.offer, "", problem))
		} else {
			results = append(results, connector.ItemResult{OfferID: n.offer, State: connector.ItemAccepted})
		}
	}
	return results
}

func rejectAll(part []change, why *connector.Error) (results []connector.ItemResult) {
	for _, n := range part {
		results = append(results, rejected(n.offer, why.Code, why.Message))
	}
	return results
}

func rejected(id, code, why string) connector.ItemResult {
	return connector.ItemResult{
		OfferID: id, State: connector.ItemRejected, Err: &connector.Error{Kind: connector.KindItem, Code: code, Message: why},
	}
}
