package moving

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/moving/baselinker"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/reconcile"
	"github.com/lad-hub/lad/internal/platform/secret"
)

// The API takes 100 requests in any minute: a burst of politeBurst and politePerSecond after it stay below.
const (
	politePerSecond = 1.4
	politeBurst     = 12
)

// Bounds of trying again.
const (
	firstPause = 2 * time.Second
	longPause  = 5 * time.Minute
	maxTries   = 12 // about half an hour
	fewTries   = 3  // of what is refused: the API has codes for trouble of its own that nobody has listed
)

// errMoved says that somebody else has changed the run since it was read.
var errMoved = errs.New(errs.Conflict, "error.conflict")

// work is one step on its way.
type work struct {
	s      *Service
	actor  access.Actor
	run    Run
	client *baselinker.Client
}

// steps do one page of a stage each. What a page needs of the other hub is read first, then everything is written together with
// the cursor.
var steps = map[Stage]func(*work, context.Context) error{
	StageShop: (*work).readShop, StageCategories: (*work).readCategories, StageProducts: (*work).readProducts, StageKits: (*work).readKits,
	StagePrices: (*work).readPrices, StageStatuses: (*work).readStatuses, StageOrders: (*work).readOrders, StageChanges: (*work).readChanges,
	StageHistory: (*work).applyHistory, StageStock: (*work).countStock, StageOpen: (*work).applyOpen,
}

// Step does the next page of a run's turn. More is false when the turn is over: the run is done, stopped, failed, or another turn
// has begun. At is when the next step may be tried, zero for now. An error is the database's: nothing is known of the run.
func (s *Service) Step(ctx context.Context, a access.Actor, id, turn int64) (more bool, at time.Time, err error) {
	r, err := s.ByID(ctx, a.Tenant, id)
	if err != nil || r.State != Running || r.Turn != turn {
		return false, at, err
	}
	if now := s.db.Clock().Now(); r.NotBefore.After(now) {
		return true, r.NotBefore, nil
	}
	w := &work{s: s, actor: a, run: r}
	if w.client, err = s.clientFor(a.Tenant, r); err == nil {
		err = steps[r.Stage](w, ctx)
	}
	switch {
	case err == nil:
		return true, at, nil
	case errors.Is(err, errMoved):
		return true, at, nil // the next step sees what became of it
	case ctx.Err() != nil:
		return false, at, ctx.Err()
	}
	return w.settle(ctx, err)
}

// clientFor opens the sealed token. All steps of a shop share one client, so that its limit holds over all of them.
func (s *Service) clientFor(t db.Tenant, r Run) (*baselinker.Client, error) {
	token, err := s.Box.Unseal(t, purpose(r.ID), r.token)
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "error.moving.token_lost")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.clients[t]
	if c == nil {
		c = s.HTTP()
		rate := s.PerSecond
		if rate == 0 {
			rate = politePerSecond
		}
		c.Transport = reconcile.NewLimiter(transport(c), max(rate, 0), politeBurst)
		s.clients[t] = c
	}
	return &baselinker.Client{HTTP: c, Address: r.Address, Token: secret.Text(token), Clock: s.db.Clock()}, nil
}

func transport(c *http.Client) http.RoundTripper {
	if c.Transport == nil {
		return http.DefaultTransport
	}
	return c.Transport
}

// save writes a page: fn changes the run and everything else, in one transaction that fails with errMoved when the run is not
// what the page was read for. fn may run twice.
func (w *work) save(ctx context.Context, fn func(tx *db.Tx, r *Run) error) error {
	return w.s.db.Write(ctx, w.actor.Tenant, func(tx *db.Tx) error {
		r, err := lockRun(ctx, tx, w.run.ID)
		if err != nil {
			return err
		}
		if r.version != w.run.version {
			return errMoved
		}
		r.Tries, r.NotBefore, r.Error, r.Words = 0, time.Time{}, "", ""
		if err := fn(tx, &r); err != nil {
			return err
		}
		tenant := tx.Tenant
		tx.AfterCommit(func() { w.s.Changed(tenant) })
		return updateRun(ctx, tx, r)
	})
}

