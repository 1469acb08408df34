package catalogui

import (
	"net/http"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// export downloads the catalogue as a table.
func (p *pages) export(w http.ResponseWriter, r *http.Request) error {
	f := catalog.ExportFormat(r.URL.Query().Get("format"))
	if f != catalog.ExportCSV && f != catalog.ExportExcel {
		return errs.New(errs.Invalid, "error.export.format", "format", string(f))
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="catalog.csv"`)
	return p.Catalog.Export(r.Context(), access.From(r.Context()), w, f)
}
