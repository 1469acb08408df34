package apptest

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/assets"
	"github.com/lad-hub/lad/internal/ui/kit"
)

// People names the shop's accounts as pages ask for them.
func (s *Shop) People(_ context.Context, _ *db.Tx) (map[int64]string, error) {
	return map[int64]string{s.Owner.ID: s.Owner.Name, s.Picker.ID: s.Picker.Name, s.Viewer.ID: s.Viewer.Name}, nil
}

// Frame surrounds pages with little.
func (s *Shop) Frame(r *http.Request, at kit.Section, title string) (kit.PageData, error) {
	a := access.From(r.Context())
	return kit.PageData{
		Title: title, Section: at, Theme: kit.ThemeOf(r), User: kit.User{Name: a.Name}, Pulse: kit.Pulse{Took: 84 * time.Millisecond},
		LiveURL: "/live", LiveAt: s.Live.Cursor(int64(s.Tenant)),
	}, nil
}

// Server serves pages of the shop to whoever the request's cookie "actor" names.
type Server struct {
	*httptest.Server
	shop *Shop
}

// Serve registers pages and serves them until the test's end.
func (s *Shop) Serve(t testing.TB, register func(*httpx.Router)) *Server {
	t.Helper()
	kyiv, err := time.LoadLocation("Europe/Kyiv")
	if err != nil {
		t.Fatal(err)
	}
	rt := httpx.NewRouter(httpx.Config{
		Log: slog.New(slog.DiscardHandler), Problems: httpx.Problems{Translate: i18n.T}, Clock: s.Now,
		Authenticate: func(r *http.Request) (context.Context, error) {
			ctx := i18n.WithZone(i18n.With(r.Context(), i18n.Detect(r, "")), kyiv)
			c, err := r.Cookie("actor")
			if err != nil {
				return ctx, errs.New(errs.Unauthed, "error.unauthed")
			}
			return access.With(ctx, map[string]access.Actor{"owner": s.Owner, "picker": s.Picker, "viewer": s.Viewer}[c.Value]), nil
		},
	})
	s.around(rt)
	register(rt)
	srv := &Server{Server: httptest.NewServer(rt), shop: s}
	t.Cleanup(func() { s.Live.Close(); srv.Close() })
	return srv
}

// around adds what every page needs in a real browser: assets, the stream of hints and, at /as/{who}, a sign-in.
func (s *Shop) around(rt *httpx.Router) {
	rt.Mount("GET "+assets.Prefix, httpx.Public(), assets.Handler())
	rt.Mount("GET /live", httpx.SignedIn(), s.Live.Handler(func(*http.Request) (int64, bool) { return int64(s.Tenant), true }), httpx.Stream())
	rt.Handle("GET /as/{who}", httpx.Public(), func(w http.ResponseWriter, r *http.Request) error {
		http.SetCookie(w, &http.Cookie{Name: "actor", Value: r.PathValue("who"), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
		http.Redirect(w, r, "/orders", http.StatusSeeOther)
		return nil
	})
}

// Browser asks as one person in one language; redirects are not followed.
type Browser struct {
	srv  *Server
	who  string
	lang i18n.Language
	// At is the address that the browser shows when it acts.
	At string
}

// As is a browser of "owner", "picker" or "viewer".
func (s *Server) As(who string, l i18n.Language) *Browser { return &Browser{srv: s, who: who, lang: l} }

// Answer is a page or fragment.
type Answer struct {
	Status int
	Header http.Header
	Text   string
}

// Doc parses the answer.
func (a Answer) Doc(t testing.TB) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(a.Text))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// Get opens a page.
func (b *Browser) Get(t testing.TB, path string) Answer {
	t.Helper()
	return b.do(t, http.MethodGet, path, nil, nil)
}

// Fragment asks for a part of a page as htmx does.
func (b *Browser) Fragment(t testing.TB, path, target string) Answer {
	t.Helper()
	return b.do(t, http.MethodGet, path, nil, http.Header{"HX-Request": {"true"}, "HX-Target": {target}})
}

// Act sends a form as htmx does.
func (b *Browser) Act(t testing.TB, path string, form url.Values) Answer {
	t.Helper()
	return b.do(t, http.MethodPost, path, form, http.Header{"HX-Request": {"true"}})
}

// Post sends a plain form.
func (b *Browser) Post(t testing.TB, path string, form url.Values) Answer {
	t.Helper()
	return b.do(t, http.MethodPost, path, form, nil)
}

func (b *Browser) do(t testing.TB, method, path string, form url.Values, h http.Header) Answer {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, b.srv.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range h {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if b.At != "" {
		req.Header.Set("HX-Current-URL", b.srv.URL+b.At)
	}
	req.Header.Set("Accept-Language", string(b.lang))
	req.AddCookie(&http.Cookie{Name: "actor", Value: b.who})
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return Answer{Status: res.StatusCode, Header: res.Header, Text: string(body)}
}
