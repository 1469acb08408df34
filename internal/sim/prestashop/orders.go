package prestashop

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// First ids of orders and of their rows.
const (
	firstOrder = 42
	firstRow   = 77
)

// shippingMinor is what delivery costs the buyer.
const shippingMinor = 80_00

// order is a stored order; its times stand in its row.
type order struct {
	reference string
	state     int64
	buyer     int64 // id of customer and of address
	online    bool
	received  int64 // minor units
	comment   string
	lines     []line
	tracking  string
	carrier   int64
	shop      int64
	mails     int
	over      map[string]any
	raw       *element // an object placed as it is; nil for ordinary orders
}

type line struct {
	id         int64
	key        offerKey
	sku, title string
	quantity   int64
	priceMinor int64 // with tax
	taken      int64 // pieces the shown quantity went down by
	over       map[string]any
}

// change is a row of an order's history.
type change struct{ id, order, state, employee int64 }

type orderRow = sim.Row[order]

func (o *order) goods() (sum int64) {
	for _, l := range o.lines {
		sum += l.priceMinor * l.quantity
	}
	return sum
}

// reference is what buyers see: nine capitals that differ for every order.
func reference(id int64) string {
	b := []byte("AAAAAAAAA")
	for i := len(b) - 1; id > 0; i-- {
		b[i] = byte('A' + id%26)
		id /= 26
	}
	return string(b)
}

// PlaceOrder implements sim.Shop. Stock goes down at once and stays at zero when a forced order takes more.
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
	row := &orderRow{ID: id, Created: created.UTC(), Changed: sim.Later(now, created).UTC()}
	row.Value = order{
		reference: reference(id), state: s.stateID("PS_OS_BANKWIRE"), buyer: s.buyer(b.Buyer), comment: b.Comment, lines: lines, carrier: 2,
		shop: s.o.Shops[0], over: b.Raw,
	}
	for i := range lines {
		s.move(&lines[i], now, true)
	}
	if b.Paid {
		row.Value.online, row.Value.state, row.Value.received = true, s.stateID("PS_OS_PAYMENT"), row.Value.goods()+shippingMinor
	}
	s.orders.Add(row)
	return sim.Placed{ID: strconv.FormatInt(id, 10), At: row.Created}, nil
}

// buyer is the id of a customer and of the address with the same number.
func (s *Shop) buyer(b sim.Buyer) int64 {
	// Only recent customers are looked through: a busy shop must not slow down.
	for i := len(s.buyers) - 1; i >= max(0, len(s.buyers)-50); i-- {
		if s.buyers[i] == b {
			return int64(i + 1)
		}
	}
	s.buyers = append(s.buyers, b)
	return int64(len(s.buyers))
}

