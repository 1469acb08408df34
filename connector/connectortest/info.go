package connectortest

import (
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
)

var stages = map[connector.Stage]bool{
	connector.StageNew: true, connector.StageConfirmed: true, connector.StagePicking: true, connector.StageShipped: true,
	connector.StageCompleted: true, connector.StageCancelled: true, connector.StageReturned: true,
}

// info checks that the description is whole and agrees with itself.
func (s Subject) info(t *testing.T) {
	t.Parallel()
	in := s.Driver.Info()
	if diff := cmp.Diff(in, s.Driver.Info()); diff != "" {
		t.Errorf("Info changes between calls:\n%s", diff)
	}
	if in.Name == "" || in.Title == "" || in.Currency == "" {
		t.Errorf("name %q, title %q, currency %q: none may be empty", in.Name, in.Title, in.Currency)
	}
	if n := utf8.RuneCountInString(in.Mark); n < 1 || n > 2 {
		t.Errorf("mark %q: want one or two letters", in.Mark)
	}
	if _, err := time.LoadLocation(in.Zone); err != nil {
		t.Errorf("zone: %v", err)
	}
	keys := map[string]bool{}
	for _, f := range in.Settings {
		if f.Key == "" || f.Title == "" || keys[f.Key] {
			t.Errorf("setting %q (title %q): empty or twice", f.Key, f.Title)
		}
		keys[f.Key] = true
	}
	l := in.Limits
	if l.RequestsPerSecond < 0 || l.Burst < 0 || l.StockBatch < 0 || l.PriceBatch < 0 || l.ReadBatch < 0 || l.PollEvery < 0 {
		t.Errorf("a limit is negative: %+v", l)
	}
	checkStatuses(t, in)
	checkSteps(t, in)
	reasons := map[connector.Reason]bool{}
	for _, r := range in.CancelReasons {
		if r.Reason == "" || r.Code == "" || reasons[r.Reason] {
			t.Errorf("cancel reason %q (code %q): empty or twice", r.Reason, r.Code)
		}
		reasons[r.Reason] = true
	}
}

func checkStatuses(t *testing.T, in connector.Info) {
	t.Helper()
	codes := map[string]bool{}
	for _, st := range in.Statuses {
		if st.Code == "" || codes[st.Code] {
			t.Errorf("status %q: empty or twice", st.Code)
		}
		if !stages[st.Stage] || st.Title == "" {
			t.Errorf("status %q: stage %q, title %q", st.Code, st.Stage, st.Title)
		}
		codes[st.Code] = true
	}
	for stage, code := range in.Targets {
		st, ok := in.StatusOf(code)
		switch {
		case !ok || !leadsTo(st.Stage, stage):
			t.Errorf("target of %s is %q, which is %q", stage, code, st.Stage)
		case st.Outside || st.Ignore:
			t.Errorf("target of %s is %q, which Lad may not ask for", stage, code)
		}
	}
}

// path is the normal order of stages.
var path = []connector.Stage{
	connector.StageNew, connector.StageConfirmed, connector.StagePicking, connector.StageShipped, connector.StageCompleted,
}

// leadsTo: a target is of its stage, or of an earlier one when the channel makes the rest of the way itself (a carrier's scan
// turns "handover planned" into "shipped").
func leadsTo(target, stage connector.Stage) bool {
	at := slices.Index(path, target)
	return target == stage || at > 0 && at < slices.Index(path, stage)
}

// checkSteps: every step is between known statuses, and every target can be reached from a new order.
func checkSteps(t *testing.T, in connector.Info) {
	t.Helper()
	for from, next := range in.Steps {
		if _, ok := in.StatusOf(from); !ok && from != "*" {
			t.Errorf("step from unknown status %q", from)
		}
		for _, to := range next {
			if _, ok := in.StatusOf(to); !ok {
				t.Errorf("step from %q to unknown status %q", from, to)
			}
		}
	}
	first := initial(in)
	for stage, code := range in.Targets {
		if code != first && in.Path(first, code) == nil {
			t.Errorf("target %q of %s can not be reached from %q", code, stage, first)
		}
	}
}

// initial is the first status of a new order.
func initial(in connector.Info) string {
	for _, st := range in.Statuses {
		if st.Stage == connector.StageNew && !st.Ignore {
			return st.Code
		}
	}
	return ""
}

// settings checks that Open makes no request and refuses a form that is not filled in.
func (s Subject) settings(t *testing.T) {
	t.Parallel()
	good := s.New(t).Settings
	requests := 0
	client := &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		requests++
		return nil, http.ErrServerClosed
	})}
	try := func(set map[string]string) error {
		_, err := s.Driver.Open(connector.Config{Settings: set, HTTP: client, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
		return err
	}
	if err := try(maps.Clone(good)); err != nil {
		t.Errorf("good settings: %v", err)
	}
	for _, f := range s.Driver.Info().Settings {
		if f.Required && f.Default == "" {
			set := maps.Clone(good)
			delete(set, f.Key)
			if err := try(set); err == nil || connector.KindOf(err) != connector.KindSettings {
				t.Errorf("without %s: %v, want kind settings", f.Key, err)
			}
		}
		if f.Key == "base_url" {
			set := maps.Clone(good)
			set[f.Key] = "gopher://nowhere at all"
			if err := try(set); err == nil || connector.KindOf(err) != connector.KindSettings {
				t.Errorf("with a broken address: %v, want kind settings", err)
			}
		}
	}
	if requests > 0 {
		t.Errorf("Open made %d requests", requests)
	}
}
