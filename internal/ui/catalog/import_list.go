package catalogui

import (
	"net/http"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/history"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// importsData is the upload form and the imports there were.
type importsData struct {
	list   []importData
	names  history.Names
	kind   string
	asOf   string
	faults map[string]string
	fault  string
	stock  bool // the actor may count stock
}

// importList shows the upload form and past imports.
func (p *pages) importList(w http.ResponseWriter, r *http.Request) error {
	return p.importsPage(w, r, http.StatusOK, importsData{kind: r.URL.Query().Get("kind")})
}

func (p *pages) importsPage(w http.ResponseWriter, r *http.Request, status int, d importsData) error {
	ctx, a := r.Context(), access.From(r.Context())
	data, err := p.Frame(r, kit.Stock, i18n.T(ctx, "imports.title"))
	if err != nil {
		return err
	}
	list, err := p.Catalog.Imports(ctx, a, 0, importsPage)
	if err != nil {
		return err
	}
	for _, i := range list {
		d.list = append(d.list, importData{Import: i, actor: a, now: p.DB.Clock().Now()})
	}
	if d.kind == "" {
		d.kind = string(catalog.ImportProducts)
	}
	d.stock = a.May(access.StockWrite)
	err = p.DB.Read(ctx, a.Tenant, func(tx *db.Tx) (err error) {
		d.names.People, err = p.People(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	return reply.HTML(w, r, status, importsPageView(d, data))
}
