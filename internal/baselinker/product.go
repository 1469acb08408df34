package baselinker

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/db"
)

// Product is what a client wrote of a SKU.
type Product struct {
	SKUID       int64 `json:"-"`
	InventoryID int64 `json:"-"`
	ParentID    int64 `json:"-"` // the SKU that this one is a variant of; 0 for none
	CategoryID  int64 `json:"-"`
	MakerID     int64 `json:"-"`
	// Numbers are tax_rate, height, width, length, star and the like, as decimals.
	Numbers map[string]string `json:"numbers,omitempty"`
	// Texts are the text fields except name, with their language and integration suffixes: "description|de".
	Texts      map[string]any            `json:"texts,omitempty"`
	Tags       []string                  `json:"tags,omitempty"`
	Prices     map[string]string         `json:"prices,omitempty"` // of the groups besides Lad's own price, decimals
	Locations  map[string]string         `json:"locations,omitempty"`
	Images     map[string]string         `json:"images,omitempty"` // addresses by position
	Links      map[string]map[string]any `json:"links,omitempty"`
	Additional []map[string]any          `json:"additional,omitempty"` // further EANs with their quantities
	// EAN is the barcode that the protocol shows as the SKU's own, of those that Lad has.
	EAN  string `json:"ean,omitempty"`
	Asin string `json:"asin,omitempty"`
}

// Products reads what clients wrote of SKUs; SKUs of which nothing was written are not in the answer.
func (s *Service) Products(ctx context.Context, tx *db.Tx, ids []int64) (map[int64]Product, error) {
	out := map[int64]Product{}
	err := db.Chunk(ids, readChunk, func(part []int64) error {
		in, args := inTenant(tx, part)
		return s.products(ctx, tx, "sku_id in "+in, args, func(p Product) { out[p.SKUID] = p })
	})
	return out, err
}

// VariantsOf reads the variants of SKUs, in order of their ids.
func (s *Service) VariantsOf(ctx context.Context, tx *db.Tx, parents []int64) (map[int64][]Product, error) {
	out := map[int64][]Product{}
	err := db.Chunk(parents, readChunk, func(part []int64) error {
		in, args := inTenant(tx, part)
		return s.products(ctx, tx, "parent_id <> 0 and parent_id in "+in+" order by sku_id", args, func(p Product) { out[p.ParentID] = append(out[p.ParentID], p) })
	})
	return out, err
}

func (s *Service) products(ctx context.Context, tx *db.Tx, where string, args []any, take func(Product)) error {
	return each(ctx, tx, "select sku_id, inventory_id, parent_id, category_id, maker_id, body from bl_product where tenant_id = $1 and "+where, args,
		func(sc db.Scanner, p *Product, body *string) error {
			return sc.Scan(&p.SKUID, &p.InventoryID, &p.ParentID, &p.CategoryID, &p.MakerID, body)
		}, take)
}

// PutProduct writes what clients wrote of a SKU.
func (s *Service) PutProduct(ctx context.Context, tx *db.Tx, p Product) error {
	body, err := store(p)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into bl_product (tenant_id, sku_id, inventory_id, parent_id, category_id, maker_id, body) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (tenant_id, sku_id) do update set inventory_id = excluded.inventory_id, parent_id = excluded.parent_id,
		category_id = excluded.category_id, maker_id = excluded.maker_id, body = excluded.body`,
		int64(tx.Tenant), p.SKUID, p.InventoryID, p.ParentID, p.CategoryID, p.MakerID, body)
	return err
}

// ForgetMaker takes a manufacturer from every product.
func (s *Service) ForgetMaker(ctx context.Context, tx *db.Tx, id int64) error {
	_, err := tx.Exec(ctx, "update bl_product set maker_id = 0 where tenant_id = $1 and maker_id = $2", int64(tx.Tenant), id)
	return err
}

// InventoryUsed says whether a product belongs to a catalogue.
func (s *Service) InventoryUsed(ctx context.Context, tx *db.Tx, id int64) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, "select count(*) from (select 1 from bl_product where tenant_id = $1 and inventory_id = $2 limit 1) p", int64(tx.Tenant), id).Scan(&n)
	return n > 0, err
}
