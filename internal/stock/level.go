package stock

import (
	"cmp"
	"context"
	"slices"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// levelRow is a level with the change a use case makes to it before it is written.
type levelRow struct {
	Level
	onHand, reserved qty.Qty // change so far
	exists           bool
}

func (r *levelRow) left() qty.Qty { return r.OnHand + r.onHand }
func (r *levelRow) free() qty.Qty { return r.left() - r.Reserved - r.reserved }

// levelSet is the locked levels of some SKUs: by SKU, and within a SKU by warehouse rank.
type levelSet struct {
	rows []*levelRow
	// sure says that no level of the SKUs is missing; see lock.
	sure bool
}

// lock locks and reads the levels of SKUs. Lock order: SKU id, then warehouse id, always ascending.
//
// On PostgreSQL a SKU without any level is not locked, and a level that another transaction made while this one waited is not
// seen. Holding units of the levels that are seen is right all the same; to conclude that something is not there, use lockAll.
func (s *Service) lock(ctx context.Context, tx *db.Tx, skuIDs []int64) (*levelSet, error) {
	set := &levelSet{sure: tx.Engine() == db.SQLite}
	ids := unique(skuIDs)
	buf := make([]levelRow, 0, len(ids))
	err := db.Chunk(ids, 512, func(part []int64) error {
		from, args := rowsOf(tx, "level", "sku_id", part, " order by warehouse_id"+tx.ForUpdate())
		return tx.Each(ctx, "select sku_id, warehouse_id, on_hand, reserved, backorder from "+from+" order by sku_id, warehouse_id", args, func(sc db.Scanner) error {
			buf = append(buf, levelRow{exists: true})
			l := &buf[len(buf)-1]
			return sc.Scan(&l.SKUID, &l.WarehouseID, &l.OnHand, &l.Reserved, &l.Backorder)
		})
	})
	if err != nil {
		return nil, err
	}
	set.rows = make([]*levelRow, len(buf))
	spread := false // over several warehouses
	for i := range buf {
		set.rows[i] = &buf[i]
		spread = spread || i > 0 && buf[i].SKUID == buf[i-1].SKUID
	}
	if !spread {
		return set, nil
	}
	rank, err := s.ranks.of(ctx, tx, set.rows)
	slices.SortFunc(set.rows, func(a, b *levelRow) int {
		return cmp.Or(cmp.Compare(a.SKUID, b.SKUID), cmp.Compare(rank[a.WarehouseID], rank[b.WarehouseID]))
	})
	return set, err
}

// lockAll is lock for those who must know every level: SKUs without one get an empty level that can be locked, and the levels
// are read again once the locks are held. Whoever makes a level holds a lock on the SKU's first one, so none can be missing then.
func (s *Service) lockAll(ctx context.Context, tx *db.Tx, skuIDs []int64) (*levelSet, error) {
	set, err := s.lock(ctx, tx, skuIDs)
	if err != nil || set.sure {
		return set, err
	}
	var missing []int64
	for _, id := range unique(skuIDs) {
		if len(set.of(id)) == 0 {
			missing = append(missing, id)
		}
	}
	if err := makeLevels(ctx, tx, missing); err != nil {
		return nil, err
	}
	set, err = s.lock(ctx, tx, skuIDs)
	if err == nil {
		set.sure = true
	}
	return set, err
}

// makeLevels makes empty levels in the first warehouse. Without a warehouse there are no goods to agree about.
func makeLevels(ctx context.Context, tx *db.Tx, skuIDs []int64) error {
	if len(skuIDs) == 0 {
		return nil
	}
	list, err := warehouses(ctx, tx)
	if err != nil || len(list) == 0 {
		return err
	}
	var args []any
	for _, id := range skuIDs {
		args = append(args, int64(tx.Tenant), id, list[0].ID, 0, 0)
	}
	_, err = tx.Insert(ctx, "insert into level (tenant_id, sku_id, warehouse_id, on_hand, reserved)",
		"on conflict (tenant_id, sku_id, warehouse_id) do nothing", 5, args)
	return err
}

// span is the rows [from, to) of a SKU.
func (set *levelSet) span(sku int64) (from, to int) {
	from, _ = slices.BinarySearchFunc(set.rows, sku, func(r *levelRow, id int64) int { return cmp.Compare(r.SKUID, id) })
	to = from
	for to < len(set.rows) && set.rows[to].SKUID == sku {
		to++
	}
	return from, to
}

// of is the levels of a SKU in warehouse rank order.
func (set *levelSet) of(sku int64) []*levelRow {
	from, to := set.span(sku)
	return set.rows[from:to]
}

// at finds the level of a SKU in a warehouse, making one that does not exist yet. Backorder is the SKU's in all warehouses.
func (set *levelSet) at(sku, warehouse int64) *levelRow {
	from, to := set.span(sku)
	backorder := false
	for _, r := range set.rows[from:to] {
		if r.WarehouseID == warehouse {
			return r
		}
		backorder = r.Backorder
	}
	r := &levelRow{Level: Level{SKUID: sku, WarehouseID: warehouse, Backorder: backorder}}
	set.rows = slices.Insert(set.rows, to, r)
	return r
}

func (set *levelSet) available(sku int64) (sum qty.Qty) {
	for _, r := range set.of(sku) {
		sum += r.free()
	}
	return sum
}

// belowZero is a Conflict that names every SKU of which more would leave than there is.
func (set *levelSet) belowZero() error {
	var fields []errs.Field
	for _, r := range set.rows {
		if r.left() < 0 {
			fields = append(fields, errs.Field{Name: "lines", Key: "error.stock.below_zero_sku",
				Args: []any{"sku", r.SKUID, "on_hand", r.OnHand, "change", r.onHand}})
		}
	}
	if len(fields) == 0 {
		return nil
	}
	return &errs.Error{Code: errs.Conflict, Key: "error.stock.below_zero", Args: []any{"n", len(fields)}, Fields: fields}
}

// write stores every changed level and answers the SKUs that changed. The table's checks are the last wall.
func (set *levelSet) write(ctx context.Context, tx *db.Tx) (changed []int64, err error) {
	const head = "insert into level (tenant_id, sku_id, warehouse_id, on_hand, reserved, backorder)"
	// Levels that exist are locked and known, so their new values are written: found by primary key whatever the planner thinks.
	const replace = "on conflict (tenant_id, sku_id, warehouse_id) do update set on_hand = excluded.on_hand, reserved = excluded.reserved"
	const add = `on conflict (tenant_id, sku_id, warehouse_id) do update set
		on_hand = level.on_hand + excluded.on_hand, reserved = level.reserved + excluded.reserved`
	var updates, inserts []any
	tenant := any(int64(tx.Tenant))
	for _, r := range set.rows {
		if r.onHand == 0 && r.reserved == 0 {
			continue
		}
		changed = append(changed, r.SKUID)
		row := []any{tenant, r.SKUID, r.WarehouseID, int64(r.left()), int64(r.Reserved + r.reserved), r.Backorder}
		if r.exists {
			updates = append(updates, row...)
		} else {
			inserts = append(inserts, row...)
		}
	}
	if _, err := tx.Insert(ctx, head, replace, 6, updates); err != nil {
		return nil, err
	}
	_, err = tx.Insert(ctx, head, add, 6, inserts)
	return slices.Compact(changed), err
}
