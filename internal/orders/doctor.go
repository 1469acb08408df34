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
	{"order has its raw event", `select o.id from orders o where o.tenant_id = $1 and not exists (select 1 from fact f
		where f.tenant_id = o.tenant_id and f.connection_id = o.connection_id and f.kind = 'order' and f.external_id = o.external_id)`},
	{"order was journalled", "select o.id from orders o where o.tenant_id = $1 and not exists (select 1 from journal j where j.tenant_id = o.tenant_id and j.subject = 'order' and j.subject_id = o.id)"},
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
