package woocommerce

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
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
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
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
	wantKind(t, "a key that only reads", s.PushStatus(t.Context(), step), connector.KindAuth, "write permissions")
	s.SetRight(shop.WriteOnly)
	_, err := s.PullOrders(t.Context(), "")
	wantKind(t, "a key that only writes", err, connector.KindAuth, "read permissions")
	s.SetRight(shop.ReadWrite)
	s.Revoke()
	_, err = s.Check(t.Context())
	wantKind(t, "a key that was taken away", err, connector.KindAuth)
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
		{"moved", answer(301, "", "Location", "https://other.example.com/wp-json/wc/v3/orders"), connector.KindSettings, "redirects"},
		{"no WordPress", answer(404, page), connector.KindSettings, "no WooCommerce at this address"},
		{"a firewall", answer(403, page), connector.KindAuth, "security plug-in"},
		{"ModSecurity", answer(501, page), connector.KindTransient, "501"},
		{"a PHP error before the data", answer(200, "<br />\n<b>Fatal error</b>"), connector.KindTransient, "web page"},
		{"an empty list without its total", answer(200, "[]"), connector.KindTransient, "without a list"},
	}
	for _, c := range cases {
		ch := canned(t, c.answer)
		_, err := ch.PullOrders(t.Context(), "")
		wantKind(t, c.name, err, c.kind, c.words)
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

func (s *stand) listAll(t *testing.T, between func()) map[string]connector.Offer {
	t.Helper()
	got, cursor := map[string]connector.Offer{}, ""
	for range 50 {
		p, err := s.ListOffers(t.Context(), cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range p.Offers {
			got[o.ExternalID] = o
		}
		if cursor = p.Next; !p.More {
			return got
		}
		if between != nil {
			between()
			between = nil
		}
	}
	t.Fatal("the list does not end")
	return nil
}

func TestOffers(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{})
	s.Change("55", func(p *shop.Product) { p.Backorders, p.Quantity = "yes", -2 })
	s.Change("57", func(p *shop.Product) { p.Count, p.Quantity = "true", 9 })
	s.Change("57-58", func(p *shop.Product) { p.Count = "parent" })
	s.Change("57-59", func(p *shop.Product) { p.Count = "false" })
	s.SeedOffers([]sim.OfferSeed{{SKU: "SKU-17-OLD", Title: "Старий"}, {SKU: "AFFILIATE", Title: "Чужий"}, {SKU: "DRAFT", Title: "Чернетка", Hidden: true, PriceMinor: 100, Quantity: 1}})
	s.Change("60", func(p *shop.Product) { p.Trash = true })
	s.Change("61", func(p *shop.Product) { p.Kind = "external" })
	want := map[string]connector.Offer{
		"55":    {ExternalID: "55", SKU: "SKU-17", Barcode: "4820000000017", Title: "Чайник", Price: uah(74000), Orderable: true, Counted: true, Active: true},
		"56":    {ExternalID: "56", SKU: "CUP", Title: "Чашка", Price: uah(12050), Counted: true, Active: true},
		"57-58": {ExternalID: "57-58", SKU: "SHIRT-M", Title: "Набір SHIRT: M", Price: uah(50000), Quantity: qty.Pieces(9), Orderable: true, Counted: true, Active: true},
		"57-59": {ExternalID: "57-59", SKU: "SHIRT-L", Title: "Набір SHIRT: L", Price: uah(52000), Orderable: true, Active: true},
		"62":    {ExternalID: "62", SKU: "DRAFT", Title: "Чернетка", Price: uah(100), Quantity: qty.Pieces(1), Counted: true},
	}
	got := s.listAll(t, nil)
	read, err := s.ReadOffers(t.Context(), []string{"55", "57-59", "56", "57-58", "62", "55", "57", "60", "61", "99-1", "x", "", "-5", "57-"})
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]connector.Offer{}
	for _, o := range read {
		byID[o.ExternalID] = o
	}
	for name, offers := range map[string]map[string]connector.Offer{"listed": got, "read by id": byID} {
		for id, o := range offers {
			o.URL = ""
			offers[id] = o
		}
		if diff := cmp.Diff(want, offers); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

// Products removed while Lad pages must not push others past it.
func TestListOffersSurvivesRemovals(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{})
	var seeds []sim.OfferSeed
	for i := range 250 {
		seeds = append(seeds, sim.OfferSeed{SKU: fmt.Sprintf("S-%03d", i), Title: "Товар", PriceMinor: 100, Quantity: 1})
	}
	s.SeedOffers(seeds)
	got := s.listAll(t, func() {
		for _, id := range []string{"60", "61", "62"} {
			s.Change(id, func(p *shop.Product) { p.Trash = true })
		}
	})
	if len(got) != 254 { // the three were read before they went
		t.Errorf("%d offers, want 254", len(got))
	}
}

func TestPushStock(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{})
	s.Change("57", func(p *shop.Product) { p.Count, p.Quantity = "true", 9 })
	s.Change("57-58", func(p *shop.Product) { p.Count = "parent" })
	s.Change("56", func(p *shop.Product) { p.Count = "false" })
	s.seen = nil
	got, err := s.channel.PushStock(t.Context(), []connector.StockUpdate{
		{OfferID: "55", Quantity: 2500}, {OfferID: "57-58", Quantity: qty.Pieces(4)}, {OfferID: "99", Quantity: 1000}, {OfferID: "57-59", Quantity: 0},
		{OfferID: "56", Quantity: -1000}, {OfferID: "98-1", Quantity: 0}, {OfferID: "abc"}, {OfferID: "58", Quantity: 1000},
	})
	if err != nil {
		t.Fatal(err)
	}
	state := map[string]string{}
	for _, r := range got {
		state[r.OfferID] = string(r.State)
		if r.Err != nil {
			state[r.OfferID] += " " + r.Err.Code
		}
	}
	want := map[string]string{
		"55": "accepted", "57-58": "accepted", "57-59": "accepted", "56": "accepted", "abc": "rejected ", "99": "rejected woocommerce_rest_product_invalid_id",
		"98-1": "rejected woocommerce_rest_product_invalid_id", "58": "rejected woocommerce_rest_product_invalid_id",
	}
	if diff := cmp.Diff(want, state); diff != "" {
		t.Errorf("results (58 is a variation, which has no batch without its product):\n%s", diff)
	}
	if diff := cmp.Diff([]string{
		"POST /wp-json/wc/v3/products/batch", "POST /wp-json/wc/v3/products/57/variations/batch", "POST /wp-json/wc/v3/products/98/variations/batch",
	}, s.seen); diff != "" {
		t.Errorf("one call per product around variations:\n%s", diff)
	}
	for id, n := range map[string]int64{"55": 2, "57-58": 4, "57-59": 0, "56": 0} {
		if o, _ := s.Offer(id); o.Quantity != n || o.Orderable != (n > 0) || !o.Tracked {
			t.Errorf("offer %s: %+v, want %d", id, o, n)
		}
	}
}

