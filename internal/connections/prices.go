package connections

import (
	"context"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/db"
)

// Priced is a linked listing with the way of its price.
type Priced struct {
	Listing
	// Wanted says whether Lad sets this price; the rest is empty where it does not.
	Wanted bool
	Price  ListingPrice
}

// ListingPrice is the way of one price to its channel, in minor units of the listing's currency.
type ListingPrice struct {
	Dirty       bool
	State       string
	Sent        int64 // -1000 when nothing was sent
	SentAt      int64
	Confirmed   int64
	ConfirmedAt int64
	Error       string
}

// PricedListings reads a page of a connection's linked listings with their prices, in order of their ids.
func (s *Service) PricedListings(ctx context.Context, tx *db.Tx, connectionID, after int64, limit int) ([]Priced, error) {
	list, err := s.Offers(ctx, tx, connectionID, OffersLinked, after, limit)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	out := make([]Priced, len(list))
	at := make(map[int64]*Priced, len(list))
	ids := make([]int64, len(list))
	for i, l := range list {
		out[i].Listing = l
		at[l.ID], ids[i] = &out[i], l.SKUID
	}
	in, args := db.In(3, ids)
	return out, tx.Each(ctx, `select listing_id, dirty, state, sent, sent_at, confirmed, confirmed_at, error from listing_price
		where tenant_id = $1 and connection_id = $2 and sku_id in `+in, append([]any{int64(tx.Tenant), connectionID}, args...), func(sc db.Scanner) error {
		var id int64
		var p ListingPrice
		if err := sc.Scan(&id, &p.Dirty, &p.State, &p.Sent, &p.SentAt, &p.Confirmed, &p.ConfirmedAt, &p.Error); err != nil {
			return err
		}
		if l := at[id]; l != nil {
			l.Wanted, l.Price = true, p
			if p.Confirmed > 0 && p.ConfirmedAt > l.SeenAt { // read back after the list was read
				l.PriceMinor = p.Confirmed
			}
		}
		return nil
	})
}

// TakesPrices says whether a connection's channel takes prices from outside at all.
func (s *Service) TakesPrices(ctx context.Context, t db.Tenant, id int64) bool {
	if run := s.runners.find(t, id); run != nil {
		_, ok := run.account.Channel.(connector.PriceSink)
		return ok
	}
	a, err := s.open(ctx, t, id)
	if err != nil {
		return false
	}
	_, ok := a.Channel.(connector.PriceSink)
	return ok
}
