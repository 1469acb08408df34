package stockui

import (
	"net/http"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// cardID is the id of the card's fragment.
const cardID = "sku-card"

// skuShow shows a SKU's card, alone or beside the table it was opened from.
func (p *pages) skuShow(w http.ResponseWriter, r *http.Request) error {
	id, err := reply.ID(r, "id", "error.catalog.no_sku")
	if err != nil {
		return err
	}
	q := parseQuery(r.URL.Query())
	c, err := p.card(r.Context(), access.From(r.Context()), id, q)
	if err != nil {
		return err
	}
	if kit.IsFragment(r, "card") || kit.IsFragment(r, cardID) {
		return reply.HTML(w, r, http.StatusOK, skuCard(c))
	}
	return p.page(w, r, q, id, skuCard(c))
}

// skuMoves adds older moves to an open card.
func (p *pages) skuMoves(w http.ResponseWriter, r *http.Request) error {
	id, err := reply.ID(r, "id", "error.catalog.no_sku")
	if err != nil {
		return err
	}
	a := access.From(r.Context())
	c, err := p.card(r.Context(), a, id, listQuery{})
	if err != nil {
		return err
	}
	err = p.DB.Read(r.Context(), a.Tenant, func(tx *db.Tx) error {
		c.moves, err = p.Stock.Moves(r.Context(), tx, id, reply.Number(r, "before"), movesPage+1)
		return err
	})
	if err != nil {
		return err
	}
	return reply.HTML(w, r, http.StatusOK, moveList(c.movePage(c.moves)))
}
