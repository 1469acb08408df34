package stock_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/stock"
)

func TestDocumentFaults(t *testing.T) {
	t.Parallel()
	now := start
	many := make([]stock.Count, 300_001)
	for _, c := range []struct {
		name string
		in   stock.DocumentInput
		want []string
	}{
		{"empty", stock.DocumentInput{}, []string{"kind error.stock.kind", "warehouse error.stock.warehouse", "lines error.stock.no_lines"}},
		{"sale", stock.DocumentInput{Kind: stock.MoveSale, WarehouseID: 1, Lines: []stock.Count{count(1, 1)}}, []string{"kind error.stock.kind"}},
		{"adjustment", stock.DocumentInput{Kind: stock.MoveAdjustment, WarehouseID: 1, AsOf: now.Add(time.Second), Lines: []stock.Count{count(1, -1)}},
			[]string{"as_of error.stock.future", "reason error.stock.reason"}},
		{"lines", stock.DocumentInput{Kind: stock.MoveReceipt, WarehouseID: 1, Lines: []stock.Count{count(0, 1), count(7, -1), count(7, 1), {SKUID: 8, Qty: qty.Max + 1}}},
			[]string{"lines error.stock.sku", "lines error.stock.negative", "lines error.stock.twice", "lines error.stock.range"}},
		{"long", stock.DocumentInput{Kind: stock.MoveReceipt, WarehouseID: 1, Reason: strings.Repeat("ї", 501), Key: strings.Repeat("k", 201), Lines: many},
			[]string{"lines error.stock.many_lines", "reason error.stock.reason_long", "key error.stock.key_long"}},
		{"good", stock.DocumentInput{Kind: stock.MoveAdjustment, WarehouseID: 1, AsOf: now, Reason: "broken", Lines: []stock.Count{count(1, -1)}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			var e *errs.Error
			if err := c.in.Validate(now); errors.As(err, &e) {
				for _, f := range e.Fields {
					got = append(got, f.Name+" "+f.Key)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("faults (-want +got)\n%s", diff)
			}
		})
	}
}

// A thousand lines at fault are told by their first hundred.
func TestDocumentFaultsAreBounded(t *testing.T) {
	t.Parallel()
	lines := make([]stock.Count, 1000)
	var e *errs.Error
	err := stock.DocumentInput{Kind: stock.MoveReceipt, WarehouseID: 1, Lines: lines}.Validate(start)
	if !errors.As(err, &e) || len(e.Fields) != 100 {
		t.Errorf("%d faults, want 100", len(e.Fields))
	}
}

func TestPostRefuses(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, 1)
		b.kits[100] = []stock.Part{{SKUID: 1, Qty: qty.One}}
		in := stock.DocumentInput{Kind: stock.MoveReceipt, WarehouseID: b.wh[0], Lines: []stock.Count{count(1, 1)}}
		ctx := context.Background()
		kit, elsewhere, loss := in, in, in
		kit.Lines = []stock.Count{count(100, 1)}
		elsewhere.WarehouseID = 999
		loss.Kind, loss.Reason, loss.Lines = stock.MoveAdjustment, "lost", []stock.Count{count(1, -1), count(2, 3), count(3, -2)}
		for name, c := range map[string]struct {
			in   stock.DocumentInput
			want errs.Code
		}{"kit": {kit, errs.Invalid}, "warehouse": {elsewhere, errs.NotFound}, "loss": {loss, errs.Conflict}} {
			if _, err := b.Post(ctx, system, c.in); !errs.Is(err, c.want) {
				t.Errorf("%s: %v, want %s", name, err, c.want)
			}
		}
		var e *errs.Error
		if _, err := b.Post(ctx, system, loss); !errors.As(err, &e) || len(e.Fields) != 2 {
			t.Errorf("a loss of two SKUs beyond what there is: %v", err)
		}
		if _, err := b.Post(ctx, nobody, in); !errs.Is(err, errs.Forbidden) {
			t.Errorf("a stranger: %v", err)
		}
		b.wantLevel(2, 0, 0)
		b.wantClean()
	})
}

func TestPostKey(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, 1)
		in := stock.DocumentInput{Kind: stock.MoveReceipt, WarehouseID: b.wh[0], Key: "delivery-7", Lines: []stock.Count{count(1, 5)}}
		ctx := context.Background()
		ids := make(chan int64, 8)
		for range cap(ids) {
			go func() {
				id, err := b.Post(ctx, system, in)
				if err != nil {
					t.Error(err)
				}
				ids <- id
			}()
		}
		first := <-ids
		for range cap(ids) - 1 {
			if id := <-ids; id != first || id == 0 {
				t.Errorf("a repeat made document %d, the first was %d", id, first)
			}
		}
		b.wantLevel(1, 5, 0)
		in.Lines = []stock.Count{count(1, 6)}
		if _, err := b.Post(ctx, system, in); !errs.Is(err, errs.Conflict) {
			t.Errorf("another input under the same key: %v", err)
		}
		b.wantLevel(1, 5, 0)
		b.wantClean()
	})
}

