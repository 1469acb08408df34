// Package infocheck says whether the description of an outside system agrees with itself. The conformance suite and the
// program's own command ask the same questions of a connector.Info.
package infocheck

import (
	"fmt"
	"maps"
	"slices"
	"time"
	_ "time/tzdata" // the zone of a channel must be known on a machine without zone files
	"unicode/utf8"

	"github.com/lad-hub/lad/connector"
)

// path is the normal order of stages.
var path = []connector.Stage{
	connector.StageNew, connector.StageConfirmed, connector.StagePicking, connector.StageShipped, connector.StageCompleted,
}

// IsStage says whether a stage is one of Lad's.
func IsStage(s connector.Stage) bool {
	return slices.Contains(path, s) || s == connector.StageCancelled || s == connector.StageReturned
}

// First is the first status of a new order; it is empty when there is none.
func First(in connector.Info) string {
	for _, st := range in.Statuses {
		if st.Stage == connector.StageNew && !st.Ignore {
			return st.Code
		}
	}
	return ""
}

// Faults is everything that is wrong with a description, in words, always in the same order.
func Faults(in connector.Info) []string {
	var f faults
	f.names(in)
	f.settings(in)
	f.limits(in.Limits)
	f.statuses(in)
	f.targets(in)
	f.steps(in)
	f.reasons(in)
	return f
}

type faults []string

func (f *faults) add(format string, args ...any) { *f = append(*f, fmt.Sprintf(format, args...)) }

func (f *faults) names(in connector.Info) {
	if in.Name == "" || in.Title == "" || in.Currency == "" {
		f.add("name %q, title %q, currency %q: none may be empty", in.Name, in.Title, in.Currency)
	}
	if n := utf8.RuneCountInString(in.Mark); n < 1 || n > 2 {
		f.add("mark %q: want one or two letters", in.Mark)
	}
	if _, err := time.LoadLocation(in.Zone); err != nil {
		f.add("zone: %v", err)
	}
}

func (f *faults) settings(in connector.Info) {
	keys := map[string]bool{}
	for _, s := range in.Settings {
		if s.Key == "" || s.Title == "" || keys[s.Key] {
			f.add("setting %q (title %q): empty or twice", s.Key, s.Title)
		}
		if s.Secret && s.Default != "" {
			f.add("setting %q is secret and has a default that everybody knows", s.Key)
		}
		chosen := func(c connector.Choice) bool { return c.Value == s.Default }
		if len(s.Choices) > 0 && (s.Secret || !s.Required && !slices.ContainsFunc(s.Choices, chosen)) {
			f.add("setting %q: one of its choices must be the default, and a secret has none", s.Key)
		}
		for _, c := range s.Choices {
			if c.Value == "" || c.Title == "" {
				f.add("setting %q: a choice has no value or no title", s.Key)
			}
		}
		keys[s.Key] = true
	}
}

func (f *faults) limits(l connector.Limits) {
	if l.RequestsPerSecond < 0 || l.Burst < 0 || l.StockBatch < 0 || l.PriceBatch < 0 || l.ReadBatch < 0 || l.PollEvery < 0 {
		f.add("a limit is negative: %+v", l)
	}
}

func (f *faults) statuses(in connector.Info) {
	codes := map[string]bool{}
	for _, st := range in.Statuses {
		if st.Code == "" || codes[st.Code] {
			f.add("status %q: empty or twice", st.Code)
		}
		if !IsStage(st.Stage) || st.Title == "" {
			f.add("status %q: stage %q, title %q", st.Code, st.Stage, st.Title)
		}
		codes[st.Code] = true
	}
}

// targets: Lad may ask for each, and from a new order each can be reached.
func (f *faults) targets(in connector.Info) {
	first := First(in)
	for _, stage := range slices.Sorted(maps.Keys(in.Targets)) {
		code := in.Targets[stage]
		st, ok := in.StatusOf(code)
		switch {
		case !ok || !leadsTo(st.Stage, stage):
			f.add("target of %s is %q, which is %q", stage, code, st.Stage)
		case st.Outside || st.Ignore:
			f.add("target of %s is %q, which Lad may not ask for", stage, code)
		}
		if code != first && in.Path(first, code) == nil {
			f.add("target %q of %s can not be reached from %q", code, stage, first)
		}
	}
}

// leadsTo: a target is of its stage, or of an earlier one when the channel makes the rest of the way itself (a carrier's scan
// turns "handover planned" into "shipped").
func leadsTo(target, stage connector.Stage) bool {
	at := slices.Index(path, target)
	return target == stage || at > 0 && at < slices.Index(path, stage)
}

func (f *faults) steps(in connector.Info) {
	for _, from := range slices.Sorted(maps.Keys(in.Steps)) {
		if _, ok := in.StatusOf(from); !ok && from != "*" {
			f.add("step from unknown status %q", from)
		}
		for _, to := range in.Steps[from] {
			if _, ok := in.StatusOf(to); !ok {
				f.add("step from %q to unknown status %q", from, to)
			}
		}
	}
}

func (f *faults) reasons(in connector.Info) {
	seen := map[connector.Reason]bool{}
	for _, r := range in.CancelReasons {
		if r.Reason == "" || r.Code == "" || seen[r.Reason] {
			f.add("cancel reason %q (code %q): empty or twice", r.Reason, r.Code)
		}
		seen[r.Reason] = true
	}
}
