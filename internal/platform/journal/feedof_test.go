package journal_test

import (
	"context"
	"testing"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/ids"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// The feed of one kind of subject, or of one subject, goes on from the last place that was seen.
func TestFeedOf(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		j := journal.New(ids.New(d))
		for i := range int64(40) {
			err := d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error {
				return j.Append(ctx, tx, journal.Record{Kind: "order.changed", Subject: "order", SubjectID: 1 + i%2}, journal.Record{Kind: "sku.changed", Subject: "sku", SubjectID: i})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if _, err := journal.Place(ctx, d, dbtest.Tenant); err != nil {
			t.Fatal(err)
		}
		err := d.Read(ctx, dbtest.Tenant, func(tx *db.Tx) error {
			first, err := journal.FeedOf(ctx, tx, "order", 0, 0, 15)
			if err != nil {
				return err
			}
			rest, err := journal.FeedOf(ctx, tx, "order", 0, first[14].Pos, 100)
			if err != nil || len(first) != 15 || len(rest) != 25 || rest[0].Subject != "order" {
				t.Errorf("%d and %d entries, %v", len(first), len(rest), err)
			}
			odd, err := journal.FeedOf(ctx, tx, "order", 1, first[14].Pos, 100)
			if err != nil || len(odd) != 12 || odd[0].SubjectID != 1 || odd[0].Pos <= first[14].Pos {
				t.Errorf("%d entries of one order, %v", len(odd), err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
