package stock_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/stock"
)

// Past documents are read newest first, with what they counted and what undid them.
func TestPastDocuments(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		ctx := context.Background()
		lamp, mug := s.Goods("LMP", 100, 5), s.Goods("MUG", 100, 0)
		count, err := s.Stock.Post(ctx, s.Who, stock.DocumentInput{Kind: stock.MoveStocktake, WarehouseID: s.Warehouse, Reason: "март",
			Lines: []stock.Count{{SKUID: lamp.ID, Qty: 4 * qty.One}, {SKUID: mug.ID, Qty: 2 * qty.One}}})
		if err != nil {
			t.Fatal(err)
		}
		back, err := s.Stock.Reverse(ctx, s.Who, count, "помилка")
		if err != nil {
			t.Fatal(err)
		}
		list, err := s.Stock.Documents(ctx, s.Who, 0, 10)
		if err != nil || len(list) != 3 || list[0].ID != back || list[0].Reverses != count || list[1].ReversedBy != back || list[1].Lines != 2 {
			t.Fatalf("documents %+v, %v", list, err)
		}
		if older, err := s.Stock.Documents(ctx, s.Who, count, 10); err != nil || len(older) != 1 || older[0].Kind != stock.MoveReceipt {
			t.Errorf("before the count: %+v, %v", older, err)
		}
		_, lines, err := s.Stock.Document(ctx, s.Who, count, 0, 10)
		if diff := cmp.Diff([]stock.DocumentLine{{SKUID: lamp.ID, Qty: 4 * qty.One, Expected: 5 * qty.One}, {SKUID: mug.ID, Qty: 2 * qty.One}}, lines); diff != "" || err != nil {
			t.Errorf("lines %s, %v", diff, err)
		}
		if _, rest, err := s.Stock.Document(ctx, s.Who, count, lamp.ID, 10); err != nil || len(rest) != 1 {
			t.Errorf("after the first line: %+v, %v", rest, err)
		}
		if _, _, err := s.Stock.Document(ctx, s.Who, 99_999, 0, 10); !errs.Is(err, errs.NotFound) {
			t.Errorf("no such document: %v", err)
		}
		stranger := access.Actor{Tenant: s.Tenant, Kind: access.Person}
		if _, err := s.Stock.Documents(ctx, stranger, 0, 10); !errs.Is(err, errs.Forbidden) {
			t.Errorf("a stranger: %v", err)
		}
		s.Read(func(tx *db.Tx) error {
			short, err := s.Stock.ShortQty(ctx, tx, []int64{lamp.ID, mug.ID})
			if len(short) != 0 {
				t.Errorf("short %v", short)
			}
			return err
		})
	})
}
