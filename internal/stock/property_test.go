package stock_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/ids"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/stock"
)

var modelSKUs = []int64{1, 2, 3, 100, 101}

var modelKits = kitList{
	100: {{SKUID: 1, Qty: 2 * qty.One}, {SKUID: 2, Qty: qty.One}},
	101: {{SKUID: 2, Qty: qty.One}, {SKUID: 3, Qty: qty.One / 2}},
}

// TestMain makes a short run of the property the default; -rapid.checks=1000 makes it long.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "25"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// TestLedgerAgainstModel plays random days of a shop and compares the ledger with the model after every step.
func TestLedgerAgainstModel(t *testing.T) {
	t.Parallel()
	for _, e := range engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(start)
			d := dbtest.Open(t, e, c)
			var tenants atomic.Int64
			rapid.Check(t, func(t *rapid.T) {
				newMachine(t, d, c, db.Tenant(1000+tenants.Add(1))).run()
			})
		})
	}
}

// machine is one tenant's ledger and its model.
type machine struct {
	*stock.Service
	t      *rapid.T
	ctx    context.Context
	d      *db.DB
	clock  *clock.Fake
	actor  access.Actor
	model  *model
	wh     []int64
	orders int64
	lines  int64
	keys   int
	before picture
	// gone is the order whose holds this step took away on purpose.
	gone int64
}

func newMachine(t *rapid.T, d *db.DB, c *clock.Fake, tenant db.Tenant) *machine {
	source := ids.New(d)
	m := &machine{t: t, ctx: context.Background(), d: d, clock: c, actor: access.ForSystem(tenant), model: newModel(modelKits)}
	m.Service = stock.New(d, source, journal.New(source), modelKits)
	for i := range 2 {
		w, err := m.AddWarehouse(m.ctx, m.actor, fmt.Sprint("w", i), "Warehouse")
		m.must(err)
		m.wh = append(m.wh, w.ID)
	}
	m.before = m.look()
	return m
}

func (m *machine) run() {
	step := func(f func()) func(*rapid.T) {
		return func(t *rapid.T) {
			m.t = t
			m.clock.Advance(time.Minute)
			m.gone = 0
			f()
		}
	}
	m.t.Repeat(map[string]func(*rapid.T){
		"":          func(t *rapid.T) { m.t = t; m.check() },
		"hold":      step(m.hold),
		"hold2":     step(m.hold), // orders come more often than anything else
		"release":   step(m.release),
		"ship":      step(m.ship),
		"receipt":   step(m.receipt),
		"adjust":    step(m.adjust),
		"stocktake": step(m.stocktake),
		"reverse":   step(m.reverse),
		"backorder": step(m.toggleBackorder),
	})
}

func (m *machine) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

// agree checks that the ledger refuses exactly what the model refuses.
func (m *machine) agree(err error, fits bool) {
	m.t.Helper()
	if fits != (err == nil) || err != nil && !errs.Is(err, errs.Conflict) {
		m.t.Fatalf("the ledger says %v, the model says it fits: %v", err, fits)
	}
}

func (m *machine) write(f func(tx *db.Tx) error) error {
	return m.d.Write(m.ctx, m.actor.Tenant, f)
}

func (m *machine) draw(what string, from, to int64) int64 {
	return rapid.Int64Range(from, to).Draw(m.t, what)
}

func (m *machine) warehouse() int64 { return rapid.SampledFrom(m.wh).Draw(m.t, "warehouse") }

// hold takes in some orders, sometimes new lines of an old one.
func (m *machine) hold() {
	var demands []stock.Demand
	var want []stock.Outcome
	for range m.draw("orders", 1, 3) {
		order := m.orders + 1
		if old := m.model.orders(); len(old) > 0 && m.draw("old", 0, 5) == 0 {
			order = rapid.SampledFrom(old).Draw(m.t, "order")
		}
		m.orders = max(m.orders, order)
		for range m.draw("lines", 1, 4) {
			m.lines++
			sku := rapid.SampledFrom(modelSKUs).Draw(m.t, "sku")
			demands = append(demands, one(order, m.lines, sku, 2*m.draw("pieces", 1, 3)))
		}
	}
	for _, d := range demands {
		want = append(want, m.model.want(d))
	}
	m.must(m.write(func(tx *db.Tx) error {
		got, err := m.Hold(m.ctx, tx, demands)
		if diff := cmp.Diff(want, got); err == nil && diff != "" {
			m.t.Fatalf("outcomes (-want +got)\n%s", diff)
		}
		return err
	}))
}

