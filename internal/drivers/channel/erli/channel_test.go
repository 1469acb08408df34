package erli

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/qty"
	toolkit "github.com/lad-hub/lad/internal/sim"
	sim "github.com/lad-hub/lad/internal/sim/erli"
)

const secret = "hook-secret"

// stand is a channel against a simulated shop with a lamp (LMP-1) and two sizes of a chair (CHR-S, CHR-L).
type stand struct {
	*channel
	shop  *sim.Shop
	clock *clock.Fake
	calls []string // "METHOD /path"
}

func start(t *testing.T, o sim.Options) *stand {
	t.Helper()
	st := &stand{clock: clock.NewFake(time.Date(2026, 1, 14, 9, 10, 0, 0, time.UTC))}
	o.Options = toolkit.Options{Clock: st.clock}
	st.shop = sim.New(o)
	st.shop.SeedOffers([]toolkit.OfferSeed{
		{SKU: "S-1", ExternalID: "LMP-1", Title: "Lamp", PriceMinor: 7490, Quantity: 100_000, Barcode: "5900000000011"},
		{SKU: "S-2", ExternalID: "CHR-S", Title: "Chair S", PriceMinor: 19900, Quantity: 3, ParentSKU: "CHR"},
		{SKU: "S-3", ExternalID: "CHR-L", Title: "Chair L", PriceMinor: 24900, Quantity: 0, ParentSKU: "CHR"},
	})
	st.shop.OnRequest(func(r *http.Request, _ time.Time) {
		st.calls = append(st.calls, r.Method+" "+strings.TrimPrefix(r.URL.Path, sim.Prefix))
	})
	srv := httptest.NewServer(st.shop)
	t.Cleanup(srv.Close)
	st.channel = open(t, st.shop.Settings(srv.URL), st.clock.Now)
	return st
}

