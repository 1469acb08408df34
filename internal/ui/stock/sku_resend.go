package stockui

import (
	"net/http"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// skuResend tells every channel the quantity of the SKU again.
func (p *pages) skuResend(w http.ResponseWriter, r *http.Request) error {
	id, err := reply.ID(r, "id", "error.catalog.no_sku")
	if err != nil {
		return err
	}
	a := access.From(r.Context())
	n, err := p.Connections.Resend(r.Context(), a, id, 0)
	if err != nil {
		return err
	}
	c, err := p.card(r.Context(), a, id, parseQuery(reply.Query(r)))
	if err != nil {
		return err
	}
	w.Header().Set("HX-Trigger", "stock-changed")
	return reply.Done(w, r, skuPath(id), skuCard(c), reply.Toast(r.Context(), "stock.done.resend", "n", n))
}
