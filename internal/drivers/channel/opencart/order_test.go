package opencart

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire/cart"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// sample is the order of the protocol.
const sample = `{"order_id":42,"store":"Shop","status":1,"status_name":"Pending","status_group":"processing","reached":[1],
 "created":"2026-10-02T14:05:11+03:00","changed":"2026-10-02T14:05:12+03:00","currency":"UAH","total":"1550.00",
 "totals":[{"code":"sub_total","title":"Sub-Total","value":"1480.00"},{"code":"shipping","title":"Нова пошта","value":"70.00"},
           {"code":"total","title":"Total","value":"1550.00"}],
 "buyer":{"id":7,"firstname":"Олена","lastname":"Коваль","phone":"+380671112233","email":"o@example.com"},
 "recipient":{"firstname":"Іван","lastname":"Коваль"},
 "payment":{"code":"cod","title":"Оплата при отриманні"},
 "delivery":{"code":"novaposhta.warehouse","title":"Нова пошта","country":"Україна","zone":"Київ","city":"Київ","postcode":"",
             "address_1":"Відділення №17","address_2":""},
 "tracking":{"carrier":"nova_poshta","number":"20450012345678"},"comment":"","deleted":false,
 "lines":[{"line_id":1,"product_id":50,"offer_id":"50-17","sku":"TEA-1:червоний","model":"TEA-1","title":"Чайник",
           "options":[{"option_value_id":17,"name":"Колір","value":"червоний"}],"quantity":2,"price":"740.00","total":"1480.00"}]}`

// with changes the sample.
func with(pairs ...string) []byte { return []byte(strings.NewReplacer(pairs...).Replace(sample)) }

func uah(minor int64) connector.Money { return money.New(minor, money.UAH) }

