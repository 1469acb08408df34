package stock

import (
	"context"
	"testing"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/ids"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/qty"
)

type noKits struct{}

func (noKits) PartsOf(context.Context, *db.Tx, []int64) (map[int64][]Part, error) { return nil, nil }
func (noKits) KitsWith(context.Context, *db.Tx, []int64) ([]int64, error)         { return nil, nil }

// A cause has one effect however often and in whatever company it is posted.
func TestCauseHasOneEffect(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		source := ids.New(d)
		s := New(d, source, journal.New(source), noKits{})
		w, err := s.AddWarehouse(ctx, access.ForSystem(dbtest.Tenant), "w1", "Warehouse")
		if err != nil {
			t.Fatal(err)
		}
		move := func(sku int64, cause string) Move {
			return Move{SKUID: sku, WarehouseID: w.ID, Qty: qty.Pieces(2), Kind: MoveReturn, Cause: cause, Purpose: "return", Actor: "system"}
		}
		for _, moves := range [][]Move{{move(1, "a"), move(1, "a")}, {move(1, "a")}, {move(1, "a"), move(2, "b")}, nil} {
			err := d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error {
				levels, err := s.lockAll(ctx, tx, []int64{1, 2})
				if err != nil {
					return err
				}
				return s.post(ctx, tx, levels, moves)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		err = d.Read(ctx, dbtest.Tenant, func(tx *db.Tx) error {
			free, err := s.Available(ctx, tx, []int64{1, 2})
			if free[1] != qty.Pieces(2) || free[2] != qty.Pieces(2) {
				t.Errorf("available %v, want 2 of each", free)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
