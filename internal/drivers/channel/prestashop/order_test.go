package prestashop

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// sample is the order of the API sheet.
const sample = `<prestashop><order><id>42</id><id_customer>7</id_customer><id_address_delivery>9</id_address_delivery><current_state>2</current_state><reference>KQZWXPLMN</reference><payment>Bank transfer</payment><module>ps_wirepayment</module><total_paid_tax_incl>1560.000000</total_paid_tax_incl><total_paid_real>1560.000000</total_paid_real><total_shipping_tax_incl>80.000000</total_shipping_tax_incl><shipping_number></shipping_number><date_add>2026-10-02 14:05:11</date_add><date_upd>2026-10-02 14:06:02</date_upd><associations><order_rows><order_row><id>77</id><product_id>55</product_id><product_attribute_id>0</product_attribute_id><product_quantity>2</product_quantity><product_reference>SKU-17</product_reference><unit_price_tax_incl>740.000000</unit_price_tax_incl></order_row></order_rows></associations></order></prestashop>`

// about is what the shop says of the numbers in the sample.
const about = `"currency":"UAH","zone":"Europe/Kyiv","carrier":"Нова Пошта","comment":"","state":{"code":"PS_OS_PAYMENT","paid":"1","shipped":"0","delivery":"0"},` +
	`"customer":{"id":"7","firstname":"Ірина","lastname":"Мельник","email":"i@example.com"},` +
	`"delivery":{"id":"9","firstname":"Ірина","lastname":"Мельник","address1":"відділення №17","city":"Київ","postcode":"01001","phone_mobile":"0501112233","phone":"","country":"UA"}`

// with is the sample as a document, changed.
func with(pairs ...string) []byte {
	top, err := parse([]byte(sample))
	if err != nil {
		panic(err)
	}
	order, err := json.Marshal(top.json())
	if err != nil {
		panic(err)
	}
	return []byte(strings.NewReplacer(pairs...).Replace(`{"order":` + string(order) + "," + about + "}"))
}

