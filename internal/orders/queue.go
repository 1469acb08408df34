package orders

import (
	"context"
	"sync"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// Bounds of the intake: a batch shares its statements, the queue is what may wait before callers are asked to come later.
const (
	intakeBatch = 32
	intakeWait  = 4096
)

// intakeQueue turns many callers into few transactions. Two stages run side by side: one resolves whoever waits with few
// reads, the other writes whatever was resolved meanwhile. A caller is answered after the commit.
type intakeQueue struct {
	s     *Service
	in    chan *prepared
	ready chan *prepared
	stop  chan struct{}
	done  chan struct{} // closed once nobody is left who could answer
	wg    sync.WaitGroup
}

func newIntakeQueue(s *Service) *intakeQueue {
	q := &intakeQueue{s: s, in: make(chan *prepared, intakeWait), ready: make(chan *prepared, 2*intakeBatch), stop: make(chan struct{}), done: make(chan struct{})}
	q.wg.Go(q.resolveAll)
	q.wg.Go(q.writeAll)
	return q
}

func (q *intakeQueue) close() {
	close(q.stop)
	q.wg.Wait()
	close(q.done)
}

// Intake takes in one order: raw event, order, customer, holds and journal are one transaction. The same order again, by
// (connection, external id), changes nothing and gets the same answer; the same idempotency key with another body is
// Conflict. Goods that can not be held become a shortage, never a refusal.
func (s *Service) Intake(ctx context.Context, in Intake) (Result, error) {
	r := s.IntakeAll(ctx, []Intake{in})
	return r[0].Result, r[0].Err
}

// Answer is the result of one of many intakes.
type Answer struct {
	Result
	Err error
}

// IntakeAll takes in several orders, each for itself, answering in the same order. A channel's page goes through here.
func (s *Service) IntakeAll(ctx context.Context, list []Intake) []Answer {
	out := make([]Answer, len(list))
	waiting := make([]*prepared, len(list))
	for i := range list {
		in := list[i]
		if out[i].Err = s.admit(&in); out[i].Err != nil {
			continue
		}
		p := &prepared{in: in, reply: make(chan *prepared, 1)}
		select {
		case s.intake.in <- p:
			waiting[i] = p
		case <-s.intake.stop:
			out[i].Err = errs.New(errs.Unavailable, "error.db.closing")
		case <-ctx.Done():
			out[i].Err = ctx.Err()
		}
	}
	for i, p := range waiting {
		if p == nil {
			continue
		}
		out[i] = s.intake.wait(ctx, p)
	}
	return out
}

// wait waits for an order's answer. Who queued after the intake had ended is told so.
func (q *intakeQueue) wait(ctx context.Context, p *prepared) Answer {
	select {
	case <-p.reply:
		return Answer{Result: p.result, Err: p.err}
	case <-ctx.Done():
		return Answer{Err: ctx.Err()}
	case <-q.done:
	}
	select {
	case <-p.reply:
		return Answer{Result: p.result, Err: p.err}
	default:
		return Answer{Err: errs.New(errs.Unavailable, "error.db.closing")}
	}
}

func (s *Service) admit(in *Intake) error {
	if in.Actor.Kind != access.Connection {
		if err := in.Actor.Must(access.OrdersWrite); err != nil {
			return err
		}
	}
	if err := in.Validate(); err != nil {
		return err
	}
	return in.tidy()
}

func (q *intakeQueue) resolveAll() {
	defer close(q.ready)
	for {
		select {
		case p := <-q.in:
			q.resolveBatch(p)
		case <-q.stop:
			for {
				select {
				case p := <-q.in:
					q.resolveBatch(p)
				default:
					return
				}
			}
		}
	}
}

// gather takes first and whoever else waits in the queue, by tenant: a transaction belongs to one.
func gather(first *prepared, queue <-chan *prepared) map[db.Tenant][]*prepared {
	byTenant := map[db.Tenant][]*prepared{first.in.Actor.Tenant: {first}}
	for n := 1; n < intakeBatch; n++ {
		select {
		case p, ok := <-queue:
			if !ok {
				return byTenant
			}
			byTenant[p.in.Actor.Tenant] = append(byTenant[p.in.Actor.Tenant], p)
		default:
			return byTenant
		}
	}
	return byTenant
}

// resolveBatch hands who waits to the writer, resolved.
func (q *intakeQueue) resolveBatch(first *prepared) {
	for t, batch := range gather(first, q.in) {
		q.resolveTenant(t, batch)
	}
}

// resolveTenant hands a tenant's batch on; when it can not be resolved for another reason than the database being away, each
// order is tried alone.
func (q *intakeQueue) resolveTenant(t db.Tenant, batch []*prepared) {
	err := q.s.prepare(context.Background(), t, batch)
	switch {
	case err == nil:
		for _, p := range batch {
			q.ready <- p
		}
	case len(batch) == 1 || errs.Is(err, errs.Unavailable):
		answerAll(batch, err)
	default:
		for i := range batch {
			q.resolveTenant(t, batch[i:i+1])
		}
	}
}

func (q *intakeQueue) writeAll() {
	for first := range q.ready {
		for _, batch := range gather(first, q.ready) {
			q.write(batch)
		}
	}
}

// write stores a batch. If it fails for another reason than the database being away, each order is tried alone, so that one
// that can not be stored does not take the others with it.
func (q *intakeQueue) write(batch []*prepared) {
	ctx := context.Background()
	err := q.s.apply(ctx, batch)
	if err == nil || len(batch) == 1 || errs.Is(err, errs.Unavailable) {
		answerAll(batch, err)
		return
	}
	q.s.log.Warn("order batch failed, trying one by one", "orders", len(batch), "err", err)
	for _, p := range batch {
		answerAll([]*prepared{p}, q.s.apply(ctx, []*prepared{p}))
	}
}

func answerAll(batch []*prepared, err error) {
	for _, p := range batch {
		if err != nil {
			p.err = err
		}
		p.reply <- p
	}
}
