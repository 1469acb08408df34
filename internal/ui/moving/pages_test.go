package movingui_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/moving"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/sim/baselinker"
)

// must fails unless the answer has the status and holds the texts.
func must(t *testing.T, what string, a apptest.Answer, status int, texts ...string) {
	t.Helper()
	if a.Status != status {
		t.Fatalf("%s: HTTP %d, want %d: %.400s", what, a.Status, status, a.Text)
	}
	words := a.Words(t)
	for _, text := range texts {
		if !strings.Contains(words, text) {
			t.Errorf("%s has no %q: %.1500s", what, text, words)
		}
	}
}

func open(t *testing.T) (*apptest.Living, *baselinker.Account, string) {
	t.Helper()
	s := apptest.Live(t, dbtest.Options(t, db.SQLite))
	o := baselinker.Options{PerMinute: 100_000}
	o.Clock = s.Time
	a := baselinker.New(o)
	srv := httptest.NewServer(a)
	t.Cleanup(srv.Close)
	return s, a, srv.URL + baselinker.Path
}

func newest(t *testing.T, s *apptest.Living) (r moving.Run) {
	t.Helper()
	list, err := s.Moving.Runs(t.Context(), s.Who, 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) > 0 {
		r = list[0]
	}
	return r
}

// The owner starts from the page, the work goes on in the background, and the report stands there at the end.
func TestMoveIn(t *testing.T) {
	t.Parallel()
	s, a, address := open(t)
	a.Seed(40, 120)
	bad := baselinker.Product{SKU: "BAD", Name: "Zepsuty", Raw: map[string]any{"weight": -1}}
	a.PutProduct(bad)
	s.Start()
	b := s.Owner()
	must(t, "channels", b.Get("/connections"), http.StatusOK, "Переїзд із BaseLinker")
	must(t, "the page", b.Get("/moving"), http.StatusOK, "Токен API", "Почати переїзд")
	if a := b.Post("/moving", url.Values{"token": {a.Token()}, "address": {address}, "stock": {"1"}}); a.Status != http.StatusSeeOther || a.Header.Get("Location") != "/moving" {
		t.Fatalf("start: %d %.300s", a.Status, a.Text)
	}
	apptest.Eventually(t, "everything has come over", func() bool { return newest(t, s).State == moving.Done })
	must(t, "the report", b.Get("/moving"), http.StatusOK, "Усе перенесено", "120", "Комплекти", "Вага «-1» неможлива", "Zepsuty", "Ставки податку", "Magazyn B", "незрозуміло", "Почати переїзд")
	must(t, "its part", b.Fragment("/moving", "moving"), http.StatusOK, "Усе перенесено")
	if a := b.Get("/orders"); !strings.Contains(a.Text, "BaseLinker") {
		t.Error("orders do not name where they came from")
	}
	for _, l := range i18n.Languages() {
		b.Language = string(l)
		if text := b.Get("/moving").Words(t); strings.Contains(text, "moving.") {
			t.Errorf("%s: a key is shown: %.600s", l, text)
		}
	}
}

func TestStopAndGoOn(t *testing.T) {
	t.Parallel()
	s, a, address := open(t)
	a.Seed(20, 20)
	b := s.Owner()
	if a := b.Post("/moving", url.Values{"token": {a.Token()}, "address": {address}, "since": {"2020-01-31"}}); a.Status != http.StatusSeeOther {
		t.Fatalf("start: %d", a.Status)
	}
	r := newest(t, s)
	if r.WithStock || r.Since.IsZero() || r.State != moving.Running {
		t.Errorf("%+v", r)
	}
	at := "/moving/" + strconv.FormatInt(r.ID, 10)
	running := b.Get("/moving")
	must(t, "under way", running, http.StatusOK, "Переносимо", "Зупинити", "Крок 1 з 11")
	if strings.Contains(running.Text, a.Token()) {
		t.Error("the page holds the token")
	}
	if a := b.Post(at+"/stop", nil); a.Status != http.StatusSeeOther {
		t.Fatalf("stop: %d", a.Status)
	}
	must(t, "stopped before anything came", b.Get("/moving"), http.StatusOK, "Переїзд зупинено", "Почати переїзд")
	if a := b.Post("/moving", url.Values{"token": {a.Token()}, "address": {address + "?"}, "stock": {"1"}}); a.Status != http.StatusSeeOther {
		t.Fatalf("start again: %d", a.Status)
	}
	if again := newest(t, s); again.ID != r.ID || !again.WithStock || !again.Since.IsZero() || again.Address == r.Address {
		t.Errorf("%+v", again)
	}
	forward(t, s, r.ID)
	if a := b.Post(at+"/stop", nil); a.Status != http.StatusSeeOther {
		t.Fatalf("stop: %d", a.Status)
	}
	must(t, "stopped", b.Get("/moving"), http.StatusOK, "Переїзд зупинено", "Продовжити")
	if a := b.Post(at+"/resume", nil); a.Status != http.StatusSeeOther || newest(t, s).State != moving.Running {
		t.Errorf("go on: %d", a.Status)
	}
	if a := b.Post("/moving/999/stop", nil); a.Status != http.StatusNotFound {
		t.Errorf("a run that is not there: %d", a.Status)
	}
}

// forward does steps until something has come over.
func forward(t *testing.T, s *apptest.Living, id int64) {
	t.Helper()
	for range 100 {
		r := newest(t, s)
		if r.Stage != moving.StageShop {
			return
		}
		if _, _, err := s.Moving.Step(t.Context(), s.Who, id, r.Turn); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("nothing came over")
}

func TestFormFaults(t *testing.T) {
	t.Parallel()
	s, _, _ := open(t)
	b := s.Owner()
	must(t, "no token", b.Post("/moving", url.Values{"token": {""}}), http.StatusUnprocessableEntity, "Вставте токен повністю")
	must(t, "no date", b.Post("/moving", url.Values{"token": {"x"}, "since": {"wczoraj"}}), http.StatusUnprocessableEntity, "Дата має бути в минулому")
	must(t, "no address", b.Post("/moving", url.Values{"token": {"x"}, "address": {"ftp://x"}}), http.StatusUnprocessableEntity, "https://")
	if r := newest(t, s); r.ID != 0 {
		t.Error("a run was started")
	}
}

func TestOnlyOwners(t *testing.T) {
	t.Parallel()
	s, _, _ := open(t)
	b := s.Viewer()
	if a := b.Get("/moving"); a.Status != http.StatusForbidden {
		t.Errorf("the page: %d", a.Status)
	}
	if a := b.Post("/moving", url.Values{"token": {"x"}}); a.Status != http.StatusForbidden {
		t.Errorf("start: %d", a.Status)
	}
	if a := b.Get("/connections"); strings.Contains(a.Text, `href="/moving"`) {
		t.Error("the link is shown to who may not follow it")
	}
}
