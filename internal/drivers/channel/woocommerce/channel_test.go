package woocommerce

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/sim"
	shop "github.com/lad-hub/lad/internal/sim/woocommerce"
)

// stand is a simulated shop behind HTTPS, a session with it, and the requests that arrived.
type stand struct {
	*shop.Shop
	*channel
	clock *clock.Fake
	url   string
	seen  []string // "METHOD /path"
}

// start opens a shop with a kettle (55), a cup that is sold out (56), and a shirt (57) in two sizes (58, 59).
func start(t *testing.T, o shop.Options, set ...string) *stand {
	t.Helper()
	s := &stand{clock: clock.NewFake(now)}
	o.Clock = s.clock
	s.Shop = shop.New(o)
	s.SeedOffers([]sim.OfferSeed{
		{SKU: "SKU-17", Title: "Чайник", PriceMinor: 74000, Quantity: 700, Barcode: "4820000000017"}, {SKU: "CUP", Title: "Чашка", PriceMinor: 12050},
		{SKU: "SHIRT-M", Title: "M", ParentSKU: "SHIRT", PriceMinor: 50000, Quantity: 3}, {SKU: "SHIRT-L", Title: "L", ParentSKU: "SHIRT", PriceMinor: 52000, Quantity: 4},
	})
	s.OnRequest(func(r *http.Request, _ time.Time) { s.seen = append(s.seen, r.Method+" "+r.URL.Path) })
	srv := httptest.NewTLSServer(s.Shop)
	t.Cleanup(srv.Close)
	form := s.Settings(srv.URL)
	for i := 0; i+1 < len(set); i += 2 {
		form[set[i]] = set[i+1]
	}
	s.url = srv.URL
	s.channel = open(t, form, srv.Client(), s.clock.Now)
	return s
}

