package connections

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/lease"
	"github.com/lad-hub/lad/internal/platform/reconcile"
)

// The lanes of an account, in order of urgency.
const (
	laneDictionary    = "dictionary"
	laneApply         = "apply"
	laneStock         = "stock"
	laneStatus        = "status"
	laneHooks         = "hooks"
	laneSubscribe     = "subscribe"
	lanePull          = "pull"
	lanePrice         = "price"
	laneConfirm       = "confirm"
	laneConfirmPrices = "confirm_prices"
	laneOffers        = "offers"
	laneFees          = "fees"
)

// Bounds of the loops.
const (
	sweepEvery   = time.Second
	healthEvery  = 5 * time.Second
	longestRest  = 5 * time.Minute
	firstRest    = 500 * time.Millisecond
	stopPatience = 10 * time.Second
)

// runners keeps one loop per active connection.
type runners struct {
	svc *Service

	mu      sync.Mutex
	ctx     context.Context
	cancel  context.CancelFunc
	running map[activeConnection]*runner
	wg      sync.WaitGroup
	waves   waves
	doubts  doubts
	leases  *lease.Leases
	owner   string
}

type runner struct {
	account *Account
	pull    *pullLane
	offers  *offerLane
	cancel  context.CancelFunc
	done    chan struct{}
	before  *runner // the loop that this one waits for; nil once it has ended
}

func newRunners(s *Service) *runners {
	return &runners{svc: s, running: map[activeConnection]*runner{}, leases: lease.New(s.db), owner: newOwner()}
}

// Start begins the work on every active connection of every tenant; Stop ends it.
func (s *Service) Start(ctx context.Context) error {
	list, err := s.activeEverywhere(ctx)
	if err != nil {
		return err
	}
	r := s.runners
	r.mu.Lock()
	r.ctx, r.cancel = context.WithCancel(context.WithoutCancel(ctx))
	running := r.ctx
	r.mu.Unlock()
	if s.db.Engine() == db.Postgres {
		r.wg.Go(func() { r.watch(running) })
	}
	for _, a := range list {
		r.restart(a.tenant, a.id)
	}
	return nil
}

// Stop ends all loops; a request under way is cut short, which is safe since everything is asked for again.
func (s *Service) Stop() {
	r := s.runners
	r.mu.Lock()
	if r.cancel != nil {
		r.cancel()
	}
	r.ctx = nil
	r.mu.Unlock()
	r.wg.Wait()
}

// restart ends the loop of a connection, if any, and starts a new one if the connection is active. The newest call wins: each
// waits for the loop before it, so that an account has one loop at most and it knows the newest settings.
func (r *runners) restart(t db.Tenant, id int64) {
	key := activeConnection{t, id}
	r.mu.Lock()
	if r.ctx == nil {
		r.mu.Unlock()
		return
	}
	ctx, cancel := context.WithCancel(r.ctx)
	old := r.running[key]
	run := &runner{cancel: cancel, done: make(chan struct{}), before: old}
	r.running[key] = run
	r.wg.Add(1)
	r.mu.Unlock()
	go func() {
		defer r.wg.Done()
		defer close(run.done)
		if old != nil {
			old.cancel()
			<-old.done
			r.mu.Lock()
			run.before = nil
			r.mu.Unlock()
		}
		r.run(ctx, key, run)
	}()
}

// run opens the account and works until ctx ends.
func (r *runners) run(ctx context.Context, key activeConnection, run *runner) {
	held, release, ok := r.hold(ctx, key, run.cancel)
	if !ok {
		return
	}
	defer release()
	a := r.openPatiently(ctx, key)
	if a == nil || a.Conn.State != Active {
		return
	}
	a.held = held
	pull, offers := r.svc.lanes(a)
	r.mu.Lock()
	run.account, run.pull, run.offers = a, pull, offers
	r.mu.Unlock()
	a.loop.Run(ctx)
	r.mu.Lock()
	run.account, run.pull, run.offers = nil, nil, nil
	r.mu.Unlock()
}

// openPatiently opens a connection, as often as it takes while the database is away; nil when it can not be opened. One that
// is wrong in itself is stopped with the reason.
func (r *runners) openPatiently(ctx context.Context, key activeConnection) *Account {
	for rest := firstRest; ctx.Err() == nil; rest = min(2*rest, longestRest) {
		a, err := r.svc.open(ctx, key.tenant, key.id)
		switch {
		case err == nil:
			return a
		case ctx.Err() != nil:
			return nil
		}
		r.svc.log.Error("connection can not be opened", "tenant", int64(key.tenant), "connection", key.id, "err", err)
		if !errs.Is(err, errs.Unavailable) && r.svc.stopConnection(ctx, key.tenant, key.id, err) == nil {
			return nil
		}
		reconcile.Pause(ctx, rest)
	}
	return nil
}

