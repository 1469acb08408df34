// Package catalogui is the catalogue's forms: a new product, a SKU to be edited, and the import of tables with its preview,
// progress, report and undo. The list of SKUs is the stock table.
package catalogui

import (
	"context"
	"net/http"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/catalog/sheet"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// Deps is what the pages work with.
type Deps struct {
	DB      *db.DB
	Catalog *catalog.Service
	Imports *catalog.ImportJobs
	People  reply.People
	Frame   reply.Frame
	// Currency is the tenant's.
	Currency func(ctx context.Context, tx *db.Tx) (money.Currency, error)
}

type pages struct {
	Deps
	shelf *shelf
}

// maxForm bounds a product form with many variants, in bytes.
const maxForm = 512 << 10

// Register adds the routes.
func Register(rt *httpx.Router, d Deps) {
	p := &pages{Deps: d, shelf: newShelf(d.DB.Clock())}
	read, write := httpx.Needs(access.CatalogRead), httpx.Needs(access.CatalogWrite)
	rt.Handle("GET /catalog/new", write, p.productNew)
	rt.Handle("POST /catalog/new", write, p.productCreate, httpx.MaxBody(maxForm))
	rt.Handle("POST /catalog/new/variant", write, p.variantAdd, httpx.MaxBody(maxForm))
	rt.Handle("GET /catalog/parts", write, p.partFind)
	rt.Handle("POST /catalog/parts", write, p.partAdd, httpx.MaxBody(maxForm))
	rt.Handle("GET /catalog/{id}/edit", write, p.skuEdit)
	rt.Handle("POST /catalog/{id}/edit", write, p.skuSave, httpx.MaxBody(maxForm))
	rt.Handle("POST /catalog/{id}/delete", write, p.skuDelete)
	rt.Handle("GET /catalog/export", read, p.export, httpx.Stream())
	rt.Handle("GET /imports", write, p.importList)
	rt.Handle("POST /imports", write, p.importUpload, httpx.MaxBody(sheet.MaxBytes+(1<<20)))
	rt.Handle("GET /imports/{id}", write, p.importShow)
	rt.Handle("GET /imports/{id}/progress", write, p.importProgress)
	rt.Handle("POST /imports/{id}/columns", write, p.importColumns)
	rt.Handle("POST /imports/{id}/run", write, p.importRun)
	rt.Handle("POST /imports/{id}/stop", write, p.importStop)
	rt.Handle("POST /imports/{id}/undo", write, p.importUndo)
	rt.Handle("POST /imports/{id}/discard", write, p.importDiscard)
}

// home reads the currency of prices that name none.
func (p *pages) home(r *http.Request) (c money.Currency, err error) {
	err = p.DB.Read(r.Context(), access.From(r.Context()).Tenant, func(tx *db.Tx) error {
		c, err = p.Currency(r.Context(), tx)
		return err
	})
	return c, err
}