func open(t *testing.T, form map[string]string, client *http.Client, clock func() time.Time) *channel {
	t.Helper()
	ch, err := New().Open(connector.Config{Settings: form, HTTP: client, HookSecret: "hook0secret", Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	return ch.(*channel)
}

// canned starts a server of one handler behind HTTPS.
func canned(t *testing.T, h http.HandlerFunc, set ...string) *channel {
	t.Helper()
	srv := httptest.NewTLSServer(h)
	t.Cleanup(srv.Close)
	form := map[string]string{"base_url": srv.URL, "consumer_key": "ck_1", "consumer_secret": "cs_secret", "currency": "UAH"}
	for i := 0; i+1 < len(set); i += 2 {
		form[set[i]] = set[i+1]
	}
	return open(t, form, srv.Client(), func() time.Time { return now })
}

// answer is a handler that says one thing.
func answer(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func (s *stand) place(t *testing.T, n int64) string {
	t.Helper()
	p, err := s.PlaceOrder(sim.Basket{Buyer: sim.Buyer{Name: "Олена Коваль", Phone: "+380671112233"}, Lines: []sim.BasketLine{{SKU: "SKU-17", Quantity: n}}})
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

func wantKind(t *testing.T, what string, err error, kind connector.Kind, words ...string) {
	t.Helper()
	if err == nil || connector.KindOf(err) != kind {
		t.Errorf("%s: error %v, want kind %s", what, err, kind)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%s: %q does not say %q", what, err, w)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for what, pair := range map[string][2]string{
		"a zone that is none": {"zone", "Kyiv"}, "a currency that is none": {"currency", "hryvnia coins"}, "a mapping without a stage": {"statuses", "shipped"},
		"a stage that is none": {"statuses", "shipped=flying"},
	} {
		form := map[string]string{"base_url": "https://shop.example.com", "consumer_key": "ck_1", "consumer_secret": "cs_1", pair[0]: pair[1]}
		_, err := New().Open(connector.Config{Settings: form, HTTP: http.DefaultClient, Now: time.Now})
		wantKind(t, what, err, connector.KindSettings, pair[0])
	}
	for given, want := range map[string]string{
		"shop.example.com/wp-json/wc/v3/": "https://shop.example.com", "https://example.com/shop/": "https://example.com/shop", "http://x.example/wp-json": "http://x.example",
	} {
		if got := parser(t, "base_url", given).base; got != want {
			t.Errorf("address %q: %q, want %q", given, got, want)
		}
	}
}

// The signature was made apart from this package.
func TestSignature(t *testing.T) {
	t.Parallel()
	q := url.Values{
		"page": {"1"}, "status": {"on-hold,pending"}, "oauth_consumer_key": {"ck_5d1e0f6b7a8c9d0e1f2a3b4c5d6e7f8091a2b3c4"}, "oauth_nonce": {"n1"},
		"oauth_signature_method": {"HMAC-SHA256"}, "oauth_timestamp": {"1790942400"},
	}
	got := signature("cs_0a1b2c3d4e5f60718293a4b5c6d7e8f901234567", "GET", "http://shop.example.com/wp-json/wc/v3/orders", q)
	if want := "/Am7frz7ywwgw89mK6CBX1vk/9wlwAB+4OaPJGycUy8="; got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

func TestKeyLost(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{})
	id := s.place(t, 1)
	step := connector.StatusChange{OrderID: id, From: statusOnHold, To: statusProcessing}
	s.SetRight(shop.ReadOnly)
	wantKind(t, "a key that only reads", s.PushStatus(t.Context(), step), connector.KindDenied, "write permissions")
	s.SetRight(shop.WriteOnly)
	_, err := s.PullOrders(t.Context(), "")
	wantKind(t, "a key that only writes", err, connector.KindAuth, "read permissions")
	s.SetRight(shop.ReadWrite)
	s.Revoke()
	_, err = s.Check(t.Context())
	wantKind(t, "a key that was taken away", err, connector.KindAuth)
	wantKind(t, "a push with a key that was taken away", s.PushStatus(t.Context(), step), connector.KindAuth)
	stripped := start(t, shop.Options{StripsAuthorization: true})
	_, err = stripped.Check(t.Context())
	wantKind(t, "a host that loses the header", err, connector.KindAuth)
}

func TestShopMovedOrGone(t *testing.T) {
	t.Parallel()
	off := start(t, shop.Options{})
	off.SetPlugin(false)
	_, err := off.Check(t.Context())
	wantKind(t, "plug-in switched off", err, connector.KindSettings, "switched off")
	page := "<!DOCTYPE html><html>x</html>"
	cases := []struct {
		name   string
		answer http.HandlerFunc
		kind   connector.Kind
		words  string
	}{
		{"moved", answer(301, "", "Location", "https://other.example.com/wp-json/wc/v3/orders?consumer_secret=cs_secret"), connector.KindSettings, "base_url: the shop redirects to https://other.example.com"},
		{"moved without saying where", answer(302, ""), connector.KindSettings, "another address"},
		{"no WordPress", answer(404, page), connector.KindSettings, "no WooCommerce at this address"},
		{"a firewall", answer(403, page), connector.KindDenied, "security plug-in"},
		{"ModSecurity", answer(501, page), connector.KindTransient, "501"},
		{"a PHP error before the data", answer(200, "<br />\n<b>Fatal error</b>"), connector.KindTransient, "web page"},
		{"an empty list without its total", answer(200, "[]"), connector.KindTransient, "without a list"},
	}
	for _, c := range cases {
		ch := canned(t, c.answer)
		_, err := ch.PullOrders(t.Context(), "")
		wantKind(t, c.name, err, c.kind, c.words)
		if err != nil && strings.Contains(err.Error(), "cs_secret") {
			t.Errorf("%s: the error shows the secret: %v", c.name, err)
		}
	}
	if p, err := canned(t, answer(200, "[]", "X-WP-Total", "0")).PullOrders(t.Context(), ""); err != nil || p.More || p.Next == "" {
		t.Errorf("an empty list: %+v, error %v", p, err)
	}
	ch := canned(t, answer(200, ""), "key_in_address", "yes", "base_url", "https://127.0.0.1:1")
	if _, err := ch.Check(t.Context()); err == nil || strings.Contains(err.Error(), "cs_secret") {
		t.Errorf("an address nobody listens at, with the key in it: error %v", err)
	}
}

// Permalinks that are switched while Lad works are found again.
func TestPermalinksSwitched(t *testing.T) {
	t.Parallel()
	plain := false
	ch := canned(t, func(w http.ResponseWriter, r *http.Request) {
		if asked := r.URL.Query().Get("rest_route") != ""; asked != plain || r.Header.Get("User-Agent") == "" || r.Header.Get("Referer") == "" {
			answer(404, "<html>not found</html>")(w, r)
			return
		}
		answer(200, `[{"id":1}]`)(w, r)
	})
	for _, plain = range []bool{false, true, true, false} {
		if _, err := ch.Check(t.Context()); err != nil {
			t.Errorf("plain permalinks %v: %v", plain, err)
		}
	}
}

func (s *stand) sweep(t *testing.T, cursor string, between func()) (ids []string, next string) {
	t.Helper()
	for range 50 {
		p, err := s.PullOrders(t.Context(), cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range p.Orders {
			ids = append(ids, o.ExternalID)
		}
		if cursor = p.Next; !p.More {
			slices.Sort(ids)
			return slices.Compact(ids), cursor
		}
		if between != nil {
			between()
		}
	}
	t.Fatal("the sweep does not end")
	return nil, ""
}

// Orders thrown away while Lad pages must not push others past it, and many orders of one second must not stop it.
func TestPullSurvivesRemovalsAndBursts(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{})
	var want []string
	for i := range 130 { // the newest
		if i > 20 {
			s.clock.Advance(time.Minute)
		}
		want = append(want, s.place(t, 1))
	}
	s.clock.Advance(time.Minute)
	for range 230 { // one second
		want = append(want, s.place(t, 1))
	}
	s.clock.Advance(time.Minute)
	thrown := []string{s.place(t, 1), s.place(t, 1), s.place(t, 1)}
	got, next := s.sweep(t, "", func() {
		if len(thrown) > 0 {
			s.TrashOrder(thrown[0])
			thrown = thrown[1:]
		}
	})
	missing := 0
	for _, id := range want {
		if !slices.Contains(got, id) {
			missing++
		}
	}
	if missing > 0 {
		t.Errorf("%d of %d orders are missing", missing, len(want))
	}
	s.clock.Advance(time.Hour)
	late := s.place(t, 1)
	if got, _ := s.sweep(t, next, nil); !slices.Contains(got, late) || slices.Contains(got, want[0]) {
		t.Errorf("an hour later: %d orders, want %s and no more than the last ten minutes before it", len(got), late)
	}
}

// Filters are in UTC, so nothing happens on the night when the clocks of the shop change.
func TestPullOverChangeOfClocks(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{})
	s.clock.Advance(time.Date(2026, 10, 25, 0, 10, 0, 0, time.UTC).Sub(now)) // 03:10 summer time in Kyiv
	old := s.place(t, 1)
	s.clock.Advance(20 * time.Minute)
	first := s.place(t, 1)
	_, next := s.sweep(t, "", nil)
	s.clock.Advance(time.Hour) // 03:30 again
	second := s.place(t, 1)
	got, _ := s.sweep(t, next, nil)
	if !slices.Equal(got, []string{first, second}) { // the last ten minutes are read twice
		t.Errorf("pulled %v, want %s and %s without %s", got, first, second, old)
	}
	raws, err := s.ReadOrders(t.Context(), []string{first, second})
	if err != nil || len(raws) != 2 {
		t.Fatalf("%d orders, error %v", len(raws), err)
	}
	for _, raw := range raws {
		o, err := s.ParseOrder(raw.Body)
		if want := map[string]string{first: "00:30", second: "01:30"}[o.ExternalID]; err != nil || o.CreatedAt.Format("15:04") != want {
			t.Errorf("order %s created at %v, error %v, want %s UTC", o.ExternalID, o.CreatedAt, err, want)
		}
	}
}

func TestPullKeepsOrderWithoutID(t *testing.T) {
	t.Parallel()
	p, err := canned(t, answer(200, `[{"id":7},{"id":null,"total":"1"},17]`)).PullOrders(t.Context(), "")
	if err != nil || len(p.Orders) != 3 || p.Orders[0].ExternalID != "7" || p.Orders[1].ExternalID != "" || p.More {
		t.Errorf("got %+v, error %v", p, err)
	}
}

// Products removed while Lad pages must not push others past it.
// One object that makes the shop refuse a batch as a whole does not hide the others; an answer that got lost makes batches light.
// Prices of products name no currency: the shop's own counts, and without it nothing is guessed.
// A repeat neither mails the buyer twice nor lists the number twice.
// A caching plug-in repeats what an address said once: every read has an address of its own.
func TestCachedReads(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{CachesReads: true})
	if got, _ := s.sweep(t, "", nil); len(got) != 0 {
		t.Fatalf("pulled %v", got)
	}
	id := s.place(t, 1)
	if got, _ := s.sweep(t, "", nil); !slices.Equal(got, []string{id}) {
		t.Errorf("pulled %v, want %s", got, id)
	}
	from := statusOnHold
	for _, to := range []string{statusProcessing, statusCompleted} { // the look before each step is a read too
		if err := s.PushStatus(t.Context(), connector.StatusChange{OrderID: id, From: from, To: to}); err != nil {
			t.Errorf("%s → %s: %v", from, to, err)
		}
		from = to
	}
}

func TestSettingsAreNotShownInErrors(t *testing.T) {
	t.Parallel()
	ch := canned(t, answer(401, `{"code":"woocommerce_rest_authentication_error","message":"Consumer secret is invalid."}`), "key_in_address", "yes")
	_, err := ch.Check(t.Context())
	var e *connector.Error
	if !errors.As(err, &e) || e.Kind != connector.KindAuth || e.Code != "woocommerce_rest_authentication_error" || strings.Contains(err.Error(), "cs_secret") {
		t.Errorf("error %v", err)
	}
}
