package db_test

import (
	"context"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
)

// A table that has outgrown its statistics gets new ones without waiting for the server's own round.
func TestTendRenewsStatistics(t *testing.T) {
	t.Parallel()
	if os.Getenv("LAD_TEST_POSTGRES") == "" {
		return // TestNothingIsLeftOut fails where that is not allowed
	}
	d := dbtest.Open(t, db.Postgres, nil)
	ctx, stop := context.WithCancel(t.Context())
	var tending sync.WaitGroup
	tending.Go(func() { d.Tend(ctx) })
	defer tending.Wait()
	defer stop()
	err := d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error {
		var args []any
		for i := range int64(5000) {
			args = append(args, int64(tx.Tenant), "word", i)
		}
		_, err := tx.Insert(ctx, "insert into sku_word (tenant_id, word, sku_id)", "", 3, args)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	every := time.NewTicker(20 * time.Millisecond)
	defer every.Stop()
	for end := time.Now().Add(time.Minute); ; <-every.C {
		var n int
		err := d.Read(ctx, db.System, func(tx *db.Tx) error {
			return tx.QueryRow(ctx, `select count(*) from pg_stat_user_tables where schemaname = current_schema() and relname = 'sku_word'
				and analyze_count > 0 and n_mod_since_analyze < 5000`).Scan(&n)
		})
		if err != nil {
			t.Fatal(err)
		}
		if n == 1 {
			return
		}
		if time.Now().After(end) {
			t.Fatal("the statistics are as old as they were")
		}
	}
}
