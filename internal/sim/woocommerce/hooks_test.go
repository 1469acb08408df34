package woocommerce

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/sim/simtest"
)

// listener is a hub that keeps what it was called with.
type listener struct {
	mu     sync.Mutex
	status int
	calls  []*http.Request
	bodies []string
}

func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls, l.bodies = append(l.calls, r), append(l.bodies, string(body))
	w.WriteHeader(l.status)
}

func listen(t *testing.T) (*listener, string) {
	t.Helper()
	l := &listener{status: http.StatusOK}
	srv := httptest.NewServer(l)
	t.Cleanup(srv.Close)
	return l, srv.URL + "/wc/1"
}

func subscribe(t *testing.T, s *Shop, topic, target string) {
	t.Helper()
	r := simtest.Call(s, "POST", api+"/webhooks", `{"name":"hub","topic":"`+topic+`","delivery_url":"`+target+`","secret":"s3cret"}`, basic)
	if r.Status != http.StatusCreated || r.At("status") != hookActive || r.At("secret") != "" {
		t.Fatalf("webhook: HTTP %d %s", r.Status, r.Body)
	}
}

func TestHookDelivery(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	l, target := listen(t)
	subscribe(t, s, "order.created", target)
	subscribe(t, s, "order.deleted", target)
	id := place(t, s, kettles(1))
	s.TrashOrder(id)
	if n, err := s.FlushHooks(t.Context()); n != 4 || err != nil {
		t.Fatalf("%d delivered, error %v; want two pings and two events", n, err)
	}
	if ping := l.calls[0]; l.bodies[0] != "webhook_id=1" || ping.Header.Get("X-WC-Webhook-Topic") != "" || ping.Header.Get("X-WC-Webhook-Signature") != "" {
		t.Errorf("ping %q with %v", l.bodies[0], ping.Header)
	}
	call, body := l.calls[2], l.bodies[2]
	mac := hmac.New(sha256.New, []byte("s3cret"))
	mac.Write([]byte(body))
	want := map[string]string{
		"X-WC-Webhook-Topic": "order.created", "X-WC-Webhook-Resource": "order", "X-WC-Webhook-Event": "created", "X-WC-Webhook-ID": "1",
		"X-WC-Webhook-Signature": base64.StdEncoding.EncodeToString(mac.Sum(nil)),
	}
	for name, v := range want {
		if got := call.Header.Get(name); got != v {
			t.Errorf("%s: %q, want %q", name, got, v)
		}
	}
	if l.bodies[3] != `{"id":7421}` {
		t.Errorf("deletion says %s", l.bodies[3])
	}
	if n, err := s.FlushHooks(t.Context()); n != 0 || err != nil {
		t.Errorf("nothing waits: %d delivered, error %v", n, err)
	}
}

func TestHookDisabledAfterFailures(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	l, target := listen(t)
	subscribe(t, s, "order.created", target)
	l.status = http.StatusInternalServerError
	for i := range 6 {
		place(t, s, kettles(1))
		if n, err := s.FlushHooks(t.Context()); n != 0 || err == nil {
			t.Errorf("delivery %d: %d succeeded, error %v", i, n, err)
		}
	}
	if diff := cmp.Diff([]string{"order.created disabled"}, s.HookStatuses()); diff != "" {
		t.Errorf("after six failures:\n%s", diff)
	}
	calls := len(l.calls)
	place(t, s, kettles(1))
	if n, err := s.FlushHooks(t.Context()); n != 0 || err != nil || len(l.calls) != calls {
		t.Errorf("a disabled webhook: %d delivered in %d calls, error %v", n, len(l.calls)-calls, err)
	}
	l.status = http.StatusOK
	simtest.Run(t, s, basic, []simtest.Step{
		write("active again", "PUT", "/webhooks/1", `{"status":"active"}`, 0, map[string]string{"status": hookActive}),
		get("listed", "/webhooks?per_page=100", map[string]string{"#": "1", "0.delivery_url": target}),
		write("no such topic", "POST", "/webhooks", `{"topic":"order.flown","delivery_url":"https://hub.example"}`, 400, code("rest_invalid_param")),
		write("no such webhook", "PUT", "/webhooks/9", `{}`, 400, code("woocommerce_rest_shop_webhook_invalid_id")),
	})
	place(t, s, kettles(1))
	if n, err := s.FlushHooks(t.Context()); n != 1 || err != nil {
		t.Errorf("lost events stay lost: %d delivered, error %v", n, err)
	}
	simtest.Run(t, s, basic, []simtest.Step{
		write("removal wants force", "DELETE", "/webhooks/1", "", 501, code("woocommerce_rest_trash_not_supported")),
		write("removed", "DELETE", "/webhooks/1?force=true", "", 0, map[string]string{"id": "1"}),
		write("twice", "DELETE", "/webhooks/1?force=true", "", 404, code("woocommerce_rest_shop_webhook_invalid_id")),
	})
}

func TestHookGuards(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{GuardsTargets: true})
	l, target := listen(t)
	subscribe(t, s, "order.created", target)
	if n, err := s.FlushHooks(t.Context()); n != 0 || err == nil || len(l.calls) > 0 {
		t.Errorf("a loopback target: %d delivered, %d calls, error %v", n, len(l.calls), err)
	}
	c.Advance(time.Second)
	public := map[string]bool{"https://hub.example/x": true, "http://hub.example:8080": true, "https://hub.example:8443": false, "http://192.168.1.5": false, "http://localhost": false}
	for address, want := range public {
		if publicTarget(address) != want {
			t.Errorf("%s: want %v", address, want)
		}
	}
	if slices.Contains(s.HookStatuses(), "order.created disabled") {
		t.Error("one failure disables")
	}
}
