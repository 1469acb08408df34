// Package stockui is the stock pages: the table of what there is and what every channel shows of it, a SKU's card with the
// causes of its numbers, stock documents and warehouses.
package stockui

import (
	"context"
	"strings"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/stock"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// Deps is what the pages work with.
type Deps struct {
	DB          *db.DB
	Stock       *stock.Service
	Catalog     *catalog.Service
	Connections *connections.Service
	People      reply.People
	Frame       reply.Frame
}

type pages struct{ Deps }

// maxForm bounds a document that is typed by hand, in bytes.
const maxForm = 512 << 10

// Register adds the routes.
func Register(rt *httpx.Router, d Deps) {
	p := &pages{d}
	read, write := httpx.Needs(access.StockRead), httpx.Needs(access.StockWrite)
	rt.Handle("GET /stock", read, p.skuList)
	rt.Handle("GET /stock/{id}", read, p.skuShow)
	rt.Handle("GET /stock/{id}/moves", read, p.skuMoves)
	rt.Handle("POST /stock/{id}/{kind}", write, p.skuPost)
	rt.Handle("POST /stock/{id}/resend", httpx.Needs(access.ConnectionsWrite), p.skuResend)
	rt.Handle("GET /stock-documents", read, p.documentList)
	rt.Handle("GET /stock-documents/{id}", read, p.documentShow)
	rt.Handle("GET /stock-documents/new", write, p.documentNew)
	rt.Handle("POST /stock-documents/new", write, p.documentCreate, httpx.MaxBody(maxForm))
	rt.Handle("GET /stock-documents/new/skus", write, p.lineFind)
	rt.Handle("POST /stock-documents/new/line", write, p.lineAdd, httpx.MaxBody(maxForm))
	rt.Handle("POST /stock-documents/{id}/reverse", write, p.documentReverse)
	rt.Handle("GET /warehouses", read, p.warehouseList)
	rt.Handle("POST /warehouses", write, p.warehouseAdd)
}

// typed reads a quantity as a person types it: spaces, a comma, a typographic minus.
func typed(text string) (qty.Qty, error) {
	text = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "−", "-", "+", "").Replace(text)
	return qty.Parse(text)
}

// warehouses reads the warehouses in rank order.
func (p *pages) warehouses(ctx context.Context, a access.Actor) (out []stock.Warehouse, err error) {
	err = p.DB.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		out, err = p.Stock.Warehouses(ctx, tx)
		return err
	})
	return out, err
}

// skusByID reads SKUs of one transaction's tenant.
func (p *pages) skusByID(ctx context.Context, a access.Actor, ids []int64) (out map[int64]catalog.SKU, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = p.DB.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		out, err = catalog.Reader{}.ByIDs(ctx, tx, ids)
		return err
	})
	return out, err
}

// named puts codes in place of the SKU numbers in an error's texts.
func named(err error, skus map[int64]catalog.SKU) error {
	e, ok := err.(*errs.Error)
	if !ok {
		return err
	}
	out := *e
	out.Args = namedArgs(e.Args, skus)
	out.Fields = nil
	for _, f := range e.Fields {
		f.Args = namedArgs(f.Args, skus)
		out.Fields = append(out.Fields, f)
	}
	return &out
}

func namedArgs(args []any, skus map[int64]catalog.SKU) []any {
	out := append([]any(nil), args...)
	for i := 0; i+1 < len(out); i += 2 {
		id, ok := out[i+1].(int64)
		if out[i] == "sku" && ok && skus[id].Code != "" {
			out[i+1] = skus[id].Code
		}
	}
	return out
}
