package demo

import (
	"context"
	"errors"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// pastOrders were bought in the hours before the doors opened.
const (
	pastOrders = 42
	pastHours  = 5
)

// past places the orders that wait when the shop opens; the last of them need a person: one that somebody sent twice, one of an
// offer that is not linked, one of goods that are gone.
func (d *Demo) past() {
	defer d.exceptions()
	for i := range pastOrders {
		s := d.anyStall()
		if b := d.buyers.basket(s); b != nil {
			ago := time.Duration(pastOrders-i) * pastHours * time.Hour / pastOrders
			b.CreatedAt = time.Now().Add(-ago).Truncate(time.Second)
			d.place(s, *b)
		}
	}
}

// exceptions places an order of each kind that raises a task.
func (d *Demo) exceptions() {
	c := d.buyers
	if n := len(c.recent); n > 0 {
		d.place(c.recent[n-1].stall, c.recent[n-1].basket)
	}
	for _, s := range d.stalls[:2] {
		d.place(s, sim.Basket{Buyer: pick(c.dice, c.people), Lines: []sim.BasketLine{{SKU: s.odd[0], Quantity: 1}}})
	}
	rozetka := d.stalls[1]
	for _, sku := range rozetka.listed {
		if left, _ := rozetka.shows(sku); left == 0 {
			d.place(rozetka, sim.Basket{Buyer: pick(c.dice, c.people), Lines: []sim.BasketLine{{SKU: sku, Quantity: 2}}, Force: true, Comment: "Встигла замовити, доки було"})
			return
		}
	}
}

// anyStall is where the next buyer goes: half of them to Prom.
func (d *Demo) anyStall() *stall {
	return d.stalls[[]int{0, 0, 0, 1, 1, 2}[d.buyers.dice.IntN(6)]]
}

// place buys; what somebody else took a moment ago is not bought.
func (d *Demo) place(s *stall, b sim.Basket) {
	got, err := s.PlaceOrder(b)
	if errors.Is(err, sim.ErrNotOrderable) {
		return
	}
	if err != nil {
		d.app.Log.Warn("a buyer could not order", "shop", s.Name(), "err", err)
		return
	}
	d.buyers.remember(purchase{stall: s, id: got.ID, basket: b, paid: b.Paid})
}

// buy lets buyers in until ctx ends.
func (d *Demo) buy(ctx context.Context) {
	for d.nextBuyer(ctx) {
		d.act()
	}
}

// nextBuyer waits for the next one; a change of the pace is felt at once. False when the demo is over.
func (d *Demo) nextBuyer(ctx context.Context) bool {
	left := d.buyers.pause() // at pace 1
	for {
		pace, changed := d.buyers.rhythm()
		var timer <-chan time.Time
		began := time.Now()
		if pace > 0 {
			t := time.NewTimer(time.Duration(float64(left) / pace))
			defer t.Stop()
			timer = t.C
		}
		select {
		case <-ctx.Done():
			return false
		case <-timer:
			return true
		case <-changed:
			left -= time.Duration(float64(time.Since(began)) * pace)
			left = max(left, 0)
		}
	}
}

// act is what one buyer does: mostly buys, sometimes pays, cancels, or sends the same order twice.
func (d *Demo) act() {
	c := d.buyers
	switch n := c.dice.IntN(100); {
	case n < 6 && len(c.recent) > 10:
		p := c.forget(c.dice.IntN(len(c.recent)))
		d.ignore(p.stall.CancelOrder(p.id))
	case n < 14 && len(c.recent) > 10:
		i := c.dice.IntN(len(c.recent))
		if p := &c.recent[i]; !p.paid {
			p.paid = true
			d.ignore(p.stall.PayOrder(p.id))
		}
	case n < 17 && len(c.recent) > 10:
		p := c.recent[len(c.recent)-1]
		p.basket.CreatedAt = time.Time{}
		d.place(p.stall, p.basket)
	case n < 19:
		s := d.anyStall()
		b := sim.Basket{Buyer: pick(c.dice, c.people), Lines: []sim.BasketLine{{SKU: pick(c.dice, s.odd), Quantity: 1}}}
		d.place(s, b)
	default:
		s := d.anyStall()
		if b := c.basket(s); b != nil {
			d.place(s, *b)
		}
	}
}

// ignore passes over what a buyer can not do any more: the order was sent or cancelled meanwhile.
func (d *Demo) ignore(err error) {
	if err != nil && !errors.Is(err, sim.ErrFinal) {
		d.app.Log.Warn("a buyer could not change an order", "err", err)
	}
}
