package stockui

import (
	"net/http"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/stock"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// warehouseForm is the list of warehouses with the form for another.
type warehouseForm struct {
	list       []stock.Warehouse
	code, name string
	faults     map[string]string
	fault      string
	write      bool
}

// warehouseList shows the warehouses in the order in which orders are served from them.
func (p *pages) warehouseList(w http.ResponseWriter, r *http.Request) error {
	return p.warehousePage(w, r, http.StatusOK, warehouseForm{})
}

func (p *pages) warehousePage(w http.ResponseWriter, r *http.Request, status int, f warehouseForm) error {
	a := access.From(r.Context())
	data, err := p.Frame(r, kit.Stock, i18n.T(r.Context(), "stock.warehouses"))
	if err != nil {
		return err
	}
	if f.list, err = p.warehouses(r.Context(), a); err != nil {
		return err
	}
	f.write = a.May(access.StockWrite)
	return reply.HTML(w, r, status, warehousesPage(f, data))
}

// warehouseAdd creates a warehouse.
func (p *pages) warehouseAdd(w http.ResponseWriter, r *http.Request) error {
	f := warehouseForm{code: r.PostFormValue("code"), name: r.PostFormValue("name")}
	_, err := p.Stock.AddWarehouse(r.Context(), access.From(r.Context()), f.code, f.name)
	if err == nil {
		return reply.Go(w, r, "/warehouses")
	}
	if !reply.IsRefusal(err) {
		return err
	}
	f.faults, f.fault = faultsOf(r.Context(), err, nil)
	return p.warehousePage(w, r, http.StatusUnprocessableEntity, f)
}
