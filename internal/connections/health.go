package connections

import (
	"context"
	"time"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/facts"
)

// Health is how a connection is doing.
type Health struct {
	Connection Connection
	// Lag is the age of the oldest quantity that the channel does not show yet.
	Lag         time.Duration
	Dirty       int // listings whose channel does not know the newest quantity, at most 1000
	DirtyPrices int // listings whose channel does not know the newest price, at most 100,000: a new rule is a long way for all of them
	Parked      int // listings that the channel would not take, at most 1000
	Unlinked    int // offers without a SKU, at most 1000
	OffersRead  int // by the reading of the offer list under way, 0 when none is
	OffersTotal int // of the list: as the channel says, else as many as the last reading saw; 0 unknown
	Waiting     int64
	Aside       int64
	QuotaLeft   float64 // requests that may go at once, -1 without a limit
	RunningHere bool
}

// HealthOf reads how a connection is doing. The queries name their index's columns, so that SQLite takes the small partial
// index and not the key of the table.
func (s *Service) HealthOf(ctx context.Context, tx *db.Tx, c Connection) (Health, error) {
	h := Health{Connection: c, QuotaLeft: -1, OffersRead: c.Reading.Seen, OffersTotal: c.Reading.Total}
	if h.OffersTotal == 0 {
		h.OffersTotal = int(c.OffersSeen)
	}
	var oldest int64
	err := tx.QueryRow(ctx, "select coalesce(min(wanted_at), 0) from listing_stock where tenant_id = $1 and connection_id = $2 and dirty and urgent in (true, false)", int64(tx.Tenant), c.ID).Scan(&oldest)
	if err != nil {
		return h, err
	}
	if oldest > 0 {
		h.Lag = tx.Now().Sub(time.UnixMicro(oldest))
	}
	for _, q := range []struct {
		to    *int
		query string
	}{
		{&h.Dirty, "select 1 from listing_stock where tenant_id = $1 and connection_id = $2 and dirty order by urgent, wanted_at limit 1000"},
		{&h.DirtyPrices, "select 1 from listing_price where tenant_id = $1 and connection_id = $2 and dirty order by urgent, wanted_at limit 100000"},
		{&h.Parked, "select 1 from listing_stock where tenant_id = $1 and connection_id = $2 and state in ('parked', 'failed') and state = 'parked' and listing_id > 0 limit 1000"},
		{&h.Unlinked, "select 1 from listing where tenant_id = $1 and connection_id = $2 and sku_id = 0 and gone_at = 0 limit 1000"},
	} {
		if err := tx.QueryRow(ctx, "select count(*) from ("+q.query+") n", int64(tx.Tenant), c.ID).Scan(q.to); err != nil {
			return h, err
		}
	}
	if h.Waiting, h.Aside, err = facts.Counts(ctx, tx, c.ID); err != nil {
		return h, err
	}
	if run := s.runners.find(tx.Tenant, c.ID); run != nil {
		h.QuotaLeft = run.account.Limit.Left()
	}
	h.RunningHere = s.runners.busy(tx.Tenant, c.ID)
	return h, nil
}

// HealthOfAll reads how every connection of a tenant is doing.
func (s *Service) HealthOfAll(ctx context.Context, tx *db.Tx) ([]Health, error) {
	list, err := All(ctx, tx)
	if err != nil {
		return nil, err
	}
	out := make([]Health, len(list))
	for i, c := range list {
		if out[i], err = s.HealthOf(ctx, tx, c); err != nil {
			return nil, err
		}
	}
	return out, nil
}
