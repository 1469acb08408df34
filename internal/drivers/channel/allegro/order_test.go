package allegro

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// sample is the fragment of the API sheet, with an address and what the driver adds.
const sample = `{"id":"5d0c9e10-7a11-11f1-9c52-0f3e6a1b2c3d","status":"READY_FOR_PROCESSING","revision":"9b1f","messageToSeller":null,` +
	`"buyer":{"id":"40111222","email":"x9+3a@allegromail.pl","login":"kupiec_7","guest":false,"phoneNumber":"500 600 700","address":{"countryCode":"PL"}},` +
	`"payment":{"id":"7e","type":"ONLINE","provider":"AF","finishedAt":"2026-07-02T08:15:11Z","paidAmount":{"amount":"88.99","currency":"PLN"}},` +
	`"fulfillment":{"status":"NEW","shipmentSummary":{"lineItemsSent":"NONE"},"provider":{"id":"SELLER"}},` +
	`"delivery":{"address":{"firstName":"Anna","lastName":"Nowak","street":"Długa 1","city":"Kraków","zipCode":"31-147","countryCode":"PL","phoneNumber":"+48500600700"},` +
	`"method":{"id":"2653","name":"Allegro Paczkomaty InPost"},"pickupPoint":{"id":"KRA12A"},"cost":{"amount":"8.99","currency":"PLN"},"smart":false},` +
	`"lineItems":[{"id":"l1","offer":{"id":"17000000001","name":"Lamp","external":{"id":"LMP-1"}},"quantity":1,` +
	`"price":{"amount":"80.00","currency":"PLN"},"originalPrice":{"amount":"85.00","currency":"PLN"},"boughtAt":"2026-07-02T08:14:55Z"}],` +
	`"surcharges":[],"marketplace":{"id":"allegro-pl"},"summary":{"totalToPay":{"amount":"88.99","currency":"PLN"}},"updatedAt":"2026-07-02T08:15:12Z"}`

// with changes the sample.
func with(pairs ...string) []byte { return []byte(strings.NewReplacer(pairs...).Replace(sample)) }

func pln(minor int64) connector.Money { return money.New(minor, money.PLN) }

