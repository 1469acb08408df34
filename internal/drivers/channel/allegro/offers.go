package allegro

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// listSize is how many offers one page of the whole list takes.
const listSize = 200

// Publication statuses.
const (
	offerActive     = "ACTIVE"
	offerActivating = "ACTIVATING"
	offerEnded      = "ENDED"
	offerInactive   = "INACTIVE"
)

type offer struct {
	ID       wire.Text `json:"id"`
	Name     wire.Text `json:"name"`
	External struct {
		ID wire.Text `json:"id"`
	} `json:"external"`
	SellingMode struct {
		Price amount `json:"price"`
	} `json:"sellingMode"`
	Stock struct {
		Available wire.Text `json:"available"`
	} `json:"stock"`
	Publication struct {
		Status wire.Text `json:"status"`
	} `json:"publication"`
}

// soldOut says that the offer has ended because nothing was left: it comes back with stock and an activation. One that
// ended with pieces left was ended by a person or by time, and is not Lad's to bring back.
func (o offer) soldOut() bool {
	return o.Publication.Status == offerEnded && o.Stock.Available.Number() == 0
}

// refuses tells why a quantity would be useless, in words.
func (o offer) refuses() string {
	switch {
	case o.Publication.Status == offerInactive:
		return "the offer is a draft on Allegro: publish it there"
	case o.Publication.Status == offerEnded && !o.soldOut():
		return "the offer was ended on Allegro with pieces left: activate it there"
	}
	return ""
}

// neutral makes the offer as Lad knows it.
func (c *channel) neutral(o offer) connector.Offer {
	out := connector.Offer{
		ExternalID: o.ID.ID(), SKU: string(o.External.ID), Title: string(o.Name), Refuses: o.refuses(),
		Active: o.Publication.Status == offerActive || o.Publication.Status == offerActivating, Pending: c.failed[o.ID.ID()],
	}
	if m, e := o.SellingMode.Price.read("price", info.Currency); e == nil {
		out.Price = m
	}
	if q, err := o.Stock.Available.Quantity(); err == nil && q >= 0 {
		out.Quantity, out.Counted = q, true
	}
	if c.place.site != "" {
		out.URL = c.place.site + "/oferta/" + out.ExternalID
	}
	out.Orderable = o.Publication.Status == offerActive && out.Quantity > 0
	return out
}

// ListOffers reads the seller's offers page by page, ended ones too: they come back.
func (c *channel) ListOffers(ctx context.Context, raw string) (connector.OfferPage, error) {
	cur := struct {
		Offset int `json:"offset"`
	}{}
	wire.ReadCursor(raw, &cur)
	list, total, e := c.offers(ctx, url.Values{"limit": {strconv.Itoa(listSize)}, "offset": {strconv.Itoa(max(cur.Offset, 0))}}, false)
	if e != nil {
		return connector.OfferPage{}, e
	}
	page := connector.OfferPage{Total: int(total.Number())}
	for _, o := range list {
		page.Offers = append(page.Offers, c.neutral(o))
	}
	cur.Offset = max(cur.Offset, 0) + listSize
	page.More = len(list) > 0 && (int64(cur.Offset) < total.Number() || total == "" && len(list) >= listSize)
	if page.More {
		page.Next = wire.WriteCursor(cur)
	}
	return page, nil
}

// offers reads one page of the list; it holds offers of this seller only.
func (c *channel) offers(ctx context.Context, query url.Values, write bool) ([]offer, wire.Text, *connector.Error) {
	var said struct {
		Offers wire.Rows `json:"offers"`
		Total  wire.Text `json:"totalCount"`
	}
	a, e := c.do(ctx, request{method: http.MethodGet, path: "/sale/offers", query: query, write: write}, &said)
	if e != nil {
		return nil, "", e
	}
	if said.Offers == nil {
		return nil, "", a.Unclear("Allegro answered without a list of offers")
	}
	var list []offer
	for _, row := range said.Offers {
		var o offer
		if wire.Decode(row, &o) == nil && o.ID.Number() > 0 {
			list = append(list, o)
		}
	}
	return list, said.Total, nil
}

// own reads those offers of a batch that are this seller's. Asking for a stranger's offer by its number would be refused in
// the same words as a missing right.
func (c *channel) own(ctx context.Context, ids []string, write bool) (map[string]offer, *connector.Error) {
	query := url.Values{"limit": {"1000"}}
	for _, id := range ids {
		if wire.Text(id).Number() > 0 {
			query.Add("offer.id", id)
		}
	}
	found := map[string]offer{}
	if len(query["offer.id"]) == 0 {
		return found, nil
	}
	list, _, e := c.offers(ctx, query, write)
	if e != nil {
		return nil, e
	}
	for _, o := range list {
		found[o.ID.ID()] = o
	}
	return found, nil
}

// readParts is how many offers one ReadOffers reads: half a second of requests at Allegro's limit.
const readParts = 4

// ReadOffers reads offers by number. The list tells who they are; stock and price come from the offer's parts, which are
// true at once.
func (c *channel) ReadOffers(ctx context.Context, ids []string) ([]connector.Offer, error) {
	if len(ids) > readParts {
		out, err := c.ReadOffers(ctx, ids[:readParts])
		if err == nil {
			err = &connector.OffersLeft{IDs: ids[readParts:]}
		}
		return out, err
	}
	found, e := c.own(ctx, ids, false)
	if e != nil {
		return nil, e
	}
	c.settle(ctx, found)
	var out []connector.Offer
	for _, id := range ids {
		o, there := found[id]
		if !there {
			continue
		}
		delete(found, id)
		var parts offer
		e := c.get(ctx, "/sale/product-offers/"+id+"/parts", url.Values{"include": {"stock", "price"}}, &parts)
		if notFound(e) {
			continue
		}
		if e == nil && (parts.Stock.Available == "" || parts.SellingMode.Price.Amount == "") {
			e = connector.Errorf(connector.KindTransient, "Allegro did not tell stock and price of offer %s", id)
		}
		if e != nil {
			return nil, e
		}
		o.Stock, o.SellingMode = parts.Stock, parts.SellingMode
		out = append(out, c.neutral(o))
	}
	return out, nil
}
