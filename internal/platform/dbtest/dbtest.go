// Package dbtest opens throw-away databases of both engines for tests: a SQLite file in the test's folder and a schema of
// its own on the PostgreSQL server that LAD_TEST_POSTGRES names.
package dbtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // "pgx" for creating the schema

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
)

// Tenant is the tenant tests work as.
const Tenant db.Tenant = 1

// EachEngine runs a test on SQLite and on PostgreSQL, each with a fresh migrated database that has Tenant. Without
// LAD_TEST_POSTGRES only SQLite runs here; scripts/test always sets it, and CI fails when it is missing.
func EachEngine(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(t, Open(t, db.SQLite, nil))
	})
	if os.Getenv("LAD_TEST_POSTGRES") == "" {
		return
	}
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(t, Open(t, db.Postgres, nil))
	})
}

// Open opens a fresh migrated database of one engine, closed at the test's end. A nil clock is the system's.
func Open(t testing.TB, e db.Engine, c clock.Clock) *db.DB {
	t.Helper()
	o := Options(t, e)
	o.Clock = c
	ctx := context.Background()
	d, err := db.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	if _, err := d.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	err = d.Write(ctx, Tenant, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `insert into tenant (tenant_id, name, language, currency, zone, created_at)
			values ($1, 'Test', 'uk', 'UAH', 'Europe/Kyiv', $2)`, int64(Tenant), tx.NowMicros())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Options names a throw-away database of one engine without any row. The SQLite file has its tables already, so that migrating
// it is quick; a PostgreSQL schema is empty.
func Options(t testing.TB, e db.Engine) db.Options {
	t.Helper()
	if e == db.Postgres {
		return db.Options{DSN: EmptySchema(t)}
	}
	file, err := migrated()
	o := db.Options{Path: filepath.Join(t.TempDir(), "lad.db")}
	if err == nil {
		err = os.WriteFile(o.Path, file, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// migrated is the bytes of a SQLite file after the migration, made once: with the race detector a migration takes seconds, and
// every test wants one.
var migrated = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "lad-dbtest-*")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "lad.db")
	d, err := db.Open(context.Background(), db.Options{Path: path})
	if err != nil {
		return nil, err
	}
	_, err = d.Migrate(context.Background())
	if err = errors.Join(err, d.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// EmptySchema creates an empty schema on the test server and answers a DSN that works in it.
func EmptySchema(t testing.TB) string {
	t.Helper()
	base := os.Getenv("LAD_TEST_POSTGRES")
	admin, err := sql.Open("pgx", base)
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 6)
	_, _ = rand.Read(b)
	name := "t_" + hex.EncodeToString(b)
	if _, err := admin.Exec("create schema " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec("drop schema " + name + " cascade"); err != nil {
			t.Errorf("drop schema: %v", err)
		}
		_ = admin.Close()
	})
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}
