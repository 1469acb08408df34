package customers

import (
	"cmp"
	"context"
	"slices"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/search"
)

// matchTries bounds how often a batch starts again after losing an identity to another process. Each loss means that
// another transaction has committed, so the next reading sees more.
const matchTries = 5

// Match finds or makes the customer of each contact, in the caller's transaction: one read, and for what is new three
// inserts, however many contacts there are. The answer is the same as if they came one by one: the channel's key decides,
// then the phone, then the e-mail; what else the contact tells becomes known of that customer, but an identity that belongs
// to somebody else stays there: nothing is merged silently. A contact with a name only becomes a customer of its own; one
// with nothing gets 0.
//
// Identities are written in key order before anything else of the customers; who loses a race reads again.
func (s *Service) Match(ctx context.Context, tx *db.Tx, contacts []Contact) ([]int64, error) {
	wanted := wantedOf(contacts)
	var kept []learnt
	for range matchTries {
		known, err := readKnown(ctx, tx, wanted)
		if err != nil {
			return nil, err
		}
		p := newPlan(contacts, known)
		if err := s.number(ctx, tx, p); err != nil {
			return nil, err
		}
		won, err := insertIdentities(ctx, tx, p.learnt)
		if err != nil {
			return nil, err
		}
		// A lost identity of a customer who exists stays with the winner; a new customer may turn out to be the winner's.
		if won || len(p.fresh) == 0 {
			p.learnt = append(p.learnt, kept...)
			return p.of, s.store(ctx, tx, p)
		}
		kept = append(kept, slices.DeleteFunc(p.learnt, func(l learnt) bool { return p.isFresh(l.customer) })...)
		if err := forget(ctx, tx, p); err != nil {
			return nil, err
		}
	}
	return nil, errs.New(errs.Conflict, "error.customer.busy")
}

// wantedOf is the distinct identities of all contacts.
func wantedOf(contacts []Contact) []Identity {
	out := make([]Identity, 0, 3*len(contacts))
	for _, c := range contacts {
		out = append(out, c.identities()...)
	}
	if len(contacts) == 1 {
		return out
	}
	slices.SortFunc(out, compareIdentities)
	return slices.Compact(out)
}

func compareIdentities(a, b Identity) int {
	if c := cmp.Compare(a.Kind, b.Kind); c != 0 {
		return c
	}
	return cmp.Compare(a.Value, b.Value)
}

// readChunk bounds the identities of one read.
const readChunk = 512

// readKnown finds the customers of identities.
func readKnown(ctx context.Context, tx *db.Tx, wanted []Identity) (map[Identity]int64, error) {
	known := make(map[Identity]int64, 2*len(wanted))
	err := db.Chunk(wanted, readChunk, func(part []Identity) error {
		rows := 1
		for rows < len(part) {
			rows *= 2
		}
		args := make([]any, 0, 1+2*rows)
		args = append(args, int64(tx.Tenant))
		for i := range rows {
			k := part[min(i, len(part)-1)]
			args = append(args, string(k.Kind), k.Value)
		}
		query := `select kind, value, customer_id from customer_identity where tenant_id = $1 and (kind, value) in (values ` + db.Values(rows, 2, 2) + `)`
		return tx.Each(ctx, query, args, func(row db.Scanner) error {
			var k Identity
			var id int64
			err := row.Scan(&k.Kind, &k.Value, &id)
			known[k] = id
			return err
		})
	})
	return known, err
}

// plan is what a batch needs to be written.
type plan struct {
	of     []int64 // customer of each contact
	fresh  []Customer
	learnt []learnt
	first  int64 // id of fresh[0]
}

// learnt is an identity that nobody had.
type learnt struct {
	Identity
	customer int64
}

// newPlan decides contact by contact. A new customer's id is its place in fresh, counted -1, -2 …, until number.
func newPlan(contacts []Contact, known map[Identity]int64) *plan {
	p := &plan{of: make([]int64, len(contacts))}
	for i, c := range contacts {
		ks := c.identities()
		var id int64
		for _, k := range ks {
			if id = known[k]; id != 0 {
				break
			}
		}
		if id == 0 {
			name := cleanName(c.Name)
			if len(ks) == 0 && name == "" {
				continue
			}
			p.fresh = append(p.fresh, Customer{Name: name, Phone: c.Phone, Email: Email(c.Email)})
			id = -int64(len(p.fresh))
		}
		p.of[i] = id
		for _, k := range ks {
			if known[k] == 0 {
				known[k] = id
				p.learnt = append(p.learnt, learnt{k, id})
			}
		}
	}
	return p
}

