package stock_test

import (
	"context"
	"os"
	"testing"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/stock"
)

const (
	benchSKUs   = 10_000
	benchOrders = 32
	benchLines  = 3
)

// BenchmarkHold holds for 32 orders of 3 lines in one transaction, the shape in which intake applies a full batch; µs/order
// leaves out the commit.
func BenchmarkHold(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchmarkHold(b, dbtest.Open(b, db.SQLite, nil)) })
	if os.Getenv("LAD_TEST_POSTGRES") != "" {
		b.Run("postgres", func(b *testing.B) { benchmarkHold(b, dbtest.Open(b, db.Postgres, nil)) })
	}
}

func benchmarkHold(b *testing.B, d *db.DB) {
	l := newBench(b, d, 1)
	lines := make([]stock.Count, benchSKUs)
	for i := range lines {
		lines[i] = count(int64(i+1), 1_000_000)
	}
	l.post(stock.MoveOpening, lines...)
	if _, err := d.Writer().Exec("analyze"); err != nil { // as the server does by itself within a minute
		b.Fatal(err)
	}
	ctx := context.Background()
	demands := make([]stock.Demand, benchOrders*benchLines)
	order, seed := int64(0), uint32(1)
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		for i := range demands {
			seed = seed*1664525 + 1013904223
			if i%benchLines == 0 {
				order++
			}
			demands[i] = stock.Demand{OrderID: order, LineNo: int64(i%benchLines + 1), SKUID: int64(seed>>8%benchSKUs + 1), Qty: qty.One}
		}
		err := d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error {
			b.StartTimer()
			defer b.StopTimer()
			_, err := l.Hold(ctx, tx, demands)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*benchOrders), "µs/order")
}
