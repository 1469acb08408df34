package connectionsui

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// place is the part of the list behind a request.
func place(r *http.Request) (state connections.OfferState, after int64) {
	q := reply.Query(r)
	state = connections.OfferState(q.Get("only"))
	if !slices.Contains(states, state) {
		state = connections.OffersAll
	}
	after, _ = strconv.ParseInt(q.Get("after"), 10, 64) // 0: from the first
	return state, after
}

func (p *pages) viewOf(r *http.Request) (view, error) {
	h, err := p.health(r)
	return view{h, access.From(r.Context()), p.DB.Clock().Now(), p.Connections.Drivers}, err
}

// offerList shows a connection's offers.
func (p *pages) offerList(w http.ResponseWriter, r *http.Request) error {
	v, err := p.viewOf(r)
	if err != nil {
		return err
	}
	state, after := place(r)
	if kit.IsFragment(r, offersID) {
		open := int64(0)
		if u, err := url.Parse(r.Header.Get("HX-Current-URL")); err == nil {
			open, _ = strconv.ParseInt(strings.TrimPrefix(u.Path, v.path()+"/offers/"), 10, 64)
		}
		o, err := p.offers(r.Context(), v, state, after, open)
		if err != nil {
			return err
		}
		return reply.HTML(w, r, http.StatusOK, offerTable(o))
	}
	o, err := p.offers(r.Context(), v, state, after, 0)
	if err != nil {
		return err
	}
	return p.offerDesk(w, r, o, nil)
}

// offerDesk answers with the list and a card beside it.
func (p *pages) offerDesk(w http.ResponseWriter, r *http.Request, o *offers, card templ.Component) error {
	data, err := p.frame(r, o.Connection.Name)
	if err != nil {
		return err
	}
	data.Split, data.Card, data.CardHint, data.Head = true, card, i18n.T(r.Context(), "connections.offers_hint"), offersHead(o)
	return reply.HTML(w, r, http.StatusOK, offersPageView(o, data))
}

// offerOf reads the offer of the address.
func (p *pages) offerOf(r *http.Request) (*offerData, error) {
	v, err := p.viewOf(r)
	if err != nil {
		return nil, err
	}
	id, err := reply.ID(r, "offer", "error.listing.not_found")
	if err != nil {
		return nil, err
	}
	state, after := place(r)
	return p.offer(r.Context(), v, state, after, id)
}

// offerShow shows an offer's card, alone or beside the list.
func (p *pages) offerShow(w http.ResponseWriter, r *http.Request) error {
	d, err := p.offerOf(r)
	if err != nil {
		return err
	}
	if kit.IsFragment(r, "card") {
		return reply.HTML(w, r, http.StatusOK, offerCard(d))
	}
	return p.offerDesk(w, r, d.offers, offerCard(d))
}

// foundLimit is how many SKUs the search for a link offers.
const foundLimit = 8

// offerFind offers SKUs that the offer may be.
func (p *pages) offerFind(w http.ResponseWriter, r *http.Request) error {
	d, err := p.offerOf(r)
	if err != nil {
		return err
	}
	text := strings.TrimSpace(r.FormValue("find"))
	if text == "" || len(text) > 200 {
		return reply.HTML(w, r, http.StatusOK, foundSKUs(d, nil, text))
	}
	page, err := p.Catalog.List(r.Context(), d.actor, catalog.Filter{Text: text, Limit: foundLimit})
	if err != nil {
		return err
	}
	return reply.HTML(w, r, http.StatusOK, foundSKUs(d, page.SKUs, text))
}

// answer shows the offer after a change.
func (p *pages) answer(w http.ResponseWriter, r *http.Request, done string) error {
	d, err := p.offerOf(r)
	if err != nil {
		return err
	}
	w.Header().Set("HX-Trigger", "connections-changed")
	return reply.Done(w, r, d.path(), offerCard(d), reply.Toast(r.Context(), done))
}

// offerLink ties the offer to a SKU.
func (p *pages) offerLink(w http.ResponseWriter, r *http.Request) error {
	d, err := p.offerOf(r)
	if err != nil {
		return err
	}
	sku := reply.Number(r, "sku")
	card, err := p.Catalog.GetSKU(r.Context(), d.actor, sku)
	if err != nil {
		return err
	}
	if !card.DeletedAt.IsZero() {
		return errs.New(errs.NotFound, "error.catalog.no_sku")
	}
	if err := p.Connections.LinkListing(r.Context(), d.actor, d.offer.ID, sku); err != nil {
		return err
	}
	return p.answer(w, r, "connections.done.link")
}

// offerUnlink takes the SKU from the offer.
func (p *pages) offerUnlink(w http.ResponseWriter, r *http.Request) error {
	d, err := p.offerOf(r)
	if err != nil {
		return err
	}
	if err := p.Connections.LinkListing(r.Context(), d.actor, d.offer.ID, 0); err != nil {
		return err
	}
	return p.answer(w, r, "connections.done.unlink")
}

// offerRetry tells the channel the offer's quantity again.
func (p *pages) offerRetry(w http.ResponseWriter, r *http.Request) error {
	d, err := p.offerOf(r)
	if err != nil {
		return err
	}
	if _, err := p.Connections.Resend(r.Context(), d.actor, d.offer.SKUID, d.offer.ID); err != nil {
		return err
	}
	return p.answer(w, r, "connections.done.retry")
}
