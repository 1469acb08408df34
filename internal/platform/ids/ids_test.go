package ids_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/ids"
)

var ctx = context.Background()

// No id is given twice: by many callers of one process, by two processes, inside and outside of transactions that fail.
func TestNeverTwice(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		var mu sync.Mutex
		seen := map[int64]bool{}
		note := func(first, n int64) {
			mu.Lock()
			defer mu.Unlock()
			for id := first; id < first+n; id++ {
				if seen[id] || id <= 0 {
					t.Errorf("id %d twice", id)
				}
				seen[id] = true
			}
		}
		var wg sync.WaitGroup
		for _, s := range []*ids.Source{ids.New(d), ids.New(d)} {
			for w := range 8 {
				wg.Go(func() {
					for i := range 60 {
						n := int64(1 + (i*7+w)%40)
						first, err := s.Reserve(ctx, "thing", n)
						if err != nil {
							t.Error(err)
							return
						}
						note(first, n)
					}
				})
				wg.Go(func() {
					for i := range 20 {
						fail := errors.New("no")
						err := d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error {
							first, err := s.ReserveIn(ctx, tx, "thing", 3)
							if err != nil {
								return err
							}
							if i%3 == 0 {
								return fail
							}
							tx.AfterCommit(func() { note(first, 3) })
							return nil
						})
						if err != nil && !errors.Is(err, fail) {
							t.Error(err)
						}
					}
				})
			}
		}
		wg.Wait()
		if len(seen) < 2*8*60 {
			t.Errorf("%d ids", len(seen))
		}
	})
}

// Kinds count apart, and a quiet process is dense.
func TestDense(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		s := ids.New(d)
		for want := int64(1); want <= 10; want++ {
			for _, kind := range []string{"order", "sku"} {
				if id, err := s.New(ctx, kind); err != nil || id != want {
					t.Fatalf("%s %d, want %d: %v", kind, id, want, err)
				}
			}
		}
		huge, err := s.Reserve(ctx, "order", 100_000)
		if err != nil || huge <= 10 {
			t.Errorf("%d, %v", huge, err)
		}
	})
}

// Within a process a later identifier is higher, whatever sizes are asked for: lists by identifier are lists by age.
func TestLaterIsHigher(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		s, last := ids.New(d), int64(0)
		for i := range int64(300) {
			n := 1 + i*7%40
			first, err := s.Reserve(ctx, "thing", n)
			if err != nil {
				t.Fatal(err)
			}
			if first <= last {
				t.Fatalf("%d came after %d", first, last)
			}
			last = first + n - 1
		}
	})
}

// What a transaction did not use of its block serves the next ones: a kind that is only counted inside transactions is dense, too,
// and a later identifier is higher.
func TestDenseInTransactions(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		s, last, used := ids.New(d), int64(0), int64(0)
		for i := range int64(60) {
			n := 1 + i*5%7
			err := d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error {
				first, err := s.ReserveIn(ctx, tx, "entry", n)
				if first <= last {
					t.Errorf("%d came after %d", first, last)
				}
				last, used = first+n-1, used+n
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if last > 3*used {
			t.Errorf("%d identifiers took numbers up to %d", used, last)
		}
	})
}
