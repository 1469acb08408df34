package stock

import (
	"context"
	"slices"
	"sync"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/qty"
)

type levelKey struct{ sku, warehouse int64 }

// levelSet is the levels of some SKUs, locked, with the changes a use case makes to them before they are written at once.
type levelSet struct {
	rows  map[levelKey]*levelRow
	bySKU map[int64][]*levelRow // in warehouse rank order
}

type levelRow struct {
	Level
	onHand, reserved qty.Qty // change so far
	exists           bool
}

func (r *levelRow) free() qty.Qty { return r.OnHand + r.onHand - r.Reserved - r.reserved }

// lock reads and locks the levels of SKUs. Lock order: SKU id, then warehouse id, always ascending.
func (s *Service) lock(ctx context.Context, tx *db.Tx, skuIDs []int64) (*levelSet, error) {
	set := &levelSet{rows: map[levelKey]*levelRow{}, bySKU: map[int64][]*levelRow{}}
	ids := slices.Clone(skuIDs)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(ids) == 0 {
		return set, nil
	}
	in, args := db.In(2, ids)
	err := tx.Each(ctx, `select sku_id, warehouse_id, on_hand, reserved, backorder from level
		where tenant_id = $1 and sku_id in `+in+` order by sku_id, warehouse_id`+tx.ForUpdate(),
		append([]any{int64(tx.Tenant)}, args...), func(sc db.Scanner) error {
			var l Level
			if err := sc.Scan(&l.SKUID, &l.WarehouseID, &l.OnHand, &l.Reserved, &l.Backorder); err != nil {
				return err
			}
			set.put(&levelRow{Level: l, exists: true})
			return nil
		})
	if err != nil {
		return nil, err
	}
	rank, err := s.ranks.of(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, rows := range set.bySKU {
		if len(rows) > 1 {
			slices.SortFunc(rows, func(a, b *levelRow) int { return rank[a.WarehouseID] - rank[b.WarehouseID] })
		}
	}
	return set, nil
}

func (set *levelSet) put(r *levelRow) {
	set.rows[levelKey{r.SKUID, r.WarehouseID}] = r
	set.bySKU[r.SKUID] = append(set.bySKU[r.SKUID], r)
}

// at finds the row of a SKU in a warehouse, making one that does not exist yet.
func (set *levelSet) at(sku, warehouse int64) *levelRow {
	if r, ok := set.rows[levelKey{sku, warehouse}]; ok {
		return r
	}
	r := &levelRow{Level: Level{SKUID: sku, WarehouseID: warehouse}}
	set.put(r)
	return r
}

func (set *levelSet) available(sku int64) (sum qty.Qty) {
	for _, r := range set.bySKU[sku] {
		sum += r.free()
	}
	return sum
}

// write stores every changed row: existing rows in one statement, new rows in another. The table's checks are the last wall.
func (set *levelSet) write(ctx context.Context, tx *db.Tx) (changed []int64, err error) {
	var updates, inserts []any
	for _, r := range set.rows {
		switch {
		case r.onHand == 0 && r.reserved == 0:
			continue
		case r.exists:
			updates = append(updates, r.SKUID, r.WarehouseID, int64(r.onHand), int64(r.reserved))
		default:
			inserts = append(inserts, int64(tx.Tenant), r.SKUID, r.WarehouseID, int64(r.onHand), int64(r.reserved))
		}
		changed = append(changed, r.SKUID)
	}
	if len(inserts) > 0 {
		const head = "insert into level (tenant_id, sku_id, warehouse_id, on_hand, reserved)"
		const tail = "on conflict (tenant_id, sku_id, warehouse_id) do update set on_hand = level.on_hand + excluded.on_hand, reserved = level.reserved + excluded.reserved"
		if _, err := tx.Insert(ctx, head, tail, 5, inserts); err != nil {
			return nil, err
		}
	}
	for len(updates) > 0 {
		n := min(len(updates)/4, 256)
		if err := addToLevels(ctx, tx, updates[:n*4]); err != nil {
			return nil, err
		}
		updates = updates[n*4:]
	}
	slices.Sort(changed)
	return slices.Compact(changed), nil
}

// addToLevels adds to rows given as (sku, warehouse, on hand, reserved). Padding repeats the last row: an update from a list
// changes a row once however often the list names it.
func addToLevels(ctx context.Context, tx *db.Tx, rows []any) error {
	n := 1
	for n < len(rows)/4 {
		n *= 2
	}
	args := make([]any, 1, 1+4*n)
	args[0] = int64(tx.Tenant)
	args = append(args, rows...)
	for len(args) < 1+4*n {
		args = append(args, rows[len(rows)-4:]...)
	}
	list := db.Values(n, 4, 2)
	if tx.Engine() == db.Postgres {
		list = "(cast($2 as bigint),cast($3 as bigint),cast($4 as bigint),cast($5 as bigint))" + list[len("($2,$3,$4,$5)"):]
	}
	_, err := tx.Exec(ctx, `with d (sku, warehouse, on_hand, reserved) as (values `+list+`)
		update level set on_hand = level.on_hand + d.on_hand, reserved = level.reserved + d.reserved from d
		where level.tenant_id = $1 and level.sku_id = d.sku and level.warehouse_id = d.warehouse`, args...)
	return err
}

// warehouseRanks keeps, per tenant, the order in which warehouses are emptied. It is read once and again after a change.
type warehouseRanks struct {
	mu   sync.RWMutex
	rank map[db.Tenant]map[int64]int
}

func (w *warehouseRanks) of(ctx context.Context, tx *db.Tx) (map[int64]int, error) {
	w.mu.RLock()
	r := w.rank[tx.Tenant]
	w.mu.RUnlock()
	if r != nil {
		return r, nil
	}
	r = map[int64]int{}
	err := tx.Each(ctx, "select id from warehouse where tenant_id = $1 order by rank, id", []any{int64(tx.Tenant)}, func(s db.Scanner) error {
		var id int64
		err := s.Scan(&id)
		r[id] = len(r)
		return err
	})
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.rank == nil {
		w.rank = map[db.Tenant]map[int64]int{}
	}
	w.rank[tx.Tenant] = r
	return r, nil
}

func (w *warehouseRanks) forget(t db.Tenant) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.rank, t)
}

