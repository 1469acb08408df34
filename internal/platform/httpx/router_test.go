package httpx

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// logs is a log that tests read while the server still writes.
type logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func translate(_ context.Context, key string, args ...any) string {
	if len(args) == 0 {
		return "<" + key + ">"
	}
	b, _ := json.Marshal(args)
	return "<" + key + string(b) + ">"
}

// testConfig lets a request be the actor that its header "As" names: "picker" may ship, "nobody" nothing.
func testConfig(out io.Writer) Config {
	return Config{
		Log:      slog.New(slog.NewTextHandler(out, nil)),
		Problems: Problems{Translate: translate},
		Authenticate: func(r *http.Request) (context.Context, error) {
			switch r.Header.Get("As") {
			case "":
				return r.Context(), nil
			case "forger":
				return r.Context(), errs.New(errs.Unauthed, "error.unauthed")
			case "picker":
				return access.With(r.Context(), access.Actor{Tenant: 1, Kind: access.Person, ID: 7,
					Granted: map[access.Permission]bool{access.OrdersShip: true}}), nil
			}
			return access.With(r.Context(), access.Actor{Tenant: 1, Kind: access.Token, ID: 9}), nil
		},
	}
}

func text(s string) HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

func do(t *testing.T, h http.Handler, method, target string, body io.Reader, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, target, body)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func bodyOf(t *testing.T, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestEveryRouteStatesItsAccess(t *testing.T) {
	t.Parallel()
	rt := NewRouter(testConfig(io.Discard))
	rt.Handle("GET /open", Public(), text("ok"))
	rt.Handle("GET /me", SignedIn(), text("ok"))
	rt.Handle("POST /ship", Needs(access.OrdersShip), text("ok"))
	var listed []string
	for _, r := range rt.Routes() {
		listed = append(listed, r.Pattern+" "+r.Access.String())
	}
	if diff := cmp.Diff([]string{"GET /open public", "GET /me signed in", "POST /ship orders:ship"}, listed); diff != "" {
		t.Fatal(diff)
	}
	// By actor: nobody, an actor without grants, one with, a forged token.
	want := map[string][4]int{
		"GET /open": {200, 200, 200, 200}, "GET /me": {401, 200, 200, 401}, "POST /ship": {401, 403, 200, 401},
		"GET /else": {404, 404, 404, 404}, "GET /ship": {405, 405, 405, 405},
	}
	for pattern, statuses := range want {
		method, path, _ := strings.Cut(pattern, " ")
		for i, as := range []string{"", "nobody", "picker", "forger"} {
			if got := do(t, rt, method, path, nil, "As", as).StatusCode; got != statuses[i] {
				t.Errorf("%s as %q = %d, want %d", pattern, as, got, statuses[i])
			}
		}
	}
	if allow := do(t, rt, "GET", "/ship", nil).Header.Get("Allow"); allow != "POST" {
		t.Errorf("Allow = %q", allow)
	}
	for _, bad := range []func(){
		func() { rt.Handle("GET /x", Access{}, text("")) },
		func() { rt.Handle("GET /x", Needs("orders:steal"), text("")) },
		func() { rt.Handle("/x", Public(), text("")) },
		func() { rt.Handle("GET /open", Public(), text("")) },
	} {
		if !panics(bad) {
			t.Error("a bad registration was accepted")
		}
	}
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return false
}

func TestProblems(t *testing.T) {
	t.Parallel()
	faults := &errs.Error{Code: errs.Invalid, Key: "error.invalid", Fields: []errs.Field{{Name: "qty", Key: "error.qty", Args: []any{"max", 5}}}}
	cases := map[string]struct {
		err    error
		status int
		body   string
	}{
		"fields":      {faults, 400, `{"code":"invalid","key":"error.invalid","message":"<error.invalid>","fields":{"qty":"<error.qty[\"max\",5]>"}}`},
		"conflict":    {errs.New(errs.Conflict, "error.taken", "sku", "A"), 409, `{"code":"conflict","key":"error.taken","message":"<error.taken[\"sku\",\"A\"]>"}`},
		"too many":    {errs.New(errs.TooMany, "error.too_many", "seconds", 3), 429, `{"code":"too_many","key":"error.too_many","message":"<error.too_many[\"seconds\",3]>"}`},
		"unavailable": {errs.New(errs.Unavailable, "error.db.gone"), 503, `{"code":"unavailable","key":"error.db.gone","message":"<error.db.gone>"}`},
		"bug":         {errors.New("password hunter2"), 500, `{"code":"internal","key":"error.internal","message":"<error.internal>"}`},
		"own bug":     {errs.New(errs.Internal, "error.secret.broken", "purpose", "x"), 500, `{"code":"internal","key":"error.internal","message":"<error.internal>"}`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rt := NewRouter(testConfig(io.Discard))
			rt.Handle("GET /api/x", Public(), func(w http.ResponseWriter, r *http.Request) error {
				_, _ = io.WriteString(w, "half an answer") // held back by compression, so it can be dropped
				return c.err
			})
			res := do(t, rt, "GET", "/api/x", nil, "Accept-Encoding", "gzip")
			var got map[string]any
			if err := json.Unmarshal([]byte(bodyOf(t, res)), &got); err != nil {
				t.Fatal(err)
			}
			if got["request_id"] != res.Header.Get("X-Request-Id") || got["request_id"] == "" {
				t.Errorf("request id %v, header %q", got["request_id"], res.Header.Get("X-Request-Id"))
			}
			delete(got, "request_id")
			var want map[string]any
			if err := json.Unmarshal([]byte(c.body), &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" || res.StatusCode != c.status {
				t.Errorf("status %d, body %s", res.StatusCode, diff)
			}
		})
	}
	for _, code := range []errs.Code{errs.Invalid, errs.NotFound, errs.NoMethod, errs.Conflict, errs.Forbidden, errs.Unauthed, errs.TooMany,
		errs.TooLarge, errs.Unavailable, errs.Internal, errs.Gone} {
		if _, ok := statusOf[code]; !ok {
			t.Errorf("no status for %s", code)
		}
	}
}

