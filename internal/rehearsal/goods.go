package rehearsal

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"

	"github.com/lad-hub/lad/internal/app"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/identity"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/platform/secret"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/stock"
)

// Bounds of the copy: the first SKUs in order of codes of which something can be sold. More make no other picture, only a
// longer beginning.
const (
	mostSKUs   = 2000
	pageOfSKUs = 500
)

// shop is the tenant of a rehearsal: the first of its database.
const shop db.Tenant = 1

// goods is what of a shop is copied: settings, SKUs with something to sell, what each warehouse has free. No customer, no
// order, no connection and no credential is among it.
type goods struct {
	settings identity.Settings
	skus     []catalog.SKU
	kits     []catalog.SKU
	parts    map[int64][]catalog.Part
	free     [][]stock.Count // by warehouse in rank order; the ids are the real shop's
}

// copyGoods reads the goods of a shop: Conflict when there is nothing to sell.
func (l *Lab) copyGoods(ctx context.Context, t db.Tenant) (goods, error) {
	who := access.ForSystem(t)
	g := goods{}
	f := catalog.Filter{Kind: catalog.KindGoods, Limit: pageOfSKUs}
	for len(g.skus) < mostSKUs {
		page, err := l.app.Catalog.List(ctx, who, f)
		if err != nil {
			return g, err
		}
		if err := l.addFree(ctx, t, &g, page.SKUs); err != nil {
			return g, err
		}
		if f.After = page.Next; f.After == "" {
			break
		}
	}
	if len(g.skus) == 0 {
		return g, errs.New(errs.Conflict, "error.rehearsal.no_goods")
	}
	page, err := l.app.Catalog.List(ctx, who, catalog.Filter{Kind: catalog.KindKit, Limit: pageOfSKUs})
	if err != nil {
		return g, err
	}
	return g, l.addKits(ctx, t, &g, page.SKUs)
}

// addFree takes over those of a page of SKUs of which some warehouse has something free.
func (l *Lab) addFree(ctx context.Context, t db.Tenant, g *goods, page []catalog.SKU) error {
	ids := make([]int64, len(page))
	for i, s := range page {
		ids[i] = s.ID
	}
	var warehouses []stock.Warehouse
	var levels map[int64][]stock.Level
	err := l.app.DB.Read(ctx, t, func(tx *db.Tx) (err error) {
		if warehouses, err = l.app.Stock.Warehouses(ctx, tx); err != nil {
			return err
		}
		levels, err = l.app.Stock.Levels(ctx, tx, ids)
		return err
	})
	if err != nil {
		return err
	}
	if g.free == nil {
		g.free = make([][]stock.Count, len(warehouses))
	}
	for _, s := range page {
		some := false
		for _, level := range levels[s.ID] {
			at := slices.IndexFunc(warehouses, func(w stock.Warehouse) bool { return w.ID == level.WarehouseID })
			if free := level.OnHand - level.Reserved; free >= qty.One && at >= 0 && at < len(g.free) && len(g.skus) < mostSKUs {
				g.free[at] = append(g.free[at], stock.Count{SKUID: s.ID, Qty: free})
				some = true
			}
		}
		if some {
			g.skus = append(g.skus, s)
		}
	}
	return nil
}

// addKits takes over the kits whose parts are all copied, and the shop's settings.
func (l *Lab) addKits(ctx context.Context, t db.Tenant, g *goods, kits []catalog.SKU) error {
	known, ids := map[int64]bool{}, make([]int64, len(kits))
	for _, s := range g.skus {
		known[s.ID] = true
	}
	for i, k := range kits {
		ids[i] = k.ID
	}
	err := l.app.DB.Read(ctx, t, func(tx *db.Tx) (err error) {
		if g.settings, err = identity.SettingsOf(ctx, tx); err != nil {
			return err
		}
		g.parts, err = catalog.Reader{}.PartsOf(ctx, tx, ids)
		return err
	})
	for _, k := range kits {
		parts := g.parts[k.ID]
		if len(parts) > 0 && !slices.ContainsFunc(parts, func(p catalog.Part) bool { return !known[p.SKUID] }) {
			g.kits = append(g.kits, k)
		}
	}
	return err
}

