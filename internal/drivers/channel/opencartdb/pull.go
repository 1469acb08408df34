package opencartdb

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// stamp is how the database writes a time; times in it compare as texts.
const stamp = "2006-01-02 15:04:05"

// cursor is a place in the orders by their last change. All times are the shop's local ones, as its rows have them: they are never
// turned into others, except to step back from the newest.
type cursor struct {
	Since  string `json:"since,omitempty"`  // where this sweep began, and the next one does when At is empty
	At     string `json:"at,omitempty"`     // change and number of the last order read
	After  int64  `json:"after,omitempty"`  //
	Newest string `json:"newest,omitempty"` // change seen in this sweep
}

// PullOrders reads the next page of changed orders. The shop's own routines and its admin set date_modified at each change.
func (c *channel) PullOrders(ctx context.Context, raw string) (connector.OrderPage, error) {
	var cur cursor
	wire.ReadCursor(raw, &cur)
	if _, err := time.Parse(stamp, cur.Since); err != nil {
		cur = cursor{Since: wire.Wall(c.cfg.Now().Add(-wire.LookBack), c.zone, stamp)}
	}
	if _, err := time.Parse(stamp, cur.At); err != nil {
		cur.At, cur.After = cur.Since, 0
	}
	var page connector.OrderPage
	err := c.read(ctx, func(s *session) error {
		clock, err := s.first("SELECT NOW() AS n")
		if err != nil {
			return err
		}
		found, err := s.rows(`SELECT o.order_id, o.date_modified FROM {order} o WHERE o.order_status_id > 0
			AND (o.date_modified > ? OR o.date_modified = ? AND o.order_id > ?) ORDER BY o.date_modified, o.order_id LIMIT ?`, cur.At, cur.At, cur.After, maxOrders+1)
		if err != nil {
			return err
		}
		page.More = len(found) > maxOrders
		found = found[:min(len(found), maxOrders)]
		ids := make([]int64, len(found))
		ceiling := max(string(clock["n"]), c.local(c.cfg.Now()))
		for i, r := range found {
			ids[i] = r["order_id"].Number()
			if at := string(r["date_modified"]); at > cur.Newest && at <= c.moved(ceiling, wire.Overlap) {
				cur.Newest = at // a wrong date far ahead must not carry the cursor past orders that are still to come
			}
			cur.At, cur.After = string(r["date_modified"]), ids[i]
		}
		page.Orders, err = s.orders(ids)
		return err
	})
	if err != nil {
		return connector.OrderPage{}, err
	}
	if !page.More {
		cur = cursor{Since: max(cur.Since, c.back(cur.Newest))}
	}
	page.Next = wire.WriteCursor(cur)
	return page, nil
}

func (c *channel) local(t time.Time) string { return t.In(c.zone).Format(stamp) }

// moved is a local time some time later.
func (c *channel) moved(at string, by time.Duration) string {
	t, err := time.ParseInLocation(stamp, at, c.zone)
	if err != nil {
		return at
	}
	return c.local(t.Add(by))
}

// back is where the next sweep begins: the shop's servers may disagree about the time, and in the night when an hour comes twice the
// second pass lies before the first in writing. So it steps back on the face of the clock and not in time.
func (c *channel) back(newest string) string {
	face, err := time.Parse(stamp, newest)
	if err != nil {
		return ""
	}
	face = face.Add(-wire.Overlap)
	at, _ := time.ParseInLocation(stamp, newest, c.zone) // it has been parsed
	_, before := at.Add(-3 * time.Hour).In(c.zone).Zone()
	_, after := at.Add(3 * time.Hour).In(c.zone).Zone()
	if before > after {
		face = face.Add(-time.Hour)
	}
	return face.Format(stamp)
}

