package ordersui

import (
	"net/http"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// cardID is the id of the card's fragment.
const cardID = "order-card"

// orderShow shows an order's card, alone or beside the list it was opened from.
func (p *pages) orderShow(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	q := queryOf(r)
	c, err := p.card(r.Context(), access.From(r.Context()), id, q)
	if err != nil {
		return err
	}
	if kit.IsFragment(r, "card") || kit.IsFragment(r, cardID) {
		return reply.HTML(w, r, http.StatusOK, orderCard(c))
	}
	return p.page(w, r, q, id, orderCard(c))
}
