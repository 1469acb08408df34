package app

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/customers"
	"github.com/lad-hub/lad/internal/moving"
	"github.com/lad-hub/lad/internal/moving/baselinker"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/stock"
)

// movingTimeout is for one answer of the other hub: a hundred whole products take it long.
const movingTimeout = time.Minute

func (a *App) buildMoving() {
	a.Moving = moving.New(a.DB, a.IDs, a.Journal, a.Facts, a.Log, moving.Needs{
		Catalog: movingCatalog{a.Catalog, a.DB}, Stock: movingStock{a.Stock}, Orders: movingOrders{a.Orders}, Customers: movingCustomers{}, Box: a.Box,
		Phone: func(raw, country string) string {
			if len(country) != 2 {
				country = a.Region
			}
			return customers.Phone(raw, strings.ToUpper(country))
		},
		HTTP: func() *http.Client {
			return httpx.NewClient(httpx.ClientOptions{AllowPrivate: a.AllowPrivate, MaxBody: baselinker.MaxBody, Timeout: movingTimeout})
		},
		AllowPrivate: a.AllowPrivate, PerSecond: a.MovingPerSecond,
	})
	a.Moving.Changed = func(t db.Tenant) { a.Live.Publish(int64(t), "moving") }
	a.MovingJobs = moving.NewJobs(a.Moving, a.Jobs)
}

// movingCatalog is the catalogue as moving sees it.
type movingCatalog struct {
	*catalog.Service
	db *db.DB
}

func (c movingCatalog) Create(ctx context.Context, tx *db.Tx, a access.Actor, in moving.NewProduct) ([]int64, error) {
	p := catalog.NewProduct{Name: in.Name, Brand: in.Brand, Category: in.Category}
	for _, s := range in.SKUs {
		sku := catalog.NewSKU{Code: s.Code, Name: s.Name, Variant: s.Variant, Price: s.Price, Cost: s.Cost, WeightGrams: s.WeightGrams, Barcodes: s.Barcodes, Parts: partsOf(s.Parts)}
		if len(sku.Parts) > 0 {
			sku.Kind = catalog.KindKit
		}
		p.SKUs = append(p.SKUs, sku)
	}
	made, err := c.CreateProductIn(ctx, tx, a, p)
	ids := make([]int64, len(made.SKUs))
	for i, s := range made.SKUs {
		ids[i] = s.ID
	}
	return ids, err
}

func partsOf(list []moving.Part) (out []catalog.Part) {
	for _, p := range list {
		out = append(out, catalog.Part{SKUID: p.SKUID, Qty: p.Qty})
	}
	return out
}

func (c movingCatalog) Change(ctx context.Context, a access.Actor, id int64, in moving.NewSKU) error {
	var edit catalog.SKUEdit
	err := c.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		skus, err := c.Reader.ByIDs(ctx, tx, []int64{id})
		if err != nil {
			return err
		}
		sku := skus[id]
		had, err := c.BarcodesOf(ctx, tx, []int64{id})
		if err != nil {
			return err
		}
		taken, err := c.ByBarcodes(ctx, tx, in.Barcodes)
		if err != nil {
			return err
		}
		parts, err := c.Reader.PartsOf(ctx, tx, []int64{id})
		edit = catalog.SKUEdit{ID: id, Version: sku.Version, Code: sku.Code, Name: in.Name, Variant: in.Variant, Price: sku.Price, Cost: sku.Cost,
			WeightGrams: in.WeightGrams, Backorder: sku.Backorder, Barcodes: had[id], Parts: parts[id]}
		for _, b := range in.Barcodes {
			if _, other := taken[b]; !other {
				edit.Barcodes = append(edit.Barcodes, b)
			}
		}
		if in.Cost.Currency == sku.Price.Currency {
			edit.Cost = in.Cost
		}
		if sku.Kind == catalog.KindKit && len(in.Parts) > 0 {
			edit.Parts = partsOf(in.Parts)
		}
		return err
	})
	if err != nil {
		return err
	}
	_, err = c.EditSKU(ctx, a, edit)
	return err
}

func (c movingCatalog) SetPrice(ctx context.Context, a access.Actor, id int64, price money.Money) error {
	var version int64
	err := c.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		skus, err := c.Reader.ByIDs(ctx, tx, []int64{id})
		version = skus[id].Version
		return err
	})
	if err != nil {
		return err
	}
	_, err = c.UpdateSKU(ctx, a, catalog.SKUUpdate{ID: id, Version: version, Price: &price})
	return err
}

