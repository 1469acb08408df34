package catalogui

import (
	"context"
	"net/http"
	"slices"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// importShow shows a preview, the progress or the report of an import.
func (p *pages) importShow(w http.ResponseWriter, r *http.Request) error {
	id, err := reply.ID(r, "id", "error.import.unknown")
	if err != nil {
		return err
	}
	data, err := p.Frame(r, kit.Stock, i18n.T(r.Context(), "imports.title"))
	if err != nil {
		return err
	}
	d, err := p.fromQuery(r, id)
	if err != nil {
		return err
	}
	return reply.HTML(w, r, http.StatusOK, importPage(d, data))
}

func (p *pages) fromQuery(r *http.Request, id int64) (*importData, error) {
	only := r.URL.Query().Get("only")
	action := catalog.Action(only)
	if !slices.Contains([]catalog.Action{catalog.ActionCreated, catalog.ActionChanged, catalog.ActionUnchanged, catalog.ActionFailed}, action) {
		action = ""
	}
	return p.importData(r.Context(), access.From(r.Context()), id, action, only == "refused", reply.Number(r, "after"))
}

// importProgress is the part of the page that changes while an import is under way.
func (p *pages) importProgress(w http.ResponseWriter, r *http.Request) error {
	id, err := reply.ID(r, "id", "error.import.unknown")
	if err != nil {
		return err
	}
	d, err := p.fromQuery(r, id)
	if err != nil {
		return err
	}
	if !d.working() {
		w.Header().Set("HX-Trigger", "stock-changed")
	}
	return reply.HTML(w, r, http.StatusOK, importBody(d))
}

// importAct runs one use case on the import of the address and shows its page.
func (p *pages) importAct(w http.ResponseWriter, r *http.Request, do func(context.Context, access.Actor, int64) error) error {
	id, err := reply.ID(r, "id", "error.import.unknown")
	if err != nil {
		return err
	}
	if err := do(r.Context(), access.From(r.Context()), id); err != nil {
		return err
	}
	return reply.Go(w, r, importPath(id))
}

// importRun begins to apply an import.
func (p *pages) importRun(w http.ResponseWriter, r *http.Request) error {
	return p.importAct(w, r, p.Imports.Run)
}

// importStop ends an import after the rows under way.
func (p *pages) importStop(w http.ResponseWriter, r *http.Request) error {
	return p.importAct(w, r, func(ctx context.Context, a access.Actor, id int64) error {
		_, err := p.Catalog.Stop(ctx, a, id)
		return err
	})
}

// importUndo begins to take an import back.
func (p *pages) importUndo(w http.ResponseWriter, r *http.Request) error {
	return p.importAct(w, r, p.Imports.Undo)
}

// importDiscard throws a preview away.
func (p *pages) importDiscard(w http.ResponseWriter, r *http.Request) error {
	id, err := reply.ID(r, "id", "error.import.unknown")
	if err != nil {
		return err
	}
	a := access.From(r.Context())
	if err := p.Catalog.Discard(r.Context(), a, id); err != nil {
		return err
	}
	p.shelf.take(a.Tenant, id)
	return reply.Go(w, r, "/imports")
}
