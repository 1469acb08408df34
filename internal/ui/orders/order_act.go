package ordersui

import (
	"context"
	"net/http"

	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// act runs one use case on the order of the address and answers with its card as it is now and a toast.
func (p *pages) act(w http.ResponseWriter, r *http.Request, done string, do func(context.Context, access.Actor, int64) (orders.Order, error)) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	a := access.From(r.Context())
	if _, err := do(r.Context(), a, id); err != nil {
		return err
	}
	c, err := p.card(r.Context(), a, id, queryOf(r))
	if err != nil {
		return err
	}
	w.Header().Set("HX-Trigger", "orders-changed")
	return reply.HTML(w, r, http.StatusOK, orderCard(c), reply.Toast(r.Context(), done, "number", id))
}
