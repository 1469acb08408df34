package identityui

import (
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"github.com/lad-hub/lad/internal/identity"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/secret"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// mostPeople bounds the list.
const mostPeople = 500

// peopleData is the people of the shop with the form for another.
type peopleData struct {
	list   []identity.Account
	self   int64
	now    time.Time
	in     identity.CreateInput
	faults map[string]string
	fault  string
	// about is the person whose change was refused, 0 for the form.
	about int64
}

func roleOptions(ctx context.Context) []kit.Option {
	var out []kit.Option
	for _, role := range identity.Roles() {
		out = append(out, kit.Option{Value: string(role), Text: i18n.T(ctx, "people.role."+string(role))})
	}
	return out
}

// personList shows the people of the shop.
func (p *pages) personList(w http.ResponseWriter, r *http.Request) error {
	return p.peoplePage(w, r, http.StatusOK, peopleData{in: identity.CreateInput{Role: identity.Manager, Language: string(i18n.Lang(r.Context()))}})
}

func (p *pages) peoplePage(w http.ResponseWriter, r *http.Request, status int, d peopleData) error {
	a := access.From(r.Context())
	var err error
	if d.list, err = p.Identity.Accounts(r.Context(), a, 0, mostPeople); err != nil {
		return err
	}
	d.now = p.Clock.Now()
	if a.Kind == access.Person {
		d.self = a.ID
	}
	return p.page(w, r, status, "people.title", func(data kit.PageData) templ.Component { return peopleView(&d, data) })
}

// personAdd makes an account.
func (p *pages) personAdd(w http.ResponseWriter, r *http.Request) error {
	d := peopleData{in: identity.CreateInput{Email: r.PostFormValue("email"), Name: r.PostFormValue("name"), Role: identity.Role(r.PostFormValue("role")),
		Language: r.PostFormValue("language"), Password: secret.Text(r.PostFormValue("password"))}}
	_, err := p.Identity.Create(r.Context(), access.From(r.Context()), d.in)
	if err == nil {
		return reply.Go(w, r, "/people")
	}
	if !shown(err) {
		return err
	}
	d.faults, d.fault = faults(r, err)
	return p.peoplePage(w, r, http.StatusUnprocessableEntity, d)
}

// change runs one use case on the person of the address.
func (p *pages) change(w http.ResponseWriter, r *http.Request, do func(context.Context, access.Actor, int64) error) error {
	id, err := reply.ID(r, "id", "error.not_found")
	if err != nil {
		return err
	}
	err = do(r.Context(), access.From(r.Context()), id)
	if err == nil {
		return reply.Go(w, r, "/people")
	}
	if !shown(err) {
		return err
	}
	d := peopleData{about: id, in: identity.CreateInput{Role: identity.Manager, Language: string(i18n.Lang(r.Context()))}}
	fields, over := faults(r, err)
	if d.fault = over; over == "" {
		for _, text := range fields {
			d.fault = text
		}
	}
	return p.peoplePage(w, r, http.StatusUnprocessableEntity, d)
}

// personRole gives a person another role.
func (p *pages) personRole(w http.ResponseWriter, r *http.Request) error {
	role := identity.Role(r.PostFormValue("role"))
	return p.change(w, r, func(ctx context.Context, a access.Actor, id int64) error {
		return p.Identity.ChangeRole(ctx, a, id, role)
	})
}

// personDisable shuts a person out at once.
func (p *pages) personDisable(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, p.Identity.Disable)
}

// personEnable lets a person in again.
func (p *pages) personEnable(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, p.Identity.Enable)
}

// personPassword gives a person who forgot it another password.
func (p *pages) personPassword(w http.ResponseWriter, r *http.Request) error {
	password := secret.Text(r.PostFormValue("password"))
	return p.change(w, r, func(ctx context.Context, a access.Actor, id int64) error {
		return p.Identity.ResetPassword(ctx, a, id, password)
	})
}

// personTwoStep takes the second step from a person who lost the phone.
func (p *pages) personTwoStep(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, p.Identity.ResetTwoStep)
}
