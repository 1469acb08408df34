package connections

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/facts"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/reconcile"
)

// Bounds of order intake from channels.
const (
	defaultPoll  = 30 * time.Second
	idleFactor   = 4 // a quiet channel is asked this much less often
	applyBatch   = 64
	applyTries   = 6
	rereadOrders = 20
)

// pullLane polls the channel for new and changed orders. The page and the cursor are stored in one transaction: a page that
// was not stored is read again.
type pullLane struct {
	*Account
	source connector.OrderSource
	now    atomic.Bool // somebody asked for it
	next   time.Time
	pause  time.Duration
	noted  time.Time // when the database last heard of a poll
	// began is when the sweep under way began; zero when it began before this loop did: then what it has read already is older
	// than any pause, and the next sweep follows at once.
	began time.Time
	under bool // a sweep is under way
	// listened is when the channel's silence was last looked at.
	listened time.Time
}

func (l *pullLane) Name() string { return lanePull }

// Run reads one page when it is time.
func (l *pullLane) Run(ctx context.Context) (reconcile.Step, error) {
	asked := l.now.Swap(false)
	if !asked && l.Now().Before(l.next) {
		return reconcile.Step{At: l.next}, nil
	}
	if !l.under {
		l.began, l.under = l.Now(), true
	}
	page, err := l.source.PullOrders(ctx, l.Conn.OrderCursor)
	if err != nil {
		l.now.Store(true)
		return reconcile.Step{}, err
	}
	news, err := l.keep(ctx, page)
	if err != nil {
		l.now.Store(true)
		return reconcile.Step{}, err
	}
	if news > 0 {
		l.loop.Wake(laneApply)
	}
	if page.More {
		l.next = l.Now()
		return reconcile.Step{Again: true}, nil
	}
	l.rest(news > 0)
	if err := l.listen(ctx); err != nil {
		return reconcile.Step{}, err
	}
	return reconcile.Step{At: l.next}, nil
}

// rest sets the pause from the beginning of this sweep to the next: the channel's shortest after news, growing while nothing
// happens.
func (l *pullLane) rest(busy bool) {
	l.under = false
	least := l.svc.PollEvery
	if least == 0 {
		least = l.Info.Limits.PollEvery
	}
	if least == 0 {
		least = defaultPoll
	}
	if busy || l.pause == 0 {
		l.pause = least
	} else {
		l.pause = min(l.pause*5/4, least*idleFactor)
	}
	l.next = l.began.Add(l.pause)
}

// keep stores a page and the cursor after it. A poll that brought nothing is only noted now and then.
func (l *pullLane) keep(ctx context.Context, page connector.OrderPage) (news int64, err error) {
	if len(page.Orders) == 0 && page.Next == l.Conn.OrderCursor && l.Now().Sub(l.noted) < healthEvery {
		return 0, nil
	}
	l.noted = l.Now()
	err = l.Write(ctx, func(tx *db.Tx) error {
		var raws []facts.Raw
		for _, o := range page.Orders {
			raws = append(raws, facts.Raw{ExternalID: o.ExternalID, Body: o.Body})
		}
		if news, err = l.svc.facts.Keep(ctx, tx, l.Conn.ID, facts.Order, raws); err != nil {
			return err
		}
		if err := l.brought(ctx, tx, news); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "update connection set order_cursor = $3, last_pull_at = $4 where tenant_id = $1 and id = $2",
			int64(tx.Tenant), l.Conn.ID, page.Next, tx.NowMicros())
		return err
	})
	if err == nil {
		l.Conn.OrderCursor = page.Next
	}
	return news, err
}

// applyLane turns stored facts into orders. It makes no outside request.
type applyLane struct {
	*Account
	source connector.OrderSource
	seen   map[string]bool // words that were remembered
}

func (l *applyLane) Name() string { return laneApply }

// Run applies one batch of waiting facts.
func (l *applyLane) Run(ctx context.Context) (reconcile.Step, error) {
	var waiting []facts.Fact
	err := l.Read(ctx, func(tx *db.Tx) (err error) {
		waiting, err = facts.Waiting(ctx, tx, l.Conn.ID, facts.Order, applyBatch)
		return err
	})
	if err != nil || len(waiting) == 0 {
		return reconcile.Step{}, err
	}
	var list []Parsed
	for _, f := range waiting {
		o, err := l.source.ParseOrder(f.Body)
		if err == nil {
			l.mapping.read(l.Info, len(l.Conn.Dictionary.Statuses) > 0, &o)
		}
		switch {
		case err != nil:
			if err := l.setAside(ctx, f, err); err != nil {
				return reconcile.Step{}, err
			}
		case o.Ignore:
			if err := l.Write(ctx, func(tx *db.Tx) error { return facts.Applied(ctx, tx, f) }); err != nil {
				return reconcile.Step{}, err
			}
		default:
			list = append(list, Parsed{Fact: f, Order: o})
		}
	}
	if err := l.remember(ctx, list); err != nil {
		return reconcile.Step{}, err
	}
	if err := l.doubt(ctx, list); err != nil {
		return reconcile.Step{}, err
	}
	for i, t := range l.svc.Orders.TakeIn(ctx, l.Tenant, l.Conn.ID, l.Conn.Driver, list) {
		if t.Err == nil {
			continue
		}
		if err := l.failed(ctx, list[i].Fact, t.Err); err != nil {
			return reconcile.Step{}, err
		}
	}
	return reconcile.Step{Again: len(waiting) == applyBatch}, nil
}

