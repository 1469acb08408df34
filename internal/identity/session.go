package identity

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/secret"
)

// Life of a session.
const (
	SessionIdle    = 12 * time.Hour
	SessionLongest = 7 * 24 * time.Hour
	// PendingLongest is the time to type the code of the second step.
	PendingLongest = 5 * time.Minute
)

// Session is one signed-in browser.
type Session struct {
	ID        string // digest of the token; useless for signing in
	Client    string // the browser's name
	Address   string
	CreatedAt time.Time
	SeenAt    time.Time // exact to a minute
	ExpiresAt time.Time
	Current   bool
}

// sessionData is what a session keeps beside its columns.
type sessionData struct {
	Pending bool `json:"pending,omitempty"`
}

func newToken() secret.Text { return secret.Text(base64.RawURLEncoding.EncodeToString(random(32))) }

// openSession makes a session of an account in the caller's transaction.
func (s *Service) openSession(ctx context.Context, tx *db.Tx, acc Account, client Client, pending bool) (SignIn, error) {
	life := SessionLongest
	if pending {
		life = PendingLongest
	}
	out := SignIn{Account: acc, Token: newToken(), Expires: tx.Now().Add(life), Pending: pending}
	data, err := json.Marshal(sessionData{Pending: pending})
	if err != nil {
		return SignIn{}, err
	}
	_, err = tx.Exec(ctx, `insert into session (tenant_id, token_hash, account_id, data, user_agent, address, created_at, seen_at, expires_at)
		values ($1, $2, $3, $4, $5, $6, $7, $7, $8)`,
		int64(tx.Tenant), hashed(out.Token), acc.ID, data, client.userAgent(), client.address(), tx.NowMicros(), clock.Micros(out.Expires))
	return out, err
}

// endSessions signs an account out everywhere.
func (s *Service) endSessions(ctx context.Context, tx *db.Tx, accountID int64) error {
	tx.AfterCommit(s.known.clear)
	_, err := tx.Exec(ctx, "delete from session where tenant_id = $1 and account_id = $2", int64(tx.Tenant), accountID)
	return err
}

func (s *Service) endSession(ctx context.Context, tx *db.Tx, accountID int64, id string) (int64, error) {
	tx.AfterCommit(s.known.clear)
	return tx.Exec(ctx, "delete from session where tenant_id = $1 and account_id = $2 and token_hash = $3", int64(tx.Tenant), accountID, id)
}

// Sessions lists one's own sessions, the latest used first; token is the one of this request.
func (s *Service) Sessions(ctx context.Context, a access.Actor, token secret.Text) (out []Session, err error) {
	if err := person(a); err != nil {
		return nil, err
	}
	now, current := s.now(), hashed(token)
	err = s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		return tx.Each(ctx, `select token_hash, user_agent, address, created_at, seen_at, expires_at from session
			where tenant_id = $1 and account_id = $2 and expires_at > $3 and seen_at > $4 order by seen_at desc, token_hash limit 200`,
			[]any{int64(tx.Tenant), a.ID, clock.Micros(now), clock.Micros(now.Add(-SessionIdle))}, func(row db.Scanner) error {
				var x Session
				var created, seen, expires int64
				err := row.Scan(&x.ID, &x.Client, &x.Address, &created, &seen, &expires)
				x.CreatedAt, x.SeenAt, x.ExpiresAt = clock.FromMicros(created), clock.FromMicros(seen), clock.FromMicros(expires)
				x.Current = x.ID == current
				out = append(out, x)
				return err
			})
	})
	return out, err
}

// RevokeSession ends one of one's own sessions.
func (s *Service) RevokeSession(ctx context.Context, a access.Actor, id string) error {
	if err := person(a); err != nil {
		return err
	}
	return s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		n, err := s.endSession(ctx, tx, a.ID, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.NotFound, "error.not_found")
		}
		return s.note(ctx, tx, a.String(), "session.revoked", "account", a.ID, nil)
	})
}

// RevokeSessions signs an account out everywhere: one's own, or any with AccountsWrite.
func (s *Service) RevokeSessions(ctx context.Context, a access.Actor, accountID int64) error {
	if a.Kind != access.Person || a.ID != accountID {
		if err := a.Must(access.AccountsWrite); err != nil {
			return err
		}
	}
	return s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		if err := s.endSessions(ctx, tx, accountID); err != nil {
			return err
		}
		return s.note(ctx, tx, a.String(), "session.revoked", "account", accountID, map[string]any{"all": true})
	})
}

// SignOut ends the session of a token; a token that is nobody's is no error.
func (s *Service) SignOut(ctx context.Context, token secret.Text) error {
	b, err := s.session(ctx, digestOf(token.Reveal()))
	if err != nil {
		if errs.Is(err, errs.Unauthed) {
			return nil
		}
		return err
	}
	id := b.actor.ID
	if b.pending != 0 {
		id = b.pending
	}
	return s.db.Write(ctx, b.actor.Tenant, func(tx *db.Tx) error {
		n, err := s.endSession(ctx, tx, id, hashed(token))
		if err != nil || n == 0 {
			return err
		}
		return s.note(ctx, tx, access.Actor{Kind: access.Person, ID: id}.String(), "session.ended", "account", id, nil)
	})
}

// PurgeSessions deletes sessions that are over, in all tenants, and answers how many. Run it daily.
func (s *Service) PurgeSessions(ctx context.Context) (n int64, err error) {
	err = s.db.Write(ctx, db.System, func(tx *db.Tx) error {
		n, err = tx.Exec(ctx, "delete from session where tenant_id > 0 and (expires_at <= $1 or seen_at <= $2)",
			tx.NowMicros(), clock.Micros(tx.Now().Add(-SessionIdle)))
		return err
	})
	return n, err
}

// session finds the bearer of a session token. Unknown, ended and disabled are all Unauthed.
func (s *Service) session(ctx context.Context, d digest) (*bearer, error) {
	return s.bearer(ctx, d, s.loadSession, `update session set seen_at = $3 where tenant_id = $1 and token_hash = $2 and seen_at < $3`)
}

func (s *Service) loadSession(ctx context.Context, tx *db.Tx, d digest) (*bearer, error) {
	var tenant, seen, expires, disabled int64
	var acc Account
	var raw []byte
	var zone string
	err := tx.QueryRow(ctx, `select s.tenant_id, s.account_id, s.data, s.seen_at, s.expires_at, a.name, a.role, a.language, a.disabled_at, t.zone
		from session s join account a on a.tenant_id = s.tenant_id and a.id = s.account_id join tenant t on t.tenant_id = s.tenant_id
		where s.token_hash = $1`, d.String()).
		Scan(&tenant, &acc.ID, &raw, &seen, &expires, &acc.Name, &acc.Role, &acc.Language, &disabled, &zone)
	if errors.Is(err, sql.ErrNoRows) || err == nil && disabled != 0 {
		return nil, errs.New(errs.Unauthed, "error.unauthed")
	}
	if err != nil {
		return nil, err
	}
	var data sessionData
	if err := json.Unmarshal(raw, &data); err != nil {
		return nil, err
	}
	acc.Tenant = db.Tenant(tenant)
	b := &bearer{actor: acc.actor(), zone: location(zone), expires: clock.FromMicros(expires), idle: SessionIdle}
	if data.Pending {
		b.pending, b.actor = acc.ID, access.Actor{Tenant: acc.Tenant}
	}
	b.seen.Store(seen)
	return b, nil
}

// location is a tenant's zone; UTC for a name that this program's zone data lacks.
func location(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return z
}