func (m *machine) someOrder() int64 {
	list := m.model.orders()
	if len(list) == 0 {
		return 0
	}
	return rapid.SampledFrom(list).Draw(m.t, "order")
}

// release gives back one line or all of an order, twice.
func (m *machine) release() {
	if m.gone = m.someOrder(); m.gone == 0 {
		return
	}
	var lines []int64
	for k := range m.before.sums {
		if k.order == m.gone {
			lines = append(lines, k.line)
		}
	}
	slices.Sort(lines)
	line := rapid.SampledFrom(append([]int64{0}, slices.Compact(lines)...)).Draw(m.t, "line")
	var only []int64
	if line != 0 {
		only = []int64{line}
	}
	m.twice(func(tx *db.Tx) error { return m.Release(m.ctx, tx, m.gone, only...) })
	m.model.forget(m.gone, line)
}

// twice does something and proves that doing it again changes nothing.
func (m *machine) twice(f func(tx *db.Tx) error) {
	m.must(m.write(f))
	first := m.look()
	m.must(m.write(f))
	if diff := cmp.Diff(first, m.look(), cmp.AllowUnexported(picture{}, place{}, lineKey{}, stocked{}, modelHold{})); diff != "" {
		m.t.Fatalf("a repeat changed (-first +second)\n%s", diff)
	}
}

// ship sends what an order holds, twice, unless it was promised and never made.
func (m *machine) ship() {
	if m.gone = m.someOrder(); m.gone == 0 {
		return
	}
	out := map[int64]map[int64]qty.Qty{} // by warehouse and SKU
	for h, n := range m.before.holds {
		if h.order == m.gone {
			if out[h.warehouse] == nil {
				out[h.warehouse] = map[int64]qty.Qty{}
			}
			out[h.warehouse][h.sku] -= n
		}
	}
	for warehouse, changes := range out {
		if !m.model.fits(warehouse, changes) {
			m.agree(m.write(func(tx *db.Tx) error { return m.Ship(m.ctx, tx, m.gone, "system") }), false)
			return
		}
	}
	m.twice(func(tx *db.Tx) error { return m.Ship(m.ctx, tx, m.gone, "system") })
	for warehouse, changes := range out {
		m.model.move(m.clock.Now(), warehouse, changes)
	}
	m.model.forget(m.gone, 0)
}

// counts draws distinct SKUs with a quantity each.
func (m *machine) counts(from, to int64) (lines []stock.Count) {
	for sku := range int64(3) {
		if m.draw("counted", 0, 1) == 1 {
			lines = append(lines, count(sku+1, m.draw("pieces", from, to)))
		}
	}
	if len(lines) == 0 {
		lines = append(lines, count(1, m.draw("pieces", from, to)))
	}
	slices.Reverse(lines)
	return lines
}

// post books a document, twice under one key, and compares what happens with the changes the model expects.
func (m *machine) post(in stock.DocumentInput, changes map[int64]qty.Qty) {
	m.keys++
	in.Key = fmt.Sprint("key", m.keys)
	fits := m.model.fits(in.WarehouseID, changes)
	id, err := m.Post(m.ctx, m.actor, in)
	m.agree(err, fits)
	again, err := m.Post(m.ctx, m.actor, in)
	m.agree(err, fits)
	if again != id {
		m.t.Fatalf("a repeat made document %d, the first was %d", again, id)
	}
	if fits {
		m.model.move(m.clock.Now(), in.WarehouseID, changes)
		m.model.documents = append(m.model.documents, modelDocument{id: id, warehouse: in.WarehouseID, changes: changes})
	}
}

