package stock

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/db"
)

// ShortOf says which of the orders have an open shortage.
func (s *Service) ShortOf(ctx context.Context, tx *db.Tx, orderIDs []int64) (map[int64]bool, error) {
	out := map[int64]bool{}
	err := db.Chunk(orderIDs, 500, func(part []int64) error {
		in, args := db.In(2, part)
		return tx.Each(ctx, "select distinct order_id from shortage where tenant_id = $1 and state = 'open' and order_id in "+in,
			append([]any{int64(tx.Tenant)}, args...), func(sc db.Scanner) error {
				var id int64
				err := sc.Scan(&id)
				out[id] = true
				return err
			})
	})
	return out, err
}
