package apptest

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/lad-hub/lad/internal/app"
	"github.com/lad-hub/lad/internal/identity"
	"github.com/lad-hub/lad/internal/platform/httpx"
)

// Console is a browser at the program's own routes. Redirects are not followed.
type Console struct {
	t      testing.TB
	URL    string
	client *http.Client
	// Language is what the browser asks for.
	Language string
}

// Console opens a browser that nobody has signed in with.
func (s *Living) Console() *Console { s.t.Helper(); return newConsole(s.t, s.URL()) }

// Visit serves a program's routes until the test's end and opens a browser at them.
func Visit(t testing.TB, a *app.App) *Console {
	t.Helper()
	rt, err := a.Router(app.ServeOptions{PerSecond: -1})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(rt)
	t.Cleanup(srv.Close)
	return newConsole(t, srv.URL)
}

func newConsole(t testing.TB, at string) *Console {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Console{t: t, URL: at, Language: "uk", client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Owner opens a browser and signs the shop's owner in.
func (s *Living) Owner() *Console {
	s.t.Helper()
	return s.SignedIn("olena@shop.example")
}

// Viewer adds a person who may only look and signs them in.
func (s *Living) Viewer() *Console {
	s.t.Helper()
	_, err := s.Identity.Create(s.t.Context(), s.Who, identity.CreateInput{Email: "sofia@shop.example", Name: "Софія", Role: identity.Viewer, Language: "uk", Password: "correct horse battery"})
	s.must(err)
	return s.SignedIn("sofia@shop.example")
}

// SignedIn opens a browser and signs in with an e-mail and the password of all people in tests.
func (s *Living) SignedIn(email string) *Console {
	s.t.Helper()
	c := s.Console()
	if a := c.Post("/sign-in", url.Values{"email": {email}, "password": {"correct horse battery"}}); a.Status != http.StatusSeeOther {
		s.t.Fatalf("sign-in: HTTP %d", a.Status)
	}
	return c
}

// Get opens a page.
func (c *Console) Get(path string) Answer {
	c.t.Helper()
	return c.do(http.MethodGet, path, "", nil, nil)
}

// Fragment asks for a part of a page as htmx does.
func (c *Console) Fragment(path, target string) Answer {
	c.t.Helper()
	return c.do(http.MethodGet, path, "", nil, http.Header{"Hx-Request": {"true"}, "Hx-Target": {target}})
}

// Post sends a plain form.
func (c *Console) Post(path string, form url.Values) Answer {
	c.t.Helper()
	return c.do(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()), nil)
}

// Act sends a form as htmx does, from the page at the path at.
func (c *Console) Act(at, path string, form url.Values) Answer {
	c.t.Helper()
	return c.do(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()), http.Header{"Hx-Request": {"true"}, "Hx-Current-Url": {c.URL + at}})
}

// Upload sends a form with a file.
func (c *Console) Upload(path string, form url.Values, name string, body []byte) Answer {
	c.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for key := range form {
		if err := w.WriteField(key, form.Get(key)); err != nil {
			c.t.Fatal(err)
		}
	}
	f, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = f.Write(body)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return c.do(http.MethodPost, path, w.FormDataContentType(), &b, nil)
}

func (c *Console) do(method, path, kind string, body io.Reader, h http.Header) Answer {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.URL+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	for name, values := range h {
		req.Header[name] = values
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Accept-Language", c.Language)
	res, err := c.client.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return Answer{Status: res.StatusCode, Header: res.Header, Text: string(text)}
}

// Routes lists the program's routes.
func (s *Living) Routes() ([]httpx.Route, error) {
	rt, err := s.Router(app.ServeOptions{PerSecond: -1})
	if err != nil {
		return nil, err
	}
	return rt.Routes(), nil
}
