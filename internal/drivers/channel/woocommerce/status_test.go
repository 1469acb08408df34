package woocommerce

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	shop "github.com/lad-hub/lad/internal/sim/woocommerce"
)

func TestPushStatus(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{Custom: []shop.CustomStatus{{Slug: "shipped", Title: "Відправлено"}}})
	id := s.place(t, 1)
	step := func(from, to string, reason connector.Reason) error {
		return s.PushStatus(t.Context(), connector.StatusChange{OrderID: id, From: from, To: to, Reason: reason, Text: "розбився"})
	}
	for _, to := range []string{statusProcessing, statusProcessing, "shipped"} {
		was, _ := s.Order(id)
		if err := step(was.Status, to, ""); err != nil {
			t.Errorf("%s → %s: %v", was.Status, to, err)
		}
	}
	if err := step("shipped", statusCancelled, connector.ReasonOutOfStock); err != nil {
		t.Error(err)
	}
	raws, err := s.ReadOrders(t.Context(), []string{id})
	if err != nil || len(raws) != 1 {
		t.Fatalf("%d orders, error %v", len(raws), err)
	}
	if o, err := s.ParseOrder(raws[0].Body); err != nil || o.CancelReason != "розбився" || o.CancelBy != "seller" {
		t.Errorf("cancelled: %+v, error %v", o, err)
	}
	other := s.place(t, 1)
	if err := s.CancelOrder(other); err != nil {
		t.Fatal(err)
	}
	id = other
	wantKind(t, "the buyer was faster", step(statusOnHold, statusProcessing, ""), connector.KindPermanent, `"cancelled"`)
	wantKind(t, "a closed order", step(statusCancelled, statusProcessing, ""), connector.KindPermanent)
	wantKind(t, "a closed order, to a custom status", step(statusCompleted, "shipped", ""), connector.KindPermanent)
	wantKind(t, "refunded is the shop's", step(statusOnHold, statusRefunded, ""), connector.KindPermanent)
	if o, _ := s.Order(other); o.Status != statusCancelled {
		t.Errorf("the cancelled order is %s now", o.Status)
	}
	kept := canned(t, answer(200, `{"id":7,"status":"on-hold"}`))
	wantKind(t, "a plug-in keeps the status", kept.PushStatus(t.Context(), connector.StatusChange{OrderID: "7", From: statusOnHold, To: statusProcessing}), connector.KindPermanent, "keeps")
}

func TestPushTracking(t *testing.T) {
	t.Parallel()
	for _, installed := range []bool{false, true} {
		s := start(t, shop.Options{ShipmentTracking: installed})
		id := s.place(t, 1)
		for range 2 {
			if err := s.PushTracking(t.Context(), id, "nova_poshta", "20450012345678"); err != nil {
				t.Fatal(err)
			}
		}
		notes := s.Notes(id)
		if installed && len(notes) != 0 || !installed && (len(notes) != 1 || !notes[0].Customer || !strings.Contains(notes[0].Text, "Nova Poshta: 20450012345678 https://")) {
			t.Errorf("extension %v: notes %+v", installed, notes)
		}
		added := 0
		for _, r := range s.seen {
			if strings.HasPrefix(r, "POST ") && strings.HasSuffix(r, "/shipment-trackings") {
				added++
			}
		}
		if want := map[bool]int{true: 1}[installed]; added != want {
			t.Errorf("extension %v: %d numbers added, want %d", installed, added, want)
		}
		if o, _ := s.Order(id); o.Tracking != "20450012345678" {
			t.Errorf("extension %v: waybill %q", installed, o.Tracking)
		}
	}
}

func TestDictionary(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{Custom: []shop.CustomStatus{{Slug: "vidpravleno", Title: "Відправлено"}, {Slug: "delivered", Title: "Доставлено"}, {Slug: "vip", Title: "VIP"}}},
		"statuses", "vidpravleno=shipped")
	d, err := s.ReadDictionary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	stages := map[string]string{}
	for _, st := range d.Statuses {
		stages[st.Code] = string(st.Stage) + " " + st.Title
	}
	for code, want := range map[string]string{
		"vidpravleno": "shipped Відправлено", "delivered": "completed Доставлено", "vip": " VIP", "on-hold": "new На утриманні", "cancelled": "cancelled Скасовано",
	} {
		if stages[code] != want {
			t.Errorf("status %s: %q, want %q", code, stages[code], want)
		}
	}
	want := []connector.Method{
		{Code: "Оплата при отриманні", Title: "Оплата при отриманні", OnPickup: true}, {Code: "Картка онлайн", Title: "Картка онлайн"},
		{Code: "Банківський переказ", Title: "Банківський переказ"},
	}
	if diff := cmp.Diff(want, d.Payment); diff != "" {
		t.Errorf("payment:\n%s", diff)
	}
	want = []connector.Method{
		{Code: "Нова Пошта", Title: "Нова Пошта", Service: "nova_poshta"}, {Code: "Самовивіз", Title: "Самовивіз", Service: "pickup"},
		{Code: "Кур'єр", Title: "Кур'єр"},
	}
	if diff := cmp.Diff(want, d.Delivery); diff != "" {
		t.Errorf("delivery:\n%s", diff)
	}
	denied := canned(t, answer(403, `{"code":"woocommerce_rest_cannot_view","message":"Sorry, you cannot view this resource."}`))
	if d, err := denied.ReadDictionary(t.Context()); err != nil || len(d.Statuses) != len(info.Statuses) || len(d.Payment)+len(d.Delivery) > 0 {
		t.Errorf("a key without the right: %+v, error %v", d, err)
	}
}