func (m *machine) receipt() {
	in := stock.DocumentInput{Kind: stock.MoveReceipt, WarehouseID: m.warehouse(), Lines: m.counts(0, 12)}
	m.post(in, changesOf(in.Lines))
}

func (m *machine) adjust() {
	in := stock.DocumentInput{Kind: stock.MoveAdjustment, Reason: "found", WarehouseID: m.warehouse(), Lines: m.counts(-6, 3)}
	m.post(in, changesOf(in.Lines))
}

func changesOf(lines []stock.Count) map[int64]qty.Qty {
	out := map[int64]qty.Qty{}
	for _, l := range lines {
		out[l.SKUID] = l.Qty
	}
	return out
}

// stocktake counts the shelf as it was up to twenty steps ago.
func (m *machine) stocktake() {
	in := stock.DocumentInput{Kind: stock.MoveStocktake, WarehouseID: m.warehouse(), Lines: m.counts(0, 12),
		AsOf: m.clock.Now().Add(-time.Duration(m.draw("minutes", 0, 20)) * time.Minute)}
	changes := map[int64]qty.Qty{}
	for _, l := range in.Lines {
		changes[l.SKUID] = l.Qty - m.model.expected(place{l.SKUID, in.WarehouseID}, in.AsOf)
	}
	m.post(in, changes)
}

// reverse undoes a document, or asks again for a reversal that was made.
func (m *machine) reverse() {
	if len(m.model.documents) == 0 {
		return
	}
	i := int(m.draw("document", 0, int64(len(m.model.documents)-1)))
	doc := m.model.documents[i]
	id, err := m.Reverse(m.ctx, m.actor, doc.id, "mistake")
	if doc.reversal != 0 {
		m.must(err)
		if id != doc.reversal {
			m.t.Fatalf("reversed again as %d, first as %d", id, doc.reversal)
		}
		return
	}
	changes := map[int64]qty.Qty{}
	for sku, n := range doc.changes {
		changes[sku] = -n
	}
	fits := m.model.fits(doc.warehouse, changes)
	m.agree(err, fits)
	if fits {
		m.model.documents[i].reversal = id
		m.model.move(m.clock.Now(), doc.warehouse, changes)
		m.model.documents = append(m.model.documents, modelDocument{id: id, warehouse: doc.warehouse, changes: changes})
	}
}

func (m *machine) toggleBackorder() {
	sku := m.draw("sku", 1, 3)
	on := !m.model.backorder[sku]
	err := m.write(func(tx *db.Tx) error { return m.SetBackorder(m.ctx, tx, sku, on) })
	m.agree(err, on || m.model.held(sku) <= m.model.total(sku))
	if err == nil {
		m.model.backorder[sku] = on
	}
}

// modelHold is a hold of a line in a warehouse.
type modelHold struct {
	lineKey
	warehouse int64
}

// stocked is a level.
type stocked struct {
	onHand, reserved qty.Qty
	backorder        bool
}

// picture is everything the database says.
type picture struct {
	levels map[place]stocked
	moves  map[place]qty.Qty
	holds  map[modelHold]qty.Qty
	short  map[lineKey]qty.Qty
	sums   map[lineKey]qty.Qty // held and short
}

