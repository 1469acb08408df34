package report

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/search"
)

// StockFilter chooses SKUs of the stock table by what several domains know of them.
type StockFilter string

// The filters.
const (
	StockShort     StockFilter = "short"     // an order waits for it
	StockZero      StockFilter = "zero"      // goods of which nothing can be sold
	StockUnoffered StockFilter = "unoffered" // no channel offers it; services are left out
)

var stockWhere = map[StockFilter]string{
	StockShort: ` and s.id in (select h.sku_id from shortage h where h.tenant_id = $1 and h.state = 'open')`,
	// Few goods are sold out and have a level that says so; those that never came in have none at all.
	StockZero: ` and s.kind = 'goods' and s.id in (
		select e.sku_id from level e where e.tenant_id = $1 and e.on_hand <= e.reserved
		and (select sum(l.on_hand - l.reserved) from level l where l.tenant_id = e.tenant_id and l.sku_id = e.sku_id) <= 0
		union all select n.id from sku n where n.tenant_id = $1 and n.deleted_at = 0 and n.kind = 'goods'
		and not exists (select 1 from level l where l.tenant_id = n.tenant_id and l.sku_id = n.id))`,
	StockUnoffered: ` and s.kind <> 'service' and not exists (select 1 from listing o
		where o.tenant_id = s.tenant_id and o.sku_id = s.id and o.gone_at = 0)`,
}

// StockIDs reads the ids of live SKUs that pass a filter, in order of their folded codes, after a SKU (0: from the first), at
// most limit. A filter that does not exist passes nothing.
func StockIDs(ctx context.Context, tx *db.Tx, f StockFilter, afterCode string, afterID int64, limit int) ([]int64, error) {
	where, ok := stockWhere[f]
	if !ok {
		return nil, nil
	}
	args := []any{int64(tx.Tenant), limit}
	if afterID != 0 {
		where += " and (s.code_folded, s.id) > ($3, $4)"
		args = append(args, search.Fold(afterCode), afterID)
	}
	var out []int64
	err := tx.Each(ctx, "select s.id from sku s where s.tenant_id = $1 and s.deleted_at = 0"+where+" order by s.code_folded, s.id limit $2", args,
		func(sc db.Scanner) error {
			var id int64
			err := sc.Scan(&id)
			out = append(out, id)
			return err
		})
	return out, err
}
