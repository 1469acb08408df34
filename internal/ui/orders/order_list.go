package ordersui

import (
	"net/http"

	"github.com/a-h/templ"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// listID is the id of the list's fragment.
const listID = "orders-list"

// orderList shows the desk without a card.
func (p *pages) orderList(w http.ResponseWriter, r *http.Request) error {
	if kit.IsFragment(r, listID) {
		d, err := p.desk(r.Context(), access.From(r.Context()), queryOf(r), openID(r))
		if err != nil {
			return err
		}
		return reply.HTML(w, r, http.StatusOK, d.list(), d.headAgain())
	}
	return p.page(w, r, queryOf(r), 0, nil)
}

// page answers with the whole desk; card is the open order's, nil for none.
func (p *pages) page(w http.ResponseWriter, r *http.Request, q listQuery, open int64, card templ.Component) error {
	data, err := p.Frame(r, kit.Orders, i18n.T(r.Context(), "kit.nav.orders"))
	if err != nil {
		return err
	}
	d, err := p.desk(r.Context(), access.From(r.Context()), q, open)
	if err != nil {
		return err
	}
	data.Split, data.Card, data.CardHint = true, card, i18n.T(r.Context(), "orders.hint")
	data.Query, data.Head = q.text, d.head()
	return reply.HTML(w, r, http.StatusOK, d.page(data))
}