// look reads the tables themselves, not through the code under test.
func (m *machine) look() picture {
	p := picture{map[place]stocked{}, map[place]qty.Qty{}, map[modelHold]qty.Qty{}, map[lineKey]qty.Qty{}, map[lineKey]qty.Qty{}}
	m.must(m.d.Read(m.ctx, m.actor.Tenant, func(tx *db.Tx) error {
		var pl place
		var l stocked
		var h modelHold
		var n qty.Qty
		for _, q := range []struct {
			query string
			dest  []any
			keep  func()
		}{
			{"select sku_id, warehouse_id, on_hand, reserved, backorder from level where tenant_id = $1",
				[]any{&pl.sku, &pl.warehouse, &l.onHand, &l.reserved, &l.backorder}, func() { p.levels[pl] = l }},
			{"select sku_id, warehouse_id, qty from move where tenant_id = $1", []any{&pl.sku, &pl.warehouse, &n}, func() { p.moves[pl] += n }},
			{"select order_id, line_no, sku_id, warehouse_id, qty from hold where tenant_id = $1 and state = 'open'",
				[]any{&h.order, &h.line, &h.sku, &h.warehouse, &n}, func() { p.holds[h] = n; p.sums[h.lineKey] += n }},
			{"select order_id, line_no, sku_id, qty from shortage where tenant_id = $1 and state = 'open'",
				[]any{&h.order, &h.line, &h.sku, &n}, func() { p.short[h.lineKey] = n; p.sums[h.lineKey] += n }},
		} {
			err := tx.Each(m.ctx, q.query, []any{int64(tx.Tenant)}, func(sc db.Scanner) error {
				err := sc.Scan(q.dest...)
				q.keep()
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	return p
}

// check compares the database with the model and with what it was before the step.
func (m *machine) check() {
	now := m.look()
	m.checkLevels(now)
	if diff := cmp.Diff(m.model.wanted, now.sums, cmp.AllowUnexported(lineKey{})); diff != "" {
		m.t.Fatalf("held and short (-wanted +got)\n%s", diff)
	}
	m.checkTurns(now)
	m.must(m.d.Read(m.ctx, m.actor.Tenant, func(tx *db.Tx) error {
		free, err := m.Available(m.ctx, tx, modelSKUs)
		if err != nil {
			return err
		}
		for _, sku := range modelSKUs {
			if want := m.model.available(sku); free[sku] != want {
				m.t.Fatalf("SKU %d: %v available, want %v", sku, free[sku], want)
			}
		}
		found, err := m.Doctor(m.ctx, tx, false)
		if len(found) > 0 {
			m.t.Fatalf("the doctor found %+v", found)
		}
		return err
	}))
	m.before = now
}

func (m *machine) checkLevels(now picture) {
	reserved := map[place]qty.Qty{}
	held := map[int64]qty.Qty{}
	for h, n := range now.holds {
		reserved[place{h.sku, h.warehouse}] += n
		held[h.sku] += n
	}
	for p, l := range now.levels {
		want := stocked{m.model.onHand[p], reserved[p], m.model.backorder[p.sku]}
		if l != want || now.moves[p] != l.onHand {
			m.t.Fatalf("%+v: %+v, want %+v; moves say %v", p, l, want, now.moves[p])
		}
		if l.reserved < 0 || l.onHand < 0 || l.reserved > l.onHand && !l.backorder {
			m.t.Fatalf("%+v: %+v", p, l)
		}
	}
	for p, n := range m.model.onHand {
		if now.levels[p].onHand != n {
			m.t.Fatalf("%+v: no level, want %v", p, n)
		}
	}
	for sku := range int64(4) {
		if want := m.model.held(sku); held[sku] != want {
			m.t.Fatalf("SKU %d: %v held, want %v", sku, held[sku], want)
		}
	}
}

// checkTurns proves who came first: nobody's shortage is filled while an older one stays open, and no order loses its hold in
// a warehouse while a newer one keeps what it had there.
func (m *machine) checkTurns(now picture) {
	keys := slices.SortedFunc(maps.Keys(m.before.sums), lineKey.compare)
	waiting := map[int64]bool{} // SKUs that an older line still waits for
	for _, k := range keys {
		if waiting[k.sku] && now.short[k] < m.before.short[k] && k.order != m.gone {
			m.t.Fatalf("%+v was filled before an older one: short %v, was %v", k, now.short[k], m.before.short[k])
		}
		waiting[k.sku] = waiting[k.sku] || m.before.short[k] > 0 && now.short[k] > 0
	}
	lost := map[place]bool{} // where an older line lost something
	for _, k := range keys {
		for _, w := range m.wh {
			p, h := place{k.sku, w}, modelHold{k, w}
			if k.order == m.gone || m.model.backorder[k.sku] {
				continue
			}
			if lost[p] && m.before.holds[h] > 0 && now.holds[h] > 0 {
				m.t.Fatalf("%+v kept its hold in %d while an older one lost there", k, w)
			}
			lost[p] = lost[p] || now.holds[h] < m.before.holds[h]
		}
	}
}
