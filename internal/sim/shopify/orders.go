package shopify

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// codGateway is how the platform names cash on delivery among the manual payments.
const codGateway = "Cash on Delivery (COD)"

// PlaceOrder implements sim.Shop. Pieces move from available to committed at once, from the first location that has them.
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
	created := b.CreatedAt
	if created.IsZero() {
		created = now
	}
	s.lastNumber++
	row := &orderRow{ID: id, Created: created.UTC(), Changed: sim.Later(now, created.UTC())}
	row.Value = order{number: s.lastNumber, buyer: b.Buyer, note: b.Comment, lines: lines, financial: "PENDING", gateway: codGateway, over: b.Raw}
	if b.Paid {
		row.Value.financial, row.Value.gateway = "PAID", "shopify_payments"
	}
	row.Value.test, _ = b.Raw["test"].(bool)
	s.assign(&row.Value, now)
	for _, w := range row.Value.works {
		s.workOwner[w.id] = id
	}
	s.orders.Add(row)
	s.emit("ORDERS_CREATE", row)
	return sim.Placed{ID: strconv.FormatInt(id, 10), At: row.Created}, nil
}

// price turns a basket's lines into an order's, and refuses what a buyer could not order.
func (s *Shop) price(b sim.Basket) ([]line, error) {
	return sim.Lines(b, s.find, func(r *variantRow, n int64) bool { return s.allows(&r.Value, n) }, s.newLine)
}

func (s *Shop) newLine(bl sim.BasketLine, row *variantRow) line {
	l := line{id: s.nextID(), sku: bl.SKU, title: bl.Title, quantity: bl.Quantity, current: bl.Quantity, over: bl.Raw}
	if row != nil {
		l.variant, l.sku, l.priceMinor = row.ID, row.Value.sku, row.Value.priceMinor
		if l.title == "" {
			l.title = row.Value.title
		}
	}
	if bl.PriceMinor != nil {
		l.priceMinor = *bl.PriceMinor
	}
	return l
}

func (s *Shop) allows(v *variant, n int64) bool {
	return s.orderable(v) && (v.untracked || v.oversell || n <= v.pieces())
}

// assign makes the fulfilment orders: each location sends what it has, the first one answers for the rest.
func (s *Shop) assign(o *order, now time.Time) {
	for _, l := range o.lines {
		left := max(l.quantity, 0)
		row := s.variants.Get(l.variant)
		if row != nil && !row.Value.untracked {
			for _, place := range s.o.Locations {
				take := min(left, max(row.Value.stock(place.ID), 0))
				if take > 0 && !place.Inactive {
					lv := row.Value.at(place.ID)
					lv.available -= take
					lv.committed += take
					left -= take
					s.give(o, place.ID, workItem{line: l.id, remaining: take, committed: take, item: l.variant})
				}
			}
			s.variants.Touch(row, now, 0)
		}
		if left > 0 {
			s.give(o, s.o.Locations[0].ID, workItem{line: l.id, remaining: left, item: l.variant})
		}
	}
}

// give adds an item to a location's fulfilment order.
func (s *Shop) give(o *order, location int64, i workItem) {
	i.id = s.nextID()
	w := s.workAt(o, location)
	w.items = append(w.items, i)
}

func (v *variant) stock(location int64) int64 {
	if l := v.levels[location]; l != nil {
		return l.available
	}
	return 0
}

func (s *Shop) workAt(o *order, location int64) *work {
	for i := range o.works {
		if o.works[i].location == location {
			return &o.works[i]
		}
	}
	o.works = append(o.works, work{id: s.nextID(), location: location, status: "OPEN"})
	return &o.works[len(o.works)-1]
}

