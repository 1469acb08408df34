package prom

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// First ids of a new shop.
const (
	firstOrder = 415000111
	firstOffer = 1800100
	firstGroup = 120
)

// order is a stored order; its id, times and status group stand in its row.
type order struct {
	status      string
	buyer       sim.Buyer
	comment     string
	lines       []line
	online      bool // paid, or to be paid, by Prom's own payment
	payment     string
	paidAt      time.Time
	declaration string
	carrier     string
	cancel      *cancellation
	over        map[string]any
	raw         map[string]any // an object placed as it is; nil for ordinary orders
}

type cancellation struct{ reason, title, initiator string }

type line struct {
	product    int64
	externalID string
	sku        string
	name       string
	quantity   int64
	priceMinor int64
	taken      int64 // pieces the shown quantity went down by
	over       map[string]any
}

// offer is a product or a variation.
type offer struct {
	externalID string
	sku        string
	barcode    string
	name       string
	base       int64 // the product this is a variation of
	priceMinor int64
	oldMinor   int64
	tracked    bool // quantity_in_stock is a number
	quantity   int64
	presence   string
	inStock    bool
	status     string
	discount   json.RawMessage
}

type (
	orderRow = sim.Row[order]
	offerRow = sim.Row[offer]
)

// statusGroup numbers the statuses orders are filtered by. Custom statuses belong to "received".
var statusGroup = map[string]int{
	"pending": 1, "received": 2, "paid": 3, "delivered": 4, "canceled": 5, "draft": 6,
	"waiting_loan_approval": 7, "loan_approved": 8, "loan_rejected": 9,
}

// groupOf is the filter group of a status.
func groupOf(status string) int {
	if strings.HasPrefix(status, "custom-") {
		return statusGroup["received"]
	}
	return statusGroup[status]
}

// final reports that an order's status can not change any more.
func (o *order) final() bool { return o.status == "canceled" || o.status == "delivered" }

func (o *order) totalMinor() int64 {
	var sum int64
	for _, l := range o.lines {
		sum += l.priceMinor * l.quantity
	}
	return sum
}

// orderable reports that a buyer can put the offer into the cart. Presence decides; a zero quantity alone does not.
func (o *offer) orderable() bool { return o.status == "on_display" && o.presence != "not_available" }

// state is the offer as the buyers' side sees it.
func state(r *offerRow) sim.OfferState {
	o := &r.Value
	return sim.OfferState{
		ID: fmt.Sprint(r.ID), SKU: o.sku, ExternalID: o.externalID, Barcode: o.barcode, Title: o.name, PriceMinor: o.priceMinor,
		OldPriceMinor: o.oldMinor, Quantity: o.quantity, Tracked: o.tracked, Orderable: o.orderable(), ChangedAt: r.Changed,
	}
}

// orderState is the order as the buyers' side sees it.
func orderState(r *orderRow) sim.OrderState {
	o := &r.Value
	st := sim.OrderState{
		ID: fmt.Sprint(r.ID), Status: o.status, Cancelled: o.status == "canceled", Paid: o.payment == "paid", Tracking: o.declaration,
		Buyer: o.buyer, TotalMinor: o.totalMinor(), CreatedAt: r.Created, ChangedAt: r.Changed, Raw: o.raw != nil,
	}
	if o.cancel != nil {
		st.Reason = o.cancel.reason
	}
	for _, l := range o.lines {
		st.Lines = append(st.Lines, sim.OrderLine{OfferID: fmt.Sprint(l.product), SKU: l.sku, Title: l.name, Quantity: l.quantity, PriceMinor: l.priceMinor})
	}
	return st
}
