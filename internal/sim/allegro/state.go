package allegro

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// First ids of a new account.
const (
	firstOrder = 811_200_345
	firstOffer = 17_000_000_001
	firstEvent = 1_700_000_000_001
)

// Statuses of a checkout form.
const (
	formBought    = "BOUGHT"
	formFilled    = "FILLED_IN"
	formReady     = "READY_FOR_PROCESSING"
	formCancelled = "CANCELLED"
)

// Types of payment that the simulator plays.
const (
	payOnDelivery = "CASH_ON_DELIVERY"
	payOnline     = "ONLINE"
	payLater      = "EXTENDED_TERM"
)

// Publication statuses of an offer.
const (
	offerActive   = "ACTIVE"
	offerInactive = "INACTIVE"
	offerEnded    = "ENDED"
)

// order is a stored checkout form; its id and times stand in its row.
type order struct {
	form        string
	fulfillment string
	provider    string
	revision    int64
	buyer       sim.Buyer
	comment     string
	lines       []line
	payment     string
	paidAt      time.Time
	shipments   []shipment
	over        map[string]any
	raw         map[string]any // an object placed as it is; nil for ordinary orders
}

type line struct {
	id         string
	offerID    int64
	sku        string
	title      string
	quantity   int64
	priceMinor int64
	over       map[string]any
}

type shipment struct {
	id      string
	waybill string
	carrier string
	name    string
	lines   []string
	at      time.Time
}

// offer is one of the seller's.
type offer struct {
	sku    string
	title  string
	price  int64
	stock  int64
	sold   int64
	status string
	busy   time.Time // a PATCH is being worked on until then
}

// bill is a billing entry; minor is negative for a charge.
type bill struct {
	id      string
	at      time.Time
	orderID string
	offerID string
	code    string
	name    string
	minor   int64
}

type (
	orderRow = sim.Row[order]
	offerRow = sim.Row[offer]
)

const uuidHead = "5d0c9e10-7a11-11f1-9c52-"

// uuid is the id of an order as the API writes it.
func uuid(n int64) string { return uuidHead + fmt.Sprintf("%012x", n) }

// number is the inverse of uuid; 0 when it is none of ours.
func number(id string) int64 {
	tail, ok := strings.CutPrefix(id, uuidHead)
	n, err := strconv.ParseInt(tail, 16, 64)
	if !ok || err != nil || len(tail) != 12 {
		return 0
	}
	return n
}

func (o *order) goodsMinor() int64 {
	var sum int64
	for _, l := range o.lines {
		sum += l.priceMinor * l.quantity
	}
	return sum
}

func (o *order) cancelled() bool { return o.form == formCancelled || o.fulfillment == fulCancelled }

// status is the word for the order as a whole: the form's until it is ready, then the fulfilment's.
func (o *order) status() string {
	if o.form == formReady {
		return o.fulfillment
	}
	return o.form
}

// sent tells of how many lines a waybill is known.
func (o *order) sent() string {
	known := map[string]bool{}
	for _, sh := range o.shipments {
		if len(sh.lines) == 0 {
			return "ALL"
		}
		for _, id := range sh.lines {
			known[id] = true
		}
	}
	switch {
	case len(known) == 0:
		return "NONE"
	case len(known) < len(o.lines):
		return "SOME"
	}
	return "ALL"
}

// setStock shows a new quantity: zero ends an offer on sale, more does not bring it back.
func (o *offer) setStock(n int64) {
	o.stock = max(n, 0)
	if o.stock == 0 && o.status == offerActive {
		o.status = offerEnded
	}
}

func (o *offer) orderable() bool { return o.status == offerActive && o.stock > 0 }

// offerState is the offer as the buyers' side sees it.
func offerState(r *offerRow) sim.OfferState {
	o := &r.Value
	return sim.OfferState{
		ID: fmt.Sprint(r.ID), SKU: o.sku, ExternalID: o.sku, Title: o.title, PriceMinor: o.price, Quantity: o.stock, Tracked: true,
		Orderable: o.orderable(), ChangedAt: r.Changed,
	}
}

// orderState is the order as the buyers' side sees it.
func orderState(r *orderRow) sim.OrderState {
	o := &r.Value
	st := sim.OrderState{
		ID: o.id(r.ID), Status: o.status(), Cancelled: o.cancelled(), Paid: !o.paidAt.IsZero(), Buyer: o.buyer, TotalMinor: o.goodsMinor(),
		CreatedAt: r.Created, ChangedAt: r.Changed, Raw: o.raw != nil,
	}
	if n := len(o.shipments); n > 0 {
		st.Tracking = o.shipments[n-1].waybill
	}
	for _, l := range o.lines {
		st.Lines = append(st.Lines, sim.OrderLine{OfferID: fmt.Sprint(l.offerID), SKU: l.sku, Title: l.title, Quantity: l.quantity, PriceMinor: l.priceMinor})
	}
	return st
}

// id is the order's id: a raw object keeps its own when it is a text.
func (o *order) id(n int64) string {
	if own, ok := o.raw["id"].(string); ok && own != "" {
		return own
	}
	return uuid(n)
}
