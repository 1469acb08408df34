package prestashop

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/sim"
	shop "github.com/lad-hub/lad/internal/sim/prestashop"
)

func TestOwnStates(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{Old: true}, nil)
	d, err := s.ReadDictionary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	stages := map[string]connector.Stage{}
	for _, st := range d.Statuses {
		stages[st.Code] = st.Stage
	}
	for code, want := range map[string]connector.Stage{
		stateCOD: connector.StageConfirmed, "21": connector.StageShipped, "22": connector.StagePicking, "23": "",
	} {
		if got, ok := stages[code]; !ok || got != want {
			t.Errorf("state %s: stage %q (there: %v), want %q", code, got, ok, want)
		}
	}
	if want := []connector.Method{{Code: "Самовивіз", Title: "Самовивіз", Service: "pickup"}, {Code: "Нова Пошта", Title: "Нова Пошта", Service: "nova_poshta"}}; !cmp.Equal(want, d.Delivery) {
		t.Error(cmp.Diff(want, d.Delivery))
	}
	id := s.place(t, sim.Basket{})
	for _, want := range []struct {
		state int64
		code  string
		stage connector.Stage
	}{{14, stateCOD, connector.StageConfirmed}, {21, "21", connector.StageShipped}, {23, "23", connector.StageConfirmed}} {
		if err := s.shop.SetState(id, want.state); err != nil {
			t.Fatal(err)
		}
		if o := s.read(t, id); o.Status != want.code || o.Stage != want.stage {
			t.Errorf("state %d reads as %q in stage %q", want.state, o.Status, o.Stage)
		}
	}
	if err := s.PushStatus(t.Context(), connector.StatusChange{OrderID: id, From: "23", To: "22"}); err != nil {
		t.Errorf("to a state of the owner's own: %v", err)
	}
	if o, _ := s.shop.Order(id); o.Status != "22" {
		t.Errorf("status %s", o.Status)
	}
}

func TestStatusIsNotRepeated(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	id := s.place(t, sim.Basket{})
	ship := connector.StatusChange{OrderID: id, From: stateBankWire, To: stateShipping}
	for range 2 {
		if err := s.PushStatus(t.Context(), ship); err != nil {
			t.Fatal(err)
		}
	}
	if s.shop.HistoryLen(id) != 1 || s.shop.Mails(id) != 1 {
		t.Errorf("%d rows of history, %d letters, want one of each", s.shop.HistoryLen(id), s.shop.Mails(id))
	}
	err := s.PushStatus(t.Context(), connector.StatusChange{OrderID: id, From: statePreparation, To: stateDelivered})
	wantKind(t, "the shop's staff was faster", err, connector.KindPermanent, stateShipping)
	err = s.PushStatus(t.Context(), connector.StatusChange{OrderID: id, From: stateShipping, To: stateError})
	wantKind(t, "a status that only the shop sets", err, connector.KindPermanent, stateError)
	quiet := start(t, shop.Options{}, map[string]string{"send_mail": "no"})
	id = quiet.place(t, sim.Basket{})
	ship.OrderID = id
	if err := quiet.PushStatus(t.Context(), ship); err != nil || quiet.shop.Mails(id) != 0 {
		t.Errorf("%v, %d letters, want none", err, quiet.shop.Mails(id))
	}
}

// In developer mode a write is done and answered with errors: the outcome is unknown until the truth is read.
func TestNoticesOfDeveloperMode(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{Notices: true}, nil)
	id := s.place(t, sim.Basket{})
	ship := connector.StatusChange{OrderID: id, From: stateBankWire, To: stateShipping}
	wantKind(t, "status", s.PushStatus(t.Context(), ship), connector.KindUnknown, "PHP")
	if err := s.PushStatus(t.Context(), ship); err != nil || s.shop.HistoryLen(id) != 1 {
		t.Errorf("the repeat: %v, %d rows of history", err, s.shop.HistoryLen(id))
	}
	stock := []connector.StockUpdate{{OfferID: "55", Quantity: qty.Pieces(3)}}
	_, err := s.PushStock(t.Context(), stock)
	wantKind(t, "stock", err, connector.KindUnknown, "PHP")
	r, err := s.PushStock(t.Context(), stock)
	if err != nil || r[0].State != connector.ItemConfirmed {
		t.Errorf("the repeat: %+v, %v", r, err)
	}
}

