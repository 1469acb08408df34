package erli

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// sample is the order of the API sheet with an address.
const sample = `{"id":"260114x00077","status":"purchased","sellerStatus":"readyToProcess","totalPrice":15980,"currency":"PLN","user":{"email":"x1@proxy.example","deliveryAddress":{"firstName":"Ola","lastName":"Nowa","address":"Polna 3/4","zip":"30-001","city":"Kraków","country":"pl","phone":"500100200"}},"items":[{"id":9911,"externalId":"LMP-1","quantity":2,"unitPrice":7490,"name":"Lamp","sku":"S-1","taxRate":"TAX_23"}],"delivery":{"name":"Locker","typeId":"paczkomat","price":1000,"cod":false,"pickupPlace":{"externalId":"KRA12A","provider":"inpost"}},"payment":{"id":71,"status":"COMPLETED"},"comment":"po 18","returns":[{"items":[{"index":0,"quentity":1}]}],"created":"2026-01-14T09:10:00Z","updated":"2026-01-14T09:11:00Z"}`

// row is the sheet's own example, which shows no buyer.
const row = `{"id":"260114x00077","status":"purchased","sellerStatus":"readyToProcess","totalPrice":15980,"currency":"PLN","items":[{"id":9911,"externalId":"LMP-1","quantity":2,"unitPrice":7490,"name":"Lamp","taxRate":"TAX_23"}],"delivery":{"name":"Locker","typeId":"paczkomat","price":1000,"cod":false,"pickupPlace":{"externalId":"KRA12A","provider":"inpost"}},"payment":{"id":71,"status":"COMPLETED"},"created":"2026-01-14T09:10:00Z"}`

// with changes the sample.
func with(pairs ...string) []byte { return []byte(strings.NewReplacer(pairs...).Replace(sample)) }

func pln(minor int64) connector.Money { return money.New(minor, money.PLN) }

func TestParseOrder(t *testing.T) {
	t.Parallel()
	want := connector.Order{
		ExternalID: "260114x00077", Status: "readyToProcess", Stage: connector.StageNew, Comment: "po 18",
		CreatedAt: time.Date(2026, 1, 14, 9, 10, 0, 0, time.UTC), ChangedAt: time.Date(2026, 1, 14, 9, 11, 0, 0, time.UTC),
		Total: pln(14980), DeliveryCost: pln(1000), Payment: connector.Payment{State: connector.PaymentPaid},
		Buyer: connector.Person{Name: "Ola Nowa", Phone: "+48500100200", Email: "x1@proxy.example"},
		Delivery: connector.Delivery{
			Service: "inpost", Title: "Locker", City: "Kraków", Branch: "KRA12A", BranchRef: "KRA12A", Address: "Polna 3/4, 30-001",
		},
		Lines: []connector.Line{{
			ExternalID: "9911", OfferID: "LMP-1", SKU: "S-1", Title: "Lamp", Quantity: qty.Pieces(2), Price: pln(7490), Total: pln(14980),
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
		{"no buyer shown", []byte(row), func(o connector.Order) bool {
			return o.Total == pln(14980) && o.DeliveryCost == pln(1000) && o.Buyer == connector.Person{} && o.Delivery.Branch == "KRA12A" && o.ChangedAt.IsZero()
		}},
		{"waits for its payment", with(`"purchased"`, `"pending"`, "readyToProcess", "created", "COMPLETED", "NEW"), func(o connector.Order) bool {
			return o.Status == "pending" && o.Stage == connector.StageNew && o.Payment == connector.Payment{State: connector.PaymentUnpaid}
		}},
		{"on delivery", with(`"cod":false`, `"cod":true`, `"payment":{"id":71,"status":"COMPLETED"},`, ""), func(o connector.Order) bool {
			return o.Payment == connector.Payment{State: connector.PaymentUnpaid, OnPickup: true}
		}},
		{"purchased without a word of payment", with(`"payment":{"id":71,"status":"COMPLETED"},`, ""),
			func(o connector.Order) bool { return o.Payment.State == connector.PaymentPaid }},
		{"purchased, payment under way", with("COMPLETED", "PENDING"), func(o connector.Order) bool { return o.Payment.State == connector.PaymentUnpaid }},
		{"cancelled by the marketplace", with(`"purchased"`, `"cancelled"`),
			func(o connector.Order) bool { return o.Stage == connector.StageCancelled && o.CancelBy == "" }},
		{"cancelled by the seller", with("readyToProcess", "canceled"),
			func(o connector.Order) bool { return o.Stage == connector.StageCancelled && o.CancelBy == "seller" }},
		{"returned", with(`"purchased"`, `"returned"`), func(o connector.Order) bool { return o.Stage == connector.StageReturned }},
		{"returned after the seller gave up", with(`"purchased"`, `"returned"`, "readyToProcess", "canceled"), func(o connector.Order) bool { return o.Stage == connector.StageReturned }},
		{"going back", with("readyToProcess", "returningToSender"), func(o connector.Order) bool { return o.Stage == connector.StageShipped }},
		{"a word nobody knows", with("readyToProcess", "teleported"), func(o connector.Order) bool { return o.Stage == connector.StageConfirmed }},
		{"no currency", with(`"currency":"PLN",`, ""), func(o connector.Order) bool { return o.Total == pln(14980) }},
		{"no total", with(`"totalPrice":15980,`, ""), func(o connector.Order) bool { return o.Total == pln(14980) }},
		{"numbers as text", with(`"totalPrice":15980`, `"totalPrice":"15980"`, `"unitPrice":7490`, `"unitPrice":"7490"`),
			func(o connector.Order) bool { return o.Total == pln(14980) && o.Lines[0].Price == pln(7490) }},
		{"a waybill", with(`"returns"`, `"deliveryTracking":{"status":"sent","vendor":"pocztaPolska","trackingNumber":"PL1"},"returns"`,
			`,"pickupPlace":{"externalId":"KRA12A","provider":"inpost"}`, ""),
			func(o connector.Order) bool {
				return o.Delivery.Tracking == "PL1" && o.Delivery.Service == "poczta_polska"
			}},
		{"a company", with(`"firstName":"Ola","lastName":"Nowa"`, `"companyName":"Lampy sp. z o.o."`), func(o connector.Order) bool { return o.Buyer.Name == "Lampy sp. z o.o." }},
		{"a Ukrainian number", with("500100200", "+380671112233"), func(o connector.Order) bool { return o.Buyer.Phone == "+380671112233" }},
		{"a number with the country", with(`"500100200"`, `"48 500-100-200"`), func(o connector.Order) bool { return o.Buyer.Phone == "+48500100200" }},
		{"the same product twice", with(`"items":[`, `"items":[{"id":9911,"externalId":"LMP-1","quantity":1,"unitPrice":7490,"name":"Lamp"},`),
			func(o connector.Order) bool { return len(o.Lines) == 2 && o.Lines[1].ExternalID == "9911#2" }},
	}
	for _, c := range cases {
		got, err := new(channel).ParseOrder(c.body)
		if err != nil || !c.ok(got) {
			t.Errorf("%s: %+v, error %v", c.name, got, err)
		}
	}
}

// Times carry their offset; one without it is Warsaw's, in winter and in summer and on both sides of the change of clocks.
func TestTimes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2026-01-14T09:10:00Z": "2026-01-14T09:10:00Z", "2026-07-14T09:10:00.123+02:00": "2026-07-14T07:10:00Z",
		"2026-01-14T09:10:00": "2026-01-14T08:10:00Z", "2026-07-14T09:10:00": "2026-07-14T07:10:00Z", "2026-10-25T01:30:00": "2026-10-24T23:30:00Z", "2026-10-25T03:30:00": "2026-10-25T02:30:00Z",
	} {
		got, err := new(channel).ParseOrder(with("2026-01-14T09:10:00Z", text))
		if at := got.CreatedAt.Format(time.RFC3339); err != nil || at != want {
			t.Errorf("%s reads as %s, want %s (error %v)", text, at, want, err)
		}
	}
}