// enter begins a stage.
func (r *Run) enter(stage Stage, now int64) {
	r.Stage = stage
	r.cursor = cursor{Log: r.cursor.Log, Changed: r.cursor.Changed}
	r.Progress = Progress{Began: now}
}

// settle decides what a failure means for the run: wait and try again, or stop until a person has done something.
func (w *work) settle(ctx context.Context, cause error) (more bool, at time.Time, err error) {
	if errs.Is(cause, errs.Unavailable) {
		return true, at, cause // the database: the caller comes again
	}
	key, most := w.judge(cause)
	w.s.log.Warn("moving: step failed", "run", w.run.ID, "stage", string(w.run.Stage), "err", cause)
	err = w.s.db.Write(ctx, w.actor.Tenant, func(tx *db.Tx) error {
		r, err := lockRun(ctx, tx, w.run.ID)
		if err != nil || r.version != w.run.version {
			return err
		}
		r.Error, r.Words = key, ""
		var theirs *connector.Error
		if errors.As(cause, &theirs) {
			r.Words = clip(theirs.Message, maxTitle)
		}
		if r.Tries++; most > 0 && r.Tries >= most {
			more, r.State = false, Failed
			if err := w.s.tell(ctx, tx, w.actor, "moving.failed", r.ID, map[string]any{"stage": r.Stage, "words": r.Words}); err != nil {
				return err
			}
			return updateRun(ctx, tx, r)
		}
		r.NotBefore = tx.Now().Add(pause(r.Tries, connector.RetryAfter(cause)))
		more, at = true, r.NotBefore
		tenant := tx.Tenant
		tx.AfterCommit(func() { w.s.Changed(tenant) })
		return updateRun(ctx, tx, r)
	})
	return more, at, err
}

// judge puts a failure into words and says after how many tries in a row the run fails; 0 means never.
func (w *work) judge(cause error) (key string, most int64) {
	var theirs *connector.Error
	if errors.As(cause, &theirs) {
		switch theirs.Kind {
		case connector.KindAuth, connector.KindDenied:
			return "error.moving.token", 1
		case connector.KindLimited:
			return "error.moving.limited", 0
		case connector.KindSettings:
			return "error.moving.refused", 1
		case connector.KindPermanent:
			return "error.moving.refused", fewTries
		}
		return "error.moving.again", maxTries
	}
	var ours *errs.Error
	switch {
	case !errors.As(cause, &ours):
		return "error.internal", maxTries
	case ours.Code == errs.Conflict || ours.Code == errs.Internal:
		return ours.Key, maxTries
	}
	return ours.Key, 1
}

// pause doubles from try to try, with jitter, unless the other hub has said how long.
func pause(tries int64, asked time.Duration) time.Duration {
	if asked > 0 {
		return asked
	}
	d := min(firstPause<<min(tries-1, 20), longPause)
	return d + time.Duration(rand.Int64N(int64(d)/4))
}

// finish ends the run. The token has done its work and is thrown away.
func (w *work) finish(ctx context.Context, tx *db.Tx, r *Run) error {
	orders, err := w.s.Orders.Count(ctx, tx)
	if err != nil {
		return err
	}
	customers, err := w.s.Customers.Count(ctx, tx)
	if err != nil {
		return err
	}
	r.Report.count(ThingOrder, func(c *Count) {
		c.Created = orders - r.shop.OrdersBefore
		c.Unchanged = max(0, orders-c.Created-c.Changed)
	})
	r.Report.count(ThingCustomer, func(c *Count) { c.Created = customers - r.shop.CustomersBefore })
	r.State, r.FinishedAt, r.token, r.cursor = Done, tx.Now(), []byte{}, cursor{}
	return w.s.tell(ctx, tx, w.actor, "moving.done", r.ID, r.Report.Counts)
}
