package customers

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/db"
)

// Count counts the customers.
func Count(ctx context.Context, tx *db.Tx) (n int64, err error) {
	err = tx.QueryRow(ctx, "select count(*) from customer where tenant_id = $1", int64(tx.Tenant)).Scan(&n)
	return n, err
}
