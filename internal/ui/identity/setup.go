package identityui

import (
	"net/http"
	"strings"

	"github.com/lad-hub/lad/internal/identity"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/secret"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// zones are the time zones that the set-up offers; another is typed on the command line.
var zones = []string{"Europe/Kyiv", "Europe/Warsaw", "Europe/London", "Europe/Berlin", "Europe/Prague", "Europe/Vilnius", "Europe/Bucharest", "UTC"}

// setupForm is a new shop as it was typed.
type setupForm struct {
	in     identity.SetupInput
	faults map[string]string
	fault  string
	dead   bool // the link does not work
}

func options(list []string) []kit.Option {
	out := make([]kit.Option, len(list))
	for i, v := range list {
		out[i] = kit.Option{Value: v, Text: v}
	}
	return out
}

// setup shows the form of the one-time link.
func (p *pages) setup(w http.ResponseWriter, r *http.Request) error {
	f := setupForm{in: identity.SetupInput{Language: string(i18n.Lang(r.Context())), Currency: "UAH", Zone: zones[0]}}
	if i18n.Lang(r.Context()) == i18n.Polish {
		f.in.Currency, f.in.Zone = "PLN", zones[1]
	}
	err := p.Identity.SetupOpen(r.Context(), secret.Text(r.PathValue("token")))
	if err != nil && !errs.Is(err, errs.Invalid) {
		return err
	}
	status := http.StatusOK
	if err != nil {
		f.dead, f.fault, status = true, i18n.Error(r.Context(), err), http.StatusNotFound
	}
	return reply.HTML(w, r, status, setupPage(f, kit.ThemeOf(r)))
}

// setupDo founds the shop and signs its owner in.
func (p *pages) setupDo(w http.ResponseWriter, r *http.Request) error {
	get := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	f := setupForm{in: identity.SetupInput{Token: secret.Text(r.PathValue("token")), Shop: get("shop"), Language: get("language"), Currency: get("currency"), Zone: get("zone"),
		Email: get("email"), Name: get("name"), Password: secret.Text(r.PostFormValue("password")), Client: identity.ClientOf(r)}}
	in, err := p.Identity.Setup(r.Context(), f.in)
	if err != nil {
		if !shown(err) {
			return err
		}
		f.faults, f.fault = faults(r, err)
		return reply.HTML(w, r, http.StatusUnprocessableEntity, setupPage(f, kit.ThemeOf(r)))
	}
	identity.SetCookie(w, r, in, p.Clock.Now())
	return reply.Go(w, r, "/")
}
