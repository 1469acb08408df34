package connections

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/reconcile"
)

// A channel may need a while to show what it accepted; after confirmWithin a difference is drift and is sent again, and after
// driftTries of that a person is asked.
const (
	confirmEvery  = 5 * time.Second
	confirmPause  = 250 * time.Millisecond // between two read-backs, so that a busy channel is read in batches
	confirmShare  = 10                     // a read-back rests so many times as long as it took, confirmEvery at most
	confirmWithin = 60 * time.Second
	driftTries    = 3
)

// confirmLane reads back what the channel accepted. Accepted is not shown: only a read-back proves it. Where a channel needs many
// requests for one read-back, pushes go between them.
type confirmLane struct {
	*Account
	*show
	source  connector.OfferSource
	next    time.Time           // before which no read-back begins
	asked   map[int64]time.Time // listing → when it was last read, so that a slow channel is not asked in a circle
	reading *readBack           // the one under way
}

// readBack is a batch that is being read.
type readBack struct {
	began time.Time
	took  time.Duration // by its requests
	rows  []*sentRow
	left  []string // offers not read yet
	shown map[string]connector.Offer
	steps int
	full  bool // more rows wait
}

func (l *confirmLane) Name() string { return l.show.confirm }

type sentRow struct {
	dirtyRow
	acceptedAt int64
	found      string // its state
}

// Run reads one batch back, when a request can be spared.
func (l *confirmLane) Run(ctx context.Context) (reconcile.Step, error) {
	now := l.Now()
	if at := l.Limit.Ready(now); at.After(now) {
		return reconcile.Step{At: at}, nil
	}
	if l.reading == nil {
		if l.next.After(now) {
			return reconcile.Step{At: l.next}, nil
		}
		if next, err := l.begin(ctx); err != nil || l.reading == nil {
			return reconcile.Step{At: next}, err
		}
	}
	b := l.reading
	more, err := l.read(ctx, b)
	if err == nil && more {
		return reconcile.Step{Again: true}, nil
	}
	l.reading = nil
	l.next = l.Now().Add(min(max(confirmPause, confirmShare*b.took), confirmEvery))
	if err != nil {
		return reconcile.Step{}, err
	}
	if err := l.compare(ctx, b); err != nil {
		return reconcile.Step{}, err
	}
	l.svc.runners.doubts.settle(l.doubtful(l.show), b.rows, b.began)
	return reconcile.Step{Again: b.full, At: l.Now().Add(confirmEvery)}, nil
}

// begin takes the rows of a read-back, or says when to look again.
func (l *confirmLane) begin(ctx context.Context) (next time.Time, err error) {
	batch := l.Info.Limits.ReadBatch
	if batch == 0 {
		batch = defaultBatch
	}
	b := &readBack{began: l.Now(), shown: map[string]connector.Offer{}}
	if b.rows, next, err = l.due(ctx, batch); err != nil || len(b.rows) == 0 {
		return next, err
	}
	for _, r := range b.rows {
		b.left = append(b.left, r.offer)
		l.asked[r.listing] = l.Now()
	}
	b.full = len(b.rows) == batch
	l.reading = b
	return next, nil
}

// read makes one step of a read-back and says whether there is more.
func (l *confirmLane) read(ctx context.Context, b *readBack) (more bool, err error) {
	began := l.Now()
	offers, err := l.source.ReadOffers(ctx, b.left)
	b.took += l.Now().Sub(began)
	b.steps++
	for _, o := range offers {
		b.shown[o.ExternalID] = o
	}
	var left *connector.OffersLeft
	if !errors.As(err, &left) {
		return false, err
	}
	if len(left.IDs) >= len(b.left) {
		return false, connector.Errorf(connector.KindTransient, "reading offers back does not get on: %d are left of %d", len(left.IDs), len(b.left))
	}
	b.left = left.IDs
	return true, nil
}