// ReadOrders reads orders by id.
func (c *channel) ReadOrders(ctx context.Context, ids []string) ([]connector.RawOrder, error) {
	var numbers []int64
	for _, id := range ids {
		if n := wire.Text(id).Number(); n > 0 && !slices.Contains(numbers, n) {
			numbers = append(numbers, n)
		}
	}
	if len(numbers) == 0 {
		return nil, nil
	}
	var out []connector.RawOrder
	err := c.read(ctx, func(s *session) error {
		for part := range slices.Chunk(numbers, maxOrders) {
			raws, err := s.orders(part)
			if err != nil {
				return err
			}
			out = append(out, raws...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// orders reads orders with everything that belongs to them, in the given order. Unfinished checkouts are left out.
func (s *session) orders(ids []int64) ([]connector.RawOrder, error) {
	sh, err := s.shape()
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	heads, err := s.rows("SELECT " + sh.pick("order", "o", headColumns...) + ", st.name AS lad_status FROM {order} o " +
		"LEFT JOIN {order_status} st ON st.order_status_id = o.order_status_id AND st.language_id = o.language_id " +
		"WHERE o.order_status_id > 0 AND o.order_id IN " + list(ids))
	if err != nil {
		return nil, err
	}
	parts, err := s.parts(sh, ids)
	if err != nil {
		return nil, err
	}
	byID := map[int64]row{}
	for _, h := range heads {
		byID[h["order_id"].Number()] = h
	}
	var out []connector.RawOrder
	for _, id := range ids {
		if byID[id] == nil {
			continue
		}
		body, err := json.Marshal(view(byID[id], parts.of(id), sh.group(byID[id]["order_status_id"].ID())))
		if err != nil {
			return nil, err
		}
		out = append(out, connector.RawOrder{ExternalID: byID[id]["order_id"].ID(), Body: body})
	}
	return out, nil
}

// headColumns are what an order says besides its lines. Which there are depends on OpenCart's version.
var headColumns = []string{
	"order_id", "order_status_id", "store_name", "customer_id", "firstname", "lastname", "email", "telephone", "comment", "total", "currency_code", "currency_value",
	"date_added", "date_modified", "payment_method", "payment_code", "shipping_method", "shipping_code", "shipping_firstname", "shipping_lastname",
	"shipping_zone", "shipping_city", "shipping_postcode", "shipping_address_1", "shipping_address_2",
	"payment_zone", "payment_city", "payment_postcode", "payment_address_1", "payment_address_2",
}

// parts are rows that belong to orders, by the order's number.
type parts struct {
	lines, options, totals, history map[int64][]row
	counted                         map[int64][]string // options whose values are counted, by product
}

func (p parts) of(id int64) parts {
	own := func(m map[int64][]row) map[int64][]row { return map[int64][]row{0: m[id]} }
	return parts{lines: own(p.lines), options: own(p.options), totals: own(p.totals), history: own(p.history), counted: p.counted}
}

func (s *session) parts(sh *shape, ids []int64) (p parts, err error) {
	by := func(m *map[int64][]row, key, query string) {
		if err != nil {
			return
		}
		var found []row
		if found, err = s.rows(query); err == nil {
			*m = grouped(found, key)
		}
	}
	sku := ""
	if sh.has("product", "sku") {
		sku = ", p.sku AS lad_sku"
	}
	in := list(ids)
	by(&p.lines, "order_id", "SELECT op.order_id, op.order_product_id, op.product_id, op.name, op.model, op.quantity, op.price, op.tax"+sku+
		" FROM {order_product} op LEFT JOIN {product} p ON p.product_id = op.product_id WHERE op.order_id IN "+in+" ORDER BY op.order_product_id")
	by(&p.options, "order_id", "SELECT oo.order_id, oo.order_product_id, oo.product_option_id, oo.product_option_value_id, oo.name, oo.value"+
		" FROM {order_option} oo WHERE oo.order_id IN "+in+" ORDER BY oo.order_option_id")
	by(&p.totals, "order_id", "SELECT t.order_id, t.code, t.title, t.value FROM {order_total} t WHERE t.order_id IN "+in+" ORDER BY t.sort_order, t.code, t.title")
	if sh.has("order_history", "order_id", "order_status_id", "order_history_id") {
		by(&p.history, "order_id", "SELECT h.order_id, h.order_status_id FROM {order_history} h WHERE h.order_status_id > 0 AND h.order_id IN "+in+" ORDER BY h.order_history_id")
	}
	if err != nil {
		return p, err
	}
	var products []int64
	for _, lines := range p.lines {
		for _, l := range lines {
			if id := l["product_id"].Number(); id > 0 && !slices.Contains(products, id) {
				products = append(products, id)
			}
		}
	}
	slices.Sort(products)
	p.counted, err = s.counted(products)
	return p, err
}

// counted finds the options of products whose values have quantities of their own.
func (s *session) counted(products []int64) (map[int64][]string, error) {
	out := map[int64][]string{}
	if len(products) == 0 {
		return out, nil
	}
	found, err := s.rows("SELECT DISTINCT v.product_id, v.product_option_id FROM {product_option_value} v WHERE v.subtract = 1 AND v.product_id IN " + list(products) +
		" ORDER BY v.product_id, v.product_option_id")
	for _, r := range found {
		id := r["product_id"].Number()
		out[id] = append(out[id], r["product_option_id"].ID())
	}
	return out, err
}

func grouped(rows []row, key string) map[int64][]row {
	out := map[int64][]row{}
	for _, r := range rows {
		out[r[key].Number()] = append(out[r[key].Number()], r)
	}
	return out
}
