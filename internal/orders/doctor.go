package orders

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/db"
)

// Invariant is a query that must find nothing: it selects order ids that break a rule.
type Invariant struct {
	Name  string
	Query string
}

// Invariants are what must hold for every order at every moment.
var Invariants = []Invariant{
	{"open order has a due time", "select id from orders where tenant_id = $1 and stage in ('new', 'confirmed', 'picking') and due_at = 0"},
	{"order has lines", "select o.id from orders o where o.tenant_id = $1 and not exists (select 1 from order_line l where l.tenant_id = o.tenant_id and l.order_id = o.id)"},
}

// Broken runs one invariant and answers at most limit orders that break it.
func (in Invariant) Broken(ctx context.Context, tx *db.Tx, limit int) ([]int64, error) {
	var out []int64
	err := tx.Each(ctx, in.Query+" limit $2", []any{int64(tx.Tenant), limit}, func(sc db.Scanner) error {
		var id int64
		err := sc.Scan(&id)
		out = append(out, id)
		return err
	})
	return out, err
}
