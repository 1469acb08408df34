package opencart

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire/cart"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/sim"
	shopsim "github.com/lad-hub/lad/internal/sim/opencart"
)

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAddress(t *testing.T) {
	t.Parallel()
	good := map[string]string{
		"https://shop.example/index.php?route=extension/lad/module/lad":              "https://shop.example/index.php?route=extension/lad/module/lad",
		" shop.example/oc/index.php?route=extension/module/lad&amp;call=ping#x ":     "https://shop.example/oc/index.php?route=extension/module/lad",
		"http://127.0.0.1:8083/index.php?language=uk&route=extension%2Fmodule%2Flad": "http://127.0.0.1:8083/index.php?route=extension/module/lad",
	}
	for in, want := range good {
		if u, e := moduleAddress(in); e != nil || u.String() != want {
			t.Errorf("%q: %v, %v, want %s", in, u, e, want)
		}
	}
	for _, in := range []string{"", "https://shop.example", "ftp://x?route=a", "https://u:p@shop.example/?route=a", "https://shop.example/?route=", "http://a b?route=c"} {
		if u, e := moduleAddress(in); e == nil || e.Kind != connector.KindSettings {
			t.Errorf("%q: %v, %v, want kind settings", in, u, e)
		}
	}
	if _, e := cart.PaidStatuses("17, x"); e == nil || e.Kind != connector.KindSettings {
		t.Errorf("paid statuses: %v", e)
	}
}

func TestCredentialsAndRights(t *testing.T) {
	t.Parallel()
	s := start(t, shopsim.Options{}, nil)
	account, err := s.Check(t.Context())
	if err != nil || account.Name != "Simulated shop" {
		t.Fatalf("%+v, %v", account, err)
	}
	id := s.order(t, sim.Basket{})
	for _, right := range []string{"stock", "price", "status"} {
		s.Allow(right, false)
	}
	_, err = s.PushStock(t.Context(), []connector.StockUpdate{{OfferID: "50", Quantity: qty.Pieces(1)}, {OfferID: "51", Quantity: qty.Pieces(1)}})
	wantKind(t, "stock not allowed", err, connector.KindDenied, "did not allow")
	_, err = s.PushPrice(t.Context(), []connector.PriceUpdate{{OfferID: "50", Price: uah(100)}})
	wantKind(t, "a price not allowed", err, connector.KindDenied, "did not allow")
	wantKind(t, "a step not allowed", s.PushStatus(t.Context(), connector.StatusChange{OrderID: id, From: "1", To: "2"}), connector.KindDenied, "did not allow")
	wantKind(t, "a waybill not allowed", s.PushTracking(t.Context(), id, "nova_poshta", "2045"), connector.KindDenied, "did not allow")
	if _, err := s.Check(t.Context()); err != nil {
		t.Errorf("reading stays allowed: %v", err)
	}
	if s.parsed(t, id).Stage != connector.StageNew {
		t.Error("orders do not come any more")
	}
	s.NewSecret("another")
	_, err = s.Check(t.Context())
	wantKind(t, "a new secret", err, connector.KindAuth, "the secret is not the one")
	off := start(t, shopsim.Options{}, nil)
	off.SwitchOff()
	_, err = off.Check(t.Context())
	wantKind(t, "switched off", err, connector.KindAuth, "switched off")
}

func TestMovedAndUninstalled(t *testing.T) {
	t.Parallel()
	s := start(t, shopsim.Options{}, nil)
	s.Move("https://new.example/index.php?route=common/home")
	_, err := s.PullOrders(t.Context(), "")
	wantKind(t, "moved", err, connector.KindSettings, "redirects")
	gone := start(t, shopsim.Options{}, nil)
	gone.Uninstall()
	_, err = gone.PullOrders(t.Context(), "")
	wantKind(t, "uninstalled", err, connector.KindSettings, "not at this address")
	err = gone.PushStatus(t.Context(), connector.StatusChange{OrderID: "1042", To: "2"})
	wantKind(t, "uninstalled, a write", err, connector.KindSettings, "not at this address")
}

