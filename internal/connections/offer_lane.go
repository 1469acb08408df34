package connections

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/reconcile"
)

// The whole offer list is read and compared with what should be shown: daily, sooner the more it is found to differ, but never so
// often that the reading takes more than a twentieth of the time.
const (
	offersEvery   = 24 * time.Hour
	offersSoonest = 15 * time.Minute
	offersShare   = 20
	// An alarm is raised when this many offers differ and they are more than one in driftShare.
	driftAlarm = 5
	driftShare = 50
)

// offerLane reads the channel's offers page by page, links new ones and compares what is shown with what was sent. Where the
// reading stands is kept with each page.
type offerLane struct {
	*Account
	source connector.OfferSource
	now    atomic.Bool
	// inherited: the reading began before this loop did, and the channel may not know its cursor any more.
	inherited bool
}

func (l *offerLane) Name() string { return laneOffers }

// Run reads one page when a reading is under way or due.
func (l *offerLane) Run(ctx context.Context) (reconcile.Step, error) {
	due := time.UnixMicro(l.Conn.OffersReadAt).Add(l.pause())
	if asked := l.now.Swap(false); !l.Conn.Reading.fresh(l.Now()) {
		if !asked && l.Now().Before(due) {
			return reconcile.Step{At: due}, nil
		}
		l.Conn.Reading, l.inherited = Reading{BeganAt: l.Now().UnixMicro()}, false
	}
	if at := l.Limit.Ready(l.Now()); at.After(l.Now()) {
		return reconcile.Step{At: at}, nil
	}
	page, err := l.source.ListOffers(ctx, l.Conn.Reading.Cursor)
	if err != nil {
		return l.beginAnew(err)
	}
	l.inherited = false
	if err := l.keep(ctx, page); err != nil {
		return reconcile.Step{}, err
	}
	return reconcile.Step{Again: page.More}, nil
}

// beginAnew gives up an inherited cursor that the channel refuses; any other error leaves the reading where it stands.
func (l *offerLane) beginAnew(cause error) (reconcile.Step, error) {
	switch connector.KindOf(cause) {
	case connector.KindPermanent, connector.KindItem, connector.KindData:
		if l.inherited {
			l.Conn.Reading = Reading{}
			l.now.Store(true)
			return reconcile.Step{Again: true}, nil
		}
	}
	return reconcile.Step{}, cause
}

// pause is the time from one reading to the next.
func (l *offerLane) pause() time.Duration {
	if l.Conn.OffersPause == 0 {
		return offersEvery
	}
	return l.Conn.OffersPause
}

// nextPause shortens the pause while offers differ from what they were told and lengthens it while they do not.
func nextPause(was time.Duration, drifted int, took time.Duration) time.Duration {
	next := min(was*2, offersEvery)
	if drifted > 0 {
		next = max(was/4, offersSoonest)
	}
	return min(max(next, took*offersShare), offersEvery)
}

