package catalog

import (
	"context"
	"slices"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/money"
)

// chunk is how many keys one statement asks for; larger lists take several statements.
const chunk = 1000

// Reader answers other domains inside their transactions. It has no state: the zero value works, so that a domain can read
// the catalogue before its Service is built.
type Reader struct{}

const skuColumns = `s.id, s.product_id, s.code, s.name, s.variant, s.kind, s.price_minor, s.cost_minor, s.currency,
	s.weight_grams, s.backorder, s.version, s.created_at, s.updated_at, s.deleted_at`

func scanSKU(r db.Scanner) (SKU, error) {
	var s SKU
	var price, cost, created, updated, deleted int64
	var currency money.Currency
	err := r.Scan(&s.ID, &s.ProductID, &s.Code, &s.Name, &s.Variant, &s.Kind, &price, &cost, &currency,
		&s.WeightGrams, &s.Backorder, &s.Version, &created, &updated, &deleted)
	s.Price, s.Cost = money.New(price, currency), money.New(cost, currency)
	s.CreatedAt, s.UpdatedAt, s.DeletedAt = clock.FromMicros(created), clock.FromMicros(updated), clock.FromMicros(deleted)
	return s, err
}

// ByIDs reads SKUs by their ids, deleted ones too: history refers to them.
func (Reader) ByIDs(ctx context.Context, tx *db.Tx, ids []int64) (map[int64]SKU, error) {
	out := make(map[int64]SKU, len(ids))
	err := skusIn(ctx, tx, "s.id in ", "", ids, func(s SKU) { out[s.ID] = s })
	return out, err
}

// ByCodes reads live SKUs by their exact codes.
func (Reader) ByCodes(ctx context.Context, tx *db.Tx, codes []string) (map[string]SKU, error) {
	out := make(map[string]SKU, len(codes))
	err := skusIn(ctx, tx, "s.deleted_at = 0 and s.code in ", "", codes, func(s SKU) { out[s.Code] = s })
	return out, err
}

// lockByCodes is ByCodes that keeps the rows from others until the commit; rows are locked in order of their ids.
func lockByCodes(ctx context.Context, tx *db.Tx, codes []string) (map[string]SKU, error) {
	out := make(map[string]SKU, len(codes))
	err := skusIn(ctx, tx, "s.deleted_at = 0 and s.code in ", " order by s.id"+tx.ForUpdate(), codes, func(s SKU) { out[s.Code] = s })
	return out, err
}

// lockByIDs is ByIDs that keeps the rows from others until the commit; rows are locked in order of their ids.
func lockByIDs(ctx context.Context, tx *db.Tx, ids []int64) (map[int64]SKU, error) {
	out := make(map[int64]SKU, len(ids))
	err := skusIn(ctx, tx, "s.id in ", " order by s.id"+tx.ForUpdate(), ids, func(s SKU) { out[s.ID] = s })
	return out, err
}

func skusIn[T any](ctx context.Context, tx *db.Tx, where, tail string, keys []T, each func(SKU)) error {
	return db.Chunk(keys, chunk, func(part []T) error {
		list, args := db.In(2, part)
		return tx.Each(ctx, "select "+skuColumns+" from sku s where s.tenant_id = $1 and "+where+list+tail,
			append([]any{int64(tx.Tenant)}, args...), func(r db.Scanner) error {
				s, err := scanSKU(r)
				each(s)
				return err
			})
	})
}

// ByBarcodes reads live SKUs by exact barcodes.
func (Reader) ByBarcodes(ctx context.Context, tx *db.Tx, barcodes []string) (map[string]SKU, error) {
	out := make(map[string]SKU, len(barcodes))
	err := db.Chunk(barcodes, chunk, func(part []string) error {
		list, args := db.In(2, part)
		return tx.Each(ctx, "select b.code, "+skuColumns+` from barcode b join sku s on s.tenant_id = b.tenant_id and s.id = b.sku_id
			where b.tenant_id = $1 and s.deleted_at = 0 and b.code in `+list, append([]any{int64(tx.Tenant)}, args...),
			func(r db.Scanner) error {
				var code string
				s, err := scanSKU(prefixed{r, &code})
				out[code] = s
				return err
			})
	})
	return out, err
}

// prefixed scans one column before those of scanSKU.
type prefixed struct {
	db.Scanner
	first any
}

// Scan puts the first column in its place.
func (p prefixed) Scan(dest ...any) error { return p.Scanner.Scan(append([]any{p.first}, dest...)...) }

// PartsOf reads the parts of those of the SKUs that are kits, in order of the parts' ids.
func (Reader) PartsOf(ctx context.Context, tx *db.Tx, kitIDs []int64) (map[int64][]Part, error) {
	out := map[int64][]Part{}
	err := db.Chunk(kitIDs, chunk, func(part []int64) error {
		list, args := db.In(2, part)
		return tx.Each(ctx, "select kit_id, part_id, qty from kit_part where tenant_id = $1 and kit_id in "+list+" order by kit_id, part_id",
			append([]any{int64(tx.Tenant)}, args...), func(r db.Scanner) error {
				var kit int64
				var p Part
				err := r.Scan(&kit, &p.SKUID, &p.Qty)
				out[kit] = append(out[kit], p)
				return err
			})
	})
	return out, err
}

// KitsWith reads the live kits that contain any of the SKUs, each once, in order of their ids.
func (Reader) KitsWith(ctx context.Context, tx *db.Tx, partIDs []int64) ([]int64, error) {
	var out []int64
	seen := map[int64]bool{}
	err := db.Chunk(partIDs, chunk, func(part []int64) error {
		list, args := db.In(2, part)
		return tx.Each(ctx, `select distinct k.kit_id from kit_part k join sku s on s.tenant_id = k.tenant_id and s.id = k.kit_id
			where k.tenant_id = $1 and s.deleted_at = 0 and k.part_id in `+list+" order by k.kit_id",
			append([]any{int64(tx.Tenant)}, args...), func(r db.Scanner) error {
				var kit int64
				err := r.Scan(&kit)
				if !seen[kit] {
					seen[kit] = true
					out = append(out, kit)
				}
				return err
			})
	})
	return out, err
}

// BarcodesOf reads the barcodes of SKUs, sorted.
func (Reader) BarcodesOf(ctx context.Context, tx *db.Tx, skuIDs []int64) (map[int64][]string, error) {
	out := map[int64][]string{}
	err := db.Chunk(skuIDs, chunk, func(part []int64) error {
		list, args := db.In(2, part)
		return tx.Each(ctx, "select sku_id, code from barcode where tenant_id = $1 and sku_id in "+list+" order by sku_id",
			append([]any{int64(tx.Tenant)}, args...), func(r db.Scanner) error {
				var id int64
				var code string
				err := r.Scan(&id, &code)
				out[id] = append(out[id], code)
				return err
			})
	})
	for _, list := range out {
		slices.Sort(list)
	}
	return out, err
}