// due reads accepted rows, oldest first, leaving out those read a moment ago, and what a second look was asked for.
func (l *confirmLane) due(ctx context.Context, limit int) (rows []*sentRow, next time.Time, err error) {
	now := l.Now()
	again, look := l.svc.runners.doubts.due(l.doubtful(l.show), now, limit)
	query := `select s.listing_id, s.sku_id, s.want_gen, l.external_id, s.wanted_at, s.tries, s.sent, s.accepted_at, s.state
		from ` + l.table + ` s join listing l on l.tenant_id = s.tenant_id and l.id = s.listing_id
		where s.tenant_id = $1 and s.connection_id = $2 and `
	scan := func(sc db.Scanner) error {
		r := &sentRow{}
		if err := sc.Scan(&r.listing, &r.sku, &r.gen, &r.offer, &r.wantedAt, &r.tries, &r.sent, &r.acceptedAt, &r.found); err != nil {
			return err
		}
		if at, ok := l.asked[r.listing]; ok && now.Sub(at) < confirmEvery && r.acceptedAt < at.UnixMicro() {
			next = at.Add(confirmEvery)
			return nil
		}
		if len(rows) < limit {
			rows = append(rows, r)
		}
		return nil
	}
	err = l.Read(ctx, func(tx *db.Tx) error {
		mine := []any{int64(tx.Tenant), l.Conn.ID}
		err := tx.Each(ctx, query+"s.state = 'accepted' order by s.accepted_at limit $3", append(slices.Clip(mine), limit+len(l.asked)), scan)
		if err != nil || len(again) == 0 {
			return err
		}
		in, ids := db.In(3, again)
		return tx.Each(ctx, query+"s.state = 'confirmed' and s.listing_id in "+in, append(mine, ids...), scan)
	})
	for id, at := range l.asked {
		if now.Sub(at) > confirmWithin {
			delete(l.asked, id)
		}
	}
	if next.IsZero() || !look.IsZero() && look.Before(next) {
		next = look
	}
	return rows, next, err
}

// unchanged are the rows that nothing was sent for since they were taken: pushes go between the requests of a read-back.
func (l *confirmLane) unchanged(ctx context.Context, tx *db.Tx, b *readBack) (rows []*sentRow, err error) {
	if b.steps < 2 {
		return b.rows, nil
	}
	now := make(map[int64]sentRow, len(b.rows))
	err = db.Chunk(b.rows, 128, func(part []*sentRow) error {
		part = db.Pad(part)
		args := []any{int64(tx.Tenant), l.Conn.ID}
		for _, r := range part {
			args = append(args, r.sku, r.listing)
		}
		return tx.Each(ctx, "with d (sku, listing) as (values "+tx.Numbers(len(part), 2, 3)+") select t.listing_id, t.sent, t.accepted_at, t.state from "+l.table+` as t join d
			on t.sku_id = d.sku and t.listing_id = d.listing where t.tenant_id = $1 and t.connection_id = $2`, args, func(sc db.Scanner) error {
			var r sentRow
			err := sc.Scan(&r.listing, &r.sent, &r.acceptedAt, &r.found)
			now[r.listing] = r
			return err
		})
	})
	for _, r := range b.rows {
		if n, there := now[r.listing]; there && n.sent == r.sent && n.acceptedAt == r.acceptedAt && n.found == r.found {
			rows = append(rows, r)
		}
	}
	return rows, err
}

