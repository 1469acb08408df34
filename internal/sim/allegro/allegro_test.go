package allegro

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/simtest"
)

var (
	noon   = time.Date(2026, 10, 2, 12, 0, 0, 0, time.UTC)
	public = map[string]string{"Authorization": "Bearer allegro-access-1", "Accept": mediaPublic, "Content-Type": mediaPublic}
	beta   = map[string]string{"Accept": mediaBeta, "Content-Type": mediaBeta}
	client = map[string]string{
		"Authorization": "Basic YWxsZWdyby1zaW0tY2xpZW50OmFsbGVncm8tc2ltLXNlY3JldA==", "Content-Type": "application/x-www-form-urlencoded",
	}
	anna = sim.Buyer{Name: "Anna Nowak", Phone: "+48500600700", City: "Kraków", Address: "Paczkomat KRA12A", Warehouse: "KRA12A"}
)

const (
	lamp     = "17000000001"
	firstID  = uuidHead + "00003059ef59"
	formPath = "/order/checkout-forms/" + firstID
	commandA = "11111111-2222-4333-8444-555555555555"
	commandB = "11111111-2222-4333-8444-666666666666"
)

// shop opens an account with a thousand lamps and one generator, and the session "allegro-access-1".
func shop(t *testing.T, o Options) (*Shop, *clock.Fake) {
	t.Helper()
	c := clock.NewFake(noon)
	o.Clock = c
	s := New(o)
	s.Settings("http://x")
	s.SeedOffers([]sim.OfferSeed{
		{SKU: "LMP-1", Title: "Lampa", PriceMinor: 80_00, Quantity: 1000}, {SKU: "GEN", Title: "Agregat", PriceMinor: 1890_00, Quantity: 1},
	})
	return s, c
}

func lamps(n int64) sim.Basket {
	return sim.Basket{Buyer: anna, Lines: []sim.BasketLine{{OfferID: lamp, Quantity: n}}}
}

func place(t *testing.T, s *Shop, b sim.Basket) string {
	t.Helper()
	p, err := s.PlaceOrder(b)
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

func get(name, path string, want map[string]string) simtest.Step {
	return simtest.Step{Name: name, Method: "GET", Path: path, Want: want}
}

func status(name, method, path, body string, status int) simtest.Step {
	return simtest.Step{Name: name, Method: method, Path: path, Body: body, Status: status}
}

func TestMediaTypesAndScopes(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{Scopes: []string{"profile:read", "orders:read", "orders:write", "sale:offers:write"}})
	place(t, s, lamps(1))
	with := func(st simtest.Step, header, value string) simtest.Step {
		st.Header = map[string]string{header: value}
		return st
	}
	simtest.Run(t, s, public, []simtest.Step{
		get("who", "/me", map[string]string{"login": "lad_sklep", "baseMarketplace.id": "allegro-pl"}),
		with(status("wrong Accept", "GET", "/me", "", 406), "Accept", "application/json"),
		with(status("wrong Content-Type", "PUT", formPath+"/fulfillment", `{"status":"PROCESSING"}`, 415), "Content-Type", "application/json"),
		with(status("no token", "GET", "/me", "", 401), "Authorization", ""),
		status("scope missing", "GET", "/sale/offers", "", 403),
		status("beta resource with the public type", "POST", "/sale/offer-bulk-modification-commands", `{}`, 406),
		status("no such resource", "GET", "/sale/disputes", "", 404),
		{Name: "12 hours later", Do: func() { c.Advance(accessLife) }, Method: "GET", Path: "/me", Status: 401},
	})
}

