package stockui

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// skuList shows the table without a card.
func (p *pages) skuList(w http.ResponseWriter, r *http.Request) error {
	q := parseQuery(r.URL.Query())
	if kit.IsFragment(r, listID) {
		t, err := p.table(r.Context(), access.From(r.Context()), q, openID(r))
		if err != nil {
			return err
		}
		return reply.HTML(w, r, http.StatusOK, skuTable(t))
	}
	return p.page(w, r, q, 0, nil)
}

// page answers with the whole table; card is the open SKU's, nil for none.
func (p *pages) page(w http.ResponseWriter, r *http.Request, q listQuery, open int64, card templ.Component) error {
	data, err := p.Frame(r, kit.Stock, i18n.T(r.Context(), "kit.nav.stock"))
	if err != nil {
		return err
	}
	t, err := p.table(r.Context(), access.From(r.Context()), q, open)
	if err != nil {
		return err
	}
	data.Split, data.Card, data.CardHint, data.Head = true, card, i18n.T(r.Context(), "stock.hint"), skuHead(t)
	return reply.HTML(w, r, http.StatusOK, skuPage(t, data))
}

// openID is the SKU whose card is open on the page that sent the request, 0 for none.
func openID(r *http.Request) int64 {
	u, err := url.Parse(r.Header.Get("HX-Current-URL"))
	if err != nil {
		return 0
	}
	id, _ := strconv.ParseInt(strings.TrimPrefix(u.Path, "/stock/"), 10, 64)
	return id
}
