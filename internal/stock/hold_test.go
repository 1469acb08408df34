package stock_test

import (
	"context"
	"errors"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/stock"
)

func TestHoldAndShortage(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, 1)
		b.post(stock.MoveReceipt, count(1, 5))
		got := b.hold(one(10, 1, 1, 3), one(10, 2, 1, 3), one(11, 1, 2, 1))
		want := []stock.Outcome{
			{Demand: one(10, 1, 1, 3), Before: qty.Pieces(5)},
			{Demand: one(10, 2, 1, 3), Before: qty.Pieces(2), Short: qty.Pieces(1)},
			{Demand: one(11, 1, 2, 1), Short: qty.Pieces(1)},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("outcomes (-want +got)\n%s", diff)
		}
		b.wantLevel(1, 5, 5)
		b.wantOrder(10, 5, 1)
		b.wantOrder(11, 0, 1)
		b.wantClean()
	})
}

// A kit and its own part in one order take different units; the kit's own shortage counts kits.
func TestHoldKitAndItsPart(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, 1)
		b.kits[100] = []stock.Part{{SKUID: 1, Qty: qty.Pieces(2)}, {SKUID: 2, Qty: qty.One / 2}}
		b.kits[101] = nil
		b.post(stock.MoveReceipt, count(1, 5), count(2, 5))
		b.ear.take()
		got := b.hold(one(10, 1, 100, 2), one(10, 2, 1, 2), one(10, 3, 101, 4))
		want := []stock.Outcome{
			{Demand: one(10, 1, 100, 2), Before: qty.Pieces(2)},
			{Demand: one(10, 2, 1, 2), Before: qty.Pieces(1), Short: qty.Pieces(1)},
			{Demand: one(10, 3, 101, 4), Short: qty.Pieces(4)},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("outcomes (-want +got)\n%s", diff)
		}
		changes, _ := b.ear.take()
		heard := []stock.Change{{SKUID: 1, Zero: true}, {SKUID: 2}, {SKUID: 100, Zero: true}}
		if diff := cmp.Diff(heard, changes); diff != "" {
			t.Errorf("changes (-want +got)\n%s", diff)
		}
		got = b.hold(one(11, 1, 100, 3))
		if got[0].Short != qty.Pieces(3) || got[0].Before != 0 {
			t.Errorf("kits without parts: %+v", got[0])
		}
		b.wantClean()
	})
}

// The same line asked for twice in one call adds up.
func TestHoldSameLineTwice(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, 1)
		b.post(stock.MoveReceipt, count(1, 3))
		b.hold(one(10, 1, 1, 2), one(11, 1, 1, 1), one(10, 1, 1, 2), one(10, 1, 1, 2), one(12, 1, 1, 0))
		b.hold(one(10, 1, 1, 1))
		b.wantOrder(10, 2, 5)
		b.wantOrder(11, 1, 0)
		b.wantOrder(12, 0, 0)
		b.wantClean()
	})
}

func TestReleaseFillsOldestFirst(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, 1)
		b.post(stock.MoveReceipt, count(1, 4))
		b.hold(one(1, 1, 1, 2), one(1, 2, 1, 2))
		b.hold(one(3, 1, 1, 1))
		b.hold(one(2, 1, 1, 2))
		b.ear.take()
		b.release(1, 2)
		b.wantOrder(1, 2, 0)
		b.wantOrder(2, 2, 0)
		b.wantOrder(3, 0, 1)
		if _, short := b.ear.take(); !cmp.Equal(short, []int64{2}) {
			t.Errorf("told of orders %v, want 2", short)
		}
		b.release(1)
		b.release(1)
		b.wantOrder(1, 0, 0)
		b.wantOrder(3, 1, 0)
		b.wantLevel(1, 4, 3)
		b.wantClean()
	})
}

