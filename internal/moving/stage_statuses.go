package moving

import (
	"cmp"
	"context"
	"slices"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/facts"
)

// readStatuses reads the order statuses, then finds the end of the journal page by page: what changes from now on is asked for
// once all orders are read.
func (w *work) readStatuses(ctx context.Context) error {
	if w.run.shop.Statuses == nil {
		list, err := w.client.Statuses(ctx)
		if err != nil {
			return err
		}
		return w.save(ctx, func(_ *db.Tx, r *Run) error {
			r.shop.Statuses = map[string]StatusTaken{}
			for _, s := range list {
				taken := takeStatus(s)
				r.shop.Statuses[s.ID.ID()] = taken
				r.Report.Statuses = append(r.Report.Statuses, taken)
			}
			slices.SortStableFunc(r.Report.Statuses, func(a, b StatusTaken) int { return cmp.Compare(len(a.Stage), len(b.Stage)) }) // doubtful ones first
			return nil
		})
	}
	_, next, more, err := w.client.Journal(ctx, w.run.cursor.Log)
	if err != nil {
		return err
	}
	return w.save(ctx, func(tx *db.Tx, r *Run) error {
		if r.cursor.Log = next; !more {
			r.enter(StageOrders, tx.NowMicros())
			if !r.Since.IsZero() {
				r.cursor.From = r.Since.Unix()
			}
			_, err := facts.Retry(ctx, tx, 0) // orders that were set aside get another chance, or their place in this report
			return err
		}
		return nil
	})
}
