package moving

import (
	"context"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/moving/baselinker"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/facts"
)

// factKind is how orders of the other hub are kept until they are applied. They belong to no connection, as our own do, which never
// wait.
const factKind = facts.Order

// orderKey is an order's external id here.
func orderKey(id int64) string { return Source + ":" + strconv.FormatInt(id, 10) }

// keep stores orders as they came. What is the same as before waits for nothing.
func (w *work) keep(ctx context.Context, tx *db.Tx, list []baselinker.RawOrder) error {
	raws := make([]facts.Raw, len(list))
	for i, o := range list {
		raws[i] = facts.Raw{Body: o.Body}
		if o.ID > 0 {
			raws[i].ExternalID = orderKey(o.ID)
		}
	}
	_, err := w.s.facts.Keep(ctx, tx, 0, factKind, raws)
	return err
}

// readOrders reads a page of orders in the order of their confirmation. The next page begins with the second in which the last one
// ended, because several orders may share it; when a whole page shares one, it is paged by number.
func (w *work) readOrders(ctx context.Context) error {
	at := w.run.cursor
	list, err := w.client.Orders(ctx, baselinker.OrderQuery{ConfirmedFrom: at.From, IDFrom: at.IDFrom, Custom: true})
	if err != nil {
		return err
	}
	return w.save(ctx, func(tx *db.Tx, r *Run) error {
		if err := w.keep(ctx, tx, list); err != nil {
			return err
		}
		r.Progress.Done += int64(len(list))
		last, most := at.From, int64(0)
		first := last
		for i, o := range list {
			last, most = max(last, o.ConfirmedAt), max(most, o.ID)
			if i == 0 {
				first = o.ConfirmedAt
			}
		}
		r.expect(first, last, tx.Now())
		switch full := len(list) >= baselinker.OrdersPage; {
		case !full && at.IDFrom == 0:
			r.enter(StageChanges, tx.NowMicros())
		case last > at.From:
			r.cursor.From, r.cursor.IDFrom = last, 0
		case full && most >= at.IDFrom:
			r.cursor.IDFrom = most + 1
		default:
			r.cursor.From, r.cursor.IDFrom = at.From+1, 0
		}
		return nil
	})
}

// expect estimates how many orders there are, which the API does not tell: as many a day as so far, until now.
func (r *Run) expect(first, last int64, now time.Time) {
	if r.cursor.First == 0 {
		r.cursor.First = first
	}
	passed, all := last-r.cursor.First, now.Unix()-r.cursor.First
	if passed > 0 && all >= passed {
		r.Progress.Total = int64(float64(r.Progress.Done) * float64(all) / float64(passed))
	}
}