// doubt notes that the channel has changed the quantities of what it sold (or took back) by itself: what it was told last is
// not what it shows now, so even the same number is sent again.
func (l *applyLane) doubt(ctx context.Context, list []Parsed) error {
	sold := map[string]bool{}
	for _, p := range list {
		for _, line := range p.Order.Lines {
			sold[line.OfferID] = true
		}
	}
	delete(sold, "")
	if len(sold) == 0 {
		return nil
	}
	return l.Write(ctx, func(tx *db.Tx) error {
		return db.Chunk(slices.Sorted(maps.Keys(sold)), 500, func(ids []string) error {
			in, args := db.In(4, ids)
			_, err := tx.Exec(ctx, `update listing_stock set sent = -1000, want_gen = want_gen + 1, wanted_at = case when dirty then wanted_at else $3 end,
				state = case when dirty then state else 'queued' end, dirty = true where tenant_id = $1 and connection_id = $2
				and listing_id in (select id from listing where tenant_id = $1 and connection_id = $2 and external_id in `+in+")",
				append([]any{int64(tx.Tenant), l.Conn.ID, tx.NowMicros()}, args...)...)
			tx.AfterCommit(func() { l.loop.Wake(laneStock) })
			return err
		})
	})
}

// failed decides what an order that could not be taken in means: bad data is set aside, a database that is away makes the
// account rest, anything else is tried a few times more.
func (l *applyLane) failed(ctx context.Context, f facts.Fact, err error) error {
	switch {
	case errs.Is(err, errs.Unavailable) || ctx.Err() != nil:
		return err
	case errs.Is(err, errs.Invalid) || f.Tries+1 >= applyTries:
		return l.setAside(ctx, f, err)
	}
	return l.Write(ctx, func(tx *db.Tx) error {
		return facts.Postpone(ctx, tx, f, tx.Now().Add(Backoff(f.Tries)), err.Error())
	})
}

// setAside keeps a fact that can not be applied where people see it: on the connection, in the journal and as a task.
func (l *applyLane) setAside(ctx context.Context, f facts.Fact, cause error) error {
	return l.Write(ctx, func(tx *db.Tx) error {
		if err := facts.SetAside(ctx, tx, f, cause.Error()); err != nil {
			return err
		}
		if err := l.svc.Tasks.Raise(ctx, tx, TaskAside, l.Conn.ID, map[string]any{"external_id": f.ExternalID, "reason": cause.Error()}); err != nil {
			return err
		}
		tx.AfterCommit(func() { l.svc.Changed(l.Tenant, l.Conn.ID) })
		return l.svc.journal.Append(ctx, tx, journal.Record{Actor: "system", Kind: "fact.set_aside", Subject: "connection", SubjectID: l.Conn.ID,
			Payload: map[string]any{"kind": f.Kind, "external_id": f.ExternalID, "reason": cause.Error()}})
	})
}

// hookLane reads what webhooks hinted at: the body of a hook is not believed, the orders it names are read again.
type hookLane struct {
	*Account
	source connector.OrderSource
}

func (l *hookLane) Name() string { return laneHooks }

// Run handles one stored webhook.
func (l *hookLane) Run(ctx context.Context) (reconcile.Step, error) {
	var waiting []facts.Fact
	err := l.Read(ctx, func(tx *db.Tx) (err error) {
		waiting, err = facts.Waiting(ctx, tx, l.Conn.ID, facts.Webhook, 1)
		return err
	})
	if err != nil || len(waiting) == 0 {
		return reconcile.Step{}, err
	}
	f := waiting[0]
	var hook storedHook
	if err := json.Unmarshal(f.Body, &hook); err != nil {
		hook.Fault = err.Error()
	}
	if hook.Fault != "" {
		return reconcile.Step{Again: true}, (&applyLane{Account: l.Account}).setAside(ctx, f, connector.Errorf(connector.KindData, "%s", hook.Fault))
	}
	var orders []connector.RawOrder
	for _, o := range hook.Orders {
		orders = append(orders, connector.RawOrder(o))
	}
	for ids := hook.OrderIDs; len(ids) > 0; {
		n := min(len(ids), rereadOrders)
		read, err := l.source.ReadOrders(ctx, ids[:n])
		switch connector.KindOf(err) {
		case connector.KindPermanent, connector.KindData, connector.KindItem:
			return reconcile.Step{Again: true}, (&applyLane{Account: l.Account}).setAside(ctx, f, err)
		}
		if err != nil {
			return reconcile.Step{}, err
		}
		orders, ids = append(orders, read...), ids[n:]
	}
	err = l.Write(ctx, func(tx *db.Tx) error {
		raws := make([]facts.Raw, len(orders))
		for i, o := range orders {
			raws[i] = facts.Raw{ExternalID: o.ExternalID, Body: o.Body}
		}
		news, err := l.svc.facts.Keep(ctx, tx, l.Conn.ID, facts.Order, raws)
		if err != nil {
			return err
		}
		if err := l.brought(ctx, tx, news); err != nil {
			return err
		}
		return facts.Applied(ctx, tx, f)
	})
	if err != nil {
		return reconcile.Step{}, err
	}
	l.loop.Wake(laneApply)
	if hook.Sweep {
		l.svc.PullSoon(l.Tenant, l.Conn.ID)
	}
	return reconcile.Step{Again: true}, nil
}
