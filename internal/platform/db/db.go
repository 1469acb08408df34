// Package db gives the program one database over two engines. SQLite (one file, one process) commits many waiting writes
// with one flush; PostgreSQL serves many processes. SQL text is shared: `$N` placeholders and the portable subset.
//
// Rules for callers: never use the DB while holding a Tx (with one writer that is a deadlock against oneself); a Write
// closure may run twice and so has no effect outside its Tx; rows are locked in key order.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// Engine names a database engine.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Tenant is the owner of rows. Every table's key starts with it and every statement names it.
type Tenant int64

// System is no tenant: the few look-ups that must find the tenant first (sign-in by e-mail, API token) and background
// parts that walk over all tenants use it. Row-level security lets it through.
const System Tenant = 0

// Options say what to open.
type Options struct {
	// Path of the SQLite file; used when DSN is empty.
	Path string
	// DSN of PostgreSQL: "postgres://user@host/name".
	DSN string
	// ReadOnly opens an existing SQLite file without the process lock: for backup and for looking.
	ReadOnly bool
	// Readers is the number of read connections; 0 means 4 on SQLite and 16 on PostgreSQL.
	Readers int
	Clock   clock.Clock
	Log     *slog.Logger
}

// DB is an open database.
type DB struct {
	engine Engine
	path   string
	clock  clock.Clock
	log    *slog.Logger

	write *sql.DB
	read  *sql.DB
	lock  *processLock
	batch *batcher
	pg    *pgx.ConnConfig // of PostgreSQL

	stmts sync.Map // query text -> *sql.Stmt on the SQLite writer
}

// Open opens the database without migrating it. A second process on one SQLite file gets Unavailable "error.db.locked".
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	d := &DB{engine: SQLite, path: o.Path, clock: o.Clock, log: o.Log}
	var err error
	if o.DSN != "" {
		d.engine = Postgres
		err = d.openPostgres(ctx, o)
	} else {
		err = d.openSQLite(ctx, o)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// Engine says which engine this is.
func (d *DB) Engine() Engine { return d.engine }

// Path is the SQLite file, empty on PostgreSQL.
func (d *DB) Path() string { return d.path }

// Clock is the database's clock.
func (d *DB) Clock() clock.Clock { return d.clock }

// Writer is the pool that may write, for the migration and job libraries only.
func (d *DB) Writer() *sql.DB { return d.write }

// Ping proves that the database answers and can be written to.
func (d *DB) Ping(ctx context.Context) error {
	return d.Read(ctx, System, func(tx *Tx) error {
		var one int
		return tx.QueryRow(ctx, "select 1").Scan(&one)
	})
}

// Close ends all connections after the writes under way.
func (d *DB) Close() error {
	if d.batch != nil {
		d.batch.close()
	}
	var errsAll []error
	if d.read != nil && d.read != d.write {
		errsAll = append(errsAll, d.read.Close())
	}
	if d.write != nil {
		errsAll = append(errsAll, d.write.Close())
	}
	if d.lock != nil {
		errsAll = append(errsAll, d.lock.release())
	}
	return errors.Join(errsAll...)
}

// Write runs fn in a transaction for a tenant and commits it. When Write returns nil the change survives power loss. On
// SQLite waiting writes share one commit and fail apart; on PostgreSQL a serialization failure or deadlock is
// retried. Disk full and a lost database are errs.Unavailable.
func (d *DB) Write(ctx context.Context, t Tenant, fn func(*Tx) error) error {
	if d.batch != nil {
		return d.explain(d.batch.do(ctx, t, fn))
	}
	const tries = 6
	for try := 1; ; try++ {
		err := d.writeOnce(ctx, t, fn)
		if err == nil || try == tries || !IsRetryable(err) {
			return d.explain(err)
		}
		if err := pause(ctx, backoff(try)); err != nil {
			return err
		}
	}
}

func (d *DB) writeOnce(ctx context.Context, t Tenant, fn func(*Tx) error) error {
	stx, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	tx := d.newTx(stx, t)
	defer func() { _ = stx.Rollback() }()
	if err := tx.setTenant(ctx); err != nil {
		return err
	}
	if err := guarded(tx, fn); err != nil {
		return err
	}
	if err := stx.Commit(); err != nil {
		return err
	}
	tx.committed()
	return nil
}

// Read runs fn in a read-only transaction: all its queries see one moment.
func (d *DB) Read(ctx context.Context, t Tenant, fn func(*Tx) error) error {
	stx, err := d.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return d.explain(err)
	}
	defer func() { _ = stx.Rollback() }()
	tx := d.newTx(stx, t)
	if err := tx.setTenant(ctx); err != nil {
		return d.explain(err)
	}
	return d.explain(fn(tx))
}

