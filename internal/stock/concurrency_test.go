package stock_test

import (
	"context"
	"sync"
	"testing"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/stock"
)

// atOnce runs f(0) … f(n-1) at the same moment, each in a transaction of its own.
func (b *bench) atOnce(n int, f func(ctx context.Context, tx *db.Tx, i int64) error) {
	b.t.Helper()
	ctx := context.Background()
	var ready, done sync.WaitGroup
	ready.Add(n)
	for i := range int64(n) {
		done.Go(func() {
			ready.Done()
			ready.Wait()
			if err := b.d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error { return f(ctx, tx, i) }); err != nil {
				b.t.Errorf("%d: %v", i, err)
			}
		})
	}
	done.Wait()
}

// holdIn holds in a transaction that is already there.
func (b *bench) holdIn(ctx context.Context, tx *db.Tx, demands ...stock.Demand) error {
	_, err := b.Hold(ctx, tx, demands)
	return err
}

func TestFiveHundredBuyersHundredUnits(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, 1)
		b.post(stock.MoveReceipt, count(1, 100))
		short := make([]qty.Qty, 500)
		b.atOnce(500, func(ctx context.Context, tx *db.Tx, i int64) error {
			out, err := b.Hold(ctx, tx, []stock.Demand{one(i+1, 1, 1, 1)})
			if err == nil {
				short[i] = out[0].Short
			}
			return err
		})
		lacking := 0
		for i, n := range short {
			if n > 0 {
				lacking++
			}
			b.wantOrder(int64(i+1), 1-n.Whole(), n.Whole())
		}
		if lacking != 400 {
			t.Errorf("%d buyers lack a unit, want 400", lacking)
		}
		b.wantLevel(1, 100, 100)
		b.wantClean()
	})
}

// Orders that name the same SKUs in opposite order neither deadlock nor lose a unit.
func TestOppositeLineOrder(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, 2)
		var there, back []stock.Count
		for sku := range int64(8) {
			there = append(there, count(sku+1, 10))
			back = append(back, count(8-sku, 5))
		}
		b.post(stock.MoveReceipt, there...)
		b.postAt(b.wh[1], stock.MoveReceipt, back...)
		b.atOnce(60, func(ctx context.Context, tx *db.Tx, i int64) error {
			var demands []stock.Demand
			for line := range int64(8) {
				sku := line + 1
				if i%2 == 1 {
					sku = 8 - line
				}
				demands = append(demands, one(i+1, line+1, sku, 1))
			}
			if err := b.holdIn(ctx, tx, demands...); err != nil || i%3 != 0 {
				return err
			}
			return b.Release(ctx, tx, i+1)
		})
		for sku := range int64(8) {
			b.wantLevel(sku+1, 15, 15)
		}
		b.wantClean()
	})
}

// Receipts and sales of SKUs that had no level before: no update is lost, and nothing lies free while an order lacks it.
func TestReceiptsDuringSales(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, 3)
		const rounds, skus = 90, 3
		ctx := context.Background()
		var posts sync.WaitGroup
		for i := range rounds {
			posts.Go(func() {
				in := stock.DocumentInput{Kind: stock.MoveReceipt, WarehouseID: b.wh[i%3], Lines: []stock.Count{count(int64(1+i%skus), 1), count(9, 1)}}
				if _, err := b.Post(ctx, system, in); err != nil {
					t.Error(err)
				}
			})
		}
		b.atOnce(rounds, func(ctx context.Context, tx *db.Tx, i int64) error {
			return b.holdIn(ctx, tx, one(i+1, 1, 9, 1), one(i+1, 2, 1+i%skus, 2))
		})
		posts.Wait()
		b.wantClean()
		b.wantLevel(9, rounds, rounds)
		for sku := range int64(skus) {
			b.wantLevel(sku+1, rounds/skus, rounds/skus)
		}
		b.atOnce(rounds, func(ctx context.Context, tx *db.Tx, i int64) error { return b.Ship(ctx, tx, i+1, "system") })
		b.wantLevel(9, 0, 0)
		b.wantClean()
	})
}

// Of releases and shipments of one order at the same moment one has an effect.
func TestReleaseTwiceAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, 1)
		b.post(stock.MoveReceipt, count(1, 50))
		for order := range int64(10) {
			b.hold(one(order+1, 1, 1, 5))
		}
		b.atOnce(40, func(ctx context.Context, tx *db.Tx, i int64) error {
			if i%4 == 3 {
				return b.Ship(ctx, tx, i/4+1, "system")
			}
			return b.Release(ctx, tx, i/4+1)
		})
		onHand, reserved := b.level(1)
		if reserved != 0 || onHand%qty.Pieces(5) != 0 {
			t.Errorf("on hand %v, reserved %v; want a multiple of 5 and nothing", onHand, reserved)
		}
		b.wantClean()
	})
}

// A shortage that is closed by its order and filled by a receipt at the same moment does not leave a hold of a dead order.
func TestReceiptWhileReleasing(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, 1)
		const orders = 30
		for order := range int64(orders) {
			b.hold(one(order+1, 1, order%5+1, 1))
		}
		ctx := context.Background()
		var posts sync.WaitGroup
		for range 3 {
			posts.Go(func() {
				in := stock.DocumentInput{Kind: stock.MoveReceipt, WarehouseID: b.wh[0], Lines: []stock.Count{count(1, 2), count(2, 2), count(3, 2), count(4, 2), count(5, 2)}}
				if _, err := b.Post(ctx, system, in); err != nil {
					t.Error(err)
				}
			})
		}
		b.atOnce(orders, func(ctx context.Context, tx *db.Tx, i int64) error { return b.Release(ctx, tx, i+1) })
		posts.Wait()
		for order := range int64(orders) {
			b.wantOrder(order+1, 0, 0)
		}
		for sku := range int64(5) {
			b.wantLevel(sku+1, 6, 0)
		}
		b.wantClean()
	})
}

// Counts of the shelf before the sales began, posted while the sales go on, do not bring sold goods back.
func TestStocktakesDuringSales(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, 1)
		b.post(stock.MoveReceipt, count(1, 100))
		counted := d.Clock().Now()
		ctx := context.Background()
		var posts sync.WaitGroup
		for range 6 {
			posts.Go(func() {
				in := stock.DocumentInput{Kind: stock.MoveStocktake, WarehouseID: b.wh[0], AsOf: counted, Lines: []stock.Count{count(1, 100)}}
				if _, err := b.Post(ctx, system, in); err != nil {
					t.Error(err)
				}
			})
		}
		b.atOnce(40, func(ctx context.Context, tx *db.Tx, i int64) error {
			if err := b.holdIn(ctx, tx, one(i+1, 1, 1, 1)); err != nil {
				return err
			}
			return b.Ship(ctx, tx, i+1, "system")
		})
		posts.Wait()
		b.wantLevel(1, 60, 0)
		b.wantClean()
	})
}
