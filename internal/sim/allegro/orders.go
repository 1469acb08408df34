package allegro

import (
	"fmt"
	"strconv"

	"github.com/lad-hub/lad/internal/sim"
)

// PlaceOrder implements sim.Shop: a purchase whose form is filled in at once, paid online or on delivery.
func (s *Shop) PlaceOrder(b sim.Basket) (sim.Placed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	row, err := s.buy(b)
	if err != nil {
		return sim.Placed{}, err
	}
	s.fill(row)
	o := &row.Value
	if o.payment = payOnDelivery; b.Paid {
		o.payment, o.paidAt = payOnline, row.Changed
	}
	s.ready(row)
	return sim.Placed{ID: o.id(row.ID), At: row.Created}, nil
}

// Purchase is a buyer's click on "buy" whose delivery form stays empty.
func (s *Shop) Purchase(b sim.Basket) (sim.Placed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	row, err := s.buy(b)
	if err != nil {
		return sim.Placed{}, err
	}
	return sim.Placed{ID: row.Value.id(row.ID), At: row.Created}, nil
}

// buy stores a form in status BOUGHT and takes the pieces. A forced order takes what is there.
func (s *Shop) buy(b sim.Basket) (*orderRow, error) {
	id, err := s.orders.NewID(b.ExternalID, firstOrder)
	if err != nil {
		return nil, err
	}
	lines, err := s.price(b, id)
	if err != nil {
		return nil, err
	}
	now := s.Now()
	created := b.CreatedAt.UTC()
	if b.CreatedAt.IsZero() {
		created = now
	}
	for _, l := range lines {
		if row := s.offers.Get(l.offerID); row != nil && l.quantity > 0 {
			row.Value.sold += l.quantity
			row.Value.setStock(row.Value.stock - l.quantity)
			s.offers.Touch(row, now, 0)
		}
	}
	row := &orderRow{ID: id, Created: created, Changed: sim.Later(now, created)}
	row.Value = order{form: formBought, fulfillment: fulNew, provider: "SELLER", buyer: b.Buyer, comment: b.Comment, lines: lines, payment: payOnline, over: b.Raw}
	if s.o.Fulfillment {
		row.Value.provider = "ALLEGRO"
	}
	s.orders.Add(row)
	s.changed(row, eventBought)
	return row, nil
}

// price turns a basket's lines into an order's, and refuses what a buyer could not order.
func (s *Shop) price(b sim.Basket, id int64) ([]line, error) {
	n := 0
	return sim.Lines(b, s.find, func(r *offerRow, n int64) bool { return r.Value.orderable() && n <= r.Value.stock }, func(bl sim.BasketLine, r *offerRow) line {
		n++
		return newLine(bl, r, id, n-1)
	})
}

func newLine(bl sim.BasketLine, row *offerRow, id int64, i int) line {
	l := line{id: fmt.Sprintf("%08x-7a12-11f1-9c52-%012x", i+1, id), sku: bl.SKU, title: bl.Title, quantity: bl.Quantity, over: bl.Raw}
	if row != nil {
		l.offerID, l.sku, l.priceMinor = row.ID, row.Value.sku, row.Value.price
		if l.title == "" {
			l.title = row.Value.title
		}
	} else if n, err := strconv.ParseInt(bl.OfferID, 10, 64); err == nil {
		l.offerID = n
	}
	if bl.PriceMinor != nil {
		l.priceMinor = *bl.PriceMinor
	}
	return l
}

