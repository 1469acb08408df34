package prestashop

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
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

func kinds(results []connector.ItemResult) map[string]connector.ItemState {
	out := map[string]connector.ItemState{}
	for _, r := range results {
		out[r.OfferID] = r.State
	}
	return out
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
	wantKind(t, "rights missing", err, connector.KindAuth, "lacks rights: POST order_histories, GET orders")
	_, err = s.PullOrders(t.Context(), "")
	wantKind(t, "a resource not permitted", err, connector.KindAuth, "orders")
	s.shop.Forbid("orders", "")
	err = s.PushStatus(t.Context(), connector.StatusChange{OrderID: id, To: stateShipping})
	wantKind(t, "a method not permitted", err, connector.KindAuth, "order_histories")
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

func TestWholeOrder(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	id := s.place(t, sim.Basket{Comment: "після 18:00", Raw: map[string]any{"secure_key": "0123456789abcdef"}, Lines: []sim.BasketLine{
		{OfferID: "55", Quantity: 2}, {OfferID: "56-12", Quantity: 1},
	}})
	raws, err := s.ReadOrders(t.Context(), []string{id})
	if err != nil || strings.Contains(string(raws[0].Body), "0123456789abcdef") {
		t.Errorf("the order's secret is kept: %s, %v", raws[0].Body, err)
	}
	want := connector.Order{
		ExternalID: id, Number: "AAAAAAABQ", GroupID: "AAAAAAABQ", Status: stateBankWire, Stage: connector.StageNew, CreatedAt: noon, ChangedAt: noon,
		Total: uah(1590_00), DeliveryCost: uah(80_00), Comment: "після 18:00",
		Payment:  connector.Payment{State: connector.PaymentUnpaid, Method: "Банківський переказ"},
		Buyer:    connector.Person{ExternalID: "1", Name: "Коваль Олена", Phone: "+380671112233", Email: "o@example.com"},
		Delivery: connector.Delivery{Service: "nova_poshta", Title: "Нова Пошта", City: "Київ", Branch: "17", Address: "01001 відділення №17"},
		Lines: []connector.Line{
			{ExternalID: "77", OfferID: "55", SKU: "SKU-17", Title: "Чайник", Quantity: qty.Pieces(2), Price: uah(740_00), Total: uah(1480_00)},
			{ExternalID: "78", OfferID: "56-12", SKU: "SHIRT-M", Title: "Сорочка", Quantity: qty.Pieces(1), Price: uah(110_00), Total: uah(110_00)},
		},
	}
	if diff := cmp.Diff(want, s.read(t, id)); diff != "" {
		t.Error(diff)
	}
}

// A key without the right to read messages still reads orders, and is told apart from other troubles once.
func TestCommentsAreOptional(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	id := s.place(t, sim.Basket{Comment: "подзвоніть"})
	s.shop.Forbid("customer_threads", "GET PUT POST PATCH DELETE HEAD")
	for range 2 {
		if o := s.read(t, id); o.Comment != "" || o.Buyer.Name == "" {
			t.Errorf("%+v", o)
		}
	}
	if n := s.sent("GET /api/customer_threads"); n != 1 {
		t.Errorf("asked for messages %d times", n)
	}
}

func TestPullInTheShopsZone(t *testing.T) {
	t.Parallel()
	warsaw, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, shop.Options{Zone: warsaw}, nil)
	var asked string
	s.shop.OnRequest(func(r *http.Request, _ time.Time) {
		if f := r.URL.Query().Get("filter[date_upd]"); f != "" {
			asked = f
		}
	})
	s.place(t, sim.Basket{})
	p, err := s.PullOrders(t.Context(), `{"since":"2026-10-02T10:00:00Z"}`)
	if err != nil || len(p.Orders) != 1 || asked != ">[2026-10-02 11:50:00]" || p.Next != `{"since":"2026-10-02T11:05:11Z"}` {
		t.Errorf("asked for %s, got %d orders and cursor %s, error %v", asked, len(p.Orders), p.Next, err)
	}
	// In the night the clocks go back the hour from 02:00 comes twice in Warsaw: what changes at the second 02:05 must not be
	// skipped by a filter that starts at the first 02:40.
	if _, err := s.PullOrders(t.Context(), `{"since":"2026-10-25T00:50:00Z"}`); err != nil || asked != ">[2026-10-25 01:40:00]" {
		t.Errorf("asked for %s, error %v", asked, err)
	}
}

