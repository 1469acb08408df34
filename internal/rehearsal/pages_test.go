package rehearsal_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/rehearsal"
)

// visit is a shop whose lab is served.
func visit(t *testing.T) (*apptest.Shop, *apptest.Server, *rehearsal.Lab) {
	t.Helper()
	s := apptest.Open(t)
	s.SKU(t, "LMP-1", "Лампа", 41_200, 500)
	s.SKU(t, "GEN-3000", "Генератор", 1_899_000, 500)
	l := rehearsal.New(s.App, rehearsal.Options{Seed: 1})
	t.Cleanup(l.Close)
	return s, s.Serve(t, l.Register), l
}

// planned is the form as a person sends it.
func planned() url.Values {
	return url.Values{"channel": {"prom"}, "load": {"steady"}, "per_minute": {"10"}, "minutes": {"12"}, "speed": {"300"}, "least": {""}, "fault.drop": {"0"}, "fault.status_5xx": {"10"}}
}

// The page in every language before, during and after a rehearsal that is begun, disturbed and stopped with plain forms.
func TestPages(t *testing.T) {
	t.Parallel()
	s, srv, _ := visit(t)
	check := func(when, key string) {
		t.Helper()
		for _, l := range i18n.Languages() {
			a := srv.As("owner", l).Get(t, "/rehearsal")
			if a.Status != http.StatusOK {
				t.Fatalf("%s: HTTP %d: %.300s", when, a.Status, a.Text)
			}
			a.Check(t)
			if want := l.T(key); !strings.Contains(a.Words(t), want) {
				t.Errorf("%s, %s: the page does not say %q", when, l, want)
			}
		}
	}
	b := srv.As("owner", i18n.Ukrainian)
	check("before", "rehearsal.start")
	long := planned()
	long.Set("minutes", "1440")
	if a := b.Post(t, "/rehearsal/start", long); a.Status != http.StatusSeeOther || a.Header.Get("Location") != "/rehearsal" {
		t.Fatalf("start: HTTP %d %.300s", a.Status, a.Text)
	}
	check("during", "rehearsal.faults.live")
	if a := b.Act(t, "/rehearsal/start", planned()); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Words(t), i18n.Ukrainian.T("error.rehearsal.busy")) {
		t.Errorf("a second one: HTTP %d %.300s", a.Status, a.Text)
	}
	live := b.Fragment(t, "/rehearsal", "picture")
	if live.Status != http.StatusOK || strings.Contains(live.Text, "<html") || !strings.Contains(live.Text, "rehearsal-changed") || live.Header.Get("HX-Refresh") != "" {
		t.Errorf("the live picture: HTTP %d %v %.300s", live.Status, live.Header, live.Text)
	}
	on := b.Act(t, "/rehearsal/faults", url.Values{"fault.drop": {"25"}})
	if on.Status != http.StatusOK || !strings.Contains(on.Text, `<option value="25" selected`) {
		t.Errorf("a fault is switched: HTTP %d %.300s", on.Status, on.Text)
	}
	eventually(t, "orders are placed", func() bool { return strings.Contains(b.Get(t, "/rehearsal").Text, `<svg height="174"`) })
	if a := b.Act(t, "/rehearsal/stop", nil); a.Status != http.StatusOK || !strings.Contains(a.Text, `id="picture"`) {
		t.Errorf("stop: HTTP %d %.300s", a.Status, a.Text)
	}
	var last apptest.Answer
	eventually(t, "the picture asks for the whole page", func() bool {
		last = b.Fragment(t, "/rehearsal", "picture")
		return last.Header.Get("HX-Refresh") == "true"
	})
	if !strings.Contains(last.Text, `class="note ok"`) || strings.Contains(last.Text, "rehearsal-changed") {
		t.Errorf("after: %.600s", last.Words(t))
	}
	check("after", "rehearsal.word.whole")
	s.Read(t, func(tx *db.Tx) error {
		list, err := connections.All(t.Context(), tx)
		if len(list) != 0 {
			t.Errorf("the real shop has connections: %+v", list)
		}
		return err
	})
}

// Faults of the form stand beside their fields.
func TestFormIsRefused(t *testing.T) {
	t.Parallel()
	_, srv, _ := visit(t)
	for _, l := range i18n.Languages() {
		form := planned()
		form.Set("per_minute", "many")
		form.Set("minutes", "0")
		form.Set("least", "some")
		a := srv.As("owner", l).Act(t, "/rehearsal/start", form)
		a.Check(t)
		for _, id := range []string{"per_minute-err", "minutes-err", "least-err"} {
			if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Text, `id="`+id+`"`) {
				t.Errorf("%s: HTTP %d without %s", l, a.Status, id)
			}
		}
		if !strings.Contains(a.Text, `<option value="10" selected`) {
			t.Errorf("%s: the chosen fault is gone", l)
		}
	}
	if a := srv.As("owner", i18n.English).Post(t, "/rehearsal/start", url.Values{}); a.Status != http.StatusBadRequest {
		t.Errorf("an empty plain form: HTTP %d", a.Status)
	}
}

// A shop without goods hears why nothing can be rehearsed.
func TestNothingToSell(t *testing.T) {
	t.Parallel()
	s := apptest.Open(t)
	s.SKU(t, "EMPTY", "Порожньо", 100, 0)
	l := rehearsal.New(s.App, rehearsal.Options{})
	t.Cleanup(l.Close)
	a := s.Serve(t, l.Register).As("owner", i18n.English).Act(t, "/rehearsal/start", planned())
	if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Words(t), i18n.English.T("error.rehearsal.no_goods")) {
		t.Errorf("HTTP %d %.300s", a.Status, a.Words(t))
	}
}

// Who may not change orders neither sees the lab nor begins, disturbs or stops anything.
func TestOnlyOwnersAndManagers(t *testing.T) {
	t.Parallel()
	_, srv, _ := visit(t)
	for _, who := range []string{"viewer", "picker"} {
		b := srv.As(who, i18n.Ukrainian)
		if a := b.Get(t, "/rehearsal"); a.Status != http.StatusForbidden {
			t.Errorf("%s sees the lab: HTTP %d", who, a.Status)
		}
		for _, path := range []string{"/rehearsal/start", "/rehearsal/stop", "/rehearsal/faults"} {
			if a := b.Post(t, path, planned()); a.Status != http.StatusForbidden {
				t.Errorf("%s: %s: HTTP %d", who, path, a.Status)
			}
		}
	}
}
