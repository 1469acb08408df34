package connections

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/reconcile"
)

// defaultBatch is the batch of a channel that declares none.
const defaultBatch = 50

// pushLane makes the channel show the values that are wanted: it takes dirty listings, reads what is true now, sends what
// differs from what the channel was told last, and notes the answer. Values are absolute, so doing it twice does no harm.
type pushLane struct {
	*Account
	*show
}

func (l *pushLane) Name() string { return l.show.push }

// dirtyRow is a listing whose channel may show a wrong value.
type dirtyRow struct {
	listing, sku  int64
	gen           int64 // as read: what changes later is pushed again
	offer, code   string
	refuses       string
	wantedAt      int64
	tries         int64
	was           string // the error that stood there before
	sent          int64
	shown         int64
	currency      money.Currency // of a price
	listed        money.Currency // in which the channel sells the offer, as far as it says
	state, reason string
	stale         bool // the truth changed while the channel was told: the row stays dirty
}

// left is the state of a row whose turn did not come: it stays dirty as it is.
const left = "left"

// Run pushes one batch.
func (l *pushLane) Run(ctx context.Context) (reconcile.Step, error) {
	batch := l.batch(l.Info.Limits)
	if batch == 0 {
		batch = defaultBatch
	}
	rows, next, err := l.claim(ctx, batch)
	if err != nil || len(rows) == 0 {
		return reconcile.Step{At: next}, err
	}
	push := slices.DeleteFunc(slices.Clone(rows), func(r *dirtyRow) bool { return r.state != "" })
	if len(push) > 0 {
		if err := l.tell(ctx, push); err != nil {
			return reconcile.Step{}, err
		}
	}
	told := slices.DeleteFunc(slices.Clone(rows), func(r *dirtyRow) bool { return r.state == left })
	if len(told) == 0 {
		return reconcile.Step{}, connector.Errorf(connector.KindTransient, "telling the channel does not get on: all %d offers are left", len(rows))
	}
	if err := l.store(ctx, told); err != nil {
		return reconcile.Step{}, err
	}
	l.loop.Wake(l.confirm)
	return reconcile.Step{Again: len(rows) == batch || len(told) < len(rows), At: next}, nil
}

// claimQuery reads what sold out, then the rest, oldest first: each a walk along its part of the index of dirty rows.
func (l *pushLane) claimQuery() string {
	columns := `select s.listing_id, s.sku_id, s.want_gen, l.external_id, l.sku_code, l.refuses, l.currency, s.wanted_at, s.tries, s.sent, s.error, s.urgent
		from ` + l.table + ` s join listing l on l.tenant_id = s.tenant_id and l.id = s.listing_id
		where s.tenant_id = $1 and s.connection_id = $2 and s.dirty and s.not_before <= $3 and `
	return "select * from (" + columns + "s.urgent = true order by s.wanted_at limit $4) u union all select * from (" +
		columns + "s.urgent = false order by s.wanted_at limit $4) r order by urgent desc, wanted_at limit $4"
}

// claim reads due rows, what sold out first, with the value that is true at this moment.
func (l *pushLane) claim(ctx context.Context, limit int) (rows []*dirtyRow, next time.Time, err error) {
	err = l.Read(ctx, func(tx *db.Tx) error {
		err := tx.Each(ctx, l.claimQuery(), []any{int64(tx.Tenant), l.Conn.ID, tx.NowMicros(), limit}, func(sc db.Scanner) error {
			r := &dirtyRow{}
			var urgent bool // only orders the rows
			err := sc.Scan(&r.listing, &r.sku, &r.gen, &r.offer, &r.code, &r.refuses, &r.listed, &r.wantedAt, &r.tries, &r.sent, &r.was, &urgent)
			rows = append(rows, r)
			return err
		})
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			next, err = l.nextDue(ctx, tx)
			return err
		}
		return l.truth(ctx, tx, l.Account, rows, false)
	})
	return rows, next, err
}

func (l *pushLane) nextDue(ctx context.Context, tx *db.Tx) (time.Time, error) {
	var at int64
	err := tx.QueryRow(ctx, "select coalesce(min(not_before), 0) from "+l.table+" where tenant_id = $1 and connection_id = $2 and dirty",
		int64(tx.Tenant), l.Conn.ID).Scan(&at)
	if err != nil || at == 0 {
		return time.Time{}, err
	}
	return time.UnixMicro(at), nil
}

