package replay

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/app"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/report"
	"github.com/lad-hub/lad/internal/sim"
)

// player is a replay under way.
type player struct {
	Options
	app      *app.App
	clock    *clock.Fake // the time of the file, which the channels live by
	articles []*Article
	channels []*channel
	serving  sync.WaitGroup
	changed  chan struct{} // something of an order is different in Lad

	began   time.Time           // real time of the first order
	origin  time.Time           // its time in the file
	coming  map[place]*expected // placed and not yet in Lad
	ending  map[int64]place     // in Lad and not yet cancelled there, by Lad's id
	waiting []*expected         // cancellations that Lad sees as orders first
	lags    []time.Duration
	days    int64
	missing int64
}

// place is an order on its channel.
type place struct {
	channel *channel
	id      string
}

// expected is an order that Lad must take in.
type expected struct {
	place
	placed time.Time // by the real clock
	later  bool      // its buyer cancels it the next day
	order  int64     // Lad's id, once it is there
}

// listen makes the player hear of every change of an order.
func (p *player) listen() {
	p.changed = make(chan struct{}, 1)
	p.coming, p.ending = map[place]*expected{}, map[int64]place{}
	tell := p.app.Orders.Changed
	p.app.Orders.Changed = func(t db.Tenant, ids []int64) {
		tell(t, ids)
		select {
		case p.changed <- struct{}{}:
		default:
		}
	}
}

// day plays the invoices of one day: those cancelled overnight first, then the day's own, then Lad is given the time to take
// all of it in.
func (p *player) day(ctx context.Context, d *Day) error {
	started := time.Now()
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(d.Invoices) > 0 {
		p.advance(d.Invoices[0].At)
	}
	if err := p.cancelWaiting(); err != nil {
		return err
	}
	for _, part := range p.parts(d) {
		if err := p.pace(ctx, part[len(part)-1].At); err != nil {
			return err
		}
		for _, inv := range part {
			p.advance(inv.At)
			if err := p.place(inv); err != nil {
				return fmt.Errorf("invoice %s: %w", inv.No, err)
			}
		}
		if err := p.settle(ctx); err != nil {
			return err
		}
	}
	p.days++
	_, err := fmt.Fprintf(p.Progress, "%s  day %3d  %4d invoices  %6d lines  %6.2f s\n", d.Date, p.days, len(d.Invoices), d.Lines, time.Since(started).Seconds())
	return err
}

// slice is how much of the file's time is placed at once when the speed is limited.
const slice = 15 * time.Minute

// parts cuts a day into what is placed at once: the whole at full speed, else quarters of an hour.
func (p *player) parts(d *Day) [][]*Invoice {
	if len(d.Invoices) == 0 {
		return nil
	}
	if p.Speed <= 0 {
		return [][]*Invoice{d.Invoices}
	}
	var out [][]*Invoice
	from := 0
	for i, inv := range d.Invoices {
		if inv.At.Truncate(slice) != d.Invoices[from].At.Truncate(slice) {
			out = append(out, d.Invoices[from:i])
			from = i
		}
	}
	return append(out, d.Invoices[from:])
}

