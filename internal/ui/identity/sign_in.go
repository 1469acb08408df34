package identityui

import (
	"net/http"

	"github.com/lad-hub/lad/internal/identity"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/secret"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// signInForm is an attempt as it was typed; the password never comes back.
type signInForm struct {
	email, next string
	code        bool // the second step is asked for
	faults      map[string]string
	fault       string
}

// signIn shows the form; who is signed in goes on.
func (p *pages) signIn(w http.ResponseWriter, r *http.Request) error {
	next := inside(r.URL.Query().Get("next"))
	if access.From(r.Context()).Kind != "" {
		return reply.Go(w, r, next)
	}
	return reply.HTML(w, r, http.StatusOK, signInPage(signInForm{next: next}, kit.ThemeOf(r)))
}

// signInCheck takes e-mail and password; with a second step the code is asked for.
func (p *pages) signInCheck(w http.ResponseWriter, r *http.Request) error {
	f := signInForm{email: r.PostFormValue("email"), next: inside(r.PostFormValue("next"))}
	in, err := p.Identity.Login(r.Context(), identity.LoginInput{Email: f.email, Password: secret.Text(r.PostFormValue("password")), Client: identity.ClientOf(r)})
	if err != nil {
		return p.signInAgain(w, r, f, err)
	}
	identity.SetCookie(w, r, in, p.Clock.Now())
	if in.Pending {
		f.code = true
		return reply.HTML(w, r, http.StatusOK, signInPage(f, kit.ThemeOf(r)))
	}
	return reply.Go(w, r, f.next)
}

// signInCode takes the code of the second step.
func (p *pages) signInCode(w http.ResponseWriter, r *http.Request) error {
	f := signInForm{code: true, next: inside(r.PostFormValue("next"))}
	in, err := p.Identity.ConfirmCode(r.Context(), identity.CookieToken(r), r.PostFormValue("code"), identity.ClientOf(r))
	if err != nil {
		return p.signInAgain(w, r, f, err)
	}
	identity.SetCookie(w, r, in, p.Clock.Now())
	return reply.Go(w, r, f.next)
}

func (p *pages) signInAgain(w http.ResponseWriter, r *http.Request, f signInForm, err error) error {
	if !shown(err) {
		return err
	}
	f.faults, f.fault = faults(r, err)
	return reply.HTML(w, r, http.StatusUnprocessableEntity, signInPage(f, kit.ThemeOf(r)))
}

// signOut ends the session.
func (p *pages) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := p.Identity.SignOut(r.Context(), identity.CookieToken(r)); err != nil {
		return err
	}
	identity.ClearCookie(w, r)
	return reply.Go(w, r, "/sign-in")
}
