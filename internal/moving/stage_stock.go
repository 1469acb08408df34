package moving

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/lad-hub/lad/internal/moving/baselinker"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/facts"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// place is a SKU in one of the warehouses here.
type place struct {
	warehouse string
	sku       int64
}

// countStock counts a page of products: on the shelf is what the other hub shows, and what its open orders have already taken off
// there but not sent. The moment of counting is noted before the first page is read.
func (w *work) countStock(ctx context.Context) error {
	at := w.run.cursor
	switch {
	case at.AsOf == 0:
		return w.save(ctx, func(tx *db.Tx, r *Run) error { r.cursor.AsOf = tx.NowMicros(); return nil })
	case at.Inventory >= len(w.run.shop.Inventories):
		return w.save(ctx, func(tx *db.Tx, r *Run) error { r.enter(StageOpen, tx.NowMicros()); return nil })
	}
	in := w.run.shop.Inventories[at.Inventory]
	page, err := w.client.Stock(ctx, in.ID, at.Page+1)
	if err != nil {
		return err
	}
	counts, compared, aside, err := w.differences(ctx, in, page)
	if err != nil {
		return err
	}
	changed := int64(0)
	for _, code := range slices.Sorted(maps.Keys(counts)) {
		changed += int64(len(counts[code]))
		err := w.s.Stock.SetCounts(ctx, w.actor, Counts{Warehouse: code, Qty: counts[code], Reason: "BaseLinker: " + in.Name, AsOf: clock.FromMicros(at.AsOf),
			Key: fmt.Sprintf("moving:%d:%d:%s:%d:%s", w.run.ID, at.AsOf, in.ID, at.Page+1, code)})
		if errs.Is(err, errs.Conflict) {
			return w.countAnew(ctx)
		}
		if err != nil {
			return err
		}
	}
	return w.save(ctx, func(tx *db.Tx, r *Run) error {
		r.Progress.Done += int64(len(page))
		if r.cursor.Page++; len(page) < baselinker.ListPage {
			r.cursor.Inventory, r.cursor.Page = r.cursor.Inventory+1, 0
		}
		r.Report.count(ThingStock, func(c *Count) { c.Changed += changed; c.Unchanged += compared - changed })
		return setAside(ctx, tx, r, aside)
	})
}

// countAnew begins the count at a new moment: a page was booked, the note of it was lost in a crash, and the other hub shows
// something else by now.
func (w *work) countAnew(ctx context.Context) error {
	return w.save(ctx, func(tx *db.Tx, r *Run) error {
		r.enter(StageStock, tx.NowMicros())
		r.Progress.Total = r.shop.Products
		return nil
	})
}

// differences compares a page with what the ledger has and answers what to count anew, by warehouse, of how many.
func (w *work) differences(ctx context.Context, in inventory, page map[string]baselinker.Levels) (counts map[string]map[int64]qty.Qty, compared int64, aside []Aside, err error) {
	err = w.s.db.Read(ctx, w.actor.Tenant, func(tx *db.Tx) error {
		counts = map[string]map[int64]qty.Qty{}
		shown, bad, err := w.shownOn(ctx, tx, page)
		if err != nil {
			return err
		}
		aside, compared = bad, int64(len(shown))
		if !in.Reserves {
			if err := w.addTaken(ctx, tx, in, shown); err != nil {
				return err
			}
		}
		for _, code := range w.warehouses() {
			var skus []int64
			for p := range shown {
				if p.warehouse == code {
					skus = append(skus, p.sku)
				}
			}
			slices.Sort(skus)
			has, err := w.s.Stock.OnHandAt(ctx, tx, code, skus, clock.FromMicros(w.run.cursor.AsOf))
			if err != nil {
				return err
			}
			for _, sku := range skus {
				if n := max(0, shown[place{code, sku}]); n != has[sku] {
					if counts[code] == nil {
						counts[code] = map[int64]qty.Qty{}
					}
					counts[code][sku] = n
				}
			}
		}
		return nil
	})
	return counts, compared, aside, err
}

// warehouses are the codes of the warehouses that are counted.
func (w *work) warehouses() []string {
	return slices.Compact(slices.Sorted(maps.Values(w.run.shop.Warehouses)))
}

