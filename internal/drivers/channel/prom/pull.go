package prom

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

type ordersPage struct {
	Orders wire.Rows `json:"orders"`
}

// stamp is the little that paging needs of an order.
type stamp struct {
	ID       wire.Text `json:"id"`
	Created  wire.Text `json:"date_created"`
	Modified wire.Text `json:"date_modified"`
}

func (s stamp) changed() time.Time {
	if at := s.Modified.Time(time.UTC); !at.IsZero() {
		return at
	}
	return s.Created.Time(time.UTC)
}

// cursor of a sweep. Pages go down by id within a fixed window, so what is inserted meanwhile lies above and changes nothing
// below. The next sweep starts from the newest change of the first page: whatever changed after that page was read has a
// later time by the server's own clock, however long the sweep took and whatever our clock says.
type cursor struct {
	Since time.Time `json:"since"`
	Top   time.Time `json:"top,omitzero"`  // newest change on the first page
	Last  int64     `json:"last,omitzero"` // highest id the next page may hold; 0 on the first page
}

// PullOrders reads the next page of a sweep.
func (c *channel) PullOrders(ctx context.Context, raw string) (connector.OrderPage, error) {
	cur := cursor{Since: c.cfg.Now().Add(-wire.LookBack)}
	wire.ReadCursor(raw, &cur)
	q := url.Values{
		"limit":              {strconv.Itoa(pageSize)},
		"last_modified_from": {cur.Since.Add(-wire.Overlap).UTC().Format("2006-01-02T15:04:05")},
	}
	if cur.Last > 0 {
		q.Set("last_id", strconv.FormatInt(cur.Last, 10))
	}
	var body ordersPage
	header, err := c.get(ctx, "/orders/list", q, &body)
	if err != nil {
		return connector.OrderPage{}, err
	}
	if body.Orders == nil { // an empty list would end the sweep; an answer without one proves nothing
		return connector.OrderPage{}, connector.Errorf(connector.KindTransient, "Prom answered without a list of orders")
	}
	page := connector.OrderPage{Orders: make([]connector.RawOrder, 0, len(body.Orders))}
	var lowest int64
	top := cur.Since
	for _, row := range body.Orders {
		s := readStamp(row)
		page.Orders = append(page.Orders, connector.RawOrder{ExternalID: s.ID.ID(), Body: row})
		if n := s.ID.Number(); n > 0 && (lowest == 0 || n < lowest) {
			lowest = n
		}
		top = wire.Later(top, s.changed(), header, c.cfg.Now())
	}
	if cur.Last == 0 {
		cur.Top = top
	}
	page.More = c.step(&cur, len(body.Orders), lowest)
	page.Next = wire.WriteCursor(cur)
	return page, nil
}

// readStamp reads what can be read: an order without an id still travels on, so that it is set aside and not lost.
func readStamp(row json.RawMessage) stamp {
	var s stamp
	if e := wire.Decode(row, &s); e != nil {
		return stamp{}
	}
	return s
}

// step moves the cursor past a page. A list that does not go down is given up without moving the window: the next poll reads
// it again from the start.
func (c *channel) step(cur *cursor, rows int, lowest int64) (more bool) {
	switch {
	case rows < shortPage:
		*cur = cursor{Since: cur.Top}
		return false
	case lowest <= 1 || cur.Last > 0 && lowest > cur.Last:
		c.cfg.Log.Warn("order list does not page down", "channel", info.Name, "last", cur.Last, "lowest", lowest)
		*cur = cursor{Since: cur.Since}
		return false
	}
	cur.Last = lowest - 1
	return true
}

// ReadOrders reads orders one by one: the API has no list by ids.
func (c *channel) ReadOrders(ctx context.Context, ids []string) ([]connector.RawOrder, error) {
	var out []connector.RawOrder
	for _, id := range ids {
		if _, err := number("orders", id); err != nil {
			continue
		}
		body, err := c.readOne(ctx, "/orders/"+id, "order")
		if err != nil {
			return nil, err
		}
		if body != nil {
			out = append(out, connector.RawOrder{ExternalID: id, Body: body})
		}
	}
	return out, nil
}

// readOne reads {"<key>":{…}} or the bare object; nil when it does not exist.
func (c *channel) readOne(ctx context.Context, path, key string) (json.RawMessage, error) {
	var raw json.RawMessage
	_, err := c.get(ctx, path, nil, &raw)
	var e *connector.Error
	if errors.As(err, &e) && e.Kind == connector.KindPermanent && e.Code == "404" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var wrapped map[string]json.RawMessage
	if json.Unmarshal(raw, &wrapped) != nil {
		return nil, connector.Errorf(connector.KindTransient, "answer to %s is not an object", path)
	}
	if inner, ok := wrapped[key]; ok {
		return inner, nil
	}
	if _, ok := wrapped["id"]; !ok {
		return nil, connector.Errorf(connector.KindTransient, "answer to %s holds no %s", path, key)
	}
	return raw, nil
}
