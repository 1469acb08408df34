package stock

import (
	"context"
	"slices"
	"sync"

	"github.com/lad-hub/lad/internal/platform/db"
)

// warehouseRanks keeps, per tenant, the order in which warehouses are emptied. It is read once, and again when a warehouse
// shows up that it does not know.
type warehouseRanks struct {
	mu   sync.RWMutex
	rank map[db.Tenant]map[int64]int
}

func (w *warehouseRanks) of(ctx context.Context, tx *db.Tx, rows []*levelRow) (map[int64]int, error) {
	w.mu.RLock()
	rank := w.rank[tx.Tenant]
	w.mu.RUnlock()
	unknown := func(r *levelRow) bool { _, ok := rank[r.WarehouseID]; return !ok }
	if !slices.ContainsFunc(rows, unknown) {
		return rank, nil
	}
	rank = map[int64]int{}
	err := tx.Each(ctx, "select id from warehouse where tenant_id = $1 order by rank, id", []any{int64(tx.Tenant)}, func(s db.Scanner) error {
		var id int64
		err := s.Scan(&id)
		rank[id] = len(rank)
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
	w.rank[tx.Tenant] = rank
	return rank, nil
}
