package kit

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/platform/i18n"
)

func TestDueTone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		left, total time.Duration
		want        Tone
		dash        string
	}{
		{12 * time.Minute, 15 * time.Minute, OK, "7.5 38"},
		{3 * time.Minute, 15 * time.Minute, Warn, "30.2 38"},
		{-time.Minute, 15 * time.Minute, Bad, "37.7 38"},
		{time.Hour, 0, OK, "37.7 38"},
		{time.Hour, time.Minute, OK, "0.0 38"},
	} {
		d := Due{Left: c.left, Total: c.total}
		if d.tone() != c.want || d.dash() != c.dash {
			t.Errorf("%v of %v: %s %q, want %s %q", c.left, c.total, d.tone(), d.dash(), c.want, c.dash)
		}
	}
}

func TestTicksAreRoundAndStartAtZero(t *testing.T) {
	t.Parallel()
	for highest, want := range map[float64][]float64{
		187: {0, 100, 200}, 5: {0, 2, 4, 6}, 0: {0, 1}, 1000: {0, 500, 1000}, 1: {0, .5, 1}, 72: {0, 25, 50, 75},
	} {
		got := Chart{Points: []Point{{Value: highest}, {Value: highest / 2}}}.ticks()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("highest %v: %s", highest, diff)
		}
	}
}

func TestLanguageHandler(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ lang, referer, cookie, back string }{
		{"pl", "http://lad.example/orders?stage=new", "pl", "/orders?stage=new"},
		{"xx", "http://lad.example/stock", "", "/stock"},
		{"en", "http://evil.example//evil.example/", "en", "/"},
		{"en", `http://evil.example/\evil.example/`, "en", "/"},
		{"en", "javascript:alert(1)", "en", "/"},
		{"en", "", "en", "/"},
	} {
		r := httptest.NewRequest(http.MethodPost, "/language", strings.NewReader(url.Values{"lang": {c.lang}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Referer", c.referer)
		w := httptest.NewRecorder()
		LanguageHandler().ServeHTTP(w, r)
		got := ""
		for _, cookie := range w.Result().Cookies() {
			if cookie.Name == i18n.Cookie {
				got = cookie.Value
			}
		}
		if got != c.cookie || w.Header().Get("Location") != c.back {
			t.Errorf("%+v: cookie %q, location %q", c, got, w.Header().Get("Location"))
		}
	}
}

func TestThemeOf(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]Theme{"dark": Dark, "light": Light, "auto": Auto, `"><script>`: Auto} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Cookie", themeCookie+"="+value)
		if got := ThemeOf(r); got != want {
			t.Errorf("%q: %s", value, got)
		}
	}
	if got := ThemeOf(httptest.NewRequest(http.MethodGet, "/", nil)); got != Auto {
		t.Errorf("no cookie: %s", got)
	}
}

func TestIsFragment(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodGet, "/orders", nil)
	r.Header.Set("HX-Target", "card")
	if IsFragment(r, "card") {
		t.Error("a plain request is a page")
	}
	r.Header.Set("HX-Request", "true")
	if !IsFragment(r, "card") || IsFragment(r, "orders-list") {
		t.Error("a fragment is known by its target")
	}
}

func TestInitials(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"Олена Коваленко": "ОК", "admin": "A", "": "", "Anna Maria Nowak": "AM"} {
		if got := (User{Name: name}).initials(); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
