package demo

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/app"
	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/platform/db"
	demoui "github.com/lad-hub/lad/internal/ui/demo"
)

// patience bounds every wait of these tests; the slowest machine needs a fraction of it.
const patience = 90 * time.Second

// visit is a running demo and a browser on this machine.
type visit struct {
	t      *testing.T
	url    string
	client *http.Client
	stop   context.CancelFunc
	ended  chan error
}

// start runs a demo on a free port until the test ends or leaves it.
func start(t *testing.T, o Options) *visit {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	v := &visit{t: t, stop: cancel, ended: make(chan error, 1), client: &http.Client{
		Transport: &http.Transport{}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	ready := make(chan string, 1)
	o.Addr, o.Ready, o.Seed = "127.0.0.1:0", func(url string) { ready <- url }, 1
	go func() { v.ended <- Run(ctx, o) }()
	t.Cleanup(v.leave)
	select {
	case v.url = <-ready:
	case err := <-v.ended:
		v.ended <- nil
		t.Fatal("the demo did not start:", err)
	case <-time.After(patience):
		t.Fatal("the demo does not start")
	}
	return v
}

// leave stops the demo and waits for its end; a second call does nothing.
func (v *visit) leave() {
	if v.stop == nil {
		return
	}
	v.stop()
	v.stop = nil
	v.client.CloseIdleConnections()
	select {
	case err := <-v.ended:
		if err != nil {
			v.t.Error("the demo ended with", err)
		}
	case <-time.After(patience):
		v.t.Error("the demo does not end")
	}
}

func (v *visit) do(method, path string, form url.Values, accept string) (int, string) {
	v.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, v.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	req.Header.Set("Accept", accept)
	req.Header.Set("Accept-Language", "uk")
	res, err := v.client.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

func (v *visit) page() string {
	v.t.Helper()
	status, body := v.do(http.MethodGet, "/demo", nil, "text/html")
	if status != http.StatusOK {
		v.t.Fatalf("GET /demo: %d %.300s", status, body)
	}
	apptest.Answer{Status: status, Text: body}.Check(v.t)
	return body
}

// post sends a plain form and expects to be sent back to the page.
func (v *visit) post(path string, form url.Values) {
	v.t.Helper()
	if status, body := v.do(http.MethodPost, path, form, "text/html"); status != http.StatusSeeOther {
		v.t.Fatalf("POST %s: %d %.300s", path, status, body)
	}
}

type order struct {
	ID         int64  `json:"id"`
	ExternalID string `json:"external_id"`
	Source     string `json:"source"`
	Stage      string `json:"stage"`
}

// orders reads the newest orders through the API, as the owner who is signed in by himself.
func (v *visit) orders(query string) []order {
	v.t.Helper()
	status, body := v.do(http.MethodGet, "/api/v1/orders?limit=100"+query, nil, "application/json")
	var out struct {
		Orders []order `json:"orders"`
	}
	if err := json.Unmarshal([]byte(body), &out); status != http.StatusOK || err != nil {
		v.t.Fatalf("orders: %d %v %.300s", status, err, body)
	}
	return out.Orders
}

// eventually waits until cond holds.
func (v *visit) eventually(what string, cond func() bool) {
	v.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); ; <-tick.C {
		if cond() {
			return
		}
		if time.Now().After(end) {
			v.t.Fatal("never: " + what)
		}
	}
}

func (v *visit) scene() demoui.Scene {
	v.t.Helper()
	status, body := v.do(http.MethodPost, "/demo/last-generator", url.Values{}, "application/json")
	var s demoui.Scene
	if err := json.Unmarshal([]byte(body), &s); status != http.StatusOK || err != nil {
		v.t.Fatalf("scene: %d %v %.300s", status, err, body)
	}
	return s
}

// checkScene proves the end of the scene; the times only have to be in their order.
func checkScene(t *testing.T, s demoui.Scene) {
	t.Helper()
	if !s.Whole() || !s.Refused || s.OrderID == 0 || len(s.Channels) != 2 {
		t.Fatalf("the scene did not end well: %+v", s)
	}
	if s.PulledMS < 0 || s.HeldMS < s.PulledMS || s.ZeroMS < s.HeldMS {
		t.Errorf("times are out of order: %+v", s)
	}
	for _, c := range s.Channels {
		if c.Shows != 0 || c.RequestMS < 0 || c.ZeroMS < c.RequestMS {
			t.Errorf("%s did not become 0 by our request: %+v", c.Channel, c)
		}
	}
}

// The shop lives, the scene can be played twice, and all of it ends without a trace. Not parallel: it counts goroutines.
func TestDemoLives(t *testing.T) {
	before := runtime.NumGoroutine()
	v := start(t, Options{Pace: fastest, PollEvery: 100 * time.Millisecond})
	stages := map[string]bool{}
	sources := map[string]bool{}
	v.eventually("orders of every channel in every stage of the way", func() bool {
		for _, stage := range []string{"new", "confirmed", "picking", "shipped"} {
			for _, o := range v.orders("&stage=" + stage) {
				stages[o.Stage], sources[o.Source] = true, true
			}
		}
		return len(stages) == 4 && len(sources) == 3
	})
	v.eventually("tasks for a person", func() bool {
		_, body := v.do(http.MethodGet, "/tasks", nil, "text/html")
		return strings.Contains(body, "Можливий дубль") && strings.Contains(body, "Позиція без SKU")
	})
	first := v.scene()
	checkScene(t, first)
	second := v.scene()
	checkScene(t, second)
	if first.OrderID == second.OrderID {
		t.Error("the second scene is the first one's order")
	}
	if page := v.page(); !strings.Contains(page, "Rozetka вже показує 0.") || !strings.Contains(page, "/orders/") {
		t.Error("the page does not show the scene")
	}
	v.post("/demo/pace", url.Values{"pace": {"0"}})
	if !strings.Contains(v.page(), "ніхто не приходить") {
		t.Error("the pace was not changed")
	}
	v.leave()
	v.eventually("all goroutines end", func() bool { return runtime.NumGoroutine() <= before })
}

// An empty desk: nobody buys but the person, who also cancels; faults go on and off.
func TestDemoByHand(t *testing.T) {
	t.Parallel()
	v := start(t, Options{Quiet: true, PollEvery: 100 * time.Millisecond})
	v.eventually("the generator is for sale", func() bool {
		status, _ := v.do(http.MethodPost, "/demo/buy", url.Values{"channel": {"prom"}, "sku": {"GEN-5500"}}, "text/html")
		return status == http.StatusSeeOther
	})
	v.eventually("the order arrives", func() bool { list := v.orders(""); return len(list) == 1 && list[0].Stage == "new" })
	v.post("/demo/cancel", url.Values{"channel": {"prom"}})
	v.eventually("the order is cancelled", func() bool { return v.orders("")[0].Stage == "cancelled" })
	if status, body := v.do(http.MethodPost, "/demo/cancel", url.Values{"channel": {"prom"}}, "text/html"); status != http.StatusConflict {
		t.Errorf("a second cancellation: %d %.200s", status, body)
	}
	if status, body := v.do(http.MethodPost, "/demo/buy", url.Values{"channel": {"prom"}, "sku": {"NONE"}}, "text/html"); status != http.StatusConflict {
		t.Errorf("what is not sold was bought: %d %.200s", status, body)
	}
}

func TestDemoFaults(t *testing.T) {
	t.Parallel()
	v := start(t, Options{Quiet: true, PollEvery: 50 * time.Millisecond})
	checked := func(name string) bool {
		_, rest, ok := strings.Cut(v.page(), `id="`+name+`"`)
		if !ok {
			t.Fatalf("no switch %s", name)
		}
		input, _, _ := strings.Cut(rest, ">")
		return strings.Contains(input, " checked")
	}
	v.post("/demo/faults", url.Values{"prom.status_5xx": {"1"}, "rozetka.delay": {"1"}})
	if !checked("prom.status_5xx") || !checked("rozetka.delay") || checked("rozetka.status_5xx") {
		t.Error("the switches do not show what is on")
	}
	v.eventually("the fault strikes and Lad says so", func() bool {
		_, body := v.do(http.MethodGet, "/demo", nil, "text/html")
		return strings.Contains(body, "×1") || strings.Contains(body, "×2") || strings.Contains(body, "×3")
	})
	v.post("/demo/faults", url.Values{"channel": {"prom"}})
	if checked("prom.status_5xx") || !checked("rozetka.delay") {
		t.Error("clearing one channel must leave the other")
	}
	v.post("/demo/faults", url.Values{})
	if checked("rozetka.delay") {
		t.Error("the faults are still on")
	}
	checkScene(t, v.calm())
}

// calm plays the scene as soon as the channels have recovered.
func (v *visit) calm() (s demoui.Scene) {
	v.eventually("the scene can be played", func() bool {
		status, body := v.do(http.MethodPost, "/demo/last-generator", url.Values{}, "application/json")
		return status == http.StatusOK && json.Unmarshal([]byte(body), &s) == nil && s.Whole()
	})
	return s
}

// A kept folder is gone on with: orders stay, channels know theirs, new ones get new numbers, and the data is whole.
func TestDemoKeepsItsFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	buy := url.Values{"channel": {"rozetka"}, "sku": {"GEN-5500"}}
	v := start(t, Options{Quiet: true, Data: dir, PollEvery: 100 * time.Millisecond})
	v.eventually("the generator is for sale", func() bool {
		s, _ := v.do(http.MethodPost, "/demo/buy", buy, "text/html")
		return s == http.StatusSeeOther
	})
	v.eventually("the order arrives", func() bool { return len(v.orders("")) == 1 })
	old := v.orders("")[0]
	v.leave()

	v = start(t, Options{Quiet: true, Data: dir, PollEvery: 100 * time.Millisecond})
	v.post("/demo/buy", buy)
	v.eventually("the second order arrives", func() bool { return len(v.orders("")) == 2 })
	if list := v.orders(""); list[1] != old || list[0].ExternalID == old.ExternalID {
		t.Errorf("orders after the restart: %+v, before it: %+v", list, old)
	}
	checkScene(t, v.calm())
	v.leave()
	wholeData(t, dir)
}

func wholeData(t *testing.T, dir string) {
	t.Helper()
	ctx := context.Background()
	a, err := app.Open(ctx, app.Options{Database: db.Options{Path: filepath.Join(dir, "lad.db")}, KeyFile: filepath.Join(dir, "lad.key")})
	if err != nil {
		t.Fatal(err)
	}
	checks, found, err := a.Doctor(ctx, false)
	if err != nil || checks == 0 || len(found) > 0 {
		t.Errorf("%d checks, %v, %v", checks, found, err)
	}
	if err := a.Close(ctx); err != nil {
		t.Error(err)
	}
}

// Only browsers of this machine are signed in by themselves.
func TestOnlyThisMachineIsSignedIn(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "localhost:8080": true, "127.0.0.1:8080": true, "[::1]:8080": true, "[::1]": true,
		"demo.example:8080": false, "127.0.0.1.example": false, "": false,
	} {
		if local(host) != want {
			t.Errorf("%q: %v", host, !want)
		}
	}
	v := start(t, Options{Quiet: true})
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, v.url+"/api/v1/orders", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "rebound.example"
	res, err := v.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusUnauthorized {
		t.Errorf("a foreign host name gets %d", res.StatusCode)
	}
}
