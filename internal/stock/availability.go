package stock

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// Levels reads the levels of SKUs, by SKU and warehouse rank.
func (s *Service) Levels(ctx context.Context, tx *db.Tx, skuIDs []int64) (map[int64][]Level, error) {
	out := map[int64][]Level{}
	err := db.Chunk(unique(skuIDs), 500, func(part []int64) error {
		in, args := inTenant(tx, part)
		return tx.Each(ctx, `select l.sku_id, l.warehouse_id, l.on_hand, l.reserved, l.backorder from level l
			join warehouse w on w.tenant_id = l.tenant_id and w.id = l.warehouse_id
			where l.tenant_id = $1 and l.sku_id in `+in+` order by l.sku_id, w.rank, w.id`, args, func(sc db.Scanner) error {
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
	kits, need, err := s.explode(ctx, tx, skuIDs)
	if err != nil {
		return nil, err
	}
	free := map[int64]qty.Qty{}
	err = db.Chunk(need, 500, func(part []int64) error {
		from, args := rowsOf(tx, "level", "sku_id", part, everyRow)
		return tx.Each(ctx, "select sku_id, cast(sum(on_hand - reserved) as bigint) from "+from+" group by sku_id", args, func(sc db.Scanner) error {
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
		if parts := kits[id]; len(parts) > 0 {
			out[id] = kitsFrom(parts, func(sku int64) qty.Qty { return free[sku] })
		}
	}
	return out, nil
}

// AvailableLocked is Available under the ledger's locks: nobody changes it before the commit.
func (s *Service) AvailableLocked(ctx context.Context, tx *db.Tx, skuIDs []int64) (map[int64]qty.Qty, error) {
	kits, need, err := s.explode(ctx, tx, skuIDs)
	if err != nil {
		return nil, err
	}
	levels, err := s.lockAll(ctx, tx, need)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]qty.Qty, len(skuIDs))
	for _, id := range skuIDs {
		out[id] = levels.available(id)
		if parts := kits[id]; len(parts) > 0 {
			out[id] = kitsFrom(parts, levels.available)
		}
	}
	return out, nil
}

// explode finds the kits among SKUs and lists the SKUs whose levels decide: the parts of kits and the others themselves, in
// ascending order, each once. A kit without parts stands for itself: it has no level, so nothing of it can be held.
func (s *Service) explode(ctx context.Context, tx *db.Tx, skuIDs []int64) (kits map[int64][]Part, need []int64, err error) {
	asked := unique(skuIDs)
	kits, err = s.catalog.PartsOf(ctx, tx, asked)
	if err != nil || len(kits) == 0 {
		return nil, asked, err
	}
	for _, id := range asked {
		parts := kits[id]
		if len(parts) == 0 {
			need = append(need, id)
		}
		for _, p := range parts {
			need = append(need, p.SKUID)
		}
	}
	return kits, unique(need), nil
}

// kitsFrom is how many whole kits the free parts make.
func kitsFrom(parts []Part, free func(sku int64) qty.Qty) qty.Qty {
	least := qty.Max
	for _, p := range parts {
		least = min(least, qty.Qty(max(int64(free(p.SKUID)), 0)/int64(p.Qty))*qty.One)
	}
	return least
}
