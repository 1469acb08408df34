package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/errs"
)

func insertWarehouse(ctx context.Context, tx *db.Tx, id int64) error {
	_, err := tx.Exec(ctx, `insert into warehouse (tenant_id, id, code, name, rank, created_at) values ($1, $2, $3, 'W', 1, $4)`,
		int64(tx.Tenant), id, fmt.Sprint("w", id), tx.NowMicros())
	return err
}

func warehouses(t *testing.T, d *db.DB, tenant db.Tenant) (n int) {
	t.Helper()
	ctx := context.Background()
	if err := d.Read(ctx, tenant, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, "select count(*) from warehouse where tenant_id = $1", int64(tenant)).Scan(&n)
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// One failing write among many neither takes the others with it nor leaves a trace.
func TestWriteIsolatesFailures(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		boom := errors.New("boom")
		var wg sync.WaitGroup
		var mu sync.Mutex
		committed, failed := 0, 0
		for i := range 200 {
			wg.Go(func() {
				err := d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error {
					tx.AfterCommit(func() { mu.Lock(); committed++; mu.Unlock() })
					if err := insertWarehouse(ctx, tx, int64(i)); err != nil {
						return err
					}
					switch {
					case i%10 == 3:
						return boom
					case i%10 == 7:
						panic("bad write")
					}
					return nil
				})
				if err != nil {
					mu.Lock()
					failed++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if got := [3]int{committed, failed, warehouses(t, d, dbtest.Tenant)}; got != [3]int{160, 40, 160} {
			t.Fatalf("committed, failed, rows = %v, want 160, 40, 160", got)
		}
	})
}

// A unique violation inside a shared commit is the caller's alone and is recognised on both engines.
func TestWriteReportsUnique(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		write := func() error {
			return d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error { return insertWarehouse(ctx, tx, 1) })
		}
		if err := write(); err != nil {
			t.Fatal(err)
		}
		if err := write(); !db.IsUnique(err) {
			t.Fatalf("second insert: %v, want a unique violation", err)
		}
	})
}

// Another tenant's rows are invisible even to a statement that forgot its tenant; the engine itself sees to it.
func TestRowSecurity(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		if d.Engine() != db.Postgres {
			return
		}
		ctx := context.Background()
		if err := d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error { return insertWarehouse(ctx, tx, 1) }); err != nil {
			t.Fatal(err)
		}
		var mine, theirs int
		count := func(tenant db.Tenant, n *int) {
			if err := d.Read(ctx, tenant, func(tx *db.Tx) error {
				return tx.QueryRow(ctx, "select count(*) from warehouse").Scan(n)
			}); err != nil {
				t.Fatal(err)
			}
		}
		count(dbtest.Tenant, &mine)
		count(dbtest.Tenant+1, &theirs)
		if mine != 1 || theirs != 0 {
			t.Fatalf("rows seen by owner %d, by another tenant %d; want 1 and 0", mine, theirs)
		}
		err := d.Write(ctx, dbtest.Tenant+1, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `insert into warehouse (tenant_id, id, code, name, rank, created_at) values ($1, 5, 'x', 'x', 1, 1)`, int64(dbtest.Tenant))
			return err
		})
		if err == nil {
			t.Fatal("a row was written into another tenant")
		}
	})
}

// A second process on one SQLite file would break group commit's single writer; it is refused in words.
func TestSecondOpenRefused(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite, nil)
	_, err := db.Open(context.Background(), db.Options{Path: d.Path()})
	if !errs.Is(err, errs.Unavailable) {
		t.Fatalf("second open: %v, want unavailable", err)
	}
}

// A full disk fails every write of the commit with a clear code, and the database goes on once there is room.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite, nil)
	ctx := context.Background()
	var pages int
	if err := d.Writer().QueryRow("pragma page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	limit := func(n int) {
		if _, err := d.Writer().Exec(fmt.Sprintf("pragma max_page_count = %d", n)); err != nil {
			t.Fatal(err)
		}
	}
	limit(pages + 2)
	var failure error
	for i := int64(0); failure == nil && i < 5000; i++ {
		failure = d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error { return insertWarehouse(ctx, tx, i) })
	}
	if !errs.Is(failure, errs.Unavailable) {
		t.Fatalf("write on a full disk: %v, want unavailable", failure)
	}
	before := warehouses(t, d, dbtest.Tenant)
	limit(pages + 10000)
	if err := d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error { return insertWarehouse(ctx, tx, 9999) }); err != nil {
		t.Fatalf("write after room was made: %v", err)
	}
	if got := warehouses(t, d, dbtest.Tenant); got != before+1 {
		t.Fatalf("rows = %d, want %d", got, before+1)
	}
}

func TestInsertAndIn(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		var args []any
		for i := range int64(137) {
			args = append(args, int64(dbtest.Tenant), i, fmt.Sprint("w", i), "W", int64(1), int64(1))
		}
		var got []int64
		err := d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error {
			n, err := tx.Insert(ctx, "insert into warehouse (tenant_id, id, code, name, rank, created_at)", "", 6, args)
			if err != nil || n != 137 {
				return fmt.Errorf("inserted %d: %w", n, err)
			}
			in, ids := db.In(2, []int64{3, 90, 136, 500, 4})
			return tx.Each(ctx, "select id from warehouse where tenant_id = $1 and id in "+in+" order by id",
				append([]any{int64(dbtest.Tenant)}, ids...), func(s db.Scanner) error {
					var id int64
					err := s.Scan(&id)
					got = append(got, id)
					return err
				})
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]int64{3, 4, 90, 136}, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

// A caller that gives up half way takes nobody with it: on SQLite its neighbours share its transaction.
func TestCancelledCallerHarmsNobody(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite, nil)
	ctx := context.Background()
	gate := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { _ = d.Write(ctx, dbtest.Tenant, func(*db.Tx) error { <-gate; return nil }) })
	results := make([]error, 20)
	for i := range results {
		wg.Go(func() {
			own, cancel := context.WithCancel(ctx)
			defer cancel()
			results[i] = d.Write(own, dbtest.Tenant, func(tx *db.Tx) error {
				if i%3 == 0 {
					cancel()
				}
				return insertWarehouse(own, tx, int64(i))
			})
		})
	}
	close(gate)
	wg.Wait()
	for i, err := range results {
		if err != nil {
			t.Errorf("write %d: %v", i, err)
		}
	}
	if got := warehouses(t, d, dbtest.Tenant); got != len(results) {
		t.Fatalf("rows = %d, want %d", got, len(results))
	}
}
