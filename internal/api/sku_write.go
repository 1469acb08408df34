package api

import (
	"strconv"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// maxProducts bounds a batch of products.
const maxProducts = 100

func (a *API) catalogOperations() []operation {
	return tagged("Catalogue",
		get("/api/v1/skus", "listSKUs", access.CatalogRead, "List SKUs", a.skuList),
		get("/api/v1/skus/{id}", "getSKU", access.CatalogRead, "Read a SKU with its product, parts and kits", a.skuGet),
		write("PATCH", "/api/v1/skus/{id}", "changeSKU", access.CatalogWrite, "Change a SKU", a.skuChange).says("Only the fields that are there are changed. "+
			"version is the one that was read; when somebody has changed the SKU since, the answer is 409 with the SKU as it is now in current."),
		write("DELETE", "/api/v1/skus/{id}", "deleteSKU", access.CatalogWrite, "Delete a SKU", a.skuDelete).says("Refused with 409 while orders hold it or "+
			"a kit contains it."),
		get("/api/v1/products/{id}", "getProduct", access.CatalogRead, "Read a product with its SKUs", a.productGet),
		post("/api/v1/products", "createProduct", access.CatalogWrite, "Create a product with its SKUs", a.productCreate).creates().says("A SKU of kind kit has parts.").
			example(productInput{SKUs: []skuInput{{SKU: "GEN-3000", Name: "Генератор 3 кВт", Price: moneyInput{Amount: "21999.00"}, Barcodes: []string{"4820000000017"}}}}),
		post("/api/v1/products/batch", "createProducts", access.CatalogWrite, "Create up to 100 products", a.productBatch).batch().keyed().
			says("Each product has an outcome of its own. Parts of kits must exist before."),
		get("/api/v1/prices", "listPrices", access.CatalogRead, "List prices", a.priceList),
		post("/api/v1/prices/batch", "changePrices", access.CatalogWrite, "Change up to 1000 prices", a.priceBatch).batch().says("Each price has an outcome of "+
			"its own. An item tells the version that was read, or the price it expects; when the SKU has changed since, it is refused and error.current tells the present price."),
	)
}

// partInput is a part of a kit, named by id or code.
type partInput struct {
	SKUID    int64   `json:"sku_id,omitempty"`
	SKU      string  `json:"sku,omitempty"`
	Quantity qty.Qty `json:"quantity" need:"1"`
}

// skuInput is a SKU to be created.
type skuInput struct {
	SKU         string      `json:"sku" need:"1" doc:"code, unique in the shop"`
	Name        string      `json:"name,omitempty" doc:"the product's name with the variant when left out"`
	Variant     string      `json:"variant,omitempty"`
	Kind        string      `json:"kind,omitempty" doc:"goods (default), kit or service"`
	Price       moneyInput  `json:"price" need:"1"`
	Cost        *moneyInput `json:"cost,omitempty"`
	WeightGrams int64       `json:"weight_grams,omitempty"`
	Backorder   bool        `json:"backorder,omitempty"`
	Barcodes    []string    `json:"barcodes,omitempty"`
	Parts       []partInput `json:"parts,omitempty"`
}

// productInput is a product to be created.
type productInput struct {
	Name     string     `json:"name,omitempty"`
	Brand    string     `json:"brand,omitempty"`
	Category string     `json:"category,omitempty"`
	SKUs     []skuInput `json:"skus" need:"1"`
}

func (a *API) productCreate(c call, in productInput) (productOut, error) {
	home, err := a.home(c)
	if err != nil {
		return productOut{}, err
	}
	p, err := a.createProduct(c, in, home)
	return productJSON(p), err
}

func (a *API) createProduct(c call, in productInput, home money.Currency) (catalog.Product, error) {
	fresh := catalog.NewProduct{Name: in.Name, Brand: in.Brand, Category: in.Category}
	var check errs.Check
	for i, s := range in.SKUs {
		at := "skus." + strconv.Itoa(i) + "."
		sku := catalog.NewSKU{Code: s.SKU, Name: s.Name, Variant: s.Variant, Kind: catalog.Kind(s.Kind), Price: s.Price.checked(&check, at+"price", home),
			WeightGrams: s.WeightGrams, Backorder: s.Backorder, Barcodes: s.Barcodes}
		if s.Cost != nil {
			sku.Cost = s.Cost.checked(&check, at+"cost", sku.Price.Currency)
		}
		var err error
		if sku.Parts, err = a.parts(c, s.Parts); err != nil {
			return catalog.Product{}, err
		}
		fresh.SKUs = append(fresh.SKUs, sku)
	}
	if err := check.Err(); err != nil {
		return catalog.Product{}, err
	}
	return a.Catalog.CreateProduct(c.ctx, c.who, fresh)
}

// parts finds the SKUs of parts.
func (a *API) parts(c call, list []partInput) ([]catalog.Part, error) {
	if len(list) == 0 {
		return nil, nil
	}
	names := make([]skuName, len(list))
	for i, p := range list {
		names[i] = skuName{p.SKUID, p.SKU}
	}
	skus, err := a.named(c, names)
	if err != nil {
		return nil, err
	}
	out := make([]catalog.Part, len(list))
	for i, p := range list {
		if skus[i].ID == 0 {
			return nil, errs.New(errs.Invalid, "error.catalog.part_unknown", "id", p.SKUID)
		}
		out[i] = catalog.Part{SKUID: skus[i].ID, Qty: p.Quantity}
	}
	return out, nil
}

// skuName names a SKU by its id or its code.
type skuName struct {
	id   int64
	code string
}

// named finds live SKUs in the order of their names; one that is not there is the zero SKU.
func (a *API) named(c call, names []skuName) ([]catalog.SKU, error) {
	var ids []int64
	var codes []string
	for _, n := range names {
		if n.id != 0 {
			ids = append(ids, n.id)
		} else {
			codes = append(codes, n.code)
		}
	}
	out := make([]catalog.SKU, len(names))
	return out, a.DB.Read(c.ctx, c.who.Tenant, func(tx *db.Tx) error {
		byID, err := a.Catalog.ByIDs(c.ctx, tx, ids)
		if err != nil {
			return err
		}
		byCode, err := a.Catalog.ByCodes(c.ctx, tx, codes)
		for i, n := range names {
			if s, ok := byID[n.id]; ok && s.DeletedAt.IsZero() {
				out[i] = s
			} else if n.id == 0 {
				out[i] = byCode[n.code]
			}
		}
		return err
	})
}

// productBatchInput is several products.
type productBatchInput struct {
	Items []productInput `json:"items" need:"1"`
}

// productBatchOut is the outcome of a batch, in its order.
type productBatchOut struct {
	Items []productItemOut `json:"items"`
}

// productItemOut is what became of one product: product or error is set.
type productItemOut struct {
	Product *productOut `json:"product,omitempty"`
	Error   *fault      `json:"error,omitempty"`
}

func (a *API) productBatch(c call, in productBatchInput) (productBatchOut, error) {
	if err := countItems(len(in.Items), maxProducts); err != nil {
		return productBatchOut{}, err
	}
	home, err := a.home(c)
	if err != nil {
		return productBatchOut{}, err
	}
	out := productBatchOut{Items: make([]productItemOut, len(in.Items))}
	side(len(in.Items), func(i int) {
		p, err := a.createProduct(c, in.Items[i], home)
		if out.Items[i].Error = a.faultOf(c.ctx, err); err == nil {
			made := productJSON(p)
			out.Items[i].Product = &made
		}
	})
	return out, nil
}
