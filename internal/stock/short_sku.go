package stock

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// ShortQty is what orders lack of SKUs; a SKU of which nothing is lacking is left out.
func (s *Service) ShortQty(ctx context.Context, tx *db.Tx, skuIDs []int64) (map[int64]qty.Qty, error) {
	out := map[int64]qty.Qty{}
	err := db.Chunk(skuIDs, 500, func(part []int64) error {
		in, args := db.In(2, part)
		return tx.Each(ctx, `select sku_id, cast(sum(qty) as bigint) from shortage
			where tenant_id = $1 and state = 'open' and sku_id in `+in+" group by sku_id", append([]any{int64(tx.Tenant)}, args...), func(sc db.Scanner) error {
			var id int64
			var n qty.Qty
			err := sc.Scan(&id, &n)
			out[id] = n
			return err
		})
	})
	return out, err
}
