package catalog

import (
	"context"

	"github.com/lad-hub/lad/internal/catalog/sheet"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// Group is what the variants of a product share for whoever sorts goods; nil leaves a field as it is.
type Group struct{ Brand, Category *string }

// SetGroup changes brand and category of the product that a SKU belongs to.
func (s *Service) SetGroup(ctx context.Context, a access.Actor, skuID int64, g Group) error {
	return s.write(ctx, a, func(tx *db.Tx) error {
		found, err := lockByIDs(ctx, tx, []int64{skuID})
		if err != nil {
			return err
		}
		sku, ok := found[skuID]
		if !ok || !sku.DeletedAt.IsZero() {
			return errs.New(errs.NotFound, "error.catalog.no_sku")
		}
		products, err := productsByID(ctx, tx, []int64{sku.ProductID})
		if err != nil {
			return err
		}
		was := products[sku.ProductID]
		now := was
		if g.Brand != nil {
			now.Brand = sheet.Clean(*g.Brand)
		}
		if g.Category != nil {
			now.Category = sheet.Clean(*g.Category)
		}
		if now.Brand == was.Brand && now.Category == was.Category {
			return nil
		}
		if !fits(now.Brand, maxName) || !fits(now.Category, maxName) {
			return errs.New(errs.Invalid, "error.catalog.too_long")
		}
		_, err = tx.Exec(ctx, "update product set brand = $3, category = $4, updated_at = $5 where tenant_id = $1 and id = $2",
			int64(tx.Tenant), was.ID, now.Brand, now.Category, tx.NowMicros())
		if err != nil {
			return err
		}
		diff := []FieldChange{{Name: "brand", Before: was.Brand, After: now.Brand}, {Name: "category", Before: was.Category, After: now.Category}}
		return s.journal.Append(ctx, tx, record(a, "sku.changed", skuID, map[string]any{"code": sku.Code, "fields": diff}))
	})
}

// GroupsOf reads the products of SKUs, by product id, without their SKUs.
func (Reader) GroupsOf(ctx context.Context, tx *db.Tx, productIDs []int64) (map[int64]Product, error) {
	return productsByID(ctx, tx, productIDs)
}

// GroupNames lists the distinct categories or brands of live products, at most limit.
func (Reader) GroupNames(ctx context.Context, tx *db.Tx, brands bool, limit int) ([]string, error) {
	query := "select distinct category from product where tenant_id = $1 and deleted_at = 0 and category <> '' order by category limit $2"
	if brands {
		query = "select distinct brand from product where tenant_id = $1 and deleted_at = 0 and brand <> '' order by brand limit $2"
	}
	var out []string
	err := tx.Each(ctx, query, []any{int64(tx.Tenant), limit}, func(sc db.Scanner) error {
		var name string
		err := sc.Scan(&name)
		out = append(out, name)
		return err
	})
	return out, err
}
