package stock_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/ids"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/stock"
)

func TestRenameWarehouse(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		source := ids.New(d)
		s := stock.New(d, source, journal.New(source), kitList{})
		w, err := s.AddWarehouse(ctx, system, "main", "Main")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.AddWarehouse(ctx, system, "lviv", "Lviv"); err != nil {
			t.Fatal(err)
		}
		for _, bad := range []struct {
			id         int64
			code, name string
			want       errs.Code
		}{{w.ID, "lviv", "Kyiv", errs.Conflict}, {w.ID, "", "Kyiv", errs.Invalid}, {w.ID, "kyiv", " ", errs.Invalid}, {9_999_999, "kyiv", "Kyiv", errs.NotFound}} {
			if err := s.RenameWarehouse(ctx, system, bad.id, bad.code, bad.name); !errs.Is(err, bad.want) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		if err := s.RenameWarehouse(ctx, nobody, w.ID, "kyiv", "Kyiv"); !errs.Is(err, errs.Forbidden) {
			t.Errorf("nobody: %v", err)
		}
		if err := s.RenameWarehouse(ctx, system, w.ID, " kyiv ", "Kyiv"); err != nil {
			t.Fatal(err)
		}
		var got []stock.Warehouse
		err = d.Read(ctx, dbtest.Tenant, func(tx *db.Tx) (err error) {
			got, err = s.Warehouses(ctx, tx)
			return err
		})
		if err != nil || len(got) != 2 {
			t.Fatal(got, err)
		}
		if d := cmp.Diff(stock.Warehouse{ID: w.ID, Code: "kyiv", Name: "Kyiv", Rank: w.Rank}, got[0]); d != "" {
			t.Error(d)
		}
	})
}