func TestShopThatDoesNotCount(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{NoStockManagement: true})
	for _, n := range []int64{0, 3} {
		got, err := s.channel.PushStock(t.Context(), []connector.StockUpdate{{OfferID: "55", Quantity: qty.Pieces(n)}})
		if err != nil || len(got) != 1 || got[0].State != connector.ItemAccepted {
			t.Errorf("push of %d: %+v, error %v", n, got, err)
		}
		offers, err := s.ReadOffers(t.Context(), []string{"55"})
		if err != nil || len(offers) != 1 || offers[0].Counted || offers[0].Orderable != (n > 0) {
			t.Errorf("after %d: %+v, error %v", n, offers, err)
		}
	}
}

// One object that makes the shop refuse a batch as a whole does not hide the others; an answer that got lost makes batches light.
func TestBatchRefusedOrLost(t *testing.T) {
	t.Parallel()
	var sizes []int
	lost := false
	ch := canned(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		n := strings.Count(string(body), `"id":`)
		sizes = append(sizes, n)
		switch {
		case lost:
			answer(504, "<html>time-out</html>")(w, r)
		case strings.Contains(string(body), `"id":13,`):
			answer(400, `{"code":"rest_invalid_param","message":"Invalid parameter(s): update"}`)(w, r)
		default:
			var rows []string
			for id := range 100 {
				if strings.Contains(string(body), fmt.Sprintf(`"id":%d,`, id)) {
					rows = append(rows, fmt.Sprintf(`{"id":%d,"manage_stock":true,"stock_quantity":5}`, id))
				}
			}
			answer(200, `{"update":[`+strings.Join(rows, ",")+`]}`)(w, r)
		}
	})
	var items []connector.StockUpdate
	for id := 1; id <= 40; id++ {
		items = append(items, connector.StockUpdate{OfferID: fmt.Sprint(id), Quantity: qty.Pieces(5)})
	}
	got, err := ch.PushStock(t.Context(), items)
	bad := slices.DeleteFunc(slices.Clone(got), func(r connector.ItemResult) bool { return r.State == connector.ItemAccepted })
	if err != nil || len(got) != 40 || len(bad) != 1 || bad[0].OfferID != "13" || bad[0].Err.Code != "rest_invalid_param" {
		t.Errorf("%d results, bad ones %+v, error %v", len(got), bad, err)
	}
	lost = true
	_, err = ch.PushStock(t.Context(), items)
	wantKind(t, "a lost answer", err, connector.KindUnknown)
	lost, sizes = false, nil
	if _, err := ch.PushStock(t.Context(), items[13:]); err != nil || !slices.Equal(sizes, []int{25, 2}) {
		t.Errorf("after it batches of %v, error %v, want 25 and 2", sizes, err)
	}
}