func (c movingCatalog) ByCodes(ctx context.Context, tx *db.Tx, codes []string) (map[string]moving.SKU, error) {
	found, err := c.Reader.ByCodes(ctx, tx, codes)
	out := make(map[string]moving.SKU, len(found))
	for code, s := range found {
		out[code] = moving.SKU{ID: s.ID, Code: s.Code, Price: s.Price}
	}
	return out, err
}

func (c movingCatalog) ByIDs(ctx context.Context, tx *db.Tx, ids []int64) (map[int64]moving.SKU, error) {
	found, err := c.Reader.ByIDs(ctx, tx, ids)
	out := make(map[int64]moving.SKU, len(found))
	for id, s := range found {
		out[id] = moving.SKU{ID: s.ID, Code: s.Code, Price: s.Price}
	}
	return out, err
}

func (c movingCatalog) Barcodes(ctx context.Context, tx *db.Tx, codes []string) (map[string]int64, error) {
	found, err := c.ByBarcodes(ctx, tx, codes)
	return idsOf(found), err
}

func (c movingCatalog) PartsOf(ctx context.Context, tx *db.Tx, skuIDs []int64) (map[int64][]moving.Part, error) {
	parts, err := c.Reader.PartsOf(ctx, tx, skuIDs)
	out := make(map[int64][]moving.Part, len(parts))
	for kit, list := range parts {
		for _, p := range list {
			out[kit] = append(out[kit], moving.Part{SKUID: p.SKUID, Qty: p.Qty})
		}
	}
	return out, err
}

func (movingCatalog) Currency(ctx context.Context, tx *db.Tx) (money.Currency, error) {
	return tenants{}.Currency(ctx, tx)
}

// movingStock is the ledger as moving sees it.
type movingStock struct{ *stock.Service }

func (s movingStock) Warehouses(ctx context.Context, tx *db.Tx) ([]moving.Warehouse, error) {
	list, err := s.Service.Warehouses(ctx, tx)
	out := make([]moving.Warehouse, len(list))
	for i, x := range list {
		out[i] = moving.Warehouse{Code: x.Code, Name: x.Name}
	}
	return out, err
}

func (s movingStock) AddWarehouse(ctx context.Context, a access.Actor, code, name string) error {
	_, err := s.Service.AddWarehouse(ctx, a, code, name)
	return err
}

func (s movingStock) SetCounts(ctx context.Context, a access.Actor, in moving.Counts) error {
	counts := make([]stock.Count, 0, len(in.Qty))
	for id, n := range in.Qty {
		counts = append(counts, stock.Count{SKUID: id, Qty: n})
	}
	slices.SortFunc(counts, func(x, y stock.Count) int { return cmp.Compare(x.SKUID, y.SKUID) }) // the same input under the same key
	_, err := s.SetCountsOnce(ctx, a, in.Warehouse, counts, in.Reason, in.AsOf, in.Key)
	return err
}

// movingOrders is the orders as moving sees them.
type movingOrders struct{ *orders.Service }

func (o movingOrders) TakeIn(ctx context.Context, a access.Actor, list []moving.Intake) []moving.Taken {
	in := make([]orders.Intake, len(list))
	for i := range list {
		p := list[i]
		in[i] = orders.Intake{Actor: a, Source: moving.Source, Order: p.Order, Body: p.Fact.Body, Fact: &p.Fact, Moved: true}
	}
	out := make([]moving.Taken, len(list))
	for i, r := range o.IntakeAll(ctx, in) {
		out[i] = moving.Taken{Err: r.Err}
	}
	return out
}

func (movingOrders) StagesOf(ctx context.Context, tx *db.Tx, externalIDs []string) (map[string]connector.Stage, error) {
	return orders.StagesOf(ctx, tx, externalIDs)
}

func (movingOrders) OpenIDs(ctx context.Context, tx *db.Tx) ([]string, error) {
	return orders.OpenFrom(ctx, tx, moving.Source)
}

func (movingOrders) Count(ctx context.Context, tx *db.Tx) (int64, error) {
	return orders.CountFrom(ctx, tx, moving.Source)
}

// movingCustomers counts the customers.
type movingCustomers struct{}

func (movingCustomers) Count(ctx context.Context, tx *db.Tx) (int64, error) {
	return customers.Count(ctx, tx)
}
