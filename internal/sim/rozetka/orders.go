package rozetka

import (
	"fmt"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// unprocessedLife is how long a new order waits for the seller before the marketplace closes it.
const unprocessedLife = 24 * time.Hour

// PlaceOrder implements sim.Shop. The shown stock goes down at once and stays at zero when a forced order takes more.
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
	created := b.CreatedAt.UTC()
	if b.CreatedAt.IsZero() {
		created = now
	}
	row := &orderRow{ID: id, Created: created, Changed: sim.Later(now, created), Group: statusNew}
	row.Value = order{
		status: statusNew, statusAt: row.Changed, buyer: b.Buyer, comment: b.Comment, lines: lines, over: b.Raw,
		history: []move{{statusNew, row.Changed}},
	}
	if b.Paid {
		row.Value.card, row.Value.payment = true, paymentPaid
	}
	s.orders.Add(row)
	return sim.Placed{ID: strconv.FormatInt(id, 10), At: created}, nil
}

// price turns a basket's lines into an order's, and refuses what a buyer could not order.
func (s *Shop) price(b sim.Basket) ([]line, error) {
	return sim.Lines(b, s.find, func(r *itemRow, n int64) bool { return r.Value.orderable() && n <= r.Value.stock }, s.newLine)
}

func (s *Shop) newLine(bl sim.BasketLine, row *itemRow) line {
	s.purchases++
	l := line{id: s.purchases, offerID: bl.SKU, article: bl.SKU, name: bl.Title, quantity: bl.Quantity, over: bl.Raw}
	if row != nil {
		i := &row.Value
		l.itemID, l.offerID, l.article, l.priceMinor = row.ID, i.offerID, i.article, i.price*100
		if l.name == "" {
			l.name = i.name
		}
	} else {
		l.itemID, _ = strconv.ParseInt(bl.OfferID, 10, 64) // an unknown offer may have any id
	}
	if bl.PriceMinor != nil {
		l.priceMinor = *bl.PriceMinor
	}
	return l
}

// take brings the shown stock down by a line.
func (s *Shop) take(l *line, now time.Time) {
	row := s.items.Get(l.itemID)
	if row == nil || l.quantity <= 0 || row.Value.stock == 0 {
		return
	}
	row.Value.setStock(row.Value.stock - l.quantity)
	s.items.Touch(row, now, 0)
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
	status, err := strconv.Atoi(fmt.Sprint(m["status"]))
	if err != nil {
		status = statusNew
	}
	s.orders.Add(&orderRow{ID: id, Created: now, Changed: now, Group: status, Value: order{status: status, statusAt: now, raw: m}})
	return sim.Placed{ID: strconv.FormatInt(id, 10), At: now}, nil
}

// move puts an order into a status; a raw object is told too, so that it reads as it stands.
func (s *Shop) move(row *orderRow, status int, now time.Time) {
	o := &row.Value
	o.status, o.statusAt = status, now
	o.history = append(o.history[:len(o.history):len(o.history)], move{status, now})
	if o.raw != nil {
		raw := make(map[string]any, len(o.raw))
		for k, v := range o.raw {
			raw[k] = v
		}
		raw["status"] = status
		o.raw = raw
	}
	s.orders.Touch(row, sim.Later(now, row.Changed), status)
}

// CancelOrder implements sim.Shop. The shown stock does not come back by itself.
func (s *Shop) CancelOrder(id string) error {
	return s.change(id, func(row *orderRow, now time.Time) { s.move(row, statusByBuyer, now) })
}

// PayOrder implements sim.Shop: a cash order becomes a card order.
func (s *Shop) PayOrder(id string) error {
	return s.change(id, func(row *orderRow, now time.Time) {
		row.Value.card, row.Value.payment = true, paymentPaid
		s.orders.Touch(row, sim.Later(now, row.Changed), row.Group)
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
	if groupOf(row.Value.status) != groupProgress {
		return fmt.Errorf("%w: %q", sim.ErrFinal, id)
	}
	f(row, s.Now())
	return nil
}

// Advance is the carrier's or the marketplace's own move of an order to any status, along no graph of the seller's.
func (s *Shop) Advance(id string, status int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.order(id)
	if row == nil || titles[status] == "" {
		return fmt.Errorf("%w: %q to status %d", sim.ErrUnknownOrder, id, status)
	}
	s.move(row, status, s.Now())
	return nil
}

// ExpireUnprocessed closes the orders that nobody took on within a day, as the marketplace does (status 7), and returns
// how many those were.
func (s *Shop) ExpireUnprocessed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	rows, _ := s.orders.Find(sim.Query[order]{Groups: []int{statusNew}, CreatedTo: now.Add(-unprocessedLife)})
	for _, r := range rows {
		s.move(r, statusIgnored, now)
	}
	return len(rows)
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