// lanes builds the loop of an account from what its channel can do.
func (s *Service) lanes(a *Account) (pull *pullLane, offers *offerLane) {
	var lanes []reconcile.Lane
	orders, takesOrders := a.Channel.(connector.OrderSource)
	if words, ok := a.Channel.(connector.DictionarySource); ok {
		lanes = append(lanes, &dictionaryLane{Account: a, source: words})
	}
	if takesOrders {
		lanes = append(lanes, &applyLane{Account: a, source: orders, seen: map[string]bool{}})
	}
	if _, ok := a.Channel.(connector.StockSink); ok {
		lanes = append(lanes, &pushLane{a, stockShow})
	}
	if takesOrders { // a channel that can be told nothing has what waits for it dropped
		lanes = append(lanes, &statusLane{Account: a})
	}
	if hooks, ok := a.Channel.(connector.WebhookSource); ok && takesOrders {
		lanes = append(lanes, &hookLane{Account: a, source: orders})
		if s.PublicURL != "" {
			lanes = append(lanes, &subscribeLane{Account: a, hooks: hooks})
		}
	}
	if takesOrders {
		pull = &pullLane{Account: a, source: orders, under: a.Conn.OrderCursor != ""}
		lanes = append(lanes, pull)
	}
	_, setsPrices := a.Channel.(connector.PriceSink)
	setsPrices = setsPrices && a.Conn.Prices.Push
	if setsPrices {
		lanes = append(lanes, &pushLane{a, priceShow})
	}
	if source, ok := a.Channel.(connector.OfferSource); ok {
		confirm := func(sh *show) *confirmLane {
			return &confirmLane{Account: a, show: sh, source: source, asked: map[int64]time.Time{}}
		}
		lanes = append(lanes, confirm(stockShow))
		if setsPrices {
			lanes = append(lanes, confirm(priceShow))
		}
		offers = &offerLane{Account: a, source: source, inherited: a.Conn.Reading.BeganAt != 0}
		lanes = append(lanes, offers)
	}
	if source, ok := a.Channel.(connector.FeeSource); ok {
		lanes = append(lanes, &feeLane{Account: a, source: source})
	}
	a.hurt.account = a
	a.loop = reconcile.NewLoop(a.log, a.Now, sweepEvery, &a.hurt, lanes...)
	return pull, offers
}

// statusLane runs the orders' own work as a lane.
type statusLane struct{ *Account }

func (l *statusLane) Name() string { return laneStatus }

func (l *statusLane) Run(ctx context.Context) (reconcile.Step, error) {
	again, at, err := l.svc.Orders.PushNext(ctx, l.Account)
	return reconcile.Step{Again: again, At: at}, err
}

func (r *runners) find(t db.Tenant, id int64) *runner {
	r.mu.Lock()
	defer r.mu.Unlock()
	if run := r.running[activeConnection{t, id}]; run != nil && run.account != nil {
		return run
	}
	return nil
}

// busy says whether a loop of the connection runs here, be it one that is just ending.
func (r *runners) busy(t db.Tenant, id int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	run := r.running[activeConnection{t, id}]
	return run != nil && (run.account != nil || run.before != nil && !ended(run.before))
}

func (r *runners) wake(t db.Tenant, id int64, lane string) {
	if run := r.find(t, id); run != nil {
		run.account.loop.Wake(lane)
	}
}

// wakeAll wakes a lane of every connection of a tenant: each finds out itself whether it has something to do.
func (r *runners) wakeAll(t db.Tenant, lane string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, run := range r.running {
		if key.tenant == t && run.account != nil {
			run.account.loop.Wake(lane)
		}
	}
}

func (r *runners) pullNow(t db.Tenant, id int64) {
	if run := r.find(t, id); run != nil && run.pull != nil {
		run.pull.now.Store(true)
		run.account.loop.Wake(lanePull)
	}
}

func (r *runners) syncNow(t db.Tenant, id int64) {
	run := r.find(t, id)
	if run == nil {
		return
	}
	if run.offers != nil {
		run.offers.now.Store(true)
	}
	run.account.loop.Retry()
	for _, lane := range []string{laneApply, laneStock, lanePrice, laneStatus, laneOffers} {
		run.account.loop.Wake(lane)
	}
	r.pullNow(t, id)
}

// hurt is an account's policy for failures: what is written on the connection, how long it or one of its lanes rests, when it
// stops.
type hurt struct {
	account *Account
	mu      sync.Mutex
	noted   time.Time
	failing bool
	calls   int64 // requests sent when it was last looked
}

// asked says whether a request was sent since it was last asked.
func (h *hurt) asked() bool {
	calls := h.account.Limit.Calls()
	sent := calls != h.calls
	h.calls = calls
	return sent
}