// stockUp founds the shop of a rehearsal, with nobody in it who could sign in, and puts the goods into its warehouses. It
// answers the ids that SKUs have there by their codes.
func (g goods) stockUp(ctx context.Context, a *app.App, least int64) (map[string]int64, error) {
	_, err := a.Identity.Found(ctx, identity.SetupInput{
		Shop: "Rehearsal", Language: g.settings.Language, Currency: string(g.settings.Currency), Zone: g.settings.Zone,
		Email: "owner@rehearsal.example", Name: "Rehearsal", Password: secret.Text(rand.Text()),
	})
	if err != nil {
		return nil, err
	}
	ids, byCode := map[int64]int64{}, map[string]int64{}
	create := func(list []catalog.SKU, parts func(catalog.SKU) []catalog.Part) error {
		for part := range slices.Chunk(list, pageOfSKUs) {
			products := make([]catalog.NewProduct, len(part))
			for i, s := range part {
				products[i] = catalog.NewProduct{SKUs: []catalog.NewSKU{{Code: s.Code, Name: s.Name, Kind: s.Kind, Price: s.Price, Barcodes: s.Barcodes, Parts: parts(s)}}}
			}
			made, err := a.Catalog.CreateProducts(ctx, access.ForSystem(shop), products)
			if err != nil {
				return err
			}
			for i, p := range made {
				ids[part[i].ID], byCode[part[i].Code] = p.SKUs[0].ID, p.SKUs[0].ID
			}
		}
		return nil
	}
	if err := create(g.skus, func(catalog.SKU) []catalog.Part { return nil }); err != nil {
		return nil, err
	}
	err = create(g.kits, func(k catalog.SKU) []catalog.Part {
		out := slices.Clone(g.parts[k.ID])
		for i := range out {
			out[i].SKUID = ids[out[i].SKUID]
		}
		return out
	})
	if err != nil {
		return nil, err
	}
	return byCode, g.fill(ctx, a, ids, qty.Pieces(least))
}

// fill posts the opening stock of every warehouse; the first one makes up what is missing to least.
func (g goods) fill(ctx context.Context, a *app.App, ids map[int64]int64, least qty.Qty) error {
	places, err := warehouses(ctx, a, len(g.free))
	if err != nil {
		return err
	}
	sum := map[int64]qty.Qty{}
	for _, counts := range g.free {
		for _, c := range counts {
			sum[c.SKUID] += c.Qty
		}
	}
	for i, id := range places {
		first := map[int64]qty.Qty{}
		for _, c := range g.free[i] {
			first[c.SKUID] = c.Qty
		}
		for _, s := range g.skus {
			if i == 0 && sum[s.ID] < least {
				first[s.ID] += least - sum[s.ID]
			}
		}
		var lines []stock.Count
		for _, s := range g.skus {
			if first[s.ID] > 0 {
				lines = append(lines, stock.Count{SKUID: ids[s.ID], Qty: first[s.ID]})
			}
		}
		if len(lines) == 0 {
			continue
		}
		if _, err := a.Stock.Post(ctx, access.ForSystem(shop), stock.DocumentInput{Kind: stock.MoveOpening, WarehouseID: id, Lines: lines}); err != nil {
			return err
		}
	}
	return nil
}

// warehouses makes as many warehouses as the real shop has; the first comes with the founding.
func warehouses(ctx context.Context, a *app.App, n int) ([]int64, error) {
	for i := 1; i < n; i++ {
		if _, err := a.Stock.AddWarehouse(ctx, access.ForSystem(shop), fmt.Sprint("copy-", i+1), fmt.Sprint(i+1)); err != nil {
			return nil, err
		}
	}
	var out []int64
	err := a.DB.Read(ctx, shop, func(tx *db.Tx) error {
		list, err := a.Stock.Warehouses(ctx, tx)
		for _, w := range list {
			out = append(out, w.ID)
		}
		return err
	})
	return out, err
}

// offers puts the copy on show at a channel, with what can be sold of each SKU.
func (g goods) offers(available map[int64]qty.Qty, ids map[string]int64) []sim.OfferSeed {
	var out []sim.OfferSeed
	for _, s := range slices.Concat(g.skus, g.kits) {
		seed := sim.OfferSeed{SKU: s.Code, Title: s.Name, PriceMinor: max(s.Price.Minor, 100), Quantity: int64(max(available[ids[s.Code]], 0) / qty.One)}
		if len(s.Barcodes) > 0 {
			seed.Barcode = s.Barcodes[0]
		}
		out = append(out, seed)
	}
	return out
}
