package shopify

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/sim"
	shop "github.com/lad-hub/lad/internal/sim/shopify"
)

func TestPullSeesEndedOrders(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{}, nil)
	var ids []string
	for range 3 {
		ids = append(ids, s.place(t, basket(sim.BasketLine{OfferID: kettle, Quantity: 1})))
	}
	test := basket(sim.BasketLine{OfferID: kettle, Quantity: 1})
	test.Raw = map[string]any{"test": true}
	trial := s.place(t, test)
	_, cursor := s.sweep(t, "")
	if want := `{"since":"2026-10-02T12:00:00Z"}`; cursor != want {
		t.Errorf("cursor %s, want %s", cursor, want)
	}
	s.clock.Advance(time.Minute)
	for what, f := range map[string]func(string) error{ids[0]: s.CancelOrder, ids[1]: s.Refund, ids[2]: func(id string) error { return s.Edit(id, 0) }} {
		if err := f(what); err != nil {
			t.Fatal(err)
		}
	}
	got, cursor := s.sweep(t, cursor)
	if got[ids[0]].Stage != connector.StageCancelled || got[ids[0]].CancelBy != "buyer" || got[ids[1]].Status != statusRefunded || !got[ids[2]].Lines[0].Removed || !got[trial].Ignore {
		t.Errorf("orders %+v", got)
	}
	if want := `{"since":"2026-10-02T12:01:00Z"}`; cursor != want {
		t.Errorf("cursor %s, want %s", cursor, want)
	}
	if last := s.bodies[len(s.bodies)-1]; !strings.Contains(last, `updated_at:\u003e='2026-10-02T11:50:00Z' status:any`) {
		t.Errorf("request %s", last)
	}
}

func TestPullReadsAllLines(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{}, nil)
	s.Stock(kettle, 1001, 1000)
	var lines []sim.BasketLine
	for i := range 123 {
		lines = append(lines, sim.BasketLine{OfferID: kettle, Quantity: 1, Title: fmt.Sprint("рядок ", i)})
	}
	id := s.place(t, basket(lines...))
	got, _ := s.sweep(t, "")
	if n := len(got[id].Lines); n != 123 || got[id].Lines[122].Title != "рядок 122" || got[id].Total != uah(123*74000) {
		t.Errorf("%d lines, total %v", n, got[id].Total)
	}
	if o := s.read(t, id); len(o.Lines) != 123 {
		t.Errorf("by id: %d lines", len(o.Lines))
	}
	s.respond = func(w http.ResponseWriter, _ *http.Request) bool {
		if strings.Contains(s.bodies[len(s.bodies)-1], "{order(id:") {
			w.WriteHeader(http.StatusBadGateway)
			return true
		}
		return false
	}
	_, err := s.ch.PullOrders(t.Context(), "")
	wantKind(t, "the rest of the lines can not be read", err, connector.KindTransient, "")
}

func TestPullHidesNobodyItCannotSee(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{HidePeople: true}, nil)
	id := s.place(t, basket(sim.BasketLine{OfferID: kettle, Quantity: 1}))
	if _, err := s.PlaceRaw([]byte(`{"name":"without an id"}`)); err != nil {
		t.Fatal(err)
	}
	p, err := s.ch.PullOrders(t.Context(), "")
	if err != nil || len(p.Orders) != 2 || p.Orders[0].ExternalID != id || p.Orders[1].ExternalID != "" {
		t.Fatalf("%+v, error %v", p, err)
	}
	if o := s.read(t, id); o.Buyer != (connector.Person{}) || o.Lines[0].Quantity != qty.Pieces(1) {
		t.Errorf("order %+v", o)
	}
	_, err = s.ch.ParseOrder(p.Orders[1].Body)
	wantKind(t, "an order without an id", err, connector.KindData, "no number")
}

func (s *stand) step(t *testing.T, id, to string) error {
	t.Helper()
	return s.ch.PushStatus(t.Context(), connector.StatusChange{OrderID: id, To: to, Tracking: "20450012345678", Carrier: "nova_poshta", Reason: connector.ReasonOutOfStock, Text: "розбився"})
}

func TestShipFromSeveralLocations(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{Locations: []shop.Location{{ID: 1001, Name: "Склад"}, {ID: 1002, Name: "Магазин"}}}, map[string]string{"location": "Склад"})
	s.Stock(generator, 1002, 5)
	id := s.place(t, basket(sim.BasketLine{OfferID: kettle, Quantity: 1}, sim.BasketLine{OfferID: generator, Quantity: 7}))
	s.respond = func(w http.ResponseWriter, _ *http.Request) bool { // the second call gets lost
		if strings.Contains(s.bodies[len(s.bodies)-1], "fulfillmentCreate") && strings.Contains(strings.Join(s.bodies[:len(s.bodies)-1], ""), "fulfillmentCreate") {
			w.WriteHeader(http.StatusBadGateway)
			return true
		}
		return false
	}
	wantKind(t, "half of it sent", s.step(t, id, statusFulfilled), connector.KindUnknown, "")
	if o := s.read(t, id); o.Status != statusPartly {
		t.Errorf("status %q", o.Status)
	}
	s.respond = nil
	if err := s.step(t, id, statusFulfilled); err != nil {
		t.Fatal(err)
	}
	o := s.read(t, id)
	if o.Status != statusFulfilled || o.Delivery.Tracking != "20450012345678" {
		t.Errorf("order %+v", o)
	}
	before := len(s.bodies)
	if err := s.step(t, id, statusFulfilled); err != nil || len(s.bodies) != before+1 {
		t.Errorf("a repeat: error %v, %d requests", err, len(s.bodies)-before)
	}
	if err := s.ch.PushTracking(t.Context(), id, "ukrposhta", "0500000000001"); err != nil {
		t.Fatal(err)
	}
	if o := s.read(t, id); o.Delivery.Tracking != "0500000000001" {
		t.Errorf("after another number: %q", o.Delivery.Tracking)
	}
	if last := s.bodies[len(s.bodies)-2]; !strings.Contains(last, "https://track.ukrposhta.ua/tracking_UA.html?barcode=0500000000001") {
		t.Errorf("request %s", last)
	}
}

