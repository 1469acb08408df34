package lease_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/lease"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

type bundle struct {
	d      *db.DB
	clock  *clock.Fake
	leases *lease.Leases
}

func eachEngine(t *testing.T, f func(t *testing.T, b bundle)) {
	t.Helper()
	engines := []db.Engine{db.SQLite}
	if os.Getenv("LAD_TEST_POSTGRES") != "" {
		engines = append(engines, db.Postgres)
	}
	for _, e := range engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(noon)
			d := dbtest.Open(t, e, c)
			f(t, bundle{d: d, clock: c, leases: lease.New(d)})
		})
	}
}

func (b bundle) acquire(t *testing.T, owner string) (lease.Lease, bool) {
	t.Helper()
	l, ok, err := b.leases.Acquire(context.Background(), dbtest.Tenant, "connection:3", owner, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return l, ok
}

func (b bundle) checkIn(fence int64) error {
	ctx := context.Background()
	return b.d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error { return lease.CheckIn(ctx, tx, "connection:3", fence) })
}

// The second owner waits for the end of the first one's lease, then has a higher fence; the late first owner is told apart.
func TestTwoOwners(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b bundle) {
		ctx := context.Background()
		first, ok := b.acquire(t, "a")
		if !ok || !first.ExpiresAt.Equal(noon.Add(time.Minute)) {
			t.Fatalf("first owner got %v, %v", first, ok)
		}
		if _, ok := b.acquire(t, "b"); ok {
			t.Fatal("two owners at once")
		}
		b.clock.Advance(30 * time.Second)
		first, err := b.leases.Renew(ctx, dbtest.Tenant, first, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		b.clock.Advance(59 * time.Second)
		if _, ok := b.acquire(t, "b"); ok {
			t.Fatal("a renewed lease was taken")
		}
		if err := b.checkIn(first.Fence); err != nil {
			t.Fatalf("owner's own write: %v", err)
		}
		b.clock.Advance(time.Second)
		second, ok := b.acquire(t, "b")
		if !ok || second.Fence <= first.Fence {
			t.Fatalf("second owner got %v, %v after fence %d", second, ok, first.Fence)
		}
		if err := b.checkIn(first.Fence); !errors.Is(err, lease.ErrLost) {
			t.Fatalf("late write: %v, want ErrLost", err)
		}
		if _, err := b.leases.Renew(ctx, dbtest.Tenant, first, time.Minute); !errors.Is(err, lease.ErrLost) {
			t.Fatalf("late renewal: %v, want ErrLost", err)
		}
		if err := b.leases.Release(ctx, dbtest.Tenant, first); !errors.Is(err, lease.ErrLost) {
			t.Fatalf("late release: %v, want ErrLost", err)
		}
		if err := b.checkIn(second.Fence); err != nil {
			t.Fatalf("new owner's write: %v", err)
		}
	})
}

// The owner may ask again and keeps its fence; after a release the next owner need not wait.
func TestReacquireAndRelease(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b bundle) {
		first, _ := b.acquire(t, "a")
		again, ok := b.acquire(t, "a")
		if !ok || again.Fence != first.Fence {
			t.Fatalf("asked again: %v, %v, want fence %d", again, ok, first.Fence)
		}
		if err := b.leases.Release(context.Background(), dbtest.Tenant, first); err != nil {
			t.Fatal(err)
		}
		next, ok := b.acquire(t, "b")
		if !ok || next.Fence <= first.Fence {
			t.Fatalf("after the release: %v, %v", next, ok)
		}
		if err := b.checkIn(99); !errors.Is(err, lease.ErrLost) {
			t.Fatalf("unknown fence: %v, want ErrLost", err)
		}
	})
}

// Of many rivals exactly one gets a free lease, and exactly one claims a period.
func TestRivals(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b bundle) {
		ctx := context.Background()
		race := func() (leases, periods int32) {
			var wg sync.WaitGroup
			for i := range 20 {
				wg.Go(func() {
					owner := fmt.Sprint("p", i)
					if _, ok := b.acquire(t, owner); ok {
						atomic.AddInt32(&leases, 1)
					}
					var claimed bool
					err := b.d.Write(ctx, db.System, func(tx *db.Tx) (err error) {
						claimed, err = lease.Claim(ctx, tx, "daily", owner, 24*time.Hour)
						return err
					})
					if err != nil {
						t.Error(err)
					}
					if claimed {
						atomic.AddInt32(&periods, 1)
					}
				})
			}
			wg.Wait()
			return leases, periods
		}
		for day := range 3 {
			if leases, periods := race(); leases != 1 || periods != 1 {
				t.Fatalf("day %d: %d leases and %d periods, want 1 and 1", day, leases, periods)
			}
			b.clock.Advance(24 * time.Hour)
		}
	})
}

// A period that was configured longer does not hold up the shorter one that replaced it.
func TestClaimShortenedInterval(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b bundle) {
		ctx := context.Background()
		claim := func(interval time.Duration) (ok bool, ends time.Time) {
			err := b.d.Write(ctx, db.System, func(tx *db.Tx) (err error) {
				if ok, err = lease.Claim(ctx, tx, "sweep", "a", interval); err == nil {
					ends, err = lease.Ends(ctx, tx, "sweep")
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return ok, ends
		}
		if ok, ends := claim(24 * time.Hour); !ok || !ends.Equal(noon.Add(24*time.Hour)) {
			t.Fatalf("first claim %v until %v", ok, ends)
		}
		if ok, ends := claim(time.Hour); !ok || !ends.Equal(noon.Add(time.Hour)) {
			t.Fatalf("claim of the shorter interval %v until %v", ok, ends)
		}
		if ok, _ := claim(time.Hour); ok {
			t.Fatal("one period was claimed twice")
		}
	})
}
