package shopfile

import (
	"encoding/json"
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
	toolkit "github.com/lad-hub/lad/internal/sim"
	sim "github.com/lad-hub/lad/internal/sim/shopfile"
)

// stand is a channel against a simulated shop with a mug (501) and two sizes (503, 504) of a shirt (502).
type stand struct {
	*channel
	shop  *sim.Shop
	clock *clock.Fake
}

func start(t *testing.T, o sim.Options, settings ...string) *stand {
	t.Helper()
	st := &stand{clock: clock.NewFake(time.Date(2026, 1, 14, 9, 10, 0, 0, time.UTC))}
	o.Options = toolkit.Options{Clock: st.clock}
	st.shop = sim.New(o)
	st.shop.SeedOffers([]toolkit.OfferSeed{
		{SKU: "MUG", Title: "Mug", PriceMinor: 4900, Quantity: 1000, Barcode: "5900000000011"},
		{SKU: "SHIRT-S", ParentSKU: "SHIRT", Title: "S", PriceMinor: 9900, Quantity: 3},
		{SKU: "SHIRT-L", ParentSKU: "SHIRT", Title: "L", PriceMinor: 10900, Quantity: 0},
	})
	srv := httptest.NewServer(st.shop)
	t.Cleanup(srv.Close)
	set := st.shop.Settings(srv.URL)
	for i := 0; i+1 < len(settings); i += 2 {
		set[settings[i]] = settings[i+1]
	}
	st.channel = open(t, set, st.clock.Now)
	return st
}

