package connections

import (
	"context"
	"fmt"

	"github.com/lad-hub/lad/internal/platform/db"
)

// StockWanted raises the wanted state of every listing of the SKUs, in the transaction that changed the stock. The clock of a
// row that is already dirty is not reset: lag is the age of the oldest change a channel does not show. Such a row's indexed
// columns are not touched either, which is most of the cost. What sold out is marked urgent: it goes first.
func (s *Service) StockWanted(ctx context.Context, tx *db.Tx, skuIDs, zero []int64) error {
	raise := func(ids []int64) error {
		in, args := db.In(2, ids)
		args = append([]any{int64(tx.Tenant)}, args...)
		if _, err := tx.Exec(ctx, "update listing_stock set want_gen = want_gen + 1 where tenant_id = $1 and sku_id in "+in+" and dirty", args...); err != nil {
			return err
		}
		in, args = db.In(3, ids)
		args = append([]any{int64(tx.Tenant), tx.NowMicros()}, args...)
		_, err := tx.Exec(ctx, `update listing_stock set want_gen = want_gen + 1, dirty = true, urgent = false, state = 'queued', not_before = 0, wanted_at = $2
			where tenant_id = $1 and sku_id in `+in+" and not dirty", args...)
		return err
	}
	if err := db.Chunk(skuIDs, 500, raise); err != nil {
		return err
	}
	err := db.Chunk(zero, 500, func(ids []int64) error {
		if err := raise(ids); err != nil {
			return err
		}
		in, args := db.In(2, ids)
		_, err := tx.Exec(ctx, "update listing_stock set urgent = true, not_before = 0 where tenant_id = $1 and sku_id in "+in+" and not urgent", append([]any{int64(tx.Tenant)}, args...)...)
		return err
	})
	if err != nil {
		return err
	}
	if len(skuIDs)+len(zero) == 0 {
		return nil
	}
	tenant, wantedAt := tx.Tenant, tx.NowMicros()
	tx.AfterCommit(func() {
		s.runners.waves.commit(wantedAt, s.db.Clock().Now())
		s.runners.wakeStock(tenant)
	})
	return tx.Notify(ctx, fmt.Sprintf("%s %d", stockHint, int64(tenant)))
}

// wantAll makes every listing of a connection dirty. With resend the channel is told even what it was told before.
func wantAll(ctx context.Context, tx *db.Tx, connectionID int64, resend bool) error {
	set := ""
	if resend {
		set = "sent_qty = -1000, "
	}
	_, err := tx.Exec(ctx, `update listing_stock set `+set+`want_gen = want_gen + 1, dirty = true, state = 'queued', not_before = 0, tries = 0,
		wanted_at = case when dirty then wanted_at else $2 end where tenant_id = $1 and connection_id = $3`,
		int64(tx.Tenant), tx.NowMicros(), connectionID)
	return err
}

// want makes one newly linked listing wanted.
func want(ctx context.Context, tx *db.Tx, connectionID, listingID, skuID int64) error {
	_, err := tx.Exec(ctx, `insert into listing_stock (tenant_id, sku_id, connection_id, listing_id, want_gen, done_gen, dirty, wanted_at, state, sent_qty, confirmed_qty)
		values ($1, $2, $3, $4, 1, 0, true, $5, 'queued', -1000, -1000) on conflict (tenant_id, sku_id, connection_id, listing_id) do nothing`,
		int64(tx.Tenant), skuID, connectionID, listingID, tx.NowMicros())
	return err
}

// unwant forgets the quantity of a listing that is no longer linked.
func unwant(ctx context.Context, tx *db.Tx, connectionID, listingID int64, skuID int64) error {
	_, err := tx.Exec(ctx, "delete from listing_stock where tenant_id = $1 and sku_id = $2 and connection_id = $3 and listing_id = $4",
		int64(tx.Tenant), skuID, connectionID, listingID)
	return err
}
