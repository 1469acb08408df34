package shopify

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// sample holds what the query of the API sheet, part 6, asks for, with its figures.
const sample = `{"id":"gid://shopify/Order/5600000001234","name":"#1001","createdAt":"2026-10-02T12:00:00Z","updatedAt":"2026-10-02T12:05:00Z",
"cancelledAt":null,"cancelReason":null,"closedAt":null,"test":false,"displayFinancialStatus":"PENDING","displayFulfillmentStatus":"UNFULFILLED",
"paymentGatewayNames":["Cash on Delivery (COD)"],"note":"після 18:00","tags":[],"sourceName":"web","email":"o@example.com","phone":null,
"totalPriceSet":{"shopMoney":{"amount":"1560.0","currencyCode":"UAH"}},"currentTotalPriceSet":{"shopMoney":{"amount":"1560.0"}},
"totalShippingPriceSet":{"shopMoney":{"amount":"80.0"}},"customer":{"id":"gid://shopify/Customer/77","firstName":"Олена","lastName":"Коваль"},
"shippingAddress":{"firstName":"Іван","lastName":"Коваль","phone":"067 111 22 33","address1":"Відділення №17","address2":null,"city":"Київ","zip":"01001"},
"shippingLines":{"nodes":[{"title":"Нова Пошта","code":"np"}]},"fulfillments":[],
"lineItems":{"nodes":[{"id":"gid://shopify/LineItem/901","sku":"SKU-17","name":"Чайник","quantity":2,"currentQuantity":2,
"originalUnitPriceSet":{"shopMoney":{"amount":"790.00"}},"discountedTotalSet":{"shopMoney":{"amount":"1480.00"}},"variant":{"id":"gid://shopify/ProductVariant/44000000001"}}],
"pageInfo":{"hasNextPage":false,"endCursor":"x"}}}`

func uah(minor int64) connector.Money { return money.New(minor, money.UAH) }

func with(old, new string) []byte { return []byte(strings.Replace(sample, old, new, 1)) }

const (
	parcels   = `"fulfillments":[{"id":"gid://shopify/Fulfillment/1","status":"CANCELLED","displayStatus":"CANCELED","trackingInfo":[{"number":"old"}]},{"id":"gid://shopify/Fulfillment/2","status":"SUCCESS","displayStatus":"IN_TRANSIT","trackingInfo":[{"number":"20450012345678"}]}]`
	noParcels = `"fulfillments":[]`
)

