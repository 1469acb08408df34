package journal_test

import (
	"context"
	"testing"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/ids"
	"github.com/lad-hub/lad/internal/platform/journal"
)

func TestFirstAndLastSaid(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		j := journal.New(ids.New(d))
		type note struct{ N int }
		err := d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error {
			for n := 1; n <= 3; n++ {
				if err := j.Append(ctx, tx, journal.Record{Kind: "order.changed", Subject: "order", SubjectID: 7, Payload: note{n}},
					journal.Record{Kind: "order.changed", Subject: "order", SubjectID: 8, Payload: note{10 + n}},
					journal.Record{Kind: "order.other", Subject: "order", SubjectID: 7, Payload: note{20 + n}}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Read(ctx, dbtest.Tenant, func(tx *db.Tx) error {
			var first, last, none note
			one, err := journal.First(ctx, tx, "order", 7, "order.changed", &first)
			if err != nil {
				return err
			}
			two, err := journal.Last(ctx, tx, "order", 7, "order.changed", &last)
			if err != nil {
				return err
			}
			three, err := journal.Last(ctx, tx, "order", 9, "order.changed", &none)
			if !one || first.N != 1 || !two || last.N != 3 || three || none.N != 0 {
				t.Errorf("first %v %+v, last %v %+v, none %v %+v", one, first, two, last, three, none)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
