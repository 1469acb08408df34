package connections

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/platform/reconcile"
)

// defaultBatch is the batch of a channel that declares none.
const defaultBatch = 50

// stockLane makes the channel show the quantities that are wanted: it takes dirty listings, reads what is true now, sends what
// differs from what the channel was told last, and notes the answer. Values are absolute, so doing it twice does no harm.
type stockLane struct {
	*Account
	sink connector.StockSink
}

func (l *stockLane) Name() string { return laneStock }

// dirtyRow is a listing whose channel may show a wrong quantity.
type dirtyRow struct {
	listing, sku  int64
	gen           int64 // as read: what changes later is pushed again
	offer, code   string
	refuses       string
	wantedAt      int64
	tries         int64
	was           string // the error that stood there before
	sent          qty.Qty
	shown         qty.Qty
	state, reason string
}

// Run pushes one batch.
func (l *stockLane) Run(ctx context.Context) (reconcile.Step, error) {
	batch := l.Info.Limits.StockBatch
	if batch == 0 {
		batch = defaultBatch
	}
	rows, next, err := l.claim(ctx, batch)
	if err != nil || len(rows) == 0 {
		return reconcile.Step{At: next}, err
	}
	push := slices.DeleteFunc(slices.Clone(rows), func(r *dirtyRow) bool { return r.state != "" })
	if len(push) > 0 {
		if err := l.push(ctx, push); err != nil {
			return reconcile.Step{}, err
		}
	}
	if err := l.store(ctx, rows); err != nil {
		return reconcile.Step{}, err
	}
	l.loop.Wake(laneConfirm)
	return reconcile.Step{Again: len(rows) == batch, At: next}, nil
}

const claimColumns = `select s.listing_id, s.sku_id, s.want_gen, l.external_id, l.sku_code, l.refuses, s.wanted_at, s.tries, s.sent_qty, s.error, s.urgent
	from listing_stock s join listing l on l.tenant_id = s.tenant_id and l.id = s.listing_id
	where s.tenant_id = $1 and s.connection_id = $2 and s.dirty and s.not_before <= $3 and `

// claimQuery reads what sold out, then the rest, oldest first: each a walk along its part of the index of dirty rows.
const claimQuery = "select * from (" + claimColumns + "s.urgent = true order by s.wanted_at limit $4) u union all select * from (" +
	claimColumns + "s.urgent = false order by s.wanted_at limit $4) r order by urgent desc, wanted_at limit $4"

// claim reads due rows, what sold out first, with the quantity that is true at this moment.
func (l *stockLane) claim(ctx context.Context, limit int) (rows []*dirtyRow, next time.Time, err error) {
	err = l.Read(ctx, func(tx *db.Tx) error {
		err := tx.Each(ctx, claimQuery, []any{int64(tx.Tenant), l.Conn.ID, tx.NowMicros(), limit}, func(sc db.Scanner) error {
			r := &dirtyRow{}
			var urgent bool // only orders the rows
			err := sc.Scan(&r.listing, &r.sku, &r.gen, &r.offer, &r.code, &r.refuses, &r.wantedAt, &r.tries, &r.sent, &r.was, &urgent)
			rows = append(rows, r)
			return err
		})
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			next, err = nextDue(ctx, tx, l.Conn.ID)
			return err
		}
		skus := make([]int64, len(rows))
		for i, r := range rows {
			skus[i] = r.sku
		}
		slices.Sort(skus)
		available, err := l.svc.Stock.Available(ctx, tx, slices.Compact(skus))
		if err != nil {
			return err
		}
		for _, r := range rows {
			r.judge(l.Conn.Policy.Shown(available[r.sku]))
		}
		return nil
	})
	return rows, next, err
}

func nextDue(ctx context.Context, tx *db.Tx, connectionID int64) (time.Time, error) {
	var at int64
	err := tx.QueryRow(ctx, "select coalesce(min(not_before), 0) from listing_stock where tenant_id = $1 and connection_id = $2 and dirty",
		int64(tx.Tenant), connectionID).Scan(&at)
	if err != nil || at == 0 {
		return time.Time{}, err
	}
	return time.UnixMicro(at), nil
}

// judge settles what needs no request: the channel was told this number before, or would not take one.
func (r *dirtyRow) judge(shown qty.Qty) {
	r.shown = shown
	switch {
	case r.refuses != "":
		r.state, r.reason = "parked", r.refuses
	case r.sent == shown:
		r.state = "same"
	}
}

// push sends one batch and notes each item's outcome. An error means that no outcome is known: the rows stay dirty and are
// sent again.
func (l *stockLane) push(ctx context.Context, rows []*dirtyRow) error {
	items := make([]connector.StockUpdate, len(rows))
	for i, r := range rows {
		items[i] = connector.StockUpdate{OfferID: r.offer, SKU: r.code, Quantity: r.shown}
	}
	began := l.Now()
	results, err := l.sink.PushStock(ctx, items)
	answered := l.Now()
	if err != nil {
		return l.split(ctx, rows, err)
	}
	byOffer := make(map[string]connector.ItemResult, len(results))
	for _, res := range results {
		byOffer[res.OfferID] = res
	}
	for _, r := range rows {
		res, ok := byOffer[r.offer]
		r.state = string(res.State)
		switch {
		case !ok:
			r.state, r.reason = "failed", "the channel did not answer for this offer"
		case res.Err != nil:
			r.reason = clean(res.Err.Message)
		}
		l.svc.Observe(l.Tenant, l.Conn.ID, began.Sub(l.svc.runners.waves.committed(r.wantedAt)), answered.Sub(began))
	}
	return nil
}