func TestClockApart(t *testing.T) {
	t.Parallel()
	s := start(t, shopsim.Options{}, nil)
	requests := 0
	s.OnRequest(func(*http.Request, time.Time) { requests++ })
	for _, off := range []time.Duration{5 * time.Hour, -48 * time.Hour} {
		requests = 0
		ch := open(t, s.Settings(s.url), func() time.Time { return s.clock.Now().Add(off) })
		for range 2 {
			if _, err := ch.ListOffers(t.Context(), ""); err != nil {
				t.Fatalf("%v off: %v", off, err)
			}
		}
		if requests != 3 {
			t.Errorf("%v off: %d requests, want one refused and two good", off, requests)
		}
	}
	calls := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls++
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"protocol":1,"error":{"code":"clock","message":"late","time":1}}`)
	}))
	t.Cleanup(srv.Close)
	ch := open(t, s.Settings(srv.URL), s.clock.Now)
	_, err := ch.Check(t.Context())
	wantKind(t, "a clock that jumps", err, connector.KindAuth, "late")
	if calls != 2 {
		t.Errorf("%d calls, want 2: no driver tries for ever", calls)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	const module = `{"protocol":1,"error":{"code":"`
	cases := []struct {
		status int
		body   string
		write  bool
		kind   connector.Kind
	}{
		{200, `{"protocol":1,"result":{}}`, false, ""},
		{200, module + `signature"}}`, false, connector.KindAuth}, // a hosting that makes every status 200
		{500, module + `not_found"}}`, true, connector.KindPermanent},
		{500, module + `failed"}}`, true, connector.KindUnknown},
		{500, module + `failed"}}`, false, connector.KindTransient},
		{409, module + `replay"}}`, true, connector.KindUnknown},
		{409, module + `conflict"}}`, true, connector.KindPermanent},
		{404, module + `unknown_call"}}`, true, connector.KindPermanent},
		{422, module + `invalid"}}`, true, connector.KindPermanent},
		{429, module + `news"}}`, true, connector.KindLimited},
		{200, module + `news"}}`, true, connector.KindUnknown},
		{200, `{"protocol":2,"result":{}}`, false, connector.KindSettings},
		{200, `{"protocol":1,"result":[]}`, false, connector.KindTransient},
		{200, `{"success":"ok"}`, true, connector.KindUnknown},
		{503, `<html>maintenance</html>`, false, connector.KindTransient},
		{404, `<html>not found</html>`, true, connector.KindSettings},
		{200, `<html>the front page</html>`, false, connector.KindTransient},
		{403, `<html>blocked by the firewall</html>`, false, connector.KindDenied},
	}
	for _, c := range cases {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		}))
		ch := open(t, map[string]string{"base_url": srv.URL + "?route=x", "secret": "s"}, time.Now)
		var out struct{}
		err := ch.call(t.Context(), "ping", struct{}{}, c.write, &out)
		srv.Close()
		if (c.kind == "") != (err == nil) || err != nil && connector.KindOf(err) != c.kind {
			t.Errorf("%d %s (write %v): %v, want kind %q", c.status, c.body, c.write, err, c.kind)
		}
	}
}

func TestProtocolPage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../../integrations/opencart/PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "```json\n"+sample+"\n```") {
		t.Error("the order of the tests is not that of PROTOCOL.md")
	}
	e := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| ([a-z ]+) \\| `([^`]*)` \\|$").FindAllStringSubmatch(string(page), -1) {
		e[m[1]] = m[2]
	}
	var got http.Header
	var body []byte
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		body, _ = io.ReadAll(r.Body)
		_, _ = io.WriteString(w, r.RequestURI)
	}))
	t.Cleanup(srv.Close)
	if want := sign(e["secret"], "POST\n"+e["target"]+"\n"+e["time"]+"\n"+e["nonce"]+"\n"+digest([]byte(e["body"]))); e["signature"] != want {
		t.Errorf("signature %q, want %q", e["signature"], want)
	}
	if want := sign(e["secret"], "hook\n"+e["time"]+"\n"+digest([]byte(e["push body"]))); e["push signature"] != want {
		t.Errorf("push signature %q, want %q", e["push signature"], want)
	}
	ch := open(t, map[string]string{"base_url": srv.URL + "/index.php?route=x", "secret": e["secret"]}, time.Now)
	a, sent := ch.send(t.Context(), "ping", mustJSON(t, map[string]string{"a": "<&"}), false)
	want := sign(e["secret"], "POST\n"+string(a.Body)+"\n"+got.Get("X-Lad-Time")+"\n"+got.Get("X-Lad-Nonce")+"\n"+digest(body))
	if sent != nil || got.Get("X-Lad-Signature") != want || string(a.Body) != "/index.php?route=x&call=ping" {
		t.Errorf("what travels is not what was signed: %v, %s, %v", sent, a.Body, got)
	}
}

func TestErrorsKeepSecrets(t *testing.T) {
	t.Parallel()
	s := start(t, shopsim.Options{}, nil)
	var errs []error
	_, err := s.PullOrders(t.Context(), "")
	errs = append(errs, err)
	s.NewSecret("another")
	_, err = s.PullOrders(t.Context(), "")
	errs = append(errs, err, s.Subscribe(t.Context(), "https://hub.example/h/"+hookSecret))
	if err := errors.Join(errs...); err == nil || strings.Contains(err.Error(), s.secret) || strings.Contains(err.Error(), hookSecret) {
		t.Errorf("%v", err)
	}
}

// OpenCart asks everybody to come back in an hour, however short the maintenance is.
func TestMaintenanceIsNotAnHour(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]time.Duration{http.StatusServiceUnavailable: 0, http.StatusTooManyRequests: time.Hour} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(status)
		}))
		t.Cleanup(srv.Close)
		_, err := open(t, map[string]string{"base_url": srv.URL + "?route=x", "secret": "s"}, time.Now).Check(t.Context())
		if err == nil || connector.RetryAfter(err) != want {
			t.Errorf("%d: %v, to be tried after %s", status, err, connector.RetryAfter(err))
		}
	}
}
