package ordersui_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/i18n"
)

// TestPages renders every page in every language: nothing that the content policy refuses, every control named, every text
// translated.
func TestPages(t *testing.T) {
	t.Parallel()
	d := open(t)
	g, last := believable(t, d)
	pages := map[string]string{
		"list": "/orders", "card": fmt.Sprintf("/orders/%d", last), "short": fmt.Sprintf("/orders/%d?stage=short", 3), "late": "/orders?stage=late",
		"picking": "/orders?stage=picking", "unlinked": "/orders/6", "twin": "/orders/5", "found": "/orders?q=LMP-H1", "none": "/orders?q=zzz",
		"mine": "/orders?mine=1", "channel": fmt.Sprintf("/orders?channel=%d", g.site.ID), "new": "/orders/new",
	}
	for _, l := range i18n.Languages() {
		for name, path := range pages {
			t.Run(string(l)+"/"+name, func(t *testing.T) {
				t.Parallel()
				a := d.As("owner", l).Get(t, path)
				if a.Status != http.StatusOK {
					t.Fatalf("status %d: %s", a.Status, a.Text)
				}
				a.Check(t)
				keep(t, name+"-"+string(l), a)
			})
		}
	}
}

func TestEmptyDeskSaysWhatToDo(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, l := range i18n.Languages() {
		a := d.As("owner", l).Get(t, "/orders")
		a.Check(t)
		if want := l.T("orders.empty.first.title"); !strings.Contains(a.Words(t), want) {
			t.Errorf("%s: the empty desk does not say %q", l, want)
		}
	}
	if a := d.As("viewer", i18n.English).Get(t, "/orders"); strings.Contains(a.Text, `href="/connections"`) && strings.Contains(a.Words(t), i18n.English.T("orders.empty.first.act")) {
		t.Error("a viewer is offered to connect a channel")
	}
}

func TestListTellsTheMorning(t *testing.T) {
	t.Parallel()
	d := open(t)
	_, last := believable(t, d)
	words := d.As("owner", i18n.Ukrainian).Get(t, "/orders").Words(t)
	for _, want := range []string{
		"Нові 8", "Нестача 1", "Коваль Олена", "Генератор EnerSol 2,8 кВт ×1", "18 499,00 ₴", "12 хв", "нестача", "не прив’язано", "дубль?", "не сплачено", "накладений",
	} {
		if !strings.Contains(words, want) {
			t.Errorf("the list does not say %q:\n%s", want, words)
		}
	}
	a := d.As("owner", i18n.Ukrainian).Fragment(t, "/orders", "orders-list")
	if strings.Contains(a.Text, "<html") || !strings.Contains(a.Text, fmt.Sprintf(`id="order-%d"`, last)) || !strings.Contains(a.Text, `id="orders-head" hx-swap-oob="true"`) {
		t.Errorf("the fragment is not the list with its tabs:\n%s", a.Text)
	}
	b := d.As("owner", i18n.Ukrainian)
	b.At = fmt.Sprintf("/orders/%d", last)
	if a := b.Fragment(t, "/orders", "orders-list"); !strings.Contains(a.Text, fmt.Sprintf(`id="order-%d" data-row class="on new"`, last)) {
		t.Error("after a refresh the row of the open card is not marked")
	}
}

func TestCardTellsTheTruth(t *testing.T) {
	t.Parallel()
	d := open(t)
	_, last := believable(t, d)
	get := func(id int64) string {
		return d.As("owner", i18n.Ukrainian).Fragment(t, fmt.Sprintf("/orders/%d", id), "card").Words(t)
	}
	for id, wants := range map[int64][]string{
		last: {"Замовлення 8", "Prom №", "GEN-28", "відкладено: " + d.Warehouse.Name, "ціна й залишок були правильні", "GEN-28: останній. Канали показують 0.",
			"Rozetka 0 · 61 мс", "Наш сайт 0 · 84 мс", "−1 110,00 ₴", "17 389,00 ₴", "Нова пошта, Київ, відділення 17", "Prom · замовлення прийнято", "1 замовлення"},
		3: {"не вистачає 1", "на момент покупки було 0", "KRP-XL-BL: не вистачило. Ще не всі канали показують 0.", "Rozetka 2 → 0", "не вистачило: KRP-XL-BL × 1"},
		5: {"Схоже на дубль", "Замовлення 4", "Це не дубль"},
		6: {"пропозицію не прив’язано", "Прив’язати до SKU"},
	} {
		words := get(id)
		for _, want := range wants {
			if !strings.Contains(words, want) {
				t.Errorf("card %d does not say %q:\n%s", id, want, words)
			}
		}
	}
}

