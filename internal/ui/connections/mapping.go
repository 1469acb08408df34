package connectionsui

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// mappingData is the page on which a person decides what a channel's words mean.
type mappingData struct {
	view
	connections.Described
	faults map[string]string
}

func (p *pages) mappingOf(r *http.Request) (*mappingData, error) {
	v, err := p.viewOf(r)
	if err != nil {
		return nil, err
	}
	d := &mappingData{view: v}
	return d, p.DB.Read(r.Context(), v.actor.Tenant, func(tx *db.Tx) error {
		d.Described, err = p.Connections.Describe(r.Context(), tx, v.Connection)
		return err
	})
}

// mappingShow shows both graphs and every word with what it means.
func (p *pages) mappingShow(w http.ResponseWriter, r *http.Request) error {
	d, err := p.mappingOf(r)
	if err != nil {
		return err
	}
	return p.mappingPage(w, r, d, http.StatusOK)
}

func (p *pages) mappingPage(w http.ResponseWriter, r *http.Request, d *mappingData, status int) error {
	data, err := p.frame(r, d.Connection.Name)
	if err != nil {
		return err
	}
	data.Head = showHead(d.view, "mapping")
	return reply.HTML(w, r, status, mappingPageView(d, data))
}

// mappingSave stores the choices; a choice that is the driver's own is not kept, so that it follows the driver.
func (p *pages) mappingSave(w http.ResponseWriter, r *http.Request) error {
	d, err := p.mappingOf(r)
	if err != nil {
		return err
	}
	m := d.parse(r)
	err = p.Connections.SetMapping(r.Context(), access.From(r.Context()), d.Connection.ID, m)
	if err == nil {
		return reply.Go(w, r, d.path()+"/mapping")
	}
	if !reply.IsRefusal(err) {
		return err
	}
	d.faults = i18n.FieldErrors(r.Context(), err)
	return p.mappingPage(w, r, d, http.StatusUnprocessableEntity)
}

func (d *mappingData) parse(r *http.Request) connections.Mapping {
	m := connections.Mapping{Stages: map[string]connector.Stage{}, Targets: map[connector.Stage]string{}, Delivery: map[string]string{}, Payment: map[string]string{}, Reasons: map[connector.Reason]string{}}
	for _, s := range d.Info.Statuses {
		if v := connector.Stage(r.PostFormValue("stage_" + s.Code)); v != "" && v != s.Stage {
			m.Stages[s.Code] = v
		}
	}
	for _, stage := range connections.Stages {
		if v := r.PostFormValue("target_" + string(stage)); v != "" && v != d.target(d.Info, stage) {
			m.Targets[stage] = v
		}
	}
	for _, word := range d.deliveryWords() {
		m.Delivery[word] = r.PostFormValue("delivery_" + word)
	}
	for _, word := range d.paymentWords() {
		m.Payment[word] = r.PostFormValue("payment_" + word)
	}
	for _, c := range d.Info.CancelReasons {
		if v := r.PostFormValue("reason_" + string(c.Reason)); v != "" && v != c.Code {
			m.Reasons[c.Reason] = v
		}
	}
	return m
}

// target is what a stage asks the channel for, connections.NoStatus for nothing.
func (d *mappingData) target(in connector.Info, stage connector.Stage) string {
	if code := in.Targets[stage]; code != "" {
		return code
	}
	return connections.NoStatus
}

func statusTitle(s connector.Status) string {
	if s.Title == "" || s.Title == s.Code {
		return s.Code
	}
	return s.Title + " (" + s.Code + ")"
}

func stageText(ctx context.Context, s connector.Stage) string {
	return i18n.T(ctx, "orders.stage."+string(s))
}

// stageOptions are what a status may mean. A shop's own status that nobody has explained means what the channel makes of it.
func (d *mappingData) stageOptions(ctx context.Context, code string) []kit.Option {
	var out []kit.Option
	if s, _ := d.Info.StatusOf(code); s.Stage == "" {
		out = append(out, kit.Option{Text: i18n.T(ctx, "mapping.unsaid")})
	}
	for _, s := range connections.Stages {
		out = append(out, kit.Option{Value: string(s), Text: stageText(ctx, s)})
	}
	return out
}

