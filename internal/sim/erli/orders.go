package erli

import (
	"fmt"
	"maps"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// PlaceOrder implements sim.Shop: paid online, or on delivery; both are purchased at once.
func (s *Shop) PlaceOrder(b sim.Basket) (sim.Placed, error) { return s.place(b, false) }

// PlaceUnpaid places an order whose online payment has not come: it waits in pending and may wait for ever.
func (s *Shop) PlaceUnpaid(b sim.Basket) (sim.Placed, error) { return s.place(b, true) }

func (s *Shop) place(b sim.Basket, unpaid bool) (sim.Placed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, err := s.orders.NewID(b.ExternalID, firstOrder)
	if err != nil {
		return sim.Placed{}, err
	}
	lines, err := s.price(b)
	if err != nil {
		return sim.Placed{}, err
	}
	now := s.Now()
	for _, l := range lines {
		s.take(l, now)
	}
	created := b.CreatedAt.UTC()
	if b.CreatedAt.IsZero() {
		created = now
	}
	row := &orderRow{ID: id, Created: created, Changed: sim.Later(now, created)}
	row.Value = order{status: statusPurchased, seller: "readyToProcess", buyer: b.Buyer, comment: b.Comment, lines: lines, purchased: created, over: b.Raw}
	switch o := &row.Value; {
	case unpaid:
		o.status, o.seller, o.payment, o.purchased = statusPending, "created", "NEW", time.Time{}
	case b.Paid:
		o.payment = "COMPLETED"
	default:
		o.cod = true
	}
	s.orders.Add(row)
	s.emit(eventCreated, row)
	return sim.Placed{ID: orderID(row), At: created}, nil
}

// price turns a basket's lines into an order's, and refuses what a buyer could not order.
func (s *Shop) price(b sim.Basket) ([]line, error) {
	return sim.Lines(b, s.find, func(r *offerRow, n int64) bool { return len(r.Value.problems()) == 0 && n <= r.Value.stock }, newLine)
}

func newLine(bl sim.BasketLine, row *offerRow) line {
	l := line{externalID: firstOf(bl.OfferID, bl.SKU), sku: bl.SKU, name: bl.Title, quantity: bl.Quantity, over: bl.Raw}
	if row != nil {
		o := &row.Value
		l.externalID, l.sku, l.barcode, l.priceMinor = o.externalID, o.sku, o.barcode, o.priceMinor
		l.name = firstOf(l.name, o.name)
	}
	if bl.PriceMinor != nil {
		l.priceMinor = *bl.PriceMinor
	}
	return l
}

// take brings the shown quantity down by a line; it stays at zero when a forced order takes more.
func (s *Shop) take(l line, now time.Time) {
	if row := s.offers.Get(s.byID[l.externalID]); row != nil && l.quantity > 0 {
		row.Value.stock = max(row.Value.stock-l.quantity, 0)
		s.offers.Touch(row, now, 0)
	}
}

// PlaceRaw implements sim.Shop.
func (s *Shop) PlaceRaw(object []byte) (sim.Placed, error) {
	m, _, err := sim.RawObject(object, "id")
	if err != nil {
		return sim.Placed{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	row := &orderRow{ID: orderNumber(fmt.Sprint(m["id"])), Created: now, Changed: now, Value: order{raw: m}}
	if row.ID <= 0 || s.orders.Get(row.ID) != nil {
		row.ID = s.orders.FreeID(0, firstOrder)
	}
	row.Value.status, _ = m["status"].(string)
	row.Value.seller, _ = m["sellerStatus"].(string)
	s.orders.Add(row)
	s.emit(eventCreated, row)
	return sim.Placed{ID: orderID(row), At: now}, nil
}

// CancelOrder implements sim.Shop: the marketplace cancels for the buyer. Nothing returns to the stock.
func (s *Shop) CancelOrder(id string) error {
	return s.change(id, func(r *orderRow, now time.Time) {
		r.Value.set("status", statusCancelled)
		s.touch(r, now)
		s.emit(eventStatus, r)
	})
}

// PayOrder implements sim.Shop. An order that waited for its money is purchased by it; for any other one only the payment
// changes, and updated stays where it was.
func (s *Shop) PayOrder(id string) error {
	return s.change(id, func(r *orderRow, now time.Time) {
		r.Value.payment = "COMPLETED"
		if r.Value.status != statusPending {
			return
		}
		r.Value.set("status", statusPurchased)
		r.Value.set("sellerStatus", "readyToProcess")
		r.Value.purchased = now
		s.touch(r, now)
		s.emit(eventStatus, r)
	})
}

// change applies what a buyer does to an order that is not closed.
func (s *Shop) change(id string, f func(*orderRow, time.Time)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.order(id)
	if row == nil {
		return fmt.Errorf("%w: %q", sim.ErrUnknownOrder, id)
	}
	if row.Value.final() {
		return fmt.Errorf("%w: %q", sim.ErrFinal, id)
	}
	f(row, s.Now())
	return nil
}

// touch moves updated; call it under the lock.
func (s *Shop) touch(r *orderRow, now time.Time) { s.orders.Touch(r, sim.Later(now, r.Changed), 0) }

// set changes one of the two statuses; a raw object is told too, so that it reads as it stands.
func (o *order) set(member, status string) {
	if member == "status" {
		o.status = status
	} else {
		o.seller = status
	}
	if o.raw != nil {
		o.raw = maps.Clone(o.raw)
		o.raw[member] = status
	}
}

// Order implements sim.Shop.
func (s *Shop) Order(id string) (sim.OrderState, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return sim.View(s.order(id), orderState)
}

// Orders implements sim.Shop.
func (s *Shop) Orders() []sim.OrderState {
	s.mu.Lock()
	defer s.mu.Unlock()
	return sim.Views(s.orders, orderState)
}
