package rehearsalui

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// form is a plan as it was typed, with what is wrong with it.
type form struct {
	plan   Plan
	faults []Fault
	wrong  map[string]string // by field
	fault  string
}

// start begins a rehearsal.
func (p *pages) start(w http.ResponseWriter, r *http.Request) error {
	plan, err := parsePlan(r)
	if err != nil {
		return err
	}
	err = p.Lab.Start(r.Context(), access.From(r.Context()), plan)
	if err == nil || !reply.Fragment(r) || !reply.IsRefusal(err) {
		if err != nil {
			return err
		}
		return reply.Go(w, r, home)
	}
	v, viewErr := p.Lab.View(r.Context(), access.From(r.Context()))
	if viewErr != nil {
		return viewErr
	}
	f := form{plan: plan, faults: chosen(v.Faults, plan.Faults), wrong: i18n.FieldErrors(r.Context(), err)}
	if len(f.wrong) == 0 {
		f.fault = i18n.Error(r.Context(), err)
	}
	return reply.Refused(w, r, "#plan", planForm(v, f))
}

// parsePlan reads a plan; what is no number is 0, which the lab refuses beside its field.
func parsePlan(r *http.Request) (Plan, error) {
	if err := r.ParseForm(); err != nil {
		return Plan{}, errs.Wrap(errs.Invalid, err, "error.invalid")
	}
	return Plan{
		Channel: r.PostForm.Get("channel"), Load: Load(r.PostForm.Get("load")), PerMinute: reply.Number(r, "per_minute"),
		Minutes: reply.Number(r, "minutes"), Speed: reply.Number(r, "speed"), Least: least(r.PostForm.Get("least")), Faults: parseFaults(r),
	}, nil
}

// least reads how many pieces there shall be; an empty field leaves the stock as it is, and what is no number is refused.
func least(text string) int64 {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// faultField is the prefix of the choices of faults: "fault.drop".
const faultField = "fault."

// parseFaults reads the switches that are on.
func parseFaults(r *http.Request) map[string]int64 {
	on := map[string]int64{}
	for name := range r.PostForm {
		kind, ok := strings.CutPrefix(name, faultField)
		if percent := reply.Number(r, name); ok && percent != 0 {
			on[kind] = percent
		}
	}
	return on
}

// chosen is the switchboard as a person has set it.
func chosen(all []Fault, on map[string]int64) []Fault {
	out := make([]Fault, len(all))
	for i, f := range all {
		out[i] = Fault{Kind: f.Kind, Percent: on[f.Kind]}
	}
	return out
}

// stop ends the load, or breaks the rehearsal off.
func (p *pages) stop(w http.ResponseWriter, r *http.Request) error {
	if err := p.Lab.Stop(r.Context(), access.From(r.Context()), r.PostFormValue("now") != ""); err != nil {
		return err
	}
	v, err := p.Lab.View(r.Context(), access.From(r.Context()))
	if err != nil {
		return err
	}
	return reply.Done(w, r, home, picture(v))
}

// faults switches faults while a rehearsal is under way.
func (p *pages) faults(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Wrap(errs.Invalid, err, "error.invalid")
	}
	if err := p.Lab.SetFaults(r.Context(), access.From(r.Context()), parseFaults(r)); err != nil {
		return err
	}
	v, err := p.Lab.View(r.Context(), access.From(r.Context()))
	if err != nil {
		return err
	}
	return reply.Done(w, r, home, switches(v))
}
