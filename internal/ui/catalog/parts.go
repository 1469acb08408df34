package catalogui

import (
	"net/http"
	"slices"
	"strings"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// Bounds of the search for parts.
const (
	foundLimit = 8
	maxText    = 200
)

// partFind offers goods as parts of a kit.
func (p *pages) partFind(w http.ResponseWriter, r *http.Request) error {
	text := strings.TrimSpace(r.FormValue("find"))
	if text == "" || len(text) > maxText {
		return reply.HTML(w, r, http.StatusOK, foundParts(nil, text))
	}
	page, err := p.Catalog.List(r.Context(), access.From(r.Context()), catalog.Filter{Text: text, Kind: catalog.KindGoods, Limit: foundLimit})
	if err != nil {
		return err
	}
	return reply.HTML(w, r, http.StatusOK, foundParts(page.SKUs, text))
}

// partAdd adds a part to the form; one that stands in it already is left where it is.
func (p *pages) partAdd(w http.ResponseWriter, r *http.Request) error {
	ctx, a, id := r.Context(), access.From(r.Context()), reply.Number(r, "add")
	list, err := p.parts(ctx, a, r)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(list, func(f partForm) bool { return f.sku.ID == id }) {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	skus, err := p.skus(ctx, a, []int64{id})
	if err != nil {
		return err
	}
	if skus[id].ID == 0 {
		return errs.New(errs.NotFound, "error.catalog.no_sku")
	}
	return reply.HTML(w, r, http.StatusOK, partRow(partForm{sku: skus[id], qty: "1"}))
}
