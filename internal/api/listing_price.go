package api

import (
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/money"
)

// listingPriceOut is the price of a linked offer. Where Lad does not set it, only shown is told.
type listingPriceOut struct {
	ListingID   int64     `json:"listing_id"`
	OfferID     string    `json:"offer_id"`
	SKUID       int64     `json:"sku_id"`
	Shown       moneyOut  `json:"shown" doc:"as the channel was last read"`
	Set         bool      `json:"set" doc:"whether Lad sets this price"`
	PushState   string    `json:"push_state,omitempty"`
	PushError   string    `json:"push_error,omitempty"`
	Sent        *moneyOut `json:"sent,omitempty"`
	SentAt      *string   `json:"sent_at"`
	ConfirmedAt *string   `json:"confirmed_at"`
}

// listingPricesOut is a page of prices that a connection shows.
type listingPricesOut struct {
	Prices []listingPriceOut `json:"prices"`
	Next   int64             `json:"next,omitempty" doc:"after of the next page"`
}

func listingPriceJSON(p connections.Priced) listingPriceOut {
	c := money.Currency(p.Currency)
	out := listingPriceOut{ListingID: p.ID, OfferID: p.ExternalID, SKUID: p.SKUID, Shown: moneyJSON(money.New(p.PriceMinor, c)), Set: p.Wanted,
		PushState: p.Price.State, PushError: p.Price.Error, SentAt: timeOut(p.Price.SentAt), ConfirmedAt: timeOut(p.Price.ConfirmedAt)}
	if p.Wanted && p.Price.Sent >= 0 {
		sent := moneyJSON(money.New(p.Price.Sent, c))
		out.Sent = &sent
	}
	return out
}

// listingPriceQuery chooses a page of prices.
type listingPriceQuery struct {
	After int64 `json:"after" doc:"next of the page before"`
	Limit int64 `json:"limit" doc:"100 when left out, at most 200"`
}

func (a *API) listingPrices(c call, q listingPriceQuery) (out listingPricesOut, err error) {
	id, err := c.id()
	if err != nil {
		return out, err
	}
	size := listingQuery{Limit: q.Limit}.size()
	out.Prices = []listingPriceOut{}
	err = a.read(c.ctx, c.who, access.ConnectionsRead, func(tx *db.Tx) error {
		if _, err := liveConnection(c, tx, id); err != nil {
			return err
		}
		list, err := a.Connections.PricedListings(c.ctx, tx, id, q.After, size)
		for _, p := range list {
			out.Prices = append(out.Prices, listingPriceJSON(p))
		}
		if len(list) == size {
			out.Next = list[len(list)-1].ID
		}
		return err
	})
	return out, err
}
