package stock_test

import (
	"context"
	"testing"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/stock"
)

// exec damages the database by hand.
func (b *bench) exec(query string, args ...any) {
	b.t.Helper()
	b.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, query, append([]any{int64(tx.Tenant)}, args...)...)
		return err
	})
}

// doctor runs the doctor and checks how many findings there are and whether they were fixed.
func (b *bench) doctor(fix bool, want int, fixed bool) {
	b.t.Helper()
	b.write(func(ctx context.Context, tx *db.Tx) error {
		found, err := b.Doctor(ctx, tx, fix)
		if len(found) != want {
			b.t.Errorf("findings %+v, want %d", found, want)
		}
		for _, f := range found {
			if f.Fixed != fixed {
				b.t.Errorf("%+v: fixed %v, want %v", f, f.Fixed, fixed)
			}
		}
		return err
	})
}

func (b *bench) wantJournal(kind string, sku int64, want int) {
	b.t.Helper()
	b.read(func(ctx context.Context, tx *db.Tx) error {
		entries, err := journal.Of(ctx, tx, "sku", sku, 0, 100)
		n := 0
		for _, e := range entries {
			if e.Kind == kind {
				n++
			}
		}
		if n != want {
			b.t.Errorf("%d entries %s of SKU %d, want %d", n, kind, sku, want)
		}
		return err
	})
}

func TestDoctorRebuildsLevels(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, 2)
		b.post(stock.MoveReceipt, count(1, 5), count(2, 5), count(3, 5))
		b.hold(one(1, 1, 1, 3), one(1, 2, 2, 2))
		b.doctor(true, 0, false)
		b.exec("update level set on_hand = 9000, reserved = 1000 where tenant_id = $1 and sku_id = 1")
		b.exec("delete from level where tenant_id = $1 and sku_id = 2")
		b.exec("insert into level (tenant_id, sku_id, warehouse_id, on_hand, reserved) values ($1, 4, $2, 1000, 0)", b.wh[1])
		b.doctor(false, 3, false)
		b.wantLevel(1, 9, 1)
		b.doctor(true, 3, true)
		b.wantLevel(1, 5, 3)
		b.wantLevel(2, 5, 2)
		b.wantLevel(4, 0, 0)
		b.wantJournal("stock.level_rebuilt", 1, 1)
		b.wantJournal("stock.level_rebuilt", 3, 0)
		b.wantClean()
	})
}

// When moves are missing, holds without goods become shortages; when more was sold than came, nobody can rebuild that.
func TestDoctorWithoutGoods(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, 1)
		b.post(stock.MoveReceipt, count(1, 5), count(2, 5))
		b.hold(one(1, 1, 1, 3), one(2, 1, 1, 2), one(3, 1, 2, 4))
		b.exec("update move set qty = 4000 where tenant_id = $1 and sku_id = 1")
		b.doctor(true, 1, true)
		b.wantOrder(1, 3, 0)
		b.wantOrder(2, 1, 1)
		b.ship(3)
		b.exec("update move set qty = 1000 where tenant_id = $1 and sku_id = 2 and qty > 0")
		b.doctor(true, 1, false)
		b.wantLevel(2, 1, 0)
	})
}

func TestDoctorFillsIdleShortages(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, 1)
		b.post(stock.MoveReceipt, count(1, 5))
		b.exec(`insert into shortage (tenant_id, order_id, line_no, sku_id, qty, state, created_at, due_at) values ($1, 7, 1, 1, 2000, 'open', 1, 1)`)
		b.doctor(false, 1, false)
		b.doctor(true, 1, true)
		b.wantOrder(7, 2, 0)
		b.wantLevel(1, 5, 2)
		b.wantJournal("stock.shortage_filled", 1, 1)
		b.wantClean()
	})
}

// The table itself refuses what no use case may write.
func TestLevelChecks(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, 1)
		b.post(stock.MoveReceipt, count(1, 5))
		ctx := context.Background()
		for _, set := range []string{"reserved = on_hand + 1", "reserved = -1", "on_hand = -1"} {
			err := d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, "update level set "+set+" where tenant_id = $1 and sku_id = 1", int64(tx.Tenant))
				return err
			})
			if !db.IsCheck(err) {
				t.Errorf("set %s: %v, want a violated check", set, err)
			}
		}
	})
}
