package connectionsui

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// settingsForm is the credentials of a connection as they were typed. Secrets never come back to the browser.
type settingsForm struct {
	info   connector.Info
	asks   bool // permission is given on the channel's own page
	name   string
	values map[string]string
	// id is 0 for a connection that does not exist yet.
	id     int64
	faults map[string]string
	fault  string
	proved string // what the test found out
}

func (f settingsForm) value(s connector.Setting) string {
	if s.Secret {
		return ""
	}
	return f.values[s.Key]
}

func (f settingsForm) input() connections.Input {
	return connections.Input{Driver: f.info.Name, Name: f.name, Settings: f.values}
}

// parseSettings reads the inputs that the driver declares; they are named "set_<key>".
func parseSettings(r *http.Request, info connector.Info) settingsForm {
	f := settingsForm{info: info, name: strings.TrimSpace(r.PostFormValue("name")), values: map[string]string{}}
	for _, s := range info.Settings {
		if s.Derived {
			continue
		}
		f.values[s.Key] = strings.TrimSpace(r.PostFormValue("set_" + s.Key))
	}
	return f
}

// refuse puts an error beside the inputs, or over the form when it is about no single one.
func (f *settingsForm) refuse(ctx context.Context, err error) {
	f.faults = map[string]string{}
	var e *errs.Error
	if !errors.As(err, &e) || len(e.Fields) == 0 {
		f.fault = i18n.Error(ctx, err)
		return
	}
	for name, text := range i18n.FieldErrors(ctx, err) {
		if name != "name" {
			name = "set_" + name
		}
		f.faults[name] = text
	}
}

// emptySettings is the form with the driver's defaults.
func emptySettings(info connector.Info) settingsForm {
	f := settingsForm{info: info, name: info.Title, values: map[string]string{}}
	for _, s := range info.Settings {
		f.values[s.Key] = s.Default
	}
	return f
}

// connectionNew shows the channels that can be connected, or the form of one of them.
func (p *pages) connectionNew(w http.ResponseWriter, r *http.Request) error {
	name := r.URL.Query().Get("driver")
	data, err := p.frame(r, i18n.T(r.Context(), "connections.new"))
	if err != nil {
		return err
	}
	if name == "" {
		return reply.HTML(w, r, http.StatusOK, driversPage(p.Drivers(), data))
	}
	d, ok := p.Connections.Drivers(name)
	if !ok {
		return errs.New(errs.NotFound, "error.not_found")
	}
	f := emptySettings(d.Info())
	f.asks = asksPermission(p.Connections.Drivers, name)
	return reply.HTML(w, r, http.StatusOK, newPage(f, data))
}

// connectionCreate proves the credentials, and keeps them unless only a test was asked for.
func (p *pages) connectionCreate(w http.ResponseWriter, r *http.Request) error {
	d, ok := p.Connections.Drivers(r.PostFormValue("driver"))
	if !ok {
		return errs.New(errs.NotFound, "error.not_found")
	}
	ctx, a := r.Context(), access.From(r.Context())
	f := parseSettings(r, d.Info())
	f.asks = asksPermission(p.Connections.Drivers, d.Info().Name)
	status := http.StatusOK
	var err error
	if r.PostFormValue("do") == "test" {
		var found connector.Account
		if found, err = p.Connections.Test(ctx, a, f.input()); err == nil {
			f.proved = proved(ctx, found)
		}
	} else if asksPermission(p.Connections.Drivers, d.Info().Name) {
		var grant connections.Authorization
		if grant, err = p.Connections.BeginAuthorization(ctx, a, f.input(), 0); err == nil {
			return reply.Go(w, r, authorizePath(grant.ID))
		}
	} else {
		var made connections.Connection
		if made, err = p.Connections.Add(ctx, a, f.input()); err == nil {
			return reply.Go(w, r, view{Health: connections.Health{Connection: made}}.path())
		}
	}
	if err != nil {
		if !reply.IsRefusal(err) {
			return err
		}
		f.refuse(ctx, err)
		status = http.StatusUnprocessableEntity
	}
	if reply.Fragment(r) {
		return reply.HTML(w, r, status, newForm(f))
	}
	data, err := p.frame(r, i18n.T(ctx, "connections.new"))
	if err != nil {
		return err
	}
	return reply.HTML(w, r, status, newPage(f, data))
}

// proved says what a test found out.
func proved(ctx context.Context, found connector.Account) string {
	text := i18n.T(ctx, "connections.proved")
	if found.Name != "" {
		text = i18n.T(ctx, "connections.proved_shop", "shop", found.Name)
	}
	if !found.TokenExpires.IsZero() {
		text += " " + i18n.T(ctx, "connections.proved_until", "at", i18n.DateTime(ctx, found.TokenExpires))
	}
	return text
}