func TestParseOrder(t *testing.T) {
	t.Parallel()
	want := connector.Order{
		ExternalID: "5d0c9e10-7a11-11f1-9c52-0f3e6a1b2c3d", Status: "NEW", Stage: connector.StageNew, Source: "allegro-pl",
		CreatedAt: time.Date(2026, 7, 2, 8, 14, 55, 0, time.UTC), ChangedAt: time.Date(2026, 7, 2, 8, 15, 12, 0, time.UTC),
		Total: pln(80_00), DeliveryCost: pln(8_99), Payment: connector.Payment{State: connector.PaymentPaid, Method: "ONLINE"},
		Buyer:     connector.Person{ExternalID: "40111222", Name: "kupiec_7", Phone: "+48500600700", Email: "x9+3a@allegromail.pl"},
		Recipient: connector.Person{Name: "Anna Nowak", Phone: "+48500600700"},
		Delivery: connector.Delivery{
			Service: "inpost", Title: "Allegro Paczkomaty InPost", City: "Kraków", Branch: "KRA12A", BranchRef: "KRA12A", Address: "Długa 1, 31-147, PL",
		},
		Lines: []connector.Line{{
			ExternalID: "l1", OfferID: "17000000001", SKU: "LMP-1", Title: "Lamp", Quantity: qty.Pieces(1), Price: pln(80_00), Total: pln(80_00),
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

// status replaces both statuses of the sample.
func status(form, fulfillment string) []byte {
	return with(`"status":"READY_FOR_PROCESSING"`, `"status":"`+form+`"`, `"status":"NEW"`, `"status":"`+fulfillment+`"`)
}

func TestParseOrderVariants(t *testing.T) {
	t.Parallel()
	const paid = `"finishedAt":"2026-07-02T08:15:11Z"`
	cases := []struct {
		name string
		body []byte
		ok   func(connector.Order) bool
	}{
		{"bought", status("BOUGHT", "NEW"), func(o connector.Order) bool { return o.Status == "BOUGHT" && o.Stage == connector.StageNew }},
		{"filled in", status("FILLED_IN", "NEW"), func(o connector.Order) bool { return o.Status == "FILLED_IN" && o.Stage == connector.StageNew }},
		{"cancelled by buyer or Allegro, whatever the seller set", status("CANCELLED", "PROCESSING"),
			func(o connector.Order) bool { return o.Stage == connector.StageCancelled && o.CancelBy == "" }},
		{"cancelled by the seller", status("READY_FOR_PROCESSING", "CANCELLED"),
			func(o connector.Order) bool { return o.Stage == connector.StageCancelled && o.CancelBy == "seller" }},
		{"sent", status("READY_FOR_PROCESSING", "SENT"), func(o connector.Order) bool { return o.Stage == connector.StageShipped }},
		{"came back", status("READY_FOR_PROCESSING", "RETURNED"), func(o connector.Order) bool { return o.Stage == connector.StageReturned }},
		{"no fulfilment yet", with(`"fulfillment"`, `"x"`), func(o connector.Order) bool { return o.Status == "NEW" }},
		{"a fulfilment nobody has heard of", status("READY_FOR_PROCESSING", "WRAPPED"),
			func(o connector.Order) bool { return o.Status == "WRAPPED" && o.Stage == connector.StageConfirmed }},
		{"from Allegro's own warehouse", with(`{"id":"SELLER"}`, `{"id":"ALLEGRO"}`), func(o connector.Order) bool { return o.Ignore }},
		{"not paid", with(paid, `"finishedAt":null`), func(o connector.Order) bool { return o.Payment.State == connector.PaymentUnpaid && !o.Payment.OnPickup }},
		{"cash on delivery", with(paid, `"finishedAt":null`, "ONLINE", "CASH_ON_DELIVERY"), func(o connector.Order) bool { return o.Payment.OnPickup }},
		{"a surcharge is due", with(`"totalToPay":{"amount":"88.99"`, `"totalToPay":{"amount":"98.99"`),
			func(o connector.Order) bool { return o.Payment.State == connector.PaymentPart && o.Total == pln(90_00) }},
		{"the surcharge is paid", with(`"totalToPay":{"amount":"88.99"`, `"totalToPay":{"amount":"98.99"`, `"surcharges":[]`,
			`"surcharges":[{`+paid+`,"paidAmount":{"amount":"10.00","currency":"PLN"}}]`),
			func(o connector.Order) bool { return o.Payment.State == connector.PaymentPaid }},
		{"no summary", with(`"summary"`, `"x"`), func(o connector.Order) bool { return o.Total == pln(80_00) }},
		{"a service beside the goods", with(`"totalToPay":{"amount":"88.99"`, `"totalToPay":{"amount":"93.99"`), func(o connector.Order) bool { return o.Total == pln(85_00) }},
		{"Czech market", with(`"currency":"PLN"`, `"currency":"CZK"`, "allegro-pl", "allegro-cz"), func(o connector.Order) bool { return o.Total == money.New(80_00, "CZK") }},
		{"amounts without currency are the market's", with(`,"currency":"PLN"`, ``, "allegro-pl", "allegro-sk"),
			func(o connector.Order) bool {
				return o.Total == money.New(80_00, money.EUR) && o.DeliveryCost == money.New(8_99, money.EUR)
			}},
		{"no currency, no market", with(`,"currency":"PLN"`, ``, `"marketplace"`, `"x"`), func(o connector.Order) bool { return o.Total == pln(80_00) }},
		{"no SKU", with(`"external":{"id":"LMP-1"}`, `"external":null`), func(o connector.Order) bool { return o.Lines[0].SKU == "" && o.Lines[0].OfferID == "17000000001" }},
		{"no address yet", with(`"delivery":{`, `"delivery":null,"x":{`), func(o connector.Order) bool {
			return o.Delivery == connector.Delivery{} && o.Recipient == connector.Person{} && o.Total == pln(88_99) && o.DeliveryCost == connector.Money{}
		}},
		{"phone of a Czech address", with(`"countryCode":"PL","phoneNumber":"+48500600700"`, `"countryCode":"CZ","phoneNumber":"601 234 567"`),
			func(o connector.Order) bool { return o.Recipient.Phone == "+420601234567" }},
		{"a name", with(`"login":"kupiec_7"`, `"login":"k","firstName":"Jan","lastName":"Kos"`), func(o connector.Order) bool { return o.Buyer.Name == "Jan Kos" }},
		{"shipments", with(`"surcharges":[]`, `"lad_shipments":[{"waybill":"1"},{"waybill":"2"}]`), func(o connector.Order) bool { return o.Delivery.Tracking == "2" }},
		{"buyer's note", with(`"messageToSeller":null`, `"messageToSeller":"proszę o fakturę"`), func(o connector.Order) bool { return o.Comment == "proszę o fakturę" }},
	}
	for _, c := range cases {
		got, err := new(channel).ParseOrder(c.body)
		if err != nil || !c.ok(got) {
			t.Errorf("%s: %+v, error %v", c.name, got, err)
		}
	}
}

// Times are UTC; an offset is kept to, and the hour that Warsaw has twice in autumn is no matter.
func TestTimes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Time{
		"2026-10-25T00:30:00Z":          time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC),
		"2026-10-25T01:30:00Z":          time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC),
		"2026-10-25T02:30:00+02:00":     time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC),
		"2026-10-25T02:30:00+01:00":     time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC),
		"2026-10-25T01:30:00.123456789": time.Date(2026, 10, 25, 1, 30, 0, 123456789, time.UTC),
		"2026-03-29T02:30:00":           time.Date(2026, 3, 29, 2, 30, 0, 0, time.UTC), // not there in Warsaw
		"2026-03-29T02:30:00.000Z":      time.Date(2026, 3, 29, 2, 30, 0, 0, time.UTC),
	} {
		o, err := new(channel).ParseOrder(with("2026-07-02T08:14:55Z", text))
		if err != nil || !o.CreatedAt.Equal(want) {
			t.Errorf("%s is read as %v (error %v), want %v", text, o.CreatedAt, err, want)
		}
	}
}