func TestRetryAfterAndPages(t *testing.T) {
	t.Parallel()
	c := testConfig(io.Discard)
	c.Problems.Page = func(w http.ResponseWriter, _ *http.Request, p Problem) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(p.Status)
		_, _ = io.WriteString(w, "<h1>"+p.Key+"</h1>")
	}
	rt := NewRouter(c)
	fail := func(http.ResponseWriter, *http.Request) error {
		return errs.New(errs.TooMany, "error.too_many", "seconds", 7)
	}
	rt.Handle("GET /page", Public(), fail)
	rt.Handle("GET /api/x", Public(), fail)
	page := do(t, rt, "GET", "/page", nil, "Accept", "text/html,*/*")
	if got := bodyOf(t, page); got != "<h1>error.too_many</h1>" || page.StatusCode != 429 || page.Header.Get("Retry-After") != "7" {
		t.Errorf("page %d %q, Retry-After %q", page.StatusCode, got, page.Header.Get("Retry-After"))
	}
	if got := bodyOf(t, do(t, rt, "GET", "/page", nil, "HX-Request", "true")); !strings.HasPrefix(got, "<h1>") {
		t.Errorf("htmx got %q", got)
	}
	for _, res := range []*http.Response{do(t, rt, "GET", "/api/x", nil, "Accept", "text/html"), do(t, rt, "GET", "/page", nil)} {
		if ct := res.Header.Get("Content-Type"); !strings.HasPrefix(ct, "application/json") {
			t.Errorf("Content-Type %q", ct)
		}
	}
}

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	c := testConfig(io.Discard)
	var err error
	if c.Proxies, err = ParseProxies([]string{"192.0.2.1"}); err != nil { // the address of httptest's requests
		t.Fatal(err)
	}
	rt := NewRouter(c)
	rt.Handle("GET /", Public(), text("x"))
	for _, path := range []string{"/", "/none"} {
		h := do(t, rt, "GET", path, nil).Header
		for name, part := range map[string]string{"Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Permissions-Policy": "microphone=()", "Cache-Control": "no-store"} {
			if !strings.Contains(h.Get(name), part) {
				t.Errorf("%s: %s = %q", path, name, h.Get(name))
			}
		}
		if h.Get("Strict-Transport-Security") != "" {
			t.Error("HSTS without TLS")
		}
	}
	if do(t, rt, "GET", "/", nil, "X-Forwarded-Proto", "https").Header.Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS behind a proxy with TLS")
	}
}

// A form on another site can not act with our cookie; a program without a browser's headers can.
func TestCrossSiteRequests(t *testing.T) {
	t.Parallel()
	c := testConfig(io.Discard)
	c.TrustedOrigins = []string{"https://friend.example"}
	rt := NewRouter(c)
	rt.Handle("POST /x", Public(), text("x"))
	rt.Handle("GET /x", Public(), text("x"))
	cases := []struct {
		method, name, value string
		status              int
	}{
		{"POST", "Sec-Fetch-Site", "cross-site", 403}, {"POST", "Sec-Fetch-Site", "same-site", 403}, {"POST", "Sec-Fetch-Site", "same-origin", 200},
		{"POST", "Origin", "https://evil.example", 403}, {"POST", "Origin", "http://example.com", 200}, {"POST", "Origin", "https://friend.example", 200},
		{"POST", "X-None", "", 200}, {"GET", "Sec-Fetch-Site", "cross-site", 200},
	}
	for _, c := range cases {
		if got := do(t, rt, c.method, "http://example.com/x", nil, c.name, c.value).StatusCode; got != c.status {
			t.Errorf("%s with %s %s = %d, want %d", c.method, c.name, c.value, got, c.status)
		}
	}
}