func TestBatchAnswers(t *testing.T) {
	t.Parallel()
	cases := []struct {
		answer string
		want   string // "" = no result
	}{
		{`{"id":55,"manage_stock":true,"stock_quantity":3}`, "accepted"}, {`{"id":"55","stock_quantity":"3"}`, "accepted"},
		{`{"id":55,"manage_stock":true,"stock_quantity":7}`, "rejected the shop shows 7 pieces instead of 3"},
		{`{"id":55,"manage_stock":false,"stock_quantity":null,"stock_status":"instock"}`, "accepted"},
		{`{"id":55,"manage_stock":false,"stock_quantity":null,"stock_status":"outofstock"}`, "rejected the shop does not count this product's pieces and shows outofstock"},
		{`{"id":55,"error":{"code":"x","message":"Ні"}}`, "rejected Ні"}, {`{"id":56,"stock_quantity":3}`, ""}, {`17`, ""}, {``, ""},
	}
	for _, c := range cases {
		got, err := canned(t, answer(200, `{"update":[`+c.answer+`]}`)).PushStock(t.Context(), []connector.StockUpdate{{OfferID: "55", Quantity: qty.Pieces(3)}})
		said := ""
		for _, r := range got {
			said = string(r.State)
			if r.Err != nil {
				said += " " + r.Err.Message
			}
		}
		if err != nil || said != c.want {
			t.Errorf("%s: %q, error %v, want %q", c.answer, said, err, c.want)
		}
	}
}

