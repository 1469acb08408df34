package prom

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// sample is the order of the API sheet.
const sample = `{"id":415000111,"date_created":"2026-10-02T11:05:00.120000+00:00","client_first_name":"Ірина","client_last_name":"Мельник","client_second_name":"","client_id":9001,"phone":"+380501112233","email":"","client_notes":"після 18:00","price":"1 480 грн","full_price":"1 560 грн","status":"pending","status_name":"Новий","source":"portal","payment_option":{"id":11,"name":"Пром-оплата"},"payment_data":{"type":"evopay","status":"paid","status_modified":"2026-10-02T11:06:00"},"delivery_option":{"id":21,"name":"Нова Пошта"},"delivery_provider_data":{"provider":"nova_poshta","type":"W2W","recipient_warehouse_id":"aaaa1111-bbbb-2222-cccc-333344445555","declaration_number":"","unified_status":null},"delivery_address":"Київ, відділення №17","products":[{"id":1800100,"external_id":"SKU-17","sku":"A17","name":"Чайник","quantity":2,"price":"740 грн","total_price":"1 480 грн","measure_unit":"шт."}],"cpa_commission":{"amount":"118.40","is_refunded":false}}`

// with changes the sample.
func with(pairs ...string) []byte {
	return []byte(strings.NewReplacer(pairs...).Replace(sample))
}

func uah(minor int64) connector.Money { return money.New(minor, money.UAH) }

