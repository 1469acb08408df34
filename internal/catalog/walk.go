package catalog

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/db"
)

// Shelved is a live SKU with its barcodes and what its product says of it.
type Shelved struct {
	SKU
	Group    string // name of the group of variants; empty for a product of one SKU
	Brand    string
	Category string
}

// Walk reads the next live SKUs behind an id, in order of ids: the way through a whole catalogue in pages, each from a
// transaction of its own if need be. An empty page is the end.
func (Reader) Walk(ctx context.Context, tx *db.Tx, after int64, limit int) ([]Shelved, error) {
	var out []Shelved
	err := tx.Each(ctx, "select p.category, p.brand, p.name, "+skuColumns+` from sku s join product p on p.tenant_id = s.tenant_id and p.id = s.product_id
		where s.tenant_id = $1 and s.id > $2 and s.deleted_at = 0 order by s.id limit $3`, []any{int64(tx.Tenant), after, limit}, func(r db.Scanner) error {
		var one Shelved
		var err error
		one.SKU, err = scanSKU(prefixed{prefixed{prefixed{r, &one.Category}, &one.Brand}, &one.Group}) // the innermost comes first
		out = append(out, one)
		return err
	})
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(out))
	for i, one := range out {
		ids[i] = one.ID
	}
	codes, err := Reader{}.BarcodesOf(ctx, tx, ids)
	for i := range out {
		out[i].Barcodes = codes[out[i].ID]
	}
	return out, err
}

// Categories lists the categories of live products by name, without the empty one.
func (Reader) Categories(ctx context.Context, tx *db.Tx) ([]string, error) {
	var out []string
	err := tx.Each(ctx, "select distinct category from product where tenant_id = $1 and deleted_at = 0 and category <> '' order by category",
		[]any{int64(tx.Tenant)}, func(r db.Scanner) error {
			var name string
			err := r.Scan(&name)
			out = append(out, name)
			return err
		})
	return out, err
}
