package stock

import (
	"context"
	"slices"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// fillPage is how many shortages are read at once.
const fillPage = 500

// settle ends a change of goods or holds: backordered holds move to where goods are, free units fill shortages, the levels are
// written and the listener is told. levels must come from lockAll; displaced names orders that lost holds on the way.
func (s *Service) settle(ctx context.Context, tx *db.Tx, levels *levelSet, displaced []int64) error {
	w := &holdWriter{levels: levels}
	if err := rehome(ctx, tx, w); err != nil {
		return err
	}
	orders, err := fill(ctx, tx, w)
	if err != nil {
		return err
	}
	if err := s.store(ctx, tx, w); err != nil {
		return err
	}
	if orders = unique(append(orders, displaced...)); len(orders) == 0 {
		return nil
	}
	return s.Listener.ShortagesChanged(ctx, tx, orders)
}

// holdable is how much more of a SKU can be held.
func (set *levelSet) holdable(sku int64) (sum qty.Qty) {
	for _, r := range set.of(sku) {
		if r.Backorder {
			return qty.Max
		}
		sum += max(r.free(), 0)
	}
	return sum
}

// fill holds free units for open shortages, oldest order first, and answers the orders it helped.
func fill(ctx context.Context, tx *db.Tx, w *holdWriter) (helped []int64, err error) {
	for {
		var skus []int64
		for _, r := range w.levels.rows {
			if w.levels.holdable(r.SKUID) > 0 {
				skus = append(skus, r.SKUID)
			}
		}
		short, err := openShortages(ctx, tx, skus)
		if err != nil {
			return nil, err
		}
		for _, h := range short {
			n := min(h.qty, w.levels.holdable(h.sku))
			if n <= 0 {
				continue
			}
			w.reserve(Demand{OrderID: h.order, LineNo: h.line, SKUID: h.sku, Qty: n})
			if err := shrinkShortage(ctx, tx, h, n); err != nil {
				return nil, err
			}
			helped = append(helped, h.order)
		}
		if len(short) < fillPage {
			return helped, nil
		}
	}
}

// openShortages reads a page of shortages of SKUs, by SKU and age.
func openShortages(ctx context.Context, tx *db.Tx, skuIDs []int64) (out []heldRow, err error) {
	err = db.Chunk(unique(skuIDs), 512, func(part []int64) error {
		if len(out) >= fillPage {
			return nil
		}
		in, args := inTenant(tx, part)
		return tx.Each(ctx, `select order_id, line_no, sku_id, qty from shortage where tenant_id = $1 and state = 'open' and sku_id in `+in+`
			order by sku_id, order_id, line_no limit `+itoa(fillPage), args, func(sc db.Scanner) error {
			var h heldRow
			err := sc.Scan(&h.order, &h.line, &h.sku, &h.qty)
			out = append(out, h)
			return err
		})
	})
	return out, err
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

// displace frees holds of the newest orders until each level holds no more than it has, and makes them shortages. It answers
// the orders that lost something.
func displace(ctx context.Context, tx *db.Tx, levels *levelSet) (orders []int64, err error) {
	if err := levels.belowZero(); err != nil {
		return nil, err
	}
	var short []heldRow
	for _, r := range levels.rows {
		over := -r.free()
		if over <= 0 || r.Backorder {
			continue
		}
		holds, err := holdsOf(ctx, tx, r, "desc")
		if err != nil {
			return nil, err
		}
		for _, h := range holds {
			n := min(h.qty, over)
			if n <= 0 {
				break
			}
			if err := shrinkHold(ctx, tx, h, n); err != nil {
				return nil, err
			}
			r.reserved -= n
			over -= n
			orders = append(orders, h.order)
			short = append(short, heldRow{order: h.order, line: h.line, sku: h.sku, qty: n})
		}
	}
	return orders, insertShortages(ctx, tx, merged(short))
}

// rehome moves backordered holds for which there are no goods in their warehouse to warehouses that have some free, oldest
// order first: made-to-order goods may arrive elsewhere than where they were promised from.
func rehome(ctx context.Context, tx *db.Tx, w *holdWriter) error {
	for _, r := range w.levels.rows {
		free := func(o *levelRow) bool { return o.SKUID == r.SKUID && o.free() > 0 }
		if r.free() >= 0 || !slices.ContainsFunc(w.levels.of(r.SKUID), free) {
			continue
		}
		holds, err := holdsOf(ctx, tx, r, "asc")
		if err != nil {
			return err
		}
		goods := r.left()
		for _, h := range holds {
			covered := min(goods, h.qty)
			goods -= covered
			for _, o := range w.levels.of(r.SKUID) {
				n := min(h.qty-covered, o.free())
				if n <= 0 {
					continue
				}
				if err := shrinkHold(ctx, tx, h, n); err != nil {
					return err
				}
				r.reserved -= n
				h.qty -= n
				w.hold(Demand{OrderID: h.order, LineNo: h.line, SKUID: h.sku}, o, n)
			}
		}
	}
	return nil
}

// holdsOf lists the open holds on a level, oldest order first ("asc") or newest ("desc").
func holdsOf(ctx context.Context, tx *db.Tx, r *levelRow, direction string) (out []heldRow, err error) {
	err = tx.Each(ctx, `select order_id, line_no, sku_id, warehouse_id, qty from hold
		where tenant_id = $1 and sku_id = $2 and warehouse_id = $3 and state = 'open' order by order_id `+direction+`, line_no `+direction,
		[]any{int64(tx.Tenant), r.SKUID, r.WarehouseID}, func(sc db.Scanner) error {
			var h heldRow
			err := sc.Scan(&h.order, &h.line, &h.sku, &h.warehouse, &h.qty)
			out = append(out, h)
			return err
		})
	return out, err
}

// shrinkHold takes n units off a hold and closes it when nothing is left.
func shrinkHold(ctx context.Context, tx *db.Tx, h heldRow, n qty.Qty) error {
	const where = " where tenant_id = $1 and order_id = $2 and line_no = $3 and sku_id = $4 and warehouse_id = $5 and state = 'open'"
	args := []any{int64(tx.Tenant), h.order, h.line, h.sku, h.warehouse}
	if n == h.qty {
		_, err := tx.Exec(ctx, "update hold set state = 'released', closed_at = $6"+where, append(args, tx.NowMicros())...)
		return err
	}
	_, err := tx.Exec(ctx, "update hold set qty = qty - $6"+where, append(args, int64(n))...)
	return err
}
