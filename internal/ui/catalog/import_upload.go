package catalogui

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/catalog/sheet"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// formMemory is how much of an upload is kept in memory while it is read, in bytes; the rest waits in a temporary file.
const formMemory = 4 << 20

// momentLayout is what a browser's date and time input sends.
const momentLayout = "2006-01-02T15:04"

// importUpload reads a file into a preview and shows it.
func (p *pages) importUpload(w http.ResponseWriter, r *http.Request) error {
	f, up, err := p.upload(r)
	if err == nil {
		var id int64
		if id, err = p.preview(r.Context(), access.From(r.Context()), up, f); err == nil {
			return reply.Go(w, r, importPath(id))
		}
	}
	if !reply.IsRefusal(err) && !errs.Is(err, errs.TooLarge) {
		return err
	}
	d := importsData{kind: string(up.Kind), asOf: r.FormValue("as_of"), faults: i18n.FieldErrors(r.Context(), err)}
	if len(d.faults) == 0 {
		d.fault = i18n.Error(r.Context(), err)
	}
	return p.importsPage(w, r, http.StatusUnprocessableEntity, d)
}

// upload reads the form with its file.
func (p *pages) upload(r *http.Request) (f shelved, up catalog.Upload, err error) {
	if err := r.ParseMultipartForm(formMemory); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return f, up, errs.New(errs.TooLarge, "error.import.too_large", "megabytes", sheet.MaxBytes>>20)
		}
		return f, up, errs.Wrap(errs.Invalid, err, "error.import.unreadable")
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }() // temporary files; the next start of the machine clears them otherwise
	up.Kind = catalog.ImportKind(r.FormValue("kind"))
	if text := r.FormValue("as_of"); text != "" && up.Kind == catalog.ImportStock {
		if up.AsOf, err = time.ParseInLocation(momentLayout, text, i18n.Zone(r.Context())); err != nil {
			return f, up, errs.Wrap(errs.Invalid, err, "error.stock.moment")
		}
	}
	file, head, err := r.FormFile("file")
	if err != nil {
		return f, up, errs.Wrap(errs.Invalid, err, "error.import.no_file")
	}
	defer func() { _ = file.Close() }() // only read
	f = shelved{tenant: access.From(r.Context()).Tenant, name: head.Filename}
	f.body, err = io.ReadAll(file)
	return f, up, err
}

// preview stores what the file would do and keeps the file for another reading of its columns.
func (p *pages) preview(ctx context.Context, a access.Actor, up catalog.Upload, f shelved) (int64, error) {
	up.FileName, up.Body = f.name, bytes.NewReader(f.body)
	imp, err := p.Catalog.Preview(ctx, a, up)
	if err != nil {
		return 0, err
	}
	f.id = imp.ID
	p.shelf.put(f)
	return imp.ID, nil
}

// importColumns reads the file once more with other meanings of its columns; the first preview is thrown away.
func (p *pages) importColumns(w http.ResponseWriter, r *http.Request) error {
	id, err := reply.ID(r, "id", "error.import.unknown")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	imp, err := p.Catalog.GetImport(ctx, a, id)
	if err != nil {
		return err
	}
	if imp.State != catalog.StatePreview {
		return errs.New(errs.Conflict, "error.import.state", "state", string(imp.State))
	}
	f, ok := p.shelf.take(a.Tenant, id)
	if !ok {
		return errs.New(errs.Conflict, "error.import.file_gone")
	}
	if err := r.ParseForm(); err != nil {
		return errs.Wrap(errs.Invalid, err, "error.invalid")
	}
	up := catalog.Upload{Kind: imp.Kind, AsOf: imp.AsOf, Mapping: map[string]catalog.Field{}}
	fields := r.PostForm["field"]
	for i, c := range imp.Report.Columns {
		if i < len(fields) && c.Heading != "" {
			up.Mapping[c.Heading] = catalog.Field(fields[i])
		}
	}
	fresh, err := p.preview(ctx, a, up, f)
	if err != nil {
		p.shelf.put(f)
		return err
	}
	if err := p.Catalog.Discard(ctx, a, id); err != nil {
		return err
	}
	return reply.Go(w, r, importPath(fresh))
}
