package catalog

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/search"
)

// putSKUs writes whole SKUs, new ones and changed ones alike, with few statements. Barcodes are not among them.
func putSKUs(ctx context.Context, tx *db.Tx, skus []SKU) error {
	const width = 17
	args := make([]any, 0, width*len(skus))
	for _, s := range skus {
		args = append(args, int64(tx.Tenant), s.ID, s.ProductID, s.Code, search.Fold(s.Code), s.Name, s.Variant, string(s.Kind),
			s.Price.Minor, s.Cost.Minor, string(s.Price.Currency), s.WeightGrams, s.Backorder, s.Version,
			clock.Micros(s.CreatedAt), clock.Micros(s.UpdatedAt), clock.Micros(s.DeletedAt))
	}
	_, err := tx.Insert(ctx, `insert into sku (tenant_id, id, product_id, code, code_folded, name, variant, kind, price_minor, cost_minor,
		currency, weight_grams, backorder, version, created_at, updated_at, deleted_at)`,
		`on conflict (tenant_id, id) do update set product_id = excluded.product_id, code = excluded.code, code_folded = excluded.code_folded,
		name = excluded.name, variant = excluded.variant, price_minor = excluded.price_minor, cost_minor = excluded.cost_minor,
		currency = excluded.currency, weight_grams = excluded.weight_grams, backorder = excluded.backorder, version = excluded.version,
		updated_at = excluded.updated_at, deleted_at = excluded.deleted_at`, width, args)
	return err
}

// insertProducts writes new products.
func insertProducts(ctx context.Context, tx *db.Tx, products []Product) error {
	args := make([]any, 0, 7*len(products))
	for _, p := range products {
		args = append(args, int64(tx.Tenant), p.ID, p.Name, p.Brand, p.Category, tx.NowMicros(), tx.NowMicros())
	}
	_, err := tx.Insert(ctx, "insert into product (tenant_id, id, name, brand, category, created_at, updated_at)", "", 7, args)
	return err
}

// settleProducts deletes those of the products that have lost their last live SKU and brings back those that have one again.
func settleProducts(ctx context.Context, tx *db.Tx, ids []int64) error {
	return db.Chunk(ids, chunk, func(part []int64) error {
		list, args := db.In(3, part)
		const live = `exists (select 1 from sku s where s.tenant_id = product.tenant_id and s.product_id = product.id and s.deleted_at = 0)`
		_, err := tx.Exec(ctx, `update product set deleted_at = case when `+live+` then 0 else cast($2 as bigint) end, updated_at = $2
			where tenant_id = $1 and (deleted_at = 0) <> `+live+` and id in `+list,
			append([]any{int64(tx.Tenant), tx.NowMicros()}, args...)...)
		return err
	})
}

// productsByID reads products without their SKUs, deleted ones too.
func productsByID(ctx context.Context, tx *db.Tx, ids []int64) (map[int64]Product, error) {
	out := make(map[int64]Product, len(ids))
	err := db.Chunk(ids, chunk, func(part []int64) error {
		list, args := db.In(2, part)
		return tx.Each(ctx, "select id, name, brand, category, created_at, updated_at from product where tenant_id = $1 and id in "+list,
			append([]any{int64(tx.Tenant)}, args...), func(r db.Scanner) error {
				var p Product
				var created, updated int64
				err := r.Scan(&p.ID, &p.Name, &p.Brand, &p.Category, &created, &updated)
				p.CreatedAt, p.UpdatedAt = clock.FromMicros(created), clock.FromMicros(updated)
				out[p.ID] = p
				return err
			})
	})
	return out, err
}

// productsByName finds live groups by their exact names; of several with one name the oldest.
func productsByName(ctx context.Context, tx *db.Tx, names []string) (map[string]int64, error) {
	out := map[string]int64{}
	err := db.Chunk(names, chunk, func(part []string) error {
		list, args := db.In(2, part)
		return tx.Each(ctx, `select name, min(id) from product where tenant_id = $1 and deleted_at = 0 and name <> '' and name in `+list+` group by name`,
			append([]any{int64(tx.Tenant)}, args...), func(r db.Scanner) error {
				var name string
				var id int64
				err := r.Scan(&name, &id)
				out[name] = id
				return err
			})
	})
	return out, err
}

// setBarcodes replaces the barcodes of the SKUs that are keys of the map.
func setBarcodes(ctx context.Context, tx *db.Tx, lists map[int64][]string) error {
	if err := deleteWhere(ctx, tx, "delete from barcode where tenant_id = $1 and sku_id in ", keys(lists)); err != nil {
		return err
	}
	var args []any
	for _, id := range keys(lists) {
		for _, code := range lists[id] {
			args = append(args, int64(tx.Tenant), code, id)
		}
	}
	_, err := tx.Insert(ctx, "insert into barcode (tenant_id, code, sku_id)", "", 3, args)
	return err
}

// barcodeOwners says which SKUs have the barcodes.
func barcodeOwners(ctx context.Context, tx *db.Tx, codes []string) (map[string]int64, error) {
	out := map[string]int64{}
	err := db.Chunk(codes, chunk, func(part []string) error {
		list, args := db.In(2, part)
		return tx.Each(ctx, "select code, sku_id from barcode where tenant_id = $1 and code in "+list,
			append([]any{int64(tx.Tenant)}, args...), func(r db.Scanner) error {
				var code string
				var id int64
				err := r.Scan(&code, &id)
				out[code] = id
				return err
			})
	})
	return out, err
}

// setParts replaces the parts of the kits that are keys of the map.
func setParts(ctx context.Context, tx *db.Tx, lists map[int64][]Part) error {
	if err := deleteWhere(ctx, tx, "delete from kit_part where tenant_id = $1 and kit_id in ", keys(lists)); err != nil {
		return err
	}
	var args []any
	for _, id := range keys(lists) {
		for _, p := range lists[id] {
			args = append(args, int64(tx.Tenant), id, p.SKUID, int64(p.Qty))
		}
	}
	_, err := tx.Insert(ctx, "insert into kit_part (tenant_id, kit_id, part_id, qty)", "", 4, args)
	return err
}

// indexWords makes SKUs findable by the words of their code, by the code as people squeeze it, name and variant; deleted SKUs lose their words.
func indexWords(ctx context.Context, tx *db.Tx, skus, fresh []SKU) error {
	ids := make([]int64, len(skus))
	for i, s := range skus {
		ids[i] = s.ID
	}
	if err := deleteWhere(ctx, tx, "delete from sku_word where tenant_id = $1 and sku_id in ", ids); err != nil {
		return err
	}
	var args []any
	for _, list := range [][]SKU{skus, fresh} {
		for _, s := range list {
			if !s.DeletedAt.IsZero() {
				continue
			}
			for _, w := range wordsOf(s.Code, squeezed(s.Code), s.Name, s.Variant) {
				args = append(args, int64(tx.Tenant), w, s.ID)
			}
		}
	}
	_, err := tx.Insert(ctx, "insert into sku_word (tenant_id, word, sku_id)", "", 3, args)
	return err
}

// wordsOf are the distinct folded words of texts. Unlike search.Words it keeps single characters: "5 л" tells canisters apart.
func wordsOf(texts ...string) []string {
	var out []string
	for _, t := range texts {
		out = append(out, strings.FieldsFunc(search.Fold(t), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func deleteWhere(ctx context.Context, tx *db.Tx, query string, ids []int64) error {
	return db.Chunk(ids, chunk, func(part []int64) error {
		list, args := db.In(2, part)
		_, err := tx.Exec(ctx, query+list, append([]any{int64(tx.Tenant)}, args...)...)
		return err
	})
}
