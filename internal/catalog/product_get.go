package catalog

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// GetProduct reads a product with its live SKUs; NotFound when there is none or it was deleted.
func (s *Service) GetProduct(ctx context.Context, a access.Actor, id int64) (out Product, err error) {
	err = s.read(ctx, a, func(tx *db.Tx) error {
		found, err := productsByID(ctx, tx, []int64{id})
		if err != nil {
			return err
		}
		out = found[id]
		err = skusIn(ctx, tx, "s.deleted_at = 0 and s.product_id in ", " order by s.id", []int64{id}, func(v SKU) { out.SKUs = append(out.SKUs, v) })
		if err != nil {
			return err
		}
		if out.ID == 0 || len(out.SKUs) == 0 {
			return errs.New(errs.NotFound, "error.not_found")
		}
		return withBarcodes(ctx, tx, out.SKUs)
	})
	return out, err
}
