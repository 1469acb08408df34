package journal_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

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
