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

// documentList shows past documents.
func (p *pages) documentList(w http.ResponseWriter, r *http.Request) error {
	before := reply.Number(r, "before")
	if kit.IsFragment(r, documentsID) {
		open := int64(0)
		if u, err := url.Parse(r.Header.Get("HX-Current-URL")); err == nil {
			open, _ = strconv.ParseInt(strings.TrimPrefix(u.Path, "/stock-documents/"), 10, 64)
		}
		d, err := p.documents(r.Context(), access.From(r.Context()), before, open)
		if err != nil {
			return err
		}
		return reply.HTML(w, r, http.StatusOK, documentTable(d))
	}
	d, err := p.documents(r.Context(), access.From(r.Context()), before, 0)
	if err != nil {
		return err
	}
	return p.documentDesk(w, r, d, nil)
}

// documentDesk answers with the list and a card beside it.
func (p *pages) documentDesk(w http.ResponseWriter, r *http.Request, d *documents, card templ.Component) error {
	data, err := p.Frame(r, kit.Stock, i18n.T(r.Context(), "stock.documents"))
	if err != nil {
		return err
	}
	data.Split, data.Card, data.CardHint, data.Head = true, card, i18n.T(r.Context(), "stock.documents_hint"), documentHead(d)
	return reply.HTML(w, r, http.StatusOK, documentPage(d, data))
}