func TestPullListThatDoesNotMove(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	cur := cursor{Since: noon, Last: 300}
	if s.step(&cur, pageSize, 400) || cur != (cursor{Since: noon}) {
		t.Errorf("%+v: want an end without progress", cur)
	}
	cur = cursor{Since: noon, Top: noon.Add(time.Hour), Last: 300}
	if !s.step(&cur, pageSize, 200) || cur.Last != 200 {
		t.Errorf("%+v: want the next page", cur)
	}
	if s.step(&cur, 3, 10) || cur != (cursor{Since: noon.Add(time.Hour)}) {
		t.Errorf("%+v: want the next sweep", cur)
	}
}

func TestForeignCurrencyAndPhone(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{Currency: "PLN"}, nil)
	id := s.place(t, sim.Basket{Buyer: sim.Buyer{Name: "Anna Nowak", Phone: "501 100 200"}})
	if o := s.read(t, id); o.Total != money.New(1480_00, money.PLN) {
		t.Errorf("total %v, want zloty", o.Total)
	}
	euro := s.place(t, sim.Basket{Raw: map[string]any{"id_currency": 4}})
	if o := s.read(t, euro); o.Total.Currency != money.EUR {
		t.Errorf("total %v, want the order's own currency", o.Total)
	}
	strange := s.place(t, sim.Basket{Raw: map[string]any{"id_currency": 9}})
	raws, err := s.ReadOrders(t.Context(), []string{strange})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.ParseOrder(raws[0].Body)
	wantKind(t, "a currency nobody can name", err, connector.KindData, "currency")
	offers, err := s.ReadOffers(t.Context(), []string{"55"})
	if err != nil || offers[0].Price != money.New(740_00, money.PLN) {
		t.Errorf("%+v, %v: prices name no currency, so they are in the shop's", offers, err)
	}
	r, err := s.PushPrice(t.Context(), []connector.PriceUpdate{{OfferID: "55", Price: uah(1)}})
	if err != nil || r[0].State != connector.ItemRejected {
		t.Errorf("%+v, %v: hryvnias to a shop in zloty", r, err)
	}
	_, err = start(t, shop.Options{Currency: "XAU"}, nil).ListOffers(t.Context(), "")
	wantKind(t, "a shop that counts in gold", err, connector.KindSettings, "currency")
}

func TestSplitCheckout(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	a := s.place(t, sim.Basket{Raw: map[string]any{"reference": "KQZWXPLMN"}})
	b := s.place(t, sim.Basket{Raw: map[string]any{"reference": "KQZWXPLMN"}})
	if x, y := s.read(t, a), s.read(t, b); x.GroupID != "KQZWXPLMN" || x.GroupID != y.GroupID || x.ExternalID == y.ExternalID {
		t.Errorf("%+v and %+v are of one checkout", x, y)
	}
}

