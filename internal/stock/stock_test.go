package stock_test

import (
	"context"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/ids"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/stock"
)

// kitList is a catalogue of kits: kit to parts.
type kitList map[int64][]stock.Part

func (k kitList) PartsOf(_ context.Context, _ *db.Tx, skuIDs []int64) (map[int64][]stock.Part, error) {
	out := map[int64][]stock.Part{}
	for _, id := range skuIDs {
		if parts, ok := k[id]; ok {
			out[id] = parts
		}
	}
	return out, nil
}

func (k kitList) KitsWith(_ context.Context, _ *db.Tx, skuIDs []int64) ([]int64, error) {
	var out []int64
	for id, parts := range k {
		if slices.ContainsFunc(parts, func(p stock.Part) bool { return slices.Contains(skuIDs, p.SKUID) }) {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out, nil
}

// ear is a listener that remembers; what a rolled back transaction said is remembered too.
type ear struct {
	mu      sync.Mutex
	changes []stock.Change
	short   []int64
}

func (e *ear) StockChanged(_ context.Context, _ *db.Tx, changes []stock.Change) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.changes = append(e.changes, changes...)
	return nil
}

func (e *ear) ShortagesChanged(_ context.Context, _ *db.Tx, orderIDs []int64) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.short = append(e.short, orderIDs...)
	return nil
}

// take answers what was heard since the last call.
func (e *ear) take() (changes []stock.Change, short []int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	changes, short = e.changes, e.short
	e.changes, e.short = nil, nil
	return changes, short
}

// bench is a ledger over a fresh database with the use cases a test needs in one line each.
type bench struct {
	*stock.Service
	t    testing.TB
	d    *db.DB
	kits kitList
	ear  *ear
	wh   []int64 // warehouses in rank order
}

var (
	system = access.ForSystem(dbtest.Tenant)
	nobody = access.Actor{Tenant: dbtest.Tenant, Kind: access.Person, ID: 9}
	start  = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
)

// engines is those that tests can run on here; see dbtest.EachEngine.
func engines() []db.Engine {
	if os.Getenv("LAD_TEST_POSTGRES") == "" {
		return []db.Engine{db.SQLite}
	}
	return []db.Engine{db.SQLite, db.Postgres}
}

// newBench makes a ledger with a number of warehouses.
func newBench(t testing.TB, d *db.DB, warehouses int) *bench {
	t.Helper()
	source := ids.New(d)
	b := &bench{t: t, d: d, kits: kitList{}, ear: &ear{}}
	b.Service = stock.New(d, source, journal.New(source), b.kits)
	b.Service.Listener = b.ear
	for i := range warehouses {
		w, err := b.AddWarehouse(context.Background(), system, "w"+string(rune('1'+i)), "Warehouse")
		if err != nil {
			t.Fatal(err)
		}
		b.wh = append(b.wh, w.ID)
	}
	return b
}

// write runs f in a transaction that must succeed.
func (b *bench) write(f func(ctx context.Context, tx *db.Tx) error) {
	b.t.Helper()
	ctx := context.Background()
	if err := b.d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error { return f(ctx, tx) }); err != nil {
		b.t.Fatal(err)
	}
}

// read runs f in a reading transaction that must succeed.
func (b *bench) read(f func(ctx context.Context, tx *db.Tx) error) {
	b.t.Helper()
	ctx := context.Background()
	if err := b.d.Read(ctx, dbtest.Tenant, func(tx *db.Tx) error { return f(ctx, tx) }); err != nil {
		b.t.Fatal(err)
	}
}

// post books a document in the first warehouse that must succeed.
func (b *bench) post(kind stock.MoveKind, lines ...stock.Count) int64 {
	b.t.Helper()
	return b.postAt(b.wh[0], kind, lines...)
}

// postAt books a document in a warehouse that must succeed.
func (b *bench) postAt(warehouse int64, kind stock.MoveKind, lines ...stock.Count) int64 {
	b.t.Helper()
	id, err := b.Post(context.Background(), system, stock.DocumentInput{Kind: kind, WarehouseID: warehouse, Reason: "test", Lines: lines})
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}

// hold holds the demands in one transaction.
func (b *bench) hold(demands ...stock.Demand) (out []stock.Outcome) {
	b.t.Helper()
	b.write(func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = b.Hold(ctx, tx, demands)
		return err
	})
	return out
}

func (b *bench) release(order int64, lines ...int64) {
	b.t.Helper()
	b.write(func(ctx context.Context, tx *db.Tx) error { return b.Release(ctx, tx, order, lines...) })
}

func (b *bench) ship(order int64) {
	b.t.Helper()
	b.write(func(ctx context.Context, tx *db.Tx) error { return b.Ship(ctx, tx, order, "system") })
}

// level is the sum of a SKU's levels.
func (b *bench) level(sku int64) (onHand, reserved qty.Qty) {
	b.t.Helper()
	b.read(func(ctx context.Context, tx *db.Tx) error {
		levels, err := b.Levels(ctx, tx, []int64{sku})
		for _, l := range levels[sku] {
			onHand, reserved = onHand+l.OnHand, reserved+l.Reserved
		}
		return err
	})
	return onHand, reserved
}

// wantLevel checks a SKU's levels in pieces.
func (b *bench) wantLevel(sku, onHand, reserved int64) {
	b.t.Helper()
	o, r := b.level(sku)
	if o != qty.Pieces(onHand) || r != qty.Pieces(reserved) {
		b.t.Errorf("SKU %d: on hand %v, reserved %v; want %d, %d", sku, o, r, onHand, reserved)
	}
}

// ofOrder lists what an order holds (state open) and lacks (state short).
func (b *bench) ofOrder(order int64) (held, short qty.Qty) {
	b.t.Helper()
	b.read(func(ctx context.Context, tx *db.Tx) error {
		list, err := b.OfOrder(ctx, tx, order)
		for _, h := range list {
			switch h.State {
			case "open":
				held += h.Qty
			case "short":
				short += h.Qty
			}
		}
		return err
	})
	return held, short
}

// wantOrder checks what an order holds and lacks in pieces.
func (b *bench) wantOrder(order, held, short int64) {
	b.t.Helper()
	h, s := b.ofOrder(order)
	if h != qty.Pieces(held) || s != qty.Pieces(short) {
		b.t.Errorf("order %d: held %v, short %v; want %d, %d", order, h, s, held, short)
	}
}

// wantHolds checks the open holds on a SKU, oldest order first.
func (b *bench) wantHolds(sku int64, want ...stock.OpenHold) {
	b.t.Helper()
	b.read(func(ctx context.Context, tx *db.Tx) error {
		got, err := b.HoldsOn(ctx, tx, sku, 100)
		if diff := cmp.Diff(want, got); diff != "" {
			b.t.Errorf("holds on SKU %d (-want +got)\n%s", sku, diff)
		}
		return err
	})
}

// wantClean checks that the doctor finds nothing.
func (b *bench) wantClean() {
	b.t.Helper()
	b.read(func(ctx context.Context, tx *db.Tx) error {
		found, err := b.Doctor(ctx, tx, false)
		if len(found) > 0 {
			b.t.Errorf("doctor found %+v", found)
		}
		return err
	})
}

func one(order, line, sku, pieces int64) stock.Demand {
	return stock.Demand{OrderID: order, LineNo: line, SKUID: sku, Qty: qty.Pieces(pieces)}
}

func count(sku, pieces int64) stock.Count { return stock.Count{SKUID: sku, Qty: qty.Pieces(pieces)} }
