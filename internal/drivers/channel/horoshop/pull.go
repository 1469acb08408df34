package horoshop

import (
	"context"
	"slices"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

const (
	// pageSize of orders and products: known to work, and far from the silent cut at 500.
	pageSize = 100
	// openFor is how long an open order is followed.
	openFor = 60 * 24 * time.Hour
	// maxOpen bounds the orders followed, and with them the cursor.
	maxOpen = 3000
)

var zone = wire.Zone(info.Zone)

type ordersAnswer struct {
	Orders wire.Rows `json:"orders"`
}

func (a *ordersAnswer) empty() { a.Orders = wire.Rows{} }

type stamp struct {
	ID      wire.Text `json:"order_id"`
	Created wire.Text `json:"stat_created"`
	Status  wire.Text `json:"stat_status"`
}

// cursor of a sweep. The API can not be asked for changes, so a sweep has two parts: orders created since From, page by
// page, then the orders that were open in the last sweep and were not met yet, by id. Orders that end leave the list.
type cursor struct {
	From   time.Time `json:"from"`            // creation time the sweep starts from
	Newest time.Time `json:"newest,omitzero"` // newest creation time met
	Offset int       `json:"offset,omitzero"` // within the first part
	Second bool      `json:"second,omitzero"` // the first part is over
	Old    []int64   `json:"old,omitempty"`   // open in the last sweep, still to be met in this one
	Open   []int64   `json:"open,omitempty"`  // open in this sweep
}

// PullOrders reads the next page of a sweep.
func (c *channel) PullOrders(ctx context.Context, raw string) (connector.OrderPage, error) {
	cur := cursor{From: c.cfg.Now().Add(-wire.LookBack)}
	wire.ReadCursor(raw, &cur)
	if cur.Newest.Before(cur.From) {
		cur.Newest = cur.From
	}
	if err := c.learn(ctx); err != nil {
		return connector.OrderPage{}, err
	}
	if cur.Second {
		return c.pullOpen(ctx, cur)
	}
	return c.pullNew(ctx, cur)
}

func (c *channel) pullNew(ctx context.Context, cur cursor) (connector.OrderPage, error) {
	layout, offset, limit := "2006-01-02 15:04:05", cur.Offset, pageSize
	if c.shop.old { // no offset either: the same page again, twice as long
		layout, offset, limit = "2006-01-02", 0, max(pageSize, 2*cur.Offset)
	}
	orders, err := c.orders(ctx, map[string]any{
		"from": wire.Wall(cur.From.Add(-wire.Overlap), zone, layout), "additionalData": true, "offset": offset, "limit": limit,
	})
	if err != nil {
		return connector.OrderPage{}, err
	}
	for _, o := range orders {
		cur.Newest = wire.Later(cur.Newest, o.stamp.Created.Time(zone), c.header, c.cfg.Now())
		c.follow(&cur, o.stamp)
	}
	page := connector.OrderPage{Orders: raws(orders), More: true}
	switch {
	case len(orders) >= limit:
		cur.Offset = offset + distinct(orders)
	case len(cur.Old) > 0:
		cur.Second = true
	default:
		cur = cur.over()
		page.More = false
	}
	page.Next = wire.WriteCursor(cur)
	return page, nil
}

// distinct counts rows: one that comes twice must not push the next offset past another.
func distinct(orders []stamped) int {
	seen, n := map[string]bool{}, 0
	for _, o := range orders {
		if id := o.raw.ExternalID; id == "" || !seen[id] {
			seen[id] = true
			n++
		}
	}
	return n
}

func (c *channel) pullOpen(ctx context.Context, cur cursor) (connector.OrderPage, error) {
	ids := cur.Old[:min(len(cur.Old), pageSize)]
	orders, err := c.orders(ctx, map[string]any{"ids": ids, "additionalData": true, "offset": 0, "limit": pageSize})
	if err != nil {
		return connector.OrderPage{}, err
	}
	cur.Old = slices.Clone(cur.Old[len(ids):])
	for _, o := range orders {
		c.follow(&cur, o.stamp)
	}
	page := connector.OrderPage{Orders: raws(orders), More: len(cur.Old) > 0}
	if !page.More {
		cur = cur.over()
	}
	page.Next = wire.WriteCursor(cur)
	return page, nil
}

// follow moves an order that was met between the lists of the cursor.
func (c *channel) follow(cur *cursor, s stamp) {
	id := s.ID.Number()
	drop := func(list []int64) []int64 { return slices.DeleteFunc(list, func(n int64) bool { return n == id }) }
	cur.Old, cur.Open = drop(cur.Old), drop(cur.Open)
	created := s.Created.Time(zone)
	if id == 0 || !isOpen(c.stageOf(s.Status.ID())) || !created.IsZero() && created.Before(c.cfg.Now().Add(-openFor)) {
		return
	}
	cur.Open = append(cur.Open, id)
}

// over is the cursor of the next sweep.
func (cur cursor) over() cursor {
	slices.Sort(cur.Open)
	if n := len(cur.Open); n > maxOpen {
		cur.Open = cur.Open[n-maxOpen:]
	}
	return cursor{From: cur.Newest, Old: cur.Open}
}

type stamped struct {
	stamp stamp
	raw   connector.RawOrder
}

func raws(orders []stamped) []connector.RawOrder {
	out := make([]connector.RawOrder, 0, len(orders))
	for _, o := range orders {
		out = append(out, o.raw)
	}
	return out
}

func (c *channel) orders(ctx context.Context, query map[string]any) ([]stamped, error) {
	var said ordersAnswer
	if err := c.read(ctx, "orders/get", query, &said); err != nil {
		return nil, err
	}
	if said.Orders == nil {
		return nil, connector.Errorf(connector.KindTransient, "the shop answered without a list of orders")
	}
	out := make([]stamped, 0, len(said.Orders))
	for _, row := range said.Orders {
		var s stamp
		if e := wire.Decode(row, &s); e != nil { // travels on without an id, so that it is set aside and not lost
			s = stamp{}
		}
		out = append(out, stamped{stamp: s, raw: connector.RawOrder{ExternalID: s.ID.ID(), Body: row}})
	}
	return out, nil
}

// ReadOrders reads orders by id.
func (c *channel) ReadOrders(ctx context.Context, ids []string) ([]connector.RawOrder, error) {
	var numbers []int64
	for _, id := range ids {
		if n := wire.Text(id).Number(); n > 0 {
			numbers = append(numbers, n)
		}
	}
	var out []connector.RawOrder
	for part := range slices.Chunk(numbers, pageSize) {
		orders, err := c.orders(ctx, map[string]any{"ids": part, "additionalData": true, "offset": 0, "limit": pageSize})
		if err != nil {
			return nil, err
		}
		out = append(out, raws(orders)...)
	}
	return out, nil
}

// shopFacts are learned once per session.
type shopFacts struct {
	known      bool
	old        bool // filters take dates without a time, and offset is not heard
	statuses   []connector.Status
	successful map[string]bool // statuses of the shop's own that end an order well
}

// learn asks for the shop's statuses. The function exists since version 4, which also understands times in filters and
// offsets; an older shop answers UNDEFINED_FUNCTION and gets what every version understands.
func (c *channel) learn(ctx context.Context) error {
	if c.shop.known {
		return nil
	}
	var said struct {
		Statuses wire.Rows `json:"statuses"`
	}
	var list wire.Rows
	facts := shopFacts{known: true, successful: map[string]bool{}}
	err := c.read(ctx, "orders/get_available_statuses", map[string]any{}, &eitherRows{&list, &said.Statuses})
	switch {
	case err == nil:
	case connector.KindOf(err) == connector.KindPermanent:
		facts.old = true
	default:
		return err
	}
	for _, row := range append(list, said.Statuses...) {
		var s ownStatus
		if e := wire.Decode(row, &s); e != nil || s.ID.ID() == "" {
			continue
		}
		facts.statuses = append(facts.statuses, s.read())
		if s.Successful.True() {
			facts.successful[s.ID.ID()] = true
		}
	}
	c.shop = facts
	return nil
}
