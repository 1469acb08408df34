package orders

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
)

// MaxCount is where counting stops: a number that reaches it means "as many or more".
const MaxCount = maxCount

// Late counts the open orders whose due time has passed, up to MaxCount.
func (s *Service) Late(ctx context.Context, a access.Actor) (n int, err error) {
	if err := a.Must(access.OrdersRead); err != nil {
		return 0, err
	}
	err = s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from (select 1 from orders where tenant_id = $1 and stage in ('new', 'confirmed', 'picking')
			and due_at < $2 limit $3) n`, int64(tx.Tenant), tx.NowMicros(), maxCount).Scan(&n)
	})
	return n, err
}
