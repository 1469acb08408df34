package shopify

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/sim"
	shop "github.com/lad-hub/lad/internal/sim/shopify"
)

// stand is a simulated shop, the channel at it, and what went between them.
type stand struct {
	*shop.Shop
	ch      *channel
	url     string
	clock   *clock.Fake
	log     *bytes.Buffer
	bodies  []string                                          // of the operations, in order
	meddle  func(body string)                                 // before an operation arrives
	respond func(w http.ResponseWriter, r *http.Request) bool // in the shop's place
}

// open starts a shop with three offers and a channel with the given settings besides the working ones.
func open(t *testing.T, o shop.Options, set map[string]string) *stand {
	t.Helper()
	s := &stand{clock: clock.NewFake(time.Date(2026, 10, 2, 12, 0, 0, 0, time.UTC)), log: &bytes.Buffer{}}
	o.Clock = s.clock
	s.Shop = shop.New(o)
	s.SeedOffers([]sim.OfferSeed{
		{SKU: "SKU-17", Title: "Чайник", PriceMinor: 74000, Quantity: 9, Barcode: "4820000000017"},
		{SKU: "SKU-17-R", ParentSKU: "SKU-17", Title: "Чайник червоний", PriceMinor: 75000, Quantity: 4},
		{SKU: "GEN", Title: "Генератор", PriceMinor: 1890050, Quantity: 5},
	})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(b))
		s.bodies = append(s.bodies, string(b))
		if s.meddle != nil {
			s.meddle(string(b))
		}
		if s.respond == nil || !s.respond(w, r) {
			s.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(srv.Close)
	s.url = srv.URL
	settings := s.Settings(srv.URL)
	for k, v := range set {
		settings[k] = v
	}
	s.ch = s.session(t, settings)
	return s
}

