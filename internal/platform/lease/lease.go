// Package lease gives a piece of work one owner at a time over all processes: a connection's pull and push loops, a daily
// sweep. Every new owner gets a higher fence; a write made under a lease calls CheckIn with its fence, so that an owner who
// was paused past the end of its lease can not write over its successor.
package lease

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// ErrLost is what Renew, Release and CheckIn answer when somebody else has taken the lease since.
var ErrLost = errs.New(errs.Conflict, "error.lease.lost")

// Lease is the right to do a piece of work until ExpiresAt.
type Lease struct {
	Name      string
	Owner     string
	Fence     int64 // grows with every new owner
	ExpiresAt time.Time
}

// Leases hands out leases over one database.
type Leases struct{ db *db.DB }

// New makes Leases.
func New(d *db.DB) *Leases { return &Leases{db: d} }

// Acquire takes the lease of a name for ttl when it is free, has run out, or is the owner's already (which renews it and
// keeps the fence). It is false when somebody else holds it. The owner is a name no other process uses.
func (l *Leases) Acquire(ctx context.Context, t db.Tenant, name, owner string, ttl time.Duration) (Lease, bool, error) {
	got := Lease{Name: name, Owner: owner}
	var ok bool
	err := l.db.Write(ctx, t, func(tx *db.Tx) error {
		got.ExpiresAt = tx.Now().Add(ttl)
		err := tx.QueryRow(ctx, `insert into lease (tenant_id, name, owner, fence, expires_at) values ($1, $2, $3, 1, $4)
			on conflict (tenant_id, name) do update set owner = excluded.owner, expires_at = excluded.expires_at,
				fence = case when lease.owner = excluded.owner and lease.expires_at > $5 then lease.fence else lease.fence + 1 end
			where lease.expires_at <= $5 or lease.owner = excluded.owner
			returning fence`, int64(t), name, owner, got.ExpiresAt.UnixMicro(), tx.NowMicros()).Scan(&got.Fence)
		ok = err == nil
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil || !ok {
		return Lease{}, false, err
	}
	return got, true, nil
}

// Renew moves the end of a held lease to ttl from now. A lease that has run out is renewed too as long as nobody took it.
func (l *Leases) Renew(ctx context.Context, t db.Tenant, held Lease, ttl time.Duration) (Lease, error) {
	err := l.db.Write(ctx, t, func(tx *db.Tx) error {
		held.ExpiresAt = tx.Now().Add(ttl)
		return mine(tx.Exec(ctx, `update lease set expires_at = $1 where tenant_id = $2 and name = $3 and owner = $4 and fence = $5`,
			held.ExpiresAt.UnixMicro(), int64(t), held.Name, held.Owner, held.Fence))
	})
	return held, err
}

// Release gives a lease up, so that the next owner need not wait for its end.
func (l *Leases) Release(ctx context.Context, t db.Tenant, held Lease) error {
	return l.db.Write(ctx, t, func(tx *db.Tx) error {
		return mine(tx.Exec(ctx, `update lease set owner = '', expires_at = 0 where tenant_id = $1 and name = $2 and owner = $3 and fence = $4`,
			int64(t), held.Name, held.Owner, held.Fence))
	})
}

// mine is ErrLost when the statement found no lease of the owner.
func mine(n int64, err error) error {
	if err == nil && n == 0 {
		return ErrLost
	}
	return err
}

// CheckIn proves inside a write that the fence is still the newest: nobody can take the lease until the write ends. Call it
// before the first change, so that the lock order is lease, then everything else.
func CheckIn(ctx context.Context, tx *db.Tx, name string, fence int64) error {
	query := `select fence from lease where tenant_id = $1 and name = $2`
	if tx.Engine() == db.Postgres {
		query += " for share" // several writes of one owner may check in at once
	}
	var newest int64
	err := tx.QueryRow(ctx, query, int64(tx.Tenant), name).Scan(&newest)
	if errors.Is(err, sql.ErrNoRows) || err == nil && newest != fence {
		return ErrLost
	}
	return err
}

// Claim takes the current period of something that happens once per interval over all processes. It is true for the one
// caller whose transaction commits; the period lasts from then on and is not given back.
func Claim(ctx context.Context, tx *db.Tx, name, owner string, interval time.Duration) (bool, error) {
	next := tx.Now().Add(interval).UnixMicro()
	// An end further away than two intervals is left over from a longer interval of an earlier configuration; the second
	// one is room for clocks that differ.
	far := tx.Now().Add(2 * interval).UnixMicro()
	n, err := tx.Exec(ctx, `insert into lease (tenant_id, name, owner, fence, expires_at) values ($1, $2, $3, 1, $4)
		on conflict (tenant_id, name) do update set owner = excluded.owner, expires_at = excluded.expires_at, fence = lease.fence + 1
		where lease.expires_at <= $5 or lease.expires_at > $6`, int64(tx.Tenant), name, owner, next, tx.NowMicros(), far)
	return n == 1, err
}

// Ends is when the lease or period of a name ends; the zero time when there is none.
func Ends(ctx context.Context, tx *db.Tx, name string) (time.Time, error) {
	var us int64
	err := tx.QueryRow(ctx, `select expires_at from lease where tenant_id = $1 and name = $2`, int64(tx.Tenant), name).Scan(&us)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return clock.FromMicros(us), err
}
