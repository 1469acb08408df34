package stock

import (
	"context"
	"fmt"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// Finding is one broken invariant.
type Finding struct {
	Check  string
	Detail string
	Fixed  bool
}

// findingPage bounds one look of the doctor; a fix looks again until nothing more can be done.
const findingPage = 1000

// wrongLevels finds levels that differ from their moves and open holds.
const wrongLevels = `select k.sku_id, k.warehouse_id, coalesce(l.on_hand, 0), coalesce(l.reserved, 0), coalesce(m.qty, 0), coalesce(h.qty, 0)
	from (select sku_id, warehouse_id from level where tenant_id = $1
		union select sku_id, warehouse_id from move where tenant_id = $1
		union select sku_id, warehouse_id from hold where tenant_id = $1 and state = 'open') k
	left join level l on l.tenant_id = $1 and l.sku_id = k.sku_id and l.warehouse_id = k.warehouse_id
	left join (select sku_id, warehouse_id, cast(sum(qty) as bigint) as qty from move where tenant_id = $1 group by sku_id, warehouse_id) m
		on m.sku_id = k.sku_id and m.warehouse_id = k.warehouse_id
	left join (select sku_id, warehouse_id, cast(sum(qty) as bigint) as qty from hold where tenant_id = $1 and state = 'open' group by sku_id, warehouse_id) h
		on h.sku_id = k.sku_id and h.warehouse_id = k.warehouse_id
	where coalesce(l.on_hand, 0) <> coalesce(m.qty, 0) or coalesce(l.reserved, 0) <> coalesce(h.qty, 0)
	order by 1, 2 limit $2`

// idleUnits finds SKUs that orders lack although they could be held.
const idleUnits = `select s.sku_id, cast(sum(s.qty) as bigint) from shortage s
	where s.tenant_id = $1 and s.state = 'open' and exists (select 1 from level l
		where l.tenant_id = $1 and l.sku_id = s.sku_id and (l.on_hand > l.reserved or l.backorder))
	group by s.sku_id order by s.sku_id limit $2`

// wrongLevel is a level and what its moves and holds say.
type wrongLevel struct {
	sku, warehouse, onHand, reserved int64
	moves, holds                     qty.Qty
}

// Doctor checks that every level is the sum of its moves and open holds, and that no order lacks what is free. With fix it
// rebuilds the levels that are not and fills the shortages, and says so in the journal; holds for which there are no goods
// become shortages. More sold than ever came in can not be fixed by rebuilding and stays a finding.
func (s *Service) Doctor(ctx context.Context, tx *db.Tx, fix bool) ([]Finding, error) {
	var out []Finding
	for {
		levels, err := s.checkLevels(ctx, tx, fix)
		if err != nil {
			return out, err
		}
		idle, err := s.checkIdle(ctx, tx, fix)
		if err != nil {
			return out, err
		}
		fixed := 0
		for _, f := range append(levels, idle...) {
			if out = append(out, f); f.Fixed {
				fixed++
			}
		}
		if fixed == 0 || len(levels) < findingPage && len(idle) < findingPage {
			return out, nil
		}
	}
}

func (s *Service) checkLevels(ctx context.Context, tx *db.Tx, fix bool) ([]Finding, error) {
	list, err := readWrong(ctx, tx)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	if fix {
		// Under live traffic the level may be right again once it is locked.
		skus := make([]int64, len(list))
		for i, w := range list {
			skus[i] = w.sku
		}
		if _, err := s.lockAll(ctx, tx, skus); err != nil {
			return nil, err
		}
		if list, err = readWrong(ctx, tx); err != nil {
			return nil, err
		}
	}
	var out []Finding
	for _, w := range list {
		f := Finding{Check: "level = moves and holds", Detail: fmt.Sprintf("SKU %d in warehouse %d: on hand %s, moves say %s; reserved %s, holds say %s",
			w.sku, w.warehouse, qty.Qty(w.onHand), w.moves, qty.Qty(w.reserved), w.holds)}
		if fix {
			if f.Fixed, err = s.rebuild(ctx, tx, w); err != nil {
				return out, err
			}
		}
		if err := s.tell(ctx, tx, f, "stock.level_rebuilt", w.sku); err != nil {
			return out, err
		}
		out = append(out, f)
	}
	return out, nil
}

func readWrong(ctx context.Context, tx *db.Tx) (list []wrongLevel, err error) {
	err = tx.Each(ctx, wrongLevels, []any{int64(tx.Tenant), findingPage}, func(sc db.Scanner) error {
		var w wrongLevel
		err := sc.Scan(&w.sku, &w.warehouse, &w.onHand, &w.reserved, &w.moves, &w.holds)
		list = append(list, w)
		return err
	})
	return list, err
}

// rebuild makes a level what its moves and holds say; false when the moves add up to less than nothing.
func (s *Service) rebuild(ctx context.Context, tx *db.Tx, w wrongLevel) (bool, error) {
	levels, err := s.lockAll(ctx, tx, []int64{w.sku})
	if err != nil {
		return false, err
	}
	r := levels.at(w.sku, w.warehouse)
	r.onHand, r.reserved = w.moves-r.OnHand, w.holds-r.Reserved
	displaced, err := displace(ctx, tx, levels)
	if errs.Is(err, errs.Conflict) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, s.settle(ctx, tx, levels, displaced)
}

func (s *Service) checkIdle(ctx context.Context, tx *db.Tx, fix bool) (out []Finding, err error) {
	var skus []int64
	err = tx.Each(ctx, idleUnits, []any{int64(tx.Tenant), findingPage}, func(sc db.Scanner) error {
		var id int64
		var short qty.Qty
		err := sc.Scan(&id, &short)
		skus = append(skus, id)
		out = append(out, Finding{Check: "shortage without need", Detail: fmt.Sprintf("SKU %d: orders lack %s while units are free", id, short), Fixed: fix})
		return err
	})
	if err != nil || !fix || len(skus) == 0 {
		return out, err
	}
	levels, err := s.lockAll(ctx, tx, skus)
	if err != nil {
		return nil, err
	}
	if err := s.settle(ctx, tx, levels, nil); err != nil {
		return nil, err
	}
	for i, f := range out {
		if err := s.tell(ctx, tx, f, "stock.shortage_filled", skus[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// tell writes a repair into the journal.
func (s *Service) tell(ctx context.Context, tx *db.Tx, f Finding, kind string, sku int64) error {
	if !f.Fixed {
		return nil
	}
	return s.journal.Append(ctx, tx, journal.Record{Actor: access.ForSystem(tx.Tenant).String(), Kind: kind, Subject: "sku", SubjectID: sku, Payload: f})
}