// judge settles what needs no request: the channel was told this number before, or would not take one.
func (r *dirtyRow) judge(shown int64) {
	r.shown = shown
	switch {
	case r.refuses != "":
		r.state, r.reason = string(connector.ItemParked), r.refuses
	case r.sent == shown:
		r.state = "same"
	}
}

// tell sends one batch and notes each item's outcome. An error means that no outcome is known: the rows stay dirty and are
// sent again.
func (l *pushLane) tell(ctx context.Context, rows []*dirtyRow) error {
	began := l.Now()
	results, err := l.send(ctx, l.Channel, rows)
	answered := l.Now()
	if connector.KindOf(err) == connector.KindUnknown {
		l.svc.runners.doubts.raise(l.doubtful(l.show), rows, answered.Add(secondLook))
	}
	var later *connector.OffersLeft
	switch {
	case errors.As(err, &later):
	case err != nil:
		return l.split(ctx, rows, err)
	default:
		later = &connector.OffersLeft{}
	}
	byOffer := make(map[string]connector.ItemResult, len(results))
	for _, res := range results {
		byOffer[res.OfferID] = res
	}
	for _, r := range rows {
		res, ok := byOffer[r.offer]
		r.state = string(res.State)
		switch {
		case !ok && slices.Contains(later.IDs, r.offer):
			r.state = left
			continue
		case !ok:
			r.state, r.reason = "failed", "the channel did not answer for this offer"
		case res.Err != nil:
			r.reason = clean(res.Err.Message)
		}
		if l.measured {
			l.svc.Observe(l.Tenant, l.Conn.ID, began.Sub(l.svc.runners.waves.committed(r.wantedAt)), answered.Sub(began))
		}
	}
	return nil
}

// split sends the halves of a batch that the channel refused as a whole, until the item it does not like stands alone and is
// parked with the reason. Other errors say nothing about the items.
func (l *pushLane) split(ctx context.Context, rows []*dirtyRow, cause error) error {
	switch connector.KindOf(cause) {
	case connector.KindPermanent, connector.KindItem, connector.KindData:
	default:
		return cause
	}
	if len(rows) == 1 {
		rows[0].state, rows[0].reason = string(connector.ItemRejected), words(cause)
		return nil
	}
	if err := l.tell(ctx, rows[:len(rows)/2]); err != nil {
		return err
	}
	return l.tell(ctx, rows[len(rows)/2:])
}

// store writes the outcomes. A row is done only if what the channel was told is still true in this transaction, and if nobody
// asked for the row anew: done_gen is the generation that was read before the push.
func (l *pushLane) store(ctx context.Context, rows []*dirtyRow) error {
	return l.Write(ctx, func(tx *db.Tx) error {
		if l.recheck {
			if err := l.findStale(ctx, tx, rows); err != nil {
				return err
			}
		}
		var taken, confirmed, same []*dirtyRow
		for _, r := range rows {
			switch r.state {
			case string(connector.ItemAccepted), string(connector.ItemConfirmed):
				taken = append(taken, r)
				if r.state == string(connector.ItemConfirmed) {
					confirmed = append(confirmed, r)
				}
			case "same":
				if !r.stale {
					same = append(same, r)
				}
			default:
				if err := l.refused(ctx, tx, r); err != nil {
					return err
				}
			}
		}
		if err := l.journalRefused(ctx, tx, rows); err != nil {
			return err
		}
		if err := l.same(ctx, tx, same); err != nil {
			return err
		}
		if err := l.accepted(ctx, tx, taken); err != nil {
			return err
		}
		if err := l.confirmed(ctx, tx, l.Conn.ID, confirmed); err != nil {
			return err
		}
		tx.AfterCommit(func() {
			if l.measured {
				l.svc.runners.reached(l.Tenant, rows, tx.Now())
			}
			l.svc.Changed(l.Tenant, l.Conn.ID)
		})
		return nil
	})
}

// findStale finds rows whose truth is another one than the channel was told. A change does not touch rows that are dirty already,
// so this is where a change during a push is noticed; the lock keeps the truth still until the commit.
func (l *pushLane) findStale(ctx context.Context, tx *db.Tx, rows []*dirtyRow) error {
	now := make([]*dirtyRow, len(rows))
	for i, r := range rows {
		now[i] = &dirtyRow{sku: r.sku, sent: r.sent, listed: r.listed, refuses: r.refuses}
	}
	if err := l.truth(ctx, tx, l.Account, now, true); err != nil {
		return err
	}
	for i, r := range rows {
		r.stale = now[i].shown != r.shown
	}
	return nil
}