// PlaceRaw implements sim.Shop. The object is served as an order whose members are all there is.
func (s *Shop) PlaceRaw(raw []byte) (sim.Placed, error) {
	m, id, err := sim.RawObject(raw, "legacyResourceId")
	if err != nil {
		return sim.Placed{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id = s.orders.FreeID(id, firstOrder)
	now := s.Now()
	row := &orderRow{ID: id, Created: now, Changed: now, Value: order{raw: m, financial: "PENDING"}}
	s.orders.Add(row)
	s.emit("ORDERS_CREATE", row)
	return sim.Placed{ID: strconv.FormatInt(id, 10), At: now}, nil
}

// CancelOrder implements sim.Shop.
func (s *Shop) CancelOrder(id string) error {
	return s.change(id, "ORDERS_CANCELLED", func(o *order, now time.Time) { s.cancel(o, "CUSTOMER", true, now) })
}

// PayOrder implements sim.Shop.
func (s *Shop) PayOrder(id string) error {
	return s.change(id, "ORDERS_PAID", func(o *order, _ time.Time) { o.financial = "PAID" })
}

// Refund gives all the money back, which the cabinet can do without cancelling.
func (s *Shop) Refund(id string) error {
	return s.change(id, "REFUNDS_CREATE", func(o *order, _ time.Time) { o.financial = "REFUNDED" })
}

// Edit changes how many pieces of the first line are left after an edit in the cabinet.
func (s *Shop) Edit(id string, current int64) error {
	return s.change(id, "ORDERS_UPDATED", func(o *order, _ time.Time) { o.lines[0].current = current })
}

// Hold puts the fulfilment orders on hold.
func (s *Shop) Hold(id string) error {
	return s.change(id, "ORDERS_UPDATED", func(o *order, _ time.Time) {
		for i := range o.works {
			o.works[i].status = "ON_HOLD"
		}
	})
}

// Deliver is the carrier's last event.
func (s *Shop) Deliver(id string) error {
	return s.change(id, "FULFILLMENTS_UPDATE", func(o *order, _ time.Time) {
		for i := range o.parcels {
			o.parcels[i].display = "DELIVERED"
		}
	})
}

// change applies what happens to an order that is open.
func (s *Shop) change(id, topic string, f func(*order, time.Time)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, _ := strconv.ParseInt(id, 10, 64) // 0 is no order
	row := s.orders.Get(n)
	if row == nil {
		return fmt.Errorf("%w: %q", sim.ErrUnknownOrder, id)
	}
	s.settle(s.Now())
	if !row.Value.cancelled.IsZero() || !row.Value.closed.IsZero() {
		return fmt.Errorf("%w: %q", sim.ErrFinal, id)
	}
	f(&row.Value, s.Now())
	s.touch(row, s.Now(), topic)
	return nil
}

// touch records a change and tells subscribers.
func (s *Shop) touch(row *orderRow, now time.Time, topic string) {
	s.orders.Touch(row, sim.Later(now, row.Changed), 0)
	if topic != "ORDERS_UPDATED" {
		s.emit(topic, row)
	}
	s.emit("ORDERS_UPDATED", row)
}

// cancel ends an order; restocked pieces are available again.
func (s *Shop) cancel(o *order, reason string, restock bool, now time.Time) {
	o.cancelled, o.cancelReason = now, reason
	if o.raw != nil {
		raw := make(map[string]any, len(o.raw)+2)
		for k, v := range o.raw {
			raw[k] = v
		}
		raw["cancelledAt"], raw["cancelReason"] = stamp(now), reason
		o.raw = raw
	}
	for i := range o.works {
		w := &o.works[i]
		w.status, w.items = "CANCELLED", slices.Clone(w.items)
		for j := range w.items {
			s.uncommit(w, &w.items[j], restock, now)
			w.items[j].remaining = 0
		}
	}
}

// uncommit ends the commitment of a fulfilment order's item: sent, or given back.
func (s *Shop) uncommit(w *work, i *workItem, back bool, now time.Time) {
	row := s.variants.Get(i.item)
	if row == nil || i.committed == 0 {
		return
	}
	l := row.Value.at(w.location)
	l.committed -= i.committed
	if back {
		l.available += i.committed
	}
	i.committed = 0
	s.variants.Touch(row, now, 0)
}

// Order implements sim.Shop.
func (s *Shop) Order(id string) (sim.OrderState, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, _ := strconv.ParseInt(id, 10, 64) // 0 is no order
	row := s.orders.Get(n)
	if row == nil {
		return sim.OrderState{}, false
	}
	s.settle(s.Now())
	return orderState(row), true
}

// Orders implements sim.Shop.
func (s *Shop) Orders() []sim.OrderState {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(s.Now())
	return sim.Views(s.orders, orderState)
}

// Marks are an order's financial status and its tags.
func (s *Shop) Marks(id string) (financial string, tags []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, _ := strconv.ParseInt(id, 10, 64) // 0 is no order
	if row := s.orders.Get(n); row != nil {
		return row.Value.financial, slices.Clone(row.Value.tags)
	}
	return "", nil
}
