package erli

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// First numbers of a new shop.
const (
	firstOrder = 77
	firstLine  = 9911
	firstMeta  = 500001 // marketplaceId
)

// deliveryMinor is what every delivery costs.
const deliveryMinor = 1000

// Statuses that the marketplace owns.
const (
	statusPending   = "pending"
	statusPurchased = "purchased"
	statusCancelled = "cancelled"
)

// order is a stored order; its id and times stand in its row. Two statuses: the marketplace's, and the seller's beside it.
type order struct {
	status    string
	seller    string
	ours      string // externalOrderId
	buyer     sim.Buyer
	comment   string
	lines     []line
	cod       bool
	payment   string // "" = none
	purchased time.Time
	vendor    string
	tracking  string
	over      map[string]any
	raw       map[string]any // an object placed as it is; nil for ordinary orders
}

type line struct {
	externalID string
	sku        string
	name       string
	barcode    string
	quantity   int64
	priceMinor int64
	over       map[string]any
}

// offer is a product; a variation is a product of its own.
type offer struct {
	externalID string
	sku        string
	barcode    string
	name       string
	group      string // externalId of the product this is a variation of
	priceMinor int64
	stock      int64
	active     bool
	archived   bool
	frozen     map[string]bool
}

type (
	orderRow = sim.Row[order]
	offerRow = sim.Row[offer]
)

// orderID is an order's id as the API writes it: the day it was placed and a number.
func orderID(r *orderRow) string {
	return r.Created.UTC().Format("060102") + fmt.Sprintf("x%05d", r.ID)
}

// orderNumber reads the number out of an order's id, 0 when there is none.
func orderNumber(id string) int64 {
	_, digits, ok := strings.Cut(id, "x")
	if !ok {
		return 0
	}
	n, _ := strconv.ParseInt(digits, 10, 64) // 0 is no order
	return n
}

// order finds an order by its id; call it under the lock.
func (s *Shop) order(id string) *orderRow {
	r := s.orders.Get(orderNumber(id))
	if r == nil || orderID(r) != id {
		return nil
	}
	return r
}

func (o *order) goodsMinor() int64 {
	var sum int64
	for _, l := range o.lines {
		sum += l.priceMinor * l.quantity
	}
	return sum
}

// word is the order's state in one word: the marketplace's as long as it decides, then the seller's.
func (o *order) word() string {
	if o.status != statusPurchased {
		return o.status
	}
	return o.seller
}

// final reports that the buyer can change nothing any more.
func (o *order) final() bool {
	return o.status == statusCancelled || o.seller == "canceled" || o.seller == "received" || o.seller == "returned"
}

// problems are why a product can not be bought, in Erli's words.
func (o *offer) problems() []string {
	out := []string{}
	if o.stock <= 0 {
		out = append(out, "stock")
	}
	if !o.active {
		out = append(out, "active")
	}
	if o.archived {
		out = append(out, "archived")
	}
	return out
}

// state is the offer as the buyers' side sees it.
func state(r *offerRow) sim.OfferState {
	o := &r.Value
	return sim.OfferState{
		ID: o.externalID, SKU: o.sku, ExternalID: o.externalID, Barcode: o.barcode, Title: o.name, PriceMinor: o.priceMinor,
		Quantity: max(o.stock, 0), Tracked: true, Orderable: len(o.problems()) == 0, ChangedAt: r.Changed,
	}
}

// orderState is the order as the buyers' side sees it; the total is that of the goods.
func orderState(r *orderRow) sim.OrderState {
	o := &r.Value
	st := sim.OrderState{
		ID: orderID(r), Status: o.word(), Cancelled: o.status == statusCancelled || o.seller == "canceled", Paid: o.payment == "COMPLETED",
		Tracking: o.tracking, Buyer: o.buyer, TotalMinor: o.goodsMinor(), CreatedAt: r.Created, ChangedAt: r.Changed, Raw: o.raw != nil,
	}
	for _, l := range o.lines {
		st.Lines = append(st.Lines, sim.OrderLine{OfferID: l.externalID, SKU: l.sku, Title: l.name, Quantity: l.quantity, PriceMinor: l.priceMinor})
	}
	return st
}
