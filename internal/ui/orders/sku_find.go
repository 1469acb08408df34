package ordersui

import (
	"net/http"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// maxHits bounds the list under the search for goods.
const maxHits = 8

// hit is a SKU found by a search, with what is left of it.
type hit struct {
	sku  catalog.SKU
	left qty.Qty
}

// skuFind lists SKUs for what was typed so far.
func (p *pages) skuFind(w http.ResponseWriter, r *http.Request) error {
	text := r.URL.Query().Get("find")
	hits, err := p.find(r.Context(), access.From(r.Context()), text)
	if err != nil {
		return err
	}
	return reply.HTML(w, r, http.StatusOK, foundList(hits, text))
}
