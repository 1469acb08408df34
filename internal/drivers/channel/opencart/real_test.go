//go:build opencart

package opencart

import (
	"bytes"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// These tests drive a real OpenCart with its demo products and the module in it, as docs/channels/opencart.md puts it there. The
// demo products of 4.1 have no special price: product 30 needs one.
//
//	LAD_TEST_OPENCART=<address from the module's page> LAD_TEST_OPENCART_SECRET=<secret> go test -tags opencart -run TestReal ./internal/drivers/channel/opencart
const (
	iphone = "40"    // a product without options
	phones = 2       // bought in one order
	medium = "35-13" // the value of a product's one counted option
	onSale = "30-15" // an option of a product that has a special price
	size   = "option[224]"
)

func realSettings(t *testing.T) map[string]string {
	t.Helper()
	set := map[string]string{"base_url": os.Getenv("LAD_TEST_OPENCART"), "secret": os.Getenv("LAD_TEST_OPENCART_SECRET")}
	if set["base_url"] == "" || set["secret"] == "" {
		t.Fatal("LAD_TEST_OPENCART and LAD_TEST_OPENCART_SECRET name no shop")
	}
	return set
}

// buyer goes through the storefront's own checkout as a guest.
type buyer struct {
	t      *testing.T
	client *http.Client
	shop   string
	dot    string // between controller and method: "/" in OpenCart 3, "." in 4
}

func newBuyer(t *testing.T, base string) *buyer {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &buyer{t: t, client: &http.Client{Jar: jar, Timeout: time.Minute}, dot: "/"}
	b.shop, _, _ = strings.Cut(base, "?")
	if strings.Contains(base, "extension/lad/") {
		b.dot = "."
	}
	return b
}

func (b *buyer) post(route string, pairs ...string) string {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	resp, err := b.client.PostForm(b.shop+"?route="+strings.ReplaceAll(route, "@", b.dot), form)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || strings.Contains(string(body), `"error":{`) {
		b.t.Fatalf("%s: HTTP %d, %v, %.300s", route, resp.StatusCode, err, body)
	}
	return string(body)
}

// buy orders what the cart's form says, cash on delivery.
func (b *buyer) buy(cart ...string) {
	b.t.Helper()
	who := []string{"firstname", "Олена", "lastname", `Коваль "Ол&я"`, "email", "o@example.com", "telephone", "0671112233"}
	b.post("checkout/cart@add", cart...)
	b.post("checkout/checkout")
	if b.dot == "/" {
		b.post("checkout/guest@save", append(who, "address_1", "Відділення №17", "city", "Київ", "postcode", "01001", "country_id", "220", "zone_id", "3491", "shipping_address", "1", "customer_group_id", "1")...)
		b.post("checkout/shipping_method")
		b.post("checkout/shipping_method@save", "shipping_method", "flat.flat", "comment", "після 18:00")
		b.post("checkout/payment_method")
		b.post("checkout/payment_method@save", "payment_method", "cod", "comment", "після 18:00", "agree", "1")
		b.post("checkout/confirm")
		b.post("extension/payment/cod@confirm")
		return
	}
	b.post("checkout/register@save", append(who, "account", "0", "customer_group_id", "1", "agree", "1", "shipping_firstname", "Іван", "shipping_lastname", "Коваль",
		"shipping_address_1", "Відділення №17", "shipping_city", "Київ", "shipping_postcode", "01001", "shipping_country_id", "220", "shipping_zone_id", "3491")...)
	b.post("checkout/shipping_method@quote")
	b.post("checkout/shipping_method@save", "shipping_method", "flat.flat")
	b.post("checkout/payment_method@getMethods")
	b.post("checkout/payment_method@save", "payment_method", "cod.cod")
	b.post("checkout/payment_method@comment", "comment", "після 18:00")
	b.post("checkout/confirm@confirm")
	b.post("checkout/payment_method@comment", "comment", "після 18:00") // 4.1 takes it only for an order that is there
	b.post("extension/opencart/payment/cod@confirm")
}

// real is a session with the shop and the place in its journal before the test.
type real struct {
	*channel
	t      *testing.T
	buyer  *buyer
	cursor string
}

func startReal(t *testing.T) *real {
	t.Helper()
	set := realSettings(t)
	r := &real{channel: open(t, set, time.Now), t: t, buyer: newBuyer(t, set["base_url"])}
	r.sweep()
	return r
}

// sweep reads what has changed.
func (r *real) sweep() map[string]connector.Order {
	r.t.Helper()
	got := map[string]connector.Order{}
	for more := true; more; {
		p, err := r.PullOrders(r.t.Context(), r.cursor)
		if err != nil {
			r.t.Fatal(err)
		}
		for _, raw := range p.Orders {
			o, err := r.ParseOrder(raw.Body)
			if err != nil {
				r.t.Errorf("%v in %s", err, raw.Body)
			}
			got[o.ExternalID] = o
		}
		r.cursor, more = p.Next, p.More
	}
	return got
}

// phones buys two iPhones.
func (r *real) phones() connector.Order { return r.order("product_id", iphone, "quantity", "2") }

// order buys and finds the one new order.
func (r *real) order(cart ...string) connector.Order {
	r.t.Helper()
	r.buyer.buy(cart...)
	for _, o := range r.sweep() {
		r.t.Logf("order %s: %s (%s), %s + %s delivery, %q, %d lines, %s", o.ExternalID, o.Stage, o.Status, o.Total, o.DeliveryCost, o.Buyer.Name, len(o.Lines), o.CreatedAt)
		return o
	}
	r.t.Fatal("the order does not arrive")
	return connector.Order{}
}

func (r *real) stock(id string) connector.Qty {
	r.t.Helper()
	offers, err := r.ReadOffers(r.t.Context(), []string{id})
	if err != nil || len(offers) != 1 {
		r.t.Fatalf("offer %s: %v, %v", id, offers, err)
	}
	return offers[0].Quantity
}

func (r *real) wantStock(when string, id string, n int64) {
	r.t.Helper()
	if got := r.stock(id); got != qty.Pieces(n) {
		r.t.Errorf("%s: offer %s shows %s, want %d", when, id, got, n)
	}
	r.t.Logf("%s: offer %s shows %d", when, id, n)
}

func (r *real) set(n int64, ids ...string) {
	r.t.Helper()
	var items []connector.StockUpdate
	for _, id := range ids {
		items = append(items, connector.StockUpdate{OfferID: id, Quantity: qty.Pieces(n)})
	}
	done, err := r.PushStock(r.t.Context(), append(items, connector.StockUpdate{OfferID: "999999", Quantity: 0}))
	if err != nil || len(done) != len(ids)+1 || done[0].State != connector.ItemAccepted || done[len(ids)].State != connector.ItemRejected {
		r.t.Fatalf("PushStock: %+v, %v", done, err)
	}
}

func TestRealShop(t *testing.T) {
	r := startReal(t)
	account, err := r.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d, err := r.ReadDictionary(t.Context())
	t.Logf("shop %q: %d statuses, payment %v, delivery %v, error %v", account.Name, len(d.Statuses), d.Payment, d.Delivery, err)
	wrong := realSettings(t)
	wrong["secret"] = "wrong"
	_, err = open(t, wrong, time.Now).Check(t.Context())
	wantKind(t, "a wrong secret", err, connector.KindAuth, "secret")
	if _, err := open(t, realSettings(t), func() time.Time { return time.Now().Add(-3 * time.Hour) }).Check(t.Context()); err != nil {
		t.Errorf("a clock three hours off: %v", err)
	}
}

func TestRealOrder(t *testing.T) {
	r := startReal(t)
	r.set(17, iphone)
	r.wantStock("pushed", iphone, 17)
	o := r.phones()
	if o.Stage != connector.StageNew || len(o.Lines) != 1 || o.Lines[0].OfferID != iphone || o.Lines[0].Quantity != qty.Pieces(phones) || o.Buyer.Phone != "+380671112233" ||
		o.Buyer.Name != `Олена Коваль "Ол&я"` || o.Comment != "після 18:00" || !o.Payment.OnPickup || o.Delivery.Branch != "17" || time.Since(o.CreatedAt).Abs() > 5*time.Minute {
		t.Errorf("%+v", o)
	}
	if o.Total != o.Lines[0].Total || o.DeliveryCost.Minor <= 0 {
		t.Logf("goods %s, lines %s: tax on the delivery is in the goods", o.Total, o.Lines[0].Total)
	}
	r.wantStock("OpenCart took the goods out itself", iphone, 17-phones)
	steps := []connector.StatusChange{
		{From: "1", To: "2"}, {From: "2", To: "3", Tracking: "20450012345678", Carrier: "nova_poshta"}, {From: "2", To: "3", Tracking: "20450012345678", Carrier: "nova_poshta"},
	}
	for _, s := range steps {
		s.OrderID = o.ExternalID
		if err := r.PushStatus(t.Context(), s); err != nil {
			t.Errorf("step %s → %s: %v", s.From, s.To, err)
		}
	}
	again := r.sweep()[o.ExternalID]
	t.Logf("after two steps: %s (%s), waybill %q", again.Stage, again.Status, again.Delivery.Tracking)
	if again.Stage != connector.StageShipped || again.Delivery.Tracking != "20450012345678" {
		t.Errorf("%+v", again)
	}
	wantKind(t, "a step from another status", r.PushStatus(t.Context(), connector.StatusChange{OrderID: o.ExternalID, From: "1", To: "5"}), connector.KindPermanent, "another status")
	wantKind(t, "no such order", r.PushTracking(t.Context(), "987654321", "nova_poshta", "1"), connector.KindPermanent, "no such order")
	if err := r.PushTracking(t.Context(), o.ExternalID, "ukrposhta", "0500000000001"); err != nil {
		t.Error(err)
	}
	r.wantStock("moves among the groups change nothing", iphone, 17-phones)
	if err := r.PushStatus(t.Context(), connector.StatusChange{OrderID: o.ExternalID, From: "3", To: "7", Text: "the buyer's wish"}); err != nil {
		t.Error(err)
	}
	last := r.sweep()[o.ExternalID]
	if last.Stage != connector.StageCancelled || last.Delivery.Tracking != "0500000000001" {
		t.Errorf("%+v", last)
	}
	r.wantStock("cancelled: OpenCart put the goods back itself", iphone, 17)
}

func TestRealCatalog(t *testing.T) {
	r := startReal(t)
	all, pages, cursor := map[string]connector.Offer{}, 0, ""
	for more := true; more; pages++ {
		p, err := r.ListOffers(t.Context(), cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range p.Offers {
			all[o.ExternalID] = o
		}
		cursor, more = p.Next, p.More
	}
	values := 0
	for id, o := range all {
		t.Logf("%s %q %q %s %s orderable %v refuses %q", id, o.SKU, o.Title, o.Price, o.Quantity, o.Orderable, o.Refuses)
		if strings.Contains(id, "-") {
			values++
		}
	}
	t.Logf("%d offers on %d pages, %d of them values of an option", len(all), pages, values)
	cur := all[iphone].Price.Currency
	price := func(id string, minor, old int64) connector.ItemResult {
		t.Helper()
		want := connector.PriceUpdate{OfferID: id, Price: connector.Money{Minor: minor, Currency: cur}, Old: connector.Money{Minor: old, Currency: cur}}
		done, err := r.PushPrice(t.Context(), []connector.PriceUpdate{want})
		offers, rerr := r.ReadOffers(t.Context(), []string{id})
		if err != nil || rerr != nil || len(done) != 1 || len(offers) != 1 {
			t.Fatalf("price %v: %+v, %v, read back %+v, %v", want, done, err, offers, rerr)
		}
		t.Logf("price of %s pushed as %s (crossed out %s): %s, shown is %s", id, want.Price, want.Old, done[0].State, offers[0].Price)
		if done[0].State == connector.ItemAccepted && offers[0].Price != want.Price {
			t.Errorf("price of %s is %s, want %s", id, offers[0].Price, want.Price)
		}
		return done[0]
	}
	price(iphone, 12345, 15000)
	price(iphone, 10100, 0)
	price(medium, 10999, 0)
	if r := price(onSale, 7000, 0); r.Err == nil || r.Err.Code != "special" {
		t.Errorf("a special price of the shop: %+v", r)
	}
}

func TestRealOptions(t *testing.T) {
	r := startReal(t)
	r.set(4, iphone, "35-12", medium, "35-14")
	r.buyer.post("checkout/cart@add", "product_id", iphone, "quantity", "1") // the other one is not sent, and OpenCart takes no cash for that
	o := r.order("product_id", "35", "quantity", "3", size, "13")
	i := slices.IndexFunc(o.Lines, func(l connector.Line) bool { return l.OfferID == medium })
	if len(o.Lines) != 2 || i < 0 || !strings.HasSuffix(o.Lines[i].SKU, ":Medium") || o.Lines[i].Quantity != qty.Pieces(3) {
		t.Fatalf("%+v", o.Lines)
	}
	t.Logf("line %s %q %q %s", o.Lines[i].OfferID, o.Lines[i].SKU, o.Lines[i].Title, o.Lines[i].Total)
	r.wantStock("OpenCart took the value out itself", medium, 1)
	r.set(0, medium)
	offers, err := r.ReadOffers(t.Context(), []string{medium, "35-12"})
	if err != nil || len(offers) != 2 || offers[0].Orderable == offers[1].Orderable {
		t.Errorf("one value is out of stock, the other is not: %+v, %v", offers, err)
	}
}

// twice sends each call a second time and gives the second answer.
type twice struct{}

// RoundTrip repeats the request as it is.
func (twice) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	again := r.Clone(r.Context())
	r.Body, again.Body = io.NopCloser(bytes.NewReader(body)), io.NopCloser(bytes.NewReader(body))
	first, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	first.Body.Close()
	return http.DefaultTransport.RoundTrip(again)
}

func TestRealReplay(t *testing.T) {
	r := startReal(t)
	r.cfg.HTTP = &http.Client{Transport: twice{}}
	_, err := r.PushStock(t.Context(), []connector.StockUpdate{{OfferID: iphone, Quantity: qty.Pieces(5)}})
	wantKind(t, "a replayed write", err, connector.KindUnknown, "before")
	if _, err := r.Check(t.Context()); err != nil {
		t.Errorf("a read that comes twice: %v", err)
	}
}

func TestRealPush(t *testing.T) {
	r := startReal(t)
	var mu sync.Mutex
	var hooks []connector.Hook
	hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		hook, err := r.ParseWebhook(req.Header, body)
		mu.Lock()
		defer mu.Unlock()
		t.Logf("push %s: %+v, error %v", body, hook, err)
		hooks = append(hooks, hook)
	}))
	t.Cleanup(hub.Close)
	target := hub.URL + "/h/1"
	for range 2 {
		if err := r.Subscribe(t.Context(), target); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = r.Unsubscribe(t.Context(), target) })
	r.set(5, iphone)
	o := r.phones()
	mu.Lock()
	defer mu.Unlock()
	if len(hooks) == 0 || len(hooks[0].OrderIDs) != 1 || hooks[0].OrderIDs[0] != o.ExternalID {
		t.Errorf("pushes %+v, want one about order %s", hooks, o.ExternalID)
	}
	if err := r.Unsubscribe(t.Context(), target); err != nil {
		t.Error(err)
	}
}
