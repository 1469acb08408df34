package ordersui_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/i18n"
)

func apptestLine(g goods) connector.Line { return apptest.Line(g.cable, 1) }

// link is the address of the link with this rel.
func link(t *testing.T, text, rel string) string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		href, found := "", false
		for _, a := range n.Attr {
			found = found || a.Key == "rel" && a.Val == rel
			if a.Key == "href" {
				href = a.Val
			}
		}
		if found && n.Data == "a" {
			return href
		}
	}
	t.Fatalf("no link with rel=%q", rel)
	return ""
}

func (d *desk) order(t *testing.T, id int64) orders.Order {
	t.Helper()
	c, err := d.Orders.Get(context.Background(), d.Owner, id)
	if err != nil {
		t.Fatal(err)
	}
	return c.Order
}

// TestWayOfAnOrder presses what a manager presses, from new to completed.
func TestWayOfAnOrder(t *testing.T) {
	t.Parallel()
	d := open(t)
	_, id := believable(t, d)
	b := d.As("owner", i18n.Ukrainian)
	b.At = fmt.Sprintf("/orders/%d?stage=all", id)
	path := fmt.Sprintf("/orders/%d", id)
	for _, step := range []struct {
		action string
		form   url.Values
		stage  orders.Stage
		says   string
		next   string
	}{
		{"confirm", nil, connector.StageConfirmed, "підтверджено", "/pick"},
		{"assign", nil, connector.StageConfirmed, "тепер ваше", "Повернути в чергу"},
		{"assign", url.Values{"to": {"queue"}}, connector.StageConfirmed, "повернено в чергу", "Взяти собі"},
		{"pick", nil, connector.StagePicking, "комплектується", `data-dialog="ship"`},
		{"ship", url.Values{"tracking": {"20450812345678"}, "carrier": {"nova_poshta"}}, connector.StageShipped, "ТТН 20450812345678", "/complete"},
		{"complete", nil, connector.StageCompleted, "виконано", "Виконане"},
	} {
		a := b.Act(t, path+"/"+step.action, step.form)
		if a.Status != http.StatusOK {
			t.Fatalf("%s answers %d: %s", step.action, a.Status, a.Text)
		}
		if got := d.order(t, id).Stage; got != step.stage {
			t.Errorf("after %s the order is %s, want %s", step.action, got, step.stage)
		}
		if !strings.Contains(a.Words(t), step.says) || !strings.Contains(a.Text, step.next) {
			t.Errorf("after %s the card does not say %q or offer %q:\n%s", step.action, step.says, step.next, a.Words(t))
		}
		if a.Header.Get("HX-Trigger") != "orders-changed" || !strings.Contains(a.Text, `id="order-card"`) || !strings.Contains(a.Text, "stage=all") {
			t.Errorf("after %s the answer is not the card of its list, or the list is not told", step.action)
		}
	}
	if a := b.Act(t, path+"/confirm", nil); a.Status != http.StatusConflict {
		t.Errorf("confirming a completed order answers %d", a.Status)
	}
}

func TestCancelAsksForAReason(t *testing.T) {
	t.Parallel()
	d := open(t)
	_, id := believable(t, d)
	b, path := d.As("owner", i18n.Ukrainian), fmt.Sprintf("/orders/%d/cancel", id)
	a := b.Act(t, path, url.Values{"reason": {"because"}, "text": {"мої слова"}})
	if a.Status != http.StatusUnprocessableEntity || a.Header.Get("HX-Retarget") != "#cancel-fields" {
		t.Fatalf("a made-up reason answers %d for %q", a.Status, a.Header.Get("HX-Retarget"))
	}
	if words := a.Words(t); !strings.Contains(words, "Оберіть причину") || !strings.Contains(a.Text, "мої слова") {
		t.Errorf("the form does not say what is wrong or forgot what was typed: %s", words)
	}
	if d.order(t, id).Stage != connector.StageNew {
		t.Fatal("the order was cancelled all the same")
	}
	a = b.Act(t, path, url.Values{"reason": {"buyer_changed_mind"}, "text": {"Знайшла дешевше"}})
	if a.Status != http.StatusOK || d.order(t, id).Stage != connector.StageCancelled {
		t.Fatalf("cancel answers %d", a.Status)
	}
	for _, want := range []string{"Скасоване · Клієнт передумав", "скасовано: Клієнт передумав — Знайшла дешевше", "Олена Коваленко"} {
		if !strings.Contains(a.Words(t), want) {
			t.Errorf("the card does not say %q:\n%s", want, a.Words(t))
		}
	}
	if strings.Contains(a.Text, "cancel-fields") {
		t.Error("a cancelled order can be cancelled again")
	}
}