// same notes rows whose channel was told this value before, a batch in one statement per size.
func (l *pushLane) same(ctx context.Context, tx *db.Tx, rows []*dirtyRow) error {
	return db.Chunk(rows, 128, func(part []*dirtyRow) error {
		part = db.Pad(part)
		args := []any{int64(tx.Tenant), l.Conn.ID}
		for _, r := range part {
			args = append(args, r.sku, r.listing, r.gen)
		}
		_, err := tx.Exec(ctx, `with d (sku, listing, gen) as (values `+tx.Numbers(len(part), 3, 3)+`)
			update `+l.table+` as t set done_gen = d.gen, dirty = t.want_gen > d.gen, urgent = false,
			state = case when t.want_gen > d.gen then 'queued' when t.confirmed = t.sent then 'confirmed' else 'accepted' end from d
			where t.tenant_id = $1 and t.sku_id = d.sku and t.connection_id = $2 and t.listing_id = d.listing`, args...)
		return err
	})
}

// accepted notes a whole batch in one statement per size. A listing that drifts keeps its count of tries until a read-back
// proves it.
func (l *pushLane) accepted(ctx context.Context, tx *db.Tx, rows []*dirtyRow) error {
	return db.Chunk(rows, 128, func(part []*dirtyRow) error {
		part = db.Pad(part)
		args := []any{int64(tx.Tenant), l.Conn.ID, tx.NowMicros()}
		for _, r := range part {
			done := r.gen
			if r.stale {
				done = -1 // older than any generation: the row stays as far behind as it was
			}
			args = append(args, r.sku, r.listing, done, r.shown)
		}
		_, err := tx.Exec(ctx, `with d (sku, listing, gen, value) as (values `+tx.Numbers(len(part), 4, 4)+`)
			update `+l.table+` as t set done_gen = case when d.gen < 0 then t.done_gen else d.gen end, dirty = t.want_gen > d.gen, sent = d.value, sent_at = $3, accepted_at = $3, error = '',
			urgent = d.gen < 0 and t.urgent, not_before = 0, tries = case when t.state = 'failed' then 0 else t.tries end,
			state = case when t.want_gen > d.gen then 'queued' else 'accepted' end from d
			where t.tenant_id = $1 and t.sku_id = d.sku and t.connection_id = $2 and t.listing_id = d.listing`, args...)
		return err
	})
}

// refused notes an item that the channel did not take: parked until something changes, or tried again later.
func (l *pushLane) refused(ctx context.Context, tx *db.Tx, r *dirtyRow) error {
	if r.stale {
		return nil // it was another value that the channel would not take
	}
	if r.state == string(connector.ItemParked) || r.state == string(connector.ItemRejected) {
		_, err := tx.Exec(ctx, "update "+l.table+` set done_gen = $5, dirty = want_gen > $5, state = 'parked', error = $6, sent_at = $7, sent = -1000, urgent = false
			where tenant_id = $1 and sku_id = $2 and connection_id = $3 and listing_id = $4`,
			int64(tx.Tenant), r.sku, l.Conn.ID, r.listing, r.gen, r.reason, tx.NowMicros())
		return err
	}
	_, err := tx.Exec(ctx, "update "+l.table+` set state = 'failed', error = $5, tries = tries + 1, not_before = $6
		where tenant_id = $1 and sku_id = $2 and connection_id = $3 and listing_id = $4`,
		int64(tx.Tenant), r.sku, l.Conn.ID, r.listing, r.reason, tx.NowMicros()+Backoff(r.tries).Microseconds())
	return err
}

// journalRefused tells once per reason which items the channel did not take.
func (l *pushLane) journalRefused(ctx context.Context, tx *db.Tx, rows []*dirtyRow) error {
	offers := map[string][]string{}
	for _, r := range rows {
		if r.reason != "" && r.reason != r.was {
			offers[r.reason] = append(offers[r.reason], r.offer)
		}
	}
	var records []journal.Record
	for _, reason := range slices.Sorted(maps.Keys(offers)) {
		list := offers[reason]
		records = append(records, journal.Record{Actor: "system", Kind: "listing.refused", Subject: "connection", SubjectID: l.Conn.ID,
			Payload: map[string]any{"offer": list[0], "offers": len(list), "reason": reason}})
	}
	return l.svc.journal.Append(ctx, tx, records...)
}
