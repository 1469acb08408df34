// Package report reads every domain's tables and writes none: invariants that span domains, and lists that no single domain
// owns.
package report

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/db"
)

// Invariant is a rule that must hold at every moment: its query selects what breaks it, one text column per row.
type Invariant struct {
	Name  string
	Query string
}

// Invariants that span domains.
var Invariants = []Invariant{
	{"an order has its raw event", `select 'order ' || o.id from orders o where o.tenant_id = $1 and not exists (select 1 from fact f
		where f.tenant_id = o.tenant_id and f.connection_id = o.connection_id and f.kind = 'order' and f.external_id = o.external_id)`},
	{"an order was journalled", `select 'order ' || o.id from orders o where o.tenant_id = $1 and not exists (select 1 from journal j
		where j.tenant_id = o.tenant_id and j.subject = 'order' and j.subject_id = o.id)`},
	{"no open hold on a closed order", `select 'order ' || h.order_id from hold h join orders o on o.tenant_id = h.tenant_id and o.id = h.order_id
		where h.tenant_id = $1 and h.state = 'open' and o.stage in ('shipped', 'completed', 'cancelled', 'returned')`},
	{"no open shortage on a closed order", `select 'order ' || s.order_id from shortage s join orders o on o.tenant_id = s.tenant_id and o.id = s.order_id
		where s.tenant_id = $1 and s.state = 'open' and o.stage in ('shipped', 'completed', 'cancelled', 'returned')`},
	{"every hold belongs to an order", `select 'order ' || h.order_id from hold h where h.tenant_id = $1 and h.state = 'open'
		and not exists (select 1 from orders o where o.tenant_id = h.tenant_id and o.id = h.order_id)`},
	{"an open order's goods are held or short, to the unit", `select 'order ' || l.order_id || ' line ' || l.line_no from order_line l
		join orders o on o.tenant_id = l.tenant_id and o.id = l.order_id join sku k on k.tenant_id = l.tenant_id and k.id = l.sku_id
		where l.tenant_id = $1 and o.stage in ('new', 'confirmed', 'picking') and not l.removed and k.kind = 'goods' and l.qty <>
		coalesce((select sum(h.qty) from hold h where h.tenant_id = l.tenant_id and h.order_id = l.order_id and h.line_no = l.line_no and h.state = 'open'), 0) +
		coalesce((select sum(s.qty) from shortage s where s.tenant_id = l.tenant_id and s.order_id = l.order_id and s.line_no = l.line_no and s.state = 'open'), 0)`},
	{"an order says it is short exactly when it is", `select 'order ' || o.id from orders o where o.tenant_id = $1 and o.stage in ('new', 'confirmed', 'picking')
		and o.short <> exists (select 1 from shortage s where s.tenant_id = o.tenant_id and s.order_id = o.id and s.state = 'open')`},
	{"an order says it is unlinked exactly when it is", `select 'order ' || o.id from orders o where o.tenant_id = $1 and o.stage in ('new', 'confirmed', 'picking')
		and o.unlinked <> exists (select 1 from order_line l where l.tenant_id = o.tenant_id and l.order_id = o.id and l.sku_id = 0 and not l.removed
			and (o.connection_id <> 0 or l.offer_id <> '' or l.sku_code <> ''))`},
	{"every shortage has a task with a deadline", `select 'order ' || o.id from orders o where o.tenant_id = $1 and o.short and o.stage in ('new', 'confirmed', 'picking')
		and not exists (select 1 from task t where t.tenant_id = o.tenant_id and t.kind = 'shortage' and t.subject = 'order' and t.subject_id = o.id and t.state = 'open' and t.due_at > 0)`},
	{"a shipped hold has its move", `select 'order ' || h.order_id from hold h where h.tenant_id = $1 and h.state = 'shipped' and not exists (select 1 from move m
		where m.tenant_id = h.tenant_id and m.purpose = 'sale' and m.cause = 'order:' || h.order_id || ':' || h.line_no || ':' || h.sku_id || ':' || h.warehouse_id || ':' || h.created_at)`},
	{"a linked listing has its quantity", `select 'listing ' || l.id from listing l join connection c on c.tenant_id = l.tenant_id and c.id = l.connection_id
		where l.tenant_id = $1 and l.sku_id <> 0 and c.state <> 'deleted' and not exists (select 1 from listing_stock s
		where s.tenant_id = l.tenant_id and s.sku_id = l.sku_id and s.connection_id = l.connection_id and s.listing_id = l.id)`},
	{"a price is dirty exactly when it is wanted and not done", "select 'listing ' || listing_id from listing_price where tenant_id = $1 and (done_gen > want_gen or dirty <> (want_gen > done_gen))"},
	{"a linked listing has its price where Lad sets prices", `select 'listing ' || l.id from listing l join connection c on c.tenant_id = l.tenant_id and c.id = l.connection_id
		where l.tenant_id = $1 and l.sku_id <> 0 and c.state <> 'deleted' and c.price_push and not exists (select 1 from listing_price s
		where s.tenant_id = l.tenant_id and s.sku_id = l.sku_id and s.connection_id = l.connection_id and s.listing_id = l.id)`},
	{"a quantity is dirty exactly when it is wanted and not done", "select 'listing ' || listing_id from listing_stock where tenant_id = $1 and (done_gen > want_gen or dirty <> (want_gen > done_gen))"},
	{"no open task without queue and deadline", "select 'task ' || id from task where tenant_id = $1 and state = 'open' and (due_at = 0 or queue = '' and owner_id = 0)"},
	{"what a client wrote of an order belongs to one", `select 'order ' || b.order_id from bl_order b where b.tenant_id = $1
		and not exists (select 1 from orders o where o.tenant_id = b.tenant_id and o.id = b.order_id)`},
	{"what a client wrote of a product belongs to a SKU", `select 'product ' || b.sku_id from bl_product b where b.tenant_id = $1
		and not exists (select 1 from sku k where k.tenant_id = b.tenant_id and k.id = b.sku_id)`},
	{"a parcel belongs to an order", `select 'parcel ' || b.id from bl_parcel b where b.tenant_id = $1
		and not exists (select 1 from orders o where o.tenant_id = b.tenant_id and o.id = b.order_id)`},
	{"a return of an order belongs to one", `select 'return ' || b.id from bl_return b where b.tenant_id = $1 and b.order_id <> 0
		and not exists (select 1 from orders o where o.tenant_id = b.tenant_id and o.id = b.order_id)`},
	{"a live listing's SKU exists", `select 'listing ' || l.id from listing l where l.tenant_id = $1 and l.sku_id <> 0 and l.gone_at = 0
		and not exists (select 1 from sku k where k.tenant_id = l.tenant_id and k.id = l.sku_id)`},
}

// Broken runs an invariant and answers at most limit things that break it.
func (in Invariant) Broken(ctx context.Context, tx *db.Tx, limit int) ([]string, error) {
	var out []string
	err := tx.Each(ctx, in.Query+" limit $2", []any{int64(tx.Tenant), limit}, func(sc db.Scanner) error {
		var s string
		err := sc.Scan(&s)
		out = append(out, s)
		return err
	})
	return out, err
}
