package db

import (
	"context"
	"time"
)

// Statistics are renewed when a table has changed by this many rows and by a third of its rows.
const (
	tendEvery = 2 * time.Second
	tendRows  = 1000
)

// Tend keeps PostgreSQL's planner statistics young until ctx ends. The server looks by itself once a minute; until then it
// takes every tenant for a small one, reads all its rows to find a hundred, and a new shop's first orders or those after a
// long import would wait for that. SQLite's planner goes by the indexes alone.
func (d *DB) Tend(ctx context.Context) {
	if d.engine != Postgres {
		return
	}
	for every := time.NewTicker(tendEvery); ; {
		select {
		case <-ctx.Done():
			every.Stop()
			return
		case <-every.C:
		}
		if err := d.analyze(ctx); err != nil && ctx.Err() == nil {
			d.log.Warn("planner statistics not renewed", "err", err)
		}
	}
}

// analyze renews the statistics of the tables that have outgrown theirs.
func (d *DB) analyze(ctx context.Context) error {
	const outgrown = `select quote_ident(relname) from pg_stat_user_tables where schemaname = current_schema()
		and n_mod_since_analyze > $1 and 3 * n_mod_since_analyze > n_live_tup`
	rows, err := d.read.QueryContext(ctx, outgrown, tendRows)
	if err != nil {
		return err
	}
	defer rows.Close()
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		tables = append(tables, name)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, name := range tables {
		if _, err := d.write.ExecContext(ctx, "analyze "+name); err != nil {
			return err
		}
	}
	return nil
}