func TestParseOrder(t *testing.T) {
	t.Parallel()
	want := connector.Order{
		ExternalID: "5600000001234", Number: "#1001", Status: "PENDING", Stage: connector.StageNew, Total: uah(148000), DeliveryCost: uah(8000),
		CreatedAt: time.Date(2026, 10, 2, 12, 0, 0, 0, time.UTC), ChangedAt: time.Date(2026, 10, 2, 12, 5, 0, 0, time.UTC),
		Payment:   connector.Payment{State: connector.PaymentUnpaid, Method: "Cash on Delivery (COD)", OnPickup: true},
		Buyer:     connector.Person{ExternalID: "77", Name: "Олена Коваль", Phone: "+380671112233", Email: "o@example.com"},
		Recipient: connector.Person{Name: "Іван Коваль", Phone: "+380671112233"},
		Delivery:  connector.Delivery{Service: "nova_poshta", Title: "Нова Пошта", City: "Київ", Branch: "17", Address: "Відділення №17 01001"},
		Comment:   "після 18:00", Source: "web",
		Lines: []connector.Line{{
			ExternalID: "901", OfferID: "44000000001", SKU: "SKU-17", Title: "Чайник", Quantity: qty.Pieces(2), Price: uah(74000), Total: uah(148000),
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

func TestParseOrderStatus(t *testing.T) {
	t.Parallel()
	fulfilled := strings.NewReplacer("UNFULFILLED", "FULFILLED", noParcels, parcels)
	delivered := strings.NewReplacer("UNFULFILLED", "FULFILLED", noParcels, strings.Replace(parcels, "IN_TRANSIT", "DELIVERED", 1))
	money := func(s string) *strings.Replacer { return strings.NewReplacer("PENDING", s) }
	tagged := func(list string) *strings.Replacer { return strings.NewReplacer(`"tags":[]`, `"tags":[`+list+`]`) }
	cancelled := strings.NewReplacer(`"cancelledAt":null,"cancelReason":null`, `"cancelledAt":"2026-10-02T13:00:00Z","cancelReason":"INVENTORY"`)
	closed := strings.NewReplacer(`"closedAt":null`, `"closedAt":"2026-10-02T13:00:00Z"`)
	cases := []struct {
		name   string
		change []*strings.Replacer
		code   string
		stage  connector.Stage
	}{
		{"unpaid", nil, "PENDING", connector.StageNew},
		{"no financial status", []*strings.Replacer{strings.NewReplacer(`"PENDING"`, "null")}, "PENDING", connector.StageNew},
		{"paid", []*strings.Replacer{money("PAID")}, "PAID", connector.StageConfirmed},
		{"authorized", []*strings.Replacer{money("AUTHORIZED")}, "AUTHORIZED", connector.StageConfirmed},
		{"payment expired", []*strings.Replacer{money("EXPIRED")}, "EXPIRED", connector.StageNew},
		{"a word of tomorrow", []*strings.Replacer{money("PONDERED")}, "PONDERED", connector.StageConfirmed},
		{"confirmed here", []*strings.Replacer{tagged(`"x","lad-confirmed"`)}, "CONFIRMED", connector.StageConfirmed},
		{"picked here", []*strings.Replacer{tagged(`"lad-confirmed","lad-picking"`), money("PAID")}, "PICKING", connector.StagePicking},
		{"picked there", []*strings.Replacer{strings.NewReplacer("UNFULFILLED", "IN_PROGRESS")}, "IN_PROGRESS", connector.StagePicking},
		{"on hold", []*strings.Replacer{strings.NewReplacer("UNFULFILLED", "ON_HOLD"), money("PAID")}, "PAID", connector.StageConfirmed},
		{"partly sent", []*strings.Replacer{strings.NewReplacer("UNFULFILLED", "PARTIALLY_FULFILLED", noParcels, parcels)}, "PARTIALLY_FULFILLED", connector.StageShipped},
		{"sent", []*strings.Replacer{fulfilled, tagged(`"lad-picking"`)}, "FULFILLED", connector.StageShipped},
		{"delivered, unpaid", []*strings.Replacer{delivered}, "DELIVERED", connector.StageShipped},
		{"delivered and paid", []*strings.Replacer{delivered, money("PAID")}, "DELIVERED", connector.StageCompleted},
		{"archived", []*strings.Replacer{fulfilled, closed}, "CLOSED", connector.StageCompleted},
		{"cancelled", []*strings.Replacer{cancelled, closed}, "CANCELLED", connector.StageCancelled},
		{"cancelled and refunded before it was sent", []*strings.Replacer{cancelled, money("REFUNDED")}, "CANCELLED", connector.StageCancelled},
		{"cancelled and refunded after it was sent", []*strings.Replacer{cancelled, fulfilled, money("REFUNDED")}, "REFUNDED", connector.StageReturned},
		{"refunded after it was sent", []*strings.Replacer{fulfilled, money("REFUNDED")}, "REFUNDED", connector.StageReturned},
		{"refunded before it was sent", []*strings.Replacer{money("REFUNDED")}, "REFUNDED", connector.StageCancelled},
	}
	for _, c := range cases {
		body := sample
		for _, r := range c.change {
			body = r.Replace(body)
		}
		got, err := new(channel).ParseOrder([]byte(body))
		if err != nil || got.Status != c.code || got.Stage != c.stage {
			t.Errorf("%s: %q in stage %q, error %v; want %q in %q", c.name, got.Status, got.Stage, err, c.code, c.stage)
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
		{"a test order", with(`"test":false`, `"test":true`), func(o connector.Order) bool { return o.Ignore }},
		{"people hidden", []byte(strings.NewReplacer(`{"id":"gid://shopify/Customer/77","firstName":"Олена","lastName":"Коваль"}`, "null", `"o@example.com"`, "null",
			`"shippingAddress":{`, `"shippingAddress":null,"x":{`).Replace(sample)),
			func(o connector.Order) bool {
				return o.Buyer == connector.Person{} && o.Recipient == connector.Person{} && o.Total == uah(148000)
			}},
		{"waybill of the parcel that counts", with(noParcels, parcels), func(o connector.Order) bool { return o.Delivery.Tracking == "20450012345678" }},
		{"edited down", []byte(strings.NewReplacer(`"currentQuantity":2`, `"currentQuantity":1`, `"currentTotalPriceSet":{"shopMoney":{"amount":"1560.0"`, `"currentTotalPriceSet":{"shopMoney":{"amount":"820.0"`).Replace(sample)),
			func(o connector.Order) bool {
				l := o.Lines[0]
				return l.Quantity == qty.Pieces(1) && l.Total == uah(74000) && l.Price == uah(74000) && o.Total == uah(74000)
			}},
		{"taken out", with(`"currentQuantity":2`, `"currentQuantity":0`), func(o connector.Order) bool { return o.Lines[0].Removed && o.Lines[0].Quantity == qty.Pieces(2) }},
		{"cancelled: what was bought", []byte(strings.NewReplacer(`"cancelledAt":null,"cancelReason":null`, `"cancelledAt":"2026-10-02T13:00:00Z","cancelReason":"CUSTOMER"`,
			`"currentQuantity":2`, `"currentQuantity":0`, `"currentTotalPriceSet":{"shopMoney":{"amount":"1560.0"`, `"currentTotalPriceSet":{"shopMoney":{"amount":"0.0"`).Replace(sample)),
			func(o connector.Order) bool {
				return !o.Lines[0].Removed && o.Total == uah(148000) && o.CancelBy == "buyer" && o.CancelReason == "CUSTOMER"
			}},
		{"refunded money is not below zero", with(`"currentTotalPriceSet":{"shopMoney":{"amount":"1560.0"`, `"currentTotalPriceSet":{"shopMoney":{"amount":"0.0"`),
			func(o connector.Order) bool { return o.Total == uah(0) }},
		{"a gift", with(`"discountedTotalSet":{"shopMoney":{"amount":"1480.00"`, `"discountedTotalSet":{"shopMoney":{"amount":"0.00"`),
			func(o connector.Order) bool { return o.Lines[0].Gift && o.Lines[0].Quantity == qty.Pieces(2) }},
		{"no line total", with(`"discountedTotalSet":{"shopMoney":{"amount":"1480.00"}}`, `"discountedTotalSet":null`), func(o connector.Order) bool { return o.Lines[0].Total == uah(158000) }},
		{"a line without a product", with(`{"id":"gid://shopify/ProductVariant/44000000001"}`, "null"), func(o connector.Order) bool { return o.Lines[0].OfferID == "" && o.Lines[0].SKU == "SKU-17" }},
		{"złoty", with("UAH", "PLN"), func(o connector.Order) bool {
			return o.Total == money.New(148000, money.PLN) && o.Lines[0].Price.Currency == money.PLN
		}},
		{"money held", with("PENDING", "AUTHORIZED"), func(o connector.Order) bool { return o.Payment.State == connector.PaymentOnHold }},
		{"the hour that comes twice", with(`"createdAt":"2026-10-02T12:00:00Z"`, `"createdAt":"2026-10-25T03:30:00+03:00"`),
			func(o connector.Order) bool { return o.CreatedAt.Equal(time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC)) }},
		{"and its second time", with(`"createdAt":"2026-10-02T12:00:00Z"`, `"createdAt":"2026-10-25T03:30:00+02:00"`),
			func(o connector.Order) bool { return o.CreatedAt.Equal(time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC)) }},
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
		"no id": with(`"gid://shopify/Order/5600000001234"`, "null"), "an id of something else": with("gid://shopify/Order/5600000001234", "gid://shopify/Order/x"),
		"no status": with(`"UNFULFILLED"`, "null"), "no currency": with(`"UAH"`, "null"), "unknown currency": with("UAH", "XTS"),
		"negative quantity": with(`"quantity":2`, `"quantity":-1`), "no quantity": with(`"quantity":2`, `"quantity":0`),
		"quantity too fine": with(`"quantity":2`, `"quantity":"1.0005"`), "no goods": with(`"lineItems":{"nodes":[`, `"lineItems":{"rows":[`),
		"no price":           []byte(strings.NewReplacer(`"790.00"`, "null", `"1480.00"`, "null").Replace(sample)),
		"ambiguous amount":   with(`"1480.00"`, `"1,480"`),
		"two currencies":     with(`"currentTotalPriceSet":{"shopMoney":{"amount":"1560.0"`, `"currentTotalPriceSet":{"shopMoney":{"amount":"1560.0 PLN"`),
		"more lines":         with(`"hasNextPage":false`, `"hasNextPage":true`),
		"odd edit":           with(`"currentQuantity":2`, `"currentQuantity":"many"`),
		"a line of nothing":  []byte(strings.NewReplacer(`"SKU-17"`, "null", `"Чайник"`, "null", `{"id":"gid://shopify/ProductVariant/44000000001"}`, "null").Replace(sample)),
		"a webhook's object": []byte(`{"id":5600000001234,"admin_graphql_api_id":"gid://shopify/Order/5600000001234","total_price":"1560.00"}`),
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
		if o.ExternalID == "" || o.Stage == "" || o.Status == "" || o.Total.Minor < 0 || o.Total.Currency == "" {
			t.Errorf("accepted without id, stage or currency, or with a negative total: %+v", o)
		}
		for _, l := range o.Lines {
			if l.Quantity <= 0 || l.ExternalID == "" || l.Total.Minor < 0 {
				t.Errorf("accepted line %+v", l)
			}
		}
	})
}