// A line that is shipped, held again and shipped again makes two sales; a shipment told twice makes one.
func TestShipTwice(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, 1)
		b.post(stock.MoveReceipt, count(1, 5))
		b.hold(one(1, 1, 1, 2), one(1, 2, 7, 1))
		b.ship(1)
		b.ship(1)
		b.wantLevel(1, 3, 0)
		b.wantOrder(1, 0, 0)
		b.hold(one(1, 1, 1, 3))
		b.ship(1)
		b.wantLevel(1, 0, 0)
		b.read(func(ctx context.Context, tx *db.Tx) error {
			moves, err := b.Moves(ctx, tx, 1, 0, 10)
			if len(moves) != 3 {
				t.Errorf("moves %+v, want a receipt and two sales", moves)
			}
			held, err2 := b.HasOpenHolds(ctx, tx, 1)
			if held {
				t.Error("a shipped order still holds")
			}
			return errors.Join(err, err2)
		})
		b.wantClean()
	})
}

// Goods are taken from one warehouse that has all, else from several; what is lost in one is found in another.
func TestWarehouses(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, 2)
		b.post(stock.MoveReceipt, count(1, 2))
		b.postAt(b.wh[1], stock.MoveReceipt, count(1, 4))
		b.hold(one(1, 1, 1, 3)) // only the second has three
		b.hold(one(2, 1, 1, 3)) // two of the first, one of the second
		b.wantHolds(1, stock.OpenHold{OrderID: 1, WarehouseID: b.wh[1], Qty: qty.Pieces(3)},
			stock.OpenHold{OrderID: 2, WarehouseID: b.wh[0], Qty: qty.Pieces(2)}, stock.OpenHold{OrderID: 2, WarehouseID: b.wh[1], Qty: qty.Pieces(1)})
		b.release(1)
		b.post(stock.MoveAdjustment, count(1, -2))
		b.wantHolds(1, stock.OpenHold{OrderID: 2, WarehouseID: b.wh[1], Qty: qty.Pieces(3)})
		b.wantClean()
	})
}

func TestBackorder(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, 2)
		backorder := func(on bool) error {
			ctx := context.Background()
			return d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error { return b.SetBackorder(ctx, tx, 1, on) })
		}
		promised := func(want map[int64]bool) {
			t.Helper()
			var got map[int64]bool
			err := d.Read(context.Background(), dbtest.Tenant, func(tx *db.Tx) (err error) {
				got, err = b.Backordered(context.Background(), tx, []int64{1, 2})
				return err
			})
			if err != nil || !maps.Equal(got, want) {
				t.Errorf("backordered %v, want %v: %v", got, want, err)
			}
		}
		b.hold(one(1, 1, 1, 3))
		promised(map[int64]bool{})
		b.wantOrder(1, 0, 3)
		if err := backorder(true); err != nil {
			t.Fatal(err)
		}
		promised(map[int64]bool{1: true})
		b.wantOrder(1, 3, 0) // the promise of making it fills the shortage
		b.hold(one(2, 1, 1, 2))
		b.wantOrder(2, 2, 0)
		b.wantLevel(1, 0, 5)
		ctx := context.Background()
		err := d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error { return b.Ship(ctx, tx, 1, "system") })
		if !errs.Is(err, errs.Conflict) {
			t.Errorf("shipped what was not made: %v", err)
		}
		if err := backorder(false); !errs.Is(err, errs.Conflict) {
			t.Errorf("backorder ended while five are promised: %v", err)
		}
		b.postAt(b.wh[1], stock.MoveReceipt, count(1, 4))
		b.wantHolds(1, stock.OpenHold{OrderID: 1, WarehouseID: b.wh[1], Qty: qty.Pieces(3)},
			stock.OpenHold{OrderID: 2, WarehouseID: b.wh[0], Qty: qty.Pieces(1)}, stock.OpenHold{OrderID: 2, WarehouseID: b.wh[1], Qty: qty.Pieces(1)})
		b.ship(1)
		b.post(stock.MoveReceipt, count(1, 1))
		if err := backorder(false); err != nil {
			t.Errorf("backorder not ended with enough goods: %v", err)
		}
		promised(map[int64]bool{})
		b.ship(2)
		b.wantLevel(1, 0, 0)
		b.wantClean()
	})
}

