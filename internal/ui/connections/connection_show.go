package connectionsui

import (
	"context"
	"net/http"
	"strings"

	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// healthID is the id of the live fragment of a connection's page.
const healthID = "connection-health"

// showData is a connection's page.
type showData struct {
	view
	settings settingsForm
	policy   policyForm
	rate     rateForm
}

// policyForm is the stock policy as it was typed.
type policyForm struct {
	share, cap, safety, hideBelow string
	policy                        connections.Policy // the one that is stored, for the example
	faults                        map[string]string
}

func (p *pages) show(r *http.Request) (*showData, error) {
	h, err := p.health(r)
	if err != nil {
		return nil, err
	}
	d := &showData{view: view{h, access.From(r.Context()), p.DB.Clock().Now(), p.Connections.Drivers}}
	if driver, ok := p.Connections.Drivers(h.Connection.Driver); ok {
		d.settings = settingsForm{info: driver.Info(), id: h.Connection.ID, name: h.Connection.Name, values: h.Connection.Settings, asks: asksPermission(p.Connections.Drivers, h.Connection.Driver)}
	}
	d.policy, d.rate = policyOf(r.Context(), h.Connection.Policy), d.rateForm(r.Context())
	return d, nil
}

func policyOf(ctx context.Context, c connections.Policy) policyForm {
	blank := func(n qty.Qty) string {
		if n == 0 {
			return ""
		}
		return i18n.Typed(ctx, n.String())
	}
	return policyForm{share: i18n.Typed(ctx, qty.Qty(c.SharePPM/10).String()), cap: blank(c.Cap), safety: blank(c.Safety), hideBelow: blank(c.HideBelow), policy: c}
}

// examples are what the stored policy shows of a few quantities.
func (f policyForm) examples() [][2]qty.Qty {
	var out [][2]qty.Qty
	for _, n := range []int64{1, 3, 10, 50} {
		out = append(out, [2]qty.Qty{qty.Pieces(n), f.policy.Shown(qty.Pieces(n))})
	}
	return out
}

// connectionShow shows health, credentials and policy.
func (p *pages) connectionShow(w http.ResponseWriter, r *http.Request) error {
	data, err := p.frame(r, "")
	if err != nil {
		return err
	}
	d, err := p.show(r)
	if err != nil {
		return err
	}
	if kit.IsFragment(r, healthID) {
		return reply.HTML(w, r, http.StatusOK, healthPanel(d.view))
	}
	data.Title, data.Head = d.Connection.Name, showHead(d.view, "overview")
	return reply.HTML(w, r, http.StatusOK, showPage(d, data))
}

// again answers a refused form with the whole page.
func (p *pages) again(w http.ResponseWriter, r *http.Request, change func(*showData)) error {
	data, err := p.frame(r, "")
	if err != nil {
		return err
	}
	d, err := p.show(r)
	if err != nil {
		return err
	}
	change(d)
	data.Title, data.Head = d.Connection.Name, showHead(d.view, "overview")
	return reply.HTML(w, r, http.StatusUnprocessableEntity, showPage(d, data))
}

// connectionSettings stores a name and credentials; an empty secret keeps the stored one.
func (p *pages) connectionSettings(w http.ResponseWriter, r *http.Request) error {
	h, err := p.health(r)
	if err != nil {
		return err
	}
	driver, ok := p.Connections.Drivers(h.Connection.Driver)
	if !ok {
		return errs.New(errs.NotFound, "error.not_found")
	}
	f := parseSettings(r, driver.Info())
	f.id = h.Connection.ID
	typed := map[string]string{}
	for k, v := range f.values {
		typed[k] = v
	}
	err = p.Connections.Update(r.Context(), access.From(r.Context()), f.id, f.input())
	if err == nil {
		return reply.Go(w, r, view{Health: h}.path())
	}
	if !reply.IsRefusal(err) {
		return err
	}
	f.values = typed
	f.refuse(r.Context(), err)
	return p.again(w, r, func(d *showData) { d.settings = f })
}

// connectionPolicy stores what part of the stock the channel shows.
func (p *pages) connectionPolicy(w http.ResponseWriter, r *http.Request) error {
	h, err := p.health(r)
	if err != nil {
		return err
	}
	f := policyForm{policy: h.Connection.Policy}
	get := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	f.share, f.cap, f.safety, f.hideBelow = get("share"), get("cap"), get("safety"), get("hide_below")
	in, err := f.parse()
	if err == nil {
		err = p.Connections.SetPolicy(r.Context(), access.From(r.Context()), h.Connection.ID, in)
	}
	if err == nil {
		return reply.Go(w, r, view{Health: h}.path())
	}
	if !reply.IsRefusal(err) {
		return err
	}
	f.faults = i18n.FieldErrors(r.Context(), err)
	return p.again(w, r, func(d *showData) { d.policy = f })
}

func (f policyForm) parse() (out connections.Policy, err error) {
	var c errs.Check
	number := func(text, field, key string) qty.Qty {
		if text == "" {
			return 0
		}
		n, err := qty.Parse(text)
		c.That(err == nil && n >= 0, field, key)
		return n
	}
	share := number(strings.TrimSuffix(f.share, "%"), "share", "error.connection.share")
	if f.share == "" {
		share = 100 * qty.One
	}
	c.That(share <= 100*qty.One, "share", "error.connection.share")
	out = connections.Policy{SharePPM: int64(share) * 10, Cap: number(f.cap, "cap", "error.connection.cap"),
		Safety: number(f.safety, "safety", "error.connection.safety"), HideBelow: number(f.hideBelow, "hide_below", "error.connection.hide_below")}
	return out, c.Err()
}
