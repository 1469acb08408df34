package connections

import (
	"context"
	"fmt"

	"github.com/lad-hub/lad/internal/platform/db"
)

// StockWanted makes every listing of the SKUs wanted, in the transaction that changed the stock. A row that is dirty already is
// not touched, which is most of the cost under load: its clock runs on (lag is the age of the oldest change a channel does not
// show), and a push under way looks at the truth again before it calls the row done. What sold out is urgent: it goes first.
func (s *Service) StockWanted(ctx context.Context, tx *db.Tx, skuIDs, zero []int64) error {
	raise := func(ids []int64) error {
		in, args := db.In(3, ids)
		_, err := tx.Exec(ctx, `update listing_stock set want_gen = want_gen + 1, dirty = true, urgent = false, state = 'queued', not_before = 0, wanted_at = $2
			where tenant_id = $1 and sku_id in `+in+" and not dirty", append([]any{int64(tx.Tenant), tx.NowMicros()}, args...)...)
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
		s.runners.wakeAll(tenant, laneStock)
	})
	return tx.Notify(ctx, fmt.Sprintf("%s %d", stockHint, int64(tenant)))
}

// StockAskedAnew makes every listing of the SKUs wanted whose quantity changed by something else than the ledger: what a kit is made
// of. A push looks at the truth again under the ledger's locks, which such a change does not take, so here dirty rows are raised
// too: the push finds a newer generation.
func (s *Service) StockAskedAnew(ctx context.Context, tx *db.Tx, skuIDs []int64) error {
	if len(skuIDs) == 0 {
		return nil
	}
	if err := stockShow.raise(ctx, tx, skuIDs); err != nil {
		return err
	}
	tenant := tx.Tenant
	tx.AfterCommit(func() { s.runners.wakeAll(tenant, laneStock) })
	return tx.Notify(ctx, fmt.Sprintf("%s %d", stockHint, int64(tenant)))
}

// raise makes the listings of SKUs wanted, the dirty ones anew. The clock of a dirty one runs on.
func (sh *show) raise(ctx context.Context, tx *db.Tx, skuIDs []int64) error {
	return db.Chunk(skuIDs, 500, func(ids []int64) error {
		in, args := db.In(3, ids)
		_, err := tx.Exec(ctx, "update "+sh.table+` set want_gen = want_gen + 1, state = 'queued', not_before = 0, wanted_at = case when dirty then wanted_at else $2 end, dirty = true
			where tenant_id = $1 and sku_id in `+in, append([]any{int64(tx.Tenant), tx.NowMicros()}, args...)...)
		return err
	})
}

// PricesWanted makes the price of every listing of the SKUs wanted, in the transaction that changed the SKUs. Which prices really
// differ is found out by the push, which knows the rules.
func (s *Service) PricesWanted(ctx context.Context, tx *db.Tx, skuIDs []int64) error {
	if len(skuIDs) == 0 {
		return nil
	}
	if err := priceShow.raise(ctx, tx, skuIDs); err != nil {
		return err
	}
	tenant := tx.Tenant
	tx.AfterCommit(func() { s.runners.wakeAll(tenant, lanePrice) })
	return tx.Notify(ctx, fmt.Sprintf("%s %d", priceHint, int64(tenant)))
}

// wantAll makes every listing of a connection dirty.
func (sh *show) wantAll(ctx context.Context, tx *db.Tx, connectionID int64) error {
	_, err := tx.Exec(ctx, "update "+sh.table+` set want_gen = want_gen + 1, dirty = true, state = 'queued', not_before = 0, tries = 0,
		wanted_at = case when dirty then wanted_at else $2 end where tenant_id = $1 and connection_id = $3`,
		int64(tx.Tenant), tx.NowMicros(), connectionID)
	return err
}

// shows are the things that listings show.
var shows = []*show{stockShow, priceShow}

const newPrices = `insert into listing_price (tenant_id, sku_id, connection_id, listing_id, want_gen, done_gen, dirty, wanted_at, state)
	select l.tenant_id, l.sku_id, l.connection_id, l.id, 1, 0, true, $3, 'queued' from listing l join connection c on c.tenant_id = l.tenant_id and c.id = l.connection_id
	where l.tenant_id = $1 and l.connection_id = $2 and l.sku_id <> 0 and c.price_push`

// wantPrices makes the prices of linked listings wanted where Lad sets prices. Whether it does must not change before the commit: who
// switches prices on meanwhile would not see these links.
func wantPrices(ctx context.Context, tx *db.Tx, connectionID int64, listings []int64) error {
	var locked int64
	err := tx.QueryRow(ctx, "select id from connection where tenant_id = $1 and id = $2"+tx.ForUpdate(), int64(tx.Tenant), connectionID).Scan(&locked)
	if err != nil {
		return err
	}
	return db.Chunk(listings, 500, func(part []int64) error {
		in, args := db.In(4, part)
		_, err := tx.Exec(ctx, newPrices+" and l.id in "+in+" on conflict (tenant_id, sku_id, connection_id, listing_id) do nothing",
			append([]any{int64(tx.Tenant), connectionID, tx.NowMicros()}, args...)...)
		return err
	})
}

// wantAllPrices makes the prices of every linked listing of a connection wanted: those that are there, then the missing ones, so
// that no row is written twice.
func wantAllPrices(ctx context.Context, tx *db.Tx, connectionID int64) error {
	if err := priceShow.wantAll(ctx, tx, connectionID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, newPrices+` and not exists (select 1 from listing_price p where p.tenant_id = l.tenant_id and p.sku_id = l.sku_id
		and p.connection_id = l.connection_id and p.listing_id = l.id)
		on conflict (tenant_id, sku_id, connection_id, listing_id) do nothing`, int64(tx.Tenant), connectionID, tx.NowMicros())
	return err
}

// unwant forgets what a listing that is no longer linked should show.
func unwant(ctx context.Context, tx *db.Tx, connectionID, listingID int64, skuID int64) error {
	for _, sh := range shows {
		_, err := tx.Exec(ctx, "delete from "+sh.table+" where tenant_id = $1 and sku_id = $2 and connection_id = $3 and listing_id = $4",
			int64(tx.Tenant), skuID, connectionID, listingID)
		if err != nil {
			return err
		}
	}
	return nil
}