func TestReverse(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, 2)
		ctx := context.Background()
		b.postAt(b.wh[1], stock.MoveReceipt, count(1, 7), count(2, 4))
		take := b.postAt(b.wh[1], stock.MoveStocktake, count(1, 10), count(2, 4), count(3, 2))
		b.wantLevel(1, 10, 0)
		undo, err := b.Reverse(ctx, system, take, "wrong file")
		if err != nil {
			t.Fatal(err)
		}
		again, err := b.Reverse(ctx, system, take, "wrong file")
		if err != nil || again != undo {
			t.Errorf("the second reversal is %d, %v; want %d", again, err, undo)
		}
		b.wantLevel(1, 7, 0)
		b.wantLevel(2, 4, 0)
		b.wantLevel(3, 0, 0)
		if _, err := b.Reverse(ctx, system, undo, "right after all"); err != nil {
			t.Error(err)
		}
		b.wantLevel(1, 10, 0)
		b.read(func(ctx context.Context, tx *db.Tx) error {
			entries, err := journal.Of(ctx, tx, "stock_document", undo, 0, 10)
			if len(entries) != 1 || !strings.Contains(string(entries[0].Payload), `"reverses"`) {
				t.Errorf("journal of the reversal: %+v", entries)
			}
			return err
		})
		b.wantClean()
	})
}

func TestReverseRefuses(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, 1)
		ctx := context.Background()
		id := b.post(stock.MoveReceipt, count(1, 5))
		b.hold(one(1, 1, 1, 2), one(2, 1, 1, 3))
		b.ship(1)
		if _, err := b.Reverse(ctx, system, id, "wrong"); !errs.Is(err, errs.Conflict) {
			t.Errorf("goods that are gone were taken back: %v", err)
		}
		b.wantLevel(1, 3, 3)
		if _, err := b.Reverse(ctx, system, 999, "wrong"); !errs.Is(err, errs.NotFound) {
			t.Errorf("no such document: %v", err)
		}
		if _, err := b.Reverse(ctx, system, id, ""); !errs.Is(err, errs.Invalid) {
			t.Errorf("no reason: %v", err)
		}
		if _, err := b.Reverse(ctx, nobody, id, "wrong"); !errs.Is(err, errs.Forbidden) {
			t.Errorf("a stranger: %v", err)
		}
		b.post(stock.MoveReceipt, count(1, 2))
		if _, err := b.Reverse(ctx, system, id, "wrong"); err != nil {
			t.Errorf("a refused reversal can not be repeated: %v", err)
		}
		b.wantOrder(2, 0, 3) // what it held is gone
		b.wantClean()
	})
}

// Goods counted in the morning and sold before the count was typed in are not counted as a loss.
func TestStocktakeAsOf(t *testing.T) {
	t.Parallel()
	for _, e := range engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(start)
			b := newBench(t, dbtest.Open(t, e, c), 1)
			b.post(stock.MoveReceipt, count(1, 10), count(2, 3))
			c.Advance(time.Hour)
			counted := c.Now()
			c.Advance(time.Hour)
			b.hold(one(1, 1, 1, 4))
			b.ship(1)
			c.Advance(time.Hour)
			ctx := context.Background()
			in := stock.DocumentInput{Kind: stock.MoveStocktake, WarehouseID: b.wh[0], AsOf: counted, Lines: []stock.Count{count(1, 9), count(2, 3)}}
			if _, err := b.Post(ctx, system, in); err != nil {
				t.Fatal(err)
			}
			b.wantLevel(1, 5, 0)
			in.Lines = []stock.Count{count(1, 3)} // of which four were sold since
			if _, err := b.Post(ctx, system, in); !errs.Is(err, errs.Conflict) {
				t.Errorf("fewer counted than sold since: %v", err)
			}
			id, err := b.SetCounts(ctx, system, "w1", []stock.Count{count(1, 8)}, "count", time.Time{})
			if err != nil || id == 0 {
				t.Errorf("set counts: %d, %v", id, err)
			}
			b.wantLevel(1, 8, 0)
			if _, err := b.SetCounts(ctx, system, "w7", []stock.Count{count(1, 8)}, "count", time.Time{}); !errs.Is(err, errs.NotFound) {
				t.Errorf("no such warehouse: %v", err)
			}
			b.wantClean()
		})
	}
}

// A loss takes the goods from the newest orders, and the next receipt gives to the oldest that lacks.
func TestLossDisplacesNewest(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, 1)
		b.post(stock.MoveReceipt, count(1, 9))
		b.hold(one(1, 1, 1, 3), one(3, 1, 1, 3), one(2, 1, 1, 3))
		b.ear.take()
		b.post(stock.MoveStocktake, count(1, 4))
		b.wantOrder(1, 3, 0)
		b.wantOrder(2, 1, 2)
		b.wantOrder(3, 0, 3)
		if _, short := b.ear.take(); !cmp.Equal(short, []int64{2, 3}) {
			t.Errorf("told of orders %v, want 2 and 3", short)
		}
		b.post(stock.MoveReceipt, count(1, 3))
		b.wantOrder(2, 3, 0)
		b.wantOrder(3, 1, 2)
		b.wantLevel(1, 7, 7)
		b.wantClean()
	})
}