func TestParseOrder(t *testing.T) {
	t.Parallel()
	want := connector.Order{
		ExternalID: "42", Number: "KQZWXPLMN", GroupID: "KQZWXPLMN", Status: statePayment, Stage: connector.StageConfirmed,
		CreatedAt: time.Date(2026, 10, 2, 11, 5, 11, 0, time.UTC), ChangedAt: time.Date(2026, 10, 2, 11, 6, 2, 0, time.UTC),
		Total: uah(148000), DeliveryCost: uah(8000), Payment: connector.Payment{State: connector.PaymentPaid, Method: "Bank transfer"},
		Buyer:    connector.Person{ExternalID: "7", Name: "Мельник Ірина", Phone: "+380501112233", Email: "i@example.com"},
		Delivery: connector.Delivery{Service: "nova_poshta", Title: "Нова Пошта", City: "Київ", Branch: "17", Address: "01001 відділення №17"},
		Lines: []connector.Line{{
			ExternalID: "77", OfferID: "55", SKU: "SKU-17", Title: "SKU-17", Quantity: qty.Pieces(2), Price: uah(74000), Total: uah(148000),
		}},
	}
	got, err := new(channel).ParseOrder(with())
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
		{"numbers as numbers", with(`"id":"42"`, `"id":42`, `"product_quantity":"2"`, `"product_quantity":2`),
			func(o connector.Order) bool {
				return o.ExternalID == "42" && o.Lines[0].Quantity == qty.Pieces(2)
			}},
		{"combination", with(`"product_attribute_id":"0"`, `"product_attribute_id":"12"`), func(o connector.Order) bool { return o.Lines[0].OfferID == "55-12" }},
		{"winter time", with("2026-10-02 14:05:11", "2026-12-02 14:05:11"), func(o connector.Order) bool { return o.CreatedAt.Hour() == 12 }},
		{"another zone", with("Europe/Kyiv", "Europe/Warsaw"), func(o connector.Order) bool { return o.CreatedAt.Hour() == 12 }},
		{"a time the clocks skipped", with("2026-10-02 14:05:11", "2026-03-29 03:30:00"), func(o connector.Order) bool { return !o.CreatedAt.IsZero() }},
		{"state by flags", with(`"code":"PS_OS_PAYMENT"`, `"code":"21"`, `"shipped":"0"`, `"shipped":"1"`),
			func(o connector.Order) bool { return o.Status == "21" && o.Stage == connector.StageShipped }},
		{"state nobody explains", with(`"state":{"code":"PS_OS_PAYMENT","paid":"1","shipped":"0","delivery":"0"}`, `"state":null`),
			func(o connector.Order) bool { return o.Status == "2" && o.Stage == connector.StageConfirmed }},
		{"not made yet", with(`"current_state":"2"`, `"current_state":"0"`), func(o connector.Order) bool { return o.Ignore }},
		{"refunded", with("PS_OS_PAYMENT", "PS_OS_REFUND"), func(o connector.Order) bool {
			return o.Stage == connector.StageReturned && o.Payment.State == connector.PaymentRefunded
		}},
		{"a part is paid", with(`"total_paid_real":"1560.000000"`, `"total_paid_real":"500.000000"`),
			func(o connector.Order) bool { return o.Payment.State == connector.PaymentPart }},
		{"cash on delivery", with("ps_wirepayment", "ps_cashondelivery", `"total_paid_real":"1560.000000"`, `"total_paid_real":"0.000000"`, "PS_OS_PAYMENT", stateCOD),
			func(o connector.Order) bool { return o.Payment.OnPickup && o.Payment.State == connector.PaymentUnpaid }},
		{"cash on delivery on its way", with("ps_wirepayment", "ps_cashondelivery", "PS_OS_PAYMENT", stateShipping),
			func(o connector.Order) bool { return o.Payment.State == connector.PaymentUnpaid }},
		{"cash on delivery collected", with("ps_wirepayment", "ps_cashondelivery", "PS_OS_PAYMENT", stateDelivered),
			func(o connector.Order) bool { return o.Payment.State == connector.PaymentPaid }},
		{"six decimals add up exactly", with(`"unit_price_tax_incl":"740.000000"`, `"unit_price_tax_incl":"33.333333"`, `"product_quantity":"2"`, `"product_quantity":"3"`),
			func(o connector.Order) bool { return o.Lines[0].Price == uah(33_33) && o.Lines[0].Total == uah(100_00) }},
		{"discounts", with(`"total_paid_tax_incl":"1560.000000"`, `"total_paid_tax_incl":"1412.000000"`), func(o connector.Order) bool { return o.Total == uah(1332_00) }},
		{"a voucher for more than the goods", with(`"total_paid_tax_incl":"1560.000000"`, `"total_paid_tax_incl":"30.000000"`), func(o connector.Order) bool { return o.Total == uah(0) }},
		{"no totals", with(`"total_paid_tax_incl":"1560.000000"`, `"total_paid_tax_incl":""`), func(o connector.Order) bool { return o.Total == uah(148000) }},
		{"tracking", with(`"shipping_number":""`, `"shipping_number":"20450012345678"`), func(o connector.Order) bool { return o.Delivery.Tracking == "20450012345678" }},
		{"a local Polish number", with("0501112233", "501 112 233", `"country":"UA"`, `"country":"PL"`, `"UAH"`, `"PLN"`),
			func(o connector.Order) bool { return o.Buyer.Phone == "+48501112233" && o.Total.Currency == money.PLN }},
		{"a number nobody can read", with("0501112233", "ask Olena", `"country":"UA"`, `"country":"PL"`), func(o connector.Order) bool { return o.Buyer.Phone == "ask Olena" }},
		{"a gift for somebody else", with(`"delivery":{"id":"9","firstname":"Ірина"`, `"delivery":{"id":"9","firstname":"Петро"`),
			func(o connector.Order) bool {
				return o.Recipient.Name == "Мельник Петро" && o.Buyer.Name == "Мельник Ірина"
			}},
		{"the buyer was deleted", with(`"customer":{"id":"7","firstname":"Ірина","lastname":"Мельник","email":"i@example.com"}`, `"customer":null`),
			func(o connector.Order) bool {
				return o.Buyer.Name == "Мельник Ірина" && o.Buyer.ExternalID == "7"
			}},
		{"product left the catalogue", with(`"product_id":"55"`, `"product_id":"0"`),
			func(o connector.Order) bool { return o.Lines[0].OfferID == "" && o.Lines[0].ExternalID == "77" }},
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
		"no id":               with(`"id":"42"`, `"id":null`),
		"zero id":             with(`"id":"42"`, `"id":"0"`),
		"no status":           with(`"current_state":"2"`, `"current_state":""`),
		"no currency":         with(`"currency":"UAH"`, `"currency":""`),
		"unknown currency":    with(`"currency":"UAH"`, `"currency":"XAU"`),
		"negative quantity":   with(`"product_quantity":"2"`, `"product_quantity":"-2"`),
		"no quantity":         with(`"product_quantity":"2"`, `"product_quantity":"0"`),
		"quantity too fine":   with(`"product_quantity":"2"`, `"product_quantity":"0.0005"`),
		"no price":            with(`"unit_price_tax_incl":"740.000000"`, `"unit_price_tax_incl":""`),
		"negative price":      with(`"unit_price_tax_incl":"740.000000"`, `"unit_price_tax_incl":"-1"`),
		"ambiguous price":     with(`"unit_price_tax_incl":"740.000000"`, `"unit_price_tax_incl":"1,890"`),
		"price with exponent": with(`"unit_price_tax_incl":"740.000000"`, `"unit_price_tax_incl":"1e9"`),
		"price out of range":  with(`"unit_price_tax_incl":"740.000000"`, `"unit_price_tax_incl":"999999999999999"`),
		"unreadable total":    with(`"total_paid_tax_incl":"1560.000000"`, `"total_paid_tax_incl":"much"`),
		"negative total":      with(`"total_paid_tax_incl":"1560.000000"`, `"total_paid_tax_incl":"-5.000000"`),
		"no goods":            with("order_rows", "other_rows"),
		"a line of nothing":   with(`"product_id":"55"`, `"product_id":"0"`, "SKU-17", ""),
		"the bare order":      []byte(`{"id":"42","current_state":"2"}`),
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
	f.Add(with())
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
		if o.ExternalID == "" || o.Stage == "" || o.Total.Minor < 0 || o.Total.Currency == "" {
			t.Errorf("accepted without id, stage or currency, or with a negative total: %+v", o)
		}
		for _, l := range o.Lines {
			if l.Quantity <= 0 || l.ExternalID == "" || l.Total.Minor < 0 {
				t.Errorf("accepted line %+v", l)
			}
		}
	})
}

