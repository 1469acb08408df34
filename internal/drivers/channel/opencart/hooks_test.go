package opencart

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/sim"
	shopsim "github.com/lad-hub/lad/internal/sim/opencart"
)

func TestSubscriptions(t *testing.T) {
	t.Parallel()
	s := start(t, shopsim.Options{}, nil)
	var hooks []connector.Hook
	hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		hook, err := s.ParseWebhook(r.Header, body)
		if err != nil {
			t.Errorf("push refused: %v", err)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if _, err := s.ParseWebhook(nil, body); connector.KindOf(err) != connector.KindAuth {
			t.Errorf("a push without headers: %v", err)
		}
		hooks = append(hooks, hook)
	}))
	t.Cleanup(hub.Close)
	target := hub.URL + "/h/1"
	push := func(want int) {
		t.Helper()
		s.order(t, sim.Basket{})
		hooks = nil
		if n, err := s.FlushHooks(t.Context()); err != nil || n != want || len(hooks) != want {
			t.Errorf("%d pushes arrived, error %v, want %d", n, err, want)
		}
	}
	push(0)
	for range 2 {
		if err := s.Subscribe(t.Context(), target); err != nil {
			t.Fatal(err)
		}
	}
	push(1)
	if len(hooks[0].OrderIDs) != 1 || hooks[0].ID == "" {
		t.Errorf("%+v", hooks[0])
	}
	s.DropHooks()
	push(0)
	if err := s.Subscribe(t.Context(), target); err != nil {
		t.Fatal(err)
	}
	push(1)
	if err := s.Unsubscribe(t.Context(), target); err != nil {
		t.Fatal(err)
	}
	push(0)
}

func TestPushSignature(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 10, 2, 12, 0, 0, 0, time.UTC)
	body := []byte(`{"id":"7","orders":[42,"43",42,0,-1,"x"]}`)
	signed := func(secret string, at time.Time) http.Header {
		h := http.Header{}
		h.Set("X-Lad-Time", strconv.FormatInt(at.Unix(), 10))
		h.Set("X-Lad-Signature", sign(secret, "hook\n"+h.Get("X-Lad-Time")+"\n"+digest(body)))
		return h
	}
	ch := &channel{cfg: connector.Config{HookSecret: hookSecret, Now: func() time.Time { return now }}}
	hook, err := ch.ParseWebhook(signed(hookSecret, now.Add(-time.Hour)), body)
	if diff := cmp.Diff(connector.Hook{ID: "7", OrderIDs: []string{"42", "43"}}, hook); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	half := signed(hookSecret, now)
	half.Del("X-Lad-Time")
	for name, h := range map[string]http.Header{
		"no header": {}, "another secret": signed("x", now), "too old": signed(hookSecret, now.Add(-61*time.Minute)), "no time": half, "from the future": signed(hookSecret, now.Add(2*time.Hour)),
	} {
		_, err := ch.ParseWebhook(h, body)
		wantKind(t, name, err, connector.KindAuth, "push")
	}
	empty := &channel{cfg: connector.Config{Now: func() time.Time { return now }}}
	_, err = empty.ParseWebhook(signed("", now), body)
	wantKind(t, "no secret of ours", err, connector.KindAuth, "not signed")
	wantKind(t, "nothing to subscribe with", empty.Subscribe(t.Context(), "https://hub.example"), connector.KindSettings, "")
}
