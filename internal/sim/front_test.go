package sim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/platform/clock"
)

// counter is a channel that counts writes and reads them back.
func counter(t *testing.T) (*Front, *httptest.Server, *clock.Fake) {
	t.Helper()
	c := clock.NewFake(time.Date(2026, 10, 2, 12, 0, 0, 0, time.UTC))
	f := NewFront("counter", Options{Clock: c, Seed: 7}, 2)
	n := 0 // requests of these tests come one after the other
	state := func(c *Call) Answer {
		return JSON(200, map[string]any{"n": n, "at": c.Stamp(c.At).Format(time.RFC3339), "orders": Disturb(c, []int{1, 2, 3, 4, 5})})
	}
	f.Handle("GET /n", Read, state)
	f.Handle("POST /n", Write, func(c *Call) Answer {
		if !c.Ignore {
			n++
		}
		return JSON(200, map[string]any{"ok": true})
	})
	f.Handle("/", Read, func(*Call) Answer { return JSON(404, map[string]string{"error": "no"}) })
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	return f, srv, c
}

// ask sends one request; the body is what came before an error.
func ask(t *testing.T, srv *httptest.Server, method, path string) (status int, body string, err error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, srv.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := srv.Client().Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b), err
}

// A delayed write whose caller has given up is not done later: it would undo what was said since.
func TestDelayedWriteOfACallerThatIsGone(t *testing.T) {
	t.Parallel()
	f, _, _ := counter(t)
	arrived, ended := make(chan struct{}), make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(ended)
		close(arrived)
		f.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	f.Faults().Set(Delay, Rule{Delay: 20 * time.Second})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { <-arrived; cancel() }()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, srv.URL+"/n", strings.NewReader(`{"n":1}`))
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := srv.Client().Do(req); err == nil {
		_ = resp.Body.Close()
		t.Fatal("answered")
	}
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Fatal("the request is still held back")
	}
	f.Faults().Clear()
	w := httptest.NewRecorder()
	f.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/n", nil))
	if !strings.Contains(w.Body.String(), `"n":0`) {
		t.Errorf("%s", w.Body)
	}
}

func TestFaultsOfTheConnection(t *testing.T) {
	t.Parallel()
	f, srv, _ := counter(t)
	f.Faults().Set(Drop, Rule{Next: 1, Prefix: "/n"})
	if _, _, err := ask(t, srv, "POST", "/n"); err == nil {
		t.Error("a dropped request has an answer")
	}
	f.Faults().Set(HalfResponse, Rule{Next: 1})
	if _, body, err := ask(t, srv, "POST", "/n"); !errors.Is(err, io.ErrUnexpectedEOF) || body != `{"ok":t`[:len(`{"ok":true}`)/2] {
		t.Errorf("half a response: %q, %v", body, err)
	}
	f.Faults().Set(Delay, Rule{Delay: time.Millisecond, Jitter: time.Millisecond, Next: 1})
	start := time.Now()
	_, body, err := ask(t, srv, "GET", "/n")
	if err != nil || time.Since(start) < time.Millisecond {
		t.Errorf("answered before the delay: %v", err)
	}
	if !strings.Contains(body, `"n":1,`) {
		t.Errorf("a dropped write is not executed, a cut one is: %s", body)
	}
	if len(f.Faults().Active()) != 0 {
		t.Errorf("all have switched themselves off: %v", f.Faults().Active())
	}
}

func TestFaultsOfTheAnswer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind   Kind
		rule   Rule
		method string
		status int
		valid  bool // JSON
		has    string
	}{
		{Status429, Rule{RetryAfter: 90 * time.Second}, "POST", 429, true, "too many"},
		{Status5xx, Rule{}, "POST", 503, true, "unavailable"},
		{Status5xx, Rule{Status: 500}, "GET", 500, true, "unavailable"},
		{HTMLErrors, Rule{}, "GET", 401, false, "<html>"},
		{BrokenJSON, Rule{}, "GET", 200, false, ""},
		{UnknownFields, Rule{}, "GET", 200, true, "x_added_field"},
		{ClockSkew, Rule{Skew: time.Hour}, "GET", 200, true, "2026-10-02T13:00:00Z"},
		{DuplicateOrders, Rule{}, "GET", 200, true, "[1,2,3,4,5,1]"},
		{AcceptThenFail, Rule{}, "POST", 500, true, "internal error"},
		{AcceptThenFail, Rule{}, "GET", 200, true, `"n":0`},
		{AcceptThenIgnore, Rule{}, "POST", 200, true, "true"},
		{Drop, Rule{Prefix: "/other"}, "GET", 200, true, `"n":0`},
	} {
		f, srv, _ := counter(t)
		f.Faults().Set(c.kind, c.rule)
		status, body, err := ask(t, srv, c.method, "/n")
		if err != nil || status != c.status || json.Valid([]byte(body)) != c.valid || !strings.Contains(body, c.has) {
			t.Errorf("%s: HTTP %d, %v: %.200s", c.kind, status, err, body)
		}
		f.Faults().Clear(c.kind)
		if _, body, _ = ask(t, srv, "GET", "/n"); strings.Contains(body, `"n":1`) != (c.kind == AcceptThenFail && c.method == "POST") {
			t.Errorf("%s: only what was accepted is applied: %s", c.kind, body)
		}
	}
}

