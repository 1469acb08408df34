package customers

import (
	"context"
	"database/sql"
	"errors"
	"math"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/ids"
)

// Bounds of a page.
const (
	defaultPage = 50
	maxPage     = 200
)

// Service is the use cases of customers.
type Service struct {
	db     *db.DB
	ids    *ids.Source
	region string
}

// New makes the service. region is where a number typed without a country code is dialled: "UA".
func New(d *db.DB, s *ids.Source, region string) *Service {
	return &Service{db: d, ids: s, region: region}
}

// Region is where numbers without a country code are read.
func (s *Service) Region() string { return s.region }

// Filter chooses customers.
type Filter struct {
	// Text is the beginnings of words of the name, the first or last digits of a phone (three at least), or the beginning of
	// an e-mail with its "@"; empty lists all.
	Text string
	// Before is the Next of the page before; 0 for the first.
	Before int64
	// Limit is the size of the page, at most 200; 0 means 50.
	Limit int
}

// Page is customers, newest first.
type Page struct {
	Customers []Customer
	// Next is the Before of the next page; 0 on the last one.
	Next int64
}

// Card is a customer with everything by which it is known.
type Card struct {
	Customer
	Identities []Identity
}

// Get reads one customer; NotFound when there is none.
func (s *Service) Get(ctx context.Context, a access.Actor, id int64) (Card, error) {
	if err := a.Must(access.CustomersRead); err != nil {
		return Card{}, err
	}
	var c Card
	err := s.db.Read(ctx, a.Tenant, func(tx *db.Tx) (err error) {
		row := tx.QueryRow(ctx, `select `+columns+` from customer where tenant_id = $1 and id = $2`, int64(tx.Tenant), id)
		if c.Customer, err = scan(row); err != nil {
			return err
		}
		const known = `select kind, value from customer_identity where tenant_id = $1 and customer_id = $2 order by kind, value limit 200`
		return tx.Each(ctx, known, []any{int64(tx.Tenant), id}, func(row db.Scanner) error {
			var k Identity
			err := row.Scan(&k.Kind, &k.Value)
			c.Identities = append(c.Identities, k)
			return err
		})
	})
	if errors.Is(err, sql.ErrNoRows) {
		return Card{}, errs.New(errs.NotFound, "error.customer.not_found", "id", id)
	}
	return c, err
}

// Search reads a page of customers.
func (s *Service) Search(ctx context.Context, a access.Actor, f Filter) (Page, error) {
	if err := a.Must(access.CustomersRead); err != nil {
		return Page{}, err
	}
	if f.Limit <= 0 {
		f.Limit = defaultPage
	}
	f.Limit = min(f.Limit, maxPage)
	if f.Before == 0 {
		f.Before = math.MaxInt64
	}
	var p Page
	err := s.db.Read(ctx, a.Tenant, func(tx *db.Tx) (err error) {
		p, err = s.page(ctx, tx, f)
		return err
	})
	return p, err
}

func (s *Service) page(ctx context.Context, tx *db.Tx, f Filter) (p Page, err error) {
	q := parseQuery(f.Text, s.region)
	where, args := "id < $2", []any{int64(tx.Tenant), f.Before}
	if !q.empty() {
		found, err := q.find(ctx, tx)
		if err != nil {
			return p, err
		}
		found = newest(found, f.Before, f.Limit+1)
		if len(found) == 0 {
			return p, nil
		}
		in, list := db.In(2, found)
		where, args = "id in "+in, append(args[:1], list...)
	}
	p.Customers, err = list(ctx, tx, where, f.Limit+1, args...)
	if len(p.Customers) > f.Limit {
		p.Customers = p.Customers[:f.Limit]
		p.Next = p.Customers[f.Limit-1].ID
	}
	return p, err
}

const columns = "id, name, phone, email, note, created_at"

func scan(row db.Scanner) (c Customer, err error) {
	var at int64
	err = row.Scan(&c.ID, &c.Name, &c.Phone, &c.Email, &c.Note, &at)
	c.CreatedAt = clock.FromMicros(at)
	return c, err
}

func list(ctx context.Context, tx *db.Tx, where string, limit int, args ...any) (out []Customer, err error) {
	limitAt := db.Values(1, 1, len(args)+1) // "($n)"
	err = tx.Each(ctx, `select `+columns+` from customer where tenant_id = $1 and `+where+` order by id desc limit `+limitAt,
		append(args, limit), func(row db.Scanner) error {
			c, err := scan(row)
			out = append(out, c)
			return err
		})
	return out, err
}
