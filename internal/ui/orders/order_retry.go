package ordersui

import (
	"context"
	"net/http"

	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
)

// orderRetry asks for the channel to be told again what it would not take.
func (p *pages) orderRetry(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "orders.done.retry", func(ctx context.Context, a access.Actor, id int64) (orders.Order, error) {
		if err := a.Must(access.OrdersWrite); err != nil {
			return orders.Order{}, err
		}
		return orders.Order{}, p.DB.Write(ctx, a.Tenant, func(tx *db.Tx) error { return p.Orders.RetryPush(ctx, tx, id) })
	})
}
