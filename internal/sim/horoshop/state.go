package horoshop

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/lad-hub/lad/internal/sim"
)

// First ids of a new site.
const (
	firstOrder  = 1042
	firstParent = 12
)

// mainWarehouse is the code of the warehouse every shop has.
const mainWarehouse = "office"

// Order statuses with a part in the simulator's own rules.
const (
	orderNew       = 1
	orderCancelled = 4
)

// Presence dictionary ids; the position in presences is the id.
const (
	presenceIn  = 1
	presenceOut = 2
)

var presences = []struct{ ua, ru string }{{}, {"В наявності", "В наличии"}, {"Немає в наявності", "Нет в наличии"}, {"Під замовлення", "Под заказ"}}

// order is a stored order; its id, times and status (as group) stand in its row.
type order struct {
	status   int
	buyer    sim.Buyer
	comment  string
	lines    []line
	payed    bool
	tracking string
	operator string
	over     map[string]any
	raw      map[string]any // an object placed as it is; nil for ordinary orders
}

type line struct {
	article    string
	title      string
	quantity   int64
	priceMinor int64
	over       map[string]any
}

// offer is a product or a modification.
type offer struct {
	article    string
	parent     string // article of the group of modifications
	titleUA    string
	titleRU    string
	category   int // position in Shop.parents
	barcode    string
	priceMinor int64
	oldMinor   int64
	presence   int
	residues   []int64 // by position in Shop.warehouses
	shown      bool
}

type (
	orderRow = sim.Row[order]
	offerRow = sim.Row[offer]
)

func (o *order) totalMinor() int64 {
	var sum int64
	for _, l := range o.lines {
		sum += l.priceMinor * l.quantity
	}
	return sum
}

// pieces is what all warehouses hold together.
func (o *offer) pieces() int64 {
	var sum int64
	for _, n := range o.residues {
		sum += n
	}
	return sum
}

// derive makes presence follow the residues, as it does under warehouse accounting.
func (o *offer) derive() {
	o.presence = presenceOut
	if o.pieces() > 0 {
		o.presence = presenceIn
	}
}

// state is the offer as the buyers' side sees it; call it under the lock.
func (s *Shop) state(r *offerRow) sim.OfferState {
	o := &r.Value
	st := sim.OfferState{
		ID: o.article, SKU: o.article, ExternalID: o.article, Barcode: o.barcode, Title: o.titleUA, PriceMinor: o.priceMinor,
		OldPriceMinor: o.oldMinor, Tracked: !s.o.NoAccounting, Orderable: o.shown && o.presence != presenceOut, ChangedAt: r.Changed,
	}
	if st.Tracked {
		st.Quantity = o.pieces()
	}
	return st
}

// orderState is the order as the buyers' side sees it.
func orderState(r *orderRow) sim.OrderState {
	o := &r.Value
	st := sim.OrderState{
		ID: fmt.Sprint(r.ID), Status: strconv.Itoa(o.status), Cancelled: o.status == orderCancelled, Paid: o.payed, Tracking: o.tracking, Buyer: o.buyer,
		TotalMinor: o.totalMinor(), CreatedAt: r.Created, ChangedAt: r.Changed, Raw: o.raw != nil,
	}
	for _, l := range o.lines {
		st.Lines = append(st.Lines, sim.OrderLine{OfferID: l.article, SKU: l.article, Title: l.title, Quantity: l.quantity, PriceMinor: l.priceMinor})
	}
	return st
}

// knownStatus reports that the shop has an order status.
func (s *Shop) knownStatus(id int) bool {
	return slices.ContainsFunc(s.statuses, func(c CustomStatus) bool { return c.ID == id })
}
