package woocommerce

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// First ids of a new shop.
const (
	firstOrder   = 7421
	firstProduct = 55
)

// Statuses with a part in the simulator's own rules.
const (
	statusPending    = "pending"
	statusOnHold     = "on-hold"
	statusProcessing = "processing"
	statusCompleted  = "completed"
	statusCancelled  = "cancelled"
	statusRefunded   = "refunded"
	statusTrash      = "trash"
)

// coreStatuses are those of every shop; custom ones follow.
var coreStatuses = []CustomStatus{
	{statusPending, "Очікує оплати"}, {statusProcessing, "В обробці"}, {statusOnHold, "На утриманні"}, {statusCompleted, "Виконано"},
	{statusCancelled, "Скасовано"}, {statusRefunded, "Повернено"}, {"failed", "Не вдалося"}, {"checkout-draft", "Чернетка"},
}

// order is a stored order; its id, times and status (as group) stand in its row.
type order struct {
	status    string
	buyer     sim.Buyer
	comment   string
	lines     []line
	method    int // position in gateways
	paidAt    time.Time
	endedAt   time.Time // completed
	taken     bool      // the shop's stock went down by it
	meta      []meta
	notes     []Note
	refunds   []refund
	trackings []tracking
	over      map[string]any
	raw       map[string]any // an object placed as it is; nil for ordinary orders
}

type line struct {
	id         int64
	product    int64
	variation  int64
	sku        string
	name       string
	quantity   int64
	priceMinor int64
	over       map[string]any
}

type meta struct {
	ID    int64  `json:"id"`
	Key   string `json:"key"`
	Value any    `json:"value"`
}

// Note is a note on an order; the buyer is mailed those for customers.
type Note struct {
	Text     string
	Customer bool
}

type refund struct {
	id         int64
	reason     string
	totalMinor int64
}

type tracking struct {
	provider, number, link, date string
}

// Kinds of products, which are also their groups.
const (
	kindSimple = iota
	kindVariable
	kindVariation
	kindGrouped
	kindExternal
)

var kindNames = []string{"simple", "variable", "variation", "grouped", "external"}

// inTrash is added to the group of a product in the trash.
const inTrash = 10

// Ways of counting pieces.
const (
	countNone   = "false"
	countOwn    = "true"
	countParent = "parent" // of a variation: the product's own count serves it
)

// product is a product or a variation.
type product struct {
	kind         int
	parent       int64
	sku          string
	barcode      string
	name         string
	category     string
	status       string
	regularMinor int64
	saleMinor    int64 // 0 = no sale
	saleFrom     time.Time
	count        string
	quantity     int64
	stock        string // stock_status
	backorders   string
}

type (
	orderRow   = sim.Row[order]
	productRow = sim.Row[product]
)

// group numbers a status for the index; an unknown one is 0.
func (s *Shop) group(status string) int {
	if status == statusTrash {
		return -1
	}
	return 1 + slices.IndexFunc(s.statuses, func(c CustomStatus) bool { return c.Slug == status })
}

func (o *order) totalMinor() int64 {
	var sum int64
	for _, l := range o.lines {
		sum += l.priceMinor * l.quantity
	}
	return sum
}

// closed reports that the buyer can change nothing any more.
func (o *order) closed() bool {
	return slices.Contains([]string{statusCancelled, statusCompleted, statusRefunded, statusTrash}, o.status)
}

// price is what a buyer pays at a time.
func (p *product) price(at time.Time) int64 {
	if p.saleMinor > 0 && !at.Before(p.saleFrom) {
		return p.saleMinor
	}
	return p.regularMinor
}

// counted is the row whose quantity serves a product; nil where pieces are not counted.
func (s *Shop) counted(r *productRow) *productRow {
	switch {
	case s.o.NoStockManagement || r.Value.count == countNone:
		return nil
	case r.Value.count == countParent:
		parent := s.products.Get(r.Value.parent)
		if parent == nil || parent.Value.count != countOwn {
			return nil
		}
		return parent
	}
	return r
}

// derive makes stock_status follow the quantity where one is counted.
func (s *Shop) derive(r *productRow) {
	c := s.counted(r)
	switch {
	case c == nil:
	case c.Value.quantity > 0:
		r.Value.stock = "instock"
	case c.Value.backorders == "no":
		r.Value.stock = "outofstock"
	default:
		r.Value.stock = "onbackorder"
	}
}

// visible says whether a buyer finds a product at all; a variation needs its product too.
func (s *Shop) visible(r *productRow) bool {
	if r.Value.status != "publish" || r.Group >= inTrash {
		return false
	}
	parent := s.products.Get(r.Value.parent)
	return parent == nil || parent.Value.status == "publish"
}

// offerID names what a buyer can put into the cart: a product by its number, a variation by the two numbers that its address
// and an order's line carry.
func offerID(r *productRow) string {
	if r.Value.parent == 0 {
		return strconv.FormatInt(r.ID, 10)
	}
	return fmt.Sprintf("%d-%d", r.Value.parent, r.ID)
}

// state is the offer as the buyers' side sees it; call it under the lock.
func (s *Shop) state(r *productRow) sim.OfferState {
	p := &r.Value
	st := sim.OfferState{
		ID: offerID(r), SKU: p.sku, Barcode: p.barcode, Title: p.name, PriceMinor: p.price(s.Now()),
		Orderable: s.visible(r) && p.stock != "outofstock", ChangedAt: r.Changed,
	}
	if st.PriceMinor < p.regularMinor {
		st.OldPriceMinor = p.regularMinor
	}
	if c := s.counted(r); c != nil {
		st.Tracked, st.Quantity = true, c.Value.quantity
	}
	return st
}

// orderState is the order as the buyers' side sees it.
func orderState(r *orderRow) sim.OrderState {
	o := &r.Value
	st := sim.OrderState{
		ID: strconv.FormatInt(r.ID, 10), Status: o.status, Cancelled: o.status == statusCancelled, Paid: !o.paidAt.IsZero(), Tracking: o.waybill(),
		Buyer: o.buyer, TotalMinor: o.totalMinor(), CreatedAt: r.Created, ChangedAt: r.Changed, Raw: o.raw != nil,
	}
	for _, l := range o.lines {
		id := strconv.FormatInt(l.product, 10)
		if l.variation > 0 {
			id = fmt.Sprintf("%d-%d", l.product, l.variation)
		}
		st.Lines = append(st.Lines, sim.OrderLine{OfferID: id, SKU: l.sku, Title: l.name, Quantity: l.quantity, PriceMinor: l.priceMinor})
	}
	return st
}

// waybill is the number stored last, wherever it stands.
func (o *order) waybill() string {
	if n := len(o.trackings); n > 0 {
		return o.trackings[n-1].number
	}
	return fmt.Sprint(o.find("_hub_tracking_number"))
}

// find is a metadata value, "" when there is none.
func (o *order) find(key string) any {
	for _, m := range o.meta {
		if m.Key == key {
			return m.Value
		}
	}
	return ""
}