// badOrders must be refused in words.
func badOrders() map[string][]byte {
	return map[string][]byte{
		"no id":                   with(`"id":"260114x00077"`, `"id":null`),
		"an id that is a path":    with("260114x00077", "../products"),
		"no status":               with(`"status":"purchased"`, `"status":""`),
		"negative quantity":       with(`"quantity":2`, `"quantity":-2`),
		"quantity too fine":       with(`"quantity":2`, `"quantity":0.0005`),
		"price in złoty":          with(`"unitPrice":7490`, `"unitPrice":"74.90"`),
		"total in złoty":          with(`"totalPrice":15980`, `"totalPrice":159.80`),
		"total below delivery":    with(`"totalPrice":15980`, `"totalPrice":10`),
		"delivery in words":       with(`"price":1000`, `"price":"free"`),
		"no price":                with(`"unitPrice":7490`, `"unitPrice":null`),
		"unknown currency":        with(`"PLN"`, `"XDR"`),
		"no goods":                with(`"items":[`, `"item":[`),
		"a line of nothing":       with(`"externalId":"LMP-1",`, "", `"name":"Lamp","sku":"S-1",`, ""),
		"a line not an object":    with(`"items":[{`, `"items":[17,{`),
		"a price beyond counting": with(`"unitPrice":7490`, `"unitPrice":999999999999999999`),
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
	f.Add([]byte(row))
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
		if o.ExternalID == "" || o.Stage == "" || o.Total.Minor < 0 || len(o.Lines) == 0 {
			t.Errorf("accepted without id, stage or lines, or with a negative total: %+v", o)
		}
		for _, l := range o.Lines {
			if l.Quantity <= 0 || l.ExternalID == "" || l.Total.Minor < 0 {
				t.Errorf("accepted line %+v", l)
			}
		}
	})
}

func FuzzParseWebhook(f *testing.F) {
	for _, body := range []string{sample, `{"payload":` + sample + `}`, `{"orderId":"260114x00077"}`, "", "[]", `{"id":7}`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		hook := readHook(body)
		if len(hook.Orders) > 0 || hook.Sweep == (len(hook.OrderIDs) == 1) {
			t.Errorf("%+v: want one order to read again or a sweep", hook)
		}
		for _, id := range hook.OrderIDs {
			if _, e := orderPath(id); e != nil {
				t.Errorf("a hint that can not be read: %v", e)
			}
		}
	})
}
