package shopfile

import (
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// First numbers of a new shop.
const (
	firstOrder   = 1001
	firstProduct = 501
)

// order is a stored order; its id and times stand in its row.
type order struct {
	status   string
	buyer    sim.Buyer
	comment  string
	lines    []line
	cod      bool
	paid     bool
	paidAt   time.Time
	tracking string
	carrier  string
	over     map[string]any
	raw      map[string]any // an object placed as it is; nil for ordinary orders
}

type line struct {
	product    int64
	variant    int64
	sku        string
	name       string
	quantity   int64
	priceMinor int64
	over       map[string]any
}

// offer is a product, or a variant of one.
type offer struct {
	sku        string
	barcode    string
	name       string
	product    int64 // the product this is a variant of, 0 for a product
	priceMinor int64
	quantity   int64
}

type (
	orderRow = sim.Row[order]
	offerRow = sim.Row[offer]
)

// offerID names a product "501" and a variant "501:502".
func offerID(r *offerRow) string {
	if r.Value.product == 0 {
		return strconv.FormatInt(r.ID, 10)
	}
	return strconv.FormatInt(r.Value.product, 10) + ":" + strconv.FormatInt(r.ID, 10)
}

// byID finds an offer by its name; call it under the lock.
func (s *Shop) byID(id string) *offerRow {
	product, variant, isVariant := strings.Cut(id, ":")
	if !isVariant {
		product, variant = "0", product
	}
	p, errP := strconv.ParseInt(product, 10, 64)
	v, errV := strconv.ParseInt(variant, 10, 64)
	if errP != nil || errV != nil {
		return nil
	}
	return s.item(p, v)
}

// item finds a variant of a product, or with product 0 the product itself.
func (s *Shop) item(product, id int64) *offerRow {
	r := s.offers.Get(id)
	if r == nil || r.Value.product != product {
		return nil
	}
	return r
}

func (o *order) totalMinor() int64 {
	var sum int64
	for _, l := range o.lines {
		sum += l.priceMinor * l.quantity
	}
	return sum
}

// state is the offer as the buyers' side sees it.
func state(r *offerRow) sim.OfferState {
	o := &r.Value
	return sim.OfferState{
		ID: offerID(r), SKU: o.sku, ExternalID: offerID(r), Barcode: o.barcode, Title: o.name, PriceMinor: o.priceMinor, Quantity: o.quantity,
		Tracked: true, Orderable: o.quantity > 0, ChangedAt: r.Changed,
	}
}

// orderState is the order as the buyers' side sees it.
func (s *Shop) orderState(r *orderRow) sim.OrderState {
	o := &r.Value
	st := sim.OrderState{
		ID: strconv.FormatInt(r.ID, 10), Status: o.status, Cancelled: o.status == s.o.CancelledStatus, Paid: o.paid, Tracking: o.tracking, Buyer: o.buyer,
		TotalMinor: o.totalMinor(), CreatedAt: r.Created, ChangedAt: r.Changed, Raw: o.raw != nil,
	}
	for _, l := range o.lines {
		id := strconv.FormatInt(l.product, 10)
		if l.variant != 0 {
			id += ":" + strconv.FormatInt(l.variant, 10)
		}
		st.Lines = append(st.Lines, sim.OrderLine{OfferID: id, SKU: l.sku, Title: l.name, Quantity: l.quantity, PriceMinor: l.priceMinor})
	}
	return st
}