func TestDeviceFlow(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{})
	ask := func(name string, wait time.Duration, do func(), statusCode int, want map[string]string) simtest.Step {
		return simtest.Step{Name: name, Do: func() { c.Advance(wait); do() }, Method: "POST", Path: "/auth/oauth/token", Status: statusCode, Want: want,
			Body: "grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=device-2"}
	}
	nothing := func() {}
	refused := map[string]string{"Authorization": "Basic eDp5"}
	simtest.Run(t, s, client, []simtest.Step{
		{Name: "wrong client", Method: "POST", Path: "/auth/oauth/device", Header: refused, Status: 401, Want: map[string]string{"error": "invalid_client"}},
		{Name: "begin", Method: "POST", Path: "/auth/oauth/device", Body: "client_id=allegro-sim-client",
			Want: map[string]string{"device_code": "device-2", "user_code": "abc000002", "interval": "5", "expires_in": "3600"}},
		ask("pending", 0, nothing, 400, map[string]string{"error": "authorization_pending"}),
		ask("too fast", time.Second, nothing, 400, map[string]string{"error": "slow_down"}),
		ask("the pause grew", 6*time.Second, nothing, 400, map[string]string{"error": "slow_down"}),
		ask("agreed", 20*time.Second, func() { s.Approve("abc000002") }, 200, map[string]string{"access_token": "allegro-access-3", "refresh_token": "allegro-refresh-3"}),
		ask("once", 20*time.Second, nothing, 400, map[string]string{"error": "invalid_grant"}),
		{Name: "another", Method: "POST", Path: "/auth/oauth/device", Body: "client_id=allegro-sim-client", Want: map[string]string{"device_code": "device-4"}},
		{Name: "refused", Do: func() { s.Deny("abc000004") }, Method: "POST", Path: "/auth/oauth/token", Status: 400,
			Body: "grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=device-4", Want: map[string]string{"error": "access_denied"}},
	})
}

// The seller decides on a page.
func TestConsentPage(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{})
	token := "grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=device-2"
	simtest.Run(t, s, client, []simtest.Step{
		{Name: "begin", Method: "POST", Path: "/auth/oauth/device", Body: "client_id=allegro-sim-client", Want: map[string]string{"user_code": "abc000002"}},
		{Name: "the page holds the code", Method: "GET", Path: consentPath + "?code=abc000002", Text: []string{`value="abc000002"`}},
		{Name: "no script of strangers", Method: "GET", Path: consentPath + "?code=%22%3E%3Cscript%3E", Not: []string{"<script>"}},
		{Name: "a code nobody has", Method: "POST", Path: consentPath, Body: "code=abc&do=allow", Status: 404, Text: []string{"Nieznany kod"}},
		{Name: "allowed", Method: "POST", Path: consentPath, Body: "code=abc000002&do=allow", Text: []string{"Gotowe"}},
		{Name: "the token comes", Do: func() { c.Advance(time.Minute) }, Method: "POST", Path: "/auth/oauth/token", Body: token, Want: map[string]string{"token_type": "bearer"}},
		{Name: "another", Method: "POST", Path: "/auth/oauth/device", Body: "client_id=allegro-sim-client", Want: map[string]string{"user_code": "abc000004"}},
		{Name: "refused", Method: "POST", Path: consentPath, Body: "code=abc000004&do=deny", Text: []string{"Gotowe"}},
		{Name: "no token", Method: "POST", Path: "/auth/oauth/token", Body: strings.Replace(token, "device-2", "device-4", 1), Status: 400, Want: map[string]string{"error": "access_denied"}},
	})
}

func TestRefreshTokenWorksOnce(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{})
	refresh := func(name, token string, wait time.Duration, status int, want string) simtest.Step {
		return simtest.Step{Name: name, Do: func() { c.Advance(wait) }, Method: "POST", Path: "/auth/oauth/token", Status: status,
			Body: "grant_type=refresh_token&refresh_token=" + token, Want: map[string]string{"refresh_token": want}}
	}
	simtest.Run(t, s, client, []simtest.Step{
		refresh("first", "allegro-refresh-1", 0, 200, "allegro-refresh-2"),
		refresh("repeated within a minute", "allegro-refresh-1", 60*time.Second, 200, "allegro-refresh-2"),
		refresh("repeated later", "allegro-refresh-1", time.Second, 400, ""),
		refresh("the new one", "allegro-refresh-2", 0, 200, "allegro-refresh-3"),
		refresh("after three months", "allegro-refresh-3", refreshLife, 400, ""),
	})
	s.Revoke()
	if r := simtest.Call(s, "GET", "/me", "", public); r.Status != 401 {
		t.Errorf("after the consent was withdrawn: HTTP %d", r.Status)
	}
	for range maxSessions {
		s.Settings("http://x")
	}
	oldest := map[string]string{"Authorization": "Bearer allegro-access-4", "Accept": mediaPublic}
	if r := simtest.Call(s, "GET", "/me", "", oldest); r.Status != 200 {
		t.Errorf("the oldest of %d sessions: HTTP %d", maxSessions, r.Status)
	}
	s.Settings("http://x")
	if r := simtest.Call(s, "GET", "/me", "", oldest); r.Status != 401 {
		t.Errorf("one session too many, the oldest still lives: HTTP %d", r.Status)
	}
}