// finish marks offers that the whole list did not have as gone and notes the reading; pause is the time to the next.
func (l *offerLane) finish(ctx context.Context, tx *db.Tx, r Reading, pause time.Duration) error {
	_, err := tx.Exec(ctx, "update listing set gone_at = $4 where tenant_id = $1 and connection_id = $2 and seen_at < $3 and gone_at = 0",
		int64(tx.Tenant), l.Conn.ID, r.BeganAt, tx.NowMicros())
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update connection set offers_read_at = $3, offers_pause_s = $4, offers_seen = $5, offers_drifted = $6, offers_reading = ''
		where tenant_id = $1 and id = $2`, int64(tx.Tenant), l.Conn.ID, tx.NowMicros(), int64(pause/time.Second), r.Seen, r.Drifted)
	if err != nil {
		return err
	}
	if r.Drifted >= driftAlarm && r.Drifted*driftShare > r.Seen {
		if err := l.svc.Tasks.Raise(ctx, tx, TaskDrift, l.Conn.ID, map[string]any{"name": l.Conn.Name, "offers": r.Drifted}); err != nil {
			return err
		}
	}
	return l.svc.journal.Append(ctx, tx, journal.Record{Actor: "system", Kind: "connection.offers_read", Subject: "connection", SubjectID: l.Conn.ID,
		Payload: map[string]any{"offers": r.Seen, "linked": r.Linked, "drifted": r.Drifted}})
}

// keep stores a page and where the reading goes on after it, or that it has ended: offers are inserted or brought up to date,
// unlinked ones are linked by SKU code or barcode, and a linked one that shows another number than it was sent is sent again.
func (l *offerLane) keep(ctx context.Context, page connector.OfferPage) error {
	offers := map[string]connector.Offer{}
	for _, o := range page.Offers {
		if o.ExternalID != "" {
			offers[o.ExternalID] = o
		}
	}
	var c Connection
	err := l.Write(ctx, func(tx *db.Tx) error {
		c = l.Conn
		r := c.Reading
		r.after(page, tx.NowMicros())
		if len(offers) > 0 {
			if err := l.keepOffers(ctx, tx, offers, &r); err != nil {
				return err
			}
		}
		tx.AfterCommit(func() { l.svc.Changed(l.Tenant, l.Conn.ID) })
		if c.Reading = r; page.More {
			return r.keep(ctx, tx, c.ID)
		}
		c.OffersPause = nextPause(l.pause(), r.Drifted, tx.Now().Sub(time.UnixMicro(r.BeganAt))).Round(time.Second)
		c.OffersReadAt, c.Reading = tx.NowMicros(), Reading{}
		return l.finish(ctx, tx, r, c.OffersPause)
	})
	if err != nil {
		return err
	}
	if l.Conn = c; !page.More {
		l.loop.Wake(laneStock)
		l.loop.Wake(lanePrice)
	}
	return nil
}

func (l *offerLane) keepOffers(ctx context.Context, tx *db.Tx, offers map[string]connector.Offer, r *Reading) error {
	if err := l.upsert(ctx, tx, offers); err != nil {
		return err
	}
	ids := make([]string, 0, len(offers))
	for id := range offers {
		ids = append(ids, id)
	}
	links, err := l.svc.Links(ctx, tx, l.Conn.ID, ids)
	if err != nil {
		return err
	}
	linked, err := l.autoLink(ctx, tx, offers, links)
	if err != nil {
		return err
	}
	drifted, err := l.compareShown(ctx, tx, offers, links)
	r.Seen, r.Linked, r.Drifted = r.Seen+len(offers), r.Linked+linked, r.Drifted+drifted
	return err
}

func (l *offerLane) upsert(ctx context.Context, tx *db.Tx, offers map[string]connector.Offer) error {
	first, err := l.svc.ids.ReserveIn(ctx, tx, "listing", int64(len(offers)))
	if err != nil {
		return err
	}
	args := make([]any, 0, 13*len(offers))
	for _, o := range offers {
		args = append(args, int64(tx.Tenant), first, l.Conn.ID, o.ExternalID, o.SKU, o.Barcode, o.Title, o.URL, o.Price.Minor, string(o.Price.Currency), o.Active, o.Refuses, tx.NowMicros())
		first++
	}
	_, err = tx.Insert(ctx, "insert into listing (tenant_id, id, connection_id, external_id, sku_code, barcode, title, url, price_minor, currency, active, refuses, seen_at)",
		`on conflict (tenant_id, connection_id, external_id) do update set sku_code = excluded.sku_code, barcode = excluded.barcode, title = excluded.title, url = excluded.url,
		price_minor = excluded.price_minor, currency = excluded.currency, active = excluded.active, refuses = excluded.refuses, seen_at = excluded.seen_at, gone_at = 0`, 13, args)
	return err
}

// autoLink ties unlinked offers whose seller code is one of our SKUs, else whose barcode is, and says how many those were.
func (l *offerLane) autoLink(ctx context.Context, tx *db.Tx, offers map[string]connector.Offer, links map[string]Link) (linked int, err error) {
	var codes, bars []string
	for id, o := range offers {
		if links[id].SKUID != 0 {
			continue
		}
		if o.SKU != "" {
			codes = append(codes, o.SKU)
		}
		if o.Barcode != "" {
			bars = append(bars, o.Barcode)
		}
	}
	byCode, err := l.svc.Catalog.IDsByCode(ctx, tx, codes)
	if err != nil {
		return linked, err
	}
	byBar, err := l.svc.Catalog.IDsByBarcode(ctx, tx, bars)
	if err != nil {
		return linked, err
	}
	found := map[string][]Tie{}
	for id, o := range offers {
		link := links[id]
		sku, by := byCode[o.SKU], "sku"
		if sku == 0 {
			sku, by = byBar[o.Barcode], "barcode"
		}
		if link.SKUID == 0 && sku != 0 {
			found[by] = append(found[by], Tie{ListingID: link.ListingID, SKUID: sku, offer: id})
		}
	}
	for by, ties := range found {
		if err := l.svc.tie(ctx, tx, l.Conn.ID, ties, by); err != nil {
			return linked, err
		}
		linked += len(ties)
	}
	return linked, nil
}

// compareShown finds linked offers that show another value than they were told and makes them dirty; what was given up or parked
// is tried again. What was accepted a moment ago is left to the read-back. It says how many differed.
func (l *offerLane) compareShown(ctx context.Context, tx *db.Tx, offers map[string]connector.Offer, links map[string]Link) (found int, err error) {
	byListing := map[int64]connector.Offer{}
	var ids []int64
	for id, link := range links {
		if link.SKUID != 0 {
			byListing[link.ListingID] = offers[id]
			ids = append(ids, link.SKUID)
		}
	}
	if len(ids) == 0 {
		return 0, nil
	}
	for _, sh := range shows {
		n, err := l.resendDrifted(ctx, tx, sh, ids, byListing)
		if err != nil {
			return 0, err
		}
		found += n
	}
	if found == 0 {
		return 0, nil
	}
	return found, l.svc.journal.Append(ctx, tx, journal.Record{Actor: "system", Kind: "listing.drift", Subject: "connection", SubjectID: l.Conn.ID,
		Payload: map[string]any{"offers": found}})
}

// resendDrifted makes listings dirty whose offer shows another value than it was told, and says how many those were.
func (l *offerLane) resendDrifted(ctx context.Context, tx *db.Tx, sh *show, skus []int64, byListing map[int64]connector.Offer) (int, error) {
	type drift struct{ sku, listing, sent int64 }
	var drifts []drift
	in, args := db.In(4, skus)
	err := tx.Each(ctx, "select sku_id, listing_id, sent from "+sh.table+` where tenant_id = $1 and connection_id = $2
		and not dirty and (state <> 'accepted' or accepted_at < $3) and sku_id in `+in,
		append([]any{int64(tx.Tenant), l.Conn.ID, tx.NowMicros() - confirmWithin.Microseconds()}, args...), func(sc db.Scanner) error {
			var d drift
			if err := sc.Scan(&d.sku, &d.listing, &d.sent); err != nil {
				return err
			}
			if o, ok := byListing[d.listing]; ok && o.Refuses == "" && o.Pending == "" && !sh.shows(o, d.sent) {
				drifts = append(drifts, d)
			}
			return nil
		})
	if err != nil {
		return 0, err
	}
	for _, d := range drifts {
		_, err := tx.Exec(ctx, "update "+sh.table+` set want_gen = want_gen + 1, dirty = true, sent = -1000, state = 'queued', wanted_at = $5, error = $6
			where tenant_id = $1 and sku_id = $2 and connection_id = $3 and listing_id = $4`, int64(tx.Tenant), d.sku, l.Conn.ID, d.listing, tx.NowMicros(),
			"sent "+sh.words(d.sent)+", the channel shows "+sh.said(byListing[d.listing]))
		if err != nil {
			return 0, err
		}
	}
	return len(drifts), nil
}
