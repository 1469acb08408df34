package prom

import (
	"fmt"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// PlaceOrder implements sim.Shop. The shown quantity goes down at once and stays at zero when a forced order takes more.
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
	for i := range lines {
		s.take(&lines[i], now)
	}
	created := b.CreatedAt
	if created.IsZero() {
		created = now
	}
	row := &orderRow{ID: id, Created: created.UTC(), Changed: sim.Later(now, created.UTC()), Group: groupOf("pending")}
	row.Value = order{status: "pending", buyer: b.Buyer, comment: b.Comment, lines: lines, over: b.Raw}
	if b.Paid {
		row.Value.online, row.Value.payment, row.Value.paidAt = true, "paid", row.Changed
	}
	s.orders.Add(row)
	return sim.Placed{ID: strconv.FormatInt(id, 10), At: row.Created}, nil
}

// price turns a basket's lines into an order's, and refuses what a buyer could not order.
func (s *Shop) price(b sim.Basket) ([]line, error) {
	return sim.Lines(b, s.find, func(r *offerRow, n int64) bool { return r.Value.allows(n) }, newLine)
}

// allows reports that a cart may hold n pieces: as many as are counted, or any number while none are counted.
func (o *offer) allows(n int64) bool {
	return o.orderable() && (!o.tracked || o.quantity == 0 || n <= o.quantity)
}

func newLine(bl sim.BasketLine, row *offerRow) line {
	l := line{sku: bl.SKU, externalID: bl.SKU, name: bl.Title, quantity: bl.Quantity, over: bl.Raw}
	if row != nil {
		o := &row.Value
		l.product, l.sku, l.externalID, l.priceMinor = row.ID, o.sku, o.externalID, o.priceMinor
		if l.name == "" {
			l.name = o.name
		}
	} else {
		l.product, _ = strconv.ParseInt(bl.OfferID, 10, 64) // an unknown offer may have any id
	}
	if bl.PriceMinor != nil {
		l.priceMinor = *bl.PriceMinor
	}
	return l
}

// take brings the shown quantity down by a line.
func (s *Shop) take(l *line, now time.Time) {
	row := s.offers.Get(l.product)
	if row == nil || l.quantity <= 0 || !row.Value.tracked {
		return
	}
	o := &row.Value
	l.taken = min(l.quantity, o.quantity)
	o.quantity -= l.taken
	if o.quantity == 0 {
		o.presence, o.inStock = "not_available", false
	}
	s.offers.Touch(row, now, row.Group)
}

// giveBack returns a cancelled order's pieces to the shown quantity.
func (s *Shop) giveBack(o *order, now time.Time) {
	for i := range o.lines {
		l := &o.lines[i]
		row := s.offers.Get(l.product)
		if row == nil || l.taken == 0 {
			continue
		}
		row.Value.quantity += l.taken
		row.Value.presence, row.Value.inStock = "available", true
		l.taken = 0
		s.offers.Touch(row, now, row.Group)
	}
}

// PlaceRaw implements sim.Shop.
func (s *Shop) PlaceRaw(object []byte) (sim.Placed, error) {
	m, id, err := sim.RawObject(object, "id")
	if err != nil {
		return sim.Placed{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id = s.orders.FreeID(id, firstOrder)
	now := s.Now()
	status, _ := m["status"].(string)
	s.orders.Add(&orderRow{ID: id, Created: now, Changed: now, Group: groupOf(status), Value: order{status: status, raw: m}})
	return sim.Placed{ID: strconv.FormatInt(id, 10), At: now}, nil
}

// CancelOrder implements sim.Shop.
func (s *Shop) CancelOrder(id string) error {
	return s.change(id, func(o *order, now time.Time) {
		s.giveBack(o, now)
		o.setStatus("canceled")
		o.cancel = &cancellation{reason: "buyers_request", title: "Покупець відмовився", initiator: "buyer"}
	})
}

// PayOrder implements sim.Shop.
func (s *Shop) PayOrder(id string) error {
	return s.change(id, func(o *order, now time.Time) { o.online, o.payment, o.paidAt = true, "paid", now })
}

// change applies what a buyer does to an order that is not closed.
func (s *Shop) change(id string, f func(*order, time.Time)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, _ := strconv.ParseInt(id, 10, 64) // 0 is no order
	row := s.orders.Get(n)
	if row == nil {
		return fmt.Errorf("%w: %q", sim.ErrUnknownOrder, id)
	}
	if row.Value.final() {
		return fmt.Errorf("%w: %q", sim.ErrFinal, id)
	}
	now := s.Now()
	f(&row.Value, now)
	s.orders.Touch(row, sim.Later(now, row.Changed), groupOf(row.Value.status))
	return nil
}

// setStatus moves the order; a raw object is told too, so that it reads as it stands.
func (o *order) setStatus(status string) {
	o.status = status
	if o.raw != nil {
		raw := make(map[string]any, len(o.raw))
		for k, v := range o.raw {
			raw[k] = v
		}
		raw["status"] = status
		o.raw = raw
	}
}

// Order implements sim.Shop.
func (s *Shop) Order(id string) (sim.OrderState, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, _ := strconv.ParseInt(id, 10, 64) // 0 is no order
	return sim.View(s.orders.Get(n), orderState)
}

// Orders implements sim.Shop.
func (s *Shop) Orders() []sim.OrderState {
	s.mu.Lock()
	defer s.mu.Unlock()
	return sim.Views(s.orders, orderState)
}