func TestPushPrice(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{})
	push := func(u connector.PriceUpdate) connector.ItemResult {
		t.Helper()
		got, err := s.channel.PushPrice(t.Context(), []connector.PriceUpdate{u})
		if err != nil || len(got) != 1 {
			t.Fatalf("%+v: %+v, error %v", u, got, err)
		}
		return got[0]
	}
	for _, u := range []connector.PriceUpdate{
		{OfferID: "55", Price: uah(70050), Old: uah(90000)}, {OfferID: "55", Price: uah(80000)}, {OfferID: "57-58", Price: uah(100)}, {OfferID: "55", Price: uah(90000), Old: uah(100)},
	} {
		if r := push(u); r.State != connector.ItemAccepted {
			t.Errorf("%+v: %+v", u, r)
		}
		old := int64(0)
		if u.Old.Minor > u.Price.Minor {
			old = u.Old.Minor
		}
		if o, _ := s.Offer(u.OfferID); o.PriceMinor != u.Price.Minor || o.OldPriceMinor != old {
			t.Errorf("after %+v the shop shows %d and %d", u, o.PriceMinor, o.OldPriceMinor)
		}
	}
	if r := push(connector.PriceUpdate{OfferID: "55", Price: money.New(100, money.EUR)}); r.State != connector.ItemRejected || !strings.Contains(r.Err.Message, "UAH") {
		t.Errorf("a price in another currency: %+v", r)
	}
	s.Change("55", func(p *shop.Product) { p.SaleFrom = now.AddDate(0, 1, 0) })
	if r := push(connector.PriceUpdate{OfferID: "55", Price: uah(50000), Old: uah(90000)}); r.State != connector.ItemRejected || !strings.Contains(r.Err.Message, "sale with dates") {
		t.Errorf("a sale that has not begun: %+v", r)
	}
}

// Prices of products name no currency: the shop's own counts, and without it nothing is guessed.
func TestCurrencyOfPrices(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{Currency: "EUR", NoDecimals: true})
	if o := s.listAll(t, nil)["55"]; o.Price != money.New(74000, money.EUR) {
		t.Errorf("price %v, want 740.00 EUR", o.Price)
	}
	if got, err := s.channel.PushPrice(t.Context(), []connector.PriceUpdate{{OfferID: "55", Price: money.New(75000, money.EUR)}}); err != nil || got[0].State != connector.ItemAccepted {
		t.Errorf("%+v, error %v", got, err)
	}
	asked := 0
	for _, r := range s.seen {
		if strings.HasSuffix(r, "/system_status") {
			asked++
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times for the currency, want once", asked)
	}
	unknown := start(t, shop.Options{Currency: "XTS"})
	_, err := unknown.ListOffers(t.Context(), "")
	wantKind(t, "a currency that Lad does not know", err, connector.KindSettings, "XTS")
	denied := canned(t, answer(403, `{"code":"woocommerce_rest_cannot_view","message":"Sorry, you cannot view this resource."}`), "currency", "")
	_, err = denied.ListOffers(t.Context(), "")
	wantKind(t, "a key without the right to ask", err, connector.KindSettings, "fill it in")
	_, err = canned(t, answer(200, `{"settings":{}}`), "currency", "").PushPrice(t.Context(), []connector.PriceUpdate{{OfferID: "55", Price: uah(1)}})
	wantKind(t, "no word of it", err, connector.KindTransient)
	told := start(t, shop.Options{Currency: "EUR"}, "currency", "PLN")
	if o := told.listAll(t, nil)["55"]; o.Price != money.New(74000, money.PLN) || slices.Contains(told.seen, "GET /wp-json/wc/v3/system_status") {
		t.Errorf("price %v with the form's currency, requests %v", o.Price, told.seen)
	}
}

