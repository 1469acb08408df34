package stock

import (
	"context"
	"fmt"
	"slices"

	"github.com/lad-hub/lad/internal/platform/db"
)

// Release gives back what an order holds and closes its shortages; a second call finds nothing and changes nothing. lines
// limits it to some lines; none means all. What is freed goes first to the oldest shortages of other orders.
func (s *Service) Release(ctx context.Context, tx *db.Tx, orderID int64, lines ...int64) error {
	levels, holds, err := s.lockOrder(ctx, tx, orderID)
	if err != nil {
		return err
	}
	for _, h := range holds {
		if len(lines) == 0 || slices.Contains(lines, h.line) {
			levels.at(h.sku, h.warehouse).reserved -= h.qty
		}
	}
	if err := closeOrder(ctx, tx, orderID, lines, "released"); err != nil {
		return err
	}
	return s.settle(ctx, tx, levels, nil)
}

// Ship turns an order's open holds into sales: the goods leave. Open shortages of the order are closed, since nothing more
// will be sent for them. A second call finds no open hold and changes nothing. Goods on backorder that have not come yet can
// not leave: Conflict "error.stock.below_zero".
func (s *Service) Ship(ctx context.Context, tx *db.Tx, orderID int64, actor string) error {
	levels, holds, err := s.lockOrder(ctx, tx, orderID)
	if err != nil {
		return err
	}
	moves := make([]Move, len(holds))
	for i, h := range holds {
		r := levels.at(h.sku, h.warehouse)
		r.reserved -= h.qty
		r.onHand -= h.qty
		moves[i] = Move{SKUID: h.sku, WarehouseID: h.warehouse, Qty: -h.qty, Kind: MoveSale, Actor: actor, Purpose: string(MoveSale),
			Cause: fmt.Sprintf("order:%d:%d:%d:%d:%d", h.order, h.line, h.sku, h.warehouse, h.created)}
	}
	if err := levels.belowZero(); err != nil {
		return err
	}
	if err := closeOrder(ctx, tx, orderID, nil, "shipped"); err != nil {
		return err
	}
	if err := s.insertMoves(ctx, tx, moves); err != nil {
		return err
	}
	return s.settle(ctx, tx, levels, nil)
}

// openHold is a hold with the moment it was opened, which tells a line shipped twice from a shipment told twice.
type openHold struct {
	heldRow
	created int64 // µs
}

// lockOrder locks the levels of everything an order holds or lacks and then reads its holds under that lock, so that of two
// releases one finds nothing, and no shortage is filled while it is being closed.
func (s *Service) lockOrder(ctx context.Context, tx *db.Tx, orderID int64) (*levelSet, []openHold, error) {
	var skus []int64
	err := tx.Each(ctx, `select sku_id from hold where tenant_id = $1 and order_id = $2 and state = 'open'
		union select sku_id from shortage where tenant_id = $1 and order_id = $2 and state = 'open'`,
		[]any{int64(tx.Tenant), orderID}, func(sc db.Scanner) error {
			var id int64
			err := sc.Scan(&id)
			skus = append(skus, id)
			return err
		})
	if err != nil || len(skus) == 0 {
		return &levelSet{}, nil, err
	}
	levels, err := s.lockAll(ctx, tx, skus)
	if err != nil {
		return nil, nil, err
	}
	var holds []openHold
	err = tx.Each(ctx, `select order_id, line_no, sku_id, warehouse_id, qty, created_at from hold
		where tenant_id = $1 and order_id = $2 and state = 'open' order by line_no, sku_id, warehouse_id`,
		[]any{int64(tx.Tenant), orderID}, func(sc db.Scanner) error {
			var h openHold
			err := sc.Scan(&h.order, &h.line, &h.sku, &h.warehouse, &h.qty, &h.created)
			holds = append(holds, h)
			return err
		})
	return levels, holds, err
}

// closeOrder closes the open holds of an order with a state, and its open shortages; lines limits it, none means all.
func closeOrder(ctx context.Context, tx *db.Tx, orderID int64, lines []int64, state string) error {
	where := " where tenant_id = $1 and order_id = $2 and state = 'open'"
	args := []any{int64(tx.Tenant), orderID, state, tx.NowMicros()}
	if len(lines) > 0 {
		in, list := db.In(5, lines)
		where += " and line_no in " + in
		args = append(args, list...)
	}
	if _, err := tx.Exec(ctx, "update hold set state = $3, closed_at = $4"+where, args...); err != nil {
		return err
	}
	args[2] = "cancelled"
	_, err := tx.Exec(ctx, "update shortage set state = $3, closed_at = $4"+where, args...)
	return err
}