func open(t *testing.T, settings map[string]string, now func() time.Time) *channel {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	ch, err := New().Open(connector.Config{Settings: settings, HTTP: client, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return ch.(*channel)
}

func (st *stand) place(t *testing.T) string {
	t.Helper()
	p, err := st.shop.PlaceOrder(toolkit.Basket{Buyer: toolkit.Buyer{Name: "Ola Nowa"}, Lines: []toolkit.BasketLine{{OfferID: "501", Quantity: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

// sweep pulls until no more pages are promised.
func (st *stand) sweep(t *testing.T, cursor string) (got map[string]connector.Order, next string) {
	t.Helper()
	got = map[string]connector.Order{}
	for more := true; more; {
		p, err := st.PullOrders(t.Context(), cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, raw := range p.Orders {
			o, err := st.ParseOrder(raw.Body)
			if err != nil {
				t.Fatal(err)
			}
			got[raw.ExternalID] = o
		}
		cursor, more = p.Next, p.More
	}
	return got, cursor
}

func wantKind(t *testing.T, what string, err error, kind connector.Kind) {
	t.Helper()
	if err == nil || connector.KindOf(err) != kind {
		t.Errorf("%s: %v, want kind %s", what, err, kind)
	}
}

// file serves canned answers by action ("" is GET) and records what was asked.
func file(t *testing.T, answers map[string]string) (*channel, *[]url.Values) {
	t.Helper()
	var seen []url.Values
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		form, _ := url.ParseQuery(string(body))
		seen = append(seen, form)
		answer, ok := answers[form.Get("action")]
		if !ok {
			answer = `{"error":true,"error_code":"unsupported_action","error_text":"No action"}`
		}
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(srv.Close)
	ch := open(t, map[string]string{"base_url": srv.URL + "/x.php", "password": "secret-password"}, func() time.Time { return time.Date(2026, 1, 14, 9, 10, 0, 0, time.UTC) })
	return ch, &seen
}

const version = `{"platform":"Own","version":"1","standard":4}`

func TestSettings(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://shop.example/baselinker.php": "https://shop.example/baselinker.php", "shop.example/index.php?route=module/bl#top": "https://shop.example/index.php?route=module/bl",
		"https://shop.example/bl/": "https://shop.example/bl", "https://shop.example/?a=%zz": "", "ftp://shop.example/x": "", "https://me:pw@shop.example/": "",
	} {
		got, e := fileAddress(address)
		if got != want || (e == nil) != (want != "") {
			t.Errorf("%s: %q, error %v, want %q", address, got, e, want)
		}
	}
	_, err := New().Open(connector.Config{Settings: map[string]string{"base_url": "https://x", "password": "p", "currency": "ducats"}, HTTP: http.DefaultClient, Now: time.Now})
	wantKind(t, "a currency nobody knows", err, connector.KindSettings)
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		o    sim.Options
		want string
	}{
		"everything": {sim.Options{}, "LadShop 4.1.3"}, "notices before the JSON": {sim.Options{Notices: "\ufeff\nNotice: Undefined index [x] in {main}\n"}, "LadShop 4.1.3"},
		"a framework's plugin":    {sim.Options{Framework: true}, "LadShop 4.1.3"},
		"a file that can not all": {sim.Options{Without: []string{"OrderUpdate", "ProductsPriceUpdate", "StatusesList"}}, "LadShop 4.1.3 (without: statuses of orders, prices)"},
		"an old file":             {sim.Options{Without: []string{"SupportedMethods"}}, "LadShop 4.1.3"},
	} {
		if account, err := start(t, c.o).Check(t.Context()); err != nil || account.Name != c.want {
			t.Errorf("%s: %q, error %v, want %q", name, account.Name, err, c.want)
		}
	}
	_, err := start(t, sim.Options{Without: []string{"OrdersGet", "ProductsQuantityUpdate"}}).Check(t.Context())
	wantKind(t, "neither orders nor stock", err, connector.KindSettings)
	_, err = start(t, sim.Options{Framework: true}, "password", "wrong").Check(t.Context())
	wantKind(t, "a wrong password of a framework's plugin", err, connector.KindAuth)
}

// What is no integration file never sees the password.
func TestPasswordIsNotShownToStrangers(t *testing.T) {
	t.Parallel()
	for body, kind := range map[string]connector.Kind{"<html>Welcome</html>": connector.KindTransient, `{"hello":"world"}`: connector.KindSettings} {
		ch, seen := file(t, map[string]string{"": body})
		_, err := ch.Check(t.Context())
		wantKind(t, body, err, kind)
		if len(*seen) != 1 || (*seen)[0].Has("bl_pass") {
			t.Errorf("%s: %d requests, with the password: %v", body, len(*seen), *seen)
		}
	}
}

func TestGoneMovedRevoked(t *testing.T) {
	t.Parallel()
	st := start(t, sim.Options{})
	pull := func() error { _, err := st.PullOrders(t.Context(), ""); return err }
	if err := pull(); err != nil {
		t.Fatal(err)
	}
	st.shop.Faults().Set(toolkit.ExpireTokens, toolkit.Rule{})
	wantKind(t, "another password", pull(), connector.KindAuth)
	st.shop.Faults().Clear()
	st.shop.Move("https://new.example/")
	wantKind(t, "moved", pull(), connector.KindSettings)
	st.shop.Uninstall()
	wantKind(t, "uninstalled", pull(), connector.KindSettings)
}

// What the file says of its database can hold a query with somebody's data; an error never repeats it, nor the password.
func TestDiscretion(t *testing.T) {
	t.Parallel()
	ch, _ := file(t, map[string]string{
		actMethods: `["OrdersGet","OrderUpdate"]`, actOrders: `{"error":1,"error_code":"db_query","error_text":"select * from orders where phone = 500100200"}`,
		actOrderUpdate: `{"error":"no secret-password for you"}`,
	})
	_, err := ch.PullOrders(t.Context(), "")
	wantKind(t, "a database that is away", err, connector.KindTransient)
	if strings.Contains(err.Error(), "500100200") {
		t.Error(err)
	}
	err = ch.PushStatus(t.Context(), connector.StatusChange{OrderID: "1", To: wordSent})
	wantKind(t, "a refusal", err, connector.KindPermanent)
	if strings.Contains(err.Error(), "secret-password") {
		t.Error(err)
	}
}

// A change of an order placed within the last day is seen by the next sweep, of an older one within an hour.
func TestChangedOrdersAreReadAgain(t *testing.T) {
	t.Parallel()
	st := start(t, sim.Options{})
	old := st.place(t)
	st.clock.Advance(30 * time.Hour)
	young := st.place(t)
	_, next := st.sweep(t, "")
	for _, id := range []string{old, young} {
		if err := st.shop.PayOrder(id); err != nil {
			t.Fatal(err)
		}
	}
	st.clock.Advance(time.Minute)
	got, next := st.sweep(t, next)
	if _, seen := got[old]; seen || got[young].Payment.State != connector.PaymentPaid {
		t.Errorf("a minute later: %+v", got)
	}
	st.clock.Advance(time.Hour)
	if got, _ = st.sweep(t, next); got[old].Payment.State != connector.PaymentPaid {
		t.Errorf("an hour later: %+v", got[old])
	}
}

// A file with a limit of its own that tells no pages is asked until nothing more comes.
func TestHiddenLimit(t *testing.T) {
	t.Parallel()
	var asked []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		if r.PostFormValue("action") == actMethods {
			_, _ = io.WriteString(w, `["OrdersGet"]`)
			return
		}
		from := number(r.PostFormValue("id_from"))
		asked = append(asked, r.PostFormValue("id_from"))
		rows := map[string]any{}
		for id := from + 1; id <= min(from+10, 25); id++ {
			rows[fmt.Sprint(id)] = map[string]any{"status_id": "new"}
		}
		_ = json.NewEncoder(w).Encode(rows)
	}))
	t.Cleanup(srv.Close)
	ch := open(t, map[string]string{"base_url": srv.URL, "password": "p"}, time.Now)
	n, cursor := 0, ""
	for more := true; more; {
		p, err := ch.PullOrders(t.Context(), cursor)
		if err != nil {
			t.Fatal(err)
		}
		n, cursor, more = n+len(p.Orders), p.Next, p.More
	}
	if diff := cmp.Diff([]string{"0", "10", "20"}, asked); n != 25 || diff != "" {
		t.Errorf("%d orders\n%s", n, diff)
	}
}

// A file that does not know order_id gives the order and later ones.
func TestReadOrdersOfAnOldFile(t *testing.T) {
	t.Parallel()
	ch, seen := file(t, map[string]string{actMethods: `["OrdersGet"]`, actOrders: `{"7":{"status_id":"1"},"8":{"status_id":"1"},"x":{"status_id":"1"}}`})
	got, err := ch.ReadOrders(t.Context(), []string{"7", "nonsense", "0"})
	if err != nil || len(got) != 1 || got[0].ExternalID != "7" {
		t.Errorf("%+v, error %v", got, err)
	}
	if last := (*seen)[len(*seen)-1]; last.Get("order_id") != "7" || last.Get("id_from") != "6" {
		t.Errorf("asked %v", last)
	}
}

// Brackets are an empty map, but only when they come from the file.
func TestEmptyListIsDoubted(t *testing.T) {
	t.Parallel()
	for answer, ok := range map[string]bool{version: true, `[]`: false, `{}`: false} {
		ch, _ := file(t, map[string]string{actMethods: `["OrdersGet"]`, actOrders: `[]`, actFileVersion: answer})
		if _, err := ch.PullOrders(t.Context(), ""); (err == nil) != ok {
			t.Errorf("version %s: error %v", answer, err)
		}
	}
}

func TestOffers(t *testing.T) {
	t.Parallel()
	st := start(t, sim.Options{Currency: "EUR"})
	p, err := st.ListOffers(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	eur := func(minor int64) connector.Money { return money.New(minor, money.EUR) }
	const page = "https://shop.example/p/"
	want := []connector.Offer{
		{ExternalID: "501", SKU: "MUG", Barcode: "5900000000011", Title: "Mug", URL: page + "501", Price: eur(4900), Quantity: qty.Pieces(1000), Orderable: true, Counted: true, Active: true},
		{ExternalID: "502:503", SKU: "SHIRT-S", Title: "SHIRT S", URL: page + "502", Price: eur(9900), Quantity: qty.Pieces(3), Orderable: true, Counted: true, Active: true},
		{ExternalID: "502:504", SKU: "SHIRT-L", Title: "SHIRT L", URL: page + "502", Price: eur(10900), Counted: true, Active: true},
	}
	if diff := cmp.Diff(want, p.Offers); diff != "" || p.More {
		t.Errorf("variants are offers of their own, their product is none; more %v\n%s", p.More, diff)
	}
	read, err := st.ReadOffers(t.Context(), []string{"502:504", "502", "999", "no such", ""})
	if diff := cmp.Diff(want[2:], read); err != nil || diff != "" {
		t.Errorf("error %v\n%s", err, diff)
	}
}

// Prices without a currency are in that of the form.
func TestPriceWithoutCurrency(t *testing.T) {
	t.Parallel()
	st := start(t, sim.Options{}, "currency", "UAH")
	read, err := st.ReadOffers(t.Context(), []string{"501"})
	if err != nil || len(read) != 1 || read[0].Price != money.New(4900, money.UAH) {
		t.Errorf("%+v, error %v", read, err)
	}
	got, err := st.PushPrice(t.Context(), []connector.PriceUpdate{{OfferID: "501", Price: pln(5000)}, {OfferID: "502:503", Price: money.New(5050, money.UAH)}})
	if err != nil || len(got) != 2 || got[0].State != connector.ItemRejected || got[1].State != connector.ItemAccepted {
		t.Errorf("%+v, error %v", got, err)
	}
	if o, _ := st.shop.Offer("502:503"); o.PriceMinor != 5050 {
		t.Errorf("price %d", o.PriceMinor)
	}
}

func TestOffersWithoutDetails(t *testing.T) {
	t.Parallel()
	st := start(t, sim.Options{Without: []string{"ProductsData", "ProductsQuantityUpdate"}})
	p, err := st.ListOffers(t.Context(), "")
	if err != nil || len(p.Offers) != 2 || p.Offers[0].Refuses == "" || p.Offers[0].Price != pln(4900) {
		t.Errorf("%+v, error %v", p.Offers, err)
	}
	if read, err := st.ReadOffers(t.Context(), []string{"502"}); err != nil || len(read) != 1 || read[0].Quantity != qty.Pieces(3) {
		t.Errorf("%+v, error %v", read, err)
	}
}

// Quantities are set, never changed by a difference: the shop takes a sold piece off by itself.
func TestPushStock(t *testing.T) {
	t.Parallel()
	ch, seen := file(t, map[string]string{actMethods: `["ProductsQuantityUpdate"]`, actQuantity: `{"counter":"2"}`})
	got, err := ch.PushStock(t.Context(), []connector.StockUpdate{{OfferID: "17", Quantity: 2500}, {OfferID: "18:3", Quantity: -1000}})
	want := []connector.ItemResult{{OfferID: "17", State: connector.ItemAccepted}, {OfferID: "18:3", State: connector.ItemAccepted}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("error %v\n%s", err, diff)
	}
	last := (*seen)[len(*seen)-1]
	if diff := cmp.Diff(`[{"product_id":"17","variant_id":"0","operation":"set","quantity":2},{"product_id":"18","variant_id":"3","operation":"set","quantity":0}]`, last.Get("products")); diff != "" {
		t.Error(diff)
	}
	if last.Get("bl_pass") != "secret-password" {
		t.Error("the password is not sent")
	}
}

// The file only counts what it changed: when that is too little, the read-back tells which.
func TestTooLowACounter(t *testing.T) {
	t.Parallel()
	ch, _ := file(t, map[string]string{
		actMethods: `["ProductsQuantityUpdate","ProductsData"]`, actQuantity: `{"counter":1}`,
		actData: `{"1":{"name":"a","price":"1.00","quantity":"5"},"2":{"name":"b","price":"1.00","quantity":9}}`,
	})
	var items []connector.StockUpdate
	for _, id := range []string{"1", "2", "3"} {
		items = append(items, connector.StockUpdate{OfferID: id, Quantity: qty.Pieces(5)})
	}
	got, err := ch.PushStock(t.Context(), items)
	want := []connector.ItemResult{{OfferID: "1", State: connector.ItemAccepted}, rejected("3", "", "the shop has no such product")}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("what does not show has no result; error %v\n%s", err, diff)
	}
}

// One element that the file refuses a whole batch for does not hide the others.
func TestOneBadItemInABigBatch(t *testing.T) {
	t.Parallel()
	st := start(t, sim.Options{})
	var seeds []toolkit.OfferSeed
	for i := range 100 {
		seeds = append(seeds, toolkit.OfferSeed{SKU: fmt.Sprintf("B-%03d", i), PriceMinor: 100, Quantity: 1})
	}
	st.shop.SeedOffers(seeds)
	var items []connector.PriceUpdate
	for i := range 100 {
		o, _ := st.shop.OfferBySKU(fmt.Sprintf("B-%03d", i))
		items = append(items, connector.PriceUpdate{OfferID: o.ID, Price: pln(200)})
	}
	items[37].Price = pln(5_000_000_00)
	got, err := st.PushPrice(t.Context(), items)
	if err != nil || len(got) != 100 {
		t.Fatalf("%d results, error %v", len(got), err)
	}
	for _, r := range got {
		o, _ := st.shop.Offer(r.OfferID)
		if bad := r.OfferID == items[37].OfferID; bad != (r.State == connector.ItemRejected) || bad != (o.PriceMinor == 100) {
			t.Errorf("%s: %s, price %d", r.OfferID, r.State, o.PriceMinor)
		}
	}
}

// What a file can not do is said in words, item by item, and stops nothing else.
func TestMissingCapabilities(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]sim.Options{
		"told":     {Without: []string{"ProductsPriceUpdate", "ProductsQuantityUpdate", "OrderUpdate", "OrdersGet", "ProductsList", "ProductsData"}},
		"not told": {Without: []string{"SupportedMethods", "ProductsPriceUpdate", "ProductsQuantityUpdate", "OrderUpdate"}},
	} {
		st := start(t, o)
		stock, err := st.PushStock(t.Context(), []connector.StockUpdate{{OfferID: "501", Quantity: 0}})
		if err != nil || len(stock) != 1 || stock[0].State != connector.ItemRejected || !strings.Contains(stock[0].Err.Message, "stock") {
			t.Errorf("%s: %+v, error %v", name, stock, err)
		}
		price, err := st.PushPrice(t.Context(), []connector.PriceUpdate{{OfferID: "501", Price: pln(100)}})
		if err != nil || len(price) != 1 || price[0].State != connector.ItemRejected {
			t.Errorf("%s: %+v, error %v", name, price, err)
		}
		wantKind(t, name+": status", st.PushStatus(t.Context(), connector.StatusChange{OrderID: "1", To: wordSent}), connector.KindPermanent)
	}
	st := start(t, sim.Options{Without: []string{"OrdersGet", "ProductsList"}})
	if p, err := st.PullOrders(t.Context(), ""); err != nil || p.More || p.Next == "" {
		t.Errorf("a file without orders stops the connection: %+v, error %v", p, err)
	}
	_, err := st.ReadOrders(t.Context(), []string{"1"})
	wantKind(t, "an order of a file without orders", err, connector.KindPermanent)
	if p, err := st.ListOffers(t.Context(), ""); err != nil || len(p.Offers) > 0 || p.More {
		t.Errorf("a file without a list of products stops the connection: %+v, error %v", p, err)
	}
	listOnly := start(t, sim.Options{Without: []string{"SupportedMethods", "ProductsData"}})
	if offers, err := listOnly.ReadOffers(t.Context(), []string{"501"}); err != nil || len(offers) != 1 {
		t.Errorf("an old file with a list only: %+v, error %v", offers, err)
	}
	untold := start(t, sim.Options{Without: []string{"SupportedMethods", "OrdersGet", "ProductsData", "ProductsList"}})
	if p, err := untold.PullOrders(t.Context(), ""); err != nil || p.More || p.Next == "" {
		t.Errorf("an old file without orders stops the connection: %+v, error %v", p, err)
	}
	if offers, err := untold.ReadOffers(t.Context(), []string{"501"}); err != nil || len(offers) > 0 {
		t.Errorf("an old file without products: %+v, error %v", offers, err)
	}
}

// A newer file is noticed without anybody's doing.
func TestFileIsAskedAgain(t *testing.T) {
	t.Parallel()
	answers := map[string]string{actMethods: `["OrdersGet"]`, actQuantity: `{"counter":1}`}
	ch, seen := file(t, answers)
	now := time.Date(2026, 1, 14, 9, 10, 0, 0, time.UTC)
	ch.cfg.Now = func() time.Time { return now }
	push := func() connector.ItemState {
		got, err := ch.PushStock(t.Context(), []connector.StockUpdate{{OfferID: "1"}})
		if err != nil || len(got) != 1 {
			t.Fatalf("%+v, error %v", got, err)
		}
		return got[0].State
	}
	if push() != connector.ItemRejected {
		t.Error("sent to a file that does not offer it")
	}
	answers[actMethods] = `["OrdersGet","ProductsQuantityUpdate"]`
	if before := len(*seen); push() != connector.ItemRejected || len(*seen) != before {
		t.Error("the file is asked at every push")
	}
	now = now.Add(askAgain)
	if push() != connector.ItemAccepted {
		t.Error("a newer file is not noticed")
	}
}

// prestaShop has numbers for statuses, in the shop's own words.
var prestaShop = sim.Options{
	Statuses: map[string]string{"1": "Oczekiwanie na płatność", "3": "Przygotowanie w toku", "4": "Wysłane", "5": "Dostarczone", "6": "Anulowane"}, NewStatus: "1", CancelledStatus: "6",
}

func TestOwnStatuses(t *testing.T) {
	t.Parallel()
	st := start(t, prestaShop, "status_sent", "4", "status_processing", "3")
	id := st.place(t)
	got, _ := st.sweep(t, "")
	if o := got[id]; o.Status != "1" || o.Stage != connector.StageNew {
		t.Fatalf("a fresh order: status %q, stage %s", o.Status, o.Stage)
	}
	if path := info.Path("1", wordSent); len(path) != 1 {
		t.Errorf("a way from the shop's own status: %v", path)
	}
	if err := st.PushStatus(t.Context(), connector.StatusChange{OrderID: id, From: "1", To: wordSent, Tracking: "600000001"}); err != nil {
		t.Fatal(err)
	}
	if o, _ := st.shop.Order(id); o.Status != "4" || o.Tracking != "600000001" {
		t.Errorf("status %q, waybill %q", o.Status, o.Tracking)
	}
	raws, err := st.ReadOrders(t.Context(), []string{id})
	if err != nil || len(raws) != 1 {
		t.Fatalf("%d orders, error %v", len(raws), err)
	}
	if o, err := st.ParseOrder(raws[0].Body); err != nil || o.Status != wordSent {
		t.Errorf("status %q, error %v", o.Status, err)
	}
	err = st.PushStatus(t.Context(), connector.StatusChange{OrderID: id, From: wordSent, To: wordCompleted})
	wantKind(t, "a status that the form does not name", err, connector.KindPermanent)
	if !strings.Contains(err.Error(), "5 – Dostarczone") {
		t.Errorf("the error does not say what there is: %v", err)
	}
	other := st.place(t)
	if err := st.shop.CancelOrder(other); err != nil {
		t.Fatal(err)
	}
	if got, _ := st.sweep(t, ""); got[other].Stage != connector.StageCancelled {
		t.Errorf("cancelled in the shop's own words: stage %s", got[other].Stage)
	}
}

func TestDictionary(t *testing.T) {
	t.Parallel()
	st := start(t, prestaShop, "status_sent", "4")
	got, err := st.ReadDictionary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := connector.Dictionary{
		Statuses: []connector.Status{
			{Code: "1", Title: "Oczekiwanie na płatność", Stage: connector.StageNew, Outside: true},
			{Code: "3", Title: "Przygotowanie w toku", Stage: connector.StageConfirmed, Outside: true},
			{Code: "sent", Title: "Wysłane", Stage: connector.StageShipped},
			{Code: "5", Title: "Dostarczone", Stage: connector.StageCompleted, Outside: true},
			{Code: "6", Title: "Anulowane", Stage: connector.StageCancelled, Outside: true},
		},
		Delivery: []connector.Method{{Code: "Kurier DPD", Title: "Kurier DPD", Service: "dpd"}, {Code: "Paczkomat InPost", Title: "Paczkomat InPost", Service: "inpost"}},
		Payment:  []connector.Method{{Code: "Przelew", Title: "Przelew"}, {Code: "Za pobraniem", Title: "Za pobraniem", OnPickup: true}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	bare, err := start(t, sim.Options{Without: []string{"StatusesList", "DeliveryMethodsList", "PaymentMethodsList"}}).ReadDictionary(t.Context())
	if err != nil || !slices.Equal(bare.Statuses, info.Statuses) || bare.Delivery != nil {
		t.Errorf("a file that tells nothing: %+v, error %v", bare, err)
	}
}

func TestPushStatusAnswers(t *testing.T) {
	t.Parallel()
	for answer, kind := range map[string]connector.Kind{
		`{"counter":1}`: "", `{"counter":"0"}`: connector.KindPermanent, `{}`: connector.KindUnknown, `[]`: connector.KindUnknown,
		`{"error":true,"error_code":"db_connect"}`: connector.KindUnknown, `{"error":true,"error_code":"42","error_text":"no"}`: connector.KindPermanent,
	} {
		ch, _ := file(t, map[string]string{actMethods: `["OrderUpdate"]`, actOrderUpdate: answer})
		err := ch.PushStatus(t.Context(), connector.StatusChange{OrderID: "7", To: wordSent})
		if (kind == "") != (err == nil) || err != nil && connector.KindOf(err) != kind {
			t.Errorf("%s: error %v, want kind %q", answer, err, kind)
		}
	}
}