func TestJournal(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{})
	second := map[string]string{"Authorization": "Bearer allegro-access-2"}
	simtest.Run(t, s, public, []simtest.Step{get("empty", "/order/event-stats", map[string]string{"latestEvent": "null"})})
	id := place(t, s, lamps(1))
	simtest.Run(t, s, public, []simtest.Step{
		get("ascending, a purchase names no form", "/order/events", map[string]string{"events.#": "3", "events.0.type": "BOUGHT", "events.0.order.checkoutForm": "null",
			"events.1.type": "FILLED_IN", "events.2.type": "READY_FOR_PROCESSING", "events.2.order.checkoutForm.id": firstID, "events.2.order.lineItems.0.offer.external.id": "LMP-1"}),
		get("from is exclusive", "/order/events?from=1700000000002", map[string]string{"events.#": "1", "events.0.id": "1700000000003"}),
		get("types are repeated", "/order/events?type=BOUGHT&type=FILLED_IN", map[string]string{"events.#": "2"}),
		status("limit out of range", "GET", "/order/events?limit=1001", "", 422),
		status("an id that never was", "GET", "/order/events?from=1600000000000", "", 404),
		get("latest", "/order/event-stats", map[string]string{"latestEvent.id": "1700000000003"}),
		{Name: "paid: ready once more", Do: func() { _ = s.PayOrder(id) }, Method: "GET", Path: "/order/events?from=1700000000003", Want: map[string]string{"events.0.type": "READY_FOR_PROCESSING"}},
		{Name: "auto-cancelled", Do: func() { _ = s.AutoCancel(id) }, Method: "GET", Path: "/order/events?from=1700000000004", Want: map[string]string{"events.0.type": "AUTO_CANCELLED"}},
		{Name: "60 days later", Do: func() { c.Advance(journalLife); s.Settings("http://x") }, Method: "GET", Path: "/order/events", Header: second, Want: map[string]string{"events.#": "0"}},
		{Name: "an id that has left", Method: "GET", Path: "/order/events?from=1700000000005", Header: second, Status: 404},
	})
	if err := s.CancelOrder(id); err == nil {
		t.Error("a cancelled order is cancelled again")
	}
}

func TestCheckoutForm(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	p, err := s.Purchase(lamps(2))
	if err != nil || p.ID != firstID {
		t.Fatalf("order %q, error %v", p.ID, err)
	}
	simtest.Run(t, s, public, []simtest.Step{
		get("bought: no address", formPath, map[string]string{"status": "BOUGHT", "delivery.address": "null", "payment": "null", "summary.totalToPay.amount": "160.00"}),
		{Name: "deferred payment", Do: func() { _ = s.Fill(p.ID, true) }, Method: "GET", Path: formPath, Want: map[string]string{
			"status": "READY_FOR_PROCESSING", "payment.type": "EXTENDED_TERM", "payment.finishedAt": "null", "fulfillment.status": "NEW", "delivery.pickupPoint.id": "KRA12A",
			"delivery.cost.amount": "8.99", "lineItems.0.price.amount": "80.00", "lineItems.0.price.currency": "PLN", "lineItems.0.boughtAt": "2026-10-02T12:00:00.000Z",
			"buyer.email": s.relay(t, p.ID), "fulfillment.provider.id": "SELLER"}},
		{Name: "paid", Do: func() { _ = s.PayOrder(p.ID) }, Method: "GET", Path: formPath, Want: map[string]string{"payment.paidAmount.amount": "168.99", "payment.finishedAt": "2026-10-02T12:00:00.000Z"}},
		{Name: "moved", Do: func() { _ = s.Readdress(p.ID, "Gdańsk", "Długa 1") }, Method: "GET", Path: formPath, Want: map[string]string{"delivery.address.city": "Gdańsk"}},
		status("unknown order", "GET", "/order/checkout-forms/"+uuid(5), "", 404),
	})
}

// relay is the masked address of an order's buyer.
func (s *Shop) relay(t *testing.T, id string) string {
	t.Helper()
	mail := simtest.Call(s, "GET", "/order/checkout-forms/"+id, "", public).At("buyer.email")
	if !strings.HasSuffix(mail, "@allegromail.pl") {
		t.Errorf("buyer's address %q is not masked", mail)
	}
	return mail
}

