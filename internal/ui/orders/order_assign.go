package ordersui

import (
	"context"
	"net/http"

	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
)

// orderAssign gives the order to whoever asks, or back to its queue (field "to" = "queue").
func (p *pages) orderAssign(w http.ResponseWriter, r *http.Request) error {
	done, back := "orders.done.mine", r.PostFormValue("to") == "queue"
	if back {
		done = "orders.done.queue"
	}
	return p.act(w, r, done, func(ctx context.Context, a access.Actor, id int64) (orders.Order, error) {
		if back {
			return p.Orders.Assign(ctx, a, id, 0)
		}
		return p.Orders.Assign(ctx, a, id, a.ID)
	})
}
