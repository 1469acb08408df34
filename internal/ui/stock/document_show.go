package stockui

import (
	"net/http"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// documentShow shows a document's card, alone or beside the list.
func (p *pages) documentShow(w http.ResponseWriter, r *http.Request) error {
	id, err := reply.ID(r, "id", "error.not_found")
	if err != nil {
		return err
	}
	d, err := p.document(r.Context(), access.From(r.Context()), id, reply.Number(r, "before"))
	if err != nil {
		return err
	}
	if kit.IsFragment(r, "card") {
		return reply.HTML(w, r, http.StatusOK, documentCard(d))
	}
	return p.documentDesk(w, r, d.documents, documentCard(d))
}

// documentReverse takes a document back.
func (p *pages) documentReverse(w http.ResponseWriter, r *http.Request) error {
	id, err := reply.ID(r, "id", "error.not_found")
	if err != nil {
		return err
	}
	ctx, a, reason := r.Context(), access.From(r.Context()), r.PostFormValue("reason")
	own, err := p.Stock.Reverse(ctx, a, id, reason)
	if err != nil {
		if !reply.IsRefusal(err) || !reply.Fragment(r) {
			return err
		}
		d, readErr := p.document(ctx, a, id, 0)
		if readErr != nil {
			return readErr
		}
		fields, over := faultsOf(ctx, err, d.skus)
		if over == "" {
			over = fields["reason"]
		}
		return reply.Refused(w, r, "#reverse-fields", reverseFields(reason, over))
	}
	d, err := p.document(ctx, a, own, 0)
	if err != nil {
		return err
	}
	w.Header().Set("HX-Trigger", "stock-changed")
	return reply.Done(w, r, documentPath(own), documentCard(d), kit.Toast(kit.ToastData{Tone: kit.OK, Text: i18n.T(ctx, "stock.done.reversed", "number", id)}))
}