func TestListForms(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{})
	for range 130 {
		place(t, s, lamps(1))
		c.Advance(time.Minute)
	}
	from := func(at time.Time) string { return url.QueryEscape(at.Format(time.RFC3339)) }
	simtest.Run(t, s, public, []simtest.Step{
		get("newest first, a hundred a page", "/order/checkout-forms", map[string]string{"checkoutForms.#": "100", "count": "100", "totalCount": "130", "checkoutForms.0.id": uuid(firstOrder + 129)}),
		get("oldest first", "/order/checkout-forms?sort=lineItems.boughtAt&offset=100", map[string]string{"checkoutForms.#": "30", "checkoutForms.0.id": uuid(firstOrder + 100)}),
		get("changed since", "/order/checkout-forms?updatedAt.gte="+from(noon.Add(125*time.Minute)), map[string]string{"totalCount": "5"}),
		get("bought between", "/order/checkout-forms?lineItems.boughtAt.gte="+from(noon)+"&lineItems.boughtAt.lte="+from(noon.Add(time.Minute)), map[string]string{"totalCount": "2"}),
		get("by status", "/order/checkout-forms?status=BOUGHT&status=CANCELLED", map[string]string{"totalCount": "0"}),
		status("page too large", "GET", "/order/checkout-forms?limit=101", "", 422),
		status("a date nobody understands", "GET", "/order/checkout-forms?updatedAt.gte=yesterday", "", 422),
	})
}

func TestFulfillment(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	id := place(t, s, lamps(1))
	put := func(name, query, to string, want int) simtest.Step {
		return status(name, "PUT", formPath+"/fulfillment"+query, `{"status":"`+to+`"}`, want)
	}
	simtest.Run(t, s, public, []simtest.Step{
		put("stale revision", "?checkoutForm.revision=1", "PROCESSING", 409),
		put("present revision", "?checkoutForm.revision=3", "PROCESSING", 204),
		put("a repeat", "", "PROCESSING", 204),
		put("RETURNED is not for sellers", "", "RETURNED", 422),
		put("never back", "", "NEW", 422),
		put("no such status", "", "DONE", 422),
		put("sent", "", "SENT", 204),
		put("too late to cancel", "", "CANCELLED", 422),
		put("picked up", "", "PICKED_UP", 204),
		status("unknown order", "PUT", "/order/checkout-forms/"+uuid(5)+"/fulfillment", `{"status":"SENT"}`, 404),
		get("the journal tells", "/order/events?from=1700000000003", map[string]string{"events.#": "3", "events.0.type": "FULFILLMENT_STATUS_CHANGED"}),
		{Name: "came back", Do: func() { _ = s.Return(id) }, Method: "GET", Path: formPath, Want: map[string]string{"fulfillment.status": "RETURNED", "status": "READY_FOR_PROCESSING"}},
	})
	late := place(t, s, lamps(1))
	if err := s.CancelOrder(late); err != nil {
		t.Fatal(err)
	}
	simtest.Run(t, s, public, []simtest.Step{status("cancelled by the buyer", "PUT", "/order/checkout-forms/"+late+"/fulfillment", `{"status":"SENT"}`, 422)})
}

func TestShipments(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	place(t, s, lamps(1))
	add := func(name, body string, want int) simtest.Step {
		return status(name, "POST", formPath+"/shipments", body, want)
	}
	simtest.Run(t, s, public, []simtest.Step{
		get("carriers", "/order/carriers", map[string]string{"carriers.1.id": "INPOST"}),
		add("unknown carrier", `{"carrierId":"PIGEON","waybill":"1"}`, 422),
		add("no waybill", `{"carrierId":"DPD"}`, 422),
		add("a waybill too long", `{"carrierId":"DPD","waybill":"`+strings.Repeat("1", 65)+`"}`, 422),
		add("a name without OTHER", `{"carrierId":"DPD","waybill":"1","carrierName":"x"}`, 422),
		add("OTHER without a name", `{"carrierId":"OTHER","waybill":"1"}`, 422),
		add("a line of another order", `{"carrierId":"DPD","waybill":"1","lineItems":[{"id":"x"}]}`, 422),
		add("stored", `{"carrierId":"OTHER","carrierName":"Nova Poshta","waybill":"2045"}`, 201),
		add("a repeat is another shipment", `{"carrierId":"DPD","waybill":"2045"}`, 201),
		get("list", formPath+"/shipments", map[string]string{"shipments.#": "2", "shipments.0.waybill": "2045", "shipments.0.carrierName": "Nova Poshta"}),
		get("the form knows", formPath, map[string]string{"fulfillment.shipmentSummary.lineItemsSent": "ALL", "fulfillment.status": "NEW"}),
		get("the journal does not", "/order/events?from=1700000000003", map[string]string{"events.#": "0"}),
		{Name: "too many orders", Do: func() {
			for range 4 {
				_ = s.Ship(place(t, s, lamps(1)), "DPD", "2045")
			}
		}, Method: "POST", Path: formPath + "/shipments", Body: `{"carrierId":"DPD","waybill":"2045"}`, Status: 409},
	})
}