// What parse accepts, a write can send back, and it reads the same.
func FuzzParse(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte("\ufeff\n" + sample))
	f.Add([]byte(`<prestashop><products><product id="1"><name><language id="1"><![CDATA[a]]]]><![CDATA[>&]]></language></name></product></products></prestashop>`))
	f.Add([]byte(`<prestashop><errors><error><code><![CDATA[85]]></code></error></errors></prestashop>`))
	f.Add([]byte("<prestashop/>"))
	f.Fuzz(func(t *testing.T, body []byte) {
		top, err := parse(body)
		if err != nil {
			return
		}
		again, err := parse(envelope(top))
		if err != nil {
			t.Fatalf("%v in %s", err, envelope(top))
		}
		if diff := cmp.Diff(top.json(), again.json()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestParse(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"nothing": "", "JSON": "[]", "a web page": "<html><body>maintenance</body></html>", "broken": "<prestashop><order>", "empty": "<prestashop></prestashop>",
		"too deep": "<prestashop>" + strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100) + "</prestashop>",
		"two":      "<prestashop/><prestashop/>",
	} {
		if top, err := parse([]byte(body)); err == nil {
			t.Errorf("%s is read as %+v", name, top)
		}
	}
	top, err := parse([]byte("\ufeff\r\n\n" + `<?xml version="1.0" encoding="UTF-8"?><prestashop><products><product><id><![CDATA[ 5 ]]></id>` +
		`<name><language id="3">Kettle</language><language id="1">Чайник</language></name><quantity>1</quantity></product></products></prestashop>`))
	if err != nil {
		t.Fatal(err)
	}
	row := top.kids[0]
	if row.id() != 5 || row.words("name", "1") != "Чайник" || row.words("name", "9") != "Kettle" || row.words("nothing", "1") != "" {
		t.Errorf("%d %q: ids of languages are the shop's own", row.id(), row.words("name", "1"))
	}
	sent := string(envelope(row.with([]*node{leaf("id", "5 & <6>")}, "quantity")))
	if !strings.Contains(sent, "<id>5 &amp; &lt;6&gt;</id>") || !strings.Contains(sent, `<language id="1">Чайник</language>`) || strings.Contains(sent, "quantity") {
		t.Error(sent)
	}
}

func TestAmounts(t *testing.T) {
	t.Parallel()
	for in, want := range map[wire.Text]int64{
		"740.000000": 74000, "0.005": 1, "0.004999": 0, "-0.005": -1, "7": 700, "1.005000": 101, "33.333333": 3333,
	} {
		r, ok := decimal(in)
		if m, in2 := round(r, money.UAH); !ok || !in2 || m.Minor != want {
			t.Errorf("%s: %v, want %d", in, m, want)
		}
	}
	for _, in := range []wire.Text{"", "x", "1e5", "1,5", ".5", "1.", "--1", "1 000", "99999999999999999999"} {
		if r, ok := decimal(in); ok {
			t.Errorf("%q is read as %v", in, r)
		}
	}
	if m, ok := round(big.NewRat(150, 1), "JPY"); !ok || m.Minor != 150 || exact(m).Cmp(big.NewRat(150, 1)) != 0 {
		t.Errorf("yen: %v", m)
	}
	if got := decimals(big.NewRat(2, 3), 6).FloatString(6); got != "0.666667" {
		t.Error(got)
	}
}

func TestOfferKeys(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]key{"55": {55, 0}, "55-12": {55, 12}} {
		if got, ok := parseKey(in); !ok || got != want || got.String() != in {
			t.Errorf("%s: %+v", in, got)
		}
	}
	for _, in := range []string{"", "0", "-1", "55-", "55-0", "-12", "055", "55-12-1", "55.0", "x", "55 ", "99999999999999999999"} {
		if got, ok := parseKey(in); ok {
			t.Errorf("%q is read as %+v", in, got)
		}
	}
}
