package opencart

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/sim"
)

// First ids of a new shop.
const (
	firstOrder   = 1042
	firstProduct = 50
	firstValue   = 17
)

// order is a stored order; its id, times and status (as group) stand in its row.
type order struct {
	status   int64
	buyer    sim.Buyer
	comment  string
	lines    []line
	online   bool // paid through a payment module
	reached  []int64
	tracking *tracking
	lastKey  string // of the newest entry in the history, when Lad made it
	mails    int
	deleted  bool
	over     map[string]any
	raw      map[string]any // an object placed as it is; nil for ordinary orders
}

type tracking struct {
	Carrier string `json:"carrier"`
	Title   string `json:"title,omitempty"`
	Number  string `json:"number"`
}

type line struct {
	offer      string
	sku        string
	title      string
	quantity   int64
	priceMinor int64 // with tax
	over       map[string]any
}

// product is a product with its units: itself, or the values of its one counted option.
type product struct {
	title   string
	option  string // name of the counted option; "" = none
	refuses string
	units   []unit
}

// unit is what a buyer can put into the cart.
type unit struct {
	value        int64 // product_option_value_id; 0 for the product itself
	sku          string
	barcode      string
	title        string
	priceMinor   int64 // regular
	specialMinor int64 // 0 = none
	foreign      bool  // the special is not Lad's
	quantity     int64
	hidden       bool
}

type (
	orderRow   = sim.Row[order]
	productRow = sim.Row[product]
)

func offerID(productID, value int64) string {
	if value == 0 {
		return strconv.FormatInt(productID, 10)
	}
	return fmt.Sprintf("%d-%d", productID, value)
}

// find resolves an offer id; nil = unknown.
func (s *Shop) find(id string) (*productRow, *unit) {
	productText, valueText, isValue := strings.Cut(id, "-")
	n, err := strconv.ParseInt(productText, 10, 64)
	row := s.products.Get(n)
	if err != nil || row == nil {
		return nil, nil
	}
	value := int64(0)
	if isValue {
		if value, err = strconv.ParseInt(valueText, 10, 64); err != nil || value <= 0 {
			return nil, nil
		}
	}
	for i := range row.Value.units {
		if row.Value.units[i].value == value {
			return row, &row.Value.units[i]
		}
	}
	return nil, nil
}

// shown is the price that a buyer sees, and the crossed-out one.
func (u *unit) shown() (price, old int64) {
	if u.specialMinor > 0 {
		return u.specialMinor, u.priceMinor
	}
	return u.priceMinor, 0
}

func (s *Shop) orderable(u *unit) bool { return !u.hidden && (u.quantity > 0 || s.o.SellAtZero) }

// state is the offer as the buyers' side sees it; call it under the lock.
func (s *Shop) state(r *productRow, u *unit) sim.OfferState {
	price, old := u.shown()
	return sim.OfferState{
		ID: offerID(r.ID, u.value), SKU: u.sku, ExternalID: u.sku, Barcode: u.barcode, Title: u.title, PriceMinor: price, OldPriceMinor: old,
		Quantity: u.quantity, Tracked: true, Orderable: s.orderable(u), ChangedAt: r.Changed,
	}
}

func (o *order) totalMinor() int64 {
	var sum int64
	for _, l := range o.lines {
		sum += l.priceMinor * l.quantity
	}
	return sum
}

// orderState is the order as the buyers' side sees it.
func orderState(r *orderRow) sim.OrderState {
	o := &r.Value
	st := sim.OrderState{
		ID: strconv.FormatInt(r.ID, 10), Status: strconv.FormatInt(o.status, 10), Cancelled: o.deleted || closedBadly(o.status), Paid: o.online, Buyer: o.buyer,
		TotalMinor: o.totalMinor(), CreatedAt: r.Created, ChangedAt: r.Changed, Raw: o.raw != nil,
	}
	if o.tracking != nil {
		st.Tracking = o.tracking.Number
	}
	for _, l := range o.lines {
		st.Lines = append(st.Lines, sim.OrderLine{OfferID: l.offer, SKU: l.sku, Title: l.title, Quantity: l.quantity, PriceMinor: l.priceMinor})
	}
	return st
}

// closedBadly reports OpenCart's own statuses of an order that came to nothing.
func closedBadly(status int64) bool {
	switch status {
	case statusCancelled, 8, 10, 14, 16:
		return true
	}
	return false
}
