package orders

import (
	"context"
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/platform/db"
)

// suspectDuplicates compares new orders with what the same customers ordered within duplicateWithin: the same phone and the
// same lines are marked for a person to decide, never merged.
func (s *Service) suspectDuplicates(ctx context.Context, tx *db.Tx, fresh []*prepared, customers []int64) error {
	var known []int64
	for i, p := range fresh {
		if p.fingerprint != "" && customers[i] != 0 {
			known = append(known, customers[i])
		}
	}
	if len(known) == 0 {
		return nil
	}
	since, err := s.recent.since(ctx, tx)
	if err != nil {
		return err
	}
	seen := map[string]int64{}
	// The customers lead the join, so that each costs one look at the end of its own list of orders.
	_, args := db.In(1, known)
	// The plus keeps SQLite on the customer's own index: by the time alone it would read every order of the half hour.
	err = tx.Each(ctx, `with c (customer) as (values `+tx.Numbers(len(args), 1, 4)+`) select o.id, o.fingerprint from c cross join orders o
		where o.tenant_id = $1 and o.customer_id = c.customer and o.id > $2 and +o.accepted_at > $3 and o.fingerprint <> '' and o.stage <> 'cancelled'`,
		append([]any{int64(tx.Tenant), since, tx.NowMicros() - duplicateWithin.Microseconds()}, args...), func(sc db.Scanner) error {
			var id int64
			var print string
			err := sc.Scan(&id, &print)
			seen[print] = max(seen[print], id)
			return err
		})
	if err != nil {
		return err
	}
	for _, p := range fresh {
		if p.fingerprint == "" {
			continue
		}
		if id, ok := seen[p.fingerprint]; ok {
			p.result.DuplicateOf = id
			continue
		}
		seen[p.fingerprint] = p.id
	}
	return nil
}

// recentOrders remembers, per tenant, an order id below which everything is older than duplicateWithin, so that a customer
// with years of orders costs no more than a new one.
type recentOrders struct {
	mu    sync.Mutex
	marks map[db.Tenant][]mark
}

type mark struct {
	at time.Time
	id int64
}

// markEvery is how often the newest order id is noted.
const markEvery = time.Minute

func (r *recentOrders) since(ctx context.Context, tx *db.Tx) (int64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	marks := r.marks[tx.Tenant]
	if len(marks) == 0 || tx.Now().Sub(marks[len(marks)-1].at) >= markEvery {
		var newest int64
		if err := tx.QueryRow(ctx, "select coalesce(max(id), 0) from orders where tenant_id = $1", int64(tx.Tenant)).Scan(&newest); err != nil {
			return 0, err
		}
		marks = append(marks, mark{at: tx.Now(), id: newest})
	}
	for len(marks) > 1 && tx.Now().Sub(marks[1].at) > duplicateWithin {
		marks = marks[1:]
	}
	if r.marks == nil {
		r.marks = map[db.Tenant][]mark{}
	}
	r.marks[tx.Tenant] = marks
	if tx.Now().Sub(marks[0].at) <= duplicateWithin {
		return 0, nil // not yet running long enough to know
	}
	return marks[0].id, nil
}
