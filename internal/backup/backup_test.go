package backup_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/backup"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// pair writes two rows that belong together: a copy that has one has the other.
func pair(ctx context.Context, d *db.DB, n int64) error {
	return d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error {
		for _, id := range []int64{2 * n, 2*n + 1} {
			_, err := tx.Exec(ctx, "insert into warehouse (tenant_id, id, code, name, rank, created_at) values ($1, $2, $3, 'W', 1, 1)", int64(tx.Tenant), id, fmt.Sprint("w", id))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func count(t *testing.T, d *db.DB) (n int64) {
	t.Helper()
	ctx := context.Background()
	if err := d.Read(ctx, dbtest.Tenant, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, "select count(*) from warehouse where tenant_id = $1", int64(tx.Tenant)).Scan(&n)
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// A backup made while others write is whole, holds one moment, and comes back with the same rows and the key.
func TestBackupUnderLoad(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		dir := t.TempDir()
		key := filepath.Join(dir, "lad.key")
		if err := os.WriteFile(key, []byte("secret key"), 0o600); err != nil {
			t.Fatal(err)
		}
		var next atomic.Int64
		var wg sync.WaitGroup
		began := make(chan struct{})
		for range 4 {
			wg.Go(func() {
				for n := next.Add(1); ctx.Err() == nil; n = next.Add(1) {
					if err := pair(context.Background(), d, n); err != nil {
						t.Errorf("write: %v", err)
						return
					}
					if n == 50 {
						close(began)
					}
				}
			})
		}
		<-began
		file := filepath.Join(dir, "shop.lad")
		m, err := backup.Write(ctx, d, key, file, "test")
		stop()
		wg.Wait()
		if err != nil {
			t.Fatal(err)
		}
		if n := m.Rows["warehouse"]; n < 100 || n%2 != 0 {
			t.Fatalf("the copy has %d rows, want an even number of at least 100", n)
		}
		target := filepath.Join(t.TempDir(), "data")
		if _, err := backup.Restore(context.Background(), file, db.Options{Path: filepath.Join(target, "lad.db")}, filepath.Join(target, "lad.key")); err != nil {
			t.Fatal(err)
		}
		r, err := db.Open(context.Background(), db.Options{Path: filepath.Join(target, "lad.db")})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = r.Close() }()
		if got := count(t, r); got != m.Rows["warehouse"] {
			t.Fatalf("restored %d rows, the manifest says %d", got, m.Rows["warehouse"])
		}
		kept, err := os.ReadFile(filepath.Join(target, "lad.key"))
		if diff := cmp.Diff("secret key", string(kept)); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
	})
}

// What is there is never overwritten, and a damaged archive restores nothing.
func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite, nil)
	ctx := context.Background()
	dir := t.TempDir()
	file := filepath.Join(dir, "shop.lad")
	if _, err := backup.Write(ctx, d, "", file, "test"); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Write(ctx, d, "", file, "test"); !errs.Is(err, errs.Conflict) {
		t.Errorf("second backup to one file: %v, want conflict", err)
	}
	into := func(name string) (db.Options, string) {
		return db.Options{Path: filepath.Join(dir, name, "lad.db")}, filepath.Join(dir, name, "lad.key")
	}
	o, key := into("a")
	if _, err := backup.Restore(ctx, file, o, key); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Restore(ctx, file, o, key); !errs.Is(err, errs.Conflict) {
		t.Errorf("restore over data: %v, want conflict", err)
	}
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(dir, "broken.lad")
	if err := os.WriteFile(broken, body[:len(body)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	o, key = into("b")
	if _, err := backup.Restore(ctx, broken, o, key); !errs.Is(err, errs.Invalid) {
		t.Errorf("restore of half an archive: %v, want invalid", err)
	}
	if _, err := os.Stat(o.Path); !os.IsNotExist(err) {
		t.Errorf("a damaged archive left %s behind: %v", o.Path, err)
	}
}

// A backup of one engine restores into the other.
func TestRestoreIntoPostgres(t *testing.T) {
	t.Parallel()
	if os.Getenv("LAD_TEST_POSTGRES") == "" {
		return
	}
	from := dbtest.Open(t, db.SQLite, nil)
	ctx := context.Background()
	for n := range int64(20) {
		if err := pair(ctx, from, n); err != nil {
			t.Fatal(err)
		}
	}
	flag := func(sku int64, backorder bool) {
		err := from.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "insert into level (tenant_id, sku_id, warehouse_id, on_hand, reserved, backorder) values ($1, $2, 1, 5000, 1000, $3)", int64(tx.Tenant), sku, backorder)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	flag(1, false)
	flag(2, true)
	dir := t.TempDir()
	file := filepath.Join(dir, "shop.lad")
	if _, err := backup.Write(ctx, from, "", file, "test"); err != nil {
		t.Fatal(err)
	}
	dsn := dbtest.EmptySchema(t)
	if _, err := backup.Restore(ctx, file, db.Options{DSN: dsn}, filepath.Join(dir, "new", "lad.key")); err != nil {
		t.Fatal(err)
	}
	to, err := db.Open(ctx, db.Options{DSN: dsn})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = to.Close() }()
	if got := count(t, to); got != 40 {
		t.Fatalf("restored %d rows, want 40", got)
	}
	var one, two bool
	err = to.Read(ctx, dbtest.Tenant, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, "select bool_and(backorder = (sku_id = 2)), count(*) = 2 from level where tenant_id = $1", int64(tx.Tenant)).Scan(&one, &two)
	})
	if err != nil || !one || !two {
		t.Fatalf("levels were restored wrong: %v, %v, %v", one, two, err)
	}
}
