package opencart

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// PlaceOrder implements sim.Shop. A new order is pending, and OpenCart takes its goods out of stock at once; a payment module
// that got its money makes it processing.
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
	created := b.CreatedAt.UTC()
	if b.CreatedAt.IsZero() {
		created = now
	}
	row := &orderRow{ID: id, Created: created, Changed: sim.Later(now, created), Group: statusPending, Value: order{
		buyer: b.Buyer, comment: b.Comment, lines: lines, online: b.Paid, over: b.Raw,
	}}
	s.orders.Add(row)
	s.step(row, statusPending, now, "")
	if b.Paid {
		s.step(row, statusProcessing, now, "")
	}
	return sim.Placed{ID: strconv.FormatInt(id, 10), At: created}, nil
}

// price turns a basket's lines into an order's, and refuses what a buyer could not order.
func (s *Shop) price(b sim.Basket) ([]line, error) {
	lines := make([]line, 0, len(b.Lines))
	demand := map[string]int64{}
	for _, bl := range b.Lines {
		id := bl.OfferID
		if id == "" {
			id = s.bySKU[bl.SKU]
		}
		row, u := s.find(id)
		demand[id] += bl.Quantity
		if !b.Force && (u == nil || bl.Quantity <= 0 || !s.orderable(u) || demand[id] > u.quantity && !s.o.SellAtZero) {
			return nil, fmt.Errorf("%w: offer %q, SKU %q", sim.ErrNotOrderable, bl.OfferID, bl.SKU)
		}
		lines = append(lines, s.newLine(bl, row, u))
	}
	return lines, nil
}

func (s *Shop) newLine(bl sim.BasketLine, row *productRow, u *unit) line {
	l := line{offer: bl.OfferID, sku: bl.SKU, title: bl.Title, quantity: bl.Quantity, over: bl.Raw}
	if u != nil {
		price, _ := u.shown()
		l.offer, l.sku, l.priceMinor = offerID(row.ID, u.value), u.sku, price+price*s.o.Tax/100
		if l.title == "" {
			l.title = u.title
		}
	}
	if bl.PriceMinor != nil {
		l.priceMinor = *bl.PriceMinor
	}
	return l
}

// step moves an order to a status as OpenCart does: entering a group takes the goods out of stock, leaving it puts them back.
// key is not empty when Lad asked for it.
func (s *Shop) step(row *orderRow, status int64, now time.Time, key string) {
	o := &row.Value
	switch before, after := s.holds(o.status), s.holds(status); {
	case !before && after:
		s.move(o.lines, -1, now)
	case before && !after:
		s.move(o.lines, +1, now)
	}
	o.status = status
	o.lastKey = key
	if key == "" && !slices.Contains(o.reached, status) {
		o.reached = append(o.reached, status)
	}
	if o.raw != nil {
		o.raw = withStatus(o.raw, status)
	}
	s.note(row, now)
}

// withStatus is a raw object that tells a status.
func withStatus(raw map[string]any, status int64) map[string]any {
	out := make(map[string]any, len(raw))
	for k, v := range raw {
		out[k] = v
	}
	out["status"] = status
	return out
}

// note writes a change into the journal.
func (s *Shop) note(row *orderRow, now time.Time) {
	s.orders.Touch(row, sim.Later(now, row.Changed), int(row.Value.status))
	s.journal = append(s.journal, row.ID)
}

// move puts an order's goods into stock or takes them out.
func (s *Shop) move(lines []line, sign int64, now time.Time) {
	for _, l := range lines {
		if row, u := s.find(l.offer); u != nil {
			u.quantity += sign * l.quantity
			s.products.Touch(row, now, 0)
		}
	}
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
	status, err := strconv.ParseInt(fmt.Sprint(m["status"]), 10, 64)
	if err != nil {
		status = statusPending
	}
	row := &orderRow{ID: id, Created: now, Changed: now, Group: int(status), Value: order{status: status, raw: m}}
	s.orders.Add(row)
	s.note(row, now)
	return sim.Placed{ID: strconv.FormatInt(id, 10), At: now}, nil
}

// CancelOrder implements sim.Shop.
func (s *Shop) CancelOrder(id string) error {
	return s.change(id, func(row *orderRow, now time.Time) { s.step(row, statusCancelled, now, "") })
}

// PayOrder implements sim.Shop: the payment module makes a pending order processing.
func (s *Shop) PayOrder(id string) error {
	return s.change(id, func(row *orderRow, now time.Time) {
		row.Value.online = true
		s.step(row, statusProcessing, now, "")
	})
}

// DeleteOrder is the owner's deletion in the admin.
func (s *Shop) DeleteOrder(id string) error {
	return s.change(id, func(row *orderRow, now time.Time) {
		if s.holds(row.Value.status) {
			s.move(row.Value.lines, +1, now)
		}
		row.Value.deleted = true
		s.note(row, now)
	})
}

// change applies what a buyer or the owner does to an order that is not closed.
func (s *Shop) change(id string, f func(*orderRow, time.Time)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.order(id)
	if row == nil {
		return fmt.Errorf("%w: %q", sim.ErrUnknownOrder, id)
	}
	if st := row.Value.status; row.Value.deleted || closedBadly(st) || st == statusComplete {
		return fmt.Errorf("%w: %q", sim.ErrFinal, id)
	}
	f(row, s.Now())
	return nil
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

// Mails is how many letters the buyer of an order got because of Lad.
func (s *Shop) Mails(id string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if row := s.order(id); row != nil {
		return row.Value.mails
	}
	return 0
}
