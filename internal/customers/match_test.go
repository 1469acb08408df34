package customers_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/lad-hub/lad/internal/customers"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/ids"
)

func newService(d *db.DB) *customers.Service { return customers.New(d, ids.New(d), "UA") }

func match(t testing.TB, d *db.DB, s *customers.Service, tenant db.Tenant, contacts ...customers.Contact) (out []int64) {
	t.Helper()
	ctx := context.Background()
	err := d.Write(ctx, tenant, func(tx *db.Tx) (err error) {
		out, err = s.Match(ctx, tx, contacts)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func count(t testing.TB, d *db.DB, query string, args ...any) (n int) {
	t.Helper()
	ctx := context.Background()
	err := d.Read(ctx, dbtest.Tenant, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, query, append([]any{int64(dbtest.Tenant)}, args...)...).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

var system = access.ForSystem(dbtest.Tenant)

// The channel's key decides over the phone and the phone over the e-mail; what is new becomes known, what is somebody
// else's stays his.
func TestMatchPrecedence(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		s := newService(d)
		first := match(t, d, s, dbtest.Tenant,
			customers.Contact{ChannelKey: "prom:3:1", Name: "Іван Франко", Phone: "+380671112233"},
			customers.Contact{ChannelKey: "prom:3:2", Name: "Леся Українка", Email: "Lesia@example.com"},
			customers.Contact{Name: "Без адреси"},
			customers.Contact{},
			customers.Contact{Name: "І. Франко", Phone: "+380671112233", Email: "ivan@example.com"},
		)
		if first[0] == first[1] || first[2] == 0 || first[2] == first[0] || first[3] != 0 || first[4] != first[0] {
			t.Fatalf("first batch: %v", first)
		}
		got := match(t, d, s, dbtest.Tenant,
			customers.Contact{ChannelKey: "prom:3:2", Phone: "+380671112233"},                             // key over phone
			customers.Contact{Phone: "+380671112233", Email: "lesia@example.com"},                         // phone over e-mail
			customers.Contact{ChannelKey: "rozetka:4:7", Email: "LESIA@example.com "},                     // learns a key
			customers.Contact{ChannelKey: "rozetka:4:7", Phone: "+380509998877"},                          // knows it in the same batch
			customers.Contact{Name: "Без адреси"},                                                         // a name is no identity
			customers.Contact{Name: "Невідомий", Phone: "067", Email: "n/a"},                              // neither is a filler
			customers.Contact{Name: "Нулі", Phone: "+380000000000"},                                       //
			customers.Contact{ChannelKey: "horoshop:5:1", Name: "Новий", Email: "new@example.com"},        //
			customers.Contact{Name: "Новий", Email: "new@example.com", Phone: "+380631234567"},            //
			customers.Contact{ChannelKey: "horoshop:5:1", Phone: "+380671112233", Email: "x@example.com"}, // key over phone, learns x@
		)
		lesia, ivan, fresh := first[1], first[0], got[7]
		want := []int64{lesia, ivan, lesia, lesia, got[4], got[5], got[6], fresh, fresh, fresh}
		if diff := cmp.Diff(want, got); diff != "" || got[4] == first[2] || fresh == got[6] || fresh == 0 {
			t.Fatalf("second batch (-want +got):\n%s", diff)
		}
		ctx := context.Background()
		card, err := s.Get(ctx, system, fresh)
		if err != nil {
			t.Fatal(err)
		}
		known := []customers.Identity{{Kind: "channel", Value: "horoshop:5:1"}, {Kind: "email", Value: "new@example.com"},
			{Kind: "email", Value: "x@example.com"}, {Kind: "phone", Value: "+380631234567"}}
		if diff := cmp.Diff(known, card.Identities); diff != "" || card.Phone != "+380631234567" || card.Name != "Новий" {
			t.Fatalf("card %+v (-want +got):\n%s", card, diff)
		}
		if card, err = s.Get(ctx, system, lesia); err != nil || card.Phone != "+380509998877" || card.Email != "lesia@example.com" {
			t.Fatalf("gap was not filled: %+v, %v", card, err)
		}
	})
}

// One tenant's buyer is nobody to another tenant.
func TestTenantsApart(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		s := newService(d)
		c := customers.Contact{Name: "Іван", Phone: "+380671112233"}
		a, b := match(t, d, s, dbtest.Tenant, c)[0], match(t, d, s, dbtest.Tenant+1, c)[0]
		if a == b {
			t.Fatal("two tenants share a customer")
		}
		if _, err := s.Get(context.Background(), access.ForSystem(dbtest.Tenant+1), a); !errs.Is(err, errs.NotFound) {
			t.Fatalf("another tenant's card: %v", err)
		}
		if again := match(t, d, s, dbtest.Tenant+1, c)[0]; again != b {
			t.Fatalf("matched %d, want %d", again, b)
		}
	})
}

