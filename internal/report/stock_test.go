package report_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/report"
)

// The filters of the stock table choose by what the ledger, the orders and the channels know.
func TestStockIDs(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		ctx := context.Background()
		full, sold, never := s.Goods("B-FULL", 100, 5), s.Goods("A-SOLD", 100, 2), s.Goods("C-NEVER", 100, 0)
		s.Adjust(sold.ID, -2)
		s.Add(catalog.NewSKU{Code: "D-GIFT", Name: "Пакування", Kind: catalog.KindService})
		s.Write(func(tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `insert into listing (tenant_id, id, connection_id, external_id, sku_code, barcode, title, url, price_minor, currency, sku_id, active, seen_at)
				values ($1, 1, 9, 'o', '', '', '', '', 0, 'UAH', $2, true, 1)`, int64(tx.Tenant), full.ID); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `insert into shortage (tenant_id, order_id, line_no, sku_id, qty, state, created_at, due_at) values ($1, 1, 1, $2, 1000, 'open', 1, 1)`, int64(tx.Tenant), sold.ID)
			return err
		})
		read := func(f report.StockFilter, code string, id int64, limit int) (out []int64) {
			s.Read(func(tx *db.Tx) (err error) {
				out, err = report.StockIDs(ctx, tx, f, code, id, limit)
				return err
			})
			return out
		}
		want := map[report.StockFilter][]int64{report.StockZero: {sold.ID, never.ID}, report.StockShort: {sold.ID}, report.StockUnoffered: {sold.ID, never.ID}, "nonsense": nil}
		for f, ids := range want {
			if diff := cmp.Diff(ids, read(f, "", 0, 10)); diff != "" {
				t.Errorf("%s: %s", f, diff)
			}
		}
		if diff := cmp.Diff([]int64{never.ID}, read(report.StockZero, "A-SOLD", sold.ID, 10)); diff != "" {
			t.Errorf("after the first: %s", diff)
		}
		if diff := cmp.Diff([]int64{sold.ID}, read(report.StockZero, "", 0, 1)); diff != "" {
			t.Errorf("one: %s", diff)
		}
		s.Write(func(tx *db.Tx) error { // the order of the shortage was made up
			_, err := tx.Exec(ctx, "delete from shortage where tenant_id = $1", int64(tx.Tenant))
			if err == nil {
				_, err = tx.Exec(ctx, "delete from listing where tenant_id = $1", int64(tx.Tenant))
			}
			return err
		})
	})
}
