package identity

import (
	"context"
	"time"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/secret"
)

// lockMemory is how long after a lock-out the account's failures still count.
const lockMemory = 24 * time.Hour

func waitError(wait time.Duration) error {
	return errs.New(errs.TooMany, "error.login.wait", "seconds", int64((wait+time.Second-1)/time.Second))
}

// Login signs in with e-mail and password. With two steps and no code in the input the session is Pending. A wrong password,
// an unknown e-mail and a disabled account get the same answer, Unauthed "error.login.failed", after the same time; too many
// failures get TooMany "error.login.wait".
func (s *Service) Login(ctx context.Context, in LoginInput) (SignIn, error) {
	if err := in.Validate(); err != nil {
		return SignIn{}, err
	}
	t, wait := s.gate.enter(s.now(), in.Email, in.Client.Address)
	if wait > 0 {
		return SignIn{}, waitError(wait)
	}
	c, found, err := s.byEmail(ctx, in.Email)
	if err != nil {
		t.refund()
		return SignIn{}, err
	}
	if wait := c.LockedUntil.Sub(s.now()); found && wait > 0 {
		t.refund()
		return SignIn{}, waitError(wait)
	}
	hash := s.hasher.dummy
	if found {
		hash = c.hash
	}
	ok, stale, err := s.hasher.verify(ctx, hash, in.Password)
	if err != nil {
		t.refund()
		return SignIn{}, err
	}
	if !ok || !found || !c.Active() {
		return SignIn{}, s.failed(ctx, c, in.Client, "error.login.failed")
	}
	if c.TwoStep && in.Code == "" {
		t.refund()
		return s.pending(ctx, c, in.Client)
	}
	p := proof{client: in.Client}
	if p.step, err = s.checkCode(c, in.Code); err != nil {
		return SignIn{}, s.refused(ctx, t, c, in.Client, err)
	}
	if stale {
		// A failure to make the new hash leaves the old one, which is good still.
		p.rehash, _ = s.hasher.hash(ctx, in.Password)
	}
	return s.succeed(ctx, t, c, p)
}

// ConfirmCode turns a pending session into a real one with another token. A wrong code counts like a wrong password.
func (s *Service) ConfirmCode(ctx context.Context, token secret.Text, code string, client Client) (SignIn, error) {
	d := digestOf(token.Reveal())
	b, err := s.session(ctx, d)
	if err != nil {
		return SignIn{}, err
	}
	if b.pending == 0 {
		return SignIn{}, errs.New(errs.Unauthed, "error.unauthed")
	}
	var c credential
	err = s.db.Read(ctx, b.actor.Tenant, func(tx *db.Tx) error {
		c, err = credentialByID(ctx, tx, b.pending, "")
		return err
	})
	if err != nil {
		return SignIn{}, err
	}
	t, wait := s.gate.enter(s.now(), c.Email, client.Address)
	if wait > 0 {
		return SignIn{}, waitError(wait)
	}
	if wait := c.LockedUntil.Sub(s.now()); wait > 0 {
		t.refund()
		return SignIn{}, waitError(wait)
	}
	p := proof{client: client, replaces: d.String()}
	if p.step, err = s.checkCode(c, code); err != nil {
		return SignIn{}, s.refused(ctx, t, c, client, err)
	}
	return s.succeed(ctx, t, c, p)
}

func (s *Service) byEmail(ctx context.Context, email string) (c credential, found bool, err error) {
	err = s.db.Read(ctx, db.System, func(tx *db.Tx) error {
		c, found, err = credentialByEmail(ctx, tx, email)
		return err
	})
	return c, found, err
}

// refused is the end of an attempt whose code was not accepted; a failure of the machine is not counted.
func (s *Service) refused(ctx context.Context, t ticket, c credential, client Client, err error) error {
	if !errs.Is(err, errs.Unauthed) {
		t.refund()
		return err
	}
	return s.failed(ctx, c, client, "error.login.code")
}

// failed counts and journals a failure. An e-mail of nobody leaves a record of the same weight under the system, so that the
// answer takes as long; the e-mail itself is not kept, since people type passwords into that field.
func (s *Service) failed(ctx context.Context, c credential, client Client, key string) error {
	err := s.db.Write(ctx, c.Tenant, func(tx *db.Tx) error {
		payload := map[string]any{"address": client.address(), "reason": key}
		if c.ID != 0 {
			until, err := countFailure(ctx, tx, c.ID)
			if err != nil {
				return err
			}
			if until > 0 {
				payload["locked_until"] = until
			}
		}
		return s.note(ctx, tx, "system", "login.failed", "account", c.ID, payload)
	})
	if err != nil {
		return err
	}
	return errs.New(errs.Unauthed, key)
}

// countFailure answers until when the account is locked, in microseconds; 0 when it is not.
func countFailure(ctx context.Context, tx *db.Tx, id int64) (int64, error) {
	c, err := credentialByID(ctx, tx, id, tx.ForUpdate())
	if err != nil {
		return 0, err
	}
	n := c.fail + 1
	if !c.LockedUntil.IsZero() && tx.Now().Sub(c.LockedUntil) > lockMemory {
		n = 1
	}
	var until int64
	if d := lockFor(n, freePerAccount); d > 0 {
		until = clock.Micros(tx.Now().Add(d))
	}
	return until, setFailures(ctx, tx, id, n, until)
}

// pending opens the session between the two steps.
func (s *Service) pending(ctx context.Context, c credential, client Client) (out SignIn, err error) {
	err = s.db.Write(ctx, c.Tenant, func(tx *db.Tx) error {
		out, err = s.openSession(ctx, tx, c.Account, client, true)
		return err
	})
	return out, err
}

// proof is what came of a good attempt.
type proof struct {
	client   Client
	step     int64  // time step of the code; 0 without a second step
	rehash   string // hash at today's cost; empty when the old one will do
	replaces string // the pending session
}

// succeed opens the session, unless the account changed while its password was being checked or the code was used meanwhile.
func (s *Service) succeed(ctx context.Context, t ticket, c credential, p proof) (out SignIn, err error) {
	err = s.db.Write(ctx, c.Tenant, func(tx *db.Tx) error {
		now, err := credentialByID(ctx, tx, c.ID, tx.ForUpdate())
		if err != nil {
			return err
		}
		if now.hash != c.hash || now.TwoStep != c.TwoStep || !now.Active() {
			return errs.New(errs.Unauthed, "error.login.failed")
		}
		if p.step > 0 {
			if fresh, err := useStep(ctx, tx, c.ID, p.step); err != nil || !fresh {
				return orElse(err, errs.New(errs.Unauthed, "error.login.code"))
			}
		}
		if p.rehash != "" {
			if err := setAccount(ctx, tx, c.ID, "password_hash", p.rehash); err != nil {
				return err
			}
		}
		if p.replaces != "" {
			if n, err := s.endSession(ctx, tx, c.ID, p.replaces); err != nil || n == 0 {
				return orElse(err, errs.New(errs.Unauthed, "error.unauthed"))
			}
		}
		if err := clearFailures(ctx, tx, c.ID); err != nil {
			return err
		}
		if out, err = s.openSession(ctx, tx, now.Account, p.client, false); err != nil {
			return err
		}
		actor := access.Actor{Kind: access.Person, ID: c.ID}.String()
		return s.note(ctx, tx, actor, "login.succeeded", "account", c.ID, map[string]any{"address": p.client.address()})
	})
	switch {
	case err == nil:
		t.passed()
	case !errs.Is(err, errs.Unauthed):
		t.refund()
	}
	return out, err
}

func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}
