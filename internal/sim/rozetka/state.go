package rozetka

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// First ids of a new seller.
const (
	firstOrder    = 811200345
	firstItem     = 344000111
	firstInner    = 114053
	firstPurchase = 55120
	firstUser     = 700_100_000_000 // above every order id, which names the account of a buyer without a phone
)

// Stock modes of a source.
const (
	modeFeed = 3
	modeAPI  = 4
)

// Values of an item's "available".
const (
	availableOut      = 0
	availableIn       = 1
	availableVanished = 2
)

// order is a stored order; its id, times and status (as group) stand in its row.
type order struct {
	status    int
	statusAt  time.Time
	buyer     sim.Buyer
	comment   string
	lines     []line
	card      bool
	payment   int // payment status id; 0 = none, as cash has for ever
	ttn       string
	duplicate int64
	notes     []note
	history   []move
	over      map[string]any
	raw       map[string]any // an object placed as it is; nil for ordinary orders
}

type note struct {
	text string
	at   time.Time
}

type move struct {
	status int
	at     time.Time
}

type line struct {
	id         int64
	itemID     int64
	offerID    string
	article    string
	name       string
	quantity   int64
	priceMinor int64
	removed    bool
	over       map[string]any
}

// item is an offer of the seller.
type item struct {
	innerID   int64
	offerID   string
	article   string
	barcode   string
	name      string
	price     int64 // hryvnias
	priceOld  int64
	promo     int64
	parked    int64 // a price the guard holds back; 0 = none
	parkState int   // 0 awaits the seller's manager, 2 rejected
	stock     int64
	available int
	hidden    bool
	minCart   int64
	maxCart   int64
}

type (
	orderRow = sim.Row[order]
	itemRow  = sim.Row[item]
)

func (o *order) totalMinor() int64 {
	var sum int64
	for _, l := range o.lines {
		if !l.removed {
			sum += l.priceMinor * l.quantity
		}
	}
	return sum
}

// orderable reports that a buyer can put the item into the cart.
func (i *item) orderable() bool { return i.available == availableIn && i.stock > 0 && !i.hidden }

// setStock shows a new quantity.
func (i *item) setStock(n int64) {
	i.stock, i.available = n, availableIn
	if n <= 0 {
		i.stock, i.available = max(n, 0), availableOut
	}
}

// sellStatus is rz_sell_status.
func (i *item) sellStatus() int {
	switch {
	case i.hidden:
		return 8
	case i.available == availableVanished:
		return 0
	case i.available == availableOut:
		return 7
	}
	return 4
}

// state is the item as the buyers' side sees it.
func state(r *itemRow) sim.OfferState {
	i := &r.Value
	return sim.OfferState{
		ID: fmt.Sprint(r.ID), SKU: i.offerID, ExternalID: i.offerID, Barcode: i.barcode, Title: i.name, PriceMinor: i.price * 100,
		OldPriceMinor: i.priceOld * 100, ParkedPriceMinor: i.parked * 100, Quantity: i.stock, Tracked: true, Orderable: i.orderable(), ChangedAt: r.Changed,
	}
}

// orderState is the order as the buyers' side sees it.
func orderState(r *orderRow) sim.OrderState {
	o := &r.Value
	st := sim.OrderState{
		ID: fmt.Sprint(r.ID), Status: strconv.Itoa(o.status), Cancelled: groupOf(o.status) == groupFailed, Paid: o.payment == paymentPaid,
		Tracking: o.ttn, Buyer: o.buyer, TotalMinor: o.totalMinor(), CreatedAt: r.Created, ChangedAt: r.Changed, Raw: o.raw != nil,
	}
	if st.Cancelled {
		st.Reason = titles[o.status]
	}
	for _, l := range o.lines {
		if l.removed {
			continue
		}
		st.Lines = append(st.Lines, sim.OrderLine{OfferID: fmt.Sprint(l.itemID), SKU: l.offerID, Title: l.name, Quantity: l.quantity, PriceMinor: l.priceMinor})
	}
	return st
}

// body is a request body to be read again.
func body(b []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(b)) }