func TestOwnStates(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{Old: true}, nil)
	d, err := s.ReadDictionary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	stages := map[string]connector.Stage{}
	for _, st := range d.Statuses {
		stages[st.Code] = st.Stage
	}
	for code, want := range map[string]connector.Stage{
		stateCOD: connector.StageConfirmed, "21": connector.StageShipped, "22": connector.StagePicking, "23": "",
	} {
		if got, ok := stages[code]; !ok || got != want {
			t.Errorf("state %s: stage %q (there: %v), want %q", code, got, ok, want)
		}
	}
	if want := []connector.Method{{Code: "Самовивіз", Title: "Самовивіз", Service: "pickup"}, {Code: "Нова Пошта", Title: "Нова Пошта", Service: "nova_poshta"}}; !cmp.Equal(want, d.Delivery) {
		t.Error(cmp.Diff(want, d.Delivery))
	}
	id := s.place(t, sim.Basket{})
	for _, want := range []struct {
		state int64
		code  string
		stage connector.Stage
	}{{14, stateCOD, connector.StageConfirmed}, {21, "21", connector.StageShipped}, {23, "23", connector.StageConfirmed}} {
		if err := s.shop.SetState(id, want.state); err != nil {
			t.Fatal(err)
		}
		if o := s.read(t, id); o.Status != want.code || o.Stage != want.stage {
			t.Errorf("state %d reads as %q in stage %q", want.state, o.Status, o.Stage)
		}
	}
	if err := s.PushStatus(t.Context(), connector.StatusChange{OrderID: id, From: "23", To: "22"}); err != nil {
		t.Errorf("to a state of the owner's own: %v", err)
	}
	if o, _ := s.shop.Order(id); o.Status != "22" {
		t.Errorf("status %s", o.Status)
	}
}

func TestStatusIsNotRepeated(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	id := s.place(t, sim.Basket{})
	ship := connector.StatusChange{OrderID: id, From: stateBankWire, To: stateShipping}
	for range 2 {
		if err := s.PushStatus(t.Context(), ship); err != nil {
			t.Fatal(err)
		}
	}
	if s.shop.HistoryLen(id) != 1 || s.shop.Mails(id) != 1 {
		t.Errorf("%d rows of history, %d letters, want one of each", s.shop.HistoryLen(id), s.shop.Mails(id))
	}
	err := s.PushStatus(t.Context(), connector.StatusChange{OrderID: id, From: statePreparation, To: stateDelivered})
	wantKind(t, "the shop's staff was faster", err, connector.KindPermanent, stateShipping)
	err = s.PushStatus(t.Context(), connector.StatusChange{OrderID: id, From: stateShipping, To: stateError})
	wantKind(t, "a status that only the shop sets", err, connector.KindPermanent, stateError)
	quiet := start(t, shop.Options{}, map[string]string{"send_mail": "no"})
	id = quiet.place(t, sim.Basket{})
	ship.OrderID = id
	if err := quiet.PushStatus(t.Context(), ship); err != nil || quiet.shop.Mails(id) != 0 {
		t.Errorf("%v, %d letters, want none", err, quiet.shop.Mails(id))
	}
}

// In developer mode a write is done and answered with errors: the outcome is unknown until the truth is read.
func TestNoticesOfDeveloperMode(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{Notices: true}, nil)
	id := s.place(t, sim.Basket{})
	ship := connector.StatusChange{OrderID: id, From: stateBankWire, To: stateShipping}
	wantKind(t, "status", s.PushStatus(t.Context(), ship), connector.KindUnknown, "PHP")
	if err := s.PushStatus(t.Context(), ship); err != nil || s.shop.HistoryLen(id) != 1 {
		t.Errorf("the repeat: %v, %d rows of history", err, s.shop.HistoryLen(id))
	}
	stock := []connector.StockUpdate{{OfferID: "55", Quantity: qty.Pieces(3)}}
	_, err := s.PushStock(t.Context(), stock)
	wantKind(t, "stock", err, connector.KindUnknown, "PHP")
	r, err := s.PushStock(t.Context(), stock)
	if err != nil || r[0].State != connector.ItemConfirmed {
		t.Errorf("the repeat: %+v, %v", r, err)
	}
}

