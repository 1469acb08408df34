package moving

import (
	"context"
	"maps"
	"slices"

	"github.com/lad-hub/lad/internal/moving/baselinker"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/money"
)

// readPrices follows the prices of known SKUs: one that is the same there as it was last seen stays as it is here, also when
// somebody has changed it here.
func (w *work) readPrices(ctx context.Context) error {
	at := w.run.cursor
	if at.Inventory >= len(w.run.shop.Inventories) {
		return w.save(ctx, func(tx *db.Tx, r *Run) error { r.enter(StageStatuses, tx.NowMicros()); return nil })
	}
	in := w.run.shop.Inventories[at.Inventory]
	page, err := w.client.Prices(ctx, in.ID, at.Page+1)
	if err != nil {
		return err
	}
	wanted, aside := pricesOf(in, page)
	changed, err := w.setPrices(ctx, wanted)
	if err != nil {
		return err
	}
	return w.save(ctx, func(tx *db.Tx, r *Run) error {
		r.Progress.Done += int64(len(page))
		if r.cursor.Page++; len(page) < baselinker.ListPage {
			r.cursor.Inventory, r.cursor.Page = r.cursor.Inventory+1, 0
		}
		r.Report.count(ThingPrice, func(c *Count) {
			c.Changed += int64(len(changed))
			c.Unchanged += int64(len(wanted) - len(changed))
		})
		if err := setAside(ctx, tx, r, aside); err != nil {
			return err
		}
		return putLinks(ctx, tx, changed)
	})
}

// pricesOf reads the prices of a page by the number of the product or variant.
func pricesOf(in inventory, page map[string]baselinker.Prices) (map[string]money.Money, []Aside) {
	out := map[string]money.Money{}
	var aside []Aside
	take := func(id string, prices baselinker.Keyed[baselinker.Text]) {
		if _, told := prices[in.Prices]; !told {
			return
		}
		m, err := priceOf(in, prices)
		if err != nil {
			aside = append(aside, asideOf(ThingPrice, id, "", err))
			return
		}
		out[id] = m
	}
	for id, p := range page {
		take(id, p.Prices)
		for variant, prices := range p.Variants {
			take(variant, prices)
		}
	}
	return out, aside
}

// setPrices sets the prices that are different there from what was last seen, and answers their links.
func (w *work) setPrices(ctx context.Context, wanted map[string]money.Money) (changed []link, err error) {
	externals := slices.Sorted(maps.Keys(wanted))
	var links, seen map[string]link
	err = w.s.db.Read(ctx, w.actor.Tenant, func(tx *db.Tx) (err error) {
		if links, err = linksOf(ctx, tx, linkSKU, externals); err != nil {
			return err
		}
		seen, err = linksOf(ctx, tx, linkPrice, externals)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, id := range externals {
		l, known := links[id]
		if !known || seen[id].seen == priceSeen(wanted[id]) {
			continue
		}
		err := w.s.Catalog.SetPrice(ctx, w.actor, l.own, wanted[id])
		if err != nil && !errs.Is(err, errs.NotFound) && !errs.Is(err, errs.Conflict) { // deleted here since
			return nil, err
		}
		changed = append(changed, link{linkPrice, id, l.own, priceSeen(wanted[id])})
	}
	return changed, nil
}
