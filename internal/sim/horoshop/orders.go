package horoshop

import (
	"fmt"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// PlaceOrder implements sim.Shop. Under warehouse accounting the pieces leave the warehouses in their order.
func (s *Shop) PlaceOrder(b sim.Basket) (sim.Placed, error) {
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
	row := &orderRow{ID: id, Created: created, Changed: sim.Later(now, created), Group: orderNew}
	row.Value = order{status: orderNew, buyer: b.Buyer, comment: b.Comment, lines: lines, payed: b.Paid, operator: "NovaPoshta", over: b.Raw}
	s.orders.Add(row)
	s.emit(eventCreated, id)
	if b.Paid {
		s.emit(eventPaid, id)
	}
	return sim.Placed{ID: strconv.FormatInt(id, 10), At: created}, nil
}

// price turns a basket's lines into an order's, and refuses what a buyer could not order.
func (s *Shop) price(b sim.Basket) ([]line, error) {
	return sim.Lines(b, s.find, s.allows, newLine)
}

// allows reports that a cart may hold n pieces.
func (s *Shop) allows(row *offerRow, n int64) bool {
	st := s.state(row)
	return st.Orderable && (!st.Tracked || n <= st.Quantity)
}

func newLine(bl sim.BasketLine, row *offerRow) line {
	l := line{article: bl.OfferID, title: bl.Title, quantity: bl.Quantity, over: bl.Raw}
	if l.article == "" {
		l.article = bl.SKU
	}
	if row != nil {
		l.priceMinor = row.Value.priceMinor
		if l.title == "" {
			l.title = row.Value.titleUA
		}
	}
	if bl.PriceMinor != nil {
		l.priceMinor = *bl.PriceMinor
	}
	return l
}

// take brings the residues down by a line; they stay at zero when a forced order takes more.
func (s *Shop) take(l line, now time.Time) {
	row := s.offers.Get(s.byArticle[l.article])
	if row == nil || s.o.NoAccounting {
		return
	}
	left := max(l.quantity, 0)
	for i, n := range row.Value.residues {
		out := min(n, left)
		row.Value.residues[i] -= out
		left -= out
	}
	row.Value.derive()
	s.offers.Touch(row, now, 0)
}

// PlaceRaw implements sim.Shop.
func (s *Shop) PlaceRaw(object []byte) (sim.Placed, error) {
	m, id, err := sim.RawObject(object, "order_id")
	if err != nil {
		return sim.Placed{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id = s.orders.FreeID(id, firstOrder)
	now := s.Now()
	status, err := strconv.Atoi(fmt.Sprint(m["stat_status"]))
	if err != nil {
		status = orderNew
	}
	s.orders.Add(&orderRow{ID: id, Created: now, Changed: now, Group: status, Value: order{status: status, raw: m}})
	s.emit(eventCreated, id)
	return sim.Placed{ID: strconv.FormatInt(id, 10), At: now}, nil
}

// setStatus moves an order; a raw object is told too, so that it reads as it stands. Nothing returns to the warehouses.
func (s *Shop) setStatus(row *orderRow, status int, now time.Time) {
	o := &row.Value
	o.status = status
	if o.raw != nil {
		raw := make(map[string]any, len(o.raw))
		for k, v := range o.raw {
			raw[k] = v
		}
		raw["stat_status"] = status
		o.raw = raw
	}
	s.orders.Touch(row, sim.Later(now, row.Changed), status)
	s.emit(eventUpdated, row.ID)
}

// CancelOrder implements sim.Shop. The residues do not come back by themselves.
func (s *Shop) CancelOrder(id string) error {
	return s.change(id, func(row *orderRow, now time.Time) { s.setStatus(row, orderCancelled, now) })
}

// PayOrder implements sim.Shop.
func (s *Shop) PayOrder(id string) error { return s.change(id, s.pay) }

func (s *Shop) pay(row *orderRow, now time.Time) {
	row.Value.payed = true
	s.orders.Touch(row, sim.Later(now, row.Changed), row.Group)
	s.emit(eventPaid, row.ID)
}

// change applies what a buyer does to an order that is not closed.
func (s *Shop) change(id string, f func(*orderRow, time.Time)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.order(id)
	if row == nil {
		return fmt.Errorf("%w: %q", sim.ErrUnknownOrder, id)
	}
	if st := row.Value.status; st == orderCancelled || s.successful(st) {
		return fmt.Errorf("%w: %q", sim.ErrFinal, id)
	}
	f(row, s.Now())
	return nil
}

// successful reports that a status closes an order well.
func (s *Shop) successful(status int) bool {
	for _, c := range s.statuses {
		if c.ID == status {
			return c.Successful
		}
	}
	return false
}

func (s *Shop) order(id string) *orderRow {
	n, _ := strconv.ParseInt(id, 10, 64) // 0 is no order
	return s.orders.Get(n)
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
