package orders

import (
	"context"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/search"
)

// Bounds of lists: what a page shows, what a search may look at, what a count says "and more" after.
const (
	maxPage    = 200
	maxMatches = 500
	maxCount   = 1000
)

// Filter chooses orders for a list. Before and After are keyset positions (order ids); the list is newest first.
type Filter struct {
	Stage        Stage
	Short        bool
	Late         bool // due time has passed
	ConnectionID int64
	OwnerID      int64
	SKUID        int64
	Text         string // number, external id, waybill, phone, e-mail, name, SKU code
	Before       int64  // older than this order
	After        int64  // newer than this order
	Limit        int
}

// List reads a page of orders, newest first, and says whether there are more in the direction asked for: older ones, with After
// newer ones.
func (s *Service) List(ctx context.Context, a access.Actor, f Filter) (page []Order, more bool, err error) {
	if err := a.Must(access.OrdersRead); err != nil {
		return nil, false, err
	}
	if f.Limit <= 0 || f.Limit > maxPage {
		f.Limit = 50
	}
	err = s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		q := newQuery(int64(tx.Tenant))
		if text := strings.TrimSpace(f.Text); text != "" {
			ids, err := s.find(ctx, tx, text)
			if err != nil || len(ids) == 0 {
				return err
			}
			in, args := db.In(q.next(), ids)
			q.where("id in "+in, args...)
		}
		if f.SKUID != 0 {
			q.where("id in (select order_id from order_line where tenant_id = $1 and sku_id = " + q.arg(f.SKUID) + ")")
		}
		q.filter(f, tx.NowMicros())
		page, err = q.page(ctx, tx, f)
		return err
	})
	if len(page) > f.Limit {
		more = true
		if f.After > 0 {
			page = page[1:]
		} else {
			page = page[:f.Limit]
		}
	}
	return page, more, err
}

// query builds the one list statement from its filters.
type query struct {
	sql  strings.Builder
	args []any
}

func newQuery(tenant int64) *query {
	q := &query{args: []any{tenant}}
	q.sql.WriteString("select " + readColumns + " from orders where tenant_id = $1")
	return q
}

func (q *query) next() int { return len(q.args) + 1 }

func (q *query) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

func (q *query) where(cond string, args ...any) {
	q.sql.WriteString(" and " + cond)
	q.args = append(q.args, args...)
}

func (q *query) filter(f Filter, now int64) {
	if f.Stage != "" {
		q.where("stage = " + q.arg(string(f.Stage)))
	}
	if f.Short {
		q.where("short")
	}
	if f.Late {
		q.where("stage in ('new', 'confirmed', 'picking') and due_at < " + q.arg(now))
	}
	switch {
	case f.ConnectionID == 0:
	case Open(f.Stage):
		// Few orders are open and a channel may have closed a million: the plus keeps the planner on the stage's index.
		q.where("+connection_id = " + q.arg(f.ConnectionID))
	default:
		q.where("connection_id = " + q.arg(f.ConnectionID))
	}
	if f.OwnerID != 0 {
		q.where("owner_id = " + q.arg(f.OwnerID))
	}
	if f.Before > 0 {
		q.where("id < " + q.arg(f.Before))
	}
	if f.After > 0 {
		q.where("id > " + q.arg(f.After))
	}
}

// page runs the query; a page towards newer orders is read upwards and turned round.
func (q *query) page(ctx context.Context, tx *db.Tx, f Filter) ([]Order, error) {
	direction := " order by id desc"
	if f.After > 0 {
		direction = " order by id"
	}
	q.sql.WriteString(direction + " limit " + q.arg(f.Limit+1))
	var out []Order
	err := tx.Each(ctx, q.sql.String(), q.args, func(sc db.Scanner) error {
		o, err := scanOrder(sc)
		out = append(out, o)
		return err
	})
	if f.After > 0 {
		for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
			out[i], out[j] = out[j], out[i]
		}
	}
	return out, err
}

// find answers the newest orders that a text means: our number, the channel's number, a waybill, a customer, a SKU. Each is
// an index look-up of bounded length.
func (s *Service) find(ctx context.Context, tx *db.Tx, text string) ([]int64, error) {
	var ids []int64
	add := func(query string, args ...any) error {
		return tx.Each(ctx, query, append([]any{int64(tx.Tenant)}, args...), func(sc db.Scanner) error {
			var id int64
			err := sc.Scan(&id)
			ids = append(ids, id)
			return err
		})
	}
	compact := strings.ReplaceAll(strings.TrimPrefix(text, "№"), " ", "")
	if n, err := strconv.ParseInt(compact, 10, 64); err == nil {
		if err := add("select id from orders where tenant_id = $1 and id = $2", n); err != nil {
			return nil, err
		}
	}
	if err := add("select id from orders where tenant_id = $1 and tracking = $2 and tracking <> '' limit 50", compact); err != nil {
		return nil, err
	}
	if err := add("select id from orders where tenant_id = $1 and external_id = $2 limit 50", compact); err != nil {
		return nil, err
	}
	customers, err := s.Customers.FindIDs(ctx, tx, text, 200)
	if err != nil {
		return nil, err
	}
	if len(customers) > 0 {
		in, args := db.In(3, customers)
		// The plus keeps SQLite from walking all orders downwards in search of the customers: their own index is shorter.
		if err := add("select id from orders where tenant_id = $1 and customer_id in "+in+" order by +id desc limit $2", append([]any{maxMatches}, args...)...); err != nil {
			return nil, err
		}
	}
	skus, err := s.Catalog.ByCodes(ctx, tx, []string{text, strings.ToUpper(search.Fold(text))})
	if err != nil {
		return nil, err
	}
	for _, sku := range skus {
		if err := add("select order_id from order_line where tenant_id = $1 and sku_id = $2 order by order_id desc limit $3", sku.ID, maxMatches); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// Count is how many orders stand in a stage and how old the oldest is against its deadline.
type Count struct {
	Stage Stage
	N     int // maxCount means "as many or more"
	// OldestPPM is the age of the oldest order as a share of the stage's time in parts per million; over a million is late.
	OldestPPM int64
}

// Counts reads the numbers of the stage tabs: exact up to a bound, so that a million closed orders cost nothing.
func (s *Service) Counts(ctx context.Context, a access.Actor) (stages []Count, short int, err error) {
	if err := a.Must(access.OrdersRead); err != nil {
		return nil, 0, err
	}
	err = s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		for _, st := range Stages {
			c := Count{Stage: st}
			err := tx.QueryRow(ctx, "select count(*) from (select 1 from orders where tenant_id = $1 and stage = $2 limit $3) n",
				int64(tx.Tenant), string(st), maxCount).Scan(&c.N)
			if err != nil {
				return err
			}
			if limit, ok := within[st]; ok && c.N > 0 {
				var since int64
				err := tx.QueryRow(ctx, `select coalesce(min(stage_at), 0) from (select stage_at from orders where tenant_id = $1 and stage = $2 order by id limit $3) n`,
					int64(tx.Tenant), string(st), maxCount).Scan(&since)
				if err != nil {
					return err
				}
				c.OldestPPM = (tx.NowMicros() - since) * 1_000_000 / limit.Microseconds()
			}
			stages = append(stages, c)
		}
		return tx.QueryRow(ctx, "select count(*) from (select 1 from orders where tenant_id = $1 and short limit $2) n", int64(tx.Tenant), maxCount).Scan(&short)
	})
	return stages, short, err
}
