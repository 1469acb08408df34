package journal_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/ids"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// Two processes write at once, with sequence numbers from blocks of their own, while two readers follow the feed: each reads
// every entry exactly once, and those of one subject in the order in which they were committed.
func TestFeedIsGapless(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		const writers, each = 6, 30
		ctx := context.Background()
		sources := []*ids.Source{ids.New(d), ids.New(d)}
		var writing, reading sync.WaitGroup
		done := make(chan struct{})
		for w := range writers {
			j := journal.New(sources[w%2])
			writing.Go(func() {
				for n := range each {
					err := d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error {
						return j.Append(ctx, tx, journal.Record{Kind: "thing.done", Subject: "thing", SubjectID: int64(w), Payload: map[string]int{"n": n}})
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		for range 2 {
			reading.Go(func() { follow(t, d, done, writers, each) })
		}
		writing.Wait()
		close(done)
		reading.Wait()
	})
}

// follow reads the feed to its end and checks what it has read.
func follow(t *testing.T, d *db.DB, done <-chan struct{}, writers, each int) {
	ctx := context.Background()
	next := make([]int, writers)
	after, read := int64(0), 0
	for last := false; ; {
		select {
		case <-done:
			last = true
		default:
		}
		if _, err := journal.Place(ctx, d, dbtest.Tenant); err != nil {
			t.Error(err)
			return
		}
		var page []journal.Placed
		err := d.Read(ctx, dbtest.Tenant, func(tx *db.Tx) (err error) {
			page, err = journal.Feed(ctx, tx, after, 7)
			return err
		})
		if err != nil {
			t.Error(err)
			return
		}
		for _, e := range page {
			if want := fmt.Sprintf(`{"n":%d}`, next[e.SubjectID]); e.Pos <= after || string(e.Payload) != want {
				t.Errorf("at %d after %d: %s of subject %d, want %s", e.Pos, after, e.Payload, e.SubjectID, want)
			}
			next[e.SubjectID]++
			after = e.Pos
			read++
		}
		if last && len(page) == 0 {
			break
		}
	}
	if read != writers*each {
		t.Errorf("read %d of %d entries", read, writers*each)
	}
}

// The feed behind the place of a moment holds what happened from then on; a moment before everything is the beginning, one after
// everything the end.
func TestPlaceAt(t *testing.T) {
	t.Parallel()
	for _, e := range engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			now := clock.NewFake(time.Date(2026, 5, 4, 11, 0, 0, 0, time.UTC))
			d := dbtest.Open(t, e, now)
			j := journal.New(ids.New(d))
			begin := now.Now()
			for n := range 5 {
				err := d.Write(context.Background(), dbtest.Tenant, func(tx *db.Tx) error {
					return j.Append(context.Background(), tx, journal.Record{Kind: "thing.done", Subject: "thing", SubjectID: int64(n)})
				})
				if err != nil {
					t.Fatal(err)
				}
				now.Advance(time.Hour)
			}
			if _, err := journal.Place(context.Background(), d, dbtest.Tenant); err != nil {
				t.Fatal(err)
			}
			for hours, want := range map[time.Duration]int{-1: 5, 0: 5, 2: 3, 4: 1, 9: 0} {
				err := d.Read(context.Background(), dbtest.Tenant, func(tx *db.Tx) error {
					place, err := journal.PlaceAt(context.Background(), tx, begin.Add(hours*time.Hour))
					if err != nil {
						return err
					}
					rest, err := journal.Feed(context.Background(), tx, place, 10)
					if len(rest) != want {
						t.Errorf("after %d hours: %d entries, want %d", hours, len(rest), want)
					}
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func engines() []db.Engine {
	if os.Getenv("LAD_TEST_POSTGRES") == "" {
		return []db.Engine{db.SQLite}
	}
	return []db.Engine{db.SQLite, db.Postgres}
}