// number gives the new customers their ids and puts what was learnt into key order.
func (s *Service) number(ctx context.Context, tx *db.Tx, p *plan) error {
	if len(p.fresh) > 0 {
		var err error
		if p.first, err = s.ids.ReserveIn(ctx, tx, "customer", int64(len(p.fresh))); err != nil {
			return err
		}
	}
	final := func(id int64) int64 {
		if id < 0 {
			return p.first - id - 1
		}
		return id
	}
	for i, id := range p.of {
		p.of[i] = final(id)
	}
	for i := range p.learnt {
		p.learnt[i].customer = final(p.learnt[i].customer)
	}
	for i := range p.fresh {
		p.fresh[i].ID = p.first + int64(i)
	}
	slices.SortFunc(p.learnt, func(a, b learnt) int { return compareIdentities(a.Identity, b.Identity) })
	return nil
}

// isFresh says whether the plan makes the customer.
func (p *plan) isFresh(id int64) bool {
	return p.first != 0 && id >= p.first && id < p.first+int64(len(p.fresh))
}

// insertIdentities is false when somebody else was faster with any of them.
func insertIdentities(ctx context.Context, tx *db.Tx, list []learnt) (bool, error) {
	args := make([]any, 0, 4*len(list))
	for _, l := range list {
		args = append(args, int64(tx.Tenant), string(l.Kind), l.Value, l.customer)
	}
	n, err := tx.Insert(ctx, "insert into customer_identity (tenant_id, kind, value, customer_id)", "on conflict do nothing", 4, args)
	return n == int64(len(list)), err
}

// forget takes back the identities of customers that were not made after all.
func forget(ctx context.Context, tx *db.Tx, p *plan) error {
	_, err := tx.Exec(ctx, `delete from customer_identity where tenant_id = $1 and customer_id >= $2 and customer_id < $3`,
		int64(tx.Tenant), p.first, p.first+int64(len(p.fresh)))
	return err
}

// store writes the new customers, what finds them, and fills gaps of known ones.
func (s *Service) store(ctx context.Context, tx *db.Tx, p *plan) error {
	var words []any
	addWord := func(word string, id int64) { words = append(words, int64(tx.Tenant), word, id) }
	var gaps []int64
	for _, l := range p.learnt {
		if l.Kind == ByPhone {
			addWord(reversedWord(l.Value[1:]), l.customer)
		}
		if l.Kind != ByChannel && !p.isFresh(l.customer) {
			gaps = append(gaps, l.customer)
		}
		p.show(l)
	}
	args := make([]any, 0, 6*len(p.fresh))
	for _, c := range p.fresh {
		args = append(args, int64(tx.Tenant), c.ID, c.Name, c.Phone, c.Email, tx.NowMicros())
		names := search.Words(c.Name)
		for _, w := range names[:min(len(names), maxWords)] {
			addWord(w, c.ID)
		}
	}
	if _, err := tx.Insert(ctx, "insert into customer (tenant_id, id, name, phone, email, created_at)", "", 6, args); err != nil {
		return err
	}
	if _, err := tx.Insert(ctx, "insert into customer_word (tenant_id, word, customer_id)", "on conflict do nothing", 3, words); err != nil {
		return err
	}
	return fillGaps(ctx, tx, gaps)
}

// show puts what was learnt later in the batch on a new customer without it.
func (p *plan) show(l learnt) {
	if !p.isFresh(l.customer) {
		return
	}
	c := &p.fresh[l.customer-p.first]
	switch {
	case l.Kind == ByPhone && c.Phone == "":
		c.Phone = l.Value
	case l.Kind == ByEmail && c.Email == "":
		c.Email = l.Value
	}
}

// fillGaps shows a phone or e-mail on customers that had none.
func fillGaps(ctx context.Context, tx *db.Tx, ids []int64) error {
	slices.Sort(ids)
	return db.Chunk(slices.Compact(ids), readChunk, func(part []int64) error {
		in, args := db.In(2, part)
		_, err := tx.Exec(ctx, `update customer set
				phone = case when phone <> '' then phone else coalesce((select min(i.value) from customer_identity i
					where i.tenant_id = $1 and i.customer_id = customer.id and i.kind = 'phone'), '') end,
				email = case when email <> '' then email else coalesce((select min(i.value) from customer_identity i
					where i.tenant_id = $1 and i.customer_id = customer.id and i.kind = 'email'), '') end
			where tenant_id = $1 and id in `+in+` and (phone = '' or email = '')`, append([]any{int64(tx.Tenant)}, args...)...)
		return err
	})
}
