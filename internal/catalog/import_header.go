package catalog

import (
	"slices"
	"strings"

	"github.com/lad-hub/lad/internal/catalog/sheet"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// headerRows is how many rows at the top may precede the headings: titles, addresses, dates.
const headerRows = 20

// header finds the headings among the first rows of a file.
type header struct {
	kind    ImportKind
	mapping map[string]Field
	tried   int
	first   []string
}

// match takes a row for the headings when its columns give the fields that the import can not do without.
func (h *header) match(r sheet.Row) (columns, []Column, bool) {
	h.tried++
	if h.first == nil {
		h.first = slices.Clone(r.Cells)
	}
	fields := h.assign(r.Cells)
	has := func(f Field) bool { return slices.Contains(fields, f) }
	enough := has(FieldCode)
	if h.kind == ImportStock {
		enough = (has(FieldCode) || has(FieldBarcode)) && has(FieldQuantity)
	}
	if !enough {
		return columns{}, nil, false
	}
	out := columns{fields: fields}
	list := make([]Column, len(fields))
	for i, f := range fields {
		list[i] = Column{Heading: r.Cell(i), Field: f}
		if words := strings.Fields(foldHeading(r.Cell(i))); f == FieldWeight {
			out.kilograms = slices.Contains(words, "кг") || slices.Contains(words, "kg")
		}
	}
	return out, list, true
}

// assign gives each column at most one field and each field at most one column, the surest heading winning.
func (h *header) assign(cells []string) []Field {
	fields := make([]Field, len(cells))
	owner, rank := map[Field]int{}, map[Field]int{}
	claim := func(i int, f Field, r int) {
		if old, taken := owner[f]; taken {
			if rank[f] <= r {
				return
			}
			fields[old] = FieldIgnore
		}
		fields[i], owner[f], rank[f] = f, i, r
	}
	for i, c := range cells {
		if f, ok := h.mapping[c]; ok {
			if f != FieldIgnore {
				claim(i, f, -1)
			}
			continue
		}
		known := headings[foldHeading(c)]
		for _, f := range fieldsOf(h.kind) {
			if r, ok := known[f]; ok {
				claim(i, f, r)
				break
			}
		}
	}
	return fields
}

// missing is the error for a file whose headings were not found; it shows what stood in the first row.
func (h *header) missing() error {
	key := "error.import.no_code_column"
	if h.kind == ImportStock {
		key = "error.import.no_stock_columns"
	}
	var seen []string
	for _, c := range h.first {
		if c != "" && len(seen) < 15 {
			seen = append(seen, c[:min(len(c), 60)])
		}
	}
	return errs.New(errs.Invalid, key, "headings", strings.ToValidUTF8(strings.Join(seen, ", "), ""))
}
