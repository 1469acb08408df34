package journal_test

import (
	"context"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/ids"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// A reader of one kind of subject, or of one subject, begins where its days begin and goes on from the last place it saw.
func TestFeedOf(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	dbtest.EachEngine(t, func(t *testing.T, own *db.DB) {
		now := clock.NewFake(time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC))
		d := dbtest.Open(t, own.Engine(), now)
		j := journal.New(ids.New(d))
		began := now.Now()
		for i := range int64(40) {
			err := d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error {
				return j.Append(ctx, tx, journal.Record{Kind: "order.changed", Subject: "order", SubjectID: i % 2}, journal.Record{Kind: "sku.changed", Subject: "sku", SubjectID: i})
			})
			if err != nil {
				t.Fatal(err)
			}
			now.Advance(time.Hour)
		}
		if _, err := journal.Place(ctx, d, dbtest.Tenant); err != nil {
			t.Fatal(err)
		}
		err := d.Read(ctx, dbtest.Tenant, func(tx *db.Tx) error {
			for hours, want := range map[time.Duration]int{-5: 40, 0: 40, 10: 30, 39: 1, 40: 0, 99: 0} {
				place, err := journal.PlaceAt(ctx, tx, began.Add(hours*time.Hour))
				if err != nil {
					return err
				}
				list, err := journal.FeedOf(ctx, tx, "order", 0, place, 100)
				if err != nil || len(list) != want {
					t.Errorf("from hour %d: %d entries, %v", hours, len(list), err)
				}
			}
			first, err := journal.FeedOf(ctx, tx, "order", 0, 0, 15)
			if err != nil {
				return err
			}
			rest, err := journal.FeedOf(ctx, tx, "order", 0, first[14].Pos, 100)
			if err != nil || len(first) != 15 || len(rest) != 25 || rest[0].Subject != "order" || rest[0].Pos <= first[14].Pos {
				t.Errorf("%d and %d entries, %v", len(first), len(rest), err)
			}
			odd, err := journal.FeedOf(ctx, tx, "order", 1, first[14].Pos, 100)
			if err != nil || len(odd) != 13 || odd[0].SubjectID != 1 {
				t.Errorf("%d entries of one order, %v", len(odd), err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
