package shopify

import (
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// First ids of a new shop; the numbers of real ones do not fit into 32 bits either.
const (
	firstOrder   = 5_600_000_000_001
	firstVariant = 44_000_000_001
	itemOffset   = 1_000_000_000 // an inventory item's id is its variant's and this
)

// order is a stored order; its id and times stand in its row.
type order struct {
	number       int
	buyer        sim.Buyer
	note         string
	lines        []line
	financial    string
	gateway      string
	test         bool
	tags         []string
	cancelled    time.Time
	cancelReason string
	closed       time.Time
	parcels      []parcel
	works        []work
	over         map[string]any
	raw          map[string]any // an object placed as it is; nil for ordinary orders
}

type line struct {
	id         int64
	variant    int64 // 0 = a line without a product
	sku        string
	title      string
	quantity   int64
	current    int64 // after edits
	priceMinor int64
	over       map[string]any
}

// work is a fulfilment order: what one location has to send.
type work struct {
	id       int64
	location int64
	status   string
	items    []workItem
}

type workItem struct {
	id        int64
	line      int64
	remaining int64
	committed int64 // pieces that left "available" for it
	item      int64 // variant
}

// parcel is a fulfilment.
type parcel struct {
	id      int64
	status  string
	display string
	company string
	number  string
	url     string
}

// product groups variants.
type product struct {
	id       int64
	title    string
	status   string
	variants []int64
}

// variant is an offer.
type variant struct {
	product      int64
	sku          string
	barcode      string
	title        string
	priceMinor   int64
	compareMinor int64
	untracked    bool
	oversell     bool
	levels       map[int64]*level // by location; absent = not stocked there
}

type level struct{ available, committed int64 }

type (
	orderRow   = sim.Row[order]
	variantRow = sim.Row[variant]
)

func (o *order) totalMinor(current bool) int64 {
	var sum int64
	for _, l := range o.lines {
		n := l.quantity
		if current {
			n = l.current
		}
		sum += l.priceMinor * n
	}
	return sum
}

// remaining is how many pieces wait to be sent.
func (o *order) remaining() (n int64) {
	for _, w := range o.works {
		for _, i := range w.items {
			n += i.remaining
		}
	}
	return n
}

func (o *order) shipped() bool {
	for _, p := range o.parcels {
		if p.status != "CANCELLED" {
			return true
		}
	}
	return false
}

// fulfillment is displayFulfillmentStatus.
func (o *order) fulfillment() string {
	switch {
	case o.shipped() && o.remaining() > 0:
		return "PARTIALLY_FULFILLED"
	case o.shipped():
		return "FULFILLED"
	}
	for _, w := range o.works {
		if w.status == "ON_HOLD" || w.status == "SCHEDULED" || w.status == "IN_PROGRESS" {
			return w.status
		}
	}
	return "UNFULFILLED"
}

// status is the order's in one word for the buyers' side: cancelled and closed come before how far it has been sent.
func (o *order) status() string {
	switch {
	case !o.cancelled.IsZero():
		return "CANCELLED"
	case !o.closed.IsZero():
		return "CLOSED"
	}
	return o.fulfillment()
}

// pieces are what buyers can have: all locations together.
func (v *variant) pieces() (n int64) {
	for _, l := range v.levels {
		n += l.available
	}
	return n
}

func (s *Shop) orderable(v *variant) bool {
	return s.products[v.product].status == "ACTIVE" && (v.untracked || v.oversell || v.pieces() > 0)
}

// state is the variant as the buyers' side sees it; call it under the lock.
func (s *Shop) state(r *variantRow) sim.OfferState {
	v := &r.Value
	st := sim.OfferState{
		ID: strconv.FormatInt(r.ID, 10), SKU: v.sku, ExternalID: v.sku, Barcode: v.barcode, Title: v.title, PriceMinor: v.priceMinor,
		OldPriceMinor: v.compareMinor, Tracked: !v.untracked, Orderable: s.orderable(v), ChangedAt: r.Changed,
	}
	if st.Tracked {
		st.Quantity = v.pieces()
	}
	return st
}

// orderState is the order as the buyers' side sees it.
func orderState(r *orderRow) sim.OrderState {
	o := &r.Value
	st := sim.OrderState{
		ID: strconv.FormatInt(r.ID, 10), Status: o.status(), Cancelled: !o.cancelled.IsZero(), Reason: o.cancelReason, Paid: o.financial == "PAID",
		Buyer: o.buyer, TotalMinor: o.totalMinor(true), CreatedAt: r.Created, ChangedAt: r.Changed, Raw: o.raw != nil,
	}
	for _, p := range o.parcels {
		if p.status != "CANCELLED" && p.number != "" {
			st.Tracking = p.number
		}
	}
	for _, l := range o.lines {
		st.Lines = append(st.Lines, sim.OrderLine{OfferID: strconv.FormatInt(l.variant, 10), SKU: l.sku, Title: l.title, Quantity: l.current, PriceMinor: l.priceMinor})
	}
	return st
}