func TestParseOrder(t *testing.T) {
	t.Parallel()
	want := connector.Order{
		ExternalID: "415000111", Status: "pending", Stage: connector.StageNew, Source: "portal", Comment: "після 18:00",
		CreatedAt: time.Date(2026, 10, 2, 11, 5, 0, 120_000_000, time.UTC), Total: uah(148000), Commission: uah(11840),
		Payment: connector.Payment{State: connector.PaymentPaid, Method: "Пром-оплата"},
		Buyer:   connector.Person{ExternalID: "9001", Name: "Мельник Ірина", Phone: "+380501112233"},
		Delivery: connector.Delivery{
			Service: "nova_poshta", Title: "Нова Пошта", City: "Київ", Branch: "17", BranchRef: "aaaa1111-bbbb-2222-cccc-333344445555",
			Address: "Київ, відділення №17",
		},
		Lines: []connector.Line{{
			ExternalID: "1800100", OfferID: "1800100", SKU: "SKU-17", Title: "Чайник", Quantity: qty.Pieces(2), Price: uah(74000), Total: uah(148000),
		}},
	}
	for name, body := range map[string]string{"bare": sample, "wrapped": `{"order":` + sample + `}`} {
		got, err := new(channel).ParseOrder([]byte(body))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestParseOrderVariants(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		body []byte
		ok   func(connector.Order) bool
	}{
		{"custom status", with(`"status":"pending"`, `"status":"custom-172548"`),
			func(o connector.Order) bool {
				return o.Stage == connector.StageConfirmed && o.Status == "custom-172548"
			}},
		{"waybill means shipped", with(`"status":"pending"`, `"status":"received"`, `"declaration_number":""`, `"declaration_number":"20450012345678"`),
			func(o connector.Order) bool {
				return o.Stage == connector.StageShipped && o.Delivery.Tracking == "20450012345678"
			}},
		{"waybill of a new order", with(`"declaration_number":""`, `"declaration_number":"20450012345678"`),
			func(o connector.Order) bool { return o.Stage == connector.StageNew }},
		{"draft", with(`"status":"pending"`, `"status":"draft"`), func(o connector.Order) bool { return o.Ignore }},
		{"nbsp and kopiykas", with("1 480 грн", "1\u00a0890,50\u00a0грн"), func(o connector.Order) bool { return o.Total == uah(189050) }},
		{"numbers as text", with(`"id":415000111`, `"id":"415000111"`, `"quantity":2`, `"quantity":"2"`),
			func(o connector.Order) bool {
				return o.ExternalID == "415000111" && o.Lines[0].Quantity == qty.Pieces(2)
			}},
		{"half a metre", with(`"quantity":2`, `"quantity":0.5`), func(o connector.Order) bool { return o.Lines[0].Quantity == 500 }},
		{"cancelled by the buyer", with(`"status":"pending"`, `"status":"canceled","cancellation":{"title":"Передумав","initiator":"buyer"}`),
			func(o connector.Order) bool {
				return o.Stage == connector.StageCancelled && o.CancelReason == "Передумав" && o.CancelBy == "buyer"
			}},
		{"cash on delivery", with("Пром-оплата", "Накладений платіж", `"status":"paid"`, `"status":"unpaid"`),
			func(o connector.Order) bool { return o.Payment.OnPickup && o.Payment.State == connector.PaymentUnpaid }},
		{"no provider data", with(`{"provider":"nova_poshta","type":"W2W","recipient_warehouse_id":"aaaa1111-bbbb-2222-cccc-333344445555","declaration_number":"","unified_status":null}`, "null"),
			func(o connector.Order) bool { return o.Delivery.Service == "nova_poshta" && o.Delivery.Branch == "17" }},
		{"product left the catalogue", with(`"id":1800100`, `"id":null`),
			func(o connector.Order) bool { return o.Lines[0].OfferID == "" && o.Lines[0].ExternalID != "" }},
		{"empty lists for objects", with(`{"amount":"118.40","is_refunded":false}`, "[]", `{"id":21,"name":"Нова Пошта"}`, "[]"),
			func(o connector.Order) bool { return o.Commission == connector.Money{} && o.ExternalID == "415000111" }},
		{"no order total", with(`"price":"1 480 грн"`, `"price":null`), func(o connector.Order) bool { return o.Total == uah(148000) }},
		{"status nobody knows", with(`"status":"pending"`, `"status":"teleported"`),
			func(o connector.Order) bool { return o.Stage == connector.StageConfirmed }},
	}
	for _, c := range cases {
		got, err := new(channel).ParseOrder(c.body)
		if err != nil || !c.ok(got) {
			t.Errorf("%s: %+v, error %v", c.name, got, err)
		}
	}
}

// badOrders must be refused in words.
func badOrders() map[string][]byte {
	return map[string][]byte{
		"no id":                with(`"id":415000111`, `"id":null`),
		"zero id":              with(`"id":415000111`, `"id":0`),
		"no status":            with(`"status":"pending"`, `"status":""`),
		"negative quantity":    with(`"quantity":2`, `"quantity":-2`),
		"no quantity":          with(`"quantity":2`, `"quantity":0`),
		"quantity too fine":    with(`"quantity":2`, `"quantity":0.0005`),
		"unknown currency":     with("1 480 грн", "1 480 дублонів"),
		"unknown line money":   with("740 грн", "740 тугриків"),
		"ambiguous total":      with(`"price":"1 480 грн"`, `"price":"1,480 грн"`),
		"no goods":             with(`"products":[`, `"product":[`),
		"a line of nothing":    with(`"id":1800100,"external_id":"SKU-17","sku":"A17","name":"Чайник"`, `"id":0`),
		"a line not an object": with(`"products":[{`, `"products":[17,{`),
	}
}

func TestParseOrderRefuses(t *testing.T) {
	t.Parallel()
	for name, body := range badOrders() {
		got, err := new(channel).ParseOrder(body)
		if connector.KindOf(err) != connector.KindData {
			t.Errorf("%s: %+v, error %v, want kind data", name, got, err)
		}
	}
}

func FuzzParseOrder(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte(`{"order":` + sample + `}`))
	for _, b := range badOrders() {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		o, err := new(channel).ParseOrder(body)
		if err != nil {
			if connector.KindOf(err) != connector.KindData {
				t.Errorf("kind %s", connector.KindOf(err))
			}
			return
		}
		if o.ExternalID == "" || o.Stage == "" || o.Total.Minor < 0 {
			t.Errorf("accepted without id, stage or with a negative total: %+v", o)
		}
		for _, l := range o.Lines {
			if l.Quantity <= 0 || l.ExternalID == "" || l.Total.Minor < 0 {
				t.Errorf("accepted line %+v", l)
			}
		}
	})
}

// open makes a channel that talks to handler.
func open(t *testing.T, url string) *channel {
	t.Helper()
	ch, err := New().Open(connector.Config{
		Settings: map[string]string{"base_url": url, "token": "secret-token"}, HTTP: http.DefaultClient,
		Now: func() time.Time { return time.Date(2026, 10, 2, 12, 0, 0, 0, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return ch.(*channel)
}