func TestOffers(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{})
	s.Foreign(555)
	one := "/sale/product-offers/" + lamp
	simtest.Run(t, s, public, []simtest.Step{
		get("list", "/sale/offers", map[string]string{"offers.#": "2", "totalCount": "2", "offers.1.id": lamp, "offers.1.external.id": "LMP-1", "offers.1.stock.available": "1000"}),
		get("by ids, repeated; strangers are left out", "/sale/offers?offer.id="+lamp+"&offer.id=555", map[string]string{"offers.#": "1"}),
		get("by code", "/sale/offers?external.id=GEN", map[string]string{"offers.#": "1", "offers.0.sellingMode.price.amount": "1890.00"}),
		status("limit out of range", "GET", "/sale/offers?limit=1001", "", 422),
		get("parts", one+"/parts?include=stock", map[string]string{"stock.available": "1000", "sellingMode": ""}),
		status("of another seller", "GET", "/sale/product-offers/555", "", 403),
		status("unknown", "GET", "/sale/product-offers/556", "", 404),
		{Name: "zero ends", Method: "PATCH", Path: one, Body: `{"stock":{"available":0}}`, Want: map[string]string{"publication.status": "ENDED"}},
		{Name: "more does not bring it back", Method: "PATCH", Path: one, Body: `{"stock":{"available":7}}`, Want: map[string]string{"publication.status": "ENDED", "stock.available": "7"}},
		{Name: "activation does", Method: "PATCH", Path: one, Body: `{"publication":{"status":"ACTIVE"}}`, Want: map[string]string{"publication.status": "ACTIVE"}},
		{Name: "activation needs stock", Method: "PATCH", Path: one, Body: `{"stock":{"available":0},"publication":{"status":"ACTIVE"}}`, Status: 422},
		{Name: "amounts are strings", Method: "PATCH", Path: one, Body: `{"sellingMode":{"price":{"amount":79.90,"currency":"PLN"}}}`, Status: 422},
		{Name: "in the offer's currency", Method: "PATCH", Path: one, Body: `{"sellingMode":{"price":{"amount":"79.90","currency":"EUR"}}}`, Status: 422},
		{Name: "price", Method: "PATCH", Path: one, Body: `{"sellingMode":{"price":{"amount":"79.90","currency":"PLN"}}}`, Want: map[string]string{"sellingMode.price.amount": "79.90", "stock.available": "7"}},
	})
	s.o.EditLag = time.Minute
	simtest.Run(t, s, public, []simtest.Step{
		status("slow edit", "PATCH", one, `{"stock":{"available":3}}`, 202),
		status("the next one meets it", "PATCH", one, `{"stock":{"available":4}}`, 409),
		get("not yet", one, map[string]string{"stock.available": "7"}),
		{Name: "later", Do: func() { c.Advance(time.Minute) }, Method: "GET", Path: one, Want: map[string]string{"stock.available": "3"}},
	})
}

