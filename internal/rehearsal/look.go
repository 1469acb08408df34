package rehearsal

import (
	"context"
	"maps"
	"slices"

	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/report"
)

// state is what a look into the books of the rehearsal finds.
type state struct {
	waiting, dirty, short, drift int64
	apart                        int64 // offers that showed something else at this look alone
	readAt                       int64 // when the offers were last read, µs
}

// atRest says that nothing is under way and that the offers were compared since a moment.
func (s state) atRest(since int64) bool {
	return s.waiting == 0 && s.dirty == 0 && s.apart == 0 && s.readAt >= since
}

// look reads how things stand and gives it to the meter.
func (r *run) look(ctx context.Context) (now state, err error) {
	var arrived []report.Arrival
	err = r.app.DB.Read(ctx, shop, func(tx *db.Tx) error {
		arrived, err = report.Arrivals(ctx, tx, r.conn, slices.Collect(maps.Keys(r.coming)))
		return err
	})
	if err != nil {
		return now, err
	}
	for _, a := range arrived {
		delete(r.coming, a.ExternalID)
	}
	err = r.app.DB.Read(ctx, shop, func(tx *db.Tx) error {
		c, err := connections.ByID(ctx, tx, r.conn)
		if err != nil {
			return err
		}
		now = state{waiting: int64(len(r.coming)), readAt: c.OffersReadAt}
		if now.dirty, err = report.Dirty(ctx, tx); err != nil {
			return err
		}
		if now.short, err = report.ShortLines(ctx, tx); err != nil {
			return err
		}
		now.drift, err = r.drift(ctx, tx, c.Policy)
		now.apart = int64(len(r.drifted))
		return err
	})
	if err == nil {
		r.meter.sample(r.elapsed(), now, r.stand.limited.Load())
		r.lab.tell(r.tenant)
	}
	return now, err
}

// drift counts offers whose channel shows something else than can be sold though Lad has nothing more to tell, at this look
// and at the one before: books and channel cannot be read at the same moment. Goods of orders that are on their way to Lad are
// left out: there the channel knows better.
func (r *run) drift(ctx context.Context, tx *db.Tx, p connections.Policy) (n int64, err error) {
	moving := map[string]bool{}
	for _, o := range r.coming {
		for _, sku := range o.skus {
			moving[sku] = true
		}
	}
	before := r.drifted
	r.drifted = map[int64]bool{}
	f := connections.ListingFilter{ConnectionID: r.conn, Limit: pageOfSKUs}
	for {
		list, err := r.app.Connections.Listings(ctx, tx, f)
		if err != nil {
			return 0, err
		}
		ids := make([]int64, len(list))
		for i, l := range list {
			ids[i], f.After = l.SKUID, l.ID
		}
		available, err := r.app.Stock.Available(ctx, tx, ids)
		if err != nil {
			return 0, err
		}
		for _, l := range list {
			o, _ := r.stand.OfferBySKU(l.SKUCode)
			if l.SKUID == 0 || l.Stock.Dirty || moving[l.SKUCode] || o.Quantity == int64(p.Shown(available[l.SKUID])/qty.One) {
				continue
			}
			if r.drifted[l.ID] = true; before[l.ID] {
				n++
			}
		}
		if len(list) < f.Limit {
			return n, nil
		}
	}
}

// available is what can be sold of every SKU of the rehearsal.
func (r *run) available(ctx context.Context) (out map[int64]qty.Qty, err error) {
	err = r.app.DB.Read(ctx, shop, func(tx *db.Tx) error {
		out, err = r.app.Stock.Available(ctx, tx, slices.Collect(maps.Values(r.ids)))
		return err
	})
	return out, err
}