// price turns a basket's lines into an order's, and refuses what a buyer could not order.
func (s *Shop) price(b sim.Basket) ([]line, error) {
	lines := make([]line, 0, len(b.Lines))
	demand := map[offerKey]int64{}
	for _, bl := range b.Lines {
		key := parseKey(bl.OfferID)
		if bl.OfferID == "" {
			key = s.bySKU[bl.SKU]
		}
		demand[key] += bl.Quantity
		o, known := s.stateOf(key)
		free := known && s.stockOf(key).outOfStock == 1
		if !b.Force && (!known || bl.Quantity <= 0 || !o.Orderable || demand[key] > o.Quantity && !free) {
			return nil, fmt.Errorf("%w: offer %q, SKU %q", sim.ErrNotOrderable, bl.OfferID, bl.SKU)
		}
		s.lastRow++
		l := line{id: s.lastRow + firstRow - 1, key: key, sku: bl.SKU, title: bl.Title, quantity: bl.Quantity, over: bl.Raw}
		if known {
			l.sku, l.priceMinor = o.SKU, o.PriceMinor
			if l.title == "" {
				l.title = o.Title
			}
		}
		if bl.PriceMinor != nil {
			l.priceMinor = *bl.PriceMinor
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// move takes a line's pieces from the shown quantity, or gives them back.
func (s *Shop) move(l *line, now time.Time, take bool) {
	st := s.stockOf(l.key)
	if st == nil || l.quantity <= 0 {
		return
	}
	row := s.products.Get(l.key.product)
	if take {
		l.taken = min(l.quantity, max(st.quantity, 0))
		st.quantity -= l.taken
	} else {
		st.quantity += l.taken
		l.taken = 0
	}
	s.sum(&row.Value)
	s.products.Touch(row, now, 0)
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
	raw := fromJSON("order", m)
	s.orders.Add(&orderRow{ID: id, Created: now, Changed: now, Value: order{raw: raw, state: raw.number("current_state")}})
	return sim.Placed{ID: strconv.FormatInt(id, 10), At: now}, nil
}

// CancelOrder implements sim.Shop.
func (s *Shop) CancelOrder(id string) error {
	return s.act(id, func(row *orderRow, now time.Time) { s.enter(row, s.stateID("PS_OS_CANCELED"), now) })
}

// PayOrder implements sim.Shop.
func (s *Shop) PayOrder(id string) error {
	return s.act(id, func(row *orderRow, now time.Time) { s.enter(row, s.stateID("PS_OS_PAYMENT"), now) })
}

// act applies what a buyer does to an order that is not closed.
func (s *Shop) act(id string, f func(*orderRow, time.Time)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, _ := strconv.ParseInt(id, 10, 64) // 0 is no order
	row := s.orders.Get(n)
	if row == nil {
		return fmt.Errorf("%w: %q", sim.ErrUnknownOrder, id)
	}
	if slices.Contains([]string{"PS_OS_CANCELED", "PS_OS_DELIVERED", "PS_OS_REFUND", "PS_OS_ERROR"}, s.word(row.Value.state)) {
		return fmt.Errorf("%w: %q", sim.ErrFinal, id)
	}
	f(row, s.Now())
	return nil
}

// enter is a whole change of state: payment, and the goods of a cancelled order.
func (s *Shop) enter(row *orderRow, id int64, now time.Time) {
	o := &row.Value
	was, st := s.state(o.state), s.state(id)
	o.state = id
	if o.raw != nil {
		o.raw.set(whole("current_state", id))
	}
	if st.paid {
		o.received = o.goods() + shippingMinor
	}
	for i := range o.lines {
		if cancelled := was != nil && was.cancels; st.cancels != cancelled {
			s.move(&o.lines[i], now, cancelled)
		}
	}
	s.orders.Touch(row, sim.Later(now, row.Changed), 0)
}

// SetState moves an order as the shop's own staff does; a number may be one of a state the owner made.
func (s *Shop) SetState(id string, state int64) error {
	return s.act(id, func(row *orderRow, now time.Time) { s.enter(row, state, now) })
}

// Order implements sim.Shop.
func (s *Shop) Order(id string) (sim.OrderState, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, _ := strconv.ParseInt(id, 10, 64) // 0 is no order
	return sim.View(s.orders.Get(n), s.orderState)
}

// Orders implements sim.Shop.
func (s *Shop) Orders() []sim.OrderState {
	s.mu.Lock()
	defer s.mu.Unlock()
	return sim.Views(s.orders, s.orderState)
}

func (s *Shop) orderState(r *orderRow) sim.OrderState {
	o := &r.Value
	st := sim.OrderState{
		ID: strconv.FormatInt(r.ID, 10), Status: s.word(o.state), Paid: o.received > 0, Tracking: o.tracking, TotalMinor: o.goods(),
		CreatedAt: r.Created, ChangedAt: r.Changed, Raw: o.raw != nil,
	}
	if state := s.state(o.state); state != nil {
		st.Cancelled = state.cancels
	}
	if o.buyer > 0 {
		st.Buyer = s.buyers[o.buyer-1]
	}
	for _, l := range o.lines {
		st.Lines = append(st.Lines, sim.OrderLine{OfferID: l.key.String(), SKU: l.sku, Title: l.title, Quantity: l.quantity, PriceMinor: l.priceMinor})
	}
	return st
}

// HistoryLen is how many rows the history of an order has got through the API.
func (s *Shop) HistoryLen(id string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.history {
		if strconv.FormatInt(h.order, 10) == id {
			n++
		}
	}
	return n
}

// Mails is how many letters the buyer has got about changes of the status.
func (s *Shop) Mails(id string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, _ := strconv.ParseInt(id, 10, 64) // 0 is no order
	if row := s.orders.Get(n); row != nil {
		return row.Value.mails
	}
	return 0
}
