package woocommerce

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// stampLayout is a time as the API takes it; with dates_are_gmt it is UTC, so no change of clocks is near.
const stampLayout = "2006-01-02T15:04:05"

// stamp is the little that paging needs of an order.
type stamp struct {
	ID          wire.Text `json:"id"`
	Created     wire.Text `json:"date_created"`
	CreatedGMT  wire.Text `json:"date_created_gmt"`
	Modified    wire.Text `json:"date_modified"`
	ModifiedGMT wire.Text `json:"date_modified_gmt"`
}

// when reads a time: the one in UTC, else the shop's local one.
func (c *channel) when(gmt, local wire.Text) time.Time {
	if at := gmt.Time(time.UTC); !at.IsZero() {
		return at
	}
	return local.Time(c.zone)
}

// cursor of a sweep. Pages go down by the time of creation within the orders changed since a time: each begins where the last
// one ended, not at a number of rows, so neither an order placed nor one thrown away meanwhile moves the rest. The next sweep
// starts from the newest change on the first page: whatever changed after that page was read has a later time by the shop's own
// clock.
type cursor struct {
	Since time.Time `json:"since"`
	Top   time.Time `json:"top,omitzero"`  // newest change on the first page
	Last  time.Time `json:"last,omitzero"` // the next page holds orders created then or before; zero on the first page
	Page  int       `json:"page,omitzero"` // pages already read of those created before Last: many orders of one second
}

// PullOrders reads the next page of a sweep.
func (c *channel) PullOrders(ctx context.Context, raw string) (connector.OrderPage, error) {
	cur := cursor{Since: c.cfg.Now().Add(-wire.LookBack)}
	wire.ReadCursor(raw, &cur)
	q := url.Values{
		"modified_after": {cur.Since.Add(-wire.Overlap).UTC().Format(stampLayout)}, "dates_are_gmt": {"true"}, "status": {"any"},
		"orderby": {"date"}, "order": {"desc"}, "per_page": {strconv.Itoa(pageSize)}, "page": {strconv.Itoa(cur.Page + 1)},
	}
	if !cur.Last.IsZero() {
		q.Set("before", cur.Last.Add(time.Second).UTC().Format(stampLayout)) // the bound itself is left out
	}
	p, err := c.list(ctx, "/orders", q)
	if err != nil {
		return connector.OrderPage{}, err
	}
	out := connector.OrderPage{Orders: make([]connector.RawOrder, 0, len(p.rows)), More: p.more(cur.Page + 1)}
	top, oldest := cur.Since, time.Time{}
	for _, row := range p.rows {
		s := readStamp(row)
		out.Orders = append(out.Orders, connector.RawOrder{ExternalID: s.ID.ID(), Body: row})
		top = wire.Later(top, c.when(s.ModifiedGMT, s.Modified), p.header, c.cfg.Now())
		if at := c.when(s.CreatedGMT, s.Created); !at.IsZero() && (oldest.IsZero() || at.Before(oldest)) {
			oldest = at
		}
	}
	if cur.Last.IsZero() && cur.Page == 0 {
		cur.Top = top
	}
	switch {
	case !out.More:
		cur = cursor{Since: cur.Top}
	case !oldest.IsZero() && (cur.Last.IsZero() || oldest.Before(cur.Last)):
		cur.Last, cur.Page = oldest, 0
	default:
		cur.Page++
	}
	out.Next = wire.WriteCursor(cur)
	return out, nil
}

// readStamp reads what can be read: an order without an id still travels on, so that it is set aside and not lost.
func readStamp(row json.RawMessage) stamp {
	var s stamp
	if e := wire.Decode(row, &s); e != nil {
		return stamp{}
	}
	return s
}

// ReadOrders reads orders by id. What lies in the trash is not there.
func (c *channel) ReadOrders(ctx context.Context, ids []string) ([]connector.RawOrder, error) {
	var numbers []string
	for _, id := range ids {
		if wire.Text(id).Number() > 0 {
			numbers = append(numbers, id)
		}
	}
	var out []connector.RawOrder
	for part := range slices.Chunk(numbers, pageSize) {
		p, err := c.list(ctx, "/orders", url.Values{"include": {strings.Join(part, ",")}, "status": {"any"}, "per_page": {strconv.Itoa(pageSize)}})
		if err != nil {
			return nil, err
		}
		for _, row := range p.rows {
			if id := readStamp(row).ID.ID(); slices.Contains(part, id) {
				out = append(out, connector.RawOrder{ExternalID: id, Body: row})
			}
		}
	}
	return out, nil
}
