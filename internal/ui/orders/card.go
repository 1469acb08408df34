package ordersui

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/customers"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/stock"
	"github.com/lad-hub/lad/internal/ui/history"
	"github.com/lad-hub/lad/internal/ui/kit"
)

// card is everything an order's card shows.
type card struct {
	orders.Card
	q     listQuery
	actor access.Actor
	now   time.Time
	names names
	note  string // what is known of the customer

	warehouses map[int64]string
	holds      map[int64][]stock.OrderHold     // by line number
	available  map[int64]qty.Qty               // by SKU, of an open order
	listings   map[int64][]connections.Listing // of SKUs with nothing left, by SKU
}

// card reads an order with the stock truth behind its lines.
func (p *pages) card(ctx context.Context, a access.Actor, id int64, q listQuery) (*card, error) {
	c := &card{q: q, actor: a, now: p.DB.Clock().Now(), warehouses: map[int64]string{}, holds: map[int64][]stock.OrderHold{}}
	var err error
	if c.Card, err = p.Orders.Get(ctx, a, id); err != nil {
		return nil, err
	}
	err = p.DB.Read(ctx, a.Tenant, func(tx *db.Tx) error { return p.readStock(ctx, tx, c) })
	if err != nil {
		return nil, err
	}
	if c.Order.CustomerID != 0 && a.May(access.CustomersRead) {
		var known customers.Card
		if known, err = p.Customers.Get(ctx, a, c.Order.CustomerID); err != nil {
			return nil, err
		}
		c.note = known.Note
	}
	return c, nil
}

// readStock reads where each line's goods are held, and for an open order what is left of its SKUs and who shows it.
func (p *pages) readStock(ctx context.Context, tx *db.Tx, c *card) (err error) {
	if c.names, err = p.names(ctx, tx); err != nil {
		return err
	}
	places, err := p.Stock.Warehouses(ctx, tx)
	if err != nil {
		return err
	}
	for _, w := range places {
		c.warehouses[w.ID] = w.Name
	}
	holds, err := p.Stock.OfOrder(ctx, tx, c.Order.ID)
	if err != nil {
		return err
	}
	for _, h := range holds {
		c.holds[h.LineNo] = append(c.holds[h.LineNo], h)
	}
	if !orders.Open(c.Order.Stage) {
		return nil
	}
	var skus, gone []int64
	for _, l := range c.Lines {
		if l.SKUID != 0 && !l.Removed && len(c.holds[l.No]) > 0 { // a service holds nothing and never runs out
			skus = append(skus, l.SKUID)
		}
	}
	if c.available, err = p.Stock.Available(ctx, tx, skus); err != nil {
		return err
	}
	for id, n := range c.available {
		if n <= 0 {
			gone = append(gone, id)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	c.listings, err = p.Connections.ShownOf(ctx, tx, gone)
	return err
}

// channel is where the order came from.
func (c *card) channel(ctx context.Context) kit.Channel {
	return c.names.channel(ctx, c.Order.ConnectionID, c.Order.Source)
}

// path is the address of the order with something done to it.
func (c *card) path(action string) string {
	s := "/orders/" + strconv.FormatInt(c.Order.ID, 10)
	if action != "" {
		s += "/" + action
	}
	return s
}

// url reads the card again.
func (c *card) url() string { return c.q.href(c.path("")) }

func (c *card) topics() []string {
	return []string{"order-" + strconv.FormatInt(c.Order.ID, 10), "stock"}
}

func (c *card) head(ctx context.Context) kit.CardHead {
	pay, ch := payment(ctx, c.Order), c.channel(ctx)
	sub := []string{ch.Title}
	if c.Order.ConnectionID != 0 {
		sub[0] += " № " + i18n.Code(c.Order.Number)
	}
	sub = append(sub, i18n.Moment(ctx, at(c.Order.PlacedAt), c.now))
	if name := c.names.people[c.Order.OwnerID]; name != "" {
		sub = append(sub, name)
	}
	return kit.CardHead{
		Channel: ch, Title: i18n.T(ctx, "orders.title", "number", c.Order.ID), Sub: strings.Join(sub, " · "),
		Tag: pay.text, Tone: pay.tone, Back: c.q.href("/orders"),
	}
}

// money is what the order is worth.
func (c *card) money(ctx context.Context) []kit.Pair {
	o := c.Order
	out := []kit.Pair{{Name: i18n.T(ctx, "orders.money.goods"), Value: i18n.Money(ctx, o.Total)}}
	if o.Delivery.Minor != 0 {
		out = append(out, kit.Pair{Name: i18n.T(ctx, "orders.money.delivery"), Value: i18n.Money(ctx, o.Delivery)})
	}
	if o.Commission.Minor == 0 {
		return out
	}
	fee := o.Commission
	fee.Minor = -fee.Minor
	out = append(out, kit.Pair{Name: i18n.T(ctx, "orders.money.commission", "channel", c.channel(ctx).Title), Value: i18n.Money(ctx, fee)})
	if left, err := o.Total.Sub(o.Commission); err == nil {
		out = append(out, kit.Pair{Name: i18n.T(ctx, "orders.money.left"), Value: i18n.Money(ctx, left), Sum: true})
	}
	return out
}

// history tells what happened, newest first.
func (c *card) history(ctx context.Context) []kit.Event {
	n := history.Names{People: c.names.people, Channels: map[int64]string{}, Status: c.status}
	for _, k := range c.names.connections {
		n.Channels[k.ID] = k.Name
	}
	if id := c.Order.ConnectionID; id != 0 && n.Channels[id] == "" {
		n.Channels[id] = c.channel(ctx).Title
	}
	return n.Events(ctx, c.History)
}

// status is the channel's own title of one of its status codes; a shop that makes its own statuses says what they are called.
func (c *card) status(code string) string {
	var info connector.Info
	if d, ok := c.names.drivers(c.Order.Source); ok {
		info = d.Info()
	}
	for _, k := range c.names.connections {
		if k.ID == c.Order.ConnectionID && len(k.Dictionary.Statuses) > 0 {
			info.Statuses = k.Dictionary.Statuses
		}
	}
	if s, ok := info.StatusOf(code); ok && s.Title != "" {
		return s.Title
	}
	return code
}
