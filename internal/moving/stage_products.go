package moving

import (
	"context"
	"strconv"

	"github.com/lad-hub/lad/internal/platform/db"
)

// dataChunk is how many products one request asks for: more would make answers of many megabytes.
const dataChunk = 100

// readProducts reads a page of the list of products, or the next products of the page that was read.
func (w *work) readProducts(ctx context.Context) error {
	at := w.run.cursor
	if at.Inventory >= len(w.run.shop.Inventories) {
		return w.save(ctx, func(tx *db.Tx, r *Run) error { r.enter(StageKits, tx.NowMicros()); return nil })
	}
	in := w.run.shop.Inventories[at.Inventory]
	if len(at.Pending) == 0 {
		ids, more, err := w.client.ProductIDs(ctx, in.ID, at.Page+1)
		if err != nil {
			return err
		}
		return w.save(ctx, func(_ *db.Tx, r *Run) error {
			r.cursor.Page++
			r.cursor.Pending, r.cursor.Last = ids, !more
			r.nextInventory()
			return nil
		})
	}
	ids := at.Pending[:min(dataChunk, len(at.Pending))]
	data, err := w.client.ProductsData(ctx, in.ID, ids)
	if err != nil {
		return err
	}
	b := &batch{w: w, in: in}
	for _, id := range ids {
		if body, ok := data[strconv.FormatInt(id, 10)]; ok { // else deleted since the list was read
			b.bodies = append(b.bodies, externalBody{strconv.FormatInt(id, 10), body})
		}
	}
	return b.store(ctx, func(r *Run) {
		r.cursor.Pending = r.cursor.Pending[len(ids):]
		r.Progress.Done += int64(len(ids))
		r.nextInventory()
	})
}

// nextInventory goes on to the next catalogue once the last page is read up.
func (r *Run) nextInventory() {
	if len(r.cursor.Pending) == 0 && r.cursor.Last {
		r.cursor.Inventory, r.cursor.Page, r.cursor.Last = r.cursor.Inventory+1, 0, false
	}
}