// After the read that precedes it, a lost write is unknown and a refused one is not.
func TestLostWrites(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	id := s.place(t, sim.Basket{})
	ship := connector.StatusChange{OrderID: id, From: stateBankWire, To: stateShipping}
	writes := map[string]func() error{
		"/api/order_histories": func() error { return s.PushStatus(t.Context(), ship) },
		"/api/order_carriers/": func() error { return s.PushTracking(t.Context(), id, "nova_poshta", "20450012345678") },
		"/api/products/": func() error {
			_, err := s.PushPrice(t.Context(), []connector.PriceUpdate{{OfferID: "55", Price: uah(800_00)}})
			return err
		},
		"/api/combinations/": func() error {
			_, err := s.PushPrice(t.Context(), []connector.PriceUpdate{{OfferID: "56-12", Price: uah(80_00)}})
			return err
		},
	}
	for path, write := range writes {
		for _, fault := range []sim.Kind{sim.HalfResponse, sim.Drop, sim.Status5xx} {
			s.shop.Faults().Set(fault, sim.Rule{Prefix: path, Next: 1})
			wantKind(t, path+" with "+string(fault), write(), connector.KindUnknown, "")
			s.shop.Faults().Clear()
			if fault == sim.HalfResponse { // it was done: the repeat finds that and adds nothing
				before := s.sent("P")
				if err := write(); err != nil || s.sent("P") != before {
					t.Errorf("%s repeated: %v, %d more writes", path, err, s.sent("P")-before)
				}
				s.undo(t, path, id)
			}
		}
		s.shop.Faults().Set(sim.Status429, sim.Rule{Prefix: path, Next: 1, RetryAfter: 9 * time.Second})
		if err := write(); connector.RetryAfter(err) != 9*time.Second {
			t.Errorf("%s limited: %v", path, err)
		}
		if err := write(); err != nil {
			t.Errorf("%s at last: %v", path, err)
		}
	}
	if s.shop.HistoryLen(id) != 2 {
		t.Errorf("%d rows of history, want the lost one and the last", s.shop.HistoryLen(id))
	}
}

// undo brings the shop back to where it was before a write.
func (s *stand) undo(t *testing.T, path, order string) {
	t.Helper()
	switch path {
	case "/api/order_histories":
		if err := s.shop.SetState(order, 10); err != nil {
			t.Fatal(err)
		}
	case "/api/order_carriers/":
		if err := s.PushTracking(t.Context(), order, "nova_poshta", "1"); err != nil {
			t.Fatal(err)
		}
	default:
		s.shop.SeedOffers([]sim.OfferSeed{
			{SKU: "SKU-17", Title: "Чайник", PriceMinor: 740_00, Quantity: 9}, {SKU: "SHIRT-M", PriceMinor: 110_00, Quantity: 3},
		})
	}
}

func TestTracking(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	id := s.place(t, sim.Basket{})
	if err := s.PushTracking(t.Context(), id, "Самовивіз", "7"); err != nil {
		t.Errorf("a carrier of the shop's own: %v", err)
	}
	writes := s.sent("PATCH")
	if err := s.PushTracking(t.Context(), id, "nova_poshta", "7"); err != nil || s.sent("PATCH") != writes {
		t.Errorf("the same number again: %v, %d writes", err, s.sent("PATCH")-writes)
	}
	s.shop.Forbid("order_carriers", "PATCH")
	if err := s.PushTracking(t.Context(), id, "nova_poshta", "8"); err != nil || s.sent("PUT /api/order_carriers/") != 1 {
		t.Errorf("without the right to PATCH: %v, %v", err, s.seen)
	}
	if o, _ := s.shop.Order(id); o.Tracking != "8" {
		t.Errorf("waybill %q", o.Tracking)
	}
}

