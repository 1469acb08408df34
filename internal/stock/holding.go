package stock

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// OpenHold is a hold of an order on a SKU, for the SKU's card.
type OpenHold struct {
	OrderID     int64
	WarehouseID int64
	Qty         qty.Qty
}

// HoldsOn lists the open holds on a SKU, oldest order first, at most limit.
func (s *Service) HoldsOn(ctx context.Context, tx *db.Tx, skuID int64, limit int) ([]OpenHold, error) {
	var out []OpenHold
	err := tx.Each(ctx, `select order_id, warehouse_id, qty from hold where tenant_id = $1 and sku_id = $2 and state = 'open'
		order by order_id, line_no, warehouse_id limit $3`, []any{int64(tx.Tenant), skuID, limit}, func(sc db.Scanner) error {
		var h OpenHold
		err := sc.Scan(&h.OrderID, &h.WarehouseID, &h.Qty)
		out = append(out, h)
		return err
	})
	return out, err
}

// OrderHold is what an order holds or lacks of one SKU.
type OrderHold struct {
	LineNo      int64
	SKUID       int64
	WarehouseID int64
	Qty         qty.Qty
	State       string // open, shipped, released; "short" for an open shortage
}

// OfOrder lists an order's holds and open shortages.
func (s *Service) OfOrder(ctx context.Context, tx *db.Tx, orderID int64) ([]OrderHold, error) {
	var out []OrderHold
	err := tx.Each(ctx, `select line_no, sku_id, warehouse_id, qty, state from hold where tenant_id = $1 and order_id = $2
		union all select line_no, sku_id, 0, qty, 'short' from shortage where tenant_id = $1 and order_id = $2 and state = 'open'
		order by 1, 2, 3`, []any{int64(tx.Tenant), orderID}, func(sc db.Scanner) error {
		var h OrderHold
		err := sc.Scan(&h.LineNo, &h.SKUID, &h.WarehouseID, &h.Qty, &h.State)
		out = append(out, h)
		return err
	})
	return out, err
}

// HasOpenHolds says whether a SKU is held by an order.
func (s *Service) HasOpenHolds(ctx context.Context, tx *db.Tx, skuID int64) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, "select count(*) from (select 1 from hold where tenant_id = $1 and sku_id = $2 and state = 'open' limit 1) h",
		int64(tx.Tenant), skuID).Scan(&n)
	return n > 0, err
}

// LineKey names a line of an order.
type LineKey struct{ OrderID, LineNo int64 }

// ServedFrom says from which warehouse each line of orders is or was served; of several the first.
func (s *Service) ServedFrom(ctx context.Context, tx *db.Tx, orderIDs []int64) (map[LineKey]int64, error) {
	out := map[LineKey]int64{}
	err := db.Chunk(unique(orderIDs), 500, func(part []int64) error {
		in, args := inTenant(tx, part)
		return tx.Each(ctx, "select order_id, line_no, min(warehouse_id) from hold where tenant_id = $1 and state <> 'released' and order_id in "+in+
			" group by order_id, line_no", args, func(sc db.Scanner) error {
			var k LineKey
			var id int64
			err := sc.Scan(&k.OrderID, &k.LineNo, &id)
			out[k] = id
			return err
		})
	})
	return out, err
}