func TestPushStatus(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{Custom: []shop.CustomStatus{{Slug: "shipped", Title: "Відправлено"}}})
	id := s.place(t, 1)
	step := func(from, to string, reason connector.Reason) error {
		return s.PushStatus(t.Context(), connector.StatusChange{OrderID: id, From: from, To: to, Reason: reason, Text: "розбився"})
	}
	for _, to := range []string{statusProcessing, statusProcessing, "shipped"} {
		was, _ := s.Order(id)
		if err := step(was.Status, to, ""); err != nil {
			t.Errorf("%s → %s: %v", was.Status, to, err)
		}
	}
	if err := step("shipped", statusCancelled, connector.ReasonOutOfStock); err != nil {
		t.Error(err)
	}
	raws, err := s.ReadOrders(t.Context(), []string{id})
	if err != nil || len(raws) != 1 {
		t.Fatalf("%d orders, error %v", len(raws), err)
	}
	if o, err := s.ParseOrder(raws[0].Body); err != nil || o.CancelReason != "розбився" || o.CancelBy != "seller" {
		t.Errorf("cancelled: %+v, error %v", o, err)
	}
	other := s.place(t, 1)
	if err := s.CancelOrder(other); err != nil {
		t.Fatal(err)
	}
	id = other
	wantKind(t, "the buyer was faster", step(statusOnHold, statusProcessing, ""), connector.KindPermanent, `"cancelled"`)
	wantKind(t, "a closed order", step(statusCancelled, statusProcessing, ""), connector.KindPermanent)
	wantKind(t, "a closed order, to a custom status", step(statusCompleted, "shipped", ""), connector.KindPermanent)
	wantKind(t, "refunded is the shop's", step(statusOnHold, statusRefunded, ""), connector.KindPermanent)
	if o, _ := s.Order(other); o.Status != statusCancelled {
		t.Errorf("the cancelled order is %s now", o.Status)
	}
	kept := canned(t, answer(200, `{"id":7,"status":"on-hold"}`))
	wantKind(t, "a plug-in keeps the status", kept.PushStatus(t.Context(), connector.StatusChange{OrderID: "7", From: statusOnHold, To: statusProcessing}), connector.KindPermanent, "keeps")
}

// A repeat neither mails the buyer twice nor lists the number twice.
func TestPushTracking(t *testing.T) {
	t.Parallel()
	for _, installed := range []bool{false, true} {
		s := start(t, shop.Options{ShipmentTracking: installed})
		id := s.place(t, 1)
		for range 2 {
			if err := s.PushTracking(t.Context(), id, "nova_poshta", "20450012345678"); err != nil {
				t.Fatal(err)
			}
		}
		notes := s.Notes(id)
		if installed && len(notes) != 0 || !installed && (len(notes) != 1 || !notes[0].Customer || !strings.Contains(notes[0].Text, "Nova Poshta: 20450012345678 https://")) {
			t.Errorf("extension %v: notes %+v", installed, notes)
		}
		added := 0
		for _, r := range s.seen {
			if strings.HasPrefix(r, "POST ") && strings.HasSuffix(r, "/shipment-trackings") {
				added++
			}
		}
		if want := map[bool]int{true: 1}[installed]; added != want {
			t.Errorf("extension %v: %d numbers added, want %d", installed, added, want)
		}
		if o, _ := s.Order(id); o.Tracking != "20450012345678" {
			t.Errorf("extension %v: waybill %q", installed, o.Tracking)
		}
	}
}

func TestDictionary(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{Custom: []shop.CustomStatus{{Slug: "vidpravleno", Title: "Відправлено"}, {Slug: "delivered", Title: "Доставлено"}, {Slug: "vip", Title: "VIP"}}},
		"statuses", "vidpravleno=shipped")
	d, err := s.ReadDictionary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	stages := map[string]string{}
	for _, st := range d.Statuses {
		stages[st.Code] = string(st.Stage) + " " + st.Title
	}
	for code, want := range map[string]string{
		"vidpravleno": "shipped Відправлено", "delivered": "completed Доставлено", "vip": " VIP", "on-hold": "new На утриманні", "cancelled": "cancelled Скасовано",
	} {
		if stages[code] != want {
			t.Errorf("status %s: %q, want %q", code, stages[code], want)
		}
	}
	want := []connector.Method{
		{Code: "Оплата при отриманні", Title: "Оплата при отриманні", OnPickup: true}, {Code: "Картка онлайн", Title: "Картка онлайн"},
		{Code: "Банківський переказ", Title: "Банківський переказ"},
	}
	if diff := cmp.Diff(want, d.Payment); diff != "" {
		t.Errorf("payment:\n%s", diff)
	}
}

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
