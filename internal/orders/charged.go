package orders

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/money"
)

// Charged notes what a channel has charged for orders altogether, by the channel's order number. A charge in another currency
// than the order's is left to the channel's own list.
func (s *Service) Charged(ctx context.Context, tx *db.Tx, connectionID int64, total map[string]money.Money) error {
	for id, m := range total {
		_, err := tx.Exec(ctx, `update orders set commission_minor = $4, version = version + 1 where tenant_id = $1 and connection_id = $2 and external_id = $3
			and currency = $5 and commission_minor <> $4`, int64(tx.Tenant), connectionID, id, m.Minor, string(m.Currency))
		if err != nil {
			return err
		}
	}
	return nil
}