func (d *DB) newTx(stx *sql.Tx, t Tenant) *Tx {
	return &Tx{d: d, stx: stx, Tenant: t, now: d.clock.Now()}
}

// explain turns a failure of the machine into words a person can act on; other errors pass unchanged.
func (d *DB) explain(err error) error {
	var known *errs.Error
	switch {
	case err == nil || errors.As(err, &known):
		return err
	case isDiskFull(err):
		return errs.Wrap(errs.Unavailable, err, "error.db.disk_full")
	case isGone(err):
		return errs.Wrap(errs.Unavailable, err, "error.db.gone")
	}
	return err
}

// Tx is a transaction: a fixed now, the tenant it works for and what to do after the commit.
type Tx struct {
	d      *DB
	stx    *sql.Tx
	now    time.Time
	after  []func()
	stmts  map[string]*sql.Stmt
	Tenant Tenant
	// Scratch keeps values for the life of the transaction, keyed by the package that owns them (ids keeps its block).
	scratch map[any]any
}

// Now is the moment of the transaction, the same at every call.
func (tx *Tx) Now() time.Time { return tx.now }

// NowMicros is Now as the database stores it.
func (tx *Tx) NowMicros() int64 { return tx.now.UnixMicro() }

// Engine says which engine runs the transaction.
func (tx *Tx) Engine() Engine { return tx.d.engine }

// SQL is the library transaction, for the job library's transactional enqueue only.
func (tx *Tx) SQL() *sql.Tx { return tx.stx }

// AfterCommit runs f once the change is durable; never when it is rolled back.
func (tx *Tx) AfterCommit(f func()) { tx.after = append(tx.after, f) }

// Scratch finds a value kept for the life of the transaction, making it on first use.
func (tx *Tx) Scratch(key any, make func() any) any {
	if v, ok := tx.scratch[key]; ok {
		return v
	}
	if tx.scratch == nil {
		tx.scratch = map[any]any{}
	}
	v := make()
	tx.scratch[key] = v
	return v
}

func (tx *Tx) committed() {
	for _, f := range tx.after {
		f()
	}
}

// Exec runs a statement and says how many rows it changed.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	var res sql.Result
	var err error
	ctx = tx.context(ctx)
	query, args = tx.d.native(query, args)
	if st := tx.prepared(ctx, query); st != nil {
		res, err = st.ExecContext(ctx, args...)
	} else {
		res, err = tx.stx.ExecContext(ctx, query, args...)
	}
	if err != nil {
		return 0, fmt.Errorf("%w [%s]", err, head(query))
	}
	return res.RowsAffected()
}

// Query runs a query; the caller closes the rows.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	var rows *sql.Rows
	var err error
	ctx = tx.context(ctx)
	query, args = tx.d.native(query, args)
	if st := tx.prepared(ctx, query); st != nil {
		rows, err = st.QueryContext(ctx, args...)
	} else {
		rows, err = tx.stx.QueryContext(ctx, query, args...)
	}
	if err != nil {
		return nil, fmt.Errorf("%w [%s]", err, head(query))
	}
	return rows, nil
}

// QueryRow runs a query for one row.
func (tx *Tx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	ctx = tx.context(ctx)
	query, args = tx.d.native(query, args)
	if st := tx.prepared(ctx, query); st != nil {
		return st.QueryRowContext(ctx, args...)
	}
	return tx.stx.QueryRowContext(ctx, query, args...)
}

// context is the context that statements run under. In SQLite's shared transaction a cancelled statement would roll back
// everybody's writes, so there nothing is cancelled half way; a write that has begun is short.
func (tx *Tx) context(ctx context.Context) context.Context {
	if tx.stmts != nil {
		return context.Background()
	}
	return ctx
}

// Each runs a query and calls scan for every row.
func (tx *Tx) Each(ctx context.Context, query string, args []any, scan func(Scanner) error) error {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return fmt.Errorf("%w [%s]", err, head(query))
		}
	}
	return rows.Err()
}

// Scanner is a row that can be read.
type Scanner interface{ Scan(dest ...any) error }

// ForUpdate locks the rows a query reads until the commit. SQLite's writer is alone, so there it is empty.
func (tx *Tx) ForUpdate() string {
	if tx.d.engine == Postgres {
		return " for update"
	}
	return ""
}

func (tx *Tx) setTenant(ctx context.Context) error {
	if tx.d.engine != Postgres {
		return nil
	}
	_, err := tx.stx.ExecContext(ctx, "select set_config('lad.tenant', $1, true)", fmt.Sprint(int64(tx.Tenant)))
	return err
}

func head(query string) string {
	if len(query) > 90 {
		return query[:90] + "…"
	}
	return query
}