func TestCommands(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{CommandLag: time.Minute})
	s.o.Scopes = allScopes
	quantity := "/sale/offer-quantity-change-commands/"
	bulk := "/sale/offer-bulk-modification-commands"
	both := `"offerCriteria":[{"type":"CONTAINS_OFFERS","offers":[{"id":"` + lamp + `"},{"id":"9"}]}]`
	inBeta := func(st simtest.Step) simtest.Step { st.Header = beta; return st }
	later := func() { c.Advance(time.Minute) }
	mods := func(n int) string {
		return `{"commandId":"` + commandA + `","modifications":[` + strings.TrimSuffix(strings.Repeat(`{"offerId":"`+lamp+`","stock":{"changeType":"FIXED","value":4}},`, n), ",") + `]}`
	}
	simtest.Run(t, s, public, []simtest.Step{
		status("FIXED can not set zero", "PUT", quantity+commandA, `{"modification":{"changeType":"FIXED","value":0},`+both+`}`, 422),
		status("the id is a UUID", "PUT", quantity+"1", `{"modification":{"changeType":"FIXED","value":7},`+both+`}`, 422),
		{Name: "accepted", Method: "PUT", Path: quantity + commandA, Body: `{"modification":{"changeType":"FIXED","value":7},` + both + `}`, Status: 201,
			Want: map[string]string{"id": commandA, "completedAt": "null", "taskCount.total": "2"}},
		status("an id works once", "PUT", quantity+commandA, `{"modification":{"changeType":"FIXED","value":7},`+both+`}`, 409),
		get("at work", quantity+commandA+"/tasks", map[string]string{"tasks.#": "2", "tasks.0.status": "NEW"}),
		{Name: "done", Do: later, Method: "GET", Path: quantity + commandA, Want: map[string]string{"taskCount.success": "1", "taskCount.failed": "1", "completedAt": "2026-10-02T12:01:00.000Z"}},
		get("one bad item", quantity+commandA+"/tasks", map[string]string{"tasks.0.status": "SUCCESS", "tasks.1.status": "FAIL", "tasks.1.errors.0.message": "no such offer of this seller"}),
		get("applied", "/sale/product-offers/"+lamp, map[string]string{"stock.available": "7"}),
		status("one price for all", "PUT", "/sale/offer-price-change-commands/"+commandB, `{"modification":{"type":"FIXED_PRICE","price":{"amount":"81.00","currency":"PLN"}},`+both+`}`, 201),
		{Name: "price applied", Do: later, Method: "GET", Path: "/sale/product-offers/" + lamp, Want: map[string]string{"sellingMode.price.amount": "81.00"}},
		status("end", "PUT", "/sale/offer-publication-commands/"+strings.Replace(commandB, "6666", "7777", 1), `{"publication":{"action":"END"},`+both+`}`, 201),
		{Name: "ended", Do: later, Method: "GET", Path: "/sale/product-offers/" + lamp, Want: map[string]string{"publication.status": "ENDED"}},
		inBeta(status("26 modifications", "POST", bulk, mods(26), 422)),
		inBeta(status("the same id for another kind", "POST", bulk, mods(25), 409)),
		inBeta(status("different values", "POST", bulk, `{"commandId":"`+strings.Replace(commandA, "5555", "8888", 1)+`","modifications":[{"offerId":"`+lamp+`","stock":{"changeType":"FIXED","value":4}},{"offerId":"17000000002","stock":{"changeType":"FIXED","value":0}}]}`, 201)),
		inBeta(simtest.Step{Name: "zero fails", Do: later, Method: "GET", Path: bulk + "/" + strings.Replace(commandA, "5555", "8888", 1) + "/tasks", Want: map[string]string{"tasks.0.status": "SUCCESS", "tasks.1.status": "FAIL"}}),
	})
}

func TestBilling(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{})
	id := place(t, s, lamps(1))
	s.Charge(id, 12_34)
	c.Advance(time.Hour)
	s.Charge(id, -2_34)
	const path = "/billing/billing-entries"
	simtest.Run(t, s, public, []simtest.Step{
		get("newest first, a charge is negative", path, map[string]string{"billingEntries.#": "2", "billingEntries.0.value.amount": "2.34", "billingEntries.1.value.amount": "-12.34",
			"billingEntries.1.type.id": "SUC", "billingEntries.1.order.id": id}),
		get("since", path+"?occurredAt.gte=2026-10-02T12:30:00Z", map[string]string{"billingEntries.#": "1"}),
		get("until", path+"?occurredAt.lte=2026-10-02T12:30:00Z&limit=1", map[string]string{"billingEntries.0.type.id": "SUC"}),
		status("page too large", "GET", path+"?limit=101", "", 422),
		status("offset too far", "GET", path+"?offset=10001", "", 422),
	})
}

