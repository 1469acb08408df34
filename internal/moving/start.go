package moving

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/secret"
)

// Bounds of the form.
const (
	maxToken   = 500
	maxAddress = 500
)

// permission is what moving in needs: only an owner has it.
const permission = access.ConnectionsWrite

// Input starts a run.
type Input struct {
	Token secret.Text
	// Address of the API; empty means the vendor's own.
	Address string
	// Since leaves out orders confirmed before; zero means all.
	Since time.Time
	// WithStock counts the stock as the other hub has it.
	WithStock bool
}

// Validate reports every fault at once. An address without https is for tests and rehearsals only.
func (in Input) Validate(now time.Time, plain bool) error {
	var c errs.Check
	checkToken(&c, in.Token)
	if in.Address != "" {
		u, err := url.Parse(in.Address)
		ok := err == nil && u.Host != "" && u.User == nil && (u.Scheme == "https" || u.Scheme == "http" && plain)
		c.That(ok && len(in.Address) <= maxAddress, "address", "error.moving.address")
	}
	c.That(!in.Since.After(now), "since", "error.moving.since")
	return c.Err()
}

func checkToken(c *errs.Check, token secret.Text) {
	text := token.Reveal()
	c.That(text != "" && len(text) <= maxToken && !strings.ContainsAny(text, " \t\r\n"), "token", "error.moving.token_form")
}

// purpose binds a sealed token to its run.
func purpose(id int64) string { return fmt.Sprint("moving:", id) }

// Begin starts a run, or, when one is not over yet, goes on with that as it is asked for now. It does not do the work: Step does.
func (s *Service) Begin(ctx context.Context, a access.Actor, in Input) (Run, error) {
	if err := a.Must(permission); err != nil {
		return Run{}, err
	}
	in.Token, in.Address = secret.Text(strings.TrimSpace(in.Token.Reveal())), strings.TrimSpace(in.Address)
	if err := in.Validate(s.db.Clock().Now(), s.AllowPrivate); err != nil {
		return Run{}, err
	}
	id, err := s.ids.New(ctx, "moving_run")
	if err != nil {
		return Run{}, err
	}
	var r Run
	err = s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		list, err := newest(ctx, tx, 1)
		if err != nil {
			return err
		}
		if len(list) == 1 && !list[0].Over() {
			r, err = s.again(ctx, tx, a, list[0].ID, in.Token, func(r *Run) { r.Address, r.Since, r.WithStock = in.Address, in.Since, in.WithStock })
			return err
		}
		r = Run{ID: id, State: Running, Stage: StageShop, Turn: 1, Address: in.Address, Since: in.Since, WithStock: in.WithStock, StartedBy: a.String(),
			CreatedAt: tx.Now(), version: 1, Progress: Progress{Began: tx.NowMicros()}}
		if r.token, err = s.Box.Seal(tx.Tenant, purpose(id), []byte(in.Token.Reveal())); err != nil {
			return err
		}
		if r.shop.OrdersBefore, err = s.Orders.Count(ctx, tx); err != nil {
			return err
		}
		if r.shop.CustomersBefore, err = s.Customers.Count(ctx, tx); err != nil {
			return err
		}
		if err := insertRun(ctx, tx, r); err != nil {
			return err
		}
		return s.tell(ctx, tx, a, "moving.started", id, nil)
	})
	if db.IsUnique(err) { // somebody else began at the same moment
		err = errs.Wrap(errs.Conflict, err, "error.conflict")
	}
	return r, err
}

// Resume goes on with a run that was stopped or failed; an empty token keeps the one it has. A running one gets a new turn, which
// ends loops of earlier ones.
func (s *Service) Resume(ctx context.Context, a access.Actor, id int64, token secret.Text) (r Run, err error) {
	if err := a.Must(permission); err != nil {
		return r, err
	}
	token = secret.Text(strings.TrimSpace(token.Reveal()))
	if token != "" {
		var c errs.Check
		checkToken(&c, token)
		if err := c.Err(); err != nil {
			return r, err
		}
	}
	err = s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		r, err = s.again(ctx, tx, a, id, token, func(*Run) {})
		return err
	})
	return r, err
}

func (s *Service) again(ctx context.Context, tx *db.Tx, a access.Actor, id int64, token secret.Text, ask func(*Run)) (Run, error) {
	r, err := lockRun(ctx, tx, id)
	if err != nil {
		return r, err
	}
	if r.Over() {
		return r, errs.New(errs.Conflict, "error.moving.over")
	}
	if token != "" {
		if r.token, err = s.Box.Seal(tx.Tenant, purpose(id), []byte(token.Reveal())); err != nil {
			return r, err
		}
	}
	ask(&r)
	r.State, r.Error, r.Words, r.Tries, r.NotBefore = Running, "", "", 0, time.Time{}
	r.Turn++
	r.Progress.Began, r.Progress.Base = tx.NowMicros(), r.Progress.Done
	// Time has passed since the orders were read: what changed meanwhile comes before the stock is counted against it.
	if r.Stage == StageHistory || r.Stage == StageStock {
		r.enter(StageChanges, tx.NowMicros())
	}
	if err := updateRun(ctx, tx, r); err != nil {
		return r, err
	}
	r.version++
	return r, s.tell(ctx, tx, a, "moving.resumed", id, nil)
}

// Stop ends a run after the page under way; Resume goes on with it.
func (s *Service) Stop(ctx context.Context, a access.Actor, id int64) error {
	if err := a.Must(permission); err != nil {
		return err
	}
	return s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		r, err := lockRun(ctx, tx, id)
		if err != nil {
			return err
		}
		if r.State != Running {
			return errs.New(errs.Conflict, "error.moving.not_running")
		}
		r.State, r.NotBefore = Stopped, time.Time{}
		r.Turn++
		if err := updateRun(ctx, tx, r); err != nil {
			return err
		}
		return s.tell(ctx, tx, a, "moving.stopped", id, nil)
	})
}

// tell writes the journal and wakes open pages.
func (s *Service) tell(ctx context.Context, tx *db.Tx, a access.Actor, kind string, id int64, payload any) error {
	tenant := tx.Tenant
	tx.AfterCommit(func() { s.Changed(tenant) })
	return s.journal.Append(ctx, tx, journal.Record{Actor: a.String(), Kind: kind, Subject: "moving", SubjectID: id, Payload: payload})
}

// Runs lists the newest runs.
func (s *Service) Runs(ctx context.Context, a access.Actor, limit int) (out []Run, err error) {
	if err := a.Must(permission); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		out, err = newest(ctx, tx, limit)
		return err
	})
	return out, err
}