func badOrders() map[string][]byte {
	return map[string][]byte{
		"no id": with(`"id":"5d0c9e10-7a11-11f1-9c52-0f3e6a1b2c3d"`, `"id":null`), "no status": with(`"status":"READY_FOR_PROCESSING"`, `"status":null`),
		"negative quantity": with(`"quantity":1`, `"quantity":-1`), "no quantity": with(`"quantity":1`, `"quantity":0`), "quantity too fine": with(`"quantity":1`, `"quantity":"1.0005"`),
		"unknown currency": with(`"80.00","currency":"PLN"`, `"80.00","currency":"DUKAT"`), "no price": with(`"price":{"amount":"80.00","currency":"PLN"}`, `"price":null`),
		"negative price": with(`"80.00"`, `"-80.00"`), "no goods": with(`"lineItems"`, `"x"`), "a total in two readings": with(`"totalToPay":{"amount":"88.99"`, `"totalToPay":{"amount":"1,890"`),
		"two currencies": with(`"80.00","currency":"PLN"`, `"80.00","currency":"EUR"`), "delivery in another currency": with(`"8.99","currency":"PLN"`, `"8.99","currency":"EUR"`),
		"a broken price of delivery": with(`"cost":{"amount":"8.99"`, `"cost":{"amount":"x"`), "a line of nothing": with(`"offer":{`, `"x":{`),
	}
}

func TestParseOrderRefuses(t *testing.T) {
	t.Parallel()
	for name, body := range badOrders() {
		got, err := new(channel).ParseOrder(body)
		if connector.KindOf(err) != connector.KindData {
			t.Errorf("%s: %+v, error %v, want kind data", name, got, err)
		}
		if err != nil && strings.Contains(err.Error(), "Nowak") {
			t.Errorf("%s: the error names a person: %v", name, err)
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
		if o.ExternalID == "" || o.Status == "" || o.Stage == "" || o.Total.Minor < 0 || o.DeliveryCost.Minor < 0 || len(o.Lines) == 0 {
			t.Errorf("accepted without id, status, stage or lines, or with a negative amount: %+v", o)
		}
		for _, l := range o.Lines {
			if l.Quantity <= 0 || l.ExternalID == "" || l.Total.Minor < 0 || l.Total.Currency != o.Total.Currency {
				t.Errorf("accepted line %+v of an order in %s", l, o.Total.Currency)
			}
		}
	})
}
