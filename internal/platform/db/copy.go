package db

import (
	"context"
	"database/sql"
)

// CopyFile writes a compact copy of the SQLite database as of one moment to a new file; writers go on meanwhile.
func (d *DB) CopyFile(ctx context.Context, path string) error {
	conn, err := d.read.Conn(ctx)
	if err != nil {
		return d.explain(err)
	}
	defer func() { _ = conn.Close() }()
	// vacuum into writes only the new file, but SQLite counts it as a write.
	if _, err := conn.ExecContext(ctx, "pragma query_only = off"); err != nil {
		return err
	}
	defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), "pragma query_only = on") }()
	_, err = conn.ExecContext(ctx, "vacuum into ?", path)
	return d.explain(err)
}

// Snapshot runs fn in a reading transaction over all tenants in which nothing changes however long it takes.
func (d *DB) Snapshot(ctx context.Context, fn func(*Tx) error) error {
	stx, err := d.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead})
	if err != nil {
		return d.explain(err)
	}
	defer func() { _ = stx.Rollback() }()
	tx := d.newTx(stx, System)
	if err := tx.setTenant(ctx); err != nil {
		return d.explain(err)
	}
	return d.explain(fn(tx))
}