func TestShipRefusesWhatIsShort(t *testing.T) {
	t.Parallel()
	d := open(t)
	believable(t, d)
	b := d.As("owner", i18n.Ukrainian)
	b.Act(t, "/orders/3/confirm", nil)
	a := b.Act(t, "/orders/3/ship", url.Values{"tracking": {"1"}})
	if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Words(t), "ще не має всього товару") || !strings.Contains(a.Text, `value="1"`) {
		t.Errorf("shipping what is short answers %d: %s", a.Status, a.Words(t))
	}
}

func TestDuplicateAndRetry(t *testing.T) {
	t.Parallel()
	d := open(t)
	_, id := believable(t, d)
	b := d.As("owner", i18n.Ukrainian)
	if a := b.Act(t, "/orders/5/not-duplicate", nil); a.Status != http.StatusOK || strings.Contains(a.Words(t), "Схоже на дубль ") || d.order(t, 5).DuplicateOf != 0 {
		t.Errorf("not a duplicate answers %d: %s", a.Status, a.Words(t))
	}
	b.Act(t, fmt.Sprintf("/orders/%d/confirm", id), nil)
	d.Write(t, func(tx *db.Tx) error {
		due, err := d.Orders.DuePushes(context.Background(), tx, d.order(t, id).ConnectionID, 1)
		if err != nil || len(due) != 1 {
			return fmt.Errorf("%d pushes: %w", len(due), err)
		}
		return d.Orders.PushParked(context.Background(), tx, due[0], "Order 318204773 is locked by moderation")
	})
	a := b.Get(t, fmt.Sprintf("/orders/%d", id))
	a.Check(t)
	keep(t, "parked-uk", a)
	if !strings.Contains(a.Words(t), "Prom не приймає зміну") || !strings.Contains(a.Words(t), "locked by moderation") {
		t.Errorf("the card hides the channel's words: %s", a.Words(t))
	}
	if a := b.Act(t, fmt.Sprintf("/orders/%d/retry", id), nil); !strings.Contains(a.Words(t), "Prom: передаємо.") {
		t.Errorf("retry answers %d: %s", a.Status, a.Words(t))
	}
}

func TestBulkConfirmTellsEach(t *testing.T) {
	t.Parallel()
	d := open(t)
	believable(t, d)
	b := d.As("owner", i18n.Ukrainian)
	b.Act(t, "/orders/2/confirm", nil)
	a := b.Act(t, "/orders/bulk", url.Values{"do": {"confirm"}, "id": {"1", "2", "3", "999"}})
	if a.Status != http.StatusOK {
		t.Fatalf("bulk answers %d: %s", a.Status, a.Text)
	}
	for _, want := range []string{"2 замовлення підтверджено", "2 замовлення лишилися як були", "2 — Замовлення вже на цьому етапі.", "999 — Такого замовлення немає."} {
		if !strings.Contains(a.Words(t), want) {
			t.Errorf("the result does not say %q: %s", want, a.Words(t))
		}
	}
	for _, id := range []int64{1, 2, 3} {
		if d.order(t, id).Stage != connector.StageConfirmed {
			t.Errorf("order %d is %s", id, d.order(t, id).Stage)
		}
	}
	if a := b.Act(t, "/orders/bulk", url.Values{"do": {"confirm"}}); a.Status != http.StatusBadRequest {
		t.Errorf("nothing ticked answers %d", a.Status)
	}
	if a := d.As("viewer", i18n.English).Act(t, "/orders/bulk", url.Values{"do": {"confirm"}, "id": {"4"}}); d.order(t, 4).Stage != connector.StageNew || !strings.Contains(a.Words(t), "stayed") {
		t.Errorf("a viewer confirms in bulk: %s", a.Words(t))
	}
}

