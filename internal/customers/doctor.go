package customers

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/db"
)

// Orphans reads customer ids that identities point to although there is no such customer, at most limit. There must be none.
func (s *Service) Orphans(ctx context.Context, tx *db.Tx, limit int) ([]int64, error) {
	return scanIDs(ctx, tx, `select distinct i.customer_id from customer_identity i where i.tenant_id = $1 and not exists
		(select 1 from customer c where c.tenant_id = i.tenant_id and c.id = i.customer_id) limit $2`, int64(tx.Tenant), limit)
}
