package prestashop

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// maxRefusals is how many bad items one push finds before it leaves the rest to the next: each costs two requests.
const maxRefusals = 5

// stock reads the rows of products by offer. In a multistore an offer may have a row for each shop.
func (c *channel) stock(ctx context.Context, in intent, products []int64) (map[key][]*node, error) {
	rows, err := c.named(ctx, in, "stock_availables", "id_product", "full", products, nil)
	if err != nil {
		return nil, err
	}
	out := map[key][]*node{}
	for _, row := range rows {
		k := key{wire.Text(row.at("id_product")).Number(), wire.Text(row.at("id_product_attribute")).Number()}
		out[k] = append(out[k], row)
	}
	return out, nil
}

// kept picks the row that this connection's shop shows, or says why no quantity can be written.
func (c *channel) kept(rows []*node) (row *node, why string) {
	if len(rows) == 0 {
		return nil, "the shop keeps no quantity of this product"
	}
	for _, r := range rows {
		if len(rows) == 1 || c.shop != "" && r.at("id_shop") == c.shop {
			row = r
		}
	}
	if row == nil {
		return nil, "this PrestaShop has several shops: name the shop's number in the connection's settings"
	}
	if row.at("depends_on_stock") == "1" {
		return row, "the shop takes the quantity from its own warehouses (advanced stock management)"
	}
	return row, ""
}

// uncounted says why no quantity is written to a shop that keeps none.
const uncounted = "stock management is off in the shop (Shop parameters, Product settings)"

// wanted is one row of stock and the quantity it is to have.
type wanted struct {
	offer string
	row   *node
	to    string
}

func (w wanted) reached() bool { return w.row.at("quantity") == w.to }

// PushStock writes quantities in bulk. Rows are read first: PUT empties what it is not given, and a row that shows the
// quantity already costs nothing. The shop counts whole pieces: a rest is not promised.
func (c *channel) PushStock(ctx context.Context, items []connector.StockUpdate) ([]connector.ItemResult, error) {
	offers := make([]string, 0, len(items))
	for _, it := range items {
		offers = append(offers, it.OfferID)
	}
	known, products := readKeys(offers)
	f, err := c.know(ctx, pushing)
	if err != nil {
		return nil, err
	}
	rows, err := c.stock(ctx, pushing, products)
	if err != nil {
		return nil, err
	}
	combined := map[int64]bool{} // the product's own row is the sum of its combinations' and must not be written
	for k := range rows {
		combined[k.product] = combined[k.product] || k.combination > 0
	}
	var results []connector.ItemResult
	var batch []wanted
	for _, it := range items {
		k, ok := known[it.OfferID]
		row, why := c.kept(rows[k])
		switch {
		case !f.counts:
			why = uncounted
		case !ok || len(rows[k]) == 0:
			why = "the shop has no such product or combination"
		case k.combination == 0 && combined[k.product]:
			why = "this product has combinations: each of them is an offer of its own"
		}
		if why != "" {
			results = append(results, rejected(it.OfferID, "", why))
			continue
		}
		w := wanted{it.OfferID, row, strconv.FormatInt(max(it.Quantity.Whole(), 0), 10)}
		if w.reached() {
			results = append(results, connector.ItemResult{OfferID: it.OfferID, State: connector.ItemConfirmed})
			continue
		}
		batch = append(batch, w)
	}
	sent, err := c.putStock(ctx, batch)
	if err != nil {
		return nil, err
	}
	return append(results, sent...), nil
}

func rejected(id, code, why string) connector.ItemResult {
	return connector.ItemResult{
		OfferID: id, State: connector.ItemRejected, Err: &connector.Error{Kind: connector.KindItem, Code: code, Message: why},
	}
}

// putStock sends a batch. The shop saves row by row and stops at the first it refuses, without taking the others back: a
// read shows which that was, and what stands behind it is sent on.
func (c *channel) putStock(ctx context.Context, batch []wanted) (results []connector.ItemResult, err error) {
	for refusals := 0; len(batch) > 0 && refusals < maxRefusals; refusals++ {
		refused := c.putRows(ctx, batch)
		if refused != nil && refused.Kind != connector.KindPermanent {
			return nil, refused
		}
		done := len(batch)
		if refused != nil {
			if done, err = c.applied(ctx, batch); err != nil {
				return nil, err
			}
		}
		for _, w := range batch[:done] {
			results = append(results, connector.ItemResult{OfferID: w.offer, State: connector.ItemAccepted})
		}
		if batch = batch[done:]; len(batch) > 0 {
			results = append(results, rejected(batch[0].offer, refused.Code, refused.Message))
			batch = batch[1:]
		}
	}
	return results, nil
}

func (c *channel) putRows(ctx context.Context, batch []wanted) *connector.Error {
	rows := make([]*node, 0, len(batch))
	for _, w := range batch {
		rows = append(rows, w.row.with([]*node{leaf("quantity", w.to)}))
	}
	top, e := c.do(ctx, http.MethodPut, "stock_availables", nil, envelope(rows...), pushing)
	if e == nil && top.name != "stock_availables" && top.name != "stock_available" {
		return connector.Errorf(connector.KindUnknown, "the shop did not say whether it saved the quantities")
	}
	return e
}

// applied counts the rows at the head of a refused batch that have their quantity now.
func (c *channel) applied(ctx context.Context, batch []wanted) (int, error) {
	var numbers []int64
	for _, w := range batch {
		numbers = append(numbers, w.row.id())
	}
	rows, err := c.named(ctx, pushing, "stock_availables", "id", "full", numbers, nil)
	if err != nil {
		var e *connector.Error
		if errors.As(err, &e) && e.Kind == connector.KindPermanent {
			e.Kind = connector.KindUnknown
		}
		return 0, err
	}
	now := map[int64]string{}
	for _, row := range rows {
		now[row.id()] = row.at("quantity")
	}
	for i, w := range batch {
		if now[w.row.id()] != w.to {
			return i, nil
		}
	}
	return len(batch), nil
}