func TestReorderAndHugeBody(t *testing.T) {
	t.Parallel()
	f, srv, _ := counter(t)
	f.Faults().Set(ReorderPages, Rule{})
	_, body, _ := ask(t, srv, "GET", "/n")
	if strings.Contains(body, "[1,2,3,4,5]") || !json.Valid([]byte(body)) {
		t.Errorf("not shuffled: %s", body)
	}
	f.Faults().Set(HugeBody, Rule{Next: 1})
	if _, body, err := ask(t, srv, "GET", "/n"); err != nil || len(body) < 10<<20 || !json.Valid([]byte(body)) {
		t.Errorf("%d bytes, %v", len(body), err)
	}
	w := httptest.NewRecorder()
	f.Faults().Set(Status429, Rule{RetryAfter: 1500 * time.Millisecond})
	f.ServeHTTP(w, httptest.NewRequest("GET", "/n", nil))
	if got := w.Header().Get("Retry-After"); got != "2" {
		t.Errorf("Retry-After %q, want whole seconds rounded up", got)
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	f, srv, c := counter(t)
	statuses := func(n int) (out []int) {
		for range n {
			s, _, _ := ask(t, srv, "GET", "/n")
			out = append(out, s)
		}
		return out
	}
	if d := cmp.Diff([]int{200, 200, 200}, statuses(3)); d != "" {
		t.Errorf("off by default: %s", d)
	}
	f.Faults().Set(RateLimit, Rule{})
	if d := cmp.Diff([]int{200, 200, 429}, statuses(3)); d != "" {
		t.Errorf("two a second: %s", d)
	}
	c.Advance(500 * time.Millisecond)
	if d := cmp.Diff([]int{200, 429}, statuses(2)); d != "" {
		t.Errorf("half a second later: %s", d)
	}
	f.Faults().Set(RateLimit, Rule{PerSecond: 1000})
	c.Advance(time.Second)
	if d := cmp.Diff([]int{200, 200, 200}, statuses(3)); d != "" {
		t.Errorf("configured: %s", d)
	}
}

// The same seed strikes at the same requests.
func TestDiceAreSeeded(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) (out string) {
		f := NewFaults(seed)
		f.Set(Drop, Rule{Probability: 0.5})
		for range 64 {
			_, hit := f.Take(Drop, "/")
			out += fmt.Sprint(hit)[:1]
		}
		return out
	}
	if a := run(1); a != run(1) || a == run(2) || !strings.Contains(a, "t") || !strings.Contains(a, "f") {
		t.Errorf("dice: %s", a)
	}
}

func TestWatchers(t *testing.T) {
	t.Parallel()
	f, srv, _ := counter(t)
	var seen []string
	f.OnRequest(func(r *http.Request, at time.Time) { seen = append(seen, r.URL.Path+at.Format(" 15:04")) })
	f.OnOffer(func(c OfferChange) { seen = append(seen, c.After.SKU) })
	_, _, _ = ask(t, srv, "GET", "/none")
	f.Tell([]OfferChange{{After: OfferState{SKU: "same"}}, {After: OfferState{SKU: "less", Quantity: 1}}})
	if d := cmp.Diff([]string{"/none 12:00", "less"}, seen); d != "" {
		t.Error(d)
	}
}

func TestFields(t *testing.T) {
	t.Parallel()
	var v struct{ A, B, C, D, E Field }
	if err := json.Unmarshal([]byte(`{"A":7.0,"B":null,"C":" 12.50 ","D":1.005}`), &v); err != nil {
		t.Fatal(err)
	}
	type row struct {
		Int, Minor int64
		IntOK, OK  bool
		Sent, Null bool
	}
	var got []row
	for _, f := range []Field{v.A, v.B, v.C, v.D, v.E} {
		r := row{Sent: f.Sent(), Null: f.Null()}
		r.Int, r.IntOK = f.Int()
		r.Minor, r.OK = f.Minor()
		got = append(got, r)
	}
	want := []row{{7, 700, true, true, true, false}, {Sent: true, Null: true}, {Minor: 1250, OK: true, Sent: true}, {Sent: true}, {}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if Decimal(-5) != "-0.05" || Number(189000) != "1890" || Number(10050) != "100.5" {
		t.Error("amounts are written wrongly")
	}
}
