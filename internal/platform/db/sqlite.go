package db

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"syscall"

	_ "modernc.org/sqlite" // the engine

	"github.com/lad-hub/lad/internal/platform/errs"
)

// sqlitePragmas in the order they must be set: the time-out first, so that switching to WAL can wait; FULL so that a commit
// survives power loss.
var sqlitePragmas = []string{
	"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)",
	"temp_store(MEMORY)", "cache_size(-16000)", "journal_size_limit(67108864)", "wal_autocheckpoint(4000)",
}

// openSQLite opens one writer connection and a pool of readers. One writer, because SQLite has one; readers see the last
// commit without waiting for it.
func (d *DB) openSQLite(ctx context.Context, o Options) error {
	if o.Path == "" {
		return errs.New(errs.Invalid, "error.db.no_path")
	}
	if !o.ReadOnly {
		if err := os.MkdirAll(filepath.Dir(o.Path), 0o700); err != nil {
			return errs.Wrap(errs.Unavailable, err, "error.db.directory", "path", filepath.Dir(o.Path))
		}
		lock, err := takeProcessLock(o.Path + ".lock")
		if err != nil {
			return err
		}
		d.lock = lock
	}
	q := url.Values{"_txlock": {"immediate"}}
	for _, p := range sqlitePragmas {
		q.Add("_pragma", p)
	}
	readQuery := url.Values{"_txlock": {"deferred"}, "_pragma": {"busy_timeout(10000)", "query_only(ON)", "temp_store(MEMORY)", "cache_size(-2000)"}}
	if o.ReadOnly {
		readQuery.Set("mode", "ro")
		q = readQuery
	}
	var err error
	if d.write, err = sql.Open("sqlite", dsn(o.Path, q)); err != nil {
		return err
	}
	d.write.SetMaxOpenConns(1)
	d.write.SetMaxIdleConns(1)
	if err := d.write.PingContext(ctx); err != nil {
		return d.explain(err)
	}
	if d.read, err = sql.Open("sqlite", dsn(o.Path, readQuery)); err != nil {
		return err
	}
	n := o.Readers
	if n == 0 {
		n = 4
	}
	d.read.SetMaxOpenConns(n)
	d.read.SetMaxIdleConns(n)
	d.batch = newBatcher(d)
	return nil
}

func dsn(path string, q url.Values) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// prepared finds the statement for a query on the SQLite writer, where preparing costs more than running. PostgreSQL's
// driver caches statements itself.
func (tx *Tx) prepared(ctx context.Context, query string) *sql.Stmt {
	if tx.stmts == nil {
		return nil
	}
	if st, ok := tx.stmts[query]; ok {
		return st
	}
	base, ok := tx.d.stmts.Load(query)
	if !ok {
		st, err := tx.stx.PrepareContext(ctx, query)
		if err != nil {
			return nil // the statement runs unprepared and reports its own error
		}
		tx.stmts[query] = st
		return st
	}
	st := tx.stx.StmtContext(ctx, base.(*sql.Stmt))
	tx.stmts[query] = st
	return st
}

// processLock keeps a second process away from a SQLite file. The operating system drops it when the process ends, however
// it ends.
type processLock struct{ f *os.File }

func takeProcessLock(path string) (*processLock, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, err, "error.db.directory", "path", path)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, errs.Wrap(errs.Unavailable, err, "error.db.locked", "path", path)
	}
	if err := f.Truncate(0); err == nil {
		_, _ = fmt.Fprintf(f, "%d\n", os.Getpid())
	}
	return &processLock{f: f}, nil
}

func (l *processLock) release() error { return l.f.Close() }