func TestParseOrder(t *testing.T) {
	t.Parallel()
	want := connector.Order{
		ExternalID: "42", Status: "1", Stage: connector.StageNew, Source: "Shop",
		CreatedAt: time.Date(2026, 10, 2, 11, 5, 11, 0, time.UTC), ChangedAt: time.Date(2026, 10, 2, 11, 5, 12, 0, time.UTC),
		Total: uah(148000), DeliveryCost: uah(7000),
		Payment:   connector.Payment{State: connector.PaymentUnpaid, Method: "Оплата при отриманні", OnPickup: true},
		Buyer:     connector.Person{ExternalID: "7", Name: "Олена Коваль", Phone: "+380671112233", Email: "o@example.com"},
		Recipient: connector.Person{Name: "Іван Коваль"},
		Delivery: connector.Delivery{
			Service: "nova_poshta", Title: "Нова пошта", City: "Київ", Branch: "17", Address: "Київ, Відділення №17", Tracking: "20450012345678",
		},
		Lines: []connector.Line{{
			ExternalID: "1", OfferID: "50-17", SKU: "TEA-1:червоний", Title: "Чайник (Колір: червоний)", Quantity: qty.Pieces(2), Price: uah(74000), Total: uah(148000),
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

const twoLines = `"lines":[{"line_id":2,"offer_id":"60","title":"Чашка","quantity":1,"price":"520.00","total":"520.00"},`

func TestParseOrderVariants(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		body []byte
		ok   func(connector.Order) bool
	}{
		{"coupon spread over lines", with(`"total":"1550.00"`, `"total":"1570.00"`, `"lines":[`, twoLines), func(o connector.Order) bool {
			return o.Total == uah(150000) && o.Lines[0].Total.Minor+o.Lines[1].Total.Minor == 150000 && o.Lines[1].Price == uah(74000)
		}},
		{"everything paid with a voucher", with(`"total":"1550.00"`, `"total":"0.00"`), func(o connector.Order) bool {
			return o.Total == uah(0) && o.DeliveryCost == uah(0) && o.Lines[0].Total == uah(0)
		}},
		{"no totals", with(`"total":"1550.00"`, `"sum":"1550.00"`, `"totals":[`, `"rest":[`), func(o connector.Order) bool {
			return o.Total == uah(148000) && o.DeliveryCost == connector.Money{}
		}},
		{"zlotys", with(`"currency":"UAH"`, `"currency":"PLN"`), func(o connector.Order) bool { return o.Total == money.New(148000, money.PLN) }},
		{"no currency", with(`"currency":"UAH"`, `"currency":null`), func(o connector.Order) bool { return o.Total == uah(148000) }},
		{"the same person receives", with("Іван", "Олена"), func(o connector.Order) bool { return o.Recipient.Name == "" }},
		{"nobody receives", with(`"recipient":{"firstname":"Іван","lastname":"Коваль"}`, `"recipient":[]`), func(o connector.Order) bool { return o.Recipient.Name == "" }},
		{"a guest", with(`"id":7`, `"id":0`), func(o connector.Order) bool { return o.Buyer.ExternalID == "" }},
		{"free", with(`"code":"cod"`, `"code":"free_checkout.free_checkout"`), func(o connector.Order) bool { return o.Payment.State == connector.PaymentPaid }},
		{"a QR code is no cash on delivery", with(`"code":"cod","title":"Оплата при отриманні"`, `"code":"mono.qr","title":"QR-code"`), func(o connector.Order) bool { return !o.Payment.OnPickup }},
		{"cash on delivery in 4.0", with(`"code":"cod","title":"Оплата при отриманні"`, `"code":"cod.cod","title":"Готівка"`), func(o connector.Order) bool { return o.Payment.OnPickup }},
		{"an unknown method keeps its title", with("novaposhta.warehouse", "flat.flat", `"title":"Нова пошта","country"`, `"title":"Кур'єр","country"`), func(o connector.Order) bool {
			return o.Delivery.Service == "Кур'єр"
		}},
		{"a known service in the title", with("novaposhta.warehouse", "flat.flat"), func(o connector.Order) bool { return o.Delivery.Service == "nova_poshta" }},
		{"an own status that holds goods", with(`"status":1,"status_name":"Pending"`, `"status":"17","status_name":"На збірці"`), func(o connector.Order) bool {
			return o.Stage == connector.StageConfirmed && o.Status == "17"
		}},
		{"deleted", with(`"deleted":false`, `"deleted":true`), func(o connector.Order) bool {
			return o.Stage == connector.StageCancelled && o.CancelBy == "seller" && o.StageFixed
		}},
		{"no options", with(`"options":[{"option_value_id":17,"name":"Колір","value":"червоний"}]`, `"options":null`), func(o connector.Order) bool { return o.Lines[0].Title == "Чайник" }},
		{"a product that is gone", with(`"offer_id":"50-17"`, `"offer_id":""`), func(o connector.Order) bool { return o.Lines[0].OfferID == "" && o.Lines[0].Title != "" }},
	}
	for _, c := range cases {
		got, err := new(channel).ParseOrder(c.body)
		if err != nil || !c.ok(got) {
			t.Errorf("%s: %+v, error %v", c.name, got, err)
		}
	}
}

// Times carry the shop's offset; without one they are in the zone of the channel, where clocks change twice a year.
func TestZone(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"2026-07-01T12:00:00+03:00": "2026-07-01T09:00:00Z", "2026-01-01T12:00:00+02:00": "2026-01-01T10:00:00Z", "2026-07-01 12:00:00": "2026-07-01T09:00:00Z",
		"2026-01-01 12:00:00": "2026-01-01T10:00:00Z", "2026-10-25T03:30:00+03:00": "2026-10-25T00:30:00Z", "2026-10-25T03:30:00+02:00": "2026-10-25T01:30:00Z",
		"2026-03-29T02:59:59+02:00": "2026-03-29T00:59:59Z", "2026-03-29T04:00:00+03:00": "2026-03-29T01:00:00Z", "2026-05-05T10:00:00Z": "2026-05-05T10:00:00Z",
	}
	for in, want := range cases {
		o, err := new(channel).ParseOrder(with("2026-10-02T14:05:11+03:00", in))
		if got := o.CreatedAt.Format(time.RFC3339); err != nil || got != want {
			t.Errorf("%s reads as %s, error %v, want %s", in, got, err, want)
		}
	}
}

// Only statuses that somebody else than Lad set prove that money came.
func TestPaid(t *testing.T) {
	t.Parallel()
	online := []string{`"code":"cod","title":"Оплата при отриманні"`, `"code":"liqpay","title":"Картка"`}
	for reached, want := range map[string]connector.PaymentState{
		`[1]`: connector.PaymentUnpaid, `[1,17]`: connector.PaymentPaid, `[1,2]`: connector.PaymentUnpaid, `null`: connector.PaymentUnpaid, `["17"]`: connector.PaymentPaid,
	} {
		o, err := (&channel{paid: []string{"17", "18"}}).ParseOrder(with(append(online, `"reached":[1]`, `"reached":`+reached)...))
		if err != nil || o.Payment.State != want || o.Payment.OnPickup {
			t.Errorf("reached %s: %+v, error %v, want %s", reached, o.Payment, err, want)
		}
	}
}

func TestStages(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]connector.Stage{
		"Canceled Reversal": connector.StageConfirmed, "Скасовано": connector.StageCancelled, "Отменён покупателем": connector.StageCancelled, "Anulowane": connector.StageCancelled,
		"Повернення": connector.StageReturned, "Zwrot": connector.StageReturned, "Відправлено": connector.StageShipped, "Заказ отправлен": connector.StageShipped,
		"Готовий до відправки": connector.StageConfirmed, "Не отправлен": connector.StageConfirmed, "Очікує, поки отримано оплату": connector.StageConfirmed,
		"Виконано": connector.StageCompleted, "Zrealizowane": connector.StageCompleted, "Щось своє": connector.StageConfirmed, "": connector.StageConfirmed,
	} {
		if got := cart.StageOf("99", name, ""); got != want {
			t.Errorf("%q is %s, want %s", name, got, want)
		}
	}
	if got := cart.StageOf("99", "Щось своє", cart.GroupComplete); got != connector.StageCompleted {
		t.Errorf("by its group: %s", got)
	}
	if got := cart.StageOf("15", "Комплектується", cart.GroupProcessing); got != connector.StagePicking {
		t.Errorf("by its number: %s", got)
	}
}

func badOrders() map[string][]byte {
	return map[string][]byte{
		"no id": with(`"order_id":42`, `"order_id":null`), "an unfinished checkout": with(`"status":1`, `"status":0`), "no status": with(`"status":1`, `"status":""`),
		"negative quantity": with(`"quantity":2`, `"quantity":-2`), "no quantity": with(`"quantity":2`, `"quantity":0`),
		"quantity too fine": with(`"quantity":2`, `"quantity":2.0001`), "unknown currency": with(`"currency":"UAH"`, `"currency":"DUC"`),
		"negative price": with(`"price":"740.00"`, `"price":"-740.00"`), "no goods": with(`"lines":[`, `"goods":[`),
		"a line of nothing": with(`"offer_id":"50-17"`, `"offer_id":null`, `"title":"Чайник"`, `"title":null`),
		"negative total":    with(`"total":"1550.00"`, `"total":"-1.00"`), "an amount to be read in two ways": with(`"price":"740.00"`, `"price":"1,740"`),
		"negative delivery": with(`"value":"70.00"`, `"value":"-70.00"`), "delivery in another currency": with(`"value":"70.00"`, `"value":"70 PLN"`),
	}
}

func TestParseOrderRefuses(t *testing.T) {
	t.Parallel()
	for name, body := range badOrders() {
		got, err := new(channel).ParseOrder(body)
		if connector.KindOf(err) != connector.KindData || strings.Contains(err.Error(), "Коваль") {
			t.Errorf("%s: %+v, error %v, want kind data", name, got, err)
		}
	}
}

func FuzzParseOrder(f *testing.F) {
	f.Add([]byte(sample))
	f.Add(with(`"lines":[`, twoLines))
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
		if o.ExternalID == "" || o.Stage == "" || o.Total.Minor < 0 || o.DeliveryCost.Minor < 0 {
			t.Errorf("accepted without id or stage, or with a negative amount: %+v", o)
		}
		for _, l := range o.Lines {
			if l.Quantity <= 0 || l.ExternalID == "" || l.Total.Minor < 0 {
				t.Errorf("accepted line %+v", l)
			}
		}
	})
}

func FuzzParseWebhook(f *testing.F) {
	for _, s := range []string{`{"id":"7","orders":[42,"43"]}`, `{"orders":[{}]}`, `{"orders":{}}`, ``, `[]`, `{"id":{}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		hook, err := readHook(body)
		switch {
		case err != nil && connector.KindOf(err) != connector.KindData:
			t.Errorf("kind %s", connector.KindOf(err))
		case err == nil && (len(hook.Orders) > 0 || hook.Sweep == (len(hook.OrderIDs) > 0)):
			t.Errorf("hook %+v: a push names orders and holds none", hook)
		}
	})
}
