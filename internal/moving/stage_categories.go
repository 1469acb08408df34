package moving

import (
	"context"

	"github.com/lad-hub/lad/internal/moving/baselinker"
	"github.com/lad-hub/lad/internal/platform/db"
)

// maxDepth bounds the path of a category: a tree that bites its own tail ends there.
const maxDepth = 12

// readCategories reads the categories of one catalogue after the other, then the manufacturers; products carry them as words.
func (w *work) readCategories(ctx context.Context) error {
	if at := w.run.cursor.Inventory; at < len(w.run.shop.Inventories) {
		list, err := w.client.Categories(ctx, w.run.shop.Inventories[at].ID)
		if err != nil {
			return err
		}
		return w.save(ctx, func(tx *db.Tx, r *Run) error {
			r.cursor.Inventory++
			return keepNames(ctx, tx, r, linkCategory, categoryPaths(list))
		})
	}
	list, err := w.client.Manufacturers(ctx)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, m := range list {
		names[m.ID.ID()] = string(m.Name)
	}
	return w.save(ctx, func(tx *db.Tx, r *Run) error {
		r.enter(StageProducts, tx.NowMicros())
		r.Progress.Total = r.shop.Products
		return keepNames(ctx, tx, r, linkManufacturer, names)
	})
}

// categoryPaths writes each category with its parents: "Home / Kitchen".
func categoryPaths(list []baselinker.Category) map[string]string {
	byID := make(map[string]baselinker.Category, len(list))
	for _, c := range list {
		byID[c.ID.ID()] = c
	}
	out := make(map[string]string, len(list))
	for _, c := range list {
		path := string(c.Name)
		up, ok := byID[c.Parent.ID()]
		for range maxDepth {
			if !ok {
				break
			}
			path = string(up.Name) + " / " + path
			up, ok = byID[up.Parent.ID()]
		}
		out[c.ID.ID()] = path
	}
	return out
}

// maxName bounds a name of a category or a manufacturer, in bytes; the catalogue takes 500 characters.
const maxName = 400

// keepNames stores names by external id and counts those of categories.
func keepNames(ctx context.Context, tx *db.Tx, r *Run, kind string, names map[string]string) error {
	ids := make([]string, 0, len(names))
	for id := range names {
		ids = append(ids, id)
	}
	known, err := linksOf(ctx, tx, kind, ids)
	if err != nil {
		return err
	}
	var list []link
	for id, name := range names {
		name = clip(name, maxName)
		was, ok := known[id]
		if !ok || was.seen != name {
			list = append(list, link{kind: kind, external: id, seen: name})
		}
		if kind != linkCategory {
			continue
		}
		r.Report.count(ThingCategory, func(c *Count) {
			switch {
			case !ok:
				c.Created++
			case was.seen != name:
				c.Changed++
			default:
				c.Unchanged++
			}
		})
	}
	return putLinks(ctx, tx, list)
}