// shownOn is what a page shows of the SKUs that are goods here, in every warehouse of ours: what it does not name has nothing.
func (w *work) shownOn(ctx context.Context, tx *db.Tx, page map[string]baselinker.Levels) (map[place]qty.Qty, []Aside, error) {
	flat := map[string]baselinker.Keyed[baselinker.Text]{}
	for id, l := range page {
		flat[id] = l.Stock
		maps.Copy(flat, l.Variants)
	}
	links, err := linksOf(ctx, tx, linkSKU, slices.Sorted(maps.Keys(flat)))
	if err != nil {
		return nil, nil, err
	}
	ids := make([]int64, 0, len(links))
	for _, l := range links {
		ids = append(ids, l.own)
	}
	kits, err := w.s.Catalog.PartsOf(ctx, tx, ids)
	if err != nil {
		return nil, nil, err
	}
	out := map[place]qty.Qty{}
	var aside []Aside
	for external, l := range links {
		if len(kits[l.own]) > 0 {
			continue
		}
		for key, code := range w.run.shop.Warehouses {
			n, err := piecesOf(flat[external][key])
			if err != nil {
				aside = append(aside, asideOf(ThingStock, external, key, err))
				continue
			}
			out[place{code, l.own}] += n
		}
	}
	return out, aside, nil
}

// addTaken adds the goods of open orders, which a catalogue without reservations has taken off its stock already: of those known
// here that are still open here, and of those that wait to be applied.
func (w *work) addTaken(ctx context.Context, tx *db.Tx, in inventory, shown map[place]qty.Qty) error {
	open, err := w.openBodies(ctx, tx)
	if err != nil {
		return err
	}
	var lines []baselinker.Line
	var goods []string
	for _, o := range open {
		for _, l := range o.Lines {
			if id := goodsOf(l); id != "" && l.StorageID.ID() == in.ID {
				lines, goods = append(lines, l), append(goods, id)
			}
		}
	}
	links, err := linksOf(ctx, tx, linkSKU, goods)
	if err != nil {
		return err
	}
	ids := make([]int64, 0, len(links))
	for _, l := range links {
		ids = append(ids, l.own)
	}
	kits, err := w.s.Catalog.PartsOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, l := range lines {
		own := links[goodsOf(l)].own
		n, err := qty.Parse(string(l.Quantity))
		if own == 0 || err != nil || n <= 0 {
			continue
		}
		code := w.warehouseOf(l)
		parts := kits[own]
		if len(parts) == 0 {
			parts = []Part{{SKUID: own, Qty: qty.One}}
		}
		for _, p := range parts {
			more, err := p.Qty.Times(n)
			if err != nil {
				return err
			}
			if at := (place{code, p.SKUID}); isShown(shown, at) {
				shown[at] += more
			}
		}
	}
	return nil
}

// isShown says whether the page under way counts the place: another page counts the others.
func isShown(shown map[place]qty.Qty, at place) bool {
	_, ok := shown[at]
	return ok
}

// warehouseOf is the warehouse here that a line's goods lie in.
func (w *work) warehouseOf(l baselinker.Line) string {
	if code := w.run.shop.Warehouses[ownWarehouse+l.Warehouse.ID()]; code != "" {
		return code
	}
	return w.run.shop.Warehouses[w.run.shop.Main]
}

// openBodies reads the orders that are open: here, or there and not here yet.
func (w *work) openBodies(ctx context.Context, tx *db.Tx) (out []baselinker.Order, err error) {
	here, err := w.s.Orders.OpenIDs(ctx, tx)
	if err != nil {
		return nil, err
	}
	kept, err := facts.Named(ctx, tx, 0, factKind, here)
	if err != nil {
		return nil, err
	}
	seen := map[int64]bool{}
	for _, f := range kept {
		seen[f.ID] = true
		if o, err := baselinker.ParseOrder(f.Body); err == nil {
			out = append(out, o)
		}
	}
	for after := int64(0); ; {
		list, err := facts.WaitingAfter(ctx, tx, 0, factKind, after, applyChunk)
		if err != nil || len(list) == 0 {
			return out, err
		}
		for _, f := range list {
			after = f.ID
			if o, err := baselinker.ParseOrder(f.Body); err == nil && !seen[f.ID] && isOpen(w.run.stageOf(o)) {
				out = append(out, o)
			}
		}
	}
}

// piecesOf reads a quantity; a negative one, which stands for oversold goods there, counts.
func piecesOf(t baselinker.Text) (qty.Qty, error) {
	if t == "" {
		return 0, nil
	}
	q, err := qty.Parse(string(t))
	if err != nil {
		return 0, errs.New(errs.Invalid, "moving.why.quantity", "value", clip(string(t), 40))
	}
	return q, nil
}
