package db

import (
	"context"
	"database/sql"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/lad-hub/lad/internal/platform/errs"
)

// Bounds of one group commit: enough writes to share a flush, few enough that the first does not wait for the last.
const (
	batchWrites = 64
	batchTime   = 20 * time.Millisecond
	batchQueue  = 4096
)

// batcher is SQLite's one writer: it takes every write that waits, runs them in one transaction, all but the first in a
// savepoint, and commits once. Nobody is answered before the commit.
type batcher struct {
	d     *DB
	queue chan *writeRequest
	stop  chan struct{}
	done  chan struct{}
}

type writeRequest struct {
	ctx    context.Context
	tenant Tenant
	fn     func(*Tx) error
	tx     *Tx
	err    error
	reply  chan error
}

func newBatcher(d *DB) *batcher {
	b := &batcher{d: d, queue: make(chan *writeRequest, batchQueue), stop: make(chan struct{}), done: make(chan struct{})}
	go b.run()
	return b
}

func (b *batcher) close() {
	close(b.stop)
	<-b.done
}

// do queues fn and waits for its commit. Once fn has begun the wait is not cut short: the caller must learn the outcome.
func (b *batcher) do(ctx context.Context, t Tenant, fn func(*Tx) error) error {
	r := &writeRequest{ctx: ctx, tenant: t, fn: fn, reply: make(chan error, 1)}
	select {
	case b.queue <- r:
	case <-b.stop:
		return errs.New(errs.Unavailable, "error.db.closing")
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-r.reply:
		return err
	case <-b.done:
		select {
		case err := <-r.reply:
			return err
		default:
			return errs.New(errs.Unavailable, "error.db.closing")
		}
	}
}

func (b *batcher) run() {
	defer close(b.done)
	for {
		select {
		case r := <-b.queue:
			b.commit(r)
		case <-b.stop:
			for {
				select {
				case r := <-b.queue:
					b.commit(r)
				default:
					return
				}
			}
		}
	}
}

// commit runs first and whatever else waits, then commits and answers all of them. A failure of the transaction itself
// (disk full) fails every write of the batch, since none is durable.
func (b *batcher) commit(first *writeRequest) {
	// A cancelled statement would roll back the whole transaction of all callers, so writes run without cancellation.
	ctx := context.WithoutCancel(first.ctx)
	stx, err := b.d.write.BeginTx(ctx, nil)
	if err != nil {
		first.reply <- err
		return
	}
	stmts := map[string]*sql.Stmt{}
	began := time.Now()
	batch := make([]*writeRequest, 0, batchWrites)
	for r := first; r != nil; r = b.next(len(batch), began) {
		batch = append(batch, r)
		if r.err = r.ctx.Err(); r.err != nil {
			continue
		}
		if len(batch) == 1 {
			if r.err = b.alone(stx, stmts, r); r.err != nil {
				break
			}
			continue
		}
		if err = b.one(ctx, stx, stmts, r); err != nil {
			break
		}
	}
	if first.err != nil && len(batch) == 1 {
		_ = stx.Rollback()
		b.answer(batch, stmts, nil)
		return
	}
	if err == nil {
		err = stx.Commit()
	}
	if err != nil {
		_ = stx.Rollback()
	}
	b.answer(batch, stmts, err)
}

// next takes one more waiting write without waiting, nil when the batch is full or nobody waits.
func (b *batcher) next(n int, began time.Time) *writeRequest {
	if n >= batchWrites || time.Since(began) > batchTime {
		return nil
	}
	select {
	case r := <-b.queue:
		return r
	default:
		return nil
	}
}

// alone runs the first write of a transaction, which needs no savepoint: when it fails nothing else is rolled back with it, and
// a savepoint costs a copy of every page that is touched.
func (b *batcher) alone(stx *sql.Tx, stmts map[string]*sql.Stmt, r *writeRequest) error {
	r.tx = b.d.newTx(stx, r.tenant)
	r.tx.stmts = stmts
	return guarded(r.tx, r.fn)
}

// one runs a write in its savepoint. The error it returns is the transaction's, the write's own is kept in r.
func (b *batcher) one(ctx context.Context, stx *sql.Tx, stmts map[string]*sql.Stmt, r *writeRequest) error {
	r.tx = b.d.newTx(stx, r.tenant)
	r.tx.stmts = stmts
	if _, err := r.tx.Exec(ctx, "savepoint w"); err != nil {
		return err
	}
	r.err = guarded(r.tx, r.fn)
	if r.err != nil {
		if _, err := r.tx.Exec(ctx, "rollback to w"); err != nil {
			return fmt.Errorf("%w (after %w)", err, r.err)
		}
	}
	_, err := r.tx.Exec(ctx, "release w")
	return err
}

// guarded turns a panic of one write into its error, so that the others of the batch are not lost.
func guarded(tx *Tx, fn func(*Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in write: %v\n%s", p, debug.Stack())
		}
	}()
	return fn(tx)
}

func (b *batcher) answer(batch []*writeRequest, stmts map[string]*sql.Stmt, err error) {
	b.keep(stmts, err == nil)
	for _, r := range batch {
		switch {
		case r.err != nil:
			r.reply <- r.err
		case err != nil:
			r.reply <- err
		default:
			r.tx.committed()
			r.reply <- nil
		}
	}
}

// keep prepares for good the statements that this transaction used for the first time. The cache is bounded by the number
// of query texts in the program: bulk inserts use few fixed sizes.
func (b *batcher) keep(stmts map[string]*sql.Stmt, ok bool) {
	for query, st := range stmts {
		if _, known := b.d.stmts.Load(query); known || !ok {
			continue
		}
		_ = st.Close()
		if p, err := b.d.write.Prepare(query); err == nil {
			b.d.stmts.Store(query, p)
		}
	}
}
