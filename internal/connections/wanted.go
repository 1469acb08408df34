package connections

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/db"
)

// raise is the one place where a quantity becomes wanted. The clock of a row that is already dirty is not reset: lag is the
// age of the oldest change a channel does not show.
const raise = `update listing_stock set want_gen = want_gen + 1, state = 'queued', not_before = 0, urgent = $3,
	wanted_at = case when want_gen > done_gen then wanted_at else $2 end where tenant_id = $1 and `

// StockWanted raises the wanted state of every listing of the SKUs, in the transaction that changed the stock. What sold out
// is marked urgent: it goes first.
func (s *Service) StockWanted(ctx context.Context, tx *db.Tx, skuIDs, zero []int64) error {
	for _, part := range []struct {
		ids    []int64
		urgent bool
	}{{skuIDs, false}, {zero, true}} {
		err := db.Chunk(part.ids, 500, func(ids []int64) error {
			in, args := db.In(4, ids)
			_, err := tx.Exec(ctx, raise+"sku_id in "+in, append([]any{int64(tx.Tenant), tx.NowMicros(), part.urgent}, args...)...)
			return err
		})
		if err != nil {
			return err
		}
	}
	tenant, now := tx.Tenant, tx.Now()
	tx.AfterCommit(func() { s.runners.wakeStock(tenant, now) })
	return nil
}

// wantAll makes every listing of a connection dirty. With resend the channel is told even what it was told before.
func wantAll(ctx context.Context, tx *db.Tx, connectionID int64, resend bool) error {
	set := ""
	if resend {
		set = "sent_qty = -1000, "
	}
	_, err := tx.Exec(ctx, `update listing_stock set `+set+`want_gen = want_gen + 1, state = 'queued', not_before = 0, tries = 0,
		wanted_at = case when want_gen > done_gen then wanted_at else $2 end where tenant_id = $1 and connection_id = $3`,
		int64(tx.Tenant), tx.NowMicros(), connectionID)
	return err
}

// want makes one newly linked listing wanted.
func want(ctx context.Context, tx *db.Tx, connectionID, listingID, skuID int64) error {
	_, err := tx.Exec(ctx, `insert into listing_stock (tenant_id, sku_id, connection_id, listing_id, want_gen, done_gen, wanted_at, state, sent_qty, confirmed_qty)
		values ($1, $2, $3, $4, 1, 0, $5, 'queued', -1000, -1000) on conflict (tenant_id, sku_id, connection_id, listing_id) do nothing`,
		int64(tx.Tenant), skuID, connectionID, listingID, tx.NowMicros())
	return err
}

// unwant forgets the quantity of a listing that is no longer linked.
func unwant(ctx context.Context, tx *db.Tx, connectionID, listingID int64, skuID int64) error {
	_, err := tx.Exec(ctx, "delete from listing_stock where tenant_id = $1 and sku_id = $2 and connection_id = $3 and listing_id = $4",
		int64(tx.Tenant), skuID, connectionID, listingID)
	return err
}