func TestPanics(t *testing.T) {
	t.Parallel()
	var out logs
	rt := NewRouter(testConfig(&out))
	rt.Handle("GET /early", Public(), func(w http.ResponseWriter, _ *http.Request) error {
		_, _ = io.WriteString(w, "held back")
		panic("boom early")
	})
	rt.Handle("GET /late", Public(), func(w http.ResponseWriter, _ *http.Request) error {
		_, _ = io.WriteString(w, "half")
		_ = http.NewResponseController(w).Flush()
		panic("boom late")
	})
	srv := httptest.NewServer(rt)
	defer srv.Close()
	res, err := http.Get(srv.URL + "/early") // the client asks for gzip
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if body := bodyOf(t, res); res.StatusCode != 500 || strings.Contains(body, "boom") || strings.Contains(body, "held") {
		t.Errorf("early: %d %s", res.StatusCode, body)
	}
	res, err = http.Get(srv.URL + "/late")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if b, err := io.ReadAll(res.Body); err == nil {
		t.Errorf("late: a cut answer looks whole: %q", b)
	}
	for _, want := range []string{"boom early", "boom late", "router_test.go", "level=ERROR"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the log lacks %q", want)
		}
	}
}

func TestLogHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	var out logs
	rt := NewRouter(testConfig(&out))
	rt.Handle("POST /setup/{token}", Public(), func(_ http.ResponseWriter, r *http.Request) error {
		return errs.New(errs.Invalid, "error.setup.link")
	})
	rt.Handle("GET /orders", Needs(access.OrdersShip), text("x"))
	do(t, rt, "POST", "/setup/sesame?code=sesame", strings.NewReader("password=sesame"), "Authorization", "Bearer sesame", "Cookie", "lad_session=sesame")
	do(t, rt, "GET", "/orders?search=sesame", nil, "As", "picker")
	got := out.String()
	if strings.Contains(got, "sesame") {
		t.Errorf("a secret is in the log:\n%s", got)
	}
	for _, want := range []string{`path="POST /setup/{token}"`, "status=400", "path=/orders", "actor=account:7", "tenant=1", "request="} {
		if !strings.Contains(got, want) {
			t.Errorf("the log lacks %s:\n%s", want, got)
		}
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	rt := NewRouter(testConfig(io.Discard))
	type order struct {
		Number string `json:"number"`
		Lines  []struct {
			Qty int `json:"qty"`
		} `json:"lines"`
	}
	echo := func(d Decoding) HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) error {
			var v order
			if err := d.JSON(r, &v); err != nil {
				return err
			}
			return WriteJSON(w, http.StatusCreated, v)
		}
	}
	rt.Handle("POST /api/lax", Public(), echo(Decoding{}))
	rt.Handle("POST /api/strict", Public(), echo(Decoding{Strict: true}))
	rt.Handle("POST /api/big", Public(), func(_ http.ResponseWriter, r *http.Request) error {
		b, err := ReadBody(r, 8<<20)
		if err == nil && len(b) != 3<<20 {
			t.Errorf("read %d bytes", len(b))
		}
		return err
	}, MaxBody(4<<20))
	srv := httptest.NewServer(rt)
	defer srv.Close()
	long := `{"number":"` + strings.Repeat("x", DefaultBody) + `"}`
	cases := []struct {
		path, body string
		status     int
		want       string
	}{
		{"lax", `{"number":"7","lines":[{"qty":1}],"new":true}`, 201, `{"number":"7","lines":[{"qty":1}]}`},
		{"strict", `{"number":"7","lines":[{"qty":1}]}` + "\n", 201, `{"number":"7"`},
		{"strict", `{"number":"7","new":true}`, 400, "error.http.json"},
		{"lax", `{"number":"7"} {}`, 400, `error.http.json`},
		{"strict", `{"number":"7"}]`, 400, `error.http.json`},
		{"lax", `{"number":`, 400, `error.http.json`},
		{"lax", ``, 400, `error.http.json`},
		{"lax", `[]`, 400, `error.http.json`},
		{"lax", `{"lines":[{"qty":"two"}]}`, 400, `"fields":{"lines.qty":"`},
		{"lax", long, 413, "error.http.body_too_large"},
		{"big", strings.Repeat("x", 3<<20), 200, ""},
		{"big", strings.Repeat("x", 5<<20), 413, "error.http.body_too_large"},
	}
	for _, c := range cases {
		for _, chunked := range []bool{false, true} {
			var body io.Reader = strings.NewReader(c.body)
			if chunked {
				body = struct{ io.Reader }{body} // hides the length
			}
			res, err := http.Post(srv.URL+"/api/"+c.path, "application/json", body)
			if err != nil {
				t.Fatal(err)
			}
			got := bodyOf(t, res)
			_ = res.Body.Close()
			if res.StatusCode != c.status || !strings.Contains(got, c.want) {
				t.Errorf("%s %.40q chunked %v = %d %s", c.path, c.body, chunked, res.StatusCode, got)
			}
		}
	}
}

