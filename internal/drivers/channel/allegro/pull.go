package allegro

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// pageSize is how many events, or forms of a sweep, one page of a pull takes: each order costs up to two more requests.
const pageSize = 50

// sweepEvery is how often the list of forms is read beside the journal: a waybill added in Allegro's own panel makes no event,
// and an event that never came must not hide an order for ever.
const sweepEvery = 6 * time.Hour

// journalAge is from what age on an event is not relied on as a starting point; the journal keeps 60 days.
const journalAge = 50 * 24 * time.Hour

// cursor stands in the event journal. A sweep reads the forms changed since a time, oldest purchase first: a purchase never
// changes its time and a form never leaves the filter, so rows move to later pages only, where they are seen twice. Before
// a sweep that replaces a part of the journal, the newest event is noted: what changes meanwhile has a later one.
type cursor struct {
	Event  string    `json:"event,omitempty"` // the last event read
	Swept  time.Time `json:"swept,omitzero"`  // when the last whole sweep began, by the server's clock
	Since  time.Time `json:"since,omitzero"`  // lower bound of the sweep under way
	Begun  time.Time `json:"begun,omitzero"`  // when it began
	Offset int       `json:"offset,omitzero"`
	// Anew is set from a restart until the journal has answered: a restart that does not help is not made again.
	Anew bool `json:"anew,omitzero"`
}

// PullOrders reads the next page of a sweep or of the journal.
func (c *channel) PullOrders(ctx context.Context, raw string) (connector.OrderPage, error) {
	var cur cursor
	wire.ReadCursor(raw, &cur)
	page, e := c.pull(ctx, &cur)
	if e != nil {
		return connector.OrderPage{}, e
	}
	page.Next = wire.WriteCursor(cur)
	return page, nil
}

func (c *channel) pull(ctx context.Context, cur *cursor) (connector.OrderPage, *connector.Error) {
	switch {
	case !cur.Since.IsZero():
		return c.sweep(ctx, cur)
	case cur.Swept.IsZero(), !cur.Anew && c.cfg.Now().Sub(cur.Swept) > journalAge:
		return c.restart(ctx, cur)
	}
	return c.journal(ctx, cur)
}

// restart begins anew at the end of the journal, with a sweep over everything since the last one.
func (c *channel) restart(ctx context.Context, cur *cursor) (connector.OrderPage, *connector.Error) {
	var stats struct {
		Latest struct {
			ID wire.Text `json:"id"`
		} `json:"latestEvent"`
	}
	if e := c.get(ctx, "/order/event-stats", nil, &stats); e != nil {
		return connector.OrderPage{}, e
	}
	since := cur.Swept.Add(-wire.Overlap)
	if cur.Swept.IsZero() {
		since = c.cfg.Now().Add(-wire.LookBack)
	}
	*cur = cursor{Event: string(stats.Latest.ID), Swept: cur.Swept, Since: since, Anew: true}
	return c.sweep(ctx, cur)
}

// sweep reads one page of forms. After the last one the journal follows at once.
func (c *channel) sweep(ctx context.Context, cur *cursor) (connector.OrderPage, *connector.Error) {
	cur.Offset = max(cur.Offset, 0)
	list, e := c.forms(ctx, url.Values{"updatedAt.gte": {moment(cur.Since)}}, cur.Offset)
	if e != nil {
		return connector.OrderPage{}, e
	}
	if cur.Offset == 0 {
		cur.Begun = c.serverTime(list.header)
	}
	page := connector.OrderPage{More: true}
	for _, row := range list.Forms {
		raw, e := c.complete(ctx, row, "")
		if e != nil {
			return connector.OrderPage{}, e
		}
		page.Orders = append(page.Orders, raw)
	}
	if cur.Offset += pageSize; list.last(cur.Offset) {
		*cur = cursor{Event: cur.Event, Swept: cur.Begun, Anew: cur.Anew}
	}
	return page, nil
}

