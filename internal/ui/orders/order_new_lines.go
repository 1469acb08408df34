package ordersui

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// orderNewLines changes the lines of the form: a SKU is added by its number ("add") or by what was typed or scanned ("find"),
// dropped ("drop"), or only the sums are told again ("sum").
func (p *pages) orderNewLines(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), access.From(r.Context())
	d, err := p.readDraft(r, a)
	if err != nil {
		return err
	}
	number := func(name string) int64 {
		n, _ := strconv.ParseInt(r.PostForm.Get(name), 10, 64) // 0 is no SKU
		return n
	}
	if r.PostForm.Has("sum") {
		return reply.HTML(w, r, http.StatusOK, draftSums(d))
	}
	text, hits := strings.TrimSpace(r.PostForm.Get("find")), []hit(nil)
	switch {
	case number("drop") != 0:
		d.drop(number("drop"))
		return reply.HTML(w, r, http.StatusOK, draftLines(d))
	case number("add") != 0:
		if hits, err = p.hit(ctx, a, number("add")); err != nil {
			return err
		}
	default:
		if hits, err = p.find(ctx, a, text); err != nil {
			return err
		}
	}
	if one := meant(hits, text); one != nil {
		d.add(ctx, one.sku, one.left)
		return reply.HTML(w, r, http.StatusOK, draftLines(d), foundAgain(nil, ""), findInput(true))
	}
	return reply.HTML(w, r, http.StatusOK, draftLines(d), foundAgain(hits, text))
}

// hit is the SKU with this number, if there is one.
func (p *pages) hit(ctx context.Context, a access.Actor, id int64) ([]hit, error) {
	found, left, err := p.skus(ctx, a, []int64{id})
	if sku, ok := found[id]; ok && sku.DeletedAt.IsZero() {
		return []hit{{sku: sku, left: left[id]}}, err
	}
	return nil, err
}

// meant is the hit that a text names beyond doubt: the only one, or the one with this code or barcode.
func meant(hits []hit, text string) *hit {
	for i, h := range hits {
		if len(hits) == 1 || strings.EqualFold(h.sku.Code, text) || slices.Contains(h.sku.Barcodes, text) {
			return &hits[i]
		}
	}
	return nil
}

// find searches the catalogue for the few SKUs that fit on a short list.
func (p *pages) find(ctx context.Context, a access.Actor, text string) ([]hit, error) {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > maxText {
		return nil, nil
	}
	page, err := p.Catalog.List(ctx, a, catalog.Filter{Text: text, Limit: maxHits})
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(page.SKUs))
	for i, s := range page.SKUs {
		ids[i] = s.ID
	}
	_, left, err := p.skus(ctx, a, ids)
	out := make([]hit, len(page.SKUs))
	for i, s := range page.SKUs {
		out[i] = hit{sku: s, left: left[s.ID]}
	}
	return out, err
}
