package backup

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// table is one of ours with its columns in a fixed order.
type table struct {
	name    string
	columns []string
	truths  []bool // which columns are boolean: SQLite hands them out as numbers
}

// ours says whether a table holds the shop's data; the rest belongs to the migration and job libraries and to the engine.
func ours(name string) bool {
	return !strings.HasPrefix(name, "goose_") && !strings.HasPrefix(name, "river_") && !strings.HasPrefix(name, "sqlite_")
}

func tablesOf(ctx context.Context, tx *db.Tx) ([]table, error) {
	query := "select m.name, p.name, lower(p.type) = 'boolean' from sqlite_master m join pragma_table_info(m.name) p where m.type = 'table' order by m.name, p.name"
	if tx.Engine() == db.Postgres {
		query = `select c.table_name, c.column_name, c.data_type = 'boolean' from information_schema.columns c join information_schema.tables t
			on t.table_schema = c.table_schema and t.table_name = c.table_name and t.table_type = 'BASE TABLE'
			where c.table_schema = current_schema() order by c.table_name, c.column_name`
	}
	var out []table
	err := tx.Each(ctx, query, nil, func(sc db.Scanner) error {
		var name, column string
		var truth bool
		err := sc.Scan(&name, &column, &truth)
		if !ours(name) {
			return err
		}
		if n := len(out); n == 0 || out[n-1].name != name {
			out = append(out, table{name: name})
		}
		t := &out[len(out)-1]
		t.columns, t.truths = append(t.columns, column), append(t.truths, truth)
		return err
	})
	return out, err
}

// copyDatabase writes a SQLite file with every row of d as of one moment. Writers are not held up.
func copyDatabase(ctx context.Context, d *db.DB, path string) error {
	if d.Engine() == db.SQLite {
		return d.CopyFile(ctx, path)
	}
	target, err := db.Open(ctx, db.Options{Path: path})
	if err != nil {
		return err
	}
	_, err = target.Migrate(ctx)
	if err == nil {
		err = d.Snapshot(ctx, func(from *db.Tx) error { return copyRows(ctx, from, target) })
	}
	if err == nil {
		_, err = target.Writer().ExecContext(ctx, "pragma journal_mode = delete")
	}
	return errors.Join(err, target.Close(), os.Remove(path+".lock"))
}

// copyChunk is how many rows are inserted by one transaction.
const copyChunk = 5000

// copyRows copies every row of ours into an empty, migrated database.
func copyRows(ctx context.Context, from *db.Tx, to *db.DB) error {
	tables, err := tablesOf(ctx, from)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if err := copyTable(ctx, from, to, t); err != nil {
			return err
		}
	}
	return nil
}

func copyTable(ctx context.Context, from *db.Tx, to *db.DB, t table) error {
	list := strings.Join(t.columns, ", ")
	rows, err := from.Query(ctx, "select "+list+" from "+t.name)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var args []any
	flush := func() error {
		if len(args) == 0 {
			return nil
		}
		err := to.Write(ctx, db.System, func(tx *db.Tx) error {
			_, err := tx.Insert(ctx, "insert into "+t.name+" ("+list+")", "", len(t.columns), args)
			return err
		})
		args = args[:0]
		return err
	}
	for rows.Next() {
		values, err := scanRow(rows, t.truths)
		if err != nil {
			return err
		}
		args = append(args, values...)
		if len(args) >= copyChunk*len(t.columns) {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return errors.Join(rows.Err(), flush())
}

func scanRow(rows *sql.Rows, truths []bool) ([]any, error) {
	values, pointers := make([]any, len(truths)), make([]any, len(truths))
	for i := range values {
		pointers[i] = &values[i]
	}
	err := rows.Scan(pointers...)
	for i, v := range values {
		switch v := v.(type) {
		case []byte:
			values[i] = append([]byte(nil), v...)
		case int64:
			if truths[i] {
				values[i] = v != 0
			}
		}
	}
	return values, err
}

// Restore puts an archive in place of an empty data folder (SQLite) or an empty PostgreSQL database, and the key beside it.
// What is there already is never overwritten.
func Restore(ctx context.Context, file string, o db.Options, keyFile string) (Manifest, error) {
	if o.DSN == "" && fileExists(o.Path) {
		return Manifest{}, errs.New(errs.Conflict, "error.backup.not_empty", "path", o.Path)
	}
	if fileExists(keyFile) {
		return Manifest{}, errs.New(errs.Conflict, "error.backup.not_empty", "path", keyFile)
	}
	if err := os.MkdirAll(filepath.Dir(keyFile), 0o700); err != nil {
		return Manifest{}, errs.Wrap(errs.Unavailable, err, "error.db.directory", "path", filepath.Dir(keyFile))
	}
	dir, err := os.MkdirTemp(filepath.Dir(keyFile), ".lad-restore-*")
	if err != nil {
		return Manifest{}, errs.Wrap(errs.Unavailable, err, "error.db.directory", "path", filepath.Dir(keyFile))
	}
	defer func() { _ = os.RemoveAll(dir) }()
	m, err := unpackTo(file, dir)
	if err != nil {
		return m, err
	}
	unpacked := filepath.Join(dir, databaseName)
	if _, err := inspect(ctx, unpacked); err != nil {
		return m, err
	}
	if o.DSN != "" {
		err = restorePostgres(ctx, unpacked, o)
	} else {
		err = os.Rename(unpacked, o.Path)
	}
	if err == nil && m.HasKey {
		err = os.Rename(filepath.Join(dir, keyName), keyFile)
	}
	return m, err
}

func restorePostgres(ctx context.Context, path string, o db.Options) (err error) {
	target, err := db.Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	if _, err := target.Migrate(ctx); err != nil {
		return err
	}
	var tenants int
	if err := target.Read(ctx, db.System, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, "select count(*) from tenant where tenant_id > 0").Scan(&tenants)
	}); err != nil {
		return err
	}
	if tenants > 0 {
		return errs.New(errs.Conflict, "error.backup.not_empty", "path", "PostgreSQL")
	}
	source, err := db.Open(ctx, db.Options{Path: path, ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	return source.Read(ctx, db.System, func(from *db.Tx) error { return copyRows(ctx, from, target) })
}
