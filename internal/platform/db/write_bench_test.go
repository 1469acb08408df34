package db_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
)

// BenchmarkWrite is one durable write of one row: alone it pays a flush of its own, among many callers it shares one.
func BenchmarkWrite(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprint("callers=", callers), func(b *testing.B) {
			d := dbtest.Open(b, db.SQLite, nil)
			ctx := context.Background()
			var id atomic.Int64
			write := func() {
				n := id.Add(1)
				if err := d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error { return insertWarehouse(ctx, tx, n) }); err != nil {
					b.Error(err)
				}
			}
			if callers == 1 {
				for b.Loop() {
					write()
				}
				return
			}
			b.SetParallelism(callers)
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					write()
				}
			})
		})
	}
}

// BenchmarkBind is one insert of a batch of order lines with its arguments bound by name ("$1") and by place ("?").
func BenchmarkBind(b *testing.B) {
	const columns, rows = 18, 64
	ctx := context.Background()
	w := dbtest.Open(b, db.SQLite, nil).Writer()
	names := make([]string, columns)
	for i := range names {
		names[i] = fmt.Sprint("c", i)
	}
	if _, err := w.ExecContext(ctx, "create table bind ("+strings.Join(names, ", ")+")"); err != nil {
		b.Fatal(err)
	}
	args := make([]any, columns*rows)
	for i := range args {
		args[i] = int64(i)
	}
	byName := db.Values(rows, columns, 1)
	byPlace := strings.TrimSuffix(strings.Repeat("("+strings.TrimSuffix(strings.Repeat("?,", columns), ",")+"),", rows), ",")
	for how, values := range map[string]string{"name": byName, "place": byPlace} {
		b.Run("by="+how, func(b *testing.B) {
			tx, err := w.BeginTx(ctx, nil)
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = tx.Rollback() }()
			st, err := tx.PrepareContext(ctx, "insert into bind values "+values)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := st.ExecContext(ctx, args...); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
