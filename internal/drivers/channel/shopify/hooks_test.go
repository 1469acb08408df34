package shopify

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/sim"
	shop "github.com/lad-hub/lad/internal/sim/shopify"
)

// hub receives calls and reads them with the channel; refuse makes it fail.
type hub struct {
	url    string
	refuse bool
	hooks  []connector.Hook
	bodies [][]byte
	errs   []error
}

func listen(t *testing.T, s *stand) *hub {
	t.Helper()
	h := &hub{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.refuse {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		body, _ := io.ReadAll(r.Body)
		hook, err := s.ch.ParseWebhook(r.Header, body)
		h.hooks, h.bodies, h.errs = append(h.hooks, hook), append(h.bodies, body), append(h.errs, err)
	}))
	t.Cleanup(srv.Close)
	h.url = srv.URL
	return h
}

func (s *stand) subscribed(t *testing.T, target string) {
	t.Helper()
	if err := s.ch.Subscribe(t.Context(), target); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(slices.Sorted(slices.Values(topics)), s.Subscriptions(target)); diff != "" {
		t.Errorf("subscriptions:\n%s", diff)
	}
}

func TestSubscribe(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{}, nil)
	h := listen(t, s)
	s.subscribed(t, h.url)
	s.subscribed(t, h.url) // nothing twice
	other := "https://other.example/h/1"
	s.subscribed(t, other)
	h.refuse = true
	s.place(t, basket(sim.BasketLine{OfferID: kettle, Quantity: 1}))
	for range 8 {
		_, _ = s.FlushHooks(t.Context())
	}
	if left := s.Subscriptions(h.url); slices.Contains(left, "ORDERS_CREATE") {
		t.Fatalf("eight failures left %v", left)
	}
	s.subscribed(t, h.url) // what Shopify deleted is there again
	for range 2 {
		if err := s.ch.Unsubscribe(t.Context(), h.url); err != nil {
			t.Fatal(err)
		}
	}
	if left := s.Subscriptions(h.url); len(left) != 0 || len(s.Subscriptions(other)) == 0 {
		t.Errorf("after Unsubscribe: %v, the other: %v", left, s.Subscriptions(other))
	}
	wantKind(t, "plain http", s.ch.Subscribe(t.Context(), "http://hub.example/h"), connector.KindPermanent, "not supported")
}

func TestWebhooks(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{}, nil)
	h := listen(t, s)
	s.subscribed(t, h.url)
	id := s.place(t, basket(sim.BasketLine{OfferID: kettle, Quantity: 1}))
	if err := s.step(t, id, statusFulfilled); err != nil {
		t.Fatal(err)
	}
	if err := s.Deliver(id); err != nil {
		t.Fatal(err)
	}
	if n, err := s.FlushHooks(t.Context()); n != 4 || err != nil {
		t.Fatalf("%d delivered, error %v", n, err)
	}
	ids := map[string]bool{}
	for i, hook := range h.hooks {
		if h.errs[i] != nil || hook.ID == "" || ids[hook.ID] || hook.Sweep || !slices.Equal(hook.OrderIDs, []string{id}) {
			t.Errorf("%s: %+v, error %v", h.bodies[i], hook, h.errs[i])
		}
		ids[hook.ID] = true
		_, err := s.ch.ParseWebhook(nil, h.bodies[i])
		wantKind(t, "no header at all", err, connector.KindAuth, "")
	}
	h.hooks, h.errs = nil, nil
	s.Uninstall()
	if n, err := s.FlushHooks(t.Context()); n != 1 || err != nil || !h.hooks[0].Sweep || h.errs[0] != nil {
		t.Errorf("%d delivered, error %v: %+v, %v", n, err, h.hooks, h.errs)
	}
	_, err := s.ch.PullOrders(t.Context(), "")
	wantKind(t, "the sweep that follows", err, connector.KindAuth, "uninstalled")
}

func TestWebhookSignature(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{}, nil)
	body := []byte(`{"id":820982911946154508,"admin_graphql_api_id":"gid://shopify/Order/820982911946154508"}`)
	good := s.Sign(body)
	stranger := shop.New(shop.Options{ClientSecret: "another"})
	for name, given := range map[string]string{"none": "", "another secret": stranger.Sign(body), "of another body": s.Sign(append(body, ' ')), "no base64": "***", "cut": good[:20]} {
		_, err := s.ch.ParseWebhook(http.Header{"X-Shopify-Hmac-Sha256": {given}}, body)
		wantKind(t, name, err, connector.KindAuth, "signature")
	}
	hook, err := s.ch.ParseWebhook(http.Header{"X-Shopify-Hmac-Sha256": {good}, "X-Shopify-Webhook-Id": {"w1"}}, body)
	if diff := cmp.Diff(connector.Hook{ID: "w1", OrderIDs: []string{"820982911946154508"}}, hook); err != nil || diff != "" {
		t.Errorf("error %v\n%s", err, diff)
	}
	for _, broken := range []string{"", "[]", "<html>", `{"id":`} {
		_, err := s.ch.ParseWebhook(http.Header{"X-Shopify-Hmac-Sha256": {s.Sign([]byte(broken))}}, []byte(broken))
		wantKind(t, broken, err, connector.KindData, "")
	}
}

func FuzzParseWebhook(f *testing.F) {
	for _, body := range []string{`{}`, `{"admin_graphql_api_id":"gid://shopify/Order/1"}`, `{"admin_graphql_api_id":"gid://shopify/Fulfillment/1","order_id":2}`, `[`, `{"order_id":-1}`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		hook, err := readHook(nil, body)
		if err != nil {
			if connector.KindOf(err) != connector.KindData {
				t.Errorf("kind %s", connector.KindOf(err))
			}
			return
		}
		if hook.Sweep == (len(hook.OrderIDs) > 0) || len(hook.OrderIDs) > 1 {
			t.Errorf("hook %+v", hook)
		}
	})
}
