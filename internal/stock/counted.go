package stock

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// WarehouseByCode finds a warehouse; the empty code means the first one.
func WarehouseByCode(ctx context.Context, tx *db.Tx, code string) (Warehouse, error) {
	list, err := warehouses(ctx, tx)
	if err != nil {
		return Warehouse{}, err
	}
	i := slices.IndexFunc(list, func(w Warehouse) bool { return w.Code == code || code == "" })
	if i < 0 {
		return Warehouse{}, errs.New(errs.NotFound, "error.stock.no_warehouse", "code", code)
	}
	return list[i], nil
}

// SetCountsOnce is SetCounts that a repeat with the same key does not post again.
func (s *Service) SetCountsOnce(ctx context.Context, a access.Actor, warehouseCode string, counts []Count, reason string, asOf time.Time, key string) (int64, error) {
	var w Warehouse
	err := s.db.Read(ctx, a.Tenant, func(tx *db.Tx) (err error) {
		w, err = WarehouseByCode(ctx, tx, warehouseCode)
		return err
	})
	if err != nil {
		return 0, err
	}
	return s.Post(ctx, a, DocumentInput{Kind: MoveStocktake, WarehouseID: w.ID, AsOf: asOf, Reason: reason, Lines: counts, Key: key})
}

// OnHand reads what is on hand of SKUs in a warehouse.
func (s *Service) OnHand(ctx context.Context, tx *db.Tx, warehouseCode string, skuIDs []int64) (map[int64]qty.Qty, error) {
	w, err := WarehouseByCode(ctx, tx, warehouseCode)
	if err != nil {
		return nil, err
	}
	levels, err := s.Levels(ctx, tx, skuIDs)
	out := make(map[int64]qty.Qty, len(levels))
	for id, list := range levels {
		for _, l := range list {
			if l.WarehouseID == w.ID {
				out[id] = l.OnHand
			}
		}
	}
	return out, err
}

// OnHandAt reads what the ledger says was on hand in a warehouse at a moment; a SKU that was never there is left out.
func (s *Service) OnHandAt(ctx context.Context, tx *db.Tx, warehouseCode string, skuIDs []int64, at time.Time) (map[int64]qty.Qty, error) {
	w, err := WarehouseByCode(ctx, tx, warehouseCode)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]qty.Qty, len(skuIDs))
	err = db.Chunk(skuIDs, documentChunk, func(part []int64) error {
		list, err := expectedAt(ctx, tx, document{warehouse: w.ID, asOf: at}, part)
		maps.Copy(out, list)
		return err
	})
	return out, err
}

// OpenHolds gives those of the SKUs that orders hold or lack.
func (s *Service) OpenHolds(ctx context.Context, tx *db.Tx, skuIDs []int64) ([]int64, error) {
	var out []int64
	err := db.Chunk(skuIDs, 400, func(part []int64) error {
		in, args := db.In(2, part)
		return tx.Each(ctx, `select sku_id from hold where tenant_id = $1 and state = 'open' and sku_id in `+in+`
			union select sku_id from shortage where tenant_id = $1 and state = 'open' and sku_id in `+in, append([]any{int64(tx.Tenant)}, args...), func(sc db.Scanner) error {
			var id int64
			err := sc.Scan(&id)
			out = append(out, id)
			return err
		})
	})
	return out, err
}
