package stock

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// ShortageWithin is how long somebody has to decide about a shortage before it counts as late.
const ShortageWithin = 30 * time.Minute

// Demand asks for stock of one line of an accepted order. A kit is asked for as a kit; it explodes into its parts here.
type Demand struct {
	OrderID int64
	LineNo  int64
	SKUID   int64
	Qty     qty.Qty
}

// Outcome says what happened to one demand.
type Outcome struct {
	Demand
	// Before is what was available of the SKU when its turn came.
	Before qty.Qty
	// Short is how many units of the SKU asked for (kits counted as kits) could not be held.
	Short qty.Qty
}

// Hold holds stock for demands, in their order, in the caller's transaction. Nothing is refused: what can not be held
// becomes a shortage; a demand for nothing does nothing. Demand is checked against one locked picture of all SKUs, so two
// lines (or a kit and its part) can not take the same unit. One outcome per demand, in the same order.
func (s *Service) Hold(ctx context.Context, tx *db.Tx, demands []Demand) ([]Outcome, error) {
	if len(demands) == 0 {
		return nil, nil
	}
	asked := make([]int64, len(demands))
	for i, d := range demands {
		asked[i] = d.SKUID
	}
	kits, need, err := s.explode(ctx, tx, asked)
	if err != nil {
		return nil, err
	}
	levels, err := s.lock(ctx, tx, need)
	if err != nil {
		return nil, err
	}
	w := &holdWriter{levels: levels}
	out, err := w.takeAll(demands, kits)
	if err == nil && len(w.shortages) > 0 && !levels.sure {
		if w.levels, err = s.lockAll(ctx, tx, need); err != nil {
			return nil, err
		}
		w.holds, w.shortages = nil, nil
		out, err = w.takeAll(demands, kits)
	}
	if err != nil {
		return nil, err
	}
	return out, s.store(ctx, tx, w)
}

// heldRow is a hold, or with no warehouse a shortage.
type heldRow struct {
	order, line, sku, warehouse int64
	qty                         qty.Qty
}

// compareHeld orders rows as their tables do.
func compareHeld(a, b heldRow) int {
	return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.line, b.line), cmp.Compare(a.sku, b.sku), cmp.Compare(a.warehouse, b.warehouse))
}

// holdWriter collects the rows of holds and shortages.
type holdWriter struct {
	levels    *levelSet
	holds     []heldRow
	shortages []heldRow
}

