package woocommerce

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	shop "github.com/lad-hub/lad/internal/sim/woocommerce"
)

// hub takes the shop's calls as Lad does: what ParseWebhook refuses is answered 401.
type hub struct {
	mu     sync.Mutex
	ch     *channel
	down   bool
	hooks  []connector.Hook
	bodies [][]byte
	header http.Header // of the last call
}

func (h *hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.down {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	hook, err := h.ch.ParseWebhook(r.Header, body)
	if err != nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	h.hooks, h.bodies, h.header = append(h.hooks, hook), append(h.bodies, body), r.Header
}

func hear(t *testing.T, s *stand) (*hub, string) {
	t.Helper()
	h := &hub{ch: s.channel}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	target := srv.URL + "/h/0123456789abcdef"
	if err := s.Subscribe(t.Context(), target); err != nil {
		t.Fatal(err)
	}
	return h, target
}

// flush makes the shop deliver; how many deliveries failed is the test's own matter.
func (s *stand) flush(t *testing.T) int {
	t.Helper()
	n, err := s.FlushHooks(context.Background())
	if err != nil {
		t.Logf("deliveries: %v", err)
	}
	return n
}

func TestWebhooks(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{})
	h, _ := hear(t, s)
	if n := s.flush(t); n != len(topics) {
		t.Errorf("%d pings taken, want %d", n, len(topics))
	}
	for _, hook := range h.hooks {
		if !hook.Sweep || len(hook.OrderIDs) > 0 {
			t.Errorf("a ping reads as %+v", hook)
		}
	}
	h.hooks, h.bodies = nil, nil
	id := s.place(t, 1)
	if err := s.CancelOrder(id); err != nil {
		t.Fatal(err)
	}
	s.TrashOrder(id)
	s.flush(t)
	want := slices.Repeat([]connector.Hook{{OrderIDs: []string{id}}}, 3) // created, updated, deleted; no id of the delivery
	if diff := cmp.Diff(want, h.hooks); diff != "" {
		t.Errorf("hooks:\n%s", diff)
	}
	_, err := s.ParseWebhook(nil, h.bodies[0])
	wantKind(t, "no header at all", err, connector.KindAuth)
	forged := append(slices.Clone(h.bodies[0][:len(h.bodies[0])-1]), []byte(`,"x":1}`)...)
	_, err = s.ParseWebhook(h.header, forged)
	wantKind(t, "another body under the signature", err, connector.KindAuth)
	_, err = s.ParseWebhook(http.Header{}, h.bodies[0])
	wantKind(t, "no signature", err, connector.KindAuth)
	_, err = s.ParseWebhook(http.Header{"X-Wc-Webhook-Signature": {"%%%"}}, h.bodies[0])
	wantKind(t, "a signature that is none", err, connector.KindAuth)
	s.channel.cfg.HookSecret = ""
	_, err = s.ParseWebhook(h.header, h.bodies[2])
	wantKind(t, "a session without a secret", err, connector.KindAuth)
}

func TestWebhookOfSomethingElse(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"id":55,"name":"Чайник","type":"simple"}`, `{"action":"woocommerce_add_to_cart","arg":"x"}`, `{"id":"x"}`} {
		if hook, err := readHook(nil, []byte(body)); err != nil || !hook.Sweep || len(hook.OrderIDs) > 0 {
			t.Errorf("%s: %+v, error %v, want a sweep", body, hook, err)
		}
	}
}

// After failures the shop disables a webhook and forgets what it did not deliver: subscribing again wakes it, the poll fills
// the gap. One that a person has removed is made anew.
func TestSubscribeRepairs(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{})
	h, target := hear(t, s)
	s.flush(t)
	_, next := s.sweep(t, "", nil)
	h.down = true
	var missed []string
	for range 6 {
		missed = append(missed, s.place(t, 1))
		s.flush(t)
	}
	if got := s.HookStatuses()[0]; got != "order.created disabled" {
		t.Fatalf("after six failures: %s", got)
	}
	h.down, h.hooks = false, nil
	if err := s.Subscribe(t.Context(), target); err != nil {
		t.Fatal(err)
	}
	want := []string{"order.created active", "order.updated active", "order.deleted active", "order.restored active"}
	if diff := cmp.Diff(want, s.HookStatuses()); diff != "" {
		t.Errorf("subscribed again:\n%s", diff)
	}
	fresh := s.place(t, 1)
	s.flush(t)
	if len(h.hooks) != 1 || !slices.Equal(h.hooks[0].OrderIDs, []string{fresh}) {
		t.Errorf("delivered after the repair: %+v", h.hooks)
	}
	if got, _ := s.sweep(t, next, nil); !slices.Equal(got, append(missed, fresh)) {
		t.Errorf("the poll brings %v, want %v and %s", got, missed, fresh)
	}
	s.RemoveHooks()
	s.seen = nil
	for range 2 {
		if err := s.Subscribe(t.Context(), target); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, s.HookStatuses()); diff != "" {
		t.Errorf("made anew:\n%s", diff)
	}
	if len(s.seen) != len(topics)+2 {
		t.Errorf("requests %v, want two lists and one per topic", s.seen)
	}
	if err := s.Unsubscribe(t.Context(), target); err != nil || len(s.HookStatuses()) != 0 {
		t.Errorf("left %v, error %v", s.HookStatuses(), err)
	}
}

// The shop decodes entities in a secret before it signs, so one that holds any would never match.
func TestSubscribeWantsPlainSecret(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{})
	for _, secret := range []string{"", "a&amp;b", `"`} {
		s.channel.cfg.HookSecret = secret
		wantKind(t, "secret "+secret, s.Subscribe(t.Context(), "https://hub.example/h/1"), connector.KindSettings)
	}
	if got := s.HookStatuses(); len(got) != 0 {
		t.Errorf("webhooks %v", got)
	}
}
