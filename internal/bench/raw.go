// Package bench measures the program on this machine against targets: ratios and latencies within one run.
package bench

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // engines under test
	_ "modernc.org/sqlite"

	"github.com/lad-hub/lad/internal/platform/db"
)

// The yardstick: what the same engine on the same file system does with the barest durable order there can be - one order,
// three lines, three conditional stock updates, three ledger rows, one outbox row - with nothing of Lad in it.
const rawSchema = `
create table raw_order (id %[1]s primary key, at bigint not null, number text not null);
create table raw_line (order_id bigint not null, no bigint not null, sku bigint not null, qty bigint not null, price bigint not null);
create table raw_stock (sku %[1]s primary key, on_hand bigint not null, reserved bigint not null);
create table raw_ledger (id %[1]s primary key, order_id bigint not null, sku bigint not null, qty bigint not null);
create table raw_outbox (id %[1]s primary key, payload text not null);`

var rawStatements = []string{
	"insert into raw_order (id, at, number) values ($1, $2, $3)",
	"insert into raw_line (order_id, no, sku, qty, price) values ($1, $2, $3, $4, $5)",
	"update raw_stock set reserved = reserved + $1 where sku = $2 and reserved + $1 <= on_hand",
	"insert into raw_ledger (id, order_id, sku, qty) values ($1, $2, $3, $4)",
	"insert into raw_outbox (id, payload) values ($1, $2)",
}

const rawPayload = `{"kind":"order.accepted","lines":3,"total":"1480.00 UAH"}`

// rawOrders measures bare orders per second with the given number of waiting writers.
func rawOrders(ctx context.Context, engine db.Engine, dir, dsn string, skus, writers int, lasts time.Duration) (float64, error) {
	if engine == db.Postgres {
		return rawPostgres(ctx, dsn, skus, writers, lasts)
	}
	return rawSQLite(ctx, dir, skus, writers, lasts)
}

func rawTables(ctx context.Context, d *sql.DB, engine db.Engine, skus int) error {
	key := "integer"
	if engine == db.Postgres {
		key = "bigint"
		if _, err := d.ExecContext(ctx, "drop table if exists raw_order, raw_line, raw_stock, raw_ledger, raw_outbox"); err != nil {
			return err
		}
	}
	if _, err := d.ExecContext(ctx, fmt.Sprintf(rawSchema, key)); err != nil {
		return err
	}
	tx, err := d.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for i := range skus {
		if _, err := tx.ExecContext(ctx, "insert into raw_stock (sku, on_hand, reserved) values ($1, 1000000000, 0)", i+1); err != nil {
			return err
		}
	}
	return tx.Commit()
}

type rawExec func(statement int, args ...any) error

// rawOrder runs the eleven statements of one order.
func rawOrder(exec rawExec, id int64, skus int) error {
	if err := exec(0, id, id, "N"); err != nil {
		return err
	}
	for n := range int64(3) {
		sku := rand.Int64N(int64(skus)) + 1
		if err := exec(1, id, n, sku, 1, 74000); err != nil {
			return err
		}
		if err := exec(2, 1, sku); err != nil {
			return err
		}
		if err := exec(3, id*3+n, id, sku, 1); err != nil {
			return err
		}
	}
	return exec(4, id, rawPayload)
}

// rawSQLite commits waiting orders together: one pinned connection, prepared statements, synchronous=FULL.
func rawSQLite(ctx context.Context, dir string, skus, writers int, lasts time.Duration) (float64, error) {
	d, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "raw.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=cache_size(-32000)&_pragma=wal_autocheckpoint(4000)&_txlock=immediate")
	if err != nil {
		return 0, err
	}
	defer func() { _ = d.Close() }()
	d.SetMaxOpenConns(1)
	if err := rawTables(ctx, d, db.SQLite, skus); err != nil {
		return 0, err
	}
	prepared := make([]*sql.Stmt, len(rawStatements))
	for i, text := range rawStatements {
		if prepared[i], err = d.PrepareContext(ctx, text); err != nil {
			return 0, err
		}
	}
	waiting := make(chan chan error, writers)
	var id int64
	go func() {
		for first := range waiting {
			batch := []chan error{first}
			err := rawBatch(ctx, d, prepared, waiting, &batch, &id, skus)
			for _, reply := range batch {
				reply <- err
			}
		}
	}()
	defer close(waiting)
	return closedLoop(writers, lasts, func() error {
		reply := make(chan error, 1)
		waiting <- reply
		return <-reply
	})
}

func rawBatch(ctx context.Context, d *sql.DB, prepared []*sql.Stmt, waiting chan chan error, batch *[]chan error, id *int64, skus int) error {
	tx, err := d.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	stmts := make([]*sql.Stmt, len(prepared))
	for i, p := range prepared {
		stmts[i] = tx.StmtContext(ctx, p)
	}
	exec := func(i int, args ...any) error { _, err := stmts[i].ExecContext(ctx, args...); return err }
	for n := 1; ; n++ {
		*id++
		if err := rawOrder(exec, *id, skus); err != nil {
			return err
		}
		if n == 64 {
			return tx.Commit()
		}
		select {
		case reply, ok := <-waiting:
			if !ok {
				return tx.Commit()
			}
			*batch = append(*batch, reply)
		default:
			return tx.Commit()
		}
	}
}

// rawPostgres runs each order as a transaction of its own, statement by statement.
func rawPostgres(ctx context.Context, dsn string, skus, writers int, lasts time.Duration) (float64, error) {
	d, err := sql.Open("pgx", dsn)
	if err != nil {
		return 0, err
	}
	defer func() { _ = d.Close() }()
	d.SetMaxOpenConns(writers)
	d.SetMaxIdleConns(writers)
	if err := rawTables(ctx, d, db.Postgres, skus); err != nil {
		return 0, err
	}
	var next atomic.Int64
	return closedLoop(writers, lasts, func() error {
		for {
			tx, err := d.BeginTx(ctx, nil)
			if err != nil {
				return err
			}
			exec := func(i int, args ...any) error { _, err := tx.ExecContext(ctx, rawStatements[i], args...); return err }
			if err := rawOrder(exec, next.Add(1), skus); err == nil {
				return tx.Commit()
			} else if rollback := tx.Rollback(); rollback != nil || !db.IsRetryable(err) {
				return err
			}
		}
	})
}

// closedLoop runs f in n goroutines, each beginning anew when it is answered, and answers runs per second.
func closedLoop(n int, lasts time.Duration, f func() error) (float64, error) {
	var done atomic.Int64
	var failure atomic.Pointer[error]
	var wg sync.WaitGroup
	began := time.Now()
	for range n {
		wg.Go(func() {
			for time.Since(began) < lasts && failure.Load() == nil {
				if err := f(); err != nil {
					failure.Store(&err)
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	if p := failure.Load(); p != nil {
		return 0, *p
	}
	return float64(done.Load()) / time.Since(began).Seconds(), nil
}