func TestHoldRefusesFractionsOfThousandths(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, 1)
		b.kits[100] = []stock.Part{{SKUID: 1, Qty: 1}}
		ctx := context.Background()
		err := d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error {
			_, err := b.Hold(ctx, tx, []stock.Demand{{OrderID: 1, LineNo: 1, SKUID: 100, Qty: 1}})
			return err
		})
		if err == nil {
			t.Error("a thousandth of a thousandth was held")
		}
	})
}

// More shortages than one page are all filled by one receipt.
func TestReceiptFillsManyShortages(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, 1)
		var demands []stock.Demand
		for i := range int64(1203) {
			demands = append(demands, one(i+1, 1, 1+i%2, 1))
		}
		b.hold(demands...)
		b.post(stock.MoveReceipt, count(1, 2000), count(2, 600))
		b.wantLevel(1, 2000, 602)
		b.wantLevel(2, 600, 600)
		b.wantOrder(1202, 0, 1)
		b.wantClean()
	})
}

func TestWarehousesInRankOrder(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, 3)
		b.read(func(ctx context.Context, tx *db.Tx) error {
			got, err := b.Warehouses(ctx, tx)
			var want []stock.Warehouse
			for i, code := range []string{"w1", "w2", "w3"} {
				want = append(want, stock.Warehouse{ID: b.wh[i], Code: code, Name: "Warehouse", Rank: int64(i + 1)})
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("warehouses (-want +got)\n%s", diff)
			}
			return err
		})
	})
}

// Levels of many SKUs, some named twice, come once each with what can still be held.
func TestLevels(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, 1)
		b.post(stock.MoveReceipt, count(1, 5), count(2, 1))
		b.hold(one(1, 1, 1, 2))
		b.read(func(ctx context.Context, tx *db.Tx) error {
			got, err := b.Levels(ctx, tx, []int64{2, 1, 1, 9})
			if len(got) != 2 || len(got[1]) != 1 || got[1][0].Available() != qty.Pieces(3) || got[2][0].Available() != qty.One {
				t.Errorf("levels %+v", got)
			}
			none, err2 := b.Available(ctx, tx, nil)
			if len(none) != 0 {
				t.Errorf("available of nothing: %v", none)
			}
			return errors.Join(err, err2)
		})
	})
}

func TestAddWarehouseFaults(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, 1)
		ctx := context.Background()
		if _, err := b.AddWarehouse(ctx, system, "w1", "Again"); !errs.Is(err, errs.Conflict) {
			t.Errorf("a code that is taken: %v", err)
		}
		if _, err := b.AddWarehouse(ctx, system, " ", ""); !errs.Is(err, errs.Invalid) {
			t.Errorf("no code: %v", err)
		}
		if _, err := b.AddWarehouse(ctx, nobody, "w9", "W"); !errs.Is(err, errs.Forbidden) {
			t.Errorf("a stranger: %v", err)
		}
	})
}

// The due time of a shortage that was filled and opened again is new.
func TestShortageOpenedAgainIsDueLater(t *testing.T) {
	t.Parallel()
	for _, e := range engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(start)
			d := dbtest.Open(t, e, c)
			b := newBench(t, d, 1)
			b.hold(one(1, 1, 1, 1))
			b.post(stock.MoveReceipt, count(1, 1))
			c.Advance(10 * stock.ShortageWithin)
			b.post(stock.MoveAdjustment, count(1, -1))
			var due int64
			b.read(func(ctx context.Context, tx *db.Tx) error {
				return tx.QueryRow(ctx, "select due_at from shortage where tenant_id = $1 and order_id = 1 and state = 'open'", int64(tx.Tenant)).Scan(&due)
			})
			if want := start.Add(11 * stock.ShortageWithin).UnixMicro(); due != want {
				t.Errorf("due at %d, want %d", due, want)
			}
		})
	}
}
