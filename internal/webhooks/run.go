package webhooks

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/lease"
)

const (
	// sweepEvery finds pauses that are over and what other processes wrote.
	sweepEvery = time.Second
	// leaseTime is how long a process that died keeps a webhook from others; a round is shorter. Renewed before each round.
	leaseTime = Timeout + 5*time.Second
)

type place struct {
	tenant db.Tenant
	id     int64
}

// loop starts work on webhooks that have something to send: one worker for each.
type loop struct {
	wake   chan struct{}
	some   *atomic.Bool // whether there is any webhook, so that a busy shop without one is not looked at after every commit
	leases *lease.Leases
	owner  string

	mu     *sync.Mutex
	busy   map[place]bool // the value says that it was woken while at work
	cancel context.CancelFunc
	wg     *sync.WaitGroup
}

func newLoop(d *db.DB) loop {
	owner := strconv.FormatUint(rand.Uint64(), 36)
	if d.Engine() == db.SQLite {
		owner = "the file's one process" // so that a start after a crash goes on at once
	}
	return loop{wake: make(chan struct{}, 1), some: &atomic.Bool{}, leases: lease.New(d), owner: owner,
		mu: &sync.Mutex{}, busy: map[place]bool{}, wg: &sync.WaitGroup{}}
}

// know notes that there is a webhook.
func (l loop) know() { l.some.Store(true) }

// Wake says that a tenant's journal has news.
func (s *Service) Wake(db.Tenant) {
	if !s.loop.some.Load() {
		return
	}
	select {
	case s.loop.wake <- struct{}{}:
	default:
	}
}

// Start begins to send; Stop ends it.
func (s *Service) Start(ctx context.Context) {
	ctx, s.loop.cancel = context.WithCancel(context.WithoutCancel(ctx))
	s.loop.wg.Go(func() {
		every := time.NewTicker(sweepEvery)
		defer every.Stop()
		for {
			if err := s.sweep(ctx); err != nil && ctx.Err() == nil {
				s.log.WarnContext(ctx, "webhooks could not be read", "error", err)
			}
			select {
			case <-s.loop.wake:
			case <-every.C:
			case <-ctx.Done():
				return
			}
		}
	})
}

// Stop cuts short what is under way, which is safe: it is sent again.
func (s *Service) Stop() {
	if s.loop.cancel != nil {
		s.loop.cancel()
		s.loop.wg.Wait()
	}
}

// sweep gives every webhook that does not rest a worker; one that has nothing to send is done at once.
func (s *Service) sweep(ctx context.Context) error {
	var list []place
	any := false
	err := s.db.Read(ctx, db.System, func(tx *db.Tx) error {
		list, any = nil, false
		return tx.Each(ctx, "select tenant_id, id, not_before from webhook where state = 'active' order by tenant_id, id", nil, func(row db.Scanner) error {
			var p place
			var rests int64
			err := row.Scan(&p.tenant, &p.id, &rests)
			if any = true; rests <= tx.NowMicros() {
				list = append(list, p)
			}
			return err
		})
	})
	if err != nil {
		return err
	}
	s.loop.some.Store(any)
	for _, p := range list {
		s.begin(ctx, p)
	}
	return nil
}

func (s *Service) begin(ctx context.Context, p place) {
	s.loop.mu.Lock()
	defer s.loop.mu.Unlock()
	if _, at := s.loop.busy[p]; at {
		s.loop.busy[p] = true
		return
	}
	s.loop.busy[p] = false
	s.loop.wg.Go(func() {
		for again := true; again; again = s.goOn(ctx, p) {
			if err := s.work(ctx, p); err != nil && ctx.Err() == nil && !errs.Is(err, errs.NotFound) && !errors.Is(err, lease.ErrLost) {
				s.log.WarnContext(ctx, "webhook could not work", "webhook", p.id, "error", err)
			}
		}
	})
}

// goOn says whether a worker was woken meanwhile; else it has ended.
func (s *Service) goOn(ctx context.Context, p place) bool {
	s.loop.mu.Lock()
	defer s.loop.mu.Unlock()
	if s.loop.busy[p] && ctx.Err() == nil {
		s.loop.busy[p] = false
		return true
	}
	delete(s.loop.busy, p)
	return false
}

// work sends until nothing is left that can go now. It gives the webhook back at once, so that another process need not wait.
func (s *Service) work(ctx context.Context, p place) (err error) {
	var held lease.Lease
	defer func() {
		if held.Fence != 0 {
			err = errors.Join(err, s.loop.leases.Release(context.WithoutCancel(ctx), p.tenant, held))
		}
	}()
	for more := true; more && ctx.Err() == nil; {
		if _, err := journal.Place(ctx, s.db, p.tenant); err != nil {
			return err
		}
		if due, err := s.due(ctx, p); err != nil || !due {
			return err
		}
		mine, ok, err := s.loop.leases.Acquire(ctx, p.tenant, "webhook:"+strconv.FormatInt(p.id, 10), s.loop.owner, leaseTime)
		if err != nil || !ok {
			return err
		}
		held = mine
		if more, err = s.round(ctx, hold{p.tenant, p.id, held}); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// due says whether a webhook has something to send or to read; asking writes nothing.
func (s *Service) due(ctx context.Context, p place) (yes bool, err error) {
	err = s.db.Read(ctx, p.tenant, func(tx *db.Tx) error {
		w, err := byID(ctx, tx, p.id, "")
		if err != nil || w.State != Active || w.RestsTill.After(tx.Now()) {
			return err
		}
		heads, err := readHeads(ctx, tx, w.ID)
		if yes = len(heads) > 0; err != nil || yes {
			return err
		}
		tail, err := journal.Tail(ctx, tx)
		yes = tail > w.Place
		return err
	})
	return yes, err
}
