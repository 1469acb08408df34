package opencart

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/sim"
	shopsim "github.com/lad-hub/lad/internal/sim/opencart"
)

const hookSecret = "0123456789abcdef0123456789abcdef"

// stand is a simulated shop with a kettle (50) and tea in two colours (51-17, 51-18), and a session with it.
type stand struct {
	*shopsim.Shop
	*channel
	clock *clock.Fake
	url   string
}

func start(t *testing.T, o shopsim.Options, set map[string]string) *stand {
	t.Helper()
	s := &stand{clock: clock.NewFake(time.Date(2026, 10, 2, 12, 0, 0, 0, time.UTC))}
	o.Clock = s.clock
	s.Shop = shopsim.New(o)
	s.SeedOffers([]sim.OfferSeed{
		{SKU: "SKU-17", Title: "Чайник", PriceMinor: 74000, Quantity: 1000},
		{SKU: "TEA-R", Title: "Чай червоний", ParentSKU: "TEA", PriceMinor: 12000, Quantity: 3},
		{SKU: "TEA-G", Title: "Чай зелений", ParentSKU: "TEA", PriceMinor: 12000, Quantity: 3},
	})
	srv := httptest.NewServer(s.Shop)
	t.Cleanup(srv.Close)
	s.url = srv.URL
	settings := s.Settings(srv.URL)
	for k, v := range set {
		settings[k] = v
	}
	s.channel = open(t, settings, s.clock.Now)
	return s
}