// hidden is the value of the form's hidden input.
func hidden(t *testing.T, a apptest.Answer, name string) string {
	t.Helper()
	_, rest, ok := strings.Cut(a.Text, `name="`+name+`" value="`)
	if !ok {
		t.Fatalf("no hidden %s", name)
	}
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

func TestOrderByHandSentTwiceIsOne(t *testing.T) {
	t.Parallel()
	d := open(t)
	g := stocked(t, d)
	b := d.As("owner", i18n.Ukrainian)
	form := url.Values{
		"key": {hidden(t, b.Get(t, "/orders/new"), "key")}, "source": {"phone"}, "payment": {"on_pickup"}, "name": {"Ганна Лис"}, "phone": {"067 555 44 33"},
		"carrier": {"nova_poshta"}, "city": {"Львів"}, "address": {"відділення 3"}, "freight": {"75,50"},
		"sku": {fmt.Sprint(g.generator.ID), fmt.Sprint(g.cable.ID)}, "qty": {"1", "2"}, "price": {"18 000,00", "219"},
	}
	first, second := b.Post(t, "/orders/new", form), b.Post(t, "/orders/new", form)
	if first.Status != http.StatusSeeOther || first.Header.Get("Location") != second.Header.Get("Location") {
		t.Fatalf("sent twice: %d %q and %d %q", first.Status, first.Header.Get("Location"), second.Status, second.Header.Get("Location"))
	}
	page, _, err := d.Orders.List(context.Background(), d.Owner, orders.Filter{})
	if err != nil || len(page) != 1 {
		t.Fatalf("%d orders: %v", len(page), err)
	}
	o := page[0]
	if o.BuyerPhone != "+380675554433" || o.Total.Minor != 1843800 || o.Delivery.Minor != 7550 || o.Source != "phone" || !o.OnPickup || o.Short {
		t.Errorf("the order is %+v", o)
	}
	card := b.Get(t, first.Header.Get("Location"))
	card.Check(t)
	keep(t, "own-uk", card)
	if !strings.Contains(card.Words(t), "наша ціна була 18 499,00 ₴") {
		t.Errorf("the card does not tell the other price: %s", card.Words(t))
	}
	form.Set("name", "Хтось інший")
	if a := b.Post(t, "/orders/new", form); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Words(t), "уже є інше замовлення") {
		t.Errorf("another order under the same key answers %d", a.Status)
	}
}

func TestOrderByHandSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	d := open(t)
	g := stocked(t, d)
	b := d.As("owner", i18n.Ukrainian)
	key := hidden(t, b.Get(t, "/orders/new"), "key")
	a := b.Post(t, "/orders/new", url.Values{"key": {key}, "source": {"phone"}, "payment": {"paid"}})
	a.Check(t)
	if words := a.Words(t); a.Status != http.StatusUnprocessableEntity || !strings.Contains(words, "Додайте хоча б один товар") || !strings.Contains(words, "Вкажіть ім’я або телефон") {
		t.Errorf("an empty order answers %d: %s", a.Status, words)
	}
	a = b.Post(t, "/orders/new", url.Values{"key": {key}, "source": {"phone"}, "payment": {"paid"}, "name": {"Ганна"}, "sku": {fmt.Sprint(g.lamp.ID)}, "qty": {"багато"}, "price": {"1"}})
	a.Check(t)
	if !strings.Contains(a.Words(t), "кількість «багато» не підходить") || !strings.Contains(a.Text, `value="багато"`) {
		t.Errorf("a wrong quantity answers %d: %s", a.Status, a.Words(t))
	}
}