func (w *holdWriter) takeAll(demands []Demand, kits map[int64][]Part) ([]Outcome, error) {
	out := make([]Outcome, len(demands))
	w.holds = make([]heldRow, 0, len(demands))
	for i, d := range demands {
		parts := kits[d.SKUID]
		if len(parts) == 0 {
			out[i] = w.take(d)
			continue
		}
		var err error
		if out[i], err = w.takeKit(d, parts); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// take holds as much as there is and notes a shortage of the rest.
func (w *holdWriter) take(d Demand) Outcome {
	out := Outcome{Demand: d, Before: w.levels.available(d.SKUID)}
	if out.Short = w.reserve(d); out.Short > 0 {
		w.shortages = append(w.shortages, heldRow{order: d.OrderID, line: d.LineNo, sku: d.SKUID, qty: out.Short})
	}
	return out
}

// reserve holds from one warehouse that has it all if there is one, else from several in rank order; what is in none is held
// in the first when the SKU may be backordered. It answers what is left over.
func (w *holdWriter) reserve(d Demand) qty.Qty {
	left := max(d.Qty, 0)
	rows := w.levels.of(d.SKUID)
	for _, r := range rows {
		if r.free() >= left {
			w.hold(d, r, left)
			return 0
		}
	}
	for _, r := range rows {
		n := max(min(r.free(), left), 0)
		w.hold(d, r, n)
		left -= n
	}
	if len(rows) > 0 && rows[0].Backorder {
		w.hold(d, rows[0], left)
		return 0
	}
	return left
}

// takeKit holds every part. Short counts kits that can not be put together.
func (w *holdWriter) takeKit(d Demand, parts []Part) (Outcome, error) {
	out := Outcome{Demand: d, Before: kitsFrom(parts, w.levels.available)}
	for _, p := range parts {
		n, err := p.Qty.Times(d.Qty)
		if err != nil {
			return out, err
		}
		got := w.take(Demand{OrderID: d.OrderID, LineNo: d.LineNo, SKUID: p.SKUID, Qty: n})
		kitsShort := (got.Short + p.Qty - 1) / p.Qty
		out.Short = max(out.Short, min(d.Qty, kitsShort*qty.One))
	}
	return out, nil
}

func (w *holdWriter) hold(d Demand, r *levelRow, n qty.Qty) {
	if n > 0 {
		r.reserved += n
		w.holds = append(w.holds, heldRow{order: d.OrderID, line: d.LineNo, sku: d.SKUID, warehouse: r.WarehouseID, qty: n})
	}
}

// merged is rows in key order with equal keys added up, since one statement may not write a row twice.
func merged(rows []heldRow) []heldRow {
	slices.SortFunc(rows, compareHeld)
	out := rows[:0]
	for _, r := range rows {
		if n := len(out); n > 0 && compareHeld(out[n-1], r) == 0 {
			out[n-1].qty += r.qty
			continue
		}
		out = append(out, r)
	}
	return out
}

// store writes levels, holds and shortages and tells the listener.
func (s *Service) store(ctx context.Context, tx *db.Tx, w *holdWriter) error {
	changed, err := w.levels.write(ctx, tx)
	if err != nil {
		return err
	}
	if err := insertHolds(ctx, tx, merged(w.holds)); err != nil {
		return err
	}
	if err := insertShortages(ctx, tx, merged(w.shortages)); err != nil {
		return err
	}
	return s.touched(ctx, tx, w.levels, changed)
}

// insertHolds adds to holds that are open and opens the others anew.
func insertHolds(ctx context.Context, tx *db.Tx, rows []heldRow) error {
	args := make([]any, 0, 8*len(rows))
	tenant, now := any(int64(tx.Tenant)), any(tx.NowMicros())
	for _, h := range rows {
		args = append(args, tenant, h.order, h.line, h.sku, h.warehouse, int64(h.qty), "open", now)
	}
	const head = "insert into hold (tenant_id, order_id, line_no, sku_id, warehouse_id, qty, state, created_at)"
	const tail = `on conflict (tenant_id, order_id, line_no, sku_id, warehouse_id) do update set
		qty = case when hold.state = 'open' then hold.qty + excluded.qty else excluded.qty end,
		created_at = case when hold.state = 'open' then hold.created_at else excluded.created_at end, state = 'open', closed_at = 0`
	_, err := tx.Insert(ctx, head, tail, 8, args)
	return err
}

// insertShortages adds to shortages that are open and opens the others anew, with a new due time.
func insertShortages(ctx context.Context, tx *db.Tx, rows []heldRow) error {
	args := make([]any, 0, 8*len(rows))
	for _, h := range rows {
		args = append(args, int64(tx.Tenant), h.order, h.line, h.sku, int64(h.qty), "open", tx.NowMicros(), tx.NowMicros()+ShortageWithin.Microseconds())
	}
	const head = "insert into shortage (tenant_id, order_id, line_no, sku_id, qty, state, created_at, due_at)"
	const tail = `on conflict (tenant_id, order_id, line_no, sku_id) do update set
		qty = case when shortage.state = 'open' then shortage.qty + excluded.qty else excluded.qty end,
		created_at = case when shortage.state = 'open' then shortage.created_at else excluded.created_at end,
		due_at = case when shortage.state = 'open' then shortage.due_at else excluded.due_at end, state = 'open', closed_at = 0`
	_, err := tx.Insert(ctx, head, tail, 8, args)
	return err
}
