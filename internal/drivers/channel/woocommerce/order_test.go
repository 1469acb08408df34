package woocommerce

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
const sample = `{"id":7421,"number":"7421","status":"processing","currency":"UAH","date_created_gmt":"2026-10-02T11:05:11","date_modified_gmt":"2026-10-02T11:06:02","total":"1560.00","shipping_total":"80.00","payment_method":"cod","date_paid_gmt":null,"billing":{"first_name":"Олена","last_name":"Коваль","phone":"+380671112233","email":"o@example.com","city":"Київ","country":"UA"},"line_items":[{"id":301,"product_id":55,"variation_id":0,"quantity":2,"sku":"SKU-17","subtotal":"1600.00","total":"1480.00","price":740}],"shipping_lines":[{"method_id":"nova_poshta","method_title":"Нова Пошта","total":"80.00","meta_data":[]}],"meta_data":[]}`

// with changes the sample.
func with(pairs ...string) []byte {
	return []byte(strings.NewReplacer(pairs...).Replace(sample))
}

func uah(minor int64) connector.Money { return money.New(minor, money.UAH) }

var now = time.Date(2026, 10, 2, 12, 0, 0, 0, time.UTC)

// parser is a session that is not to make requests; set adds to its form.
func parser(t testing.TB, set ...string) *channel {
	t.Helper()
	form := map[string]string{"base_url": "https://shop.example.com", "consumer_key": "ck_1", "consumer_secret": "cs_1"}
	for i := 0; i+1 < len(set); i += 2 {
		form[set[i]] = set[i+1]
	}
	ch, err := New().Open(connector.Config{Settings: form, HTTP: http.DefaultClient, HookSecret: "hook0secret", Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	return ch.(*channel)
}

func TestParseOrder(t *testing.T) {
	t.Parallel()
	want := connector.Order{
		ExternalID: "7421", Number: "7421", Status: "processing", Stage: connector.StageConfirmed,
		CreatedAt: time.Date(2026, 10, 2, 11, 5, 11, 0, time.UTC), ChangedAt: time.Date(2026, 10, 2, 11, 6, 2, 0, time.UTC),
		Total: uah(148000), DeliveryCost: uah(8000), Payment: connector.Payment{State: connector.PaymentUnpaid, Method: "cod", OnPickup: true},
		Buyer:    connector.Person{Name: "Коваль Олена", Phone: "+380671112233", Email: "o@example.com"},
		Delivery: connector.Delivery{Service: "nova_poshta", Title: "Нова Пошта", City: "Київ"},
		Lines: []connector.Line{{
			ExternalID: "301", OfferID: "55", SKU: "SKU-17", Title: "SKU-17", Quantity: qty.Pieces(2), Price: uah(74000), Total: uah(148000),
		}},
	}
	got, err := parser(t).ParseOrder([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseOrderVariants(t *testing.T) {
	t.Parallel()
	const status, lines, metas, cod = `"status":"processing"`, `"total":"1480.00","price":740}]`, `"meta_data":[]}`, `"payment_method":"cod"`
	branch := `"meta_data":[{"id":1,"key":"_np_warehouse_ref","value":"aaaa1111-bbbb-2222-cccc-333344445555"},{"id":2,"key":"np_city","value":"8d5a980d-391c-11dd-90d9-001a92567626"},{"id":3,"key":"x","value":{"a":1}}]}`
	cases := []struct {
		name string
		body []byte
		ok   func(connector.Order) bool
	}{
		{"number is not the id", with(`"number":"7421"`, `"number":"2026/17"`), func(o connector.Order) bool { return o.ExternalID == "7421" && o.Number == "2026/17" }},
		{"guests share id 0", with(`"billing":`, `"customer_id":0,"billing":`), func(o connector.Order) bool { return o.Buyer.ExternalID == "" }},
		{"a customer", with(`"billing":`, `"customer_id":26,"billing":`), func(o connector.Order) bool { return o.Buyer.ExternalID == "26" }},
		{"a variation", with(`"variation_id":0`, `"variation_id":61`), func(o connector.Order) bool { return o.Lines[0].OfferID == "55-61" }},
		{"product left the catalogue", with(`"product_id":55`, `"product_id":0`), func(o connector.Order) bool { return o.Lines[0].OfferID == "" && o.Lines[0].SKU == "SKU-17" }},
		{"paid online", with(cod, `"payment_method":"liqpay"`), func(o connector.Order) bool { return o.Payment.State == connector.PaymentPaid && !o.Payment.OnPickup }},
		{"bank transfer waits", with(cod, `"payment_method":"bacs"`, status, `"status":"on-hold"`),
			func(o connector.Order) bool {
				return o.Payment.State == connector.PaymentUnpaid && o.Stage == connector.StageNew
			}},
		{"a part refunded stays paid", with(`"date_paid_gmt":null`, `"date_paid_gmt":"2026-10-02T11:07:00"`, `"line_items":`, `"refunds":[{"id":1,"total":"-100.00"}],"line_items":`),
			func(o connector.Order) bool { return o.Payment.State == connector.PaymentPaid }},
		{"all refunded", with(`"line_items":`, `"refunds":[{"id":1,"total":"-100.00"},{"id":2,"total":"-1460.00"}],"line_items":`),
			func(o connector.Order) bool { return o.Payment.State == connector.PaymentRefunded }},
		{"failed", with(status, `"status":"failed"`), func(o connector.Order) bool { return o.Stage == connector.StageCancelled && o.CancelBy == "" }},
		{"draft of the block checkout", with(status, `"status":"checkout-draft"`), func(o connector.Order) bool { return o.Ignore }},
		{"trash without goods", with(status, `"status":"trash"`, `"line_items":[`, `"lines":[`), func(o connector.Order) bool { return o.Ignore }},
		{"status nobody knows", with(status, `"status":"teleported"`), func(o connector.Order) bool { return o.Stage == connector.StageConfirmed }},
		{"status of a plug-in", with(status, `"status":"shipped"`), func(o connector.Order) bool { return o.Stage == connector.StageShipped }},
		{"tax on top", with(`"total":"1560.00"`, `"total":"1856.00"`, lines, `"total":"1480.00","total_tax":"296.00","price":740}]`),
			func(o connector.Order) bool { return o.Total == uah(177600) && o.Lines[0].Price == uah(88800) }},
		{"tax inside already, as the order's total tells", with(lines, `"total":"1480.00","total_tax":"246.67","price":740}]`),
			func(o connector.Order) bool { return o.Total == uah(148000) }},
		{"tax of the delivery", with(`"total":"1560.00"`, `"total":"1576.00"`, `"shipping_total":"80.00"`, `"shipping_total":"80.00","shipping_tax":"16.00"`),
			func(o connector.Order) bool { return o.DeliveryCost == uah(9600) }},
		{"a discount as a fee", with(`"line_items":`, `"fee_lines":[{"name":"Знижка","total":"-80.01"}],"line_items":`),
			func(o connector.Order) bool {
				return o.Total == uah(139999) && o.Lines[0].Total == uah(139999) && o.DeliveryCost == uah(8000)
			}},
		{"a fee for cash on delivery", with(`"line_items":`, `"fee_lines":[{"name":"Накладений платіж","total":"25.50"}],"line_items":`),
			func(o connector.Order) bool { return o.Total == uah(148000) && o.DeliveryCost == uah(10550) }},
		{"another currency", with(`"UAH"`, `"PLN"`), func(o connector.Order) bool { return o.Total == money.New(148000, money.PLN) }},
		{"a currency without decimals", with(`"UAH"`, `"JPY"`, "1480.00", "1480", "1560.00", "1560", "80.00", "80"), func(o connector.Order) bool { return o.Total == money.New(1480, "JPY") }},
		{"branch and city of a plug-in", with(metas, branch),
			func(o connector.Order) bool {
				return o.Delivery.BranchRef == "aaaa1111-bbbb-2222-cccc-333344445555" && o.Delivery.CityRef == "8d5a980d-391c-11dd-90d9-001a92567626"
			}},
		{"waybill in metadata", with(metas, `"meta_data":[{"key":"_hub_tracking_number","value":"20450012345678"}]}`),
			func(o connector.Order) bool {
				return o.Delivery.Tracking == "20450012345678" && o.Stage == connector.StageShipped && o.StageFixed
			}},
		{"waybills of the extension", with(metas, `"meta_data":[{"key":"_wc_shipment_tracking_items","value":[{"tracking_number":"1"},{"tracking_number":"2"}]}]}`),
			func(o connector.Order) bool { return o.Delivery.Tracking == "2" }},
		{"cancelled by Lad", with(status, `"status":"cancelled"`, metas, `"meta_data":[{"key":"_hub_cancel_reason","value":"out_of_stock"}]}`),
			func(o connector.Order) bool {
				return o.CancelReason == "out_of_stock" && o.CancelBy == "seller" && o.Stage == connector.StageCancelled
			}},
		{"empty lists for objects", with(`"billing":{"first_name":"Олена","last_name":"Коваль","phone":"+380671112233","email":"o@example.com","city":"Київ","country":"UA"}`, `"billing":[],"shipping":[]`),
			func(o connector.Order) bool { return o.Buyer == connector.Person{} }},
		{"numbers as text", with(`"id":7421`, `"id":"7421"`, `"quantity":2`, `"quantity":"2"`), func(o connector.Order) bool { return o.Lines[0].Quantity == qty.Pieces(2) }},
		{"half a metre", with(`"quantity":2`, `"quantity":0.5`), func(o connector.Order) bool { return o.Lines[0].Quantity == 500 }},
		{"a free line", with(`"total":"1480.00","price":740`, `"total":"0.00","price":0`), func(o connector.Order) bool { return o.Total == uah(0) }},
	}
	for _, c := range cases {
		got, err := parser(t).ParseOrder(c.body)
		if err != nil || !c.ok(got) {
			t.Errorf("%s: %+v, error %v", c.name, got, err)
		}
	}
}

// Times in UTC carry no Z; where a shop leaves them out its local ones count, in the zone of the form.
func TestOrderTimes(t *testing.T) {
	t.Parallel()
	const gmt = `"date_created_gmt":"2026-10-02T11:05:11"`
	cases := []struct{ name, zone, created, want string }{
		{"UTC wins", "Europe/Kyiv", gmt + `,"date_created":"2026-10-02T14:05:11"`, "2026-10-02T11:05:11Z"},
		{"summer in Kyiv", "Europe/Kyiv", `"date_created":"2026-10-02T14:05:11"`, "2026-10-02T11:05:11Z"},
		{"winter in Kyiv", "Europe/Kyiv", `"date_created":"2026-12-02T14:05:11"`, "2026-12-02T12:05:11Z"},
		{"the last hour of summer time", "Europe/Kyiv", `"date_created":"2026-10-25T02:59:59"`, "2026-10-24T23:59:59Z"},
		{"after the hour that comes twice", "Europe/Kyiv", `"date_created":"2026-10-25T04:00:00"`, "2026-10-25T02:00:00Z"},
		{"the hour that comes twice, told apart by UTC", "Europe/Kyiv", `"date_created_gmt":"2026-10-25T01:30:00","date_created":"2026-10-25T03:30:00"`, "2026-10-25T01:30:00Z"},
		{"Warsaw", "Europe/Warsaw", `"date_created":"2026-12-02T14:05:11"`, "2026-12-02T13:05:11Z"},
	}
	for _, c := range cases {
		o, err := parser(t, "zone", c.zone).ParseOrder(with(gmt, c.created))
		if err != nil || o.CreatedAt.Format(time.RFC3339) != c.want {
			t.Errorf("%s: %v, error %v, want %s", c.name, o.CreatedAt, err, c.want)
		}
	}
}

// What a plug-in calls its fields and statuses is told by the form.
func TestFormMapsPlugins(t *testing.T) {
	t.Parallel()
	body := with(`"status":"processing"`, `"status":"wc-vidpravleno"`,
		`"meta_data":[]}`, `"meta_data":[{"key":"viddilennia","value":"17"},{"key":"misto","value":"kyiv-1"},{"key":"ttn","value":"2045"}]}`)
	ch := parser(t, "statuses", "vidpravleno=shipped; wc-zibrano = picking", "branch_key", "viddilennia", "city_key", "misto", "tracking_key", "ttn")
	o, err := ch.ParseOrder(body)
	if err != nil || o.Status != "vidpravleno" || o.Stage != connector.StageShipped || o.Delivery.BranchRef != "17" || o.Delivery.CityRef != "kyiv-1" || o.Delivery.Tracking != "2045" {
		t.Errorf("%+v, error %v", o, err)
	}
	if stage, _ := ch.stageOf("zibrano"); stage != connector.StagePicking {
		t.Errorf("a second mapping: stage %q", stage)
	}
}

func TestOrderWithoutCurrency(t *testing.T) {
	t.Parallel()
	body := with(`"currency":"UAH",`, "")
	if o, err := parser(t).ParseOrder(body); connector.KindOf(err) != connector.KindData {
		t.Errorf("nobody knows the currency: %+v, error %v, want kind data", o, err)
	}
	if o, err := parser(t, "currency", "eur").ParseOrder(body); err != nil || o.Total != money.New(148000, money.EUR) {
		t.Errorf("the form knows it: %v, error %v", o.Total, err)
	}
}

// badOrders must be refused in words.
func badOrders() map[string][]byte {
	return map[string][]byte{
		"no id":                  with(`"id":7421`, `"id":null`),
		"zero id":                with(`"id":7421`, `"id":0`),
		"no status":              with(`"status":"processing"`, `"status":""`),
		"negative quantity":      with(`"quantity":2`, `"quantity":-2`),
		"no quantity":            with(`"quantity":2`, `"quantity":0`),
		"quantity too fine":      with(`"quantity":2`, `"quantity":0.0005`),
		"unknown currency":       with(`"UAH"`, `"XTS"`),
		"ambiguous total":        with(`"total":"1560.00"`, `"total":"1,560"`),
		"line total in words":    with(`"total":"1480.00"`, `"total":"багато"`),
		"no line total":          with(`"total":"1480.00",`, ""),
		"negative line":          with(`"total":"1480.00"`, `"total":"-1480.00"`),
		"tax in words":           with(`"price":740`, `"total_tax":"x"`),
		"no goods":               with(`"line_items":[`, `"line":[`),
		"a line of nothing":      with(`"product_id":55`, `"product_id":0`, `"sku":"SKU-17"`, `"sku":""`),
		"a line not an object":   with(`"line_items":[{`, `"line_items":[17,{`),
		"a discount above goods": with(`"line_items":`, `"fee_lines":[{"name":"Знижка","total":"-1480.01"}],"line_items":`),
		"a fee in words":         with(`"line_items":`, `"fee_lines":[{"name":"x","total":"x"}],"line_items":`),
	}
}

func TestParseOrderRefuses(t *testing.T) {
	t.Parallel()
	for name, body := range badOrders() {
		got, err := parser(t).ParseOrder(body)
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
	f.Add(with(`"line_items":`, `"fee_lines":[{"name":"Знижка","total":"-80.01"}],"refunds":[{"total":"-1"}],"line_items":`))
	ch := parser(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		o, err := ch.ParseOrder(body)
		if err != nil {
			if connector.KindOf(err) != connector.KindData {
				t.Errorf("kind %s", connector.KindOf(err))
			}
			return
		}
		sum := int64(0)
		for _, l := range o.Lines {
			sum += l.Total.Minor
			if l.Quantity <= 0 || l.ExternalID == "" || l.Total.Minor < 0 {
				t.Errorf("accepted line %+v", l)
			}
		}
		if o.ExternalID == "" || o.Stage == "" || o.Total.Minor != sum {
			t.Errorf("accepted without id or stage, or with a total that is not the lines': %+v", o)
		}
	})
}

func FuzzParseWebhook(f *testing.F) {
	for _, seed := range []string{sample, "webhook_id=7", `{"id":7421}`, `{"id":55,"name":"Чайник","type":"simple"}`, `{"action":"x","arg":1}`, "", "null", "[]"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		hook, err := readHook(nil, body)
		if err != nil {
			if connector.KindOf(err) != connector.KindData {
				t.Errorf("kind %s", connector.KindOf(err))
			}
			return
		}
		if len(hook.OrderIDs) == 0 && !hook.Sweep {
			t.Error("says nothing and refuses nothing")
		}
	})
}
