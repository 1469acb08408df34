package connections

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// OfferState chooses offers of a connection.
type OfferState string

// The states that a list of offers can be cut to.
const (
	OffersAll      OfferState = ""
	OffersUnlinked OfferState = "unlinked"
	OffersLinked   OfferState = "linked"
	OffersBehind   OfferState = "behind" // the channel shows something else than it should, or would not take it
)

var offerWhere = map[OfferState]string{
	OffersUnlinked: " and l.sku_id = 0",
	OffersLinked:   " and l.sku_id <> 0",
	OffersBehind: ` and l.id in (select x.listing_id from (select d.listing_id from listing_stock d where d.tenant_id = $1 and d.connection_id = $2 and d.dirty order by d.urgent, d.wanted_at) x
		union all select r.listing_id from listing_stock r where r.tenant_id = $1 and r.connection_id = $2 and r.state in ('parked', 'failed') and r.listing_id > 0)`,
}

// maxOffers bounds a page of offers.
const maxOffers = 200

// Offers reads a connection's offers with an id above after, at most limit, in order of their ids.
func (s *Service) Offers(ctx context.Context, tx *db.Tx, connectionID int64, state OfferState, after int64, limit int) ([]Listing, error) {
	return listings(ctx, tx, "l.connection_id = $2 and l.gone_at = 0 and l.id > $3"+offerWhere[state]+" order by l.id limit $4",
		int64(tx.Tenant), connectionID, after, min(max(limit, 1), maxOffers))
}

// Offer reads one listing.
func (s *Service) Offer(ctx context.Context, tx *db.Tx, id int64) (Listing, error) {
	l, err := scanListing(tx.QueryRow(ctx, listingSelect+"and l.id = $2", int64(tx.Tenant), id))
	if errors.Is(err, sql.ErrNoRows) {
		return l, errs.New(errs.NotFound, "error.listing.not_found")
	}
	return l, err
}

// ShownOf reads the listings that sell SKUs, by SKU.
func (s *Service) ShownOf(ctx context.Context, tx *db.Tx, skuIDs []int64) (map[int64][]Listing, error) {
	out := map[int64][]Listing{}
	err := db.Chunk(skuIDs, 500, func(part []int64) error {
		in, args := db.In(2, part)
		list, err := listings(ctx, tx, "l.gone_at = 0 and l.sku_id in "+in+" order by l.sku_id, l.connection_id, l.id",
			append([]any{int64(tx.Tenant)}, args...)...)
		for _, l := range list {
			out[l.SKUID] = append(out[l.SKUID], l)
		}
		return err
	})
	return out, err
}

func listings(ctx context.Context, tx *db.Tx, where string, args ...any) ([]Listing, error) {
	var out []Listing
	err := tx.Each(ctx, listingSelect+"and "+where, args, func(sc db.Scanner) error {
		l, err := scanListing(sc)
		out = append(out, l)
		return err
	})
	return out, err
}

// Resend tells the channels the quantity of a SKU even if they were told before: every listing of it, or the one of
// listingID. It answers how many listings that were.
func (s *Service) Resend(ctx context.Context, a access.Actor, skuID, listingID int64) (n int64, err error) {
	if err := a.Must(access.ConnectionsWrite); err != nil {
		return 0, err
	}
	query := `update listing_stock set sent = -1000, want_gen = want_gen + 1, state = 'queued', not_before = 0, tries = 0, error = '',
		wanted_at = case when dirty then wanted_at else $2 end, dirty = true where tenant_id = $1 and sku_id = $3`
	args := []any{skuID}
	if listingID != 0 {
		query += " and listing_id = $4"
		args = append(args, listingID)
	}
	err = s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		n, err = tx.Exec(ctx, query, append([]any{int64(tx.Tenant), tx.NowMicros()}, args...)...)
		tenant := a.Tenant
		tx.AfterCommit(func() { s.runners.wakeAll(tenant, laneStock); s.Changed(tenant, 0) })
		return err
	})
	return n, err
}

// Late counts the quantities that active channels do not show yet although they were wanted longer ago than patience, at
// most limit.
func (s *Service) Late(ctx context.Context, tx *db.Tx, patience time.Duration, limit int) (n int, err error) {
	list, err := All(ctx, tx)
	for _, c := range list {
		if err != nil || n >= limit {
			break
		}
		if c.State != Active {
			continue
		}
		more := 0
		err = tx.QueryRow(ctx, `select count(*) from (select 1 from listing_stock where tenant_id = $1 and connection_id = $2 and dirty
			and wanted_at < $3 order by urgent, wanted_at limit $4) n`, int64(tx.Tenant), c.ID, tx.NowMicros()-patience.Microseconds(), limit-n).Scan(&more)
		n += more
	}
	return n, err
}