// Worked notes that the outside answered, not more often than people look. A run without a request says nothing about it.
func (h *hurt) Worked(lane string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	a := h.account
	if !h.asked() {
		return false
	}
	ctx := context.Background()
	if err := a.allow(ctx, lane); err != nil {
		a.log.Error("right not noted", "err", err)
	}
	if !h.failing && a.Now().Sub(h.noted) < healthEvery {
		return true
	}
	h.noted, h.failing = a.Now(), false
	err := a.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "update connection set last_success_at = $3 where tenant_id = $1 and id = $2", int64(tx.Tenant), a.Conn.ID, tx.NowMicros())
		tx.AfterCommit(func() { a.svc.Changed(a.Tenant, a.Conn.ID) })
		return err
	})
	if err != nil {
		a.log.Error("health not noted", "err", err)
	}
	return true
}

// Failed writes the outside's words on the connection and answers the rest: what the outside asked for, else doubling up to
// five minutes. Credentials that do not work stop the connection until a person acts; a right that is missing stops the work
// that needs it.
func (h *hurt) Failed(lane string, cause error, inRow int) reconcile.Verdict {
	h.mu.Lock()
	defer h.mu.Unlock()
	a := h.account
	h.asked()
	ctx := context.Background()
	switch connector.KindOf(cause) {
	case connector.KindAuth:
		if err := a.svc.stopConnection(ctx, a.Tenant, a.Conn.ID, cause); err != nil {
			a.log.Error("connection not stopped", "err", err)
		}
		return reconcile.Verdict{Stop: true}
	case connector.KindDenied:
		if err := a.deny(ctx, lane, words(cause)); err != nil {
			a.log.Error("missing right not noted", "err", err)
		}
		return reconcile.Verdict{Rest: longestRest, Lane: true}
	}
	if !h.failing || a.Now().Sub(h.noted) >= healthEvery {
		h.noted, h.failing = a.Now(), true
		if err := a.svc.noteError(ctx, a.Tenant, a.Conn.ID, lane, cause); err != nil {
			a.log.Error("health not noted", "err", err)
		}
	}
	if rest := connector.RetryAfter(cause); rest > 0 {
		return reconcile.Verdict{Rest: min(rest, longestRest)}
	}
	rest := min(firstRest<<min(inRow-1, 12), longestRest)
	return reconcile.Verdict{Rest: rest/2 + time.Duration(rand.Int64N(int64(rest)))}
}

// words are what a person is shown of an error: the outside's own, without our wrapping.
func words(err error) string {
	text := err.Error()
	if e := (*connector.Error)(nil); errors.As(err, &e) {
		text = e.Message
	}
	return clean(text)
}

// maxWords bounds the outside's words.
const maxWords = 1000

// clean makes any bytes a text that a database keeps.
func clean(text string) string {
	if len(text) > maxWords {
		text = text[:maxWords]
	}
	return strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", "")
}

func (s *Service) noteError(ctx context.Context, t db.Tenant, id int64, lane string, cause error) error {
	return s.db.Write(ctx, t, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "update connection set last_error = $3, last_error_at = $4 where tenant_id = $1 and id = $2", int64(tx.Tenant), id, words(cause), tx.NowMicros())
		if err != nil {
			return err
		}
		tx.AfterCommit(func() { s.Changed(t, id) })
		return s.journal.Append(ctx, tx, journal.Record{Actor: "system", Kind: "connection.failed", Subject: "connection", SubjectID: id,
			Payload: map[string]any{"lane": lane, "kind": connector.KindOf(cause), "words": words(cause)}})
	})
}

// stopConnection ends a connection whose credentials do not work and asks a person for new ones.
func (s *Service) stopConnection(ctx context.Context, t db.Tenant, id int64, cause error) error {
	return s.db.Write(ctx, t, func(tx *db.Tx) error {
		c, err := ByID(ctx, tx, id)
		if err != nil || c.State != Active {
			return err
		}
		if _, err := tx.Exec(ctx, "update connection set last_error = $3, last_error_at = $4 where tenant_id = $1 and id = $2", int64(tx.Tenant), id, words(cause), tx.NowMicros()); err != nil {
			return err
		}
		if err := setState(ctx, tx, id, Stopped, words(cause)); err != nil {
			return err
		}
		if err := s.Tasks.Raise(ctx, tx, TaskStopped, id, map[string]any{"name": c.Name, "reason": words(cause)}); err != nil {
			return err
		}
		tx.AfterCommit(func() { s.Changed(t, id) })
		return s.journal.Append(ctx, tx, journal.Record{Actor: "system", Kind: "connection.stopped", Subject: "connection", SubjectID: id, Payload: map[string]any{"words": words(cause), "code": errs.CodeOf(cause)}})
	})
}
