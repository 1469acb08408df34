package rozetka

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// sample is the order of the API sheet.
const sample = `{"id":811200345,"created":"2026-10-02 14:05:11","changed":"2026-10-02 14:05:12","amount":"1580.00","amount_with_discount":"1480.00","cost":"1580.00","cost_with_discount":"1480.00","status":1,"status_group":1,"user_phone":"380671112233","user_title":{"first_name":"Олена","last_name":"Коваль","second_name":"","full_name":"Коваль Олена"},"ttn":"","total_quantity":2,"callback_off":0,"is_fulfillment":false,"delivery":{"delivery_service_id":5,"delivery_service_name":"Нова Пошта","recipient_title":"Коваль Олена","recipient_phone":"380671112233","delivery_method_id":1,"place_number":"17","city":{"id":1,"title":"Київ"},"ref_id":"aaaa1111-bbbb-2222-cccc-333344445555"},"purchases":[{"id":55120,"item_id":344000111,"quantity":2,"price":"790.00","price_with_discount":"740.00","item":{"id":344000111,"price_offer_id":"SKU-17","article":"A17"}}],"payment":{"payment_method_id":1,"payment_type":"cash","payment_status":null}}`

// with changes the sample.
func with(pairs ...string) []byte { return []byte(strings.NewReplacer(pairs...).Replace(sample)) }

func uah(minor int64) connector.Money { return money.New(minor, money.UAH) }

func TestParseOrder(t *testing.T) {
	t.Parallel()
	want := connector.Order{
		ExternalID: "811200345", Status: "1", Stage: connector.StageNew, Total: uah(148000),
		CreatedAt: time.Date(2026, 10, 2, 11, 5, 11, 0, time.UTC), ChangedAt: time.Date(2026, 10, 2, 11, 5, 12, 0, time.UTC),
		Payment:   connector.Payment{State: connector.PaymentUnpaid, OnPickup: true},
		Buyer:     connector.Person{Name: "Коваль Олена", Phone: "+380671112233"},
		Recipient: connector.Person{Name: "Коваль Олена", Phone: "+380671112233"},
		Delivery: connector.Delivery{
			Service: "nova_poshta", Title: "Нова Пошта", City: "Київ", Branch: "17", BranchRef: "aaaa1111-bbbb-2222-cccc-333344445555",
		},
		Lines: []connector.Line{{
			ExternalID: "55120", OfferID: "344000111", SKU: "SKU-17", Quantity: qty.Pieces(2), Price: uah(74000), Total: uah(148000),
		}},
	}
	got, err := new(channel).ParseOrder([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseOrderVariants(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		body []byte
		ok   func(connector.Order) bool
	}{
		{"card, paid", with(`"payment_type":"cash","payment_status":null`, `"payment_type":"card","payment_status":"paid"`),
			func(o connector.Order) bool { return o.Payment.State == connector.PaymentPaid && !o.Payment.OnPickup }},
		{"two-stage payment", with(`"payment_status":null`, `"payment_status":{"id":7,"name":"hold"}`),
			func(o connector.Order) bool { return o.Payment.State == connector.PaymentOnHold }},
		{"payment by its own expand", with(`"callback_off":0`, `"status_payment":{"status_payment_id":2,"name":"paid"}`),
			func(o connector.Order) bool { return o.Payment.State == connector.PaymentPaid }},
		{"e-mail is a flag", with(`"callback_off":0`, `"user":{"id":9,"email":"true","has_email":true}`),
			func(o connector.Order) bool { return o.Buyer.Email == "" && o.Buyer.ExternalID == "9" }},
		{"e-mail", with(`"callback_off":0`, `"user":{"id":9,"email":"o@example.com"}`), func(o connector.Order) bool { return o.Buyer.Email == "o@example.com" }},
		{"do not call", with(`"callback_off":0`, `"callback_off":1`), func(o connector.Order) bool { return o.NoCall }},
		{"no city", with(`{"id":1,"title":"Київ"}`, "null"), func(o connector.Order) bool { return o.Delivery.City == "" }},
		{"unknown id in progress", with(`"status":1`, `"status":999`), func(o connector.Order) bool { return o.Stage == connector.StageConfirmed }},
		{"unknown id, group 2", with(`"status":1,"status_group":1`, `"status":999,"status_group":2`), func(o connector.Order) bool { return o.Stage == connector.StageCompleted }},
		{"unknown id, group 3", with(`"status":1,"status_group":1`, `"status":"999","status_group":"3"`), func(o connector.Order) bool { return o.Stage == connector.StageCancelled }},
		{"cancelled by the buyer", with(`"status":1`, `"status":45`), func(o connector.Order) bool { return o.Stage == connector.StageCancelled && o.CancelBy == "buyer" }},
		{"came back", with(`"status":1`, `"status":71`), func(o connector.Order) bool { return o.Stage == connector.StageReturned }},
		{"removed line", with(`"item_id":344000111,"quantity":2`, `"item_id":344000111,"status":0,"quantity":0`), func(o connector.Order) bool { return o.Lines[0].Removed }},
		{"waybill", with(`"ttn":""`, `"ttn":"20450012345678"`), func(o connector.Order) bool { return o.Delivery.Tracking == "20450012345678" }},
		{"group", with(`"callback_off":0`, `"group_id":77`), func(o connector.Order) bool { return o.GroupID == "77" }},
		{"line total given", with(`"price_with_discount":"740.00"`, `"price_with_discount":"740.00","cost_with_discount":"1479.99"`),
			func(o connector.Order) bool { return o.Lines[0].Total == uah(147999) }},
	}
	for _, c := range cases {
		got, err := new(channel).ParseOrder(c.body)
		if err != nil || !c.ok(got) {
			t.Errorf("%s: %+v, error %v", c.name, got, err)
		}
	}
}

func badOrders() map[string][]byte {
	return map[string][]byte{
		"no id": with(`"id":811200345`, `"id":null`), "no status": with(`"status":1`, `"status":null`), "negative quantity": with(`"quantity":2`, `"quantity":-1`),
		"no quantity": with(`"quantity":2`, `"quantity":0`), "quantity too fine": with(`"quantity":2`, `"quantity":"1.0005"`),
		"unknown currency": with(`"amount_with_discount":"1480.00"`, `"amount_with_discount":"1480.00 дукатів"`),
		"no line price":    with(`"price":"790.00","price_with_discount":"740.00"`, `"price":null`), "no goods": with(`"purchases":[`, `"purchase":[`),
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