// A status that a shop has made itself is called on the card what the shop calls it.
func TestCardNamesTheShopsOwnStatus(t *testing.T) {
	t.Parallel()
	d := open(t)
	_, last := believable(t, d)
	o := d.order(t, last)
	own, err := json.Marshal(connector.Dictionary{Statuses: []connector.Status{{Code: o.ChannelStatus, Title: "Чекає на постачальника"}}})
	if err != nil {
		t.Fatal(err)
	}
	err = d.DB.Write(context.Background(), d.Owner.Tenant, func(tx *db.Tx) error {
		_, err := tx.Exec(context.Background(), "update connection set dictionary = $3 where tenant_id = $1 and id = $2", int64(tx.Tenant), o.ConnectionID, string(own))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	words := d.As("owner", i18n.Ukrainian).Fragment(t, fmt.Sprintf("/orders/%d", last), "card").Words(t)
	if !strings.Contains(words, "Чекає на постачальника") {
		t.Errorf("the card does not say the shop's own words:\n%s", words)
	}
}

func TestWhatIsNotThereOrNotAllowed(t *testing.T) {
	t.Parallel()
	d := open(t)
	_, last := believable(t, d)
	card := fmt.Sprintf("/orders/%d", last)
	if a := d.As("owner", i18n.English).Get(t, "/orders/999"); a.Status != http.StatusNotFound {
		t.Errorf("an unknown order answers %d", a.Status)
	}
	if a := d.As("owner", i18n.English).Get(t, "/orders/nonsense"); a.Status != http.StatusNotFound {
		t.Errorf("nonsense answers %d", a.Status)
	}
	viewer := d.As("viewer", i18n.English)
	for _, path := range []string{card + "/confirm", card + "/cancel", card + "/assign", card + "/ship", card + "/retry", "/orders/new"} {
		if a := viewer.Act(t, path, nil); a.Status != http.StatusForbidden {
			t.Errorf("a viewer's %s answers %d", path, a.Status)
		}
	}
	if a := viewer.Get(t, "/orders/new"); a.Status != http.StatusForbidden {
		t.Errorf("a viewer's new order answers %d", a.Status)
	}
	a := viewer.Get(t, card)
	a.Check(t)
	if strings.Contains(a.Text, "hx-post") {
		t.Error("a viewer is offered actions")
	}
	if a := d.As("picker", i18n.English).Get(t, card); strings.Contains(a.Text, card+"/confirm") {
		t.Error("a picker is offered to confirm")
	}
}

func TestSearchGoesToTheOneOrder(t *testing.T) {
	t.Parallel()
	d := open(t)
	_, last := believable(t, d)
	b := d.As("owner", i18n.English)
	for query, want := range map[string]string{
		"GEN-28": fmt.Sprintf("/orders/%d?q=GEN-28", last), "LMP-H1": "/orders?q=LMP-H1", "": "/orders", "nobody": "/orders?q=nobody", "0671112233": fmt.Sprintf("/orders/%d?q=0671112233", last),
	} {
		if got := b.Get(t, "/orders/search?q="+query).Header.Get("Location"); got != want {
			t.Errorf("search for %q goes to %q, want %q", query, got, want)
		}
	}
}

func TestPager(t *testing.T) {
	t.Parallel()
	d := open(t)
	g := stocked(t, d)
	for i := range 120 {
		g.prom.Order(t, fmt.Sprint("Buyer ", i), fmt.Sprintf("+38067000%04d", i), nil, apptestLine(g))
	}
	b := d.As("owner", i18n.English)
	first := b.Get(t, "/orders").Text
	older := link(t, first, "next")
	second := b.Get(t, older).Text
	if !strings.Contains(second, `id="order-70"`) || strings.Contains(second, `id="order-71"`) {
		t.Error("the second page does not begin at order 70")
	}
	third := b.Get(t, link(t, second, "next")).Text
	if strings.Contains(third, `rel="next"`) || !strings.Contains(third, `id="order-1"`) {
		t.Error("the third page is not the last")
	}
	back := b.Get(t, link(t, third, "prev")).Text
	if !strings.Contains(back, `id="order-70"`) || !strings.Contains(back, `id="order-21"`) {
		t.Error("back from the third page is not the second")
	}
	top := b.Get(t, link(t, back, "prev")).Text
	if strings.Contains(top, `rel="prev"`) || !strings.Contains(top, `id="order-120"`) {
		t.Error("back from the second page is not the first")
	}
}

func TestAddressSaysTheBranchOnce(t *testing.T) {
	t.Parallel()
	d := open(t)
	g := stocked(t, d)
	id := g.site.Order(t, "Галина", "+380670291607", func(o *connector.Order) {
		o.Delivery = connector.Delivery{Title: "Нова Пошта", City: "Київ", Branch: "44", Address: "Відділення №44"}
	}, apptestLine(g)).OrderID
	if words := d.As("owner", i18n.Ukrainian).Get(t, fmt.Sprintf("/orders/%d", id)).Words(t); !strings.Contains(words, "Нова Пошта, Київ, Відділення №44") {
		t.Errorf("the card does not say the address: %s", words)
	}
}