func TestOneBadItemInABigBatch(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	var seeds []sim.OfferSeed
	for i := range info.Limits.StockBatch {
		seeds = append(seeds, sim.OfferSeed{SKU: "B-" + string(rune('A'+i)), Title: "Товар", PriceMinor: 1000, Quantity: 5})
	}
	s.shop.SeedOffers(seeds)
	var items []connector.StockUpdate
	for _, seed := range seeds {
		o, _ := s.shop.OfferBySKU(seed.SKU)
		items = append(items, connector.StockUpdate{OfferID: o.ID, Quantity: qty.Pieces(2)})
	}
	bad := []string{items[7].OfferID, items[8].OfferID, items[30].OfferID}
	for _, id := range bad {
		s.shop.Break(id)
	}
	results, err := s.PushStock(t.Context(), items)
	if err != nil {
		t.Fatal(err)
	}
	got := kinds(results)
	for _, it := range items {
		want, shown := connector.ItemAccepted, int64(2)
		if slices.Contains(bad, it.OfferID) {
			want, shown = connector.ItemRejected, 5
		}
		if o, _ := s.shop.Offer(it.OfferID); got[it.OfferID] != want || o.Quantity != shown {
			t.Errorf("offer %s: %q, shows %d", it.OfferID, got[it.OfferID], o.Quantity)
		}
	}
	for _, r := range results {
		if r.State == connector.ItemRejected && !strings.Contains(r.Err.Message, "StockAvailable") {
			t.Errorf("%s is refused in other words: %v", r.OfferID, r.Err)
		}
	}
}

// Many bad items end a push early; those left out have no result and come again.
func TestManyBadItems(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	var items []connector.StockUpdate
	for i := range 9 {
		sku := "B-" + string(rune('A'+i))
		s.shop.SeedOffers([]sim.OfferSeed{{SKU: sku, Title: "Товар", PriceMinor: 1000, Quantity: 5}})
		o, _ := s.shop.OfferBySKU(sku)
		s.shop.Break(o.ID)
		items = append(items, connector.StockUpdate{OfferID: o.ID})
	}
	results, err := s.PushStock(t.Context(), items)
	if err != nil || len(results) != maxRefusals {
		t.Errorf("%d results, error %v", len(results), err)
	}
}

func TestStockThatCanNotBeWritten(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	s.shop.DependOnStock("56-13")
	results, err := s.PushStock(t.Context(), []connector.StockUpdate{
		{OfferID: "56", Quantity: qty.Pieces(50)}, {OfferID: "56-13", Quantity: qty.Pieces(8)}, {OfferID: "56-12", Quantity: 2500},
		{OfferID: "55-12", Quantity: 1}, {OfferID: "055", Quantity: 1}, {OfferID: "55", Quantity: qty.Pieces(9)},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]connector.ItemState{
		"56": connector.ItemRejected, "56-13": connector.ItemRejected, "56-12": connector.ItemAccepted, "55-12": connector.ItemRejected,
		"055": connector.ItemRejected, "55": connector.ItemConfirmed,
	}
	if diff := cmp.Diff(want, kinds(results)); diff != "" {
		t.Error(diff)
	}
	if got := s.shop.StockQuantity("56", 1); got != 6 {
		t.Errorf("the sum row is %d, want 2 and 4", got)
	}
	offers, err := s.ReadOffers(t.Context(), []string{"56-13", "56"})
	if err != nil || len(offers) != 1 || !strings.Contains(offers[0].Refuses, "warehouses") {
		t.Errorf("%+v, %v", offers, err)
	}
}

func TestMultistore(t *testing.T) {
	t.Parallel()
	o := shop.Options{Shops: []int64{1, 2}}
	push := []connector.StockUpdate{{OfferID: "55", Quantity: qty.Pieces(1)}}
	all := start(t, o, nil)
	results, err := all.PushStock(t.Context(), push)
	if err != nil || results[0].State != connector.ItemRejected || !strings.Contains(results[0].Err.Message, "several shops") {
		t.Errorf("without a shop's number: %+v, %v", results, err)
	}
	second := start(t, o, map[string]string{"shop_id": "2"})
	results, err = second.PushStock(t.Context(), push)
	if err != nil || results[0].State != connector.ItemAccepted {
		t.Errorf("%+v, %v", results, err)
	}
	if a, b := second.shop.StockQuantity("55", 1), second.shop.StockQuantity("55", 2); a != 9 || b != 1 {
		t.Errorf("shop 1 has %d and shop 2 has %d, want 9 and 1", a, b)
	}
	_, err = start(t, o, map[string]string{"shop_id": "3"}).Check(t.Context())
	wantKind(t, "a shop that is not there", err, connector.KindSettings, "shop_id")
}

func TestPriceWithoutTax(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]shop.Options{"PATCH": {TaxPerMille: 230}, "whole rows": {Old: true, TaxPerMille: 75}, "no tax": {TaxPerMille: -1}} {
		s := start(t, o, nil)
		s.shop.Describe("55", "Опис магазину")
		var items []connector.PriceUpdate
		want := map[string]int64{"55": 1234_57, "56-12": 99_99, "56-13": 1}
		for id, minor := range want {
			items = append(items, connector.PriceUpdate{OfferID: id, Price: uah(minor), Old: uah(minor * 2)})
		}
		results, err := s.PushPrice(t.Context(), append(items, connector.PriceUpdate{OfferID: "56", Price: uah(5)}))
		if err != nil || kinds(results)["56"] != connector.ItemRejected {
			t.Errorf("%s: %+v, %v", name, results, err)
		}
		for id, minor := range want {
			if o, _ := s.shop.Offer(id); o.PriceMinor != minor || !o.Orderable || kinds(results)[id] != connector.ItemAccepted {
				t.Errorf("%s: offer %s shows %d (orderable: %v), %q, want %d", name, id, o.PriceMinor, o.Orderable, kinds(results)[id], minor)
			}
		}
		if got := s.shop.Description("55"); got != "Опис магазину" {
			t.Errorf("%s: the description became %q", name, got)
		}
		writes := s.sent("P")
		if results, err = s.PushPrice(t.Context(), items); err != nil || results[0].State != connector.ItemConfirmed || s.sent("P") != writes {
			t.Errorf("%s: the same prices again: %+v, %v, %d writes", name, results, err, s.sent("P")-writes)
		}
	}
}

