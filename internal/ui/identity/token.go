package identityui

import (
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"

	"github.com/lad-hub/lad/internal/identity"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/secret"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// mostTokens bounds the list.
const mostTokens = 500

// tokensData is the API tokens with the form for another. made is shown once.
type tokensData struct {
	list    []identity.Token
	people  map[int64]string
	actor   access.Actor
	now     time.Time
	name    string
	scopes  []access.Permission
	expires string
	faults  map[string]string
	fault   string
	made    secret.Text
}

// may are the permissions that the actor can hand on.
func (d *tokensData) may() (out []access.Permission) {
	for _, p := range access.All {
		if d.actor.May(p) {
			out = append(out, p)
		}
	}
	return out
}

func (d *tokensData) ticked(p access.Permission) bool { return slices.Contains(d.scopes, p) }

// tokenList shows the API tokens.
func (p *pages) tokenList(w http.ResponseWriter, r *http.Request) error {
	return p.tokensPage(w, r, http.StatusOK, tokensData{scopes: []access.Permission{access.OrdersRead}})
}

func (p *pages) tokensPage(w http.ResponseWriter, r *http.Request, status int, d tokensData) error {
	d.actor, d.now = access.From(r.Context()), p.Clock.Now()
	var err error
	if d.list, err = p.Identity.Tokens(r.Context(), d.actor, 0, mostTokens); err != nil {
		return err
	}
	people, err := p.Identity.People(r.Context(), d.actor)
	if err != nil {
		return err
	}
	d.people = map[int64]string{}
	for _, each := range people {
		d.people[each.ID] = each.Name
	}
	return p.page(w, r, status, "tokens.title", func(data kit.PageData) templ.Component { return tokensView(&d, data) })
}

// tokenCreate makes a token and shows its secret, once.
func (p *pages) tokenCreate(w http.ResponseWriter, r *http.Request) error {
	d := tokensData{name: r.PostFormValue("name"), expires: r.PostFormValue("expires")}
	for _, s := range r.PostForm["scope"] {
		d.scopes = append(d.scopes, access.Permission(s))
	}
	in := identity.TokenInput{Name: d.name, Scopes: slices.Clone(d.scopes)}
	if t, err := time.ParseInLocation(time.DateOnly, d.expires, i18n.Zone(r.Context())); err == nil {
		in.Expires = t
	}
	_, made, err := p.Identity.CreateToken(r.Context(), access.From(r.Context()), in)
	if err == nil {
		return p.tokensPage(w, r, http.StatusOK, tokensData{made: made, scopes: []access.Permission{access.OrdersRead}})
	}
	if !shown(err) {
		return err
	}
	d.faults, d.fault = faults(r, err)
	return p.tokensPage(w, r, http.StatusUnprocessableEntity, d)
}

// tokenRevoke ends a token.
func (p *pages) tokenRevoke(w http.ResponseWriter, r *http.Request) error {
	id, err := reply.ID(r, "id", "error.not_found")
	if err != nil {
		return err
	}
	if err := p.Identity.RevokeToken(r.Context(), access.From(r.Context()), id); err != nil {
		return err
	}
	return reply.Go(w, r, "/tokens")
}
