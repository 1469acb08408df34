package allegro

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/lad-hub/lad/internal/sim"
)

// Sizes of a list of offers.
const (
	defaultOffers = 20
	maxOffers     = 1000
	maxExternal   = 100 // codes asked for at once
)

// offerView is an offer as the API writes it.
func offerView(r *offerRow) map[string]any {
	o := r.Value
	var external any
	if o.sku != "" {
		external = map[string]string{"id": o.sku}
	}
	return map[string]any{
		"id": fmt.Sprint(r.ID), "name": o.title, "category": map[string]string{"id": "257931"}, "primaryImage": nil,
		"sellingMode": map[string]any{"format": "BUY_NOW", "price": pln(o.price)},
		"stock":       map[string]any{"available": o.stock, "sold": o.sold, "unit": "UNIT"},
		"publication": map[string]any{"status": o.status}, "external": external, "additionalMarketplaces": map[string]any{},
	}
}

func (s *Shop) listOffers(c *sim.Call) sim.Answer {
	limit, okLimit := size(c, defaultOffers, maxOffers)
	from, okOffset := offset(c)
	v := c.Request.URL.Query()
	if !okLimit || !okOffset || len(v["external.id"]) > maxExternal {
		return invalid("a parameter can not be used")
	}
	s.enter(c)
	defer s.mu.Unlock()
	var rows []*offerRow
	total := 0
	if ids := v["offer.id"]; len(ids) > 0 {
		rows = s.offersByID(ids)
		total = len(rows)
		rows = rows[min(from, total):min(from+limit, total)]
	} else {
		q := sim.Query[offer]{Offset: from, Limit: limit, Count: true}
		statuses, codes := v["publication.status"], v["external.id"]
		if len(statuses)+len(codes) > 0 {
			q.Match = func(r *offerRow) bool {
				return (len(statuses) == 0 || slices.Contains(statuses, r.Value.status)) && (len(codes) == 0 || slices.Contains(codes, r.Value.sku))
			}
		}
		rows, total = s.offers.Find(q)
	}
	views := make([]any, 0, len(rows))
	for _, r := range rows {
		views = append(views, offerView(r))
	}
	return sim.JSON(http.StatusOK, map[string]any{"offers": views, "count": len(views), "totalCount": total})
}

// offersByID finds offers, each once, in the order asked for.
func (s *Shop) offersByID(ids []string) (rows []*offerRow) {
	for _, id := range ids {
		n, _ := strconv.ParseInt(id, 10, 64) // not a number = none
		if row := s.offers.Get(n); row != nil && !slices.Contains(rows, row) {
			rows = append(rows, row)
		}
	}
	return rows
}

// target finds the offer of a path; the answer is a refusal.
func (s *Shop) target(c *sim.Call) (*offerRow, *sim.Answer) {
	id := c.ID("id")
	row := s.offers.Get(id)
	if row != nil {
		return row, nil
	}
	a := fail(http.StatusNotFound, "OfferNotFound", "no such offer")
	if s.foreign[id] {
		a = fail(http.StatusForbidden, "OfferAccessDenied", "the offer belongs to another seller")
	}
	return nil, &a
}

func (s *Shop) getOffer(c *sim.Call) sim.Answer {
	s.enter(c)
	defer s.mu.Unlock()
	row, refused := s.target(c)
	if refused != nil {
		return *refused
	}
	return sim.JSON(http.StatusOK, offerView(row))
}

// offerParts answers only what is asked for: stock, price.
func (s *Shop) offerParts(c *sim.Call) sim.Answer {
	s.enter(c)
	defer s.mu.Unlock()
	row, refused := s.target(c)
	if refused != nil {
		return *refused
	}
	full := offerView(row)
	out := map[string]any{"id": full["id"]}
	for _, part := range c.Request.URL.Query()["include"] {
		switch part {
		case "stock":
			out["stock"] = full["stock"]
		case "price":
			out["sellingMode"] = full["sellingMode"]
		default:
			return invalid("include is not known")
		}
	}
	return sim.JSON(http.StatusOK, out)
}

// patch is the body of PATCH; what is not sent stays.
type patch struct {
	Stock struct {
		Available sim.Field `json:"available"`
	} `json:"stock"`
	SellingMode struct {
		Price *sentAmount `json:"price"`
	} `json:"sellingMode"`
	Publication struct {
		Status string `json:"status"`
	} `json:"publication"`
}

// sentAmount is money as a caller writes it: the amount must be a string.
type sentAmount struct {
	Amount   sim.Field `json:"amount"`
	Currency string    `json:"currency"`
}

// minor is the amount in minor units; the text says what is wrong with it.
func (a sentAmount) minor() (int64, string) {
	n, ok := a.Amount.Minor()
	if _, text := a.Amount.Text(); !ok || !text || n <= 0 {
		return 0, "amount must be a positive decimal in a string"
	}
	if a.Currency != currency {
		return 0, "the offer is priced in " + currency
	}
	return n, ""
}

// apply makes the changed offer, or tells what is wrong.
func (p patch) apply(o offer) (offer, string) {
	if p.SellingMode.Price != nil {
		n, wrong := p.SellingMode.Price.minor()
		if wrong != "" {
			return o, wrong
		}
		o.price = n
	}
	if p.Stock.Available.Sent() {
		n, ok := p.Stock.Available.Int()
		if !ok || n < 0 {
			return o, "stock.available must be a whole number"
		}
		o.setStock(n)
	}
	switch p.Publication.Status {
	case "":
	case offerActive:
		if o.stock <= 0 {
			return o, "an offer without stock can not be activated"
		}
		o.status = offerActive
	case offerEnded:
		o.status = offerEnded
	default:
		return o, "publication.status is not known"
	}
	return o, ""
}

// patchOffer answers 200 with the offer, or 202 while it is being worked on; 409 meets the next edit of the same offer.
func (s *Shop) patchOffer(c *sim.Call) sim.Answer {
	var p patch
	if c.Decode(&p) != nil {
		return invalid("body can not be read")
	}
	s.enter(c)
	defer s.mu.Unlock()
	row, refused := s.target(c)
	if refused != nil {
		return *refused
	}
	if row.Value.busy.After(c.At) {
		return fail(http.StatusConflict, "OfferIsBeingProcessed", "the previous edit is still being processed")
	}
	next, wrong := p.apply(row.Value)
	if wrong == "" {
		wrong = s.locked[row.ID]
	}
	if wrong != "" {
		return invalid(wrong)
	}
	if !c.Ignore {
		s.later(c, s.o.EditLag, func(c *sim.Call) { s.put(c, row, next) })
	}
	if s.o.EditLag <= 0 {
		return sim.JSON(http.StatusOK, offerView(row))
	}
	row.Value.busy = c.At.Add(s.o.EditLag)
	a := sim.JSON(http.StatusAccepted, map[string]any{"id": fmt.Sprint(row.ID)})
	a.Header = http.Header{"Location": {fmt.Sprintf("/sale/product-offers/%d/operations/1", row.ID)}}
	return a
}

// put stores a changed offer and notes the change for watchers.
func (s *Shop) put(c *sim.Call, row *offerRow, next offer) {
	before := offerState(row)
	next.busy = row.Value.busy
	row.Value = next
	s.offers.Touch(row, sim.Later(c.At, row.Changed), 0)
	c.Changed(before, offerState(row))
}