// serverTime is the outside's clock, ours when it does not tell.
func (c *channel) serverTime(h http.Header) time.Time {
	if at, err := http.ParseTime(h.Get("Date")); err == nil {
		return at.UTC()
	}
	return c.cfg.Now().UTC()
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// formList is a page of checkout forms.
type formList struct {
	Forms  wire.Rows `json:"checkoutForms"`
	Total  wire.Text `json:"totalCount"`
	header http.Header
}

// last says whether the list ends before next. Without a total, a page that is not full is the last; an empty one is so
// whatever the total says.
func (l formList) last(next int) bool {
	if l.Total != "" && len(l.Forms) > 0 {
		return int64(next) >= l.Total.Number()
	}
	return len(l.Forms) < pageSize
}

func (c *channel) forms(ctx context.Context, filter url.Values, offset int) (list formList, e *connector.Error) {
	filter.Set("sort", "lineItems.boughtAt")
	filter.Set("limit", strconv.Itoa(pageSize))
	filter.Set("offset", strconv.Itoa(offset))
	a, e := c.do(ctx, request{method: http.MethodGet, path: "/order/checkout-forms", query: filter}, &list)
	if e == nil && list.Forms == nil {
		e = connector.Errorf(connector.KindTransient, "Allegro answered without a list of orders")
	}
	list.header = a.Header
	return list, e
}

// event is what is read of an entry of the journal: whose order changed, never how.
type event struct {
	ID    wire.Text `json:"id"`
	Order struct {
		Form struct {
			ID wire.Text `json:"id"`
		} `json:"checkoutForm"`
		Lines []struct {
			ID     wire.Text `json:"id"`
			Bought wire.Text `json:"boughtAt"`
		} `json:"lineItems"`
	} `json:"order"`
}

// events reads one page of the journal.
func (c *channel) events(ctx context.Context, from string) (wire.Rows, http.Header, *connector.Error) {
	query := url.Values{"limit": {strconv.Itoa(pageSize)}}
	if from != "" {
		query.Set("from", from)
	}
	var said struct {
		Events wire.Rows `json:"events"`
	}
	a, e := c.do(ctx, request{method: http.MethodGet, path: "/order/events", query: query}, &said)
	if e == nil && said.Events == nil {
		e = connector.Errorf(connector.KindTransient, "Allegro answered without a list of events")
	}
	return said.Events, a.Header, e
}

// journal reads one page of events, and the orders they speak of as they are now. A journal that has forgotten the event to
// go on from is begun anew; when it does not know its own newest one either, at its oldest.
func (c *channel) journal(ctx context.Context, cur *cursor) (connector.OrderPage, *connector.Error) {
	rows, header, e := c.events(ctx, cur.Event)
	if e != nil && cur.Event != "" && (e.Code == "400" || e.Code == "404" || e.Code == "422") {
		if !cur.Anew {
			return c.restart(ctx, cur)
		}
		cur.Event = ""
		rows, header, e = c.events(ctx, "")
	}
	if e != nil {
		return connector.OrderPage{}, e
	}
	last, ids, bought := digest(rows)
	if len(rows) > 0 && last == "" {
		return connector.OrderPage{}, connector.Errorf(connector.KindTransient, "Allegro answered with events that do not lead on")
	}
	orders, e := c.read(ctx, ids)
	if e != nil {
		return connector.OrderPage{}, e
	}
	if orders, e = c.unnamed(ctx, bought, orders); e != nil {
		return connector.OrderPage{}, e
	}
	page := connector.OrderPage{Orders: orders, More: len(rows) >= pageSize && last != cur.Event}
	cur.Event, cur.Anew = wire.First(last, cur.Event), false
	if now := c.serverTime(header); !page.More && now.Sub(cur.Swept) > sweepEvery {
		page.More, cur.Since = true, cur.Swept.Add(-wire.Overlap)
	}
	return page, nil
}

// digest finds the last event of a page, the orders it names, and the purchases it does not name an order for.
func digest(rows wire.Rows) (last string, ids []string, bought purchases) {
	for _, row := range rows {
		var ev event
		if wire.Decode(row, &ev) != nil || ev.ID == "" {
			continue
		}
		last = string(ev.ID)
		if id := string(ev.Order.Form.ID); id == "" {
			bought.add(ev)
		} else if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return last, ids, bought
}
