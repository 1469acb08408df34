package feedsui

import (
	"net/http"

	"github.com/lad-hub/lad/internal/feeds"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// feedNew shows the formats, or the form of one of them.
func (p *pages) feedNew(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), access.From(r.Context())
	name := r.URL.Query().Get("format")
	if name == "" {
		data, err := p.frame(r, i18n.T(ctx, "feeds.new"))
		if err != nil {
			return err
		}
		return reply.HTML(w, r, http.StatusOK, formatsPage(data))
	}
	format, ok := feeds.FormatByName(name)
	if !ok {
		return errs.New(errs.NotFound, "error.not_found")
	}
	var c money.Currency
	err := p.DB.Read(ctx, a.Tenant, func(tx *db.Tx) (err error) {
		c, err = p.Currency(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	return p.form(w, r, formOf(ctx, feeds.Feed{Name: format.Title, Format: format, Settings: feeds.Plain(string(i18n.Lang(ctx)), c)}), nil)
}

// feedCreate keeps a new feed.
func (p *pages) feedCreate(w http.ResponseWriter, r *http.Request) error {
	format, ok := feeds.FormatByName(r.PostFormValue("format"))
	if !ok {
		return errs.New(errs.NotFound, "error.not_found")
	}
	f, err := parse(r, format)
	if err == nil {
		var made feeds.Feed
		if made, err = p.Feeds.Add(r.Context(), access.From(r.Context()), f.in); err == nil {
			return reply.Go(w, r, path(made.ID))
		}
	}
	return p.form(w, r, f, err)
}

// form shows the form, with the faults of an input that was refused.
func (p *pages) form(w http.ResponseWriter, r *http.Request, f form, refused error) error {
	ctx, status, title := r.Context(), http.StatusOK, i18n.T(r.Context(), "feeds.new")
	if f.id != 0 {
		title = f.in.Name
	}
	if refused != nil {
		if !reply.IsRefusal(refused) || errs.FieldsOf(refused) == nil {
			return refused
		}
		f.faults, status = i18n.FieldErrors(ctx, refused), http.StatusUnprocessableEntity
	}
	if err := p.choices(ctx, access.From(ctx), &f); err != nil {
		return err
	}
	data, err := p.frame(r, title)
	if err != nil {
		return err
	}
	return reply.HTML(w, r, status, formPage(f, title, data))
}

// feedEdit shows a feed's settings.
func (p *pages) feedEdit(w http.ResponseWriter, r *http.Request) error {
	f, err := p.feed(r)
	if err != nil {
		return err
	}
	return p.form(w, r, formOf(r.Context(), f), nil)
}

// feedSave keeps a feed's settings.
func (p *pages) feedSave(w http.ResponseWriter, r *http.Request) error {
	have, err := p.feed(r)
	if err != nil {
		return err
	}
	f, err := parse(r, have.Format)
	f.id = have.ID
	if err == nil {
		if err = p.Feeds.Update(r.Context(), access.From(r.Context()), have.ID, f.in); err == nil {
			return reply.Go(w, r, path(have.ID))
		}
	}
	return p.form(w, r, f, err)
}