// A batch gives the same people as its contacts one by one.
func TestMatchBatchIsSequence(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		s := newService(d)
		tenant := db.Tenant(10)
		rapid.Check(t, func(r *rapid.T) {
			pick := func(label, format string) string {
				if n := rapid.IntRange(0, 6).Draw(r, label); n > 0 {
					return fmt.Sprintf(format, n)
				}
				return ""
			}
			var batches [][]customers.Contact
			for range rapid.IntRange(1, 3).Draw(r, "batches") {
				var batch []customers.Contact
				for range rapid.IntRange(1, 8).Draw(r, "contacts") {
					batch = append(batch, customers.Contact{ChannelKey: pick("key", "prom:3:%d"), Phone: pick("phone", "+38067111223%d"),
						Email: pick("email", "b%d@example.com"), Name: pick("name", "Buyer %d")})
				}
				batches = append(batches, batch)
			}
			tenant += 2
			var together, single []int64
			for _, batch := range batches {
				together = append(together, match(t, d, s, tenant, batch...)...)
				for _, c := range batch {
					single = append(single, match(t, d, s, tenant+1, c)...)
				}
			}
			if diff := cmp.Diff(shape(single), shape(together)); diff != "" {
				r.Fatalf("one by one and in a batch differ (-single +batch):\n%s\n%v", diff, batches)
			}
		})
	})
}

// shape replaces ids by the order of their first appearance.
func shape(list []int64) []int {
	seen := map[int64]int{0: 0}
	out := make([]int, len(list))
	for i, id := range list {
		if _, ok := seen[id]; !ok {
			seen[id] = len(seen)
		}
		out[i] = seen[id]
	}
	return out
}

func orphans(t *testing.T, d *db.DB, s *customers.Service) (out []int64) {
	t.Helper()
	ctx := context.Background()
	err := d.Read(ctx, dbtest.Tenant, func(tx *db.Tx) (err error) {
		out, err = s.Orphans(ctx, tx, 10)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// An identity of a customer who is not there is found.
func TestOrphans(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := newService(d)
		id := match(t, d, s, dbtest.Tenant, customers.Contact{Phone: "+380671112233"}, customers.Contact{Phone: "+380671112244"})
		err := d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `delete from customer where tenant_id = $1 and id = $2`, int64(tx.Tenant), id[1])
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := orphans(t, d, s); len(got) != 1 || got[0] != id[1] {
			t.Fatalf("orphans %v, want %d", got, id[1])
		}
	})
}

// Fifty writers with overlapping contacts make each person once, and nobody's identity points to a customer that is not there.
func TestMatchRace(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		s := newService(d)
		const people = 12
		var mu sync.Mutex
		of := map[int]map[int64]bool{}
		var wg sync.WaitGroup
		for g := range 50 {
			wg.Go(func() {
				var batch []customers.Contact
				var who []int
				for i := range 6 {
					n := (g*5 + i*7) % people
					who = append(who, n)
					c := customers.Contact{Name: fmt.Sprint("Покупець ", n), Phone: fmt.Sprintf("+3806711122%02d", n)}
					if g%2 == 0 {
						c.Email = fmt.Sprintf("p%d@example.com", n)
					}
					if g%3 == 0 {
						c.ChannelKey = fmt.Sprint("prom:3:", n)
					}
					batch = append(batch, c)
				}
				got := match(t, d, s, dbtest.Tenant, batch...)
				mu.Lock()
				defer mu.Unlock()
				for i, n := range who {
					if of[n] == nil {
						of[n] = map[int64]bool{}
					}
					of[n][got[i]] = true
				}
			})
		}
		wg.Wait()
		for n, found := range of {
			if len(found) != 1 {
				t.Errorf("person %d became customers %v", n, found)
			}
		}
		if n := count(t, d, "select count(*) from customer where tenant_id = $1"); n != people {
			t.Errorf("%d customers, want %d", n, people)
		}
		if n := count(t, d, "select count(*) from customer_identity where tenant_id = $1"); n != 3*people {
			t.Errorf("%d identities, want %d", n, 3*people)
		}
		if ids := orphans(t, d, s); len(ids) != 0 {
			t.Errorf("identities of customers %v, who are not there", ids)
		}
	})
}

// Every batch of a match costs a few statements; the numbers are per contact.
func BenchmarkMatch(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		if engine == db.Postgres && os.Getenv("LAD_TEST_POSTGRES") == "" {
			continue
		}
		for _, size := range []int{1, 32} {
			for _, fresh := range []bool{false, true} {
				b.Run(fmt.Sprintf("%s/batch=%d/fresh=%v", engine, size, fresh), func(b *testing.B) { benchmarkMatch(b, engine, size, fresh) })
			}
		}
	}
}

func benchmarkMatch(b *testing.B, engine db.Engine, size int, fresh bool) {
	d := dbtest.Open(b, engine, nil)
	s := newService(d)
	next := 0
	batch := func(from int) []customers.Contact {
		out := make([]customers.Contact, size)
		for i := range out {
			n := from + i
			out[i] = customers.Contact{ChannelKey: fmt.Sprint("prom:3:", n), Name: fmt.Sprint("Олександр Петренко ", n%997),
				Phone: fmt.Sprintf("+38067%07d", n), Email: fmt.Sprintf("b%d@example.com", n)}
		}
		return out
	}
	for ; next < 5000; next += size {
		match(b, d, s, dbtest.Tenant, batch(next)...)
	}
	ctx := context.Background()
	err := d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error {
		b.ResetTimer()
		for i := 0; i < b.N; i += size {
			from := i % 4000
			if fresh {
				from = next
				next += size
			}
			if _, err := s.Match(ctx, tx, batch(from)); err != nil {
				return err
			}
		}
		b.StopTimer()
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}