func TestGzip(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("order ", 1000)
	rt := NewRouter(testConfig(io.Discard))
	serve := func(path, contentType, body, etag string) {
		rt.Handle("GET "+path, Public(), func(w http.ResponseWriter, _ *http.Request) error {
			w.Header().Set("Content-Type", contentType)
			if etag != "" {
				w.Header().Set("ETag", etag)
			}
			for part := range strings.SplitSeq(body, " ") {
				_, _ = io.WriteString(w, part+" ")
			}
			return nil
		})
	}
	serve("/long", "text/html; charset=utf-8", long, `"v1"`)
	serve("/short", "text/html", "short", "")
	serve("/image", "image/png", long, "")
	cases := []struct {
		path, accept string
		zipped       bool
	}{{"/long", "br, gzip", true}, {"/long", "", false}, {"/long", "gzip;q=0", false}, {"/short", "gzip", false}, {"/image", "gzip", false}}
	for range 3 { // pooled writers carry nothing over
		for _, c := range cases {
			res := do(t, rt, "GET", c.path, nil, "Accept-Encoding", c.accept)
			if got := res.Header.Get("Content-Encoding") == "gzip"; got != c.zipped {
				t.Fatalf("%s accepting %q zipped = %v", c.path, c.accept, got)
			}
			if !c.zipped {
				continue
			}
			z, err := gzip.NewReader(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			plain, err := io.ReadAll(z)
			if err != nil || string(plain) != long+" " || res.Header.Get("ETag") != `W/"v1"` || res.Header.Get("Vary") != "Accept-Encoding" {
				t.Fatalf("%d bytes, %v, %v", len(plain), err, res.Header)
			}
		}
	}
}

// An event stream goes through compression, log and time limits untouched, each event at once.
func TestStream(t *testing.T) {
	t.Parallel()
	rt := NewRouter(testConfig(io.Discard))
	next := make(chan string)
	rt.Mount("GET /live", Public(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		rc := http.NewResponseController(w)
		for s := range next {
			_, _ = io.WriteString(w, s+"\n")
			if err := rc.Flush(); err != nil {
				t.Error(err)
			}
		}
	}), Stream())
	srv := httptest.NewServer(rt)
	defer srv.Close()
	defer close(next)
	go func() { next <- "one" }()
	res, err := http.Get(srv.URL + "/live")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	lines := bufio.NewScanner(res.Body)
	for _, want := range []string{"one", "two", "three"} {
		if want != "one" {
			next <- want
		}
		if !lines.Scan() || lines.Text() != want {
			t.Fatalf("line %q, want %q", lines.Text(), want)
		}
	}
}

// The guards may not cost an order more than a handful of allocations.
func TestRouterStaysCheap(t *testing.T) {
	rt := NewRouter(testConfig(io.Discard))
	rt.c.Log = slog.New(slog.NewJSONHandler(io.Discard, nil))
	rt.c.PerSecond = 1e9
	rt.Handle("POST /api/v1/orders", Public(), func(w http.ResponseWriter, r *http.Request) error { return nil })
	r := httptest.NewRequest("POST", "/api/v1/orders", http.NoBody)
	w := httptest.NewRecorder()
	if got := testing.AllocsPerRun(200, func() { rt.ServeHTTP(w, r) }); got > 16 {
		t.Errorf("%v allocations a request", got)
	}
}

func BenchmarkRouter(b *testing.B) {
	rt := NewRouter(testConfig(io.Discard))
	type order struct {
		Number string `json:"number"`
	}
	rt.Handle("POST /api/v1/orders", Public(), func(w http.ResponseWriter, r *http.Request) error {
		var o order
		if err := DecodeJSON(r, &o); err != nil {
			return err
		}
		return WriteJSON(w, http.StatusCreated, o)
	})
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest("POST", "/api/v1/orders", strings.NewReader(`{"number":"12345"}`))
		r.Header.Set("Accept-Encoding", "gzip")
		rt.ServeHTTP(httptest.NewRecorder(), r)
	}
}
