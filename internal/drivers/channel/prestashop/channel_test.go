package prestashop

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/sim"
	shop "github.com/lad-hub/lad/internal/sim/prestashop"
)

var noon = time.Date(2026, 10, 2, 11, 5, 11, 0, time.UTC)

// stand is a channel opened against a simulated shop: product 55, and 56 with the combinations 12 and 13.
type stand struct {
	*channel
	shop *shop.Shop
	mu   sync.Mutex
	seen []string // requests as "METHOD /path"
}

func start(t *testing.T, o shop.Options, set map[string]string) *stand {
	t.Helper()
	if o.Clock == nil {
		o.Clock = clock.NewFake(noon)
	}
	s := &stand{shop: shop.New(o)}
	s.shop.SeedOffers([]sim.OfferSeed{
		{SKU: "SKU-17", Title: "Чайник", Barcode: "4820000000017", PriceMinor: 740_00, Quantity: 9},
		{SKU: "SHIRT", Title: "Сорочка", PriceMinor: 100_00}, {SKU: "SHIRT-M", ParentSKU: "SHIRT", PriceMinor: 110_00, Quantity: 3},
		{SKU: "SHIRT-L", ParentSKU: "SHIRT", PriceMinor: 90_00, Quantity: 4},
	})
	s.shop.OnRequest(func(r *http.Request, _ time.Time) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.seen = append(s.seen, r.Method+" "+r.URL.Path)
	})
	srv := httptest.NewServer(s.shop)
	t.Cleanup(srv.Close)
	settings := s.shop.Settings(srv.URL)
	for k, v := range set {
		settings[k] = v
	}
	s.channel = open(t, settings, func() time.Time { return noon })
	return s
}

func open(t *testing.T, settings map[string]string, now func() time.Time) *channel {
	t.Helper()
	ch, err := New().Open(connector.Config{Settings: settings, HTTP: http.DefaultClient, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return ch.(*channel)
}

// sent counts the requests that begin so.
func (s *stand) sent(prefix string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.seen {
		if strings.HasPrefix(r, prefix) {
			n++
		}
	}
	return n
}

func (s *stand) place(t *testing.T, b sim.Basket) string {
	t.Helper()
	if b.Lines == nil {
		b.Lines = []sim.BasketLine{{OfferID: "55", Quantity: 2}}
	}
	if b.Buyer.Name == "" {
		b.Buyer = sim.Buyer{Name: "Олена Коваль", Phone: "+380671112233", Email: "o@example.com", City: "Київ", Address: "відділення №17"}
	}
	p, err := s.shop.PlaceOrder(b)
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

// read pulls one order by id and parses it.
func (s *stand) read(t *testing.T, id string) connector.Order {
	t.Helper()
	raws, err := s.ReadOrders(t.Context(), []string{id})
	if err != nil || len(raws) != 1 {
		t.Fatalf("%d orders, error %v", len(raws), err)
	}
	o, err := s.ParseOrder(raws[0].Body)
	if err != nil {
		t.Fatalf("%v in %s", err, raws[0].Body)
	}
	return o
}

func wantKind(t *testing.T, what string, err error, kind connector.Kind, words string) {
	t.Helper()
	if connector.KindOf(err) != kind || err == nil || !strings.Contains(err.Error(), words) {
		t.Errorf("%s: %v, want kind %s with %q", what, err, kind, words)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]map[string]string{
		"shop is a word":       {"base_url": "https://shop.example", "token": "K", "shop_id": "main"},
		"mail is neither":      {"base_url": "https://shop.example", "token": "K", "send_mail": "perhaps"},
		"address with a login": {"base_url": "https://u:p@shop.example", "token": "K"},
	} {
		_, err := New().Open(connector.Config{Settings: set, HTTP: http.DefaultClient, Now: time.Now})
		wantKind(t, name, err, connector.KindSettings, "")
	}
	for given, want := range map[string]string{
		"https://shop.example/": "https://shop.example/api", "shop.example/sub": "https://shop.example/sub/api", "https://shop.example/api/": "https://shop.example/api",
		"https://shop.example/webservice/dispatcher.php": "https://shop.example/webservice/dispatcher.php",
	} {
		if got := open(t, map[string]string{"base_url": given, "token": "K"}, time.Now).base; got != want {
			t.Errorf("address %s becomes %s, want %s", given, got, want)
		}
	}
}

func TestWithoutURLRewriting(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	s.base = strings.TrimSuffix(s.base, "/api") + "/webservice/dispatcher.php"
	id := s.place(t, sim.Basket{})
	if o := s.read(t, id); o.ExternalID != id || s.sent("GET /api/") > 0 {
		t.Errorf("order %+v, requests %v", o, s.seen)
	}
}

func TestAccessLost(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	if a, err := s.Check(t.Context()); err != nil || a.Name != "Test shop" {
		t.Errorf("%+v, %v", a, err)
	}
	id := s.place(t, sim.Basket{})
	s.shop.Forbid("orders", "GET PUT POST PATCH DELETE HEAD")
	s.shop.Forbid("order_histories", "POST")
	_, err := s.Check(t.Context())
	wantKind(t, "rights missing", err, connector.KindDenied, "lacks rights: POST order_histories, GET orders")
	_, err = s.PullOrders(t.Context(), "")
	wantKind(t, "a resource not permitted", err, connector.KindDenied, "orders")
	s.shop.Forbid("orders", "")
	err = s.PushStatus(t.Context(), connector.StatusChange{OrderID: id, To: stateShipping})
	wantKind(t, "a method not permitted", err, connector.KindDenied, "order_histories")
	s.shop.SetEnabled(false)
	_, err = s.PullOrders(t.Context(), "")
	wantKind(t, "switched off", err, connector.KindAuth, "switched off")
	_, err = s.PushStock(t.Context(), []connector.StockUpdate{{OfferID: "55"}})
	wantKind(t, "a push to a webservice that is switched off", err, connector.KindAuth, "switched off")
	s.shop.SetEnabled(true)
	s.shop.SetMaintenance(true)
	_, err = s.PullOrders(t.Context(), "")
	wantKind(t, "maintenance", err, connector.KindTransient, "503")
	s.shop.SetMaintenance(false)
	s.key = "REVOKED0000000000000000000000000"
	_, err = s.PullOrders(t.Context(), "")
	wantKind(t, "key revoked", err, connector.KindAuth, "18")
	if strings.Contains(err.Error(), s.key) {
		t.Errorf("the error shows the key: %v", err)
	}
}

func TestShopMoved(t *testing.T) {
	t.Parallel()
	var followed bool
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/new/"):
			followed = true
		case strings.HasPrefix(r.URL.Path, "/old/"):
			http.Redirect(w, r, "/new/api/", http.StatusMovedPermanently)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(srv.Close)
	for path, words := range map[string]string{"/old": "redirects", "/gone": "no PrestaShop webservice"} {
		_, err := open(t, map[string]string{"base_url": srv.URL + path, "token": "K"}, time.Now).Check(t.Context())
		wantKind(t, path, err, connector.KindSettings, words)
	}
	if followed {
		t.Error("the key travelled along the redirect")
	}
}

// The words of errors come from the shop, which may repeat what it was sent.
func TestErrorsHideTheKey(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key, _, _ := r.BasicAuth()
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, "<prestashop><errors><error><code>85</code><message>key "+key+" is wrong</message></error></errors></prestashop>")
	}))
	t.Cleanup(srv.Close)
	_, err := open(t, map[string]string{"base_url": srv.URL, "token": "SECRETKEY"}, time.Now).Check(t.Context())
	wantKind(t, "a talkative shop", err, connector.KindPermanent, "is wrong")
	if strings.Contains(err.Error(), "SECRETKEY") {
		t.Error(err)
	}
}

