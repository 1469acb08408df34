package moving

import (
	"context"
	"slices"

	"github.com/lad-hub/lad/internal/moving/baselinker"
	"github.com/lad-hub/lad/internal/platform/db"
)

// readChanges asks the journal which orders changed while the others were read, and reads those again, one a step. An account
// whose journal is off tells nothing, and nothing is read.
func (w *work) readChanges(ctx context.Context) error {
	if list := w.run.cursor.Changed; len(list) > 0 {
		found, err := w.client.Orders(ctx, baselinker.OrderQuery{ID: list[0], Custom: true})
		if err != nil {
			return err
		}
		found = slices.DeleteFunc(found, func(o baselinker.RawOrder) bool { return o.ID != list[0] })
		return w.save(ctx, func(tx *db.Tx, r *Run) error {
			r.cursor.Changed = r.cursor.Changed[1:]
			r.Progress.Done++
			return w.keepConfirmed(ctx, tx, found)
		})
	}
	changed, next, more, err := w.client.Journal(ctx, w.run.cursor.Log)
	if err != nil {
		return err
	}
	return w.save(ctx, func(tx *db.Tx, r *Run) error {
		fresh := next > r.cursor.Log
		r.cursor.Log = next
		slices.Sort(changed)
		r.cursor.Changed = slices.Compact(changed)
		r.Progress.Total += int64(len(r.cursor.Changed))
		if !fresh && !more {
			r.enter(StageHistory, tx.NowMicros())
		}
		return nil
	})
}

// keepConfirmed keeps an order that was asked for by its number, unless its buyer has not confirmed it yet or it is older than what
// was asked for.
func (w *work) keepConfirmed(ctx context.Context, tx *db.Tx, list []baselinker.RawOrder) error {
	list = slices.DeleteFunc(list, func(o baselinker.RawOrder) bool {
		x, err := baselinker.ParseOrder(o.Body)
		old := !w.run.Since.IsZero() && x.ConfirmedAt.Int() < w.run.Since.Unix()
		return err == nil && (old || x.Confirmed != "" && !x.Confirmed.True())
	})
	return w.keep(ctx, tx, list)
}
