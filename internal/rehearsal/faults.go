package rehearsal

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/sim"
	rehearsalui "github.com/lad-hub/lad/internal/ui/rehearsal"
)

// rules say what each fault does when it strikes; the person says how often.
var rules = map[sim.Kind]sim.Rule{
	sim.Delay:      {Delay: 2 * time.Second, Jitter: time.Second},
	sim.Status429:  {RetryAfter: 2 * time.Second},
	sim.HTMLErrors: {Status: http.StatusBadGateway},
	sim.ClockSkew:  {Skew: 40 * time.Minute},
}

// checkFaults refuses faults that nobody knows and shares that are none.
func checkFaults(on map[string]int64) error {
	for kind, percent := range on {
		if !slices.Contains(sim.Kinds(), sim.Kind(kind)) || percent < 1 || percent > 100 {
			return errs.New(errs.Invalid, "error.rehearsal.fault")
		}
	}
	return nil
}

// rule is a fault at the speed of the rehearsal: the limit of the channel grows with the channel's clock.
func (r *run) rule(kind sim.Kind, percent int64) sim.Rule {
	out := rules[kind]
	out.Probability = float64(percent) / 100
	if kind == sim.RateLimit {
		out.PerSecond = r.limits.perSecond
	}
	return out
}

// serve puts the faults that were chosen so far on a channel that is ready.
func (r *run) serve(s *stand) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stand = s
	r.change(nil, r.faults)
}

// choose switches exactly these faults on, as a person has chosen: Conflict once the rehearsal comes to rest.
func (r *run) choose(on map[string]int64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.phase != rehearsalui.Preparing && r.phase != rehearsalui.Running {
		return errs.New(errs.Conflict, "error.rehearsal.settling")
	}
	for kind, percent := range on {
		r.plan.Faults[kind] = max(r.plan.Faults[kind], percent)
	}
	old := r.faults
	r.faults = maps.Clone(on)
	r.change(old, on)
	return nil
}

// mend switches every fault off.
func (r *run) mend() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.change(r.faults, nil)
	r.faults = nil
}

// change brings the channel from some faults to others. A fault that was on at the same share keeps its count; strikes of those
// that go off are remembered.
func (r *run) change(old, on map[string]int64) {
	if r.stand == nil {
		return
	}
	for _, kind := range sim.Kinds() {
		was, is := old[string(kind)], on[string(kind)]
		if was == is {
			continue
		}
		r.struck += hitsOf(r.stand, kind)
		if r.stand.Faults().Clear(kind); is > 0 {
			r.stand.Faults().Set(kind, r.rule(kind, is))
		}
	}
}

func hitsOf(s sim.Shop, kind sim.Kind) int64 {
	for _, f := range s.Faults().Active() {
		if f.Kind == kind {
			return int64(f.Hits)
		}
	}
	return 0
}

// strikes is how often faults have struck so far.
func (r *run) strikes() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.struck
	if r.stand != nil {
		for _, f := range r.stand.Faults().Active() {
			n += int64(f.Hits)
		}
	}
	return n
}

// switches are the faults as the page shows them; without a run all are off.
func (r *run) switches() []rehearsalui.Fault {
	kinds := sim.Kinds()
	out := make([]rehearsalui.Fault, len(kinds))
	for i, k := range kinds {
		out[i].Kind = string(k)
	}
	if r == nil || r.over() {
		return out
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, k := range kinds {
		out[i].Percent = r.faults[string(k)]
		if r.stand != nil {
			out[i].Hits = hitsOf(r.stand, k)
		}
	}
	return out
}
