package shopfile

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// The list of orders goes by the time an order was placed, so a change is found only by reading the order again: the last day's
// with every sweep, all of the look-back once an hour.
const (
	recent    = 24 * time.Hour
	fullEvery = time.Hour
)

// cursor of a sweep over the orders placed since From. Later orders have higher ids, so what is placed meanwhile moves rows to
// later pages at most, where they are seen twice.
type cursor struct {
	From int64     `json:"from,omitzero"` // unix seconds; 0 before a sweep
	Page int64     `json:"page,omitzero"` // the page to read, where the file counts pages
	Last int64     `json:"last,omitzero"` // highest id read, where it does not
	Rows int       `json:"rows,omitzero"` // orders in the answer before, where it does not
	Full time.Time `json:"full,omitzero"` // when the whole look-back was last begun, by our clock
}

// PullOrders reads the next page of a sweep. A file that gives no orders has none: an error would stop stock and prices too.
func (c *channel) PullOrders(ctx context.Context, raw string) (connector.OrderPage, error) {
	now := c.cfg.Now()
	var cur cursor
	wire.ReadCursor(raw, &cur)
	if cur.From == 0 {
		cur.begin(now)
	}
	list, pages, e := c.orders(ctx, cur.fields())
	if unsupported(e) {
		c.cfg.Log.Warn("the shop's file gives no orders", "channel", info.Name)
		return connector.OrderPage{Next: wire.WriteCursor(cursor{Full: now})}, nil
	}
	if e != nil {
		return connector.OrderPage{}, e
	}
	page := connector.OrderPage{}
	highest := cur.Last
	for _, o := range list {
		highest = max(highest, number(o.ExternalID))
	}
	page.Orders = list
	page.More = cur.step(pages, highest, len(list))
	page.Next = wire.WriteCursor(cur)
	return page, nil
}

func (cur *cursor) begin(now time.Time) {
	since := now.Sub(cur.Full)
	back := recent
	if cur.Full.IsZero() || since >= fullEvery || since < 0 {
		back, cur.Full = wire.LookBack, now
	}
	cur.From = now.Add(-back).Unix()
}

func (cur cursor) fields() url.Values {
	f := url.Values{"time_from": {strconv.FormatInt(cur.From, 10)}, "id_from": {strconv.FormatInt(cur.Last, 10)}, "only_paid": {"0"}}
	if cur.Page > 0 {
		f.Set("page", strconv.FormatInt(cur.Page, 10))
	}
	return f
}

// step moves the cursor past a page. A file that does not count pages may still have a limit that it does not tell, so it is asked
// for what lies above the highest id until an answer is shorter than the one before.
func (cur *cursor) step(pages, highest int64, rows int) (more bool) {
	page := max(cur.Page, 1)
	switch {
	case pages > page:
		cur.Page = page + 1
		return true
	case pages == 0 && cur.Page == 0 && highest > cur.Last && rows >= cur.Rows:
		cur.Last, cur.Rows = highest, rows
		return true
	}
	*cur = cursor{Full: cur.Full}
	return false
}

// wrapped is an order as Lad stores it: the file gives an order's id and the name of its status apart from it.
type wrapped struct {
	ID     string          `json:"order_id"`
	Status string          `json:"status_name"`
	Order  json.RawMessage `json:"order"`
}

// orders reads one page of the map of orders. Keys that are no numbers are the file's own words, as "pages" is.
func (c *channel) orders(ctx context.Context, fields url.Values) ([]connector.RawOrder, int64, *connector.Error) {
	if e := c.need(ctx, actOrders); e != nil {
		return nil, 0, e
	}
	raw, _, e := c.read(ctx, actOrders, fields)
	if e != nil {
		return nil, 0, e
	}
	var pages int64
	var list []connector.RawOrder
	for key, v := range dict(raw) {
		if key == "pages" {
			var n wire.Text
			_ = n.UnmarshalJSON(v) // what is no number is 0
			pages = n.Number()
		}
		if number(key) == 0 {
			continue
		}
		body, err := json.Marshal(wrapped{ID: key, Status: c.statusName(v), Order: v})
		if err != nil {
			return nil, 0, connector.Errorf(connector.KindTransient, "order %s can not be kept", key)
		}
		list = append(list, connector.RawOrder{ExternalID: key, Body: body})
	}
	if len(list) == 0 {
		if e := c.believe(ctx); e != nil {
			return nil, 0, e
		}
	}
	slices.SortFunc(list, func(a, b connector.RawOrder) int {
		return cmp.Or(cmp.Compare(number(a.ExternalID), number(b.ExternalID)), cmp.Compare(a.ExternalID, b.ExternalID))
	})
	return list, pages, nil
}

// statusName is the shop's name of an order's status.
func (c *channel) statusName(raw json.RawMessage) string {
	var o struct {
		Status wire.Text `json:"status_id"`
	}
	if c.shop == nil || wire.Decode(raw, &o) != nil {
		return ""
	}
	return c.shop.statuses[string(o.Status)]
}

// ReadOrders reads orders one by one. A file that does not know order_id gives the order and later ones, because of id_from.
func (c *channel) ReadOrders(ctx context.Context, ids []string) ([]connector.RawOrder, error) {
	var out []connector.RawOrder
	for _, id := range ids {
		n := number(id)
		if n == 0 {
			continue
		}
		list, _, e := c.orders(ctx, url.Values{
			"order_id": {id}, "id_from": {strconv.FormatInt(n-1, 10)}, "time_from": {"0"}, "only_paid": {"0"},
		})
		if e != nil {
			return nil, e
		}
		for _, o := range list {
			if o.ExternalID == id {
				out = append(out, o)
			}
		}
	}
	return out, nil
}
