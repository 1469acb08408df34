package ui_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
)

func open(t *testing.T) *apptest.Living {
	t.Helper()
	return apptest.Live(t, dbtest.Options(t, db.SQLite))
}

func TestEverySectionInEveryLanguage(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Goods("LMP", 41200, 7)
	b := s.Owner()
	for _, l := range i18n.Languages() {
		if a := b.Post("/language", url.Values{"lang": {string(l)}}); a.Status != http.StatusSeeOther {
			t.Fatalf("language: HTTP %d", a.Status)
		}
		for _, section := range kit.Sections() {
			a := b.Get(section.Href())
			if a.Status != http.StatusOK {
				t.Fatalf("%s: HTTP %d", section, a.Status)
			}
			a.Check(t)
			if !strings.Contains(a.Text, `aria-current="page"`) || !strings.Contains(a.Text, `<html lang="`+string(l)) {
				t.Errorf("%s in %s: wrong section or language", section, l)
			}
		}
		for _, fragment := range []string{"/nav?at=stock", "/pulse"} {
			a := b.Fragment(fragment, "nav")
			if a.Status != http.StatusOK || strings.Contains(a.Text, "<html") {
				t.Errorf("%s: HTTP %d", fragment, a.Status)
			}
			a.Check(t)
		}
	}
}

func TestHomeAndSearch(t *testing.T) {
	t.Parallel()
	s := open(t)
	lamp := s.Add(catalog.NewSKU{Code: "LMP-H1", Name: "Ліхтар", Barcodes: []string{"4820000000017"}})
	s.Add(catalog.NewSKU{Code: "17", Name: "Лампа"})
	b := s.Owner()
	for path, want := range map[string]string{
		"/": "/orders", "/search?q=LMP-H1": fmt.Sprint("/stock/", lamp.ID), "/search?q=4820000000017": fmt.Sprint("/stock/", lamp.ID),
		"/search?q=17": "/orders/search?q=17", "/search?q=Коваль": "/orders/search?q=" + url.QueryEscape("Коваль"), "/search": "/orders/search",
	} {
		if a := b.Get(path); a.Header.Get("Location") != want {
			t.Errorf("%s goes to %q, want %q", path, a.Header.Get("Location"), want)
		}
	}
	if a := s.Console().Get("/"); a.Header.Get("Location") != "/sign-in" {
		t.Errorf("nobody's home is %q", a.Header.Get("Location"))
	}
}

// Problems are pages for browsers, words in a header for htmx, JSON for programs, and the sign-in for who is nobody.
func TestProblems(t *testing.T) {
	t.Parallel()
	s := open(t)
	b, nobody := s.Owner(), s.Console()
	for _, l := range i18n.Languages() {
		nobody.Language = string(l)
		a := nobody.Get("/nothing/here")
		if a.Status != http.StatusNotFound || !strings.Contains(a.Words(t), l.T("error.not_found")) {
			t.Errorf("%s: HTTP %d %.300s", l, a.Status, a.Words(t))
		}
		a.Check(t)
	}
	missing := b.Fragment("/stock/99999", "card")
	if text, err := url.PathUnescape(missing.Header.Get(kit.FailHeader)); err != nil || missing.Status != http.StatusNotFound || !strings.Contains(text, "Такого товару немає") {
		t.Errorf("htmx: HTTP %d, %q, %v", missing.Status, text, err)
	}
	if a := nobody.Fragment("/stock", "stock-list"); a.Status != http.StatusUnauthorized {
		t.Errorf("htmx of nobody: HTTP %d", a.Status)
	}
	for path, want := range map[string]string{"/stock?only=zero": "/sign-in?next=%2Fstock%3Fonly%3Dzero", "/live": "/sign-in?next=%2Flive", "/": "/sign-in"} {
		if a := nobody.Get(path); a.Status != http.StatusSeeOther || a.Header.Get("Location") != want {
			t.Errorf("%s of nobody: HTTP %d, %q", path, a.Status, a.Header.Get("Location"))
		}
	}
	if a := nobody.Post("/stock/1/receipt", nil); a.Header.Get("Location") != "/sign-in" {
		t.Errorf("a form of nobody goes to %q", a.Header.Get("Location"))
	}
	var problem struct{ Code string }
	if a := nobody.Get("/api/v1/orders"); json.Unmarshal([]byte(a.Text), &problem) != nil || problem.Code != "unauthed" {
		t.Errorf("API: HTTP %d %.200s", a.Status, a.Text)
	}
	if a := s.Viewer().Get("/people"); a.Status != http.StatusForbidden || !strings.Contains(a.Words(t), "Немає доступу") {
		t.Errorf("forbidden: HTTP %d %.200s", a.Status, a.Words(t))
	}
}

// Every route that changes something is refused to a viewer.
func TestViewerChangesNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	sku := s.Goods("LMP", 100, 1)
	viewer := s.Viewer()
	own := []string{"/account/", "/language", "/sign-out", "/sign-in", "/setup/", "/hooks/", "/connector.php", "/{$}", "/api/", "/orders/bulk"}
	rt, err := s.Routes()
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, route := range rt {
		method, pattern, _ := strings.Cut(route.Pattern, " ")
		if method != http.MethodPost || containsPrefix(own, pattern) || pattern == "/account/two-step" {
			continue
		}
		tried++
		path := strings.NewReplacer("{id}", fmt.Sprint(sku.ID), "{offer}", "1", "{kind}", "receipt", "{$}", "").Replace(pattern)
		if a := viewer.Post(path, nil); a.Status != http.StatusForbidden {
			t.Errorf("%s: HTTP %d", route.Pattern, a.Status)
		}
		if route.Access.String() == string(access.StockRead) {
			t.Errorf("%s asks only to read", route.Pattern)
		}
	}
	if tried < 30 {
		t.Errorf("only %d routes were tried", tried)
	}
}

func containsPrefix(list []string, s string) bool {
	for _, p := range list {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