func TestBuying(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	generator := sim.Basket{Lines: []sim.BasketLine{{SKU: "GEN", Quantity: 1}}}
	place(t, s, generator)
	if o, _ := s.OfferBySKU("GEN"); o.Orderable || o.Quantity != 0 {
		t.Errorf("sold out: %+v", o)
	}
	if _, err := s.PlaceOrder(generator); err == nil {
		t.Error("what is sold out can be bought")
	}
	p, err := s.PlaceRaw([]byte(`{"id":"odd","status":"READY_FOR_PROCESSING","lineItems":7}`))
	if err != nil || p.ID != "odd" {
		t.Fatalf("raw order %q, error %v", p.ID, err)
	}
	simtest.Run(t, s, public, []simtest.Step{get("raw as it stands", "/order/checkout-forms/odd", map[string]string{"lineItems": "7"})})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	place(t, s, lamps(1))
	place(t, s, lamps(1))
	one := "/sale/product-offers/" + lamp
	on := func(k sim.Kind, r sim.Rule) func() {
		return func() { s.Faults().Clear(); s.Faults().Set(k, r) }
	}
	simtest.Run(t, s, public, []simtest.Step{
		{Name: "yes, and nothing done", Do: on(sim.AcceptThenIgnore, sim.Rule{}), Method: "PATCH", Path: one, Body: `{"stock":{"available":5}}`, Want: map[string]string{"stock.available": "998"}},
		status("a command too", "PUT", "/sale/offer-quantity-change-commands/"+commandA,
			`{"modification":{"changeType":"FIXED","value":7},"offerCriteria":[{"type":"CONTAINS_OFFERS","offers":[{"id":"`+lamp+`"}]}]}`, 201),
		get("which reports success", "/sale/offer-quantity-change-commands/"+commandA+"/tasks", map[string]string{"tasks.0.status": "SUCCESS"}),
		get("and shows the old", one, map[string]string{"stock.available": "998"}),
		{Name: "done, and an error", Do: on(sim.AcceptThenFail, sim.Rule{}), Method: "PATCH", Path: one, Body: `{"stock":{"available":5}}`, Status: 500},
		get("it is done", one, map[string]string{"stock.available": "5"}),
		{Name: "rows repeat", Do: on(sim.DuplicateOrders, sim.Rule{}), Method: "GET", Path: "/order/checkout-forms", Want: map[string]string{"checkoutForms.#": "3", "count": "2"}},
		get("events do not", "/order/events", map[string]string{"events.#": "6"}),
		{Name: "the clock is off", Do: on(sim.ClockSkew, sim.Rule{Skew: time.Hour}), Method: "GET", Path: formPath, Want: map[string]string{"updatedAt": "2026-10-02T13:00:00.000Z"}},
		{Name: "429", Do: on(sim.Status429, sim.Rule{}), Method: "GET", Path: "/me", Status: 429},
		{Name: "sessions end", Do: on(sim.ExpireTokens, sim.Rule{}), Method: "GET", Path: "/me", Status: 401},
		{Name: "and are renewed", Method: "POST", Path: "/auth/oauth/token", Header: client, Body: "grant_type=refresh_token&refresh_token=allegro-refresh-1",
			Want: map[string]string{"access_token": "allegro-access-2"}},
		{Name: "for good", Method: "GET", Path: "/me", Header: map[string]string{"Authorization": "Bearer allegro-access-2"}},
	})
}

// Thirty thousand offers and thousands of orders: a page costs what it shows.
func BenchmarkPages(b *testing.B) {
	s := New(Options{})
	token := s.Settings("http://x")["access_token"]
	seeds := make([]sim.OfferSeed, 0, 30_000)
	for i := range 30_000 {
		seeds = append(seeds, sim.OfferSeed{SKU: fmt.Sprintf("S-%05d", i), Title: "Towar", PriceMinor: 100_00, Quantity: 1_000_000})
	}
	s.SeedOffers(seeds)
	for i := range 20_000 {
		if _, err := s.PlaceOrder(sim.Basket{Lines: []sim.BasketLine{{SKU: seeds[i].SKU, Quantity: 1}}}); err != nil {
			b.Fatal(err)
		}
	}
	head := map[string]string{"Authorization": "Bearer " + token, "Accept": mediaPublic}
	for _, path := range []string{"/order/events?from=1700000050000&limit=50", "/order/checkout-forms?sort=lineItems.boughtAt&limit=50&offset=10000", "/sale/offers?limit=100&offset=20000"} {
		b.Run(strings.Split(path, "?")[0], func(b *testing.B) {
			for b.Loop() {
				if r := simtest.Call(s, http.MethodGet, path, "", head); r.Status != http.StatusOK {
					b.Fatalf("%.200s", r.Body)
				}
			}
		})
	}
}
