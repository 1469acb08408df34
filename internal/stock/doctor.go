package stock

import (
	"context"
	"fmt"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// Finding is one broken invariant.
type Finding struct {
	Check  string
	Detail string
	Fixed  bool
}

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
	order by 1, 2 limit 1000`

// Doctor checks that every level is the sum of its moves and open holds. With fix it rebuilds the levels that are not, and
// says so in the journal.
func (s *Service) Doctor(ctx context.Context, tx *db.Tx, fix bool) ([]Finding, error) {
	type wrong struct{ sku, warehouse, onHand, reserved, moves, holds int64 }
	var list []wrong
	err := tx.Each(ctx, wrongLevels, []any{int64(tx.Tenant)}, func(sc db.Scanner) error {
		var w wrong
		err := sc.Scan(&w.sku, &w.warehouse, &w.onHand, &w.reserved, &w.moves, &w.holds)
		list = append(list, w)
		return err
	})
	if err != nil {
		return nil, err
	}
	var out []Finding
	for _, w := range list {
		f := Finding{Check: "level = moves and holds", Detail: fmt.Sprintf("SKU %d in warehouse %d: on hand %d, moves say %d; reserved %d, holds say %d",
			w.sku, w.warehouse, w.onHand, w.moves, w.reserved, w.holds)}
		if fix {
			_, err := tx.Exec(ctx, `insert into level (tenant_id, sku_id, warehouse_id, on_hand, reserved) values ($1, $2, $3, $4, $5)
				on conflict (tenant_id, sku_id, warehouse_id) do update set on_hand = excluded.on_hand, reserved = excluded.reserved`,
				int64(tx.Tenant), w.sku, w.warehouse, w.moves, w.holds)
			if err != nil {
				return out, err
			}
			f.Fixed = true
			if err := s.journal.Append(ctx, tx, journal.Record{Actor: access.ForSystem(tx.Tenant).String(), Kind: "stock.level_rebuilt", Subject: "sku", SubjectID: w.sku, Payload: f}); err != nil {
				return out, err
			}
		}
		out = append(out, f)
	}
	return out, nil
}
