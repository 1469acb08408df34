package db

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migrate brings the schema to this program's version: our tables, row-level security on PostgreSQL, the job library's
// tables. It answers how many steps were taken. Forward only; a schema from a newer program is an error.
func (d *DB) Migrate(ctx context.Context) (int, error) {
	p, err := d.provider()
	if err != nil {
		return 0, err
	}
	results, err := p.Up(ctx)
	if err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	if len(results) > 0 && d.engine == Postgres {
		if err := d.secureRows(ctx); err != nil {
			return 0, err
		}
	}
	if len(results) == 0 {
		return 0, nil
	}
	return len(results), d.migrateJobs(ctx)
}

// SchemaVersion is the version the database has and the one this program wants.
func (d *DB) SchemaVersion(ctx context.Context) (have, want int64, err error) {
	p, err := d.provider()
	if err != nil {
		return 0, 0, err
	}
	have, want, err = p.GetVersions(ctx)
	return have, want, err
}

func (d *DB) provider() (*goose.Provider, error) {
	migrations, err := d.migrations()
	if err != nil {
		return nil, err
	}
	dialect := database.DialectSQLite3
	if d.engine == Postgres {
		dialect = database.DialectPostgres
	}
	return goose.NewProvider(dialect, d.write, nil, goose.WithGoMigrations(migrations...), goose.WithDisableGlobalRegistry(true))
}

func (d *DB) migrations() ([]*goose.Migration, error) {
	entries, err := fs.ReadDir(migrationFiles, "migrations")
	if err != nil {
		return nil, err
	}
	var out []*goose.Migration
	for _, e := range entries {
		number, _, _ := strings.Cut(e.Name(), "_")
		version, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("migration file %s: %w", e.Name(), err)
		}
		text, err := migrationFiles.ReadFile("migrations/" + e.Name())
		if err != nil {
			return nil, err
		}
		script := d.render(string(text))
		out = append(out, goose.NewGoMigration(version, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, script)
			return err
		}}, nil))
	}
	return out, nil
}

// render replaces the tokens in which the engines differ.
func (d *DB) render(text string) string {
	if d.engine == Postgres {
		return strings.NewReplacer("{{clustered}}", "", "{{blob}}", "bytea", "{{bool}}", "boolean", "{{bytewise}}", `collate "C"`).Replace(text)
	}
	return strings.NewReplacer("{{clustered}}", "without rowid", "{{blob}}", "blob", "{{bool}}", "boolean", "{{bytewise}}", "").Replace(text)
}

// secureRows puts every table that has a tenant behind row-level security, so that a statement which forgot its tenant
// finds nothing. The setting is read once per statement, not per row.
func (d *DB) secureRows(ctx context.Context) error {
	const tables = `select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
		where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace and a.attname = 'tenant_id' and not c.relrowsecurity`
	return d.Write(ctx, System, func(tx *Tx) error {
		var names []string
		err := tx.Each(ctx, tables, nil, func(s Scanner) error {
			var n string
			err := s.Scan(&n)
			names = append(names, n)
			return err
		})
		if err != nil {
			return err
		}
		const setting = `(select nullif(current_setting('lad.tenant', true), '')::bigint)`
		for _, n := range names {
			stmt := `alter table ` + n + ` enable row level security; alter table ` + n + ` force row level security;
				create policy tenant on ` + n + ` using (tenant_id = ` + setting + ` or ` + setting + ` = 0)`
			if _, err := tx.stx.ExecContext(ctx, stmt); err != nil {
				return fmt.Errorf("row security of %s: %w", n, err)
			}
		}
		return nil
	})
}

func (d *DB) migrateJobs(ctx context.Context) error {
	if d.engine == Postgres {
		m, err := rivermigrate.New(riverdatabasesql.New(d.write), nil)
		if err != nil {
			return err
		}
		_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
		return err
	}
	m, err := rivermigrate.New(riversqlite.New(d.write), nil)
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}
