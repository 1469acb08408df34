package erli

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// A payment that changes nothing else does not move an order's time of change, so orders younger than recheckAge are read again
// every recheckEvery.
const (
	recheckAge   = 7 * 24 * time.Hour
	recheckEvery = 15 * time.Minute
)

// cursor of a sweep. Rows come in the order of their changes, oldest first, and what changes meanwhile moves to the end, so
// paging by the last row's own cursor skips nothing. The next sweep starts from the newest change that was read.
type cursor struct {
	Since time.Time `json:"since"`
	Top   time.Time `json:"top,omitzero"`    // newest change of this sweep
	After string    `json:"after,omitempty"` // Erli's cursor of the last row
	// Young says that this sweep reads young orders again; Checked is when the last such sweep began, by our clock.
	Young   bool      `json:"young,omitempty"`
	Checked time.Time `json:"checked,omitzero"`
}

// stamp is the little that paging needs of an order.
type stamp struct {
	ID      wire.Text `json:"id"`
	Created wire.Text `json:"created"`
	Updated wire.Text `json:"updated"`
	Cursor  wire.Text `json:"cursor"`
}

func (s stamp) at(young bool) time.Time {
	if updated := s.Updated.Time(zone); !young && !updated.IsZero() {
		return updated
	}
	return s.Created.Time(zone)
}

// PullOrders reads the next page of a sweep.
func (c *channel) PullOrders(ctx context.Context, raw string) (connector.OrderPage, error) {
	now := c.cfg.Now()
	cur := cursor{Since: now.Add(-wire.LookBack), Checked: now}
	wire.ReadCursor(raw, &cur)
	rows, a, err := c.list(ctx, wire.Call{Method: http.MethodPost, URL: "/orders/_search", Body: cur.search(now)})
	if err != nil {
		return connector.OrderPage{}, err
	}
	page := connector.OrderPage{Orders: make([]connector.RawOrder, 0, len(rows))}
	if cur.Top.Before(cur.Since) {
		cur.Top = cur.Since
	}
	var last stamp
	for _, row := range rows {
		s := readStamp(row)
		page.Orders = append(page.Orders, connector.RawOrder{ExternalID: s.ID.ID(), Body: bare(row)})
		if !s.at(cur.Young).Before(last.at(cur.Young)) {
			last = s
		}
		cur.Top = wire.Later(cur.Top, s.at(false), a.Header, now)
	}
	page.More = c.step(&cur, len(rows), last, now)
	page.Next = wire.WriteCursor(cur)
	return page, nil
}

// search asks for the next page. The bound of the time of change is written as a filter, so that a cursor of a row is all that
// has to be understood of paging.
func (cur cursor) search(now time.Time) search {
	field, from := "updated", cur.Since.Add(-wire.Overlap)
	if cur.Young {
		field, from = "created", now.Add(-recheckAge)
	}
	return search{
		Pagination: paging{SortField: field, Order: "ASC", Limit: pageSize, After: cur.After},
		Filter:     &filter{Field: field, Operator: ">=", Value: from.UTC().Format(time.RFC3339)},
	}
}

// readStamp reads what can be read: an order without an id still travels on, so that it is set aside and not lost.
func readStamp(row json.RawMessage) stamp {
	var s stamp
	if e := wire.Decode(row, &s); e != nil {
		return stamp{}
	}
	return s
}

// bare is an order without its place in the list, written in one way: the place depends on the order of the list, and an order
// that did not change must have the same bytes however it was read.
func bare(row json.RawMessage) json.RawMessage {
	var m map[string]json.RawMessage
	if json.Unmarshal(row, &m) != nil || m == nil {
		return row
	}
	delete(m, "cursor")
	b, err := json.Marshal(m)
	if err != nil {
		return row
	}
	return b
}

// step moves the cursor past a page. A list that does not move on is given up without moving the window: the next poll reads
// it again from the start.
func (c *channel) step(cur *cursor, rows int, last stamp, now time.Time) (more bool) {
	if rows >= pageSize {
		after := wire.First(last.Cursor, last.Updated)
		if after != "" && after != cur.After {
			cur.After = after
			return true
		}
		c.cfg.Log.Warn("order list does not page on", "channel", info.Name)
		*cur = cursor{Since: cur.Since, Checked: cur.Checked}
		return false
	}
	since := cur.Top
	if cur.Young {
		since = cur.Since
	}
	due := now.Sub(cur.Checked)
	again := !cur.Young && (due >= recheckEvery || due < 0)
	*cur = cursor{Since: since, Checked: cur.Checked, Young: again}
	if again {
		cur.Checked = now
	}
	return again
}

// ReadOrders reads orders one by one.
func (c *channel) ReadOrders(ctx context.Context, ids []string) ([]connector.RawOrder, error) {
	var out []connector.RawOrder
	for _, id := range ids {
		path, e := orderPath(id)
		if e != nil {
			continue
		}
		body, e := c.readOrder(ctx, wire.Call{Method: http.MethodGet, URL: path}, id)
		if notFound(e) {
			continue
		}
		if e != nil {
			return nil, e
		}
		out = append(out, connector.RawOrder{ExternalID: id, Body: bare(body)})
	}
	return out, nil
}

// readOrder reads one order and makes sure that it is the one asked for.
func (c *channel) readOrder(ctx context.Context, call wire.Call, id string) (json.RawMessage, *connector.Error) {
	a, e := c.send(ctx, call)
	if e != nil {
		return nil, e
	}
	var s stamp
	if e := a.Decode(&s); e != nil {
		return nil, e
	}
	if string(s.ID) != id {
		return nil, a.Unclear("Erli answered with another order than %s", id)
	}
	return a.Body, nil
}
