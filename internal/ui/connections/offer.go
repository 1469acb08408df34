package connectionsui

import (
	"context"
	"strconv"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// offersPage is how many offers a page shows.
const offersPage = 50

// offersID is the id of the list's fragment.
const offersID = "offers-list"

// states are the cuts of the list, in the order of their chips.
var states = []connections.OfferState{connections.OffersAll, connections.OffersUnlinked, connections.OffersBehind, connections.OffersLinked}

// offers is a page of a connection's offers.
type offers struct {
	view
	state     connections.OfferState
	after     int64
	next      int64
	open      int64
	list      []connections.Listing
	skus      map[int64]catalog.SKU
	available map[int64]qty.Qty
}

func (p *pages) offers(ctx context.Context, v view, state connections.OfferState, after, open int64) (*offers, error) {
	o := &offers{view: v, state: state, after: after, open: open}
	return o, p.DB.Read(ctx, v.actor.Tenant, func(tx *db.Tx) (err error) {
		if o.list, err = p.Connections.Offers(ctx, tx, v.Connection.ID, state, after, offersPage+1); err != nil {
			return err
		}
		if len(o.list) > offersPage {
			o.list = o.list[:offersPage]
			o.next = o.list[offersPage-1].ID
		}
		return p.linked(ctx, tx, o)
	})
}

// linked reads the SKUs that the offers sell and what of them can be sold.
func (p *pages) linked(ctx context.Context, tx *db.Tx, o *offers) (err error) {
	var ids []int64
	for _, l := range o.list {
		if l.SKUID != 0 {
			ids = append(ids, l.SKUID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if o.skus, err = (catalog.Reader{}).ByIDs(ctx, tx, ids); err != nil {
		return err
	}
	o.available, err = p.Stock.Available(ctx, tx, ids)
	return err
}

func (o *offers) href(state connections.OfferState, after int64) string {
	return reply.Href(o.path()+"/offers", "only", string(state), "after", strconv.FormatInt(after, 10))
}

func (o *offers) offerHref(id int64) string {
	return reply.Href(o.path()+"/offers/"+strconv.FormatInt(id, 10), "only", string(o.state), "after", strconv.FormatInt(o.after, 10))
}

func (o *offers) chips(ctx context.Context) []kit.Chip {
	var out []kit.Chip
	for _, s := range states {
		key := string(s)
		if key == "" {
			key = "all"
		}
		n := 0
		if s == connections.OffersUnlinked {
			n = o.Unlinked
		}
		out = append(out, kit.Chip{ID: "offers-" + key, Text: i18n.T(ctx, "connections.offers."+key), Href: o.href(s, 0), On: o.state == s, N: n})
	}
	return out
}

func (o *offers) columns(ctx context.Context) []kit.Column {
	return []kit.Column{
		{Head: i18n.T(ctx, "connections.col.offer"), Slot: kit.SlotNote, Clip: true},
		{Head: i18n.T(ctx, "connections.col.code"), Slot: kit.Wide},
		{Head: i18n.T(ctx, "connections.col.sku"), Slot: kit.SlotSide},
		{Head: i18n.T(ctx, "connections.col.price"), Slot: kit.Wide, Right: true},
		{Head: i18n.T(ctx, "connections.col.shows"), Slot: kit.SlotEnd, Right: true},
	}
}

func (o *offers) row(l connections.Listing) kit.RowData {
	return kit.RowData{ID: "offer-" + strconv.FormatInt(l.ID, 10), On: l.ID == o.open}
}

// want is what the offer's channel should show.
func (o *offers) want(l connections.Listing) qty.Qty {
	return o.Connection.Policy.Shown(o.available[l.SKUID])
}

// title is what the offer is called; some have only a number.
func title(l connections.Listing) string {
	if l.Title != "" {
		return l.Title
	}
	return l.ExternalID
}

func price(ctx context.Context, l connections.Listing) string {
	c, err := money.ParseCurrency(l.Currency)
	if err != nil || l.PriceMinor == 0 {
		return "—"
	}
	return i18n.Money(ctx, money.New(l.PriceMinor, c))
}

// quantity writes a quantity of a listing; -1 and less was never said.
func quantity(ctx context.Context, n qty.Qty) string {
	if n < 0 {
		return "?"
	}
	return i18n.Qty(ctx, n)
}

// shown is what the channel shows of the offer in a word or number, with a tone for exceptions.
func (o *offers) shown(ctx context.Context, l connections.Listing) (string, kit.Tone) {
	st := l.Stock
	last := st.SentQty
	if last < 0 {
		last = st.ConfirmedQty
	}
	switch {
	case l.SKUID == 0:
		return i18n.T(ctx, "connections.offer.unlinked"), kit.Warn
	case l.Refuses != "" || st.State == "parked":
		return i18n.T(ctx, "connections.offer.parked"), kit.Bad
	case st.State == "failed":
		return quantity(ctx, last) + " → " + i18n.Qty(ctx, o.want(l)), kit.Bad
	case st.Dirty:
		return quantity(ctx, last) + " → " + i18n.Qty(ctx, o.want(l)), kit.Warn
	case st.State == "accepted":
		return quantity(ctx, last) + " · " + i18n.T(ctx, "connections.offer.accepted"), kit.Plain
	}
	return quantity(ctx, last), kit.Plain
}

// facts are an offer's own data.
func (o *offers) facts(ctx context.Context, l connections.Listing) []kit.Pair {
	out := []kit.Pair{
		{Name: i18n.T(ctx, "connections.fact.external"), Value: l.ExternalID},
		{Name: i18n.T(ctx, "connections.col.price"), Value: price(ctx, l)},
	}
	if l.SKUCode != "" {
		out = append(out, kit.Pair{Name: i18n.T(ctx, "connections.col.code"), Value: l.SKUCode})
	}
	if l.Barcode != "" {
		out = append(out, kit.Pair{Name: i18n.T(ctx, "connections.fact.barcode"), Value: l.Barcode})
	}
	return append(out, kit.Pair{Name: i18n.T(ctx, "connections.fact.seen"), Value: i18n.Moment(ctx, clock.FromMicros(l.SeenAt), o.now)})
}

// linkedBy says how the offer got its SKU.
func linkedBy(ctx context.Context, l connections.Listing) string {
	switch l.LinkedBy {
	case "sku", "barcode":
		return i18n.T(ctx, "connections.linked_by."+l.LinkedBy)
	}
	return i18n.T(ctx, "connections.linked_by.hand")
}

// way is how the quantity got to the channel.
func (o *offers) way(ctx context.Context, l connections.Listing) []kit.Pair {
	st := l.Stock
	at := func(us int64) string {
		if us == 0 {
			return "—"
		}
		return i18n.Moment(ctx, clock.FromMicros(us), o.now)
	}
	return []kit.Pair{
		{Name: i18n.T(ctx, "stock.step.wanted"), Value: i18n.Qty(ctx, o.want(l)) + " · " + at(st.WantedAt)},
		{Name: i18n.T(ctx, "stock.step.sent"), Value: quantity(ctx, st.SentQty) + " · " + at(st.SentAt)},
		{Name: i18n.T(ctx, "stock.step.accepted"), Value: at(st.AcceptedAt)},
		{Name: i18n.T(ctx, "stock.step.confirmed"), Value: quantity(ctx, st.ConfirmedQty) + " · " + at(st.ConfirmedAt)},
	}
}

// offerData is one offer with its list.
type offerData struct {
	*offers
	offer connections.Listing
	sku   catalog.SKU
}

func (p *pages) offer(ctx context.Context, v view, state connections.OfferState, after, id int64) (*offerData, error) {
	list, err := p.offers(ctx, v, state, after, id)
	if err != nil {
		return nil, err
	}
	d := &offerData{offers: list}
	one := &offers{view: v}
	err = p.DB.Read(ctx, v.actor.Tenant, func(tx *db.Tx) error {
		if d.offer, err = p.Connections.Offer(ctx, tx, id); err != nil {
			return err
		}
		if d.offer.ConnectionID != v.Connection.ID {
			return errs.New(errs.NotFound, "error.listing.not_found")
		}
		one.list = []connections.Listing{d.offer}
		return p.linked(ctx, tx, one)
	})
	if err != nil {
		return nil, err
	}
	d.sku = one.skus[d.offer.SKUID]
	if d.available == nil {
		d.available = map[int64]qty.Qty{}
	}
	for id, n := range one.available {
		d.available[id] = n
	}
	return d, nil
}

func (d *offerData) path() string {
	return d.view.path() + "/offers/" + strconv.FormatInt(d.offer.ID, 10)
}

func (d *offerData) acts(ctx context.Context) []kit.Button {
	if !d.actor.May(access.ConnectionsWrite) || d.offer.SKUID == 0 {
		return nil
	}
	post := func(text, icon, what string) kit.Button {
		return kit.Button{Text: i18n.T(ctx, text), Icon: icon, Attrs: map[string]any{"hx-post": d.path() + what, "hx-target": "#card", "hx-swap": "innerHTML"}}
	}
	return []kit.Button{post("connections.offer.retry", "sync", "/retry"), post("connections.offer.unlink", "", "/unlink")}
}