// PlaceRaw implements sim.Shop. An id that is a text is kept; events name the order by it.
func (s *Shop) PlaceRaw(object []byte) (sim.Placed, error) {
	m, _, err := sim.RawObject(object, "id")
	if err != nil {
		return sim.Placed{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	id := s.orders.FreeID(0, firstOrder)
	row := &orderRow{ID: id, Created: now, Changed: now, Value: order{form: formReady, fulfillment: fulNew, raw: m}}
	if status, ok := m["status"].(string); ok {
		row.Value.form = status
	}
	s.orders.Add(row)
	if own := row.Value.id(id); number(own) != id {
		s.rawIDs[own] = id
	}
	s.changed(row, eventReady)
	return sim.Placed{ID: row.Value.id(id), At: now}, nil
}

// changed gives a form a new revision and writes an event into the journal; no event without a type.
func (s *Shop) changed(row *orderRow, event string) {
	now := s.Now()
	s.revisions++
	row.Value.revision = s.revisions
	s.orders.Touch(row, sim.Later(now, row.Changed), 0)
	if event != "" {
		s.journal = append(s.journal, newEvent(int64(len(s.journal))+firstEvent, event, now, row))
	}
}

func (s *Shop) fill(row *orderRow) {
	row.Value.form = formFilled
	s.changed(row, eventFilled)
}

func (s *Shop) ready(row *orderRow) {
	row.Value.form = formReady
	s.changed(row, eventReady)
}

// Fill is the buyer's filling in of the delivery form; later says that a deferred payment was chosen.
func (s *Shop) Fill(id string, later bool) error {
	return s.change(id, func(row *orderRow) {
		s.fill(row)
		if later {
			row.Value.payment = payLater
			s.ready(row)
		}
	})
}

// PayOrder implements sim.Shop. A form that was ready already says so once more.
func (s *Shop) PayOrder(id string) error {
	return s.change(id, func(row *orderRow) {
		if row.Value.payment == payOnDelivery {
			row.Value.payment = payOnline
		}
		row.Value.paidAt = s.Now()
		s.ready(row)
	})
}

// Readdress is the buyer's change of the delivery address.
func (s *Shop) Readdress(id, city, address string) error {
	return s.change(id, func(row *orderRow) {
		row.Value.buyer.City, row.Value.buyer.Address = city, address
		s.changed(row, eventModified)
	})
}

// CancelOrder implements sim.Shop.
func (s *Shop) CancelOrder(id string) error { return s.cancel(id, eventBuyerCancelled) }

// AutoCancel is Allegro's own cancellation of an order that nobody paid.
func (s *Shop) AutoCancel(id string) error { return s.cancel(id, eventAutoCancelled) }

func (s *Shop) cancel(id, event string) error {
	return s.change(id, func(row *orderRow) {
		row.Value.form = formCancelled
		if row.Value.raw != nil {
			row.Value.raw = with(row.Value.raw, "status", formCancelled)
		}
		s.changed(row, event)
	})
}

// Return is a parcel that came back: the one status that no seller sets.
func (s *Shop) Return(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.order(id)
	if row == nil {
		return fmt.Errorf("%w: %q", sim.ErrUnknownOrder, id)
	}
	row.Value.fulfillment = fulReturned
	s.changed(row, eventFulfillment)
	return nil
}

// Ship is a waybill that Allegro's own labels attach to an order.
func (s *Shop) Ship(id, carrier, waybill string) error {
	return s.change(id, func(row *orderRow) { s.attach(row, shipment{carrier: carrier, waybill: waybill, at: s.Now()}) })
}

// change applies what happens to an order that is not closed.
func (s *Shop) change(id string, f func(*orderRow)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.order(id)
	if row == nil {
		return fmt.Errorf("%w: %q", sim.ErrUnknownOrder, id)
	}
	o := &row.Value
	if o.cancelled() || o.fulfillment == fulSent || o.fulfillment == fulPickedUp || o.fulfillment == fulReturned {
		return fmt.Errorf("%w: %q", sim.ErrFinal, id)
	}
	f(row)
	return nil
}

// with is a copy of an object with one member replaced.
func with(object map[string]any, key string, value any) map[string]any {
	out := make(map[string]any, len(object)+1)
	for k, v := range object {
		out[k] = v
	}
	out[key] = value
	return out
}

func (s *Shop) order(id string) *orderRow {
	if n, ok := s.rawIDs[id]; ok {
		return s.orders.Get(n)
	}
	return s.orders.Get(number(id))
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
