package webhooksui

import (
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/secret"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
	"github.com/lad-hub/lad/internal/webhooks"
)

// listID is the id of the list's fragment.
const listID = "webhooks-list"

// listData is the webhooks with the form for another. made is shown once.
type listData struct {
	list   []webhooks.Webhook
	name   string
	url    string
	events []string // ticked groups
	more   string   // single events as typed
	faults map[string]string
	fault  string
	made   secret.Text
}

func (d *listData) ticked(group string) bool { return slices.Contains(d.events, group) }

// webhookList shows the webhooks.
func (p *pages) webhookList(w http.ResponseWriter, r *http.Request) error {
	return p.listPage(w, r, http.StatusOK, listData{events: []string{"order"}})
}

func (p *pages) listPage(w http.ResponseWriter, r *http.Request, status int, d listData) error {
	read := func() (err error) {
		d.list, err = p.Webhooks.List(r.Context(), access.From(r.Context()))
		return err
	}
	if kit.IsFragment(r, listID) {
		if err := read(); err != nil {
			return err
		}
		return reply.HTML(w, r, status, webhookTable(&d))
	}
	return p.page(w, r, status, read, func(data kit.PageData) templ.Component { return listView(&d, data) })
}

// webhookCreate makes a webhook and shows its secret, once.
func (p *pages) webhookCreate(w http.ResponseWriter, r *http.Request) error {
	d := listData{name: r.PostFormValue("name"), url: r.PostFormValue("url"), more: r.PostFormValue("more")}
	d.events = slices.Clone(r.PostForm["event"])
	single := strings.FieldsFunc(d.more, func(c rune) bool { return c == ',' || c == ' ' || c == '\n' || c == '\r' })
	_, made, err := p.Webhooks.Add(r.Context(), access.From(r.Context()), webhooks.Input{Name: d.name, URL: d.url, Events: append(slices.Clone(d.events), single...)})
	if err == nil {
		return p.listPage(w, r, http.StatusOK, listData{made: made, events: []string{"order"}})
	}
	if !reply.IsRefusal(err) {
		return err
	}
	if d.faults = i18n.FieldErrors(r.Context(), err); len(d.faults) == 0 {
		d.fault = i18n.Error(r.Context(), err)
	}
	return p.listPage(w, r, http.StatusUnprocessableEntity, d)
}
