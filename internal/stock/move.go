package stock

import (
	"context"
	"fmt"
	"slices"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// MoveKind says why goods came or went.
type MoveKind string

// The kinds.
const (
	MoveOpening    MoveKind = "opening"
	MoveReceipt    MoveKind = "receipt"
	MoveSale       MoveKind = "sale"
	MoveReturn     MoveKind = "return"
	MoveAdjustment MoveKind = "adjustment"
	MoveStocktake  MoveKind = "stocktake"
	MoveTransfer   MoveKind = "transfer"
)

// Move is a change of what is on hand. (Cause, Purpose) happens once however often it is posted.
type Move struct {
	ID          int64
	SKUID       int64
	WarehouseID int64
	Qty         qty.Qty // signed
	Kind        MoveKind
	Cause       string // "document:12:7", "order:9:1"
	Purpose     string // "receipt", "sale"
	DocumentID  int64
	At          int64 // µs
	Actor       string
	Note        string
}

// post writes moves and their effect. A move that happened before is left out, with its effect. When fewer goods remain than
// orders hold, the newest orders lose their hold and get a shortage: a loss found in a count is not hidden.
func (s *Service) post(ctx context.Context, tx *db.Tx, moves []Move) error {
	fresh, err := unposted(ctx, tx, moves)
	if err != nil || len(fresh) == 0 {
		return err
	}
	skus := make([]int64, len(fresh))
	for i, m := range fresh {
		skus[i] = m.SKUID
	}
	levels, err := s.lock(ctx, tx, skus)
	if err != nil {
		return err
	}
	first, err := s.ids.ReserveIn(ctx, tx, "move", int64(len(fresh)))
	if err != nil {
		return err
	}
	var args []any
	for i, m := range fresh {
		args = append(args, int64(tx.Tenant), first+int64(i), m.SKUID, m.WarehouseID, int64(m.Qty), string(m.Kind), m.Cause, m.Purpose, m.DocumentID, tx.NowMicros(), m.Actor, m.Note)
		levels.at(m.SKUID, m.WarehouseID).onHand += m.Qty
	}
	const head = "insert into move (tenant_id, id, sku_id, warehouse_id, qty, kind, cause, purpose, document_id, at, actor, note)"
	if _, err := tx.Insert(ctx, head, "", 12, args); err != nil {
		return err
	}
	displaced, err := s.displace(ctx, tx, levels)
	if err != nil {
		return err
	}
	if err := s.settle(ctx, tx, levels); err != nil || len(displaced) == 0 {
		return err
	}
	return s.Listener.ShortagesChanged(ctx, tx, displaced)
}

func unposted(ctx context.Context, tx *db.Tx, moves []Move) ([]Move, error) {
	var fresh []Move
	for _, m := range moves {
		var n int
		err := tx.QueryRow(ctx, "select count(*) from move where tenant_id = $1 and cause = $2 and purpose = $3", int64(tx.Tenant), m.Cause, m.Purpose).Scan(&n)
		if err != nil {
			return nil, err
		}
		if n == 0 && m.Qty != 0 {
			fresh = append(fresh, m)
		}
	}
	return fresh, nil
}

// displace frees holds of the newest orders until each level holds no more than it has, and makes them shortages.
func (s *Service) displace(ctx context.Context, tx *db.Tx, levels *levelSet) ([]int64, error) {
	var orders []int64
	for key, r := range levels.rows {
		onHand := r.OnHand + r.onHand
		if onHand < 0 {
			return nil, errs.New(errs.Conflict, "error.stock.below_zero", "sku", r.SKUID, "on_hand", r.OnHand.String())
		}
		over := -r.free()
		if over <= 0 || r.Backorder {
			continue
		}
		holds, err := newestHolds(ctx, tx, key)
		if err != nil {
			return nil, err
		}
		for _, h := range holds {
			if over <= 0 {
				break
			}
			n := min(h.qty, over)
			if err := s.unhold(ctx, tx, h, n); err != nil {
				return nil, err
			}
			r.reserved -= n
			over -= n
			orders = append(orders, h.order)
		}
	}
	slices.Sort(orders)
	return slices.Compact(orders), nil
}

func newestHolds(ctx context.Context, tx *db.Tx, key levelKey) (out []heldRow, err error) {
	err = tx.Each(ctx, `select order_id, line_no, sku_id, warehouse_id, qty from hold
		where tenant_id = $1 and sku_id = $2 and warehouse_id = $3 and state = 'open' order by order_id desc, line_no desc`,
		[]any{int64(tx.Tenant), key.sku, key.warehouse}, func(sc db.Scanner) error {
			var h heldRow
			err := sc.Scan(&h.order, &h.line, &h.sku, &h.warehouse, &h.qty)
			out = append(out, h)
			return err
		})
	return out, err
}

// unhold turns n units of a hold into a shortage.
func (s *Service) unhold(ctx context.Context, tx *db.Tx, h heldRow, n qty.Qty) error {
	if n == h.qty {
		if err := closeHold(ctx, tx, h, "released"); err != nil {
			return err
		}
	} else if _, err := tx.Exec(ctx, `update hold set qty = qty - $6
		where tenant_id = $1 and order_id = $2 and line_no = $3 and sku_id = $4 and warehouse_id = $5 and state = 'open'`,
		int64(tx.Tenant), h.order, h.line, h.sku, h.warehouse, int64(n)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `insert into shortage (tenant_id, order_id, line_no, sku_id, qty, state, created_at, due_at)
		values ($1, $2, $3, $4, $5, 'open', $6, $7) on conflict (tenant_id, order_id, line_no, sku_id) do update set
		qty = case when shortage.state = 'open' then shortage.qty + excluded.qty else excluded.qty end, state = 'open', closed_at = 0`,
		int64(tx.Tenant), h.order, h.line, h.sku, int64(n), tx.NowMicros(), tx.NowMicros()+ShortageWithin.Microseconds())
	return err
}

// Ship turns an order's open holds into sales: the goods leave. Open shortages of the order are closed, since nothing more
// will be sent for them. A second call finds no open hold and changes nothing.
func (s *Service) Ship(ctx context.Context, tx *db.Tx, orderID int64, actor string) error {
	levels, holds, err := s.lockHolds(ctx, tx, orderID)
	if err != nil {
		return err
	}
	if err := closeShortages(ctx, tx, orderID, nil); err != nil || len(holds) == 0 {
		return err
	}
	first, err := s.ids.ReserveIn(ctx, tx, "move", int64(len(holds)))
	if err != nil {
		return err
	}
	var args []any
	for i, h := range holds {
		r := levels.at(h.sku, h.warehouse)
		r.reserved -= h.qty
		r.onHand -= h.qty
		if err := closeHold(ctx, tx, h, "shipped"); err != nil {
			return err
		}
		cause := fmt.Sprintf("order:%d:%d:%d:%d", h.order, h.line, h.sku, h.warehouse)
		args = append(args, int64(tx.Tenant), first+int64(i), h.sku, h.warehouse, -int64(h.qty), string(MoveSale), cause, "sale", int64(0), tx.NowMicros(), actor, "")
	}
	const head = "insert into move (tenant_id, id, sku_id, warehouse_id, qty, kind, cause, purpose, document_id, at, actor, note)"
	if _, err := tx.Insert(ctx, head, "", 12, args); err != nil {
		return err
	}
	return s.settle(ctx, tx, levels)
}

// Moves reads the moves of a SKU, newest first, at most limit with an id below before (0: newest).
func (s *Service) Moves(ctx context.Context, tx *db.Tx, skuID, before int64, limit int) ([]Move, error) {
	var out []Move
	err := tx.Each(ctx, `select id, sku_id, warehouse_id, qty, kind, cause, purpose, document_id, at, actor, note from move
		where tenant_id = $1 and sku_id = $2 and ($3 = 0 or id < $3) order by id desc limit $4`,
		[]any{int64(tx.Tenant), skuID, before, limit}, func(sc db.Scanner) error {
			var m Move
			err := sc.Scan(&m.ID, &m.SKUID, &m.WarehouseID, &m.Qty, &m.Kind, &m.Cause, &m.Purpose, &m.DocumentID, &m.At, &m.Actor, &m.Note)
			out = append(out, m)
			return err
		})
	return out, err
}

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
		order by warehouse_id, order_id limit $3`, []any{int64(tx.Tenant), skuID, limit}, func(sc db.Scanner) error {
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

// HasOpenHolds says whether any of the SKUs is held by an order.
func (s *Service) HasOpenHolds(ctx context.Context, tx *db.Tx, skuID int64) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, "select count(*) from (select 1 from hold where tenant_id = $1 and sku_id = $2 and state = 'open' limit 1) h",
		int64(tx.Tenant), skuID).Scan(&n)
	return n > 0, err
}
