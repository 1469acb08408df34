// Package identityui is the pages about people: sign-in, the first set-up of a shop, one's own account with its second step
// and sessions, the people of the shop, and API tokens.
package identityui

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"github.com/lad-hub/lad/internal/identity"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// Deps is what the pages work with.
type Deps struct {
	Identity *identity.Service
	Clock    clock.Clock
	Frame    reply.Frame
}

type pages struct{ Deps }

// maxForm bounds a form of these pages, in bytes.
const maxForm = 32 << 10

// Register adds the routes.
func Register(rt *httpx.Router, d Deps) {
	p := &pages{d}
	small := httpx.MaxBody(maxForm)
	rt.Handle("GET /sign-in", httpx.Public(), p.signIn)
	rt.Handle("POST /sign-in", httpx.Public(), p.signInCheck, small)
	rt.Handle("POST /sign-in/code", httpx.Public(), p.signInCode, small)
	rt.Handle("POST /sign-out", httpx.Public(), p.signOut, small)
	rt.Handle("GET /setup/{token}", httpx.Public(), p.setup)
	rt.Handle("POST /setup/{token}", httpx.Public(), p.setupDo, small)
	own, people := httpx.SignedIn(), httpx.Needs(access.AccountsWrite)
	rt.Handle("GET /account", own, p.account)
	rt.Handle("POST /account/profile", own, p.profileSave, small)
	rt.Handle("POST /account/password", own, p.passwordSave, small)
	rt.Handle("POST /account/two-step", own, p.twoStepBegin, small)
	rt.Handle("POST /account/two-step/enable", own, p.twoStepEnable, small)
	rt.Handle("POST /account/two-step/disable", own, p.twoStepDisable, small)
	rt.Handle("POST /account/sessions/revoke", own, p.sessionRevoke, small)
	rt.Handle("GET /people", people, p.personList)
	rt.Handle("POST /people", people, p.personAdd, small)
	rt.Handle("POST /people/{id}/role", people, p.personRole, small)
	rt.Handle("POST /people/{id}/disable", people, p.personDisable, small)
	rt.Handle("POST /people/{id}/enable", people, p.personEnable, small)
	rt.Handle("POST /people/{id}/password", people, p.personPassword, small)
	rt.Handle("POST /people/{id}/two-step", people, p.personTwoStep, small)
	rt.Handle("GET /tokens", people, p.tokenList)
	rt.Handle("POST /tokens", people, p.tokenCreate, small)
	rt.Handle("POST /tokens/{id}/revoke", people, p.tokenRevoke, small)
}

// faults are an error's texts beside the inputs, and the one over the form when it has none.
func faults(r *http.Request, err error) (fields map[string]string, over string) {
	fields = i18n.FieldErrors(r.Context(), err)
	if len(fields) == 0 {
		over = i18n.Error(r.Context(), err)
	}
	return fields, over
}

// shown says whether an error belongs on the form: what was typed, a state that does not allow it, or guessing slowed down.
func shown(err error) bool {
	return reply.IsRefusal(err) || errs.Is(err, errs.Unauthed) || errs.Is(err, errs.TooMany)
}

// inside is a path of ours to go on to, "/" for anything else.
func inside(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n") || strings.HasPrefix(path, "/sign-in") {
		return "/"
	}
	return path
}

// page answers with a page of the console.
func (p *pages) page(w http.ResponseWriter, r *http.Request, status int, title string, view func(kit.PageData) templ.Component) error {
	data, err := p.Frame(r, "", i18n.T(r.Context(), title))
	if err != nil {
		return err
	}
	return reply.HTML(w, r, status, view(data))
}

// languages are the languages to choose from.
func languages() []kit.Option {
	var out []kit.Option
	for _, l := range i18n.Languages() {
		out = append(out, kit.Option{Value: string(l), Text: l.Name()})
	}
	return out
}
