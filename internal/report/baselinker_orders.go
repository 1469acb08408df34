package report

import (
	"context"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/platform/db"
)

// BaselinkerOrders is what one call of getOrders asks for; zero values ask for nothing. Times are µs since 1970.
type BaselinkerOrders struct {
	ID           int64
	IDFrom       int64
	AcceptedFrom int64
	PlacedFrom   int64
	// Stage and StatusID choose by status: a stage alone is the status that stands for it, with StatusID one of a client's own.
	Stage    string
	StatusID int64
	// Own are orders of no channel; of one of their sources with SourceID.
	Own          bool
	SourceID     *int64
	Driver       string
	ConnectionID *int64
	ExternalID   string
	CustomerIDs  []int64
	Limit        int
}

// clockSkew is how far a channel's clock may run ahead of ours: an order is placed before it is taken in.
const clockSkew = 86_400_000_000

// IDs picks the orders of a page: in the order in which they were taken in, or by id when only ids bound it.
func (q BaselinkerOrders) IDs(ctx context.Context, tx *db.Tx) (ids []int64, err error) {
	w := &where{args: []any{int64(tx.Tenant)}}
	order := " order by o.accepted_at, o.id"
	from := `select o.id from orders o left join bl_order b on b.tenant_id = o.tenant_id and b.order_id = o.id where o.tenant_id = $1`
	if q.StatusID != 0 {
		from = `select o.id from bl_order b join orders o on o.tenant_id = b.tenant_id and o.id = b.order_id where b.tenant_id = $1`
		w.add("b.status_id = ? and b.status_stage = o.stage", q.StatusID)
	}
	w.text.WriteString(" and not coalesce(b.removed, false)")
	q.filter(w)
	if q.AcceptedFrom == 0 && q.PlacedFrom == 0 && (q.IDFrom != 0 || q.Stage != "" || q.StatusID != 0) {
		order = " order by o.id"
	}
	w.args = append(w.args, q.Limit)
	err = tx.Each(ctx, from+w.text.String()+order+" limit $"+strconv.Itoa(len(w.args)), w.args, func(sc db.Scanner) error {
		var id int64
		err := sc.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

func (q BaselinkerOrders) filter(w *where) {
	w.some(q.ID, "o.id = ?")
	w.some(q.IDFrom, "o.id >= ?")
	w.some(max(q.AcceptedFrom, q.PlacedFrom-clockSkew, 0), "o.accepted_at >= ?")
	w.some(q.PlacedFrom, "o.placed_at >= ?")
	if q.Stage != "" && q.StatusID == 0 {
		w.add("o.stage = ? and (coalesce(b.status_id, 0) = 0 or b.status_stage <> o.stage)", q.Stage)
	}
	if q.Own {
		w.add("o.connection_id = ?", 0)
	}
	if q.SourceID != nil {
		w.add("coalesce(b.source_id, 0) = ?", *q.SourceID)
	}
	if q.Driver != "" {
		w.add("o.source = ? and o.connection_id <> 0", q.Driver)
	}
	if q.ConnectionID != nil {
		w.add("o.connection_id = ?", *q.ConnectionID)
	}
	if q.ExternalID != "" {
		w.add("o.external_id = ?", q.ExternalID)
	}
	if len(q.CustomerIDs) > 0 {
		in, args := db.In(len(w.args)+1, q.CustomerIDs)
		w.text.WriteString(" and o.customer_id in " + in)
		w.args = append(w.args, args...)
	}
}

// where collects conditions with their arguments, which are written "?" in their order.
type where struct {
	text strings.Builder
	args []any
}

func (w *where) add(cond string, args ...any) {
	for _, a := range args {
		w.args = append(w.args, a)
		cond = strings.Replace(cond, "?", "$"+strconv.Itoa(len(w.args)), 1)
	}
	w.text.WriteString(" and " + cond)
}

// some adds a condition on a number unless it is 0.
func (w *where) some(n int64, cond string) {
	if n != 0 {
		w.add(cond, n)
	}
}