func TestLinesOfTheForm(t *testing.T) {
	t.Parallel()
	d := open(t)
	g := stocked(t, d)
	b := d.As("owner", i18n.Ukrainian)
	lamp := url.Values{"sku": {fmt.Sprint(g.lamp.ID)}, "qty": {"2"}, "price": {"412.00"}}
	with := func(base url.Values, name, value string) url.Values {
		out := url.Values{name: {value}}
		for k, v := range base {
			out[k] = v
		}
		return out
	}
	for _, c := range []struct {
		name     string
		form     url.Values
		has, not string
	}{
		{"a scanned code is added", url.Values{"find": {"gen-28"}}, `id="qty-` + fmt.Sprint(g.generator.ID), "sku-hits\" class=\"hits\" aria-live=\"polite\" hx-swap-oob=\"true\"><button"},
		{"scanned again it is one more", with(lamp, "find", "LMP-H1"), `value="3"`, "Нічого не знайшли"},
		{"a choice is added", with(lamp, "add", fmt.Sprint(g.generator.ID)), "GEN-28", "Нічого не знайшли"},
		{"what has several meanings is offered", with(lamp, "find", "повербанк"), "Повербанк", "Нічого не знайшли"},
		{"what is not there is said", with(lamp, "find", "zzz"), "Нічого не знайшли: zzz", "GEN-28"},
		{"dropped", with(lamp, "drop", fmt.Sprint(g.lamp.ID)), "Знайдіть товар", "LMP-H1"},
		{"too many is warned of", url.Values{"sku": {fmt.Sprint(g.generator.ID)}, "qty": {"2"}, "price": {"1"}, "drop": {"999"}}, "буде нестача", "Знайдіть товар"},
		{"sums", with(lamp, "sum", "1"), "824,00", "<input"},
	} {
		a := b.Act(t, "/orders/new/lines", c.form)
		if a.Status != http.StatusOK || !strings.Contains(a.Text, c.has) || strings.Contains(a.Text, c.not) {
			t.Errorf("%s: %d, want %q and not %q:\n%s", c.name, a.Status, c.has, c.not, a.Text)
		}
	}
	if a := b.Fragment(t, "/orders/new/skus?find="+url.QueryEscape("кабель"), "sku-hits"); !strings.Contains(a.Text, "CAB-C-1") {
		t.Errorf("typing finds nothing: %s", a.Text)
	}
	if a := b.Act(t, "/orders/new/lines", url.Values{"sku": {"1", "2"}, "qty": {"1"}, "price": {"1"}}); a.Status != http.StatusBadRequest {
		t.Errorf("a broken form answers %d", a.Status)
	}
}

// TestHistoryKnowsEveryKind: what the orders journal is told in words.
func TestHistoryKnowsEveryKind(t *testing.T) {
	t.Parallel()
	d := open(t)
	_, id := believable(t, d)
	d.Write(t, func(tx *db.Tx) error {
		for _, kind := range []string{"order.made_up", "order.shortage_filled"} {
			_, err := tx.Exec(context.Background(), `insert into journal (tenant_id, seq, at, actor, kind, subject, subject_id, payload) values ($1, $2, $3, 'system', $4, 'order', $5, $6)`,
				int64(tx.Tenant), 1_000_000+int64(len(kind)), tx.NowMicros(), kind, id, string(json.RawMessage("{}")))
			if err != nil {
				return err
			}
		}
		return nil
	})
	words := d.As("owner", i18n.Ukrainian).Fragment(t, fmt.Sprintf("/orders/%d", id), "card").Words(t)
	for _, want := range []string{"Lad · order.made_up", "Lad · товар знайшовся"} {
		if !strings.Contains(words, want) {
			t.Errorf("the history does not say %q: %s", want, words)
		}
	}
}
