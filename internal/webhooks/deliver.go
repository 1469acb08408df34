package webhooks

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/lease"
)

const (
	// atOnce is how many events of one webhook are under way at once, each about another thing.
	atOnce = 8
	// The pause of an event after a failure doubles from firstPause to longestPause. The whole webhook rests alike, but not so
	// long: an event that is refused for ever must not hold up those about other things.
	firstPause   = 5 * time.Second
	longestPause = time.Hour
	longestRest  = time.Minute
	// giveUp is how long one event is tried before its webhook is stopped.
	giveUp = 72 * time.Hour
)

func pause(fails int64) time.Duration { return min(firstPause<<min(fails-1, 20), longestPause) }

// hold is the right of this process to send for a webhook.
type hold struct {
	tenant db.Tenant
	id     int64
	lease  lease.Lease
}

// round sends one event about each of a few things and answers whether another round may find work.
func (s *Service) round(ctx context.Context, held hold) (more bool, err error) {
	moved, err := s.fan(ctx, held)
	if err != nil {
		return false, err
	}
	heads, key, w, err := s.heads(ctx, held)
	if err != nil || len(heads) == 0 {
		return moved, err
	}
	var taken atomic.Int64
	var wg sync.WaitGroup
	for _, h := range heads {
		wg.Go(func() {
			out := s.send(ctx, w.URL, key, h)
			if ctx.Err() != nil {
				return // cut short by us: it says nothing about the address
			}
			if err := s.record(ctx, held, h, out); err != nil {
				s.log.WarnContext(ctx, "outcome of a webhook was not recorded; it is sent again", "webhook", held.id, "error", err)
				return
			}
			if out.ok() {
				taken.Add(1)
			}
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	return taken.Load() > 0, s.rest(ctx, held, taken.Load() > 0)
}

// event is a delivery with what it tells.
type event struct {
	Delivery
	entry   journal.Placed
	failing int64 // since when, µs; 0 when it did not fail yet
}

// heads reads the first waiting event about each thing, as far as their pauses are over, with the secret.
func (s *Service) heads(ctx context.Context, held hold) (out []event, key []byte, w Webhook, err error) {
	var sealed []byte
	err = s.db.Read(ctx, held.tenant, func(tx *db.Tx) error {
		if w, err = byID(ctx, tx, held.id, ""); err != nil || w.State != Active || w.RestsTill.After(tx.Now()) {
			return err
		}
		if err = tx.QueryRow(ctx, "select secret from webhook where tenant_id = $1 and id = $2", int64(tx.Tenant), w.ID).Scan(&sealed); err != nil {
			return err
		}
		if out, err = readHeads(ctx, tx, w.ID); err != nil {
			return err
		}
		seqs := make([]int64, len(out))
		for i, e := range out {
			seqs[i] = e.Seq
		}
		entries, err := journal.BySeq(ctx, tx, seqs)
		for i := range out {
			out[i].entry = entries[out[i].Seq]
		}
		return err
	})
	if err != nil || len(out) == 0 {
		return nil, nil, w, err
	}
	key, err = s.Box.Unseal(held.tenant, purpose(held.id), sealed)
	return out, key, w, err
}

func readHeads(ctx context.Context, tx *db.Tx, id int64) (out []event, err error) {
	const query = "select " + deliveryColumns + `, failing_since from webhook_delivery d
		where d.tenant_id = $1 and d.webhook_id = $2 and d.state = 'waiting' and d.not_before <= $3 and not exists (
			select 1 from webhook_delivery e where e.tenant_id = $1 and e.webhook_id = $2 and e.state = 'waiting' and e.subject = d.subject
			and e.subject_id = d.subject_id and e.no < d.no)
		order by d.no limit $4`
	err = tx.Each(ctx, query, []any{int64(tx.Tenant), id, tx.NowMicros(), atOnce}, func(row db.Scanner) error {
		var e event
		d, err := scanDelivery(withLast{row, &e.failing})
		e.Delivery = d
		out = append(out, e)
		return err
	})
	return out, err
}

// withLast scans one column behind those of scanDelivery.
type withLast struct {
	db.Scanner
	last any
}

// Scan puts the last column in its place.
func (w withLast) Scan(dest ...any) error { return w.Scanner.Scan(append(dest, w.last)...) }

// record stores the outcome of a try. A process that dies before it has sent the event again.
func (s *Service) record(ctx context.Context, held hold, e event, out outcome) error {
	return s.db.Write(ctx, held.tenant, func(tx *db.Tx) error {
		if err := lease.CheckIn(ctx, tx, held.lease.Name, held.lease.Fence); err != nil {
			return err
		}
		s.changed(tx)
		state, next, failing := Waiting, int64(0), e.failing
		if out.ok() {
			state, failing = Delivered, 0
		} else {
			next = tx.Now().Add(pause(e.Tries + 1)).UnixMicro()
			if failing == 0 {
				failing = tx.NowMicros()
			}
		}
		n, err := tx.Exec(ctx, `update webhook_delivery set state = $4, tries = tries + 1, not_before = $5, tried_at = $6, failing_since = $7, code = $8, took_ms = $9,
			error = $10 where tenant_id = $1 and webhook_id = $2 and no = $3 and state = 'waiting'`, int64(tx.Tenant), held.id, e.No, state, next, tx.NowMicros(),
			failing, out.code, out.took.Milliseconds(), out.fault)
		if err != nil || n == 0 || out.ok() || tx.NowMicros()-failing < giveUp.Microseconds() {
			return err
		}
		return s.stop(ctx, tx, held.id, e, out)
	})
}

// stop ends the sending to an address that has taken nothing of an event for too long, and asks a person.
func (s *Service) stop(ctx context.Context, tx *db.Tx, id int64, e event, out outcome) error {
	n, err := tx.Exec(ctx, "update webhook set state = 'stopped' where tenant_id = $1 and id = $2 and state = 'active'", int64(tx.Tenant), id)
	if err != nil || n == 0 {
		return err
	}
	detail := map[string]any{"kind": e.Kind, "code": out.code}
	if err := s.Tasks.Raise(ctx, tx, id, detail); err != nil {
		return err
	}
	return s.note(ctx, tx, access.ForSystem(tx.Tenant), "webhook.stopped", id, detail)
}

// rest lets the webhook wait as a whole after a round in which nothing was taken.
func (s *Service) rest(ctx context.Context, held hold, taken bool) error {
	return s.db.Write(ctx, held.tenant, func(tx *db.Tx) error {
		if taken {
			n, err := tx.Exec(ctx, "update webhook set fails = 0, not_before = 0 where tenant_id = $1 and id = $2 and fails <> 0", int64(tx.Tenant), held.id)
			if n > 0 {
				s.changed(tx)
			}
			return err
		}
		w, err := byID(ctx, tx, held.id, tx.ForUpdate())
		if err != nil {
			return err
		}
		s.changed(tx)
		_, err = tx.Exec(ctx, "update webhook set fails = $3, not_before = $4 where tenant_id = $1 and id = $2", int64(tx.Tenant), held.id, w.Fails+1,
			tx.Now().Add(min(pause(w.Fails+1), longestRest)).UnixMicro())
		return err
	})
}