func open(t *testing.T, settings map[string]string, now func() time.Time) *channel {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	ch, err := New().Open(connector.Config{Settings: settings, HTTP: client, HookSecret: secret, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return ch.(*channel)
}

func lamp(n int64) toolkit.Basket {
	return toolkit.Basket{Buyer: toolkit.Buyer{Name: "Ola Nowa", Phone: "+48500100200"}, Lines: []toolkit.BasketLine{{OfferID: "LMP-1", Quantity: n}}}
}

func (st *stand) place(t *testing.T) string {
	t.Helper()
	p, err := st.shop.PlaceOrder(lamp(1))
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

// sweep pulls until no more pages are promised.
func (st *stand) sweep(t *testing.T, cursor string) (got map[string]string, next string) {
	t.Helper()
	got = map[string]string{}
	for more := true; more; {
		p, err := st.PullOrders(t.Context(), cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range p.Orders {
			got[o.ExternalID] = string(o.Body)
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

func TestAccount(t *testing.T) {
	t.Parallel()
	st := start(t, sim.Options{})
	if account, err := st.Check(t.Context()); err != nil || account.Name != "sklep-lad" {
		t.Errorf("%+v, error %v", account, err)
	}
	st.shop.Faults().Set(toolkit.ExpireTokens, toolkit.Rule{})
	_, err := st.Check(t.Context())
	wantKind(t, "a key that was taken back", err, connector.KindAuth)
	st.shop.Faults().Clear()
	st.shop.Withdraw(true)
	_, err = st.PushStock(t.Context(), []connector.StockUpdate{{OfferID: "LMP-1", Quantity: 0}})
	wantKind(t, "a right that was taken away", err, connector.KindDenied)
	if strings.Contains(err.Error(), st.key) {
		t.Error("the error shows the key")
	}
}

func TestAddressMoved(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusMovedPermanently, http.StatusNotFound} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://elsewhere.example/")
			w.WriteHeader(status)
		}))
		t.Cleanup(srv.Close)
		ch := open(t, map[string]string{"base_url": srv.URL, "token": "k"}, time.Now)
		_, err := ch.Check(t.Context())
		wantKind(t, fmt.Sprint("Check answered with ", status), err, connector.KindSettings)
		_, err = ch.PullOrders(t.Context(), "")
		wantKind(t, fmt.Sprint("PullOrders answered with ", status), err, connector.KindSettings)
	}
}

// A payment that does not move the order's time of change is found within a quarter of an hour.
func TestQuietPaymentIsFound(t *testing.T) {
	t.Parallel()
	st := start(t, sim.Options{})
	id := st.place(t)
	st.clock.Advance(12 * time.Minute)
	st.place(t) // moves the window of changes past the first order
	_, next := st.sweep(t, "")
	st.clock.Advance(14 * time.Minute)
	if err := st.shop.PayOrder(id); err != nil {
		t.Fatal(err)
	}
	got, next := st.sweep(t, next)
	if _, ok := got[id]; ok {
		t.Fatal("the order moved: the test proves nothing")
	}
	st.clock.Advance(2 * time.Minute)
	got, next = st.sweep(t, next)
	if o, err := st.ParseOrder([]byte(got[id])); err != nil || o.Payment.State != connector.PaymentPaid {
		t.Errorf("after a quarter of an hour: payment %q, error %v", o.Payment.State, err)
	}
	st.calls = nil
	if _, _ = st.sweep(t, next); len(st.calls) > 2 {
		t.Errorf("young orders are read again at once: %v", st.calls)
	}
	st.clock.Advance(8 * 24 * time.Hour)
	if got, _ = st.sweep(t, next); got[id] != "" {
		t.Error("an order older than a week is read again")
	}
}

// An unchanged order has the same bytes in every list and alone, so that Lad recognises it.
func TestSameBytes(t *testing.T) {
	t.Parallel()
	st := start(t, sim.Options{})
	id := st.place(t)
	first, next := st.sweep(t, "")
	st.clock.Advance(time.Hour)
	young, _ := st.sweep(t, next)
	alone, err := st.ReadOrders(t.Context(), []string{id})
	if err != nil || len(alone) != 1 {
		t.Fatalf("%d orders, error %v", len(alone), err)
	}
	if first[id] == "" || first[id] != young[id] || first[id] != string(alone[0].Body) {
		t.Errorf("three readings of one order:\n%s\n%s\n%s", first[id], young[id], alone[0].Body)
	}
}

func TestPagesByCursor(t *testing.T) {
	t.Parallel()
	st := start(t, sim.Options{})
	for range 450 {
		st.place(t) // all in one moment: only Erli's own cursor can tell them apart
	}
	got, next := st.sweep(t, "")
	if len(got) != 450 || len(st.calls) != 3 {
		t.Errorf("%d orders in %d calls, want 450 in 3", len(got), len(st.calls))
	}
	if want := `{"since":"2026-01-14T09:10:00Z","checked":"2026-01-14T09:10:00Z"}`; next != want {
		t.Errorf("cursor %s, want %s", next, want)
	}
}

func TestListThatDoesNotMoveOn(t *testing.T) {
	t.Parallel()
	row := `{"id":"260114x00077","updated":"2026-01-14T09:00:00Z","cursor":"same"}`
	ch, _ := serve(t, map[string]string{"POST /orders/_search": "[" + strings.TrimSuffix(strings.Repeat(row+",", pageSize), ",") + "]"})
	p, err := ch.PullOrders(t.Context(), `{"since":"2026-01-14T08:00:00Z","after":"same","checked":"2026-01-14T09:00:00Z"}`)
	if want := `{"since":"2026-01-14T08:00:00Z","checked":"2026-01-14T09:00:00Z"}`; err != nil || p.More || p.Next != want {
		t.Errorf("more %v, cursor %s, error %v: want an end without progress", p.More, p.Next, err)
	}
}

// serve starts a server of canned answers by "METHOD /path"; it records requests as "METHOD /path body".
func serve(t *testing.T, answers map[string]string) (*channel, *[]string) {
	t.Helper()
	var seen []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		seen = append(seen, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+string(body)))
		answer, ok := answers[r.Method+" "+r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(srv.Close)
	return open(t, map[string]string{"base_url": srv.URL, "token": "k"}, func() time.Time { return time.Date(2026, 1, 14, 9, 10, 0, 0, time.UTC) }), &seen
}

func TestKeepsOrderWithoutID(t *testing.T) {
	t.Parallel()
	ch, _ := serve(t, map[string]string{"POST /orders/_search": `[{"id":"260114x00077"},{"id":null},17]`})
	p, err := ch.PullOrders(t.Context(), "")
	if err != nil || len(p.Orders) != 3 || p.Orders[0].ExternalID != "260114x00077" || p.Orders[1].ExternalID != "" {
		t.Errorf("%+v, error %v", p.Orders, err)
	}
}

// A list of nothing is believed only when Erli still knows the key.
func TestEmptyListIsDoubted(t *testing.T) {
	t.Parallel()
	ch, _ := serve(t, map[string]string{"POST /orders/_search": `[]`, "POST /products/_search": `[]`, "GET /me": `{"id":1,"name":"x"}`})
	if p, err := ch.PullOrders(t.Context(), ""); err != nil || len(p.Orders) > 0 {
		t.Errorf("%+v, error %v", p, err)
	}
	ch, _ = serve(t, map[string]string{"POST /products/_search": `[]`, "GET /me": `[]`})
	_, err := ch.ListOffers(t.Context(), "")
	wantKind(t, "brackets from a proxy", err, connector.KindTransient)
}

func TestOffers(t *testing.T) {
	t.Parallel()
	st := start(t, sim.Options{})
	st.shop.Freeze("CHR-L", "stock", "price")
	p, err := st.ListOffers(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	const locked = "the stock was set by hand in Erli's panel, which then ignores what programs send; unlock the field there"
	want := []connector.Offer{
		{ExternalID: "CHR-L", SKU: "S-3", Title: "Chair L", URL: "https://erli.pl/produkt/produkt,500003", Price: pln(24900), Counted: true, Active: true, Refuses: locked},
		{ExternalID: "CHR-S", SKU: "S-2", Title: "Chair S", URL: "https://erli.pl/produkt/produkt,500002", Price: pln(19900), Quantity: qty.Pieces(3), Counted: true, Active: true, Orderable: true},
		{ExternalID: "LMP-1", SKU: "S-1", Barcode: "5900000000011", Title: "Lamp", URL: "https://erli.pl/produkt/produkt,500001", Price: pln(7490), Quantity: qty.Pieces(100_000),
			Counted: true, Active: true, Orderable: true},
	}
	if diff := cmp.Diff(want, p.Offers); diff != "" {
		t.Error(diff)
	}
	st.shop.Archive("LMP-1")
	read, err := st.ReadOffers(t.Context(), []string{"LMP-1", "", "nobody", strings.Repeat("x", 2000)})
	if err != nil || len(read) != 1 || read[0].Refuses == "" || read[0].Orderable || read[0].Active {
		t.Errorf("archived: %+v, error %v", read, err)
	}
}

func TestOfferVariants(t *testing.T) {
	t.Parallel()
	for body, ok := range map[string]func(connector.Offer) bool{
		`{"externalId":"A","price":7490,"stock":2,"status":"active","frozen":["stock"]}`: func(o connector.Offer) bool {
			return o.Refuses != "" && o.SKU == "A"
		},
		`{"externalId":"A","price":7490,"stock":2,"status":"active","frozen":["price"]}`:    func(o connector.Offer) bool { return o.Refuses == "" && o.Orderable },
		`{"externalId":"A","price":7490,"stock":-3,"status":"active"}`:                      func(o connector.Offer) bool { return o.Counted && o.Quantity == 0 && !o.Orderable },
		`{"externalId":"A","price":"74.90","stock":2,"status":"active"}`:                    func(o connector.Offer) bool { return o.Price == connector.Money{} },
		`{"externalId":"A","stock":2,"status":"inactive"}`:                                  func(o connector.Offer) bool { return !o.Active && !o.Orderable },
		`{"externalId":"A","stock":2,"status":"active","buyableProblems":["missingPrice"]}`: func(o connector.Offer) bool { return o.Active && !o.Orderable },
	} {
		ch, _ := serve(t, map[string]string{"POST /products/_search": "[" + body + "]"})
		p, err := ch.ListOffers(t.Context(), "")
		if err != nil || len(p.Offers) != 1 || !ok(p.Offers[0]) {
			t.Errorf("%s: %+v, error %v", body, p.Offers, err)
		}
	}
}

// 202 is a promise: it is never reported as confirmed, and the read-back shows the truth until the change shows.
func TestAcceptedIsNotConfirmed(t *testing.T) {
	t.Parallel()
	st := start(t, sim.Options{Slow: true})
	got, err := st.PushStock(t.Context(), []connector.StockUpdate{{OfferID: "LMP-1", Quantity: qty.Pieces(4)}})
	if err != nil || len(got) != 1 || got[0].State != connector.ItemAccepted {
		t.Fatalf("%+v, error %v", got, err)
	}
	for _, want := range []int64{100_000, 4} {
		if o, err := st.ReadOffers(t.Context(), []string{"LMP-1"}); err != nil || o[0].Quantity != qty.Pieces(want) {
			t.Errorf("read-back %+v, error %v, want %d", o, err, want)
		}
		st.shop.Settle()
	}
}

// A price that the seller locked in the panel is accepted by Erli and skipped: only the read-back tells.
func TestLockedPriceIsRejected(t *testing.T) {
	t.Parallel()
	st := start(t, sim.Options{})
	st.shop.Freeze("LMP-1", "price")
	got, err := st.PushPrice(t.Context(), []connector.PriceUpdate{
		{OfferID: "LMP-1", Price: pln(9990)}, {OfferID: "CHR-S", Price: pln(18050), Old: pln(19900)}, {OfferID: "CHR-L", Price: connector.Money{Minor: 100, Currency: "UAH"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]connector.ItemState{}
	for _, r := range got {
		states[r.OfferID] = r.State
	}
	want := map[string]connector.ItemState{"LMP-1": connector.ItemRejected, "CHR-S": connector.ItemAccepted, "CHR-L": connector.ItemRejected}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Error(diff)
	}
	if o, _ := st.shop.Offer("CHR-S"); o.PriceMinor != 18050 {
		t.Errorf("price %d", o.PriceMinor)
	}
}

// One value that Erli refuses a whole batch for does not hide the others.
func TestOneBadItemInABigBatch(t *testing.T) {
	t.Parallel()
	st := start(t, sim.Options{})
	var seeds []toolkit.OfferSeed
	var items []connector.PriceUpdate
	for i := range 100 {
		id := fmt.Sprintf("B-%03d", i)
		seeds = append(seeds, toolkit.OfferSeed{SKU: id, PriceMinor: 100, Quantity: 1})
		items = append(items, connector.PriceUpdate{OfferID: id, Price: pln(200)})
	}
	st.shop.SeedOffers(seeds)
	items[37].Price = pln(99_999_999_999)
	got, err := st.PushPrice(t.Context(), items)
	if err != nil || len(got) != 100 {
		t.Fatalf("%d results, error %v", len(got), err)
	}
	for _, r := range got {
		o, _ := st.shop.Offer(r.OfferID)
		if bad := r.OfferID == "B-037"; bad != (r.State == connector.ItemRejected) || bad != (o.PriceMinor == 100) {
			t.Errorf("%s: %s, price %d", r.OfferID, r.State, o.PriceMinor)
		}
	}
	if len(st.calls) > 20 {
		t.Errorf("%d calls to find one bad item", len(st.calls))
	}
}

func TestBatchAnswers(t *testing.T) {
	t.Parallel()
	ch, seen := serve(t, map[string]string{"PATCH /products/batch-update": `[{"externalId":"A","status":202},{"externalId":"B","status":404,"error":{"message":"Product not found"}},` +
		`{"externalId":"C","status":503},{"externalId":"D"},{"externalId":"Z","status":200},{"externalId":"A","status":404},17]`})
	got, err := ch.PushStock(t.Context(), []connector.StockUpdate{
		{OfferID: "A", Quantity: qty.Pieces(2)}, {OfferID: "B", Quantity: 2500}, {OfferID: "C", Quantity: -1000}, {OfferID: "D"}, {OfferID: "E"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []connector.ItemResult{{OfferID: "A", State: connector.ItemAccepted}, rejected("B", "404", "Product not found")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("a failure of Erli's own and a product not named have no result:\n%s", diff)
	}
	body := `PATCH /products/batch-update [{"externalId":"A","stock":2},{"externalId":"B","stock":2},{"externalId":"C","stock":0},{"externalId":"D","stock":0},{"externalId":"E","stock":0}]`
	if (*seen)[0] != body {
		t.Errorf("request %s", (*seen)[0])
	}
}

// An order that waits for its payment may be cancelled and nothing else, and is sent only when it is paid.
func TestPendingIsNotSent(t *testing.T) {
	t.Parallel()
	st := start(t, sim.Options{})
	p, err := st.shop.PlaceUnpaid(lamp(1))
	if err != nil {
		t.Fatal(err)
	}
	if path := info.Path(statusPending, sellerSent); path != nil {
		t.Errorf("a way from pending to sent: %v", path)
	}
	for from, to := range map[string]string{statusPending: sellerProgress, sellerReady: sellerSent} { // the second is what a stale belief asks for
		wantKind(t, "unpaid order to "+to, st.PushStatus(t.Context(), connector.StatusChange{OrderID: p.ID, From: from, To: to}), connector.KindPermanent)
	}
	if err := st.shop.PayOrder(p.ID); err != nil {
		t.Fatal(err)
	}
	if err := st.PushStatus(t.Context(), connector.StatusChange{OrderID: p.ID, From: sellerReady, To: sellerSent}); err != nil {
		t.Error(err)
	}
	if o, _ := st.shop.Order(p.ID); o.Status != sellerSent {
		t.Errorf("status %s", o.Status)
	}
}

func TestUnpaidCanBeCancelled(t *testing.T) {
	t.Parallel()
	st := start(t, sim.Options{})
	p, err := st.shop.PlaceUnpaid(lamp(1))
	if err != nil {
		t.Fatal(err)
	}
	if err := st.PushStatus(t.Context(), connector.StatusChange{OrderID: p.ID, From: statusPending, To: sellerCanceled}); err != nil {
		t.Fatal(err)
	}
	raws, err := st.ReadOrders(t.Context(), []string{p.ID})
	if err != nil || len(raws) != 1 {
		t.Fatalf("%d orders, error %v", len(raws), err)
	}
	if o, err := st.ParseOrder(raws[0].Body); err != nil || o.Stage != connector.StageCancelled || o.CancelBy != "seller" {
		t.Errorf("stage %s by %q, error %v", o.Stage, o.CancelBy, err)
	}
}

// Erli takes no reasons, so each of Lad's leads to its one word.
func TestEveryReasonCancels(t *testing.T) {
	t.Parallel()
	for _, r := range []connector.Reason{connector.ReasonOutOfStock, connector.ReasonBuyer, connector.ReasonOther} {
		_, known := info.Reason(r)
		if to, _ := info.CancelStatus(r); !known || to != sellerCanceled {
			t.Errorf("reason %s: status %q, known %v", r, to, known)
		}
	}
}

// Erli would take the same parcel twice.
func TestOneParcelHoweverOften(t *testing.T) {
	t.Parallel()
	st := start(t, sim.Options{})
	id := st.place(t)
	for range 3 {
		if err := st.PushTracking(t.Context(), id, "inpost", "600000001"); err != nil {
			t.Fatal(err)
		}
	}
	if n := st.shop.Parcels(); n != 1 {
		t.Errorf("%d parcels", n)
	}
	wantKind(t, "a number that Erli refuses", st.PushTracking(t.Context(), id, "dpd", strings.Repeat("1", 40)), connector.KindPermanent)
	unpaid, err := st.shop.PlaceUnpaid(lamp(1))
	if err != nil {
		t.Fatal(err)
	}
	wantKind(t, "a parcel of an unpaid order", st.PushTracking(t.Context(), unpaid.ID, "dpd", "600000002"), connector.KindPermanent)
}