// After the read that precedes it, a lost write is unknown and a refused one is not.
func TestLostWrites(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	id := s.place(t, sim.Basket{})
	ship := connector.StatusChange{OrderID: id, From: stateBankWire, To: stateShipping}
	writes := map[string]func() error{
		"/api/order_histories": func() error { return s.PushStatus(t.Context(), ship) },
		"/api/order_carriers/": func() error { return s.PushTracking(t.Context(), id, "nova_poshta", "20450012345678") },
		"/api/products/": func() error {
			_, err := s.PushPrice(t.Context(), []connector.PriceUpdate{{OfferID: "55", Price: uah(800_00)}})
			return err
		},
		"/api/combinations/": func() error {
			_, err := s.PushPrice(t.Context(), []connector.PriceUpdate{{OfferID: "56-12", Price: uah(80_00)}})
			return err
		},
	}
	for path, write := range writes {
		for _, fault := range []sim.Kind{sim.HalfResponse, sim.Drop, sim.Status5xx} {
			s.shop.Faults().Set(fault, sim.Rule{Prefix: path, Next: 1})
			wantKind(t, path+" with "+string(fault), write(), connector.KindUnknown, "")
			s.shop.Faults().Clear()
			if fault == sim.HalfResponse { // it was done: the repeat finds that and adds nothing
				before := s.sent("P")
				if err := write(); err != nil || s.sent("P") != before {
					t.Errorf("%s repeated: %v, %d more writes", path, err, s.sent("P")-before)
				}
				s.undo(t, path, id)
			}
		}
		s.shop.Faults().Set(sim.Status429, sim.Rule{Prefix: path, Next: 1, RetryAfter: 9 * time.Second})
		if err := write(); connector.RetryAfter(err) != 9*time.Second {
			t.Errorf("%s limited: %v", path, err)
		}
		if err := write(); err != nil {
			t.Errorf("%s at last: %v", path, err)
		}
	}
	if s.shop.HistoryLen(id) != 2 {
		t.Errorf("%d rows of history, want the lost one and the last", s.shop.HistoryLen(id))
	}
}

// undo brings the shop back to where it was before a write.
func (s *stand) undo(t *testing.T, path, order string) {
	t.Helper()
	switch path {
	case "/api/order_histories":
		if err := s.shop.SetState(order, 10); err != nil {
			t.Fatal(err)
		}
	case "/api/order_carriers/":
		if err := s.PushTracking(t.Context(), order, "nova_poshta", "1"); err != nil {
			t.Fatal(err)
		}
	default:
		s.shop.SeedOffers([]sim.OfferSeed{
			{SKU: "SKU-17", Title: "Чайник", PriceMinor: 740_00, Quantity: 9}, {SKU: "SHIRT-M", PriceMinor: 110_00, Quantity: 3},
		})
	}
}

func TestTracking(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	id := s.place(t, sim.Basket{})
	if err := s.PushTracking(t.Context(), id, "Самовивіз", "7"); err != nil {
		t.Errorf("a carrier of the shop's own: %v", err)
	}
	writes := s.sent("PATCH")
	if err := s.PushTracking(t.Context(), id, "nova_poshta", "7"); err != nil || s.sent("PATCH") != writes {
		t.Errorf("the same number again: %v, %d writes", err, s.sent("PATCH")-writes)
	}
	s.shop.Forbid("order_carriers", "PATCH")
	if err := s.PushTracking(t.Context(), id, "nova_poshta", "8"); err != nil || s.sent("PUT /api/order_carriers/") != 1 {
		t.Errorf("without the right to PATCH: %v, %v", err, s.seen)
	}
	if o, _ := s.shop.Order(id); o.Tracking != "8" {
		t.Errorf("waybill %q", o.Tracking)
	}
}