// split sends the halves of a batch that the channel refused as a whole, until the item it does not like stands alone and is
// parked with the reason. Other errors say nothing about the items.
func (l *stockLane) split(ctx context.Context, rows []*dirtyRow, cause error) error {
	switch connector.KindOf(cause) {
	case connector.KindPermanent, connector.KindItem, connector.KindData:
	default:
		return cause
	}
	if len(rows) == 1 {
		rows[0].state, rows[0].reason = string(connector.ItemRejected), words(cause)
		return nil
	}
	if err := l.push(ctx, rows[:len(rows)/2]); err != nil {
		return err
	}
	return l.push(ctx, rows[len(rows)/2:])
}

// store writes the outcomes. done_gen is the generation that was read before the push, so a change made meanwhile leaves the
// row dirty.
func (l *stockLane) store(ctx context.Context, rows []*dirtyRow) error {
	return l.Write(ctx, func(tx *db.Tx) error {
		var taken, confirmed []*dirtyRow
		for _, r := range rows {
			switch r.state {
			case string(connector.ItemAccepted), string(connector.ItemConfirmed):
				taken = append(taken, r)
				if r.state == string(connector.ItemConfirmed) {
					confirmed = append(confirmed, r)
				}
			case "same":
				if err := l.same(ctx, tx, r); err != nil {
					return err
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
		if err := l.accepted(ctx, tx, taken); err != nil {
			return err
		}
		if err := confirm(ctx, tx, l.Conn.ID, confirmed); err != nil {
			return err
		}
		tx.AfterCommit(func() { l.svc.runners.reached(l.Tenant, rows, tx.Now()); l.svc.Changed(l.Tenant, l.Conn.ID) })
		return nil
	})
}

func (l *stockLane) same(ctx context.Context, tx *db.Tx, r *dirtyRow) error {
	_, err := tx.Exec(ctx, `update listing_stock set done_gen = $5, dirty = want_gen > $5, urgent = false, state = case when want_gen > $5 then 'queued' when confirmed_qty = sent_qty then 'confirmed' else 'accepted' end
		where tenant_id = $1 and sku_id = $2 and connection_id = $3 and listing_id = $4`, int64(tx.Tenant), r.sku, l.Conn.ID, r.listing, r.gen)
	return err
}

// accepted notes a whole batch in one statement per size. A listing that drifts keeps its count of tries until a read-back
// proves it.
func (l *stockLane) accepted(ctx context.Context, tx *db.Tx, rows []*dirtyRow) error {
	return db.Chunk(rows, 128, func(part []*dirtyRow) error {
		n := 1
		for n < len(part) {
			n *= 2
		}
		args := []any{int64(tx.Tenant), l.Conn.ID, tx.NowMicros()}
		for i := range n {
			r := part[min(i, len(part)-1)]
			args = append(args, r.sku, r.listing, r.gen, int64(r.shown))
		}
		_, err := tx.Exec(ctx, `with d (sku, listing, gen, qty) as (values `+tx.Numbers(n, 4, 4)+`)
			update listing_stock set done_gen = d.gen, dirty = want_gen > d.gen, sent_qty = d.qty, sent_at = $3, accepted_at = $3, error = '', urgent = false,
			not_before = 0, tries = case when state = 'failed' then 0 else tries end,
			state = case when want_gen > d.gen then 'queued' else 'accepted' end from d
			where listing_stock.tenant_id = $1 and listing_stock.sku_id = d.sku and listing_stock.connection_id = $2 and listing_stock.listing_id = d.listing`, args...)
		return err
	})
}

// refused notes an item that the channel did not take: parked until something changes, or tried again later.
func (l *stockLane) refused(ctx context.Context, tx *db.Tx, r *dirtyRow) error {
	if r.state == string(connector.ItemParked) || r.state == string(connector.ItemRejected) {
		_, err := tx.Exec(ctx, `update listing_stock set done_gen = $5, dirty = want_gen > $5, state = 'parked', error = $6, sent_at = $7, sent_qty = -1000, urgent = false
			where tenant_id = $1 and sku_id = $2 and connection_id = $3 and listing_id = $4`,
			int64(tx.Tenant), r.sku, l.Conn.ID, r.listing, r.gen, r.reason, tx.NowMicros())
		return err
	}
	_, err := tx.Exec(ctx, `update listing_stock set state = 'failed', error = $5, tries = tries + 1, not_before = $6
		where tenant_id = $1 and sku_id = $2 and connection_id = $3 and listing_id = $4`,
		int64(tx.Tenant), r.sku, l.Conn.ID, r.listing, r.reason, tx.NowMicros()+Backoff(r.tries).Microseconds())
	return err
}

// journalRefused tells once per reason which items the channel did not take.
func (l *stockLane) journalRefused(ctx context.Context, tx *db.Tx, rows []*dirtyRow) error {
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
