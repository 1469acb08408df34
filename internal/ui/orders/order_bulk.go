package ordersui

import (
	"context"
	"net/http"
	"strconv"

	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// bulkOf is the step that a tab offers for many orders at once; "" for none.
func bulkOf(t tab, a access.Actor) string {
	switch {
	case t == "new" && a.May(access.OrdersWrite):
		return "confirm"
	case t == "confirmed" && a.May(access.OrdersShip):
		return "pick"
	}
	return ""
}

// bulkResult is what became of ticked orders.
type bulkResult struct {
	Done   int
	Failed []bulkFailure
	Text   string // "3 orders confirmed"
}

type bulkFailure struct {
	ID     int64
	Reason string
}

// orderBulk takes the ticked orders one step further, each for itself: one that does not go stops no other.
func (p *pages) orderBulk(w http.ResponseWriter, r *http.Request) error {
	ids, err := ticked(r)
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	step, done := p.Orders.Confirm, "orders.bulk.confirmed"
	switch r.PostFormValue("do") {
	case "confirm":
	case "pick":
		step, done = p.Orders.StartPicking, "orders.bulk.picking"
	default:
		return errs.New(errs.Invalid, "error.invalid")
	}
	res := p.bulk(ctx, a, ids, step)
	res.Text = i18n.T(ctx, done, "n", res.Done)
	w.Header().Set("HX-Trigger", "orders-changed")
	return reply.HTML(w, r, http.StatusOK, bulkAnswer(res))
}

func (p *pages) bulk(ctx context.Context, a access.Actor, ids []int64, step func(context.Context, access.Actor, int64) (orders.Order, error)) bulkResult {
	var res bulkResult
	for _, id := range ids {
		if _, err := step(ctx, a, id); err != nil {
			res.Failed = append(res.Failed, bulkFailure{ID: id, Reason: i18n.Error(ctx, err)})
			continue
		}
		res.Done++
	}
	return res
}

// ticked reads the orders that were ticked, at most a page of them.
func ticked(r *http.Request) ([]int64, error) {
	if err := r.ParseForm(); err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "error.invalid")
	}
	var ids []int64
	for _, text := range r.PostForm["id"] {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, errs.Wrap(errs.Invalid, err, "error.invalid")
		}
		ids = append(ids, id)
	}
	if len(ids) == 0 || len(ids) > pageSize {
		return nil, errs.New(errs.Invalid, "error.orders.bulk", "n", pageSize)
	}
	return ids, nil
}