// session opens another session, with the client of the running program.
func (s *stand) session(t *testing.T, settings map[string]string) *channel {
	t.Helper()
	ch, err := New().Open(connector.Config{
		Settings: settings, HTTP: httpx.NewClient(httpx.ClientOptions{AllowPrivate: true}), HookSecret: "hook-secret", Now: s.clock.Now,
		Log: slog.New(slog.NewTextHandler(s.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return ch.(*channel)
}

const kettle, red, generator = "44000000001", "44000000002", "44000000003"

func (s *stand) place(t *testing.T, b sim.Basket) string {
	t.Helper()
	p, err := s.PlaceOrder(b)
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

func basket(lines ...sim.BasketLine) sim.Basket {
	return sim.Basket{Buyer: sim.Buyer{Name: "Олена Коваль", Phone: "+380671112233"}, Lines: lines}
}

// read parses one order as the shop shows it.
func (s *stand) read(t *testing.T, id string) connector.Order {
	t.Helper()
	raws, err := s.ch.ReadOrders(t.Context(), []string{id})
	if err != nil || len(raws) != 1 {
		t.Fatalf("%d orders, error %v", len(raws), err)
	}
	o, err := s.ch.ParseOrder(raws[0].Body)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// sweep pulls until no more is promised.
func (s *stand) sweep(t *testing.T, cursor string) (orders map[string]connector.Order, next string) {
	t.Helper()
	orders = map[string]connector.Order{}
	for range 100 {
		p, err := s.ch.PullOrders(t.Context(), cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, raw := range p.Orders {
			o, err := s.ch.ParseOrder(raw.Body)
			if err != nil {
				t.Fatal(err)
			}
			orders[o.ExternalID] = o
		}
		if cursor = p.Next; !p.More {
			return orders, cursor
		}
	}
	t.Fatal("the sweep does not end")
	return nil, ""
}

// wantKind fails unless err has the kind and words, and shows no secret.
func wantKind(t *testing.T, what string, err error, kind connector.Kind, words string) {
	t.Helper()
	if err == nil || connector.KindOf(err) != kind || !strings.Contains(err.Error(), words) {
		t.Errorf("%s: %v, want kind %s with “%s”", what, err, kind, words)
	}
	if err != nil && (strings.Contains(err.Error(), "shpat_") || strings.Contains(err.Error(), "shpss_") || strings.Contains(err.Error(), "shpca_")) {
		t.Errorf("%s: a secret is shown: %v", what, err)
	}
}

// canned answers every operation with one body.
func canned(t *testing.T, body string) *channel {
	t.Helper()
	s := open(t, shop.Options{}, nil)
	if _, err := s.ch.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.respond = func(w http.ResponseWriter, _ *http.Request) bool {
		_, _ = io.WriteString(w, body)
		return true
	}
	return s.ch
}

func TestErrors(t *testing.T) {
	t.Parallel()
	failed := func(code string) string {
		return `{"data":null,"errors":[{"message":"It failed","extensions":{"code":"` + code + `","requestId":"r"}}]}`
	}
	cases := map[string][2]connector.Kind{ // kind of a read, kind of a write
		failed("INTERNAL_SERVER_ERROR"): {connector.KindTransient, connector.KindUnknown},
		failed("ACCESS_DENIED"):         {connector.KindDenied, connector.KindDenied},
		failed("SHOP_INACTIVE"):         {connector.KindAuth, connector.KindAuth},
		failed("THROTTLED"):             {connector.KindLimited, connector.KindLimited},
		failed("MAX_COST_EXCEEDED"):     {connector.KindPermanent, connector.KindPermanent},
		failed("undefinedField"):        {connector.KindPermanent, connector.KindPermanent},
		`{"errors":[{"message":"syntax error, unexpected end of file"}]}`: {connector.KindPermanent, connector.KindPermanent},
		`{"errors":[{"message":"Something went wrong"}]}`:                 {connector.KindTransient, connector.KindUnknown},
		`{"errors":[7]}`: {connector.KindTransient, connector.KindUnknown},
		`{"data":{"orders":{"nodes":[]}},"errors":[{"message":"half of it"}]}`: {connector.KindTransient, connector.KindUnknown},
		`{"data":null}`: {connector.KindTransient, connector.KindUnknown},
		`{"data":{}}`:   {connector.KindTransient, connector.KindUnknown},
		`{"data":{"orders":{"nodes":null},"tagsAdd":null}}`:                                                {connector.KindTransient, connector.KindUnknown},
		`{"data":{"orders":null,"tagsAdd":{"node":null,"userErrors":[]}}}`:                                 {connector.KindTransient, connector.KindUnknown},
		`{"data":{"orders":{"nodes":[],"pageInfo":{"hasNextPage":true,"endCursor":null}},"tagsAdd":null}}`: {connector.KindTransient, connector.KindUnknown},
	}
	for body, kinds := range cases {
		ch := canned(t, body)
		_, read := ch.PullOrders(t.Context(), "")
		write := ch.PushStatus(t.Context(), connector.StatusChange{OrderID: "5", To: statusConfirmed})
		if connector.KindOf(read) != kinds[0] || read == nil || connector.KindOf(write) != kinds[1] || write == nil {
			t.Errorf("%s: read %v, write %v, want %v", body, read, write, kinds)
		}
	}
	refused := `{"data":{"tagsAdd":{"node":null,"userErrors":[{"field":["id"],"message":"Order does not exist"}]}}}`
	wantKind(t, "user error", canned(t, refused).PushStatus(t.Context(), connector.StatusChange{OrderID: "5", To: statusPicking}), connector.KindPermanent, "Order does not exist")
}

func TestPeopleHidden(t *testing.T) {
	t.Parallel()
	page := func(path string) string {
		return `{"data":{"orders":{"nodes":[{"id":"gid://shopify/Order/5","email":null}],"pageInfo":{"hasNextPage":false}}},"errors":[` +
			`{"message":"This app is not approved to use the email field.","path":` + path + `,"extensions":{"code":"ACCESS_DENIED"}}]}`
	}
	p, err := canned(t, page(`["orders","nodes",0,"email"]`)).PullOrders(t.Context(), "")
	if err != nil || len(p.Orders) != 1 || p.Orders[0].ExternalID != "5" {
		t.Errorf("%+v, error %v", p, err)
	}
	for _, path := range []string{`["orders","nodes",0,"lineItems"]`, `[]`, `null`} {
		_, err := canned(t, page(path)).PullOrders(t.Context(), "")
		wantKind(t, path, err, connector.KindDenied, "not approved")
	}
}

func TestThrottle(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{Restore: 100}, nil)
	for i := range 40 {
		s.place(t, basket(sim.BasketLine{OfferID: kettle, Quantity: 1}))
		s.Stock(kettle, 1001, int64(100-i))
	}
	cursor, limited := "", error(nil)
	for range 300 {
		if _, limited = s.ch.PullOrders(t.Context(), cursor); limited != nil {
			break
		}
	}
	wantKind(t, "an empty bucket", limited, connector.KindLimited, "Throttled")
	pause := connector.RetryAfter(limited)
	if pause < 100*time.Millisecond || pause > 9*time.Second {
		t.Fatalf("pause %v", pause)
	}
	s.clock.Advance(pause - 100*time.Millisecond)
	if _, err := s.ch.PullOrders(t.Context(), cursor); connector.KindOf(err) != connector.KindLimited {
		t.Errorf("a moment too early: %v", err)
	}
	s.clock.Advance(100 * time.Millisecond)
	if _, err := s.ch.PullOrders(t.Context(), cursor); err != nil {
		t.Errorf("after the pause: %v", err)
	}
	for body, want := range map[string]time.Duration{
		`"requestedQueryCost":500,"throttleStatus":{"currentlyAvailable":300,"restoreRate":50}`:    4 * time.Second,
		`"requestedQueryCost":500,"throttleStatus":{"currentlyAvailable":600,"restoreRate":50}`:    100 * time.Millisecond,
		`"requestedQueryCost":"500","throttleStatus":{"currentlyAvailable":"x","restoreRate":0}`:   time.Second,
		`"requestedQueryCost":1e300,"throttleStatus":{"currentlyAvailable":-1,"restoreRate":1e99}`: time.Second,
	} {
		ch := canned(t, `{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}],"extensions":{"cost":{`+body+`}}}`)
		if _, err := ch.PullOrders(t.Context(), ""); connector.RetryAfter(err) != want {
			t.Errorf("%s: pause %v, want %v", body, connector.RetryAfter(err), want)
		}
	}
}

func TestClosedDoors(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]struct {
		kind  connector.Kind
		words string
	}{
		401: {connector.KindAuth, "uninstalled"}, 402: {connector.KindAuth, "frozen"}, 403: {connector.KindDenied, ""}, 423: {connector.KindAuth, "locked"},
		404: {connector.KindSettings, "no Shopify shop"}, 301: {connector.KindSettings, "redirects"}, 302: {connector.KindSettings, "redirects"},
	} {
		for _, set := range []map[string]string{nil, {"token": "", "client_id": "sim-client-id"}} {
			s := open(t, shop.Options{}, set)
			if _, err := s.ch.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			s.Door(status)
			what := strconv.Itoa(status)
			_, err := s.ch.PullOrders(t.Context(), "")
			if status == 401 && set != nil { // the new token is refused too
				want.words = "not installed"
			}
			wantKind(t, "read "+what, err, want.kind, want.words)
			wantKind(t, "write "+what, s.ch.PushStatus(t.Context(), connector.StatusChange{OrderID: "5", To: statusConfirmed}), want.kind, want.words)
			s.Door(0)
			if _, err := s.ch.Check(t.Context()); err != nil {
				t.Errorf("after %s: %v", what, err)
			}
		}
	}
}

func TestScopeMissing(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{Scopes: []string{"read_locations", "read_products"}}, nil)
	_, err := s.ch.Check(t.Context())
	wantKind(t, "check", err, connector.KindDenied, "`read_orders`")
	_, err = s.ch.PushStock(t.Context(), []connector.StockUpdate{{OfferID: kettle, Quantity: 1000}})
	wantKind(t, "stock", err, connector.KindDenied, "`write_inventory`")
	wantKind(t, "status", s.ch.PushStatus(t.Context(), connector.StatusChange{OrderID: "5", To: statusConfirmed}), connector.KindDenied, "`write_orders`")
}

func TestFetchedToken(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{TokenLife: time.Hour}, map[string]string{"token": "", "client_id": "sim-client-id"})
	logins := func() (n int) {
		for _, b := range s.bodies {
			if strings.HasPrefix(b, "client_id=") {
				n++
			}
		}
		return n
	}
	check := func(what string, want int) {
		t.Helper()
		if a, err := s.ch.Check(t.Context()); err != nil || a.Name != "Lad" || logins() != want {
			t.Errorf("%s: account %+v, error %v, %d tokens, want %d", what, a, err, logins(), want)
		}
	}
	check("first", 1)
	check("kept", 1)
	s.clock.Advance(54 * time.Minute)
	check("still good", 1)
	s.clock.Advance(2 * time.Minute)
	check("given up before its end", 2)
	s.Faults().Set(sim.ExpireTokens, sim.Rule{})
	check("revoked, fetched anew", 3)
	bad := s.session(t, map[string]string{"base_url": s.url, "client_id": "sim-client-id", "client_secret": "changed"})
	_, err := bad.Check(t.Context())
	wantKind(t, "secret rotated", err, connector.KindAuth, "client secret")
	for _, body := range []string{`{}`, `{"access_token":""}`, `<html>`, `[`} {
		s.respond = func(w http.ResponseWriter, r *http.Request) bool { _, _ = io.WriteString(w, body); return true }
		_, err := s.session(t, map[string]string{"base_url": s.url, "client_id": "sim-client-id", "client_secret": "x"}).Check(t.Context())
		wantKind(t, body, err, connector.KindTransient, "")
	}
}

func TestOpenNeedsCredentials(t *testing.T) {
	t.Parallel()
	for _, set := range []map[string]string{
		{}, {"base_url": "https://s.myshopify.com"}, {"base_url": "https://s.myshopify.com", "client_secret": "x"},
		{"base_url": "not an address at all", "client_secret": "x", "token": "y"}, {"client_secret": "x", "token": "y"},
	} {
		_, err := New().Open(connector.Config{Settings: set, HTTP: http.DefaultClient, Now: time.Now})
		wantKind(t, fmt.Sprint(set), err, connector.KindSettings, "")
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"lad-shop": "https://lad-shop.myshopify.com", " lad-shop.myshopify.com/ ": "https://lad-shop.myshopify.com",
		"https://lad-shop.myshopify.com/admin/products":          "https://lad-shop.myshopify.com",
		"https://admin.shopify.com/store/lad-shop/settings/apps": "https://lad-shop.myshopify.com", "admin.shopify.com/store/lad-shop": "https://lad-shop.myshopify.com",
		"http://127.0.0.1:8080": "http://127.0.0.1:8080", "two words": "", "ftp://x": "",
	} {
		got, e := address(raw)
		if got != want || (want == "") != (e != nil) {
			t.Errorf("%q: %q, error %v, want %q", raw, got, e, want)
		}
	}
}

func TestExpiredVersionIsNoted(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{Versions: []string{"2027-04", "2027-07"}}, nil)
	for range 3 {
		if _, err := s.ch.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(s.log.String(), "served=2027-04"); n != 1 {
		t.Errorf("said %d times:\n%s", n, s.log)
	}
}

func TestLocations(t *testing.T) {
	t.Parallel()
	several := []shop.Location{{ID: 1001, Name: "Склад"}, {ID: 1002, Name: "Магазин"}, {ID: 1003, Name: "3PL", Service: true}, {ID: 1004, Name: "Старий", Inactive: true}}
	cases := []struct {
		name, wanted string
		places       []shop.Location
		kind         connector.Kind
		words        string
		at           int64
	}{
		{"the only one", "", several[:1], "", "", 1001}, {"the only one of our own", "", slices.Concat(several[:1], several[2:]), "", "", 1001},
		{"by name", "магазин", several, "", "", 1002}, {"by number", "1002", several, "", "", 1002},
		{"several, none named", "", several, connector.KindSettings, "Склад, Магазин", 0}, {"not there", "Кишеня", several, connector.KindSettings, "Склад, Магазин", 0},
		{"closed", "Старий", several, connector.KindSettings, "Склад, Магазин", 0}, {"of a fulfilment service", "3PL", several, connector.KindSettings, "fulfilment service", 0},
	}
	for _, c := range cases {
		s := open(t, shop.Options{Locations: c.places}, map[string]string{"location": c.wanted})
		_, err := s.ch.Check(t.Context())
		if c.kind == "" {
			if err != nil || s.ch.location != c.at {
				t.Errorf("%s: location %d, error %v", c.name, s.ch.location, err)
			}
			continue
		}
		wantKind(t, c.name, err, c.kind, c.words)
		_, err = s.ch.PushStock(t.Context(), []connector.StockUpdate{{OfferID: kettle, Quantity: 1000}})
		wantKind(t, c.name+", a push", err, c.kind, c.words)
	}
}