func TestShipRefuses(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{}, nil)
	held := s.place(t, basket(sim.BasketLine{OfferID: kettle, Quantity: 1}))
	if err := s.Hold(held); err != nil {
		t.Fatal(err)
	}
	gone := s.place(t, basket(sim.BasketLine{OfferID: kettle, Quantity: 1}))
	if err := s.CancelOrder(gone); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "on hold", s.step(t, held, statusFulfilled), connector.KindPermanent, "on hold")
	wantKind(t, "cancelled", s.ch.PushTracking(t.Context(), gone, "meest", "1"), connector.KindPermanent, "canceled")
	wantKind(t, "unknown order", s.step(t, "987654321987", statusFulfilled), connector.KindPermanent, "60 days")
	wantKind(t, "no number", s.step(t, "x", statusFulfilled), connector.KindPermanent, "x")
	wantKind(t, "carrier", s.ch.PushTracking(t.Context(), held, "pigeon_post", "1"), connector.KindPermanent, "pigeon_post")
	wantKind(t, "carrier's status", s.step(t, held, statusDelivered), connector.KindPermanent, "itself")
	id := s.place(t, basket(sim.BasketLine{OfferID: kettle, Quantity: 1}))
	if err := s.ch.PushStatus(t.Context(), connector.StatusChange{OrderID: id, To: statusFulfilled}); err != nil {
		t.Errorf("without a number: %v", err)
	}
	if o := s.read(t, id); o.Status != statusFulfilled || o.Delivery.Tracking != "" {
		t.Errorf("order %+v", o)
	}
}

func TestFinish(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{}, nil)
	prepaid := basket(sim.BasketLine{OfferID: kettle, Quantity: 1})
	prepaid.Paid = true
	for what, b := range map[string]sim.Basket{"cash on delivery": basket(sim.BasketLine{OfferID: kettle, Quantity: 1}), "prepaid": prepaid} {
		id := s.place(t, b)
		for _, to := range []string{statusFulfilled, statusClosed, statusClosed} {
			if err := s.step(t, id, to); err != nil {
				t.Errorf("%s to %s: %v", what, to, err)
			}
		}
		if o := s.read(t, id); o.Stage != connector.StageCompleted || o.Payment.State != connector.PaymentPaid {
			t.Errorf("%s: %+v", what, o)
		}
	}
	authorized := s.place(t, sim.Basket{Lines: []sim.BasketLine{{OfferID: kettle, Quantity: 1}}, Raw: map[string]any{"paymentGatewayNames": []string{"bank"}}})
	if err := s.step(t, authorized, statusClosed); err != nil {
		t.Fatal(err)
	}
	if o := s.read(t, authorized); o.Payment.State != connector.PaymentUnpaid {
		t.Errorf("money that nobody collected is marked as paid: %+v", o.Payment)
	}
}

func TestCancelIsAwaited(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{}, nil)
	id := s.place(t, basket(sim.BasketLine{OfferID: kettle, Quantity: 2}))
	if err := s.step(t, id, statusCancelled); err != nil {
		t.Fatal(err)
	}
	if o := s.read(t, id); o.Status != statusCancelled || o.CancelReason != "INVENTORY" || o.CancelBy != "seller" || s.shown(t, kettle).Quantity != 9 {
		t.Errorf("order %+v, %d pieces", o, s.shown(t, kettle).Quantity)
	}
	if err := s.step(t, id, statusCancelled); err != nil {
		t.Errorf("a repeat: %v", err)
	}
	s.Faults().Set(sim.AcceptThenIgnore, sim.Rule{})
	never := s.place(t, basket(sim.BasketLine{OfferID: kettle, Quantity: 2}))
	wantKind(t, "a job that does not end", s.step(t, never, statusCancelled), connector.KindUnknown, "still")
	wantKind(t, "a tag that does not stick", s.step(t, never, statusConfirmed), connector.KindPermanent, "did not tag")
	for body, kind := range map[string]connector.Kind{
		`{"data":{"orderCancel":{"job":{"id":"j"},"orderCancelUserErrors":[]},"job":{"done":true},"order":{"cancelledAt":null}}}`: connector.KindPermanent,
		`{"data":{"orderCancel":{"job":null,"orderCancelUserErrors":[]}}}`:                                                        connector.KindUnknown,
		`{"data":{"orderCancel":null}}`: connector.KindUnknown,
	} {
		wantKind(t, body, canned(t, body).PushStatus(t.Context(), connector.StatusChange{OrderID: "5", To: statusCancelled}), kind, "")
	}
}
