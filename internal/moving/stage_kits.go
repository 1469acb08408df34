package moving

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/lad-hub/lad/internal/moving/baselinker"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// readKits makes kits of the bundles that the products stage found, now that their parts are there.
func (w *work) readKits(ctx context.Context) error {
	var list []link
	err := w.s.db.Read(ctx, w.actor.Tenant, func(tx *db.Tx) (err error) {
		list, err = linksAfter(ctx, tx, linkBundle, w.run.cursor.After, dataChunk)
		return err
	})
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return w.save(ctx, func(tx *db.Tx, r *Run) error {
			r.enter(StagePrices, tx.NowMicros())
			r.Progress.Total = r.shop.Products
			return nil
		})
	}
	// Bundles of one catalogue go together; the next step takes the next one's.
	if end := slices.IndexFunc(list, func(l link) bool { return l.seen != list[0].seen }); end > 0 {
		list = list[:end]
	}
	last := list[len(list)-1].external
	at := slices.IndexFunc(w.run.shop.Inventories, func(i inventory) bool { return i.ID == list[0].seen })
	if at < 0 { // its catalogue is gone
		return w.save(ctx, func(_ *db.Tx, r *Run) error { r.cursor.After = last; return nil })
	}
	b := &batch{w: w, in: w.run.shop.Inventories[at], kits: true}
	if err := b.fetch(ctx, list); err != nil {
		return err
	}
	return b.store(ctx, func(r *Run) {
		r.cursor.After = last
		r.Progress.Done += int64(len(list))
	})
}

// fetch reads the bundles' data.
func (b *batch) fetch(ctx context.Context, list []link) error {
	ids := make([]int64, 0, len(list))
	for _, l := range list {
		if id, err := strconv.ParseInt(l.external, 10, 64); err == nil {
			ids = append(ids, id)
		}
	}
	data, err := b.w.client.ProductsData(ctx, b.in.ID, ids)
	if err != nil {
		return err
	}
	for _, l := range list {
		if body, ok := data[l.external]; ok {
			b.bodies = append(b.bodies, externalBody{l.external, body})
		}
	}
	return nil
}

// resolveParts finds the SKUs that the parts of a bundle became.
func (b *batch) resolveParts(ctx context.Context, tx *db.Tx, g *goods) error {
	externals := slices.Sorted(maps.Keys(g.parts))
	found, err := linksOf(ctx, tx, linkSKU, externals)
	if err != nil {
		return err
	}
	s := &g.product.SKUs[0]
	s.Parts = nil
	for _, id := range externals {
		l, ok := found[id]
		if !ok {
			return errs.New(errs.Invalid, "moving.why.part_missing", "id", id)
		}
		s.Parts = append(s.Parts, Part{SKUID: l.own, Qty: g.parts[id]})
	}
	slices.SortFunc(s.Parts, func(x, y Part) int { return int(x.SKUID - y.SKUID) })
	return nil
}

// namedBy lists the categories and manufacturers that products name.
func namedBy(list []externalBody) (categories, manufacturers []string) {
	for _, x := range list {
		var head struct {
			Category     baselinker.Text `json:"category_id"`
			Manufacturer baselinker.Text `json:"manufacturer_id"`
		}
		if json.Unmarshal(x.body, &head) != nil {
			continue // set aside by whoever reads it whole
		}
		categories, manufacturers = append(categories, head.Category.ID()), append(manufacturers, head.Manufacturer.ID())
	}
	slices.Sort(categories)
	slices.Sort(manufacturers)
	return slices.Compact(categories), slices.Compact(manufacturers)
}
