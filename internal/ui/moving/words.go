package movingui

import (
	"context"
	"strconv"

	"github.com/lad-hub/lad/internal/moving"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
)

var stageKeys = map[moving.Stage]string{
	moving.StageShop: "moving.stage.shop", moving.StageCategories: "moving.stage.categories", moving.StageProducts: "moving.stage.products",
	moving.StageKits: "moving.stage.kits", moving.StagePrices: "moving.stage.prices", moving.StageStatuses: "moving.stage.statuses",
	moving.StageOrders: "moving.stage.orders", moving.StageChanges: "moving.stage.changes", moving.StageHistory: "moving.stage.history",
	moving.StageStock: "moving.stage.stock", moving.StageOpen: "moving.stage.open",
}

var thingKeys = map[moving.Thing]string{
	moving.ThingWarehouse: "moving.thing.warehouse", moving.ThingCategory: "moving.thing.category", moving.ThingProduct: "moving.thing.product",
	moving.ThingKit: "moving.thing.kit", moving.ThingPrice: "moving.thing.price", moving.ThingStock: "moving.thing.stock",
	moving.ThingOrder: "moving.thing.order", moving.ThingCustomer: "moving.thing.customer",
}

var leftKeys = map[string]string{
	"images": "moving.left.images", "tax_rates": "moving.left.tax_rates", "sizes": "moving.left.sizes", "tags": "moving.left.tags", "asin": "moving.left.asin",
	"stars": "moving.left.stars", "shelves": "moving.left.shelves", "shop_links": "moving.left.shop_links", "other_prices": "moving.left.other_prices",
	"parent_stock": "moving.left.parent_stock", "translations": "moving.left.translations", "descriptions": "moving.left.descriptions",
	"features": "moving.left.features", "product_fields": "moving.left.product_fields", "order_fields": "moving.left.order_fields",
	"invoices": "moving.left.invoices", "own_comments": "moving.left.own_comments", "price_groups": "moving.left.price_groups",
	"foreign_warehouses": "moving.left.foreign_warehouses", "storages": "moving.left.storages", "codes_twice": "moving.left.codes_twice",
	"barcodes_twice": "moving.left.barcodes_twice",
}

var stateKeys = map[moving.State]string{
	moving.Running: "moving.state.running", moving.Stopped: "moving.state.stopped", moving.Failed: "moving.state.failed", moving.Done: "moving.state.done",
}

// stageName is a stage in words.
func stageName(ctx context.Context, s moving.Stage) string { return i18n.T(ctx, stageKeys[s]) }

// leftName is a kind of leftovers in words.
func leftName(ctx context.Context, kind string) string {
	if key := leftKeys[kind]; key != "" {
		return i18n.T(ctx, key)
	}
	return kind
}

// reason is why a thing did not come over, in words.
func reason(ctx context.Context, a moving.Aside) string {
	args := make([]any, len(a.Args))
	for i, arg := range a.Args {
		args[i] = arg
		if n, err := strconv.ParseInt(arg, 10, 64); err == nil && i%2 == 1 && a.Args[i-1] == "max" { // a bound, which words agree with
			args[i] = n
		}
	}
	if !i18n.Has(a.Reason) {
		return i18n.T(ctx, "error.internal")
	}
	return i18n.T(ctx, a.Reason, args...)
}

// fault is why a run waits or failed, in words.
func fault(ctx context.Context, r moving.Run) string {
	if !i18n.Has(r.Error) {
		return i18n.T(ctx, "error.internal")
	}
	return i18n.T(ctx, r.Error)
}

// stageTone says how far a stage is: done, under way, or still to come.
func stageTone(r moving.Run, s moving.Stage) kit.Tone {
	for _, each := range moving.Stages() {
		switch {
		case each == r.Stage && !r.Over():
			if each == s {
				return kit.Info
			}
			return kit.Plain // s comes later
		case each == s:
			return kit.OK
		}
	}
	return kit.Plain
}

// stageNo is the place of the stage under way, from 1.
func stageNo(r moving.Run) int {
	for i, s := range moving.Stages() {
		if s == r.Stage {
			return i + 1
		}
	}
	return 1
}

// statusStage says for which stage a status was taken.
func statusStage(ctx context.Context, s moving.StatusTaken) string {
	if s.Stage == "" {
		return i18n.T(ctx, "moving.status_by_age")
	}
	return i18n.T(ctx, "orders.stage."+string(s.Stage))
}

// counted are the things that a run has anything to tell of.
func counted(r moving.Run) (out []moving.Thing) {
	for _, t := range moving.Things() {
		if r.Report.Counts[t] != (moving.Count{}) {
			out = append(out, t)
		}
	}
	return out
}

func submit(b kit.Button) kit.Button {
	b.Submit = true
	return b
}

// path is the address of an action on a run.
func path(r moving.Run, act string) string {
	return "/moving/" + strconv.FormatInt(r.ID, 10) + "/" + act
}
