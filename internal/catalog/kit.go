package catalog

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/lad-hub/lad/internal/catalog/sheet"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// partSKUs reads the parts of kits with codes and names, in order of the codes.
func partSKUs(ctx context.Context, tx *db.Tx, kitIDs []int64) (map[int64][]PartSKU, error) {
	parts, err := Reader{}.PartsOf(ctx, tx, kitIDs)
	if err != nil {
		return nil, err
	}
	wanted := map[int64]bool{}
	for _, list := range parts {
		for _, p := range list {
			wanted[p.SKUID] = true
		}
	}
	skus, err := Reader{}.ByIDs(ctx, tx, keys(wanted))
	if err != nil {
		return nil, err
	}
	out := make(map[int64][]PartSKU, len(parts))
	for kit, list := range parts {
		for _, p := range list {
			out[kit] = append(out[kit], PartSKU{Part: p, Code: skus[p.SKUID].Code, Name: skus[p.SKUID].Name})
		}
		slices.SortFunc(out[kit], func(a, b PartSKU) int { return strings.Compare(a.Code, b.Code) })
	}
	return out, nil
}

// partsText writes the parts of kits as tables have them: "CODE×2 + CODE2×1".
func partsText(ctx context.Context, tx *db.Tx, kitIDs []int64) (map[int64]string, error) {
	parts, err := partSKUs(ctx, tx, kitIDs)
	out := make(map[int64]string, len(parts))
	for kit, list := range parts {
		named := make([]namedPart, len(list))
		for i, p := range list {
			named[i] = namedPart{Code: p.Code, Qty: p.Qty}
		}
		out[kit] = formatParts(named)
	}
	return out, err
}

// partsInKits gives those of the SKUs that are parts of live kits.
func partsInKits(ctx context.Context, tx *db.Tx, ids []int64) ([]int64, error) {
	var out []int64
	err := db.Chunk(ids, chunk, func(part []int64) error {
		list, args := db.In(2, part)
		return tx.Each(ctx, `select distinct k.part_id from kit_part k join sku s on s.tenant_id = k.tenant_id and s.id = k.kit_id
			where k.tenant_id = $1 and s.deleted_at = 0 and k.part_id in `+list, append([]any{int64(tx.Tenant)}, args...),
			func(r db.Scanner) error {
				var id int64
				err := r.Scan(&id)
				out = append(out, id)
				return err
			})
	})
	return out, err
}

// namedPart is a part as a table names it.
type namedPart struct {
	Code string  `json:"code"`
	Qty  qty.Qty `json:"qty"`
}

// formatParts writes parts in order of their codes; the quantity always stands, so that any code can be read back.
func formatParts(parts []namedPart) string {
	parts = slices.Clone(parts)
	slices.SortFunc(parts, func(a, b namedPart) int { return strings.Compare(a.Code, b.Code) })
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = p.Code + "×" + p.Qty.String()
	}
	return strings.Join(texts, " + ")
}

var (
	// partEnd is a quantity with the plus after it: the place where one part ends and the next begins. A letter x counts as a
	// sign of multiplication only after a space, for codes end in x2 too.
	partEnd = regexp.MustCompile(`((?:\s*[×*]|\s+[xXхХ])\s*\d+(?:[.,]\d+)?(?:\s*(?:шт|pcs|szt)\.?)?)\s*\+\s*`)
	partQty = regexp.MustCompile(`^(.*?\S)(?:\s*[×*]|\s+[xXхХ])\s*(\d+(?:[.,]\d+)?)(?:\s*(?:шт|pcs|szt)\.?)?$`)
)

// parseParts reads "CODE×2 + CODE2×1". Without a quantity it is one; codes that contain a plus need one.
func parseParts(s string) ([]namedPart, error) {
	s = sheet.Clean(s)
	var texts []string
	if ends := partEnd.FindAllStringSubmatchIndex(s, -1); len(ends) > 0 {
		from := 0
		for _, e := range ends {
			texts = append(texts, s[from:e[3]])
			from = e[1]
		}
		texts = append(texts, s[from:])
	} else if m := lastPart(s); m == nil {
		texts = strings.Split(s, " + ")
	} else {
		texts = []string{s}
	}
	if len(texts) > maxParts {
		return nil, errs.New(errs.Invalid, "error.catalog.parts", "max", maxParts)
	}
	var out []namedPart
	for _, t := range texts {
		p := namedPart{Code: sheet.Clean(t), Qty: qty.One}
		if m := lastPart(p.Code); m != nil {
			q, err := qty.Parse(m[2])
			if err != nil {
				return nil, errs.Wrap(errs.Invalid, err, "error.catalog.part_qty")
			}
			p = namedPart{Code: sheet.Clean(m[1]), Qty: q}
		}
		if p.Code == "" || p.Qty <= 0 {
			return nil, errs.New(errs.Invalid, "error.catalog.part_qty")
		}
		if slices.ContainsFunc(out, func(o namedPart) bool { return o.Code == p.Code }) {
			return nil, errs.New(errs.Invalid, "error.catalog.part_twice")
		}
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b namedPart) int { return strings.Compare(a.Code, b.Code) })
	return out, nil
}

// lastPart splits a code from the last quantity after it: the sign × wins over everything before it.
func lastPart(s string) []string {
	if i := strings.LastIndex(s, "×"); i > 0 {
		if m := partQty.FindStringSubmatch("c" + s[i:]); m != nil {
			return []string{s, s[:i], m[2]}
		}
	}
	return partQty.FindStringSubmatch(s)
}
