package journal_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"cmp"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/ids"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// Entries stand in the transaction that wrote them, are read newest first page by page, and by subject.
func TestAppendAndRead(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		j := journal.New(ids.New(d))
		write := func(n int, fail error) {
			t.Helper()
			err := d.Write(context.Background(), dbtest.Tenant, func(tx *db.Tx) error {
				for i := range n {
					err := j.Append(context.Background(), tx, journal.Record{Actor: "system", Kind: "thing.done", Subject: "thing", SubjectID: int64(i % 2), Payload: map[string]any{"i": i}})
					if err != nil {
						return err
					}
				}
				return fail
			})
			if !errors.Is(err, fail) {
				t.Fatal(err)
			}
		}
		write(10, nil)
		write(3, errors.New("rolled back"))
		err := d.Read(context.Background(), dbtest.Tenant, func(tx *db.Tx) error {
			var all []journal.Entry
			for before := int64(0); ; before = all[len(all)-1].Seq {
				page, err := journal.Latest(context.Background(), tx, before, 4)
				if err != nil {
					return err
				}
				all = append(all, page...)
				if len(page) < 4 {
					break
				}
			}
			if len(all) != 10 || !slices.IsSortedFunc(all, func(a, b journal.Entry) int { return cmp.Compare(b.Seq, a.Seq) }) || string(all[0].Payload) != `{"i":9}` {
				t.Errorf("%d entries: %+v", len(all), all)
			}
			odd, err := journal.Of(context.Background(), tx, "thing", 1, 0, 100)
			if len(odd) != 5 {
				t.Errorf("%d entries of one subject", len(odd))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Read(context.Background(), dbtest.Tenant+1, func(tx *db.Tx) error {
			other, err := journal.Latest(context.Background(), tx, 0, 10)
			if len(other) != 0 {
				t.Errorf("another tenant reads %d entries", len(other))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