func TestPriceDuringASale(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	s.shop.Reduce("55", 40_00)
	offers, err := s.ReadOffers(t.Context(), []string{"55"})
	if err != nil || offers[0].Price != uah(700_00) {
		t.Errorf("%+v, %v: want what buyers pay", offers, err)
	}
	results, err := s.PushPrice(t.Context(), []connector.PriceUpdate{{OfferID: "55", Price: uah(650_00)}})
	if err != nil || results[0].State != connector.ItemRejected || !strings.Contains(results[0].Err.Message, "sale") {
		t.Errorf("%+v, %v", results, err)
	}
}

func TestOffers(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	s.shop.AllowOutOfStock("56-13")
	s.shop.SeedOffers([]sim.OfferSeed{{SKU: "SHIRT-L", PriceMinor: 90_00}, {SKU: "HID", Title: "Схований", PriceMinor: 5_00, Quantity: 1, Hidden: true}})
	p, err := s.ListOffers(t.Context(), "")
	if err != nil || p.More {
		t.Fatalf("more %v, error %v", p.More, err)
	}
	want := []connector.Offer{
		{ExternalID: "55", SKU: "SKU-17", Barcode: "4820000000017", Title: "Чайник", Price: uah(740_00), Quantity: qty.Pieces(9), Orderable: true, Counted: true, Active: true},
		{ExternalID: "56-12", SKU: "SHIRT-M", Title: "Сорочка SHIRT-M", Price: uah(110_00), Quantity: qty.Pieces(3), Orderable: true, Counted: true, Active: true},
		{ExternalID: "56-13", SKU: "SHIRT-L", Title: "Сорочка SHIRT-L", Price: uah(90_00), Orderable: true, Counted: true, Active: true},
		{ExternalID: "57", SKU: "HID", Title: "Схований", Price: uah(5_00), Quantity: qty.Pieces(1), Counted: true},
	}
	if diff := cmp.Diff(want, p.Offers); diff != "" {
		t.Error(diff)
	}
}

func uah(minor int64) connector.Money { return money.New(minor, money.UAH) }
