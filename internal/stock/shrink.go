package stock

import (
	"context"
	"slices"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// Shrink takes units of a SKU off what a line of an open order holds: what the line lacks goes first, then what it holds. The
// rest stays held: it is never given away in between. A kit is given as a kit. What is freed goes to the oldest shortages.
func (s *Service) Shrink(ctx context.Context, tx *db.Tx, d Demand) error {
	kits, _, err := s.explode(ctx, tx, []int64{d.SKUID})
	if err != nil {
		return err
	}
	parts := kits[d.SKUID]
	if len(parts) == 0 {
		parts = []Part{{SKUID: d.SKUID, Qty: qty.One}}
	}
	levels, holds, err := s.lockOrder(ctx, tx, d.OrderID)
	if err != nil || len(levels.rows) == 0 {
		return err
	}
	for _, p := range parts {
		n, err := p.Qty.Times(d.Qty)
		if err != nil {
			return err
		}
		if n, err = shrinkLack(ctx, tx, heldRow{order: d.OrderID, line: d.LineNo, sku: p.SKUID}, n); err != nil {
			return err
		}
		for _, h := range slices.Backward(holds) {
			take := min(h.qty, n)
			if h.line != d.LineNo || h.sku != p.SKUID || take <= 0 {
				continue
			}
			if err := shrinkHold(ctx, tx, h.heldRow, take); err != nil {
				return err
			}
			levels.at(h.sku, h.warehouse).reserved -= take
			n -= take
		}
	}
	return s.settle(ctx, tx, levels, nil)
}

// shrinkLack takes up to n units off a line's open shortage and answers what is left of n.
func shrinkLack(ctx context.Context, tx *db.Tx, h heldRow, n qty.Qty) (qty.Qty, error) {
	err := tx.Each(ctx, "select qty from shortage where tenant_id = $1 and order_id = $2 and line_no = $3 and sku_id = $4 and state = 'open'",
		[]any{int64(tx.Tenant), h.order, h.line, h.sku}, func(sc db.Scanner) error { return sc.Scan(&h.qty) })
	take := min(h.qty, n)
	if err != nil || take <= 0 {
		return n, err
	}
	state, left := "open", h.qty-take
	if left == 0 {
		state, left = "cancelled", h.qty
	}
	_, err = tx.Exec(ctx, `update shortage set qty = $5, state = $6, closed_at = $7 where tenant_id = $1 and order_id = $2 and line_no = $3 and sku_id = $4`,
		int64(tx.Tenant), h.order, h.line, h.sku, int64(left), state, closedAt(tx, state))
	return n - take, err
}

func closedAt(tx *db.Tx, state string) int64 {
	if state == "open" {
		return 0
	}
	return tx.NowMicros()
}
