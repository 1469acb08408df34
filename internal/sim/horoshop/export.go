package horoshop

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/lad-hub/lad/internal/sim"
)

// maxExport is the number of products one export never exceeds, silently.
const maxExport = 500

// always are the fields an export never leaves out.
var always = []string{"article", "parent_article", "parent"}

// window reads offset and limit: without a limit the offset is ignored, a limit of zero means no rows.
type window struct {
	Offset int  `json:"offset"`
	Limit  *int `json:"limit"`
}

// bounds is the offset and the limit to query with; 0 as a limit means all, none = true means no rows at all.
func (w window) bounds(offsets bool) (offset, limit int, none bool) {
	if w.Limit == nil || *w.Limit < 0 {
		return 0, 0, false
	}
	if offsets {
		offset = max(w.Offset, 0)
	}
	return offset, *w.Limit, *w.Limit == 0
}

// exportQuery is the body of catalog/export.
type exportQuery struct {
	window
	Expr     map[string]json.RawMessage `json:"expr"`
	Included []string                   `json:"includedParams"`
	Excluded []string                   `json:"excludedParams"`
}

func (s *Shop) exportCatalog(c *sim.Call) sim.Answer {
	var b exportQuery
	if a := decode(c, &b); a != nil {
		return *a
	}
	offset, limit, none := b.bounds(true)
	if limit == 0 || limit > maxExport {
		limit = maxExport
	}
	if none {
		return envelope(statusEmpty, map[string]any{"products": []any{}})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	rows, problem := s.pick(b.Expr, offset, limit)
	if problem != "" {
		return message(statusError, problem)
	}
	products := make([]map[string]any, 0, len(rows))
	for _, r := range rows {
		products = append(products, b.trim(s.product(r)))
	}
	if len(products) == 0 {
		return envelope(statusEmpty, map[string]any{"products": products})
	}
	return envelope(statusOK, map[string]any{"products": products})
}

// pick selects the rows an expression names; articles are looked up, the rest is filtered.
func (s *Shop) pick(expr map[string]json.RawMessage, offset, limit int) (rows []*offerRow, problem string) {
	q := sim.Query[offer]{Ascending: true, Offset: offset, Limit: limit}
	var tests []func(*offer) bool
	var articles []string
	for name, raw := range expr {
		test, ok := s.test(name, raw)
		if name == "article" {
			articles, ok = texts(raw)
		}
		if !ok {
			return nil, "Wrong expression: " + name
		}
		if test != nil {
			tests = append(tests, test)
		}
	}
	q.Match = func(r *offerRow) bool {
		for _, t := range tests {
			if !t(&r.Value) {
				return false
			}
		}
		return true
	}
	if articles == nil {
		if len(tests) == 0 {
			q.Match = nil
		}
		rows, _ = s.offers.Find(q)
		return rows, ""
	}
	for _, a := range articles {
		if r := s.offers.Get(s.byArticle[a]); r != nil && q.Match(r) {
			rows = append(rows, r)
		}
	}
	from := min(len(rows), offset)
	return rows[from:min(len(rows), from+limit)], ""
}

// test makes the filter for one member of an expression; unknown members filter nothing.
func (s *Shop) test(name string, raw json.RawMessage) (test func(*offer) bool, ok bool) {
	switch name {
	case "display_in_showcase":
		want, ok := numbers(raw)
		return func(o *offer) bool { return slices.Contains(want, flag(o.shown)) }, ok
	case "parent.id":
		want, ok := numbers(raw)
		return func(o *offer) bool { return slices.Contains(want, o.category) }, ok
	case "parent":
		want, ok := texts(raw)
		return func(o *offer) bool { return slices.Contains(want, s.parents[o.category-firstParent]) }, ok
	}
	return nil, true
}

// texts reads a string or a list of strings.
func texts(raw json.RawMessage) ([]string, bool) {
	list := []string{}
	if json.Unmarshal(raw, &list) == nil {
		return list, true
	}
	var one string
	if json.Unmarshal(raw, &one) != nil {
		return nil, false
	}
	return []string{one}, true
}

// numbers reads a number or a list of numbers, as numbers or strings of digits.
func numbers(raw json.RawMessage) ([]int, bool) {
	var list []sim.Field
	if json.Unmarshal(raw, &list) != nil {
		list = make([]sim.Field, 1)
		if json.Unmarshal(raw, &list[0]) != nil {
			return nil, false
		}
	}
	out := make([]int, 0, len(list))
	for _, f := range list {
		n, ok := f.Int()
		if !ok {
			return nil, false
		}
		out = append(out, int(n))
	}
	return out, true
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// trim leaves the wanted fields; names nobody knows are ignored.
func (b exportQuery) trim(p map[string]any) map[string]any {
	for name := range p {
		wanted := (len(b.Included) == 0 || slices.Contains(b.Included, name)) && !slices.Contains(b.Excluded, name)
		if !wanted && !slices.Contains(always, name) {
			delete(p, name)
		}
	}
	return p
}

// product is an offer as JSON; call it under the lock.
func (s *Shop) product(r *offerRow) map[string]any {
	o := &r.Value
	p := presences[o.presence]
	residues := []map[string]any{}
	quantity := int64(0)
	if !s.o.NoAccounting {
		quantity = o.pieces()
		for i, n := range o.residues {
			residues = append(residues, map[string]any{"warehouse": s.warehouses[i], "quantity": n})
		}
	}
	return map[string]any{
		"article": o.article, "parent_article": o.parent, "article_for_display": o.article, "title": map[string]string{"ua": o.titleUA, "ru": o.titleRU},
		"mod_title": map[string]string{"ua": o.titleUA, "ru": o.titleRU}, "price": sim.Number(o.priceMinor), "price_old": sim.Number(o.oldMinor),
		"discount": 0, "currency": "UAH", "presence": map[string]any{"id": o.presence, "value": map[string]string{"ua": p.ua, "ru": s.russian(p.ru)}},
		"residues": residues, "quantity": quantity, "display_in_showcase": flag(o.shown), "gtin": o.barcode, "mpn": "",
		"parent": map[string]any{"id": o.category, "value": s.parents[o.category-firstParent]}, "images": []any{}, "icons": []any{},
		"characteristics": map[string]any{}, "link": "/" + strconv.FormatInt(r.ID, 10) + "/", "slug": strconv.FormatInt(r.ID, 10),
	}
}

func (s *Shop) exportPages(*sim.Call) sim.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.parents) == 0 {
		return envelope(statusEmpty, map[string]any{"pages": []any{}})
	}
	pages := []map[string]any{}
	for i, path := range s.parents {
		pages = append(pages, map[string]any{"id": firstParent + i, "parent": 0, "title": map[string]string{"ua": path, "ru": s.russian(path)}})
	}
	return envelope(statusOK, map[string]any{"pages": pages})
}