// targetOptions are the statuses that Lad may ask for.
func (d *mappingData) targetOptions(ctx context.Context) []kit.Option {
	out := []kit.Option{{Value: connections.NoStatus, Text: i18n.T(ctx, "mapping.tell_nothing")}}
	for _, s := range d.Now.Statuses {
		if !s.Outside && !s.Ignore {
			out = append(out, kit.Option{Value: s.Code, Text: statusTitle(s)})
		}
	}
	return out
}

// deliveryWords are what the shop offers and what orders have brought.
func (d *mappingData) deliveryWords() []string { return words(d.Methods.Delivery, d.Mapping.Delivery) }

func (d *mappingData) paymentWords() []string { return words(d.Methods.Payment, d.Mapping.Payment) }

func words(offered []connector.Method, known map[string]string) []string {
	out := slices.Collect(maps.Keys(known))
	for _, m := range offered {
		out = append(out, m.Code)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func wordTitle(offered []connector.Method, code string) string {
	for _, m := range offered {
		if m.Code == code && m.Title != "" && m.Title != code {
			return m.Title + " (" + code + ")"
		}
	}
	return code
}

func (d *mappingData) carriers(ctx context.Context) []kit.Option {
	out := []kit.Option{{Value: "", Text: i18n.T(ctx, "mapping.as_driver")}}
	for _, c := range connections.Carriers {
		out = append(out, kit.Option{Value: c, Text: i18n.T(ctx, "mapping.carrier."+c)})
	}
	return out
}

func (d *mappingData) payments(ctx context.Context) []kit.Option {
	return []kit.Option{{Value: "", Text: i18n.T(ctx, "mapping.as_driver")}, {Value: connections.PayPrepaid, Text: i18n.T(ctx, "mapping.pay.prepaid")},
		{Value: connections.PayOnPickup, Text: i18n.T(ctx, "mapping.pay.on_pickup")}}
}

// reasonOptions are the channel's own reasons.
func (d *mappingData) reasonOptions() []kit.Option {
	var out []kit.Option
	seen := map[string]bool{}
	for _, c := range d.Info.CancelReasons {
		if seen[c.Code] {
			continue
		}
		seen[c.Code] = true
		text := c.Code
		if s, ok := d.Info.StatusOf(c.Code); ok {
			text = statusTitle(s)
		}
		out = append(out, kit.Option{Value: c.Code, Text: text})
	}
	return out
}

func (d *mappingData) reasonNow(r connector.Reason) string {
	if c, ok := d.Now.Reason(r); ok {
		return c.Code
	}
	return ""
}

// blocked says why a stage can not be told: no status of the stage before leads to its target.
func (d *mappingData) blocked(ctx context.Context, stage connector.Stage) string {
	target := d.Now.Targets[stage]
	if target == "" {
		return ""
	}
	var from []connector.Status
	for _, s := range d.Now.Statuses {
		if s.Stage == before(stage) && !s.Ignore {
			from = append(from, s)
		}
	}
	for _, s := range from {
		if s.Code == target || d.Now.Path(s.Code, target) != nil {
			return ""
		}
	}
	if len(from) == 0 {
		return ""
	}
	to, _ := d.Now.StatusOf(target)
	return i18n.T(ctx, "mapping.blocked", "from", statusTitle(from[0]), "to", statusTitle(to))
}

// before is the stage from which another one is usually reached.
func before(stage connector.Stage) connector.Stage {
	switch stage {
	case connector.StagePicking:
		return connector.StageConfirmed
	case connector.StageShipped:
		return connector.StagePicking
	case connector.StageCompleted, connector.StageReturned:
		return connector.StageShipped
	}
	return connector.StageNew
}

// locked keeps those who may only read from choosing.
func (d *mappingData) locked() map[string]any { return map[string]any{"disabled": !d.write()} }
