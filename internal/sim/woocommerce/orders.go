package woocommerce

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// PlaceOrder implements sim.Shop.
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
	now := s.second()
	created := b.CreatedAt.UTC().Truncate(time.Second)
	if b.CreatedAt.IsZero() {
		created = now
	}
	row := &orderRow{ID: id, Created: created, Changed: sim.Later(now, created)}
	o := order{buyer: b.Buyer, comment: b.Comment, lines: lines, over: b.Raw}
	status := s.o.CODStatus
	if b.Paid {
		status, o.method, o.paidAt = statusProcessing, online, row.Changed
	}
	row.Value = o
	s.orders.Add(row)
	s.setStatus(row, status, now)
	s.emit("order.created", id)
	return sim.Placed{ID: strconv.FormatInt(id, 10), At: created}, nil
}

// second is the time as the shop stores it.
func (s *Shop) second() time.Time { return s.Now().UTC().Truncate(time.Second) }

// price turns a basket's lines into an order's, and refuses what a buyer could not order.
func (s *Shop) price(b sim.Basket) ([]line, error) {
	lines := make([]line, 0, len(b.Lines))
	demand := map[int64]int64{}
	for _, bl := range b.Lines {
		row := s.find(bl.OfferID, bl.SKU)
		if row != nil {
			demand[row.ID] += bl.Quantity
		}
		if !b.Force {
			wanted := bl.Quantity
			if row != nil && wanted > 0 {
				wanted = demand[row.ID]
			}
			if err := s.orderable(row, wanted); err != nil {
				return nil, fmt.Errorf("%w: offer %q, SKU %q", err, bl.OfferID, bl.SKU)
			}
		}
		lines = append(lines, s.newLine(bl, row))
	}
	return lines, nil
}

func (s *Shop) newLine(bl sim.BasketLine, row *productRow) line {
	s.lastLine++
	l := line{id: 300 + s.lastLine, sku: bl.SKU, name: bl.Title, quantity: bl.Quantity, over: bl.Raw}
	if row != nil {
		p := &row.Value
		l.product, l.sku, l.priceMinor = row.ID, p.sku, p.price(s.Now())
		if p.parent > 0 {
			l.product, l.variation = p.parent, row.ID
		}
		if l.name == "" {
			l.name = p.name
		}
	} else {
		l.product, _ = strconv.ParseInt(bl.OfferID, 10, 64) // an unknown offer may have any id
	}
	if bl.PriceMinor != nil {
		l.priceMinor = *bl.PriceMinor
	}
	return l
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
	now := s.second()
	status, _ := m["status"].(string)
	s.orders.Add(&orderRow{ID: id, Created: now, Changed: now, Group: s.group(status), Value: order{status: status, raw: m}})
	s.emit("order.created", id)
	return sim.Placed{ID: strconv.FormatInt(id, 10), At: now}, nil
}

// setStatus moves an order; a raw object is told too, so that it reads as it stands. Stock goes down in processing, on-hold
// and completed, and comes back in cancelled and pending, each once.
func (s *Shop) setStatus(row *orderRow, status string, now time.Time) {
	o := &row.Value
	o.status = status
	switch {
	case !o.taken && slices.Contains([]string{statusProcessing, statusOnHold, statusCompleted}, status):
		o.taken = true
		s.move(o, -1, now)
	case o.taken && (status == statusCancelled || status == statusPending):
		o.taken = false
		s.move(o, 1, now)
	}
	if status == statusCompleted {
		o.endedAt = now
		if o.paidAt.IsZero() {
			o.paidAt = now
		}
	}
	if o.raw != nil {
		raw := make(map[string]any, len(o.raw))
		for k, v := range o.raw {
			raw[k] = v
		}
		raw["status"] = status
		o.raw = raw
	}
	s.orders.Touch(row, sim.Later(now, row.Changed), s.group(status))
}

// touch notes a change of an order and tells the hooks.
func (s *Shop) touch(row *orderRow, now time.Time) {
	s.orders.Touch(row, sim.Later(now, row.Changed), s.group(row.Value.status))
	s.emit("order.updated", row.ID)
}

// CancelOrder implements sim.Shop.
func (s *Shop) CancelOrder(id string) error {
	return s.change(id, func(row *orderRow, now time.Time) { s.setStatus(row, statusCancelled, now) })
}

// PayOrder implements sim.Shop.
func (s *Shop) PayOrder(id string) error {
	return s.change(id, func(row *orderRow, now time.Time) {
		row.Value.paidAt, row.Value.method = now, online
		s.setStatus(row, statusProcessing, now)
	})
}

// TrashOrder moves an order to the trash: lists do not show it any more, the hook of its deletion names its id only.
func (s *Shop) TrashOrder(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if row := s.order(id); row != nil {
		row.Value.status = statusTrash
		s.orders.Touch(row, sim.Later(s.second(), row.Changed), s.group(statusTrash))
		s.emit("order.deleted", row.ID)
	}
}

// change applies what a buyer does to an order that is not closed.
func (s *Shop) change(id string, f func(*orderRow, time.Time)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.order(id)
	if row == nil {
		return fmt.Errorf("%w: %q", sim.ErrUnknownOrder, id)
	}
	if row.Value.closed() {
		return fmt.Errorf("%w: %q", sim.ErrFinal, id)
	}
	now := s.second()
	f(row, now)
	s.touch(row, now)
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

// Notes are the notes on an order, oldest first.
func (s *Shop) Notes(id string) []Note {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.order(id)
	if row == nil {
		return nil
	}
	return slices.Clone(row.Value.notes)
}