func open(t *testing.T, settings map[string]string, now func() time.Time) *channel {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	ch, err := New().Open(connector.Config{Settings: settings, HTTP: client, HookSecret: hookSecret, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return ch.(*channel)
}

func (s *stand) order(t *testing.T, b sim.Basket) string {
	t.Helper()
	if b.Lines == nil {
		b.Lines = []sim.BasketLine{{SKU: "SKU-17", Quantity: 1}}
	}
	p, err := s.PlaceOrder(b)
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

// parsed reads an order by id through the API.
func (s *stand) parsed(t *testing.T, id string) connector.Order {
	t.Helper()
	raws, err := s.ReadOrders(t.Context(), []string{id})
	if err != nil || len(raws) != 1 {
		t.Fatalf("%d orders, error %v", len(raws), err)
	}
	o, err := s.ParseOrder(raws[0].Body)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func wantKind(t *testing.T, what string, err error, kind connector.Kind, words string) {
	t.Helper()
	if err == nil || connector.KindOf(err) != kind || !strings.Contains(err.Error(), words) {
		t.Errorf("%s: %v, want kind %s with %q", what, err, kind, words)
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	good := map[string]string{
		"https://shop.example/index.php?route=extension/lad/module/lad":              "https://shop.example/index.php?route=extension%2Flad%2Fmodule%2Flad",
		" shop.example/oc/index.php?route=extension/module/lad&amp;call=ping#x ":     "https://shop.example/oc/index.php?route=extension%2Fmodule%2Flad",
		"http://127.0.0.1:8083/index.php?language=uk&route=extension%2Fmodule%2Flad": "http://127.0.0.1:8083/index.php?route=extension%2Fmodule%2Flad",
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
	if _, e := paidStatuses("17, x"); e == nil || e.Kind != connector.KindSettings {
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
	s.Allow("stock", false)
	_, err = s.PushStock(t.Context(), []connector.StockUpdate{{OfferID: "50", Quantity: qty.Pieces(1)}})
	wantKind(t, "stock not allowed", err, connector.KindAuth, "did not allow")
	if _, err := s.Check(t.Context()); err != nil {
		t.Errorf("reading stays allowed: %v", err)
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

// The shop refuses what is signed too early or too late; the driver takes the shop's time and signs once more.
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
		{403, `<html>blocked by the firewall</html>`, false, connector.KindAuth},
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

func (s *stand) sweep(t *testing.T, cursor string) (ids []string, next string) {
	t.Helper()
	for more := true; more; {
		p, err := s.PullOrders(t.Context(), cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range p.Orders {
			ids = append(ids, o.ExternalID)
		}
		cursor, more = p.Next, p.More
	}
	return ids, cursor
}

func TestJournalAnewAndRestored(t *testing.T) {
	t.Parallel()
	s := start(t, shopsim.Options{}, nil)
	for range 3 {
		s.order(t, sim.Basket{})
	}
	_, cursor := s.sweep(t, "")
	if cursor != `{"journal":"a1","after":3}` {
		t.Errorf("cursor %s", cursor)
	}
	s.Reinstall()
	ids, cursor := s.sweep(t, cursor)
	if diff := cmp.Diff([]string{"1042", "1043", "1044"}, ids); diff != "" {
		t.Errorf("the module installed anew:\n%s", diff)
	}
	s.Restore(2)
	s.order(t, sim.Basket{})
	if ids, _ := s.sweep(t, cursor); len(ids) != 2 || ids[1] != "1045" {
		t.Errorf("a backup put back: orders %v", ids)
	}
	if ids, _ := s.sweep(t, `{"after":-5}`); len(ids) == 0 {
		t.Error("a foreign cursor stops the pull")
	}
}

func TestDeletedOrderIsCancelled(t *testing.T) {
	t.Parallel()
	s := start(t, shopsim.Options{}, nil)
	id := s.order(t, sim.Basket{})
	_, cursor := s.sweep(t, "")
	if err := s.DeleteOrder(id); err != nil {
		t.Fatal(err)
	}
	p, err := s.PullOrders(t.Context(), cursor)
	if err != nil || len(p.Orders) != 1 {
		t.Fatalf("%d orders, error %v", len(p.Orders), err)
	}
	o, err := s.ParseOrder(p.Orders[0].Body)
	if err != nil || o.Stage != connector.StageCancelled || o.CancelBy != "seller" || len(o.Lines) != 1 {
		t.Errorf("%+v, error %v", o, err)
	}
}

func TestOneLetterForOneStep(t *testing.T) {
	t.Parallel()
	s := start(t, shopsim.Options{}, map[string]string{"notify": "yes"})
	id := s.order(t, sim.Basket{})
	step := connector.StatusChange{OrderID: id, From: "1", To: "3", Tracking: "20450012345678", Carrier: "nova_poshta"}
	s.Faults().Set(sim.AcceptThenFail, sim.Rule{Next: 1})
	wantKind(t, "the answer is lost", s.PushStatus(t.Context(), step), connector.KindUnknown, "")
	for range 2 {
		if err := s.PushStatus(t.Context(), step); err != nil {
			t.Error(err)
		}
	}
	if err := s.PushTracking(t.Context(), id, "nova_poshta", "20450012345678"); err != nil {
		t.Error(err)
	}
	if n := s.Mails(id); n != 1 {
		t.Errorf("%d letters, want one", n)
	}
	if o := s.parsed(t, id); o.Stage != connector.StageShipped || o.Delivery.Tracking != "20450012345678" {
		t.Errorf("%+v", o)
	}
	if err := s.PushTracking(t.Context(), id, "ukrposhta", "0500"); err != nil || s.Mails(id) != 2 {
		t.Errorf("another waybill: %v, %d letters", err, s.Mails(id))
	}
}

func TestStepFromAnotherStatus(t *testing.T) {
	t.Parallel()
	s := start(t, shopsim.Options{}, nil)
	id := s.order(t, sim.Basket{})
	if err := s.CancelOrder(id); err != nil {
		t.Fatal(err)
	}
	err := s.PushStatus(t.Context(), connector.StatusChange{OrderID: id, From: "1", To: "2"})
	wantKind(t, "the buyer was faster", err, connector.KindPermanent, "another status")
	if o := s.parsed(t, id); o.Stage != connector.StageCancelled {
		t.Errorf("the order is %s again", o.Stage)
	}
}

func TestStatusesOfTheShop(t *testing.T) {
	t.Parallel()
	s := start(t, shopsim.Options{Statuses: []shopsim.Status{
		{ID: 15, Name: "Скасовано менеджером"}, {ID: 17, Name: "Передзвонити"}, {ID: 18, Name: "Посилку отримано", Group: "complete"}, {ID: 19, Name: "Власний", Group: "complete"},
	}}, nil)
	d, err := s.ReadDictionary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]connector.Stage{}
	for _, st := range d.Statuses {
		got[st.Code] = st.Stage
	}
	want := map[string]connector.Stage{"15": connector.StageCancelled, "17": connector.StageConfirmed, "18": connector.StageCompleted, "19": connector.StageCompleted}
	for _, st := range info.Statuses {
		if st.Code != "15" {
			want[st.Code] = st.Stage
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stages:\n%s", diff)
	}
	wantMethods := connector.Dictionary{
		Payment:  []connector.Method{{Code: "Оплата при отриманні", Title: "Оплата при отриманні", OnPickup: true}, {Code: "Картка онлайн", Title: "Картка онлайн"}},
		Delivery: []connector.Method{{Code: "Нова пошта", Title: "Нова пошта", Service: "nova_poshta"}, {Code: "Самовивіз", Title: "Самовивіз", Service: "pickup"}},
	}
	if diff := cmp.Diff(wantMethods, connector.Dictionary{Payment: d.Payment, Delivery: d.Delivery}); diff != "" {
		t.Errorf("methods:\n%s", diff)
	}
	id := s.order(t, sim.Basket{})
	err = s.PushStatus(t.Context(), connector.StatusChange{OrderID: id, From: "1", To: "15"})
	wantKind(t, "a renamed status", err, connector.KindPermanent, "means something else")
	s.DropStatus(3)
	wantKind(t, "a deleted status", s.PushStatus(t.Context(), connector.StatusChange{OrderID: id, From: "1", To: "3"}), connector.KindPermanent, "no such status")
	s.statuses = nil
	wantKind(t, "a deleted status, asked before", s.PushStatus(t.Context(), connector.StatusChange{OrderID: id, From: "1", To: "3"}), connector.KindPermanent, "no status 3")
	if o, _ := s.Order(id); o.Status != "1" {
		t.Errorf("the order is in status %s", o.Status)
	}
}

func TestOneBadItemInABigBatch(t *testing.T) {
	t.Parallel()
	s := start(t, shopsim.Options{}, nil)
	var items []connector.StockUpdate
	for i := range maxItems {
		sku := "B-" + strconv.Itoa(i)
		s.SeedOffers([]sim.OfferSeed{{SKU: sku, Title: "Товар", PriceMinor: 100}})
		o, _ := s.OfferBySKU(sku)
		items = append(items, connector.StockUpdate{OfferID: o.ID, Quantity: qty.Pieces(3)})
	}
	items[7].OfferID, items[8].OfferID = "51-99", "51" // a value and a product that are no offers
	if err := s.Refuse(items[9].OfferID, "options"); err != nil {
		t.Fatal(err)
	}
	done, err := s.PushStock(t.Context(), items)
	if err != nil {
		t.Fatal(err)
	}
	refused := map[string]string{}
	for _, r := range done {
		if r.State == connector.ItemRejected {
			refused[r.OfferID] = r.Err.Code
		}
	}
	if diff := cmp.Diff(map[string]string{"51-99": "unknown", "51": "unknown", items[9].OfferID: "options"}, refused); diff != "" || len(done) != maxItems {
		t.Errorf("%d results, refused:\n%s", len(done), diff)
	}
	for _, it := range []connector.StockUpdate{items[0], items[maxItems-1]} {
		if o, _ := s.Offer(it.OfferID); o.Quantity != 3 {
			t.Errorf("offer %s shows %d", it.OfferID, o.Quantity)
		}
	}
}

func TestStockOfOptionsAndParts(t *testing.T) {
	t.Parallel()
	s := start(t, shopsim.Options{SellAtZero: true}, nil)
	done, err := s.PushStock(t.Context(), []connector.StockUpdate{{OfferID: "51-17", Quantity: 2500}, {OfferID: "50", Quantity: -1000}})
	if err != nil || len(done) != 2 {
		t.Fatalf("%v, %v", done, err)
	}
	s.order(t, sim.Basket{Lines: []sim.BasketLine{{OfferID: "50", Quantity: 2}, {OfferID: "51-18", Quantity: 1}}})
	offers, err := s.ReadOffers(t.Context(), []string{"50", "51-17", "51-18"})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]connector.Qty{}
	for _, o := range offers {
		got[o.ExternalID] = o.Quantity
		if !o.Orderable || !o.Counted {
			t.Errorf("%+v: a shop that sells at zero lets everything be ordered", o)
		}
	}
	if diff := cmp.Diff(map[string]connector.Qty{"50": 0, "51-17": qty.Pieces(2), "51-18": qty.Pieces(2)}, got); diff != "" {
		t.Error(diff)
	}
}

func TestPrices(t *testing.T) {
	t.Parallel()
	s := start(t, shopsim.Options{}, nil)
	if err := s.Special("51-18", 9000); err != nil {
		t.Fatal(err)
	}
	uah := func(minor int64) connector.Money { return money.New(minor, money.UAH) }
	push := func(items ...connector.PriceUpdate) map[string]connector.ItemResult {
		t.Helper()
		done, err := s.PushPrice(t.Context(), items)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]connector.ItemResult{}
		for _, r := range done {
			got[r.OfferID] = r
		}
		return got
	}
	got := push(
		connector.PriceUpdate{OfferID: "50", Price: uah(60000), Old: uah(74000)}, connector.PriceUpdate{OfferID: "51-17", Price: money.New(500, money.PLN)},
		connector.PriceUpdate{OfferID: "51-18", Price: uah(10000)},
	)
	if got["50"].State != connector.ItemAccepted || got["51-17"].Err == nil || got["51-17"].Err.Code != "currency" || got["51-18"].Err == nil || got["51-18"].Err.Code != "special" {
		t.Errorf("%+v", got)
	}
	if o, _ := s.Offer("50"); o.PriceMinor != 60000 || o.OldPriceMinor != 74000 {
		t.Errorf("crossed out: %+v", o)
	}
	push(connector.PriceUpdate{OfferID: "50", Price: uah(65000)})
	if o, _ := s.Offer("50"); o.PriceMinor != 65000 || o.OldPriceMinor != 0 {
		t.Errorf("not crossed out any more: %+v", o)
	}
}

func TestOfferWithoutCurrency(t *testing.T) {
	t.Parallel()
	i := item{OfferID: "50", Price: "12.50", Quantity: "-3", Active: "true", Refuses: "options"}
	for currency, want := range map[string]connector.Money{"": money.New(1250, money.UAH), "PLN": money.New(1250, money.PLN), "DUC": {}} {
		if o := i.offer("").Price; currency == "" && o != want {
			t.Errorf("no currency: %v, want %v", o, want)
		}
		if o := i.offer(wire.Text(currency)); o.Price != want || o.Quantity != 0 || !strings.Contains(o.Refuses, "several options") {
			t.Errorf("currency %q: %+v, want %v", currency, o, want)
		}
	}
	i.Quantity = ""
	if i.offer("").Counted {
		t.Error("a quantity that is not there counts")
	}
}

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
		again, err := s.ParseWebhook(nil, body)
		if diff := cmp.Diff(hook, again); diff != "" || err != nil {
			t.Errorf("read again from the store: %v\n%s", err, diff)
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

// What goes wrong never shows the secret or a buyer.
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
