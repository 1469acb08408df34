package bench

import (
	"context"
	"fmt"

	"github.com/lad-hub/lad/internal/app"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/stock"
)

// tenant is the shop that benches work on.
const tenant db.Tenant = 1

// seedShop fills a founded shop: SKUs "S000001"…, each with stock, and paused connections whose offers are
// linked to every SKU, so that each order raises the wanted state of them all.
func seedShop(ctx context.Context, a *app.App, skus, connections int, each qty.Qty) error {
	first, err := seedSKUs(ctx, a, skus)
	if err != nil {
		return err
	}
	who := access.ForSystem(tenant)
	var w stock.Warehouse
	err = a.DB.Read(ctx, tenant, func(tx *db.Tx) (err error) {
		w, err = stock.WarehouseByCode(ctx, tx, "")
		return err
	})
	if err != nil {
		return err
	}
	counts := make([]stock.Count, skus)
	for i := range counts {
		counts[i] = stock.Count{SKUID: first + int64(i), Qty: each}
	}
	if _, err := a.Stock.Post(ctx, who, stock.DocumentInput{Kind: stock.MoveOpening, WarehouseID: w.ID, Lines: counts}); err != nil {
		return err
	}
	for n := range connections {
		if err := seedConnection(ctx, a, int64(1000+n), first, skus); err != nil {
			return err
		}
	}
	return nil
}

func skuCode(n int64) string { return fmt.Sprintf("S%06d", n) }

func seedSKUs(ctx context.Context, a *app.App, skus int) (first int64, err error) {
	if first, err = a.IDs.Reserve(ctx, "sku", int64(skus)); err != nil {
		return 0, err
	}
	product, err := a.IDs.Reserve(ctx, "product", int64(skus))
	if err != nil {
		return 0, err
	}
	return first, a.DB.Write(ctx, tenant, func(tx *db.Tx) error {
		var products, rows, words []any
		for i := range int64(skus) {
			name := fmt.Sprintf("Товар %d", i+1)
			products = append(products, int64(tenant), product+i, name, tx.NowMicros(), tx.NowMicros())
			rows = append(rows, int64(tenant), first+i, product+i, skuCode(i+1), "s"+skuCode(i + 1)[1:], name, "goods", int64(74000), "UAH", tx.NowMicros(), tx.NowMicros())
			words = append(words, int64(tenant), "товар", first+i)
		}
		if _, err := tx.Insert(ctx, "insert into product (tenant_id, id, name, created_at, updated_at)", "", 5, products); err != nil {
			return err
		}
		if _, err := tx.Insert(ctx, "insert into sku (tenant_id, id, product_id, code, code_folded, name, kind, price_minor, currency, created_at, updated_at)", "", 11, rows); err != nil {
			return err
		}
		_, err := tx.Insert(ctx, "insert into sku_word (tenant_id, word, sku_id)", "", 3, words)
		return err
	})
}

// seedConnection makes a paused connection with one linked, up-to-date offer per SKU.
func seedConnection(ctx context.Context, a *app.App, id, firstSKU int64, skus int) error {
	listing, err := a.IDs.Reserve(ctx, "listing", int64(skus))
	if err != nil {
		return err
	}
	return a.DB.Write(ctx, tenant, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `insert into connection (tenant_id, id, driver, name, state, settings, secrets, hook_secret, created_at)
			values ($1, $2, 'prom', $3, 'paused', '{}', $4, '', $5)`, int64(tenant), id, fmt.Sprint("Channel ", id), []byte{}, tx.NowMicros())
		if err != nil {
			return err
		}
		var listings, wanted []any
		for i := range int64(skus) {
			listings = append(listings, int64(tenant), listing+i, id, fmt.Sprint("offer-", i+1), skuCode(i+1), "", "Товар", "", int64(74000), "UAH", firstSKU+i, "sku", true, tx.NowMicros())
			wanted = append(wanted, int64(tenant), firstSKU+i, id, listing+i, int64(1), int64(1), false, "confirmed")
		}
		if _, err := tx.Insert(ctx, "insert into listing (tenant_id, id, connection_id, external_id, sku_code, barcode, title, url, price_minor, currency, sku_id, linked_by, active, seen_at)", "", 14, listings); err != nil {
			return err
		}
		_, err = tx.Insert(ctx, "insert into listing_stock (tenant_id, sku_id, connection_id, listing_id, want_gen, done_gen, dirty, state)", "", 8, wanted)
		return err
	})
}
