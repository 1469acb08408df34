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
// becomes a shortage. Demand is checked against one locked picture of all SKUs, so two lines (or a kit and its part) can not
// take the same unit. One outcome per demand, in the same order.
func (s *Service) Hold(ctx context.Context, tx *db.Tx, demands []Demand) ([]Outcome, error) {
	if len(demands) == 0 {
		return nil, nil
	}
	asked := make([]int64, len(demands))
	for i, d := range demands {
		asked[i] = d.SKUID
	}
	kits, err := s.catalog.PartsOf(ctx, tx, asked)
	if err != nil {
		return nil, err
	}
	need := asked
	for _, parts := range kits {
		for _, p := range parts {
			need = append(need, p.SKUID)
		}
	}
	levels, err := s.lock(ctx, tx, need)
	if err != nil {
		return nil, err
	}
	w := &holdWriter{levels: levels, now: tx.NowMicros(), tenant: int64(tx.Tenant)}
	out := make([]Outcome, len(demands))
	for i, d := range demands {
		if parts, ok := kits[d.SKUID]; ok {
			out[i], err = w.takeKit(d, parts)
		} else {
			out[i] = w.take(d)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, s.store(ctx, tx, w)
}

// holdWriter collects the rows of holds and shortages.
type holdWriter struct {
	levels    *levelSet
	now       int64
	tenant    int64
	holds     []any
	shortages []any
}

// take holds as much as there is: from one warehouse that has it all if there is one, else from several in rank order.
func (w *holdWriter) take(d Demand) Outcome {
	rows := w.levels.bySKU[d.SKUID]
	before := w.levels.available(d.SKUID)
	left := d.Qty
	for _, r := range rows {
		if r.Backorder || r.free() >= left {
			w.hold(d, r, left)
			return Outcome{Demand: d, Before: before}
		}
	}
	for _, r := range rows {
		if n := min(r.free(), left); n > 0 {
			w.hold(d, r, n)
			left -= n
		}
	}
	if left > 0 {
		w.shortages = append(w.shortages, w.tenant, d.OrderID, d.LineNo, d.SKUID, int64(left), "open", w.now, w.now+ShortageWithin.Microseconds())
	}
	return Outcome{Demand: d, Before: before, Short: left}
}

// takeKit holds every part. Short counts kits that can not be put together.
func (w *holdWriter) takeKit(d Demand, parts []Part) (Outcome, error) {
	free := map[int64]qty.Qty{}
	for _, p := range parts {
		free[p.SKUID] = w.levels.available(p.SKUID)
	}
	out := Outcome{Demand: d, Before: kitsFrom(parts, free)}
	for _, p := range parts {
		n, err := p.Qty.Times(d.Qty)
		if err != nil {
			return out, err
		}
		got := w.take(Demand{OrderID: d.OrderID, LineNo: d.LineNo, SKUID: p.SKUID, Qty: n})
		kitsShort := (int64(got.Short) + int64(p.Qty) - 1) / int64(p.Qty)
		out.Short = max(out.Short, min(d.Qty, qty.Qty(kitsShort)*qty.One))
	}
	return out, nil
}

func (w *holdWriter) hold(d Demand, r *levelRow, n qty.Qty) {
	r.reserved += n
	w.holds = append(w.holds, w.tenant, d.OrderID, d.LineNo, d.SKUID, r.WarehouseID, int64(n), "open", w.now)
}

// store writes levels, holds and shortages and tells the listener.
func (s *Service) store(ctx context.Context, tx *db.Tx, w *holdWriter) error {
	changed, err := w.levels.write(ctx, tx)
	if err != nil {
		return err
	}
	const holdHead = "insert into hold (tenant_id, order_id, line_no, sku_id, warehouse_id, qty, state, created_at)"
	const holdTail = `on conflict (tenant_id, order_id, line_no, sku_id, warehouse_id) do update set
		qty = case when hold.state = 'open' then hold.qty + excluded.qty else excluded.qty end, state = 'open', closed_at = 0`
	if _, err := tx.Insert(ctx, holdHead, holdTail, 8, w.holds); err != nil {
		return err
	}
	const shortHead = "insert into shortage (tenant_id, order_id, line_no, sku_id, qty, state, created_at, due_at)"
	const shortTail = `on conflict (tenant_id, order_id, line_no, sku_id) do update set
		qty = case when shortage.state = 'open' then shortage.qty + excluded.qty else excluded.qty end, state = 'open', closed_at = 0`
	if _, err := tx.Insert(ctx, shortHead, shortTail, 8, w.shortages); err != nil {
		return err
	}
	return s.touched(ctx, tx, w.levels, changed)
}

// heldRow is a hold as stored.
type heldRow struct {
	order, line, sku, warehouse int64
	qty                         qty.Qty
	created                     int64
}

func openHolds(ctx context.Context, tx *db.Tx, orderID int64) (out []heldRow, skus []int64, err error) {
	err = tx.Each(ctx, `select order_id, line_no, sku_id, warehouse_id, qty, created_at from hold
		where tenant_id = $1 and order_id = $2 and state = 'open' order by sku_id, warehouse_id`, []any{int64(tx.Tenant), orderID}, func(sc db.Scanner) error {
		var h heldRow
		err := sc.Scan(&h.order, &h.line, &h.sku, &h.warehouse, &h.qty, &h.created)
		out = append(out, h)
		skus = append(skus, h.sku)
		return err
	})
	return out, skus, err
}

// Release gives back what an order holds and closes its shortages; a second call finds nothing and changes nothing. lines
// limits it to some lines; none means all. What is freed goes first to the oldest shortages of other orders.
func (s *Service) Release(ctx context.Context, tx *db.Tx, orderID int64, lines ...int64) error {
	levels, holds, err := s.lockHolds(ctx, tx, orderID)
	if err != nil {
		return err
	}
	for _, h := range holds {
		if len(lines) > 0 && !slices.Contains(lines, h.line) {
			continue
		}
		if err := closeHold(ctx, tx, h, "released"); err != nil {
			return err
		}
		levels.at(h.sku, h.warehouse).reserved -= h.qty
	}
	if err := closeShortages(ctx, tx, orderID, lines); err != nil {
		return err
	}
	return s.settle(ctx, tx, levels)
}

// lockHolds locks the levels of an order's holds and then reads the holds again under that lock, so that two releases of
// one order can not both see them open.
func (s *Service) lockHolds(ctx context.Context, tx *db.Tx, orderID int64) (*levelSet, []heldRow, error) {
	_, skus, err := openHolds(ctx, tx, orderID)
	if err != nil {
		return nil, nil, err
	}
	levels, err := s.lock(ctx, tx, skus)
	if err != nil {
		return nil, nil, err
	}
	holds, _, err := openHolds(ctx, tx, orderID)
	return levels, holds, err
}

func closeHold(ctx context.Context, tx *db.Tx, h heldRow, state string) error {
	_, err := tx.Exec(ctx, `update hold set state = $6, closed_at = $7
		where tenant_id = $1 and order_id = $2 and line_no = $3 and sku_id = $4 and warehouse_id = $5 and state = 'open'`,
		int64(tx.Tenant), h.order, h.line, h.sku, h.warehouse, state, tx.NowMicros())
	return err
}

func closeShortages(ctx context.Context, tx *db.Tx, orderID int64, lines []int64) error {
	if len(lines) == 0 {
		_, err := tx.Exec(ctx, `update shortage set state = 'cancelled', closed_at = $3
			where tenant_id = $1 and order_id = $2 and state = 'open'`, int64(tx.Tenant), orderID, tx.NowMicros())
		return err
	}
	in, args := db.In(4, lines)
	_, err := tx.Exec(ctx, `update shortage set state = 'cancelled', closed_at = $3
		where tenant_id = $1 and order_id = $2 and state = 'open' and line_no in `+in,
		append([]any{int64(tx.Tenant), orderID, tx.NowMicros()}, args...)...)
	return err
}

// settle fills shortages from what became free, writes the levels and tells the listener.
func (s *Service) settle(ctx context.Context, tx *db.Tx, levels *levelSet) error {
	w := &holdWriter{levels: levels, now: tx.NowMicros(), tenant: int64(tx.Tenant)}
	filled, err := s.fill(ctx, tx, w)
	if err != nil {
		return err
	}
	if err := s.store(ctx, tx, w); err != nil {
		return err
	}
	if len(filled) == 0 {
		return nil
	}
	return s.Listener.ShortagesChanged(ctx, tx, filled)
}

// fill holds free units for open shortages, oldest order first, and answers the orders it helped.
func (s *Service) fill(ctx context.Context, tx *db.Tx, w *holdWriter) ([]int64, error) {
	var free []int64
	for sku := range w.levels.bySKU {
		if w.levels.available(sku) > 0 {
			free = append(free, sku)
		}
	}
	if len(free) == 0 {
		return nil, nil
	}
	slices.Sort(free)
	in, args := db.In(2, free)
	var short []heldRow
	err := tx.Each(ctx, `select order_id, line_no, sku_id, qty from shortage where tenant_id = $1 and state = 'open' and sku_id in `+in+`
		order by sku_id, order_id limit 1000`, append([]any{int64(tx.Tenant)}, args...), func(sc db.Scanner) error {
		var h heldRow
		err := sc.Scan(&h.order, &h.line, &h.sku, &h.qty)
		short = append(short, h)
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(short, func(a, b heldRow) int { return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.line, b.line)) })
	var helped []int64
	for _, h := range short {
		n := min(h.qty, w.levels.available(h.sku))
		if n <= 0 {
			continue
		}
		w.take(Demand{OrderID: h.order, LineNo: h.line, SKUID: h.sku, Qty: n})
		if err := shrinkShortage(ctx, tx, h, n); err != nil {
			return nil, err
		}
		helped = append(helped, h.order)
	}
	slices.Sort(helped)
	return slices.Compact(helped), nil
}

func shrinkShortage(ctx context.Context, tx *db.Tx, h heldRow, by qty.Qty) error {
	if by == h.qty {
		_, err := tx.Exec(ctx, `update shortage set state = 'filled', closed_at = $5
			where tenant_id = $1 and order_id = $2 and line_no = $3 and sku_id = $4`, int64(tx.Tenant), h.order, h.line, h.sku, tx.NowMicros())
		return err
	}
	_, err := tx.Exec(ctx, `update shortage set qty = qty - $5 where tenant_id = $1 and order_id = $2 and line_no = $3 and sku_id = $4`,
		int64(tx.Tenant), h.order, h.line, h.sku, int64(by))
	return err
}
