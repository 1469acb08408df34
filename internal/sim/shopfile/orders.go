package shopfile

import (
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// PlaceOrder implements sim.Shop: paid online, or on delivery.
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
	row := &orderRow{ID: id, Created: created, Changed: sim.Later(now, created)}
	row.Value = order{status: s.o.NewStatus, buyer: b.Buyer, comment: b.Comment, lines: lines, cod: !b.Paid, paid: b.Paid, over: b.Raw}
	if b.Paid {
		row.Value.paidAt = now
	}
	s.orders.Add(row)
	return sim.Placed{ID: strconv.FormatInt(id, 10), At: created}, nil
}

// price turns a basket's lines into an order's, and refuses what a buyer could not order.
func (s *Shop) price(b sim.Basket) ([]line, error) {
	return sim.Lines(b, s.find, func(r *offerRow, n int64) bool { return n <= r.Value.quantity }, newLine)
}

func newLine(bl sim.BasketLine, row *offerRow) line {
	l := line{sku: bl.SKU, name: bl.Title, quantity: bl.Quantity, over: bl.Raw}
	if row != nil {
		o := &row.Value
		l.product, l.sku, l.priceMinor = row.ID, o.sku, o.priceMinor
		if o.product != 0 {
			l.product, l.variant = o.product, row.ID
		}
		if l.name == "" {
			l.name = o.name
		}
	}
	if bl.PriceMinor != nil {
		l.priceMinor = *bl.PriceMinor
	}
	return l
}

// take brings the quantity down by a line; it stays at zero when a forced order takes more.
func (s *Shop) take(l line, now time.Time) {
	row := s.item(0, l.product)
	if l.variant != 0 {
		row = s.item(l.product, l.variant)
	}
	if row != nil && l.quantity > 0 {
		row.Value.quantity = max(row.Value.quantity-l.quantity, 0)
		s.offers.Touch(row, now, row.Group)
	}
}

// PlaceRaw implements sim.Shop. An order has its id as the key of the list, so the object may hold one under order_id.
func (s *Shop) PlaceRaw(object []byte) (sim.Placed, error) {
	m, id, err := sim.RawObject(object, "order_id")
	if err != nil {
		return sim.Placed{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id = s.orders.FreeID(id, firstOrder)
	now := s.Now()
	status, _ := m["status_id"].(string)
	s.orders.Add(&orderRow{ID: id, Created: now, Changed: now, Value: order{status: status, raw: m}})
	return sim.Placed{ID: strconv.FormatInt(id, 10), At: now}, nil
}

// CancelOrder implements sim.Shop. Nothing returns to the stock.
func (s *Shop) CancelOrder(id string) error {
	return s.change(id, func(r *orderRow) { r.Value.set(s.o.CancelledStatus) })
}

// PayOrder implements sim.Shop.
func (s *Shop) PayOrder(id string) error {
	return s.change(id, func(r *orderRow) { r.Value.paid, r.Value.paidAt = true, s.Now() })
}

// change applies what a buyer does to an order that is not cancelled.
func (s *Shop) change(id string, f func(*orderRow)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.order(id)
	if row == nil {
		return fmt.Errorf("%w: %q", sim.ErrUnknownOrder, id)
	}
	if row.Value.status == s.o.CancelledStatus {
		return fmt.Errorf("%w: %q", sim.ErrFinal, id)
	}
	f(row)
	s.orders.Touch(row, sim.Later(s.Now(), row.Changed), 0)
	return nil
}

// set changes the status; a raw object is told too, so that it reads as it stands.
func (o *order) set(status string) {
	o.status = status
	if o.raw != nil {
		o.raw = maps.Clone(o.raw)
		o.raw["status_id"] = status
	}
}

func (s *Shop) order(id string) *orderRow {
	n, _ := strconv.ParseInt(id, 10, 64) // 0 is no order
	return s.orders.Get(n)
}

// Order implements sim.Shop.
func (s *Shop) Order(id string) (sim.OrderState, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return sim.View(s.order(id), s.orderState)
}

// Orders implements sim.Shop.
func (s *Shop) Orders() []sim.OrderState {
	s.mu.Lock()
	defer s.mu.Unlock()
	return sim.Views(s.orders, s.orderState)
}