// Codes of the API sheet, part 3, as a read and as a write see them.
func TestRefusals(t *testing.T) {
	t.Parallel()
	transient, unknown, permanent := connector.KindTransient, connector.KindUnknown, connector.KindPermanent
	auth, denied := connector.KindAuth, connector.KindDenied
	cases := []struct {
		status, code int
		read, write  connector.Kind
	}{
		{500, 2, transient, unknown}, {500, 15, transient, unknown}, {200, 5, transient, unknown}, {401, 16, auth, auth}, {401, 17, auth, auth},
		{401, 21, auth, auth}, {503, 22, auth, auth}, {405, 25, denied, denied}, {401, 26, denied, denied}, {400, 35, permanent, permanent},
		{400, 41, permanent, permanent}, {500, 46, permanent, permanent}, {400, 85, permanent, permanent}, {404, 87, permanent, permanent},
		{400, 93, permanent, permanent}, {405, 101, denied, denied}, {500, 127, transient, unknown}, {404, 132, connector.KindSettings, connector.KindSettings},
		{500, 0, transient, unknown}, {200, 0, permanent, permanent},
	}
	for _, c := range cases {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			_, _ = fmt.Fprintf(w, "<prestashop><errors><error><code><![CDATA[%d]]></code><message>No</message></error></errors></prestashop>", c.code)
		}))
		ch := open(t, map[string]string{"base_url": srv.URL, "token": "K"}, time.Now)
		for in, want := range map[intent]connector.Kind{reading: c.read, pushing: c.write} {
			_, err := ch.get(t.Context(), in, "orders", nil)
			wantKind(t, fmt.Sprintf("HTTP %d code %d, pushing: %v", c.status, c.code, in), err, want, "")
		}
		srv.Close()
	}
}

func TestOwnValues(t *testing.T) {
	t.Parallel()
	row := func(name, value, shop string) *node {
		return &node{kids: []*node{leaf("name", name), leaf("value", value), leaf("id_shop", shop)}}
	}
	rows := []*node{row("A", "all", ""), row("A", "1", "1"), row("A", "2", "2"), row("B", "2", "2"), row("B", "all", "0"), row("C", "1", "1")}
	for shop, want := range map[string]map[string]wire.Text{
		"": {"A": "all", "B": "all", "C": "1"}, "1": {"A": "1", "B": "all", "C": "1"}, "2": {"A": "2", "B": "2"},
	} {
		if diff := cmp.Diff(want, (&channel{shop: shop}).ownValues(rows)); diff != "" {
			t.Errorf("shop %q:\n%s", shop, diff)
		}
	}
}

func uah(minor int64) connector.Money { return money.New(minor, money.UAH) }
