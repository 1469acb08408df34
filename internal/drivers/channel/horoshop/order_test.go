package horoshop

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
const sample = `{"order_id":1042,"stat_status":1,"stat_created":"2026-10-02 14:05:11","delivery_name":"Коваль Олена","delivery_phone":"+380671112233","delivery_email":"o@example.com","delivery_city":"Київ","delivery_address":"Відділення №17","delivery_type":{"id":3,"title":"Нова Пошта"},"delivery_price":-1,"payment_type":{"id":13,"title":"Накладений платіж"},"payed":0,"total_default":1600,"total_sum":1480,"total_quantity":2,"coupon_code":"FALL","coupon_percent":0,"coupon_discount_value":120,"currency":"UAH","products":[{"article":"SKU-17","title":"Чайник","price":800,"quantity":2,"total_price":1600,"discount_marker":"NONE","type":"product"}],"delivery_data":{"deliveryOperatorType":"NovaPoshta","tnNumber":null}}`

// with changes the sample.
func with(pairs ...string) []byte { return []byte(strings.NewReplacer(pairs...).Replace(sample)) }

func uah(minor int64) connector.Money { return money.New(minor, money.UAH) }

func TestParseOrder(t *testing.T) {
	t.Parallel()
	want := connector.Order{
		ExternalID: "1042", Status: "1", Stage: connector.StageNew, CreatedAt: time.Date(2026, 10, 2, 11, 5, 11, 0, time.UTC),
		Total:    uah(148000),
		Payment:  connector.Payment{State: connector.PaymentUnpaid, Method: "Накладений платіж", OnPickup: true},
		Buyer:    connector.Person{Name: "Коваль Олена", Phone: "+380671112233", Email: "o@example.com"},
		Delivery: connector.Delivery{Service: "nova_poshta", Title: "Нова Пошта", City: "Київ", Branch: "17", Address: "Відділення №17"},
		Lines: []connector.Line{{
			ExternalID: "SKU-17", OfferID: "SKU-17", SKU: "SKU-17", Title: "Чайник", Quantity: qty.Pieces(2), Price: uah(80000), Total: uah(148000),
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

const second = `"products":[{"article":"GIFT-1","title":"Чашка","price":50,"quantity":1,"total_price":50,"type":"gift"},` +
	`{"article":"SKU-17","title":"Чайник","price":100,"quantity":1,"total_price":100,"type":"set_item"},`

func TestParseOrderVariants(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		body []byte
		ok   func(connector.Order) bool
	}{
		{"paid", with(`"payed":0`, `"payed":"1"`), func(o connector.Order) bool { return o.Payment.State == connector.PaymentPaid }},
		{"paid, English page", with(`"payed":0`, `"paid":1`), func(o connector.Order) bool { return o.Payment.State == connector.PaymentPaid }},
		{"delivery priced", with(`"delivery_price":-1`, `"delivery_price":70`), func(o connector.Order) bool { return o.DeliveryCost == uah(7000) }},
		{"gift and set parts take stock, not money", with(`"products":[`, second), func(o connector.Order) bool {
			return len(o.Lines) == 3 && o.Lines[0].Gift && o.Lines[0].Total == uah(0) && o.Lines[1].Gift && o.Lines[2].Total == uah(148000) &&
				o.Lines[1].ExternalID == "SKU-17" && o.Lines[2].ExternalID == "SKU-17#2"
		}},
		{"no discount", with(`"total_sum":1480`, `"total_sum":"1600.00"`), func(o connector.Order) bool { return o.Lines[0].Total == uah(160000) }},
		{"Ukrposhta address", with("Відділення №17", "03150@Київ@@вул. Велика, 5"), func(o connector.Order) bool { return o.Delivery.Address == "03150, Київ, вул. Велика, 5" }},
		{"waybill", with(`"tnNumber":null`, `"tnNumber":"2045"`), func(o connector.Order) bool { return o.Delivery.Tracking == "2045" }},
		{"branch key", with(`"payed":0`, `"additional_data":{"recipient_warehouse_ref":"ref"}`), func(o connector.Order) bool { return o.Delivery.BranchRef == "ref" }},
		{"titles per language", with(`"title":"Нова Пошта"`, `"title":{"ua":"Нова Пошта","ru":""}`), func(o connector.Order) bool { return o.Delivery.Title == "Нова Пошта" }},
		{"status of the shop's own", with(`"stat_status":1`, `"stat_status":17`), func(o connector.Order) bool { return o.Stage == connector.StageConfirmed }},
		{"cancelled", with(`"stat_status":1`, `"stat_status":"4"`), func(o connector.Order) bool { return o.Stage == connector.StageCancelled }},
		{"no comment, no e-mail", with(`"delivery_email":"o@example.com"`, `"delivery_email":null`), func(o connector.Order) bool { return o.Buyer.Email == "" }},
		{"zlotys", with(`"currency":"UAH"`, `"currency":"pln"`), func(o connector.Order) bool { return o.Total.Currency == money.PLN }},
		{"no currency", with(`"currency":"UAH"`, `"currency":null`), func(o connector.Order) bool { return o.Total.Currency == money.UAH }},
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
		"no id": with(`"order_id":1042`, `"order_id":null`), "no status": with(`"stat_status":1`, `"stat_status":null`),
		"negative quantity": with(`"quantity":2`, `"quantity":-2`), "no quantity": with(`"quantity":2`, `"quantity":0`),
		"quantity too fine": with(`"quantity":2`, `"quantity":2.0001`), "unknown currency": with(`"currency":"UAH"`, `"currency":"DUC"`),
		"negative price": with(`"price":800`, `"price":-800`), "no goods": with(`"products":[`, `"goods":[`),
		"a line of nothing": with(`"article":"SKU-17","title":"Чайник"`, `"article":null`),
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
	f.Add(with(`"products":[`, second))
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

func FuzzParseWebhook(f *testing.F) {
	for _, s := range []string{`{"order_id":1042}`, `{"order":{"order_id":"7"}}`, `{"orders":[{"order_id":1},{"id":2}]}`, ``, `[]`, `{"data":[]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		hook, err := new(channel).ParseWebhook(nil, body)
		if err != nil || len(hook.Orders) > 0 || hook.Sweep == (len(hook.OrderIDs) > 0) {
			t.Errorf("hook %+v, error %v: an unsigned body is a hint and nothing else", hook, err)
		}
	})
}
