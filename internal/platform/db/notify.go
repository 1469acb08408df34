package db

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// notifyChannel is the one PostgreSQL channel this program speaks on.
const notifyChannel = "lad"

// relisten is the pause before a lost listening connection is made again.
const relisten = time.Second

// Notify tells other processes something once this transaction commits. It is a hint: whoever misses it finds out by his own
// sweep. On SQLite there are no other processes.
func (tx *Tx) Notify(ctx context.Context, message string) error {
	if tx.d.engine != Postgres {
		return nil
	}
	_, err := tx.Exec(ctx, "select pg_notify($1, $2)", notifyChannel, message)
	return err
}

// Listen calls hear for every message of any process, this one included, until ctx ends. On SQLite it returns at once.
func (d *DB) Listen(ctx context.Context, hear func(message string)) {
	if d.engine != Postgres {
		return
	}
	for ctx.Err() == nil {
		if err := d.listenOnce(ctx, hear); err != nil && ctx.Err() == nil {
			d.log.Warn("listening to other processes was interrupted", "err", err)
		}
		_ = pause(ctx, relisten)
	}
}

func (d *DB) listenOnce(ctx context.Context, hear func(string)) error {
	conn, err := pgx.ConnectConfig(ctx, d.pg)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "listen "+notifyChannel); err != nil {
		return err
	}
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		hear(n.Payload)
	}
}
