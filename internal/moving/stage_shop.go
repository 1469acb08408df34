package moving

import (
	"context"
	"slices"
	"strings"

	"github.com/lad-hub/lad/internal/moving/baselinker"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/money"
)

// ownWarehouse begins the key of a warehouse with stock of the merchant's own; others mirror shops and wholesalers.
const ownWarehouse = "bl_"

// readShop reads what the account is made of, then counts its products page by page, so that the rest can say how much is left.
func (w *work) readShop(ctx context.Context) error {
	if w.run.cursor.Page == 0 {
		return w.readStructure(ctx)
	}
	at := w.run.cursor
	if at.Inventory >= len(w.run.shop.Inventories) {
		return w.save(ctx, func(tx *db.Tx, r *Run) error { r.enter(StageCategories, tx.NowMicros()); return nil })
	}
	ids, more, err := w.client.ProductIDs(ctx, w.run.shop.Inventories[at.Inventory].ID, at.Page)
	if err != nil {
		return err
	}
	return w.save(ctx, func(_ *db.Tx, r *Run) error {
		r.shop.Products += int64(len(ids))
		if r.cursor.Page++; !more {
			r.cursor.Inventory, r.cursor.Page = r.cursor.Inventory+1, 1
		}
		return nil
	})
}

func (w *work) readStructure(ctx context.Context) error {
	inventories, err := w.client.Inventories(ctx)
	if err != nil {
		return err
	}
	groups, err := w.client.PriceGroups(ctx)
	if err != nil {
		return err
	}
	warehouses, err := w.client.Warehouses(ctx)
	if err != nil {
		return err
	}
	storages, err := w.client.Storages(ctx)
	if err != nil {
		return err
	}
	var known shop
	added, err := w.makeWarehouses(ctx, inventories, warehouses, &known)
	if err != nil {
		return err
	}
	return w.save(ctx, func(tx *db.Tx, r *Run) error {
		if err := w.sameAccount(ctx, tx, inventories); err != nil {
			return err
		}
		home, err := w.s.Catalog.Currency(ctx, tx)
		if err != nil {
			return err
		}
		for _, i := range inventories {
			r.shop.Inventories = append(r.shop.Inventories, takeInventory(i, groups, home))
		}
		r.shop.Warehouses, r.shop.Main = known.Warehouses, known.Main
		r.Report.count(ThingWarehouse, func(c *Count) { c.Created, c.Unchanged = added, int64(len(known.Warehouses))-added })
		w.leaveStructure(r, groups, warehouses, storages)
		r.cursor.Page = 1
		return nil
	})
}

// sameAccount refuses another account than the one that came over before: the numbers of its things mean other things.
func (w *work) sameAccount(ctx context.Context, tx *db.Tx, list []baselinker.Inventory) error {
	known, err := linksAfter(ctx, tx, linkInventory, "", linkChunk)
	if err != nil {
		return err
	}
	links := make([]link, len(list))
	same := len(known) == 0
	for i, in := range list {
		links[i] = link{kind: linkInventory, external: in.ID.ID(), seen: clip(string(in.Name), maxTitle)}
		same = same || slices.ContainsFunc(known, func(l link) bool { return l.external == in.ID.ID() })
	}
	if !same {
		return errs.New(errs.Invalid, "error.moving.other_account")
	}
	return putLinks(ctx, tx, links)
}

// takeInventory chooses the price group whose amounts become the prices: the catalogue's default.
func takeInventory(i baselinker.Inventory, groups []baselinker.PriceGroup, home money.Currency) inventory {
	out := inventory{ID: i.ID.ID(), Name: clip(string(i.Name), maxTitle), Prices: i.DefaultPrice.ID(), Currency: string(home), Reserves: i.Reservations.True()}
	for _, g := range groups {
		if g.ID.ID() == out.Prices || out.Prices == "" && g.Default.True() {
			out.Prices = g.ID.ID()
			if c, err := money.ParseCurrency(string(g.Currency)); err == nil {
				out.Currency = string(c)
			}
			break
		}
	}
	return out
}

// makeWarehouses makes a warehouse here for each of the merchant's own there; the main one is the first one here.
func (w *work) makeWarehouses(ctx context.Context, inventories []baselinker.Inventory, list []baselinker.Warehouse, known *shop) (added int64, err error) {
	var have []Warehouse
	err = w.s.db.Read(ctx, w.actor.Tenant, func(tx *db.Tx) error {
		have, err = w.s.Stock.Warehouses(ctx, tx)
		return err
	})
	if err != nil {
		return 0, err
	}
	known.Warehouses, known.Main = map[string]string{}, mainWarehouse(inventories, list)
	for _, x := range list {
		key := x.Key()
		if !strings.HasPrefix(key, ownWarehouse) || x.ID.ID() == "" {
			continue
		}
		code := clip(key, 40)
		if key == known.Main && len(have) > 0 {
			code = have[0].Code
		}
		known.Warehouses[key] = code
		if slices.ContainsFunc(have, func(h Warehouse) bool { return h.Code == code }) {
			continue
		}
		name := clip(string(x.Name), maxTitle)
		if name == "" {
			name = code
		}
		if err := w.s.Stock.AddWarehouse(ctx, w.actor, code, name); err != nil && !errs.Is(err, errs.Conflict) {
			return added, err
		}
		added++
	}
	return added, nil
}

// mainWarehouse is the catalogue's default of the merchant's own warehouses.
func mainWarehouse(inventories []baselinker.Inventory, list []baselinker.Warehouse) string {
	var own []baselinker.Warehouse
	for _, x := range list {
		if strings.HasPrefix(x.Key(), ownWarehouse) && x.ID.ID() != "" {
			own = append(own, x)
		}
	}
	for _, i := range inventories {
		if slices.ContainsFunc(own, func(x baselinker.Warehouse) bool { return x.Key() == string(i.DefaultWarehouse) }) {
			return string(i.DefaultWarehouse)
		}
	}
	if i := slices.IndexFunc(own, func(x baselinker.Warehouse) bool { return x.Default.True() }); i >= 0 {
		return own[i].Key()
	}
	if len(own) > 0 {
		return own[0].Key()
	}
	return ""
}

// leaveStructure notes what of the account has no place here.
func (w *work) leaveStructure(r *Run, groups []baselinker.PriceGroup, warehouses []baselinker.Warehouse, storages []baselinker.Storage) {
	for _, g := range groups {
		if !slices.ContainsFunc(r.shop.Inventories, func(i inventory) bool { return i.Prices == g.ID.ID() }) {
			r.Report.leave("price_groups", clip(string(g.Name), maxTitle))
		}
	}
	for _, x := range warehouses {
		if !strings.HasPrefix(x.Key(), ownWarehouse) {
			r.Report.leave("foreign_warehouses", clip(string(x.Name), maxTitle))
		}
	}
	for _, x := range storages {
		r.Report.leave("storages", clip(string(x.Name), maxTitle))
	}
}
