package arch

import (
	"context"
	"os"
	"os/exec"
	"testing"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
)

func postgresDSN() string { return os.Getenv("LAD_TEST_POSTGRES") }

// A run that is to be whole fails when a part of it would be left out unseen: where nobody gave the tests a PostgreSQL they
// run on SQLite alone, browser tests need a browser and the TypeScript client its compiler. scripts/test sets LAD_TEST_ALL.
func TestNothingIsLeftOut(t *testing.T) {
	t.Parallel()
	if os.Getenv("CI") != "true" && os.Getenv("LAD_TEST_ALL") != "1" {
		return
	}
	if postgresDSN() == "" {
		t.Error("LAD_TEST_POSTGRES names no PostgreSQL: half of the store tests would not run (scripts/test starts one)")
	}
	for name, without := range map[string]string{
		"LAD_TEST_CHROMIUM": "no browser: the browser tests would not run (scripts/test finds one)",
		"LAD_TEST_TSC":      "no TypeScript compiler: the TypeScript client would be neither compiled nor run (scripts/test finds one)",
	} {
		program := os.Getenv(name)
		if program == "" {
			t.Errorf("%s names %s", name, without)
		} else if _, err := exec.LookPath(program); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Row-level security does not hold a superuser back, so tests that ran as one would prove nothing of it.
func TestPostgresRoleIsOrdinary(t *testing.T) {
	t.Parallel()
	if postgresDSN() == "" {
		return
	}
	d := dbtest.Open(t, db.Postgres, nil)
	var super, bypass bool
	err := d.Read(context.Background(), db.System, func(tx *db.Tx) error {
		return tx.QueryRow(context.Background(), "select rolsuper, rolbypassrls from pg_roles where rolname = current_user").Scan(&super, &bypass)
	})
	if err != nil || super || bypass {
		t.Errorf("the role of LAD_TEST_POSTGRES is a superuser (%v) or passes row-level security (%v): %v", super, bypass, err)
	}
}