// Levels reads the levels of SKUs, by SKU and warehouse rank.
func (s *Service) Levels(ctx context.Context, tx *db.Tx, skuIDs []int64) (map[int64][]Level, error) {
	out := map[int64][]Level{}
	if len(skuIDs) == 0 {
		return out, nil
	}
	err := db.Chunk(skuIDs, 500, func(part []int64) error {
		in, args := db.In(2, part)
		return tx.Each(ctx, `select l.sku_id, l.warehouse_id, l.on_hand, l.reserved, l.backorder from level l
			join warehouse w on w.tenant_id = l.tenant_id and w.id = l.warehouse_id
			where l.tenant_id = $1 and l.sku_id in `+in+` order by l.sku_id, w.rank, w.id`,
			append([]any{int64(tx.Tenant)}, args...), func(sc db.Scanner) error {
				var l Level
				err := sc.Scan(&l.SKUID, &l.WarehouseID, &l.OnHand, &l.Reserved, &l.Backorder)
				out[l.SKUID] = append(out[l.SKUID], l)
				return err
			})
	})
	return out, err
}

// Available is what can be sold of each SKU now, over all warehouses; a kit has as many as its scarcest part allows. It is
// the one place where availability is computed: for channels, screens, API and checks alike.
func (s *Service) Available(ctx context.Context, tx *db.Tx, skuIDs []int64) (map[int64]qty.Qty, error) {
	if len(skuIDs) == 0 {
		return map[int64]qty.Qty{}, nil
	}
	kits, err := s.catalog.PartsOf(ctx, tx, skuIDs)
	if err != nil {
		return nil, err
	}
	need := slices.Clone(skuIDs)
	for _, parts := range kits {
		for _, p := range parts {
			need = append(need, p.SKUID)
		}
	}
	slices.Sort(need)
	free := map[int64]qty.Qty{}
	err = db.Chunk(slices.Compact(need), 500, func(part []int64) error {
		in, args := db.In(2, part)
		return tx.Each(ctx, `select sku_id, cast(sum(on_hand - reserved) as bigint) from level
			where tenant_id = $1 and sku_id in `+in+` group by sku_id`, append([]any{int64(tx.Tenant)}, args...), func(sc db.Scanner) error {
			var id int64
			var n qty.Qty
			err := sc.Scan(&id, &n)
			free[id] = n
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	out := make(map[int64]qty.Qty, len(skuIDs))
	for _, id := range skuIDs {
		out[id] = free[id]
		if parts, ok := kits[id]; ok {
			out[id] = kitsFrom(parts, free)
		}
	}
	return out, nil
}

// kitsFrom is how many whole kits the free parts make.
func kitsFrom(parts []Part, free map[int64]qty.Qty) qty.Qty {
	if len(parts) == 0 {
		return 0
	}
	least := qty.Max
	for _, p := range parts {
		n := qty.Qty(max(int64(free[p.SKUID]), 0)/int64(p.Qty)) * qty.One
		least = min(least, n)
	}
	return least
}
