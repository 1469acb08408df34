package connections

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/lease"
)

// With several processes on one PostgreSQL each connection's loop runs in one of them: the one that holds its lease.
const (
	leaseTime   = 15 * time.Second
	leaseRetry  = 5 * time.Second
	watchEvery  = 5 * time.Second
	stockHint   = "stock"
	statusHint  = "status"
	priceHint   = "price"
	leasePrefix = "connection-"
)

// newOwner is a name that no other process uses.
func newOwner() string {
	host, _ := os.Hostname()
	return fmt.Sprintf("%s-%d-%s", host, os.Getpid(), rand.Text()[:8])
}

// hold waits for the lease of a connection and keeps it; lost is called when it can not be kept. On SQLite there is one process
// and nothing to wait for. release gives it back.
func (r *runners) hold(ctx context.Context, key activeConnection, lost func()) (held lease.Lease, release func(), ok bool) {
	if r.svc.db.Engine() == db.SQLite {
		return held, func() {}, true
	}
	name := leasePrefix + strconv.FormatInt(key.id, 10)
	for {
		held, ok, err := r.leases.Acquire(ctx, key.tenant, name, r.owner, leaseTime)
		if ok {
			stop, done := context.WithCancel(ctx)
			go r.keep(stop, key.tenant, held, lost)
			return held, func() {
				done()
				_ = r.leases.Release(context.WithoutCancel(ctx), key.tenant, held)
			}, true
		}
		if err != nil && ctx.Err() == nil {
			r.svc.log.Warn("lease of a connection not taken", "connection", key.id, "err", err)
		}
		if !sleep(ctx, leaseRetry) {
			return held, nil, false
		}
	}
}

// keep renews a lease until ctx ends.
func (r *runners) keep(ctx context.Context, t db.Tenant, held lease.Lease, lost func()) {
	for sleep(ctx, leaseTime/3) {
		if _, err := r.leases.Renew(ctx, t, held, leaseTime); err != nil && ctx.Err() == nil {
			r.svc.log.Warn("lease of a connection lost", "name", held.Name, "err", err)
			lost()
			return
		}
	}
}

// watch notices what other processes did: connections that were added, changed or paused there, and their hints.
func (r *runners) watch(ctx context.Context) {
	go r.svc.db.Listen(ctx, r.hear)
	for sleep(ctx, watchEvery) {
		list, err := r.svc.activeEverywhere(ctx)
		if err != nil {
			continue
		}
		active := map[activeConnection]int64{}
		for _, a := range list {
			active[a.activeConnection] = a.version
		}
		for _, key := range r.differ(active) {
			r.restart(key.tenant, key.id)
		}
	}
}

// differ lists the connections whose loop here does not fit what the database says.
func (r *runners) differ(active map[activeConnection]int64) []activeConnection {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []activeConnection
	for key, version := range active {
		run := r.running[key]
		if run == nil || ended(run) || run.account != nil && run.account.Conn.Version != version {
			out = append(out, key)
		}
	}
	for key, run := range r.running {
		if _, ok := active[key]; !ok && run.account != nil && run.account.Conn.State == Active {
			out = append(out, key)
		}
	}
	return out
}

func ended(run *runner) bool {
	select {
	case <-run.done:
		return true
	default:
		return false
	}
}

// hear understands a hint of another process.
func (r *runners) hear(message string) {
	words := strings.Fields(message)
	numbers := make([]int64, 0, 2)
	for _, w := range words[min(1, len(words)):] {
		n, err := strconv.ParseInt(w, 10, 64)
		if err != nil {
			return
		}
		numbers = append(numbers, n)
	}
	switch {
	case len(numbers) == 1 && words[0] == stockHint:
		r.wakeAll(db.Tenant(numbers[0]), laneStock)
	case len(numbers) == 1 && words[0] == priceHint:
		r.wakeAll(db.Tenant(numbers[0]), lanePrice)
	case len(numbers) == 2 && words[0] == statusHint:
		r.wake(db.Tenant(numbers[0]), numbers[1], laneStatus)
	}
}

// StatusWanted tells every process that an order has news for its channel; it belongs into the transaction that makes them.
func (s *Service) StatusWanted(ctx context.Context, tx *db.Tx, connectionID int64) error {
	return tx.Notify(ctx, fmt.Sprintf("%s %d %d", statusHint, int64(tx.Tenant), connectionID))
}

// sleep waits and says whether ctx still runs.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
