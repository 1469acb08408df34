package identityui

import (
	"net/http"
	"time"

	"github.com/lad-hub/lad/internal/identity"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/secret"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"

	"github.com/a-h/templ"
)

// accountData is one's own account.
type accountData struct {
	identity.Account
	sessions []identity.Session
	now      time.Time
	enrol    *identity.Enrolment // while the second step is being turned on
	// form is the part of the page that was refused: "profile", "password", "two-step".
	form   string
	faults map[string]string
	fault  string
	done   string // message key of what was done just now
}

// of are the faults of one part of the page.
func (d *accountData) of(form string) (map[string]string, string) {
	if d.form != form {
		return nil, ""
	}
	return d.faults, d.fault
}

// account shows one's own account.
func (p *pages) account(w http.ResponseWriter, r *http.Request) error {
	d := accountData{}
	switch r.URL.Query().Get("done") {
	case "profile":
		d.done = "account.done.profile"
	case "password":
		d.done = "account.done.password"
	case "two-step":
		d.done = "account.done.two_step"
	}
	return p.accountPage(w, r, http.StatusOK, d)
}

func (p *pages) accountPage(w http.ResponseWriter, r *http.Request, status int, d accountData) error {
	a := access.From(r.Context())
	var err error
	if d.Account, err = p.Identity.Account(r.Context(), a, a.ID); err != nil {
		return err
	}
	if d.sessions, err = p.Identity.Sessions(r.Context(), a, identity.CookieToken(r)); err != nil {
		return err
	}
	d.now = p.Clock.Now()
	return p.page(w, r, status, "account.title", func(data kit.PageData) templ.Component { return accountView(&d, data) })
}

// refuse shows the page with the faults of one of its forms.
func (p *pages) refuse(w http.ResponseWriter, r *http.Request, form string, err error, d accountData) error {
	if !shown(err) {
		return err
	}
	d.form = form
	d.faults, d.fault = faults(r, err)
	return p.accountPage(w, r, http.StatusUnprocessableEntity, d)
}

// profileSave stores name and language.
func (p *pages) profileSave(w http.ResponseWriter, r *http.Request) error {
	language := r.PostFormValue("language")
	if err := p.Identity.SetProfile(r.Context(), access.From(r.Context()), r.PostFormValue("name"), language); err != nil {
		return p.refuse(w, r, "profile", err, accountData{})
	}
	http.SetCookie(w, &http.Cookie{Name: i18n.Cookie, Value: language, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return reply.Go(w, r, "/account?done=profile")
}

// passwordSave changes the password; other sessions end.
func (p *pages) passwordSave(w http.ResponseWriter, r *http.Request) error {
	in, err := p.Identity.ChangePassword(r.Context(), access.From(r.Context()), identity.PasswordInput{
		Current: secret.Text(r.PostFormValue("current")), New: secret.Text(r.PostFormValue("new")), Client: identity.ClientOf(r)})
	if err != nil {
		return p.refuse(w, r, "password", err, accountData{})
	}
	identity.SetCookie(w, r, in, p.Clock.Now())
	return reply.Go(w, r, "/account?done=password")
}

// twoStepBegin shows a seed to be scanned; nothing changes yet.
func (p *pages) twoStepBegin(w http.ResponseWriter, r *http.Request) error {
	e, err := p.Identity.BeginTwoStep(r.Context(), access.From(r.Context()))
	if err != nil {
		return p.refuse(w, r, "two-step", err, accountData{})
	}
	return p.accountPage(w, r, http.StatusOK, accountData{enrol: &e})
}

// twoStepEnable turns the second step on once the code is right; a wrong one shows the same seed again.
func (p *pages) twoStepEnable(w http.ResponseWriter, r *http.Request) error {
	in, err := p.Identity.EnableTwoStep(r.Context(), access.From(r.Context()), r.PostFormValue("sealed"), r.PostFormValue("code"), identity.ClientOf(r))
	if err != nil {
		d := accountData{enrol: &identity.Enrolment{Sealed: r.PostFormValue("sealed")}}
		return p.refuse(w, r, "two-step", err, d)
	}
	identity.SetCookie(w, r, in, p.Clock.Now())
	return reply.Go(w, r, "/account?done=two-step")
}

// twoStepDisable turns the second step off.
func (p *pages) twoStepDisable(w http.ResponseWriter, r *http.Request) error {
	in, err := p.Identity.DisableTwoStep(r.Context(), access.From(r.Context()), secret.Text(r.PostFormValue("password")), identity.ClientOf(r))
	if err != nil {
		return p.refuse(w, r, "two-step", err, accountData{})
	}
	identity.SetCookie(w, r, in, p.Clock.Now())
	return reply.Go(w, r, "/account?done=two-step")
}

// sessionRevoke ends one of one's own sessions.
func (p *pages) sessionRevoke(w http.ResponseWriter, r *http.Request) error {
	if err := p.Identity.RevokeSession(r.Context(), access.From(r.Context()), r.PostFormValue("session")); err != nil {
		return err
	}
	return reply.Go(w, r, "/account")
}
