package moving

import (
	"context"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/moving/baselinker"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/facts"
)

// applyChunk is how many orders one step applies.
const applyChunk = 200

// applyHistory applies what waits except open orders that are new here: orders that are over are stored without touching the
// stock, known ones follow what happened to them there.
func (w *work) applyHistory(ctx context.Context) error {
	return w.apply(ctx, func(o waitingOrder) bool { return !isOpen(o.stage) || o.known }, func(r *Run, now int64) {
		if r.WithStock {
			r.enter(StageStock, now)
			r.Progress.Total = r.shop.Products
		} else {
			r.enter(StageOpen, now)
		}
	})
}

// applyOpen applies the rest: open orders hold their goods, now that these are counted.
func (w *work) applyOpen(ctx context.Context) error {
	return w.apply(ctx, func(waitingOrder) bool { return true }, nil)
}

func isOpen(s connector.Stage) bool {
	return s == connector.StageNew || s == connector.StageConfirmed || s == connector.StagePicking
}

// waitingOrder is a kept order that was not applied yet.
type waitingOrder struct {
	fact  facts.Fact
	order baselinker.Order
	stage connector.Stage
	known bool // it is here already
	fault error
}

// apply does the next waiting orders that are wanted; when none is left it calls next, or finishes the run.
func (w *work) apply(ctx context.Context, wanted func(waitingOrder) bool, next func(*Run, int64)) error {
	list, codes, err := w.waiting(ctx)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return w.save(ctx, func(tx *db.Tx, r *Run) error {
			if next == nil {
				return w.finish(ctx, tx, r)
			}
			next(r, tx.NowMicros())
			return nil
		})
	}
	var in []Intake
	var of []waitingOrder
	var aside []waitingOrder
	for _, o := range list {
		if o.fault == nil && !wanted(o) {
			continue
		}
		var taken connector.Order
		if o.fault == nil {
			taken, o.fault = takeOrder(o.order, o.stage, codes)
			taken.Buyer.Phone = w.s.Phone(taken.Buyer.Phone, string(o.order.CountryCode))
		}
		if o.fault != nil {
			aside = append(aside, o)
			continue
		}
		in, of = append(in, Intake{Order: taken, Fact: o.fact}), append(of, o)
	}
	var applied []waitingOrder
	for i, t := range w.s.Orders.TakeIn(ctx, w.actor, in) {
		switch {
		case t.Err == nil:
			applied = append(applied, of[i])
		case errs.Is(t.Err, errs.Invalid) || errs.Is(t.Err, errs.Conflict):
			of[i].fault = t.Err
			aside = append(aside, of[i])
		default:
			return t.Err
		}
	}
	return w.save(ctx, func(tx *db.Tx, r *Run) error { return w.noteApplied(ctx, tx, r, list, applied, aside) })
}

// waiting reads the next waiting orders and the codes of the SKUs that their lines sell.
func (w *work) waiting(ctx context.Context) (list []waitingOrder, codes map[string]string, err error) {
	err = w.s.db.Read(ctx, w.actor.Tenant, func(tx *db.Tx) error {
		kept, err := facts.WaitingAfter(ctx, tx, 0, factKind, w.run.cursor.Fact, applyChunk)
		if err != nil {
			return err
		}
		ids := make([]string, len(kept))
		for i, f := range kept {
			ids[i] = f.ExternalID
		}
		known, err := w.s.Orders.StagesOf(ctx, tx, ids)
		if err != nil {
			return err
		}
		list = nil
		var goods []string
		for _, f := range kept {
			o := waitingOrder{fact: f}
			_, o.known = known[f.ExternalID]
			if o.order, o.fault = baselinker.ParseOrder(f.Body); o.fault == nil {
				o.stage = w.run.stageOf(o.order)
			}
			for _, l := range o.order.Lines {
				if id := goodsOf(l); id != "" {
					goods = append(goods, id)
				}
			}
			list = append(list, o)
		}
		codes, err = w.codesOf(ctx, tx, goods)
		return err
	})
	return list, codes, err
}

// codesOf finds the codes of the SKUs that things there became.
func (w *work) codesOf(ctx context.Context, tx *db.Tx, externals []string) (map[string]string, error) {
	links, err := linksOf(ctx, tx, linkSKU, externals)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, 0, len(links))
	for _, l := range links {
		ids = append(ids, l.own)
	}
	skus, err := w.s.Catalog.ByIDs(ctx, tx, ids)
	out := make(map[string]string, len(links))
	for external, l := range links {
		out[external] = skus[l.own].Code
	}
	return out, err
}

// noteApplied moves the cursor on and notes what became of the orders. Orders are counted at the end, from what is there.
func (w *work) noteApplied(ctx context.Context, tx *db.Tx, r *Run, list, applied, aside []waitingOrder) error {
	r.cursor.Fact = list[len(list)-1].fact.ID
	r.Progress.Done += int64(len(applied) + len(aside))
	for _, o := range applied {
		if o.known {
			r.Report.count(ThingOrder, func(c *Count) { c.Changed++ })
		}
		for _, kind := range leftOfOrder(o.order) {
			r.Report.leave(kind, string(o.order.ID))
		}
	}
	var words []Aside
	for _, o := range aside {
		a := asideOf(ThingOrder, o.fact.ExternalID, string(o.order.ExternalID), o.fault)
		words = append(words, a)
		if err := facts.SetAside(ctx, tx, o.fact, a.Reason); err != nil {
			return err
		}
	}
	return setAside(ctx, tx, r, words)
}
