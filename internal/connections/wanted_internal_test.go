package connections

import (
	"context"
	"testing"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
)

// An offer that is being linked while somebody switches prices on gets its price: one of the two sees what the other did.
func TestLinkingWhilePricesAreSwitchedOn(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		exec := func(tx *db.Tx, query string, args ...any) {
			t.Helper()
			if _, err := tx.Exec(ctx, query, append([]any{int64(tx.Tenant)}, args...)...); err != nil {
				t.Fatal(err)
			}
		}
		write := func(f func(*db.Tx) error) {
			t.Helper()
			if err := d.Write(ctx, dbtest.Tenant, f); err != nil {
				t.Fatal(err)
			}
		}
		write(func(tx *db.Tx) error {
			exec(tx, "insert into connection (tenant_id, id, driver, name, state, settings, secrets, hook_secret, created_at) values ($1, 1, 'prom', 'Prom', 'active', '{}', $2, '', 1)", []byte{})
			exec(tx, `insert into listing (tenant_id, id, connection_id, external_id, sku_code, barcode, title, url, price_minor, currency, active, seen_at)
				values ($1, 1, 1, 'a', 'A', '', '', '', 0, 'UAH', true, 1)`)
			return nil
		})
		done := make(chan error, 1)
		write(func(tx *db.Tx) error {
			exec(tx, "update listing set sku_id = 7 where tenant_id = $1 and id = 1")
			if err := wantPrices(ctx, tx, 1, []int64{1}); err != nil {
				return err
			}
			go func() {
				done <- d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error {
					if _, err := tx.Exec(ctx, "update connection set price_push = $2 where tenant_id = $1 and id = 1", int64(tx.Tenant), true); err != nil {
						return err
					}
					return wantAllPrices(ctx, tx, 1)
				})
			}()
			return untilBlocked(ctx, d, tx, done)
		})
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		var prices int
		err := d.Read(ctx, dbtest.Tenant, func(tx *db.Tx) error {
			return tx.QueryRow(ctx, "select count(*) from listing_price where tenant_id = $1 and sku_id = 7", int64(tx.Tenant)).Scan(&prices)
		})
		if err != nil || prices != 1 {
			t.Errorf("%d prices wanted, error %v", prices, err)
		}
	})
}

// untilBlocked waits until the other transaction waits for this one or is done. SQLite's second writer always waits.
func untilBlocked(ctx context.Context, d *db.DB, tx *db.Tx, done chan error) error {
	if d.Engine() == db.SQLite {
		return nil
	}
	var me int64
	if err := tx.QueryRow(ctx, "select pg_backend_pid()").Scan(&me); err != nil {
		return err
	}
	for len(done) == 0 {
		var waiting bool
		err := d.Read(ctx, dbtest.Tenant, func(tx *db.Tx) error {
			return tx.QueryRow(ctx, "select exists (select 1 from pg_stat_activity where $1::int = any(pg_blocking_pids(pid)))", me).Scan(&waiting)
		})
		if err != nil || waiting {
			return err
		}
	}
	return nil
}