// compare settles each row: shown as sent, not yet, parked by the channel, or drifted.
func (l *confirmLane) compare(ctx context.Context, b *readBack) error {
	return l.Write(ctx, func(tx *db.Tx) error {
		rows, err := l.unchanged(ctx, tx, b)
		if err != nil {
			return err
		}
		var good []*dirtyRow
		for _, r := range rows {
			o, there := b.shown[r.offer]
			late := tx.NowMicros()-r.acceptedAt > confirmWithin.Microseconds()
			switch {
			case there && l.shows(o, r.sent):
				r.shown = r.sent
				good = append(good, &r.dirtyRow)
			case there && o.Pending != "":
				r.state, r.reason = string(connector.ItemParked), clean(o.Pending)
				if err := (&pushLane{l.Account, l.show}).refused(ctx, tx, &r.dirtyRow); err != nil {
					return err
				}
			case late:
				if err := l.drifted(ctx, tx, r, o, there); err != nil {
					return err
				}
			}
		}
		if err := l.confirmed(ctx, tx, l.Conn.ID, good); err != nil {
			return err
		}
		tx.AfterCommit(func() {
			for _, r := range good {
				if !l.measured {
					break
				}
				l.svc.Confirmed(l.Tenant, l.Conn.ID, l.Now().Sub(time.UnixMicro(r.wantedAt)))
			}
			l.svc.Changed(l.Tenant, l.Conn.ID)
		})
		return l.calm(ctx, tx)
	})
}

// calm closes the drift task once no listing is given up.
func (l *confirmLane) calm(ctx context.Context, tx *db.Tx) error {
	var failed int
	err := tx.QueryRow(ctx, "select count(*) from (select 1 from "+l.table+" where tenant_id = $1 and connection_id = $2 and state = 'failed' limit 1) n",
		int64(tx.Tenant), l.Conn.ID).Scan(&failed)
	if err != nil || failed > 0 {
		return err
	}
	return l.svc.Tasks.Resolve(ctx, tx, TaskDrift, l.Conn.ID)
}

// drifted sends the value again; the third time a person is asked.
func (l *confirmLane) drifted(ctx context.Context, tx *db.Tx, r *sentRow, o connector.Offer, there bool) error {
	words := fmt.Sprintf("sent %s, the channel shows %s", l.words(r.sent), l.said(o))
	if !there {
		words = "the channel does not know this offer any more"
	}
	state := "queued"
	done := int64(1) // one generation behind: dirty again
	if r.tries+1 >= driftTries {
		state, done = "failed", 0
		if err := l.svc.Tasks.Raise(ctx, tx, TaskDrift, l.Conn.ID, map[string]any{"offer": r.offer, "reason": words}); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, "update "+l.table+` set state = $5, error = $6, tries = tries + 1, sent = -1000, want_gen = want_gen + $7, dirty = want_gen + $7 > done_gen, wanted_at = $8
		where tenant_id = $1 and sku_id = $2 and connection_id = $3 and listing_id = $4 and state = $9`,
		int64(tx.Tenant), r.sku, l.Conn.ID, r.listing, state, words, done, tx.NowMicros(), r.found)
	if err != nil {
		return err
	}
	return l.svc.journal.Append(ctx, tx, journal.Record{Actor: "system", Kind: "listing.drift", Subject: "connection", SubjectID: l.Conn.ID,
		Payload: map[string]any{"offer": r.offer, "reason": words}})
}

// confirmed notes rows whose channel shows what was sent. A row that was sent anew meanwhile is left alone.
func (sh *show) confirmed(ctx context.Context, tx *db.Tx, connectionID int64, rows []*dirtyRow) error {
	return db.Chunk(rows, 128, func(part []*dirtyRow) error {
		part = db.Pad(part)
		args := []any{int64(tx.Tenant), connectionID, tx.NowMicros()}
		for _, r := range part {
			args = append(args, r.sku, r.listing, r.shown)
		}
		_, err := tx.Exec(ctx, `with d (sku, listing, value) as (values `+tx.Numbers(len(part), 3, 4)+`)
			update `+sh.table+` as t set confirmed = d.value, confirmed_at = $3, tries = 0, state = case when t.state = 'accepted' then 'confirmed' else t.state end from d
			where t.tenant_id = $1 and t.sku_id = d.sku and t.connection_id = $2 and t.listing_id = d.listing and t.sent = d.value`, args...)
		return err
	})
}