// pace waits for a moment of the file.
func (p *player) pace(ctx context.Context, at time.Time) error {
	if p.began.IsZero() {
		p.began, p.origin = time.Now(), at
	}
	if p.Speed <= 0 {
		return nil
	}
	due := p.began.Add(time.Duration(float64(at.Sub(p.origin)) / p.Speed))
	t := time.NewTimer(time.Until(due))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// advance moves the channels' clock; it never goes back.
func (p *player) advance(to time.Time) {
	if d := to.Sub(p.clock.Now()); d > 0 {
		p.clock.Advance(d)
	}
}

// place makes an invoice a native order of its channel. Of the cancellations half are cancelled before Lad sees them, half
// after it has held their goods.
func (p *player) place(inv *Invoice) error {
	lot := fnv.New32a()
	_, _ = lot.Write([]byte(inv.No))
	n := lot.Sum32()
	c := p.channels[n%uint32(len(p.channels))]
	lines := make([]sim.BasketLine, len(inv.Lines))
	for i, l := range inv.Lines {
		price := l.minor()
		lines[i] = sim.BasketLine{SKU: l.Code, Quantity: max(l.Quantity, -l.Quantity), PriceMinor: &price, Title: l.Title}
	}
	placed, err := c.shop.PlaceOrder(sim.Basket{Buyer: buyer(inv), Lines: lines, CreatedAt: inv.At, Comment: inv.No, Force: true})
	if err != nil {
		return err
	}
	e := &expected{place: place{c, placed.ID}, placed: time.Now(), later: inv.Cancel && n/64%2 == 1}
	p.coming[e.place] = e
	if inv.Cancel && !e.later {
		return c.shop.CancelOrder(placed.ID)
	}
	return nil
}

// buyer is the same person for the same customer id; without one nothing is known of the buyer.
func buyer(inv *Invoice) sim.Buyer {
	b := sim.Buyer{City: inv.Country}
	if inv.Customer == "" {
		return b
	}
	number := strings.Trim(inv.Customer, " ")
	if len(number) > 7 || strings.Trim(number, "0123456789") != "" {
		h := fnv.New32a()
		_, _ = h.Write([]byte(inv.Customer))
		number = fmt.Sprint(h.Sum32() % 10_000_000)
	}
	b.Name, b.Phone = "Покупець "+inv.Customer, fmt.Sprintf("+38067%07s", number)
	return b
}

// cancelWaiting lets the buyers of yesterday's cancellations cancel.
func (p *player) cancelWaiting() error {
	for _, e := range p.waiting {
		if err := e.channel.shop.CancelOrder(e.id); err != nil {
			return fmt.Errorf("order %s: %w", e.id, err)
		}
		p.ending[e.order] = e.place
	}
	p.waiting = nil
	return nil
}

// finish cancels what is left to cancel, lets Lad compare every channel's offers with what they should show, as it does now
// and then by itself, and waits until every channel knows what can be sold.
func (p *player) finish(ctx context.Context) error {
	p.clock.Advance(time.Hour)
	if err := p.cancelWaiting(); err != nil {
		return err
	}
	if err := p.settle(ctx); err != nil {
		return err
	}
	asked := p.app.DB.Clock().Now().UnixMicro()
	for _, c := range p.channels {
		if err := p.app.Connections.SyncNow(ctx, access.ForSystem(tenant), c.id); err != nil {
			return err
		}
	}
	err := p.until(ctx, "offers compared", func(tx *db.Tx) (bool, error) {
		for _, c := range p.channels {
			conn, err := connections.ByID(ctx, tx, c.id)
			if err != nil || conn.OffersReadAt < asked {
				return false, err
			}
		}
		n, err := report.Dirty(ctx, tx)
		return n == 0, err
	})
	if errors.Is(err, errStalled) {
		return nil // what is shown wrongly is told by the reconciliation
	}
	return err
}

// settle waits until every placed order is in Lad and every cancelled one is cancelled there. What does not come while
// nothing moves is given up: the reconciliation will show it.
func (p *player) settle(ctx context.Context) error {
	p.poke()
	for left := p.left(); left > 0; left = p.left() {
		err := p.until(ctx, "orders taken in", func(tx *db.Tx) (bool, error) {
			err := p.look(ctx, tx)
			return p.left() < left, err
		})
		switch {
		case errors.Is(err, errStalled):
			return p.giveUp(ctx)
		case err != nil:
			return err
		}
	}
	return nil
}

func (p *player) left() int { return len(p.coming) + len(p.ending) }

// giveUp tells what is missing and why, and expects it no more. A connection that Lad has stopped ends the replay.
func (p *player) giveUp(ctx context.Context) error {
	p.missing += int64(p.left())
	clear(p.coming)
	clear(p.ending)
	return p.app.DB.Read(ctx, tenant, func(tx *db.Tx) error {
		for _, c := range p.channels {
			conn, err := connections.ByID(ctx, tx, c.id)
			if err != nil || conn.State != connections.Active {
				return errors.Join(err, fmt.Errorf("connection %s is %s: %s", c.shop.Name(), conn.State, conn.LastError))
			}
		}
		list, err := report.Unread(ctx, tx, 20)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.Progress, "given up: %d orders or cancellations did not arrive\n%s\n", p.missing, strings.Join(list, "\n"))
		return err
	})
}

// errStalled says that nothing moved for too long.
var errStalled = errors.New("nothing moves")

// Pauses of waiting: how often to look without news, and how often to ask the channels again.
const (
	lookEvery = 50 * time.Millisecond
	pokeEvery = 2 * time.Second
)

// until looks into Lad's books after every change of an order, and now and then without one, until f is content.
func (p *player) until(ctx context.Context, what string, f func(*db.Tx) (bool, error)) error {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	poke := time.NewTicker(pokeEvery)
	defer poke.Stop()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		var done bool
		err := p.app.DB.Read(ctx, tenant, func(tx *db.Tx) (err error) {
			done, err = f(tx)
			return err
		})
		if err != nil || done {
			return err
		}
		select {
		case <-p.changed:
		case <-look.C:
		case <-poke.C:
			p.poke()
		case <-deadline.C:
			return fmt.Errorf("%s: %w for %s", what, errStalled, patience)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// poke makes every connection ask for orders now.
func (p *player) poke() {
	for _, c := range p.channels {
		p.app.Connections.PullSoon(tenant, c.id)
	}
}

// look notes which expected orders have come and which cancellations have been followed.
func (p *player) look(ctx context.Context, tx *db.Tx) error {
	wanted := map[*channel][]string{}
	for at := range p.coming {
		wanted[at.channel] = append(wanted[at.channel], at.id)
	}
	for c, ids := range wanted {
		list, err := report.Arrivals(ctx, tx, c.id, ids)
		if err != nil {
			return err
		}
		for _, a := range list {
			p.arrived(place{c, a.ExternalID}, a)
		}
	}
	done, err := report.CancelledOf(ctx, tx, slices.Collect(maps.Keys(p.ending)))
	for _, id := range done {
		delete(p.ending, id)
	}
	return err
}

func (p *player) arrived(at place, a report.Arrival) {
	e := p.coming[at]
	delete(p.coming, at)
	p.lags = append(p.lags, time.UnixMicro(a.AcceptedAt).Sub(e.placed))
	if e.later {
		e.order = a.ID
		p.waiting = append(p.waiting, e)
	}
}
