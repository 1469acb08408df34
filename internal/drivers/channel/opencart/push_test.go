package opencart

import (
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/sim"
	shopsim "github.com/lad-hub/lad/internal/sim/opencart"
)

func TestOneLetterForOneStep(t *testing.T) {
	t.Parallel()
	s := start(t, shopsim.Options{}, map[string]string{"notify": "yes"})
	id := s.order(t, sim.Basket{})
	step := connector.StatusChange{OrderID: id, From: "1", To: "3", Tracking: "20450012345678", Carrier: "nova_poshta"}
	s.Faults().Set(sim.AcceptThenFail, sim.Rule{Next: 1})
	wantKind(t, "the answer is lost", s.PushStatus(t.Context(), step), connector.KindUnknown, "")
	for range 2 {
		if err := s.PushStatus(t.Context(), step); err != nil {
			t.Error(err)
		}
	}
	if err := s.PushTracking(t.Context(), id, "nova_poshta", "20450012345678"); err != nil {
		t.Error(err)
	}
	if n := s.Mails(id); n != 1 {
		t.Errorf("%d letters, want one", n)
	}
	if o := s.parsed(t, id); o.Stage != connector.StageShipped || o.Delivery.Tracking != "20450012345678" {
		t.Errorf("%+v", o)
	}
	if err := s.PushTracking(t.Context(), id, "ukrposhta", "0500"); err != nil || s.Mails(id) != 2 {
		t.Errorf("another waybill: %v, %d letters", err, s.Mails(id))
	}
}

func TestStepFromAnotherStatus(t *testing.T) {
	t.Parallel()
	s := start(t, shopsim.Options{}, nil)
	id := s.order(t, sim.Basket{})
	if err := s.CancelOrder(id); err != nil {
		t.Fatal(err)
	}
	err := s.PushStatus(t.Context(), connector.StatusChange{OrderID: id, From: "1", To: "2"})
	wantKind(t, "the buyer was faster", err, connector.KindPermanent, "another status")
	if o := s.parsed(t, id); o.Stage != connector.StageCancelled {
		t.Errorf("the order is %s again", o.Stage)
	}
}

func TestStatusesOfTheShop(t *testing.T) {
	t.Parallel()
	s := start(t, shopsim.Options{Statuses: []shopsim.Status{
		{ID: 15, Name: "Скасовано менеджером"}, {ID: 17, Name: "Передзвонити"}, {ID: 18, Name: "Посилку отримано", Group: "complete"}, {ID: 19, Name: "Власний", Group: "complete"},
	}}, nil)
	d, err := s.ReadDictionary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]connector.Stage{}
	for _, st := range d.Statuses {
		got[st.Code] = st.Stage
	}
	want := map[string]connector.Stage{"15": connector.StageCancelled, "17": connector.StageConfirmed, "18": connector.StageCompleted, "19": connector.StageCompleted}
	for _, st := range info.Statuses {
		if st.Code != "15" {
			want[st.Code] = st.Stage
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stages:\n%s", diff)
	}
	wantMethods := connector.Dictionary{
		Payment:  []connector.Method{{Code: "Оплата при отриманні", Title: "Оплата при отриманні", OnPickup: true}, {Code: "Картка онлайн", Title: "Картка онлайн"}},
		Delivery: []connector.Method{{Code: "Нова пошта", Title: "Нова пошта", Service: "nova_poshta"}, {Code: "Самовивіз", Title: "Самовивіз", Service: "pickup"}},
	}
	if diff := cmp.Diff(wantMethods, connector.Dictionary{Payment: d.Payment, Delivery: d.Delivery}); diff != "" {
		t.Errorf("methods:\n%s", diff)
	}
	id := s.order(t, sim.Basket{})
	err = s.PushStatus(t.Context(), connector.StatusChange{OrderID: id, From: "1", To: "15"})
	wantKind(t, "a renamed status", err, connector.KindPermanent, "means something else")
	if err := s.PushStatus(t.Context(), connector.StatusChange{OrderID: id, From: "1", To: "17"}); err != nil {
		t.Errorf("a status of the shop's own: %v", err)
	}
	if err := s.PushStatus(t.Context(), connector.StatusChange{OrderID: id, From: "17", To: "1"}); err != nil {
		t.Errorf("and back: %v", err)
	}
	s.DropStatus(3)
	wantKind(t, "a deleted status", s.PushStatus(t.Context(), connector.StatusChange{OrderID: id, From: "1", To: "3"}), connector.KindPermanent, "no such status")
	s.statuses = nil
	wantKind(t, "a deleted status, asked before", s.PushStatus(t.Context(), connector.StatusChange{OrderID: id, From: "1", To: "3"}), connector.KindPermanent, "no status 3")
	if o, _ := s.Order(id); o.Status != "1" {
		t.Errorf("the order is in status %s", o.Status)
	}
}

func TestOneBadItemInABigBatch(t *testing.T) {
	t.Parallel()
	s := start(t, shopsim.Options{}, nil)
	var items []connector.StockUpdate
	for i := range maxItems {
		sku := "B-" + strconv.Itoa(i)
		s.SeedOffers([]sim.OfferSeed{{SKU: sku, Title: "Товар", PriceMinor: 100}})
		o, _ := s.OfferBySKU(sku)
		items = append(items, connector.StockUpdate{OfferID: o.ID, Quantity: qty.Pieces(3)})
	}
	items[7].OfferID, items[8].OfferID = "51-99", "51" // a value and a product that are no offers
	if err := s.Refuse(items[9].OfferID, "options"); err != nil {
		t.Fatal(err)
	}
	done, err := s.PushStock(t.Context(), items)
	if err != nil {
		t.Fatal(err)
	}
	refused := map[string]string{}
	for _, r := range done {
		if r.State == connector.ItemRejected {
			refused[r.OfferID] = r.Err.Code
		}
	}
	if diff := cmp.Diff(map[string]string{"51-99": "unknown", "51": "unknown", items[9].OfferID: "options"}, refused); diff != "" || len(done) != maxItems {
		t.Errorf("%d results, refused:\n%s", len(done), diff)
	}
	for _, it := range []connector.StockUpdate{items[0], items[maxItems-1]} {
		if o, _ := s.Offer(it.OfferID); o.Quantity != 3 {
			t.Errorf("offer %s shows %d", it.OfferID, o.Quantity)
		}
	}
}

func TestStockOfOptionsAndParts(t *testing.T) {
	t.Parallel()
	s := start(t, shopsim.Options{SellAtZero: true}, nil)
	done, err := s.PushStock(t.Context(), []connector.StockUpdate{{OfferID: "51-17", Quantity: 2500}, {OfferID: "50", Quantity: -1000}})
	if err != nil || len(done) != 2 {
		t.Fatalf("%v, %v", done, err)
	}
	s.order(t, sim.Basket{Lines: []sim.BasketLine{{OfferID: "50", Quantity: 2}, {OfferID: "51-18", Quantity: 1}}})
	offers, err := s.ReadOffers(t.Context(), []string{"50", "51-17", "51-18"})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]connector.Qty{}
	for _, o := range offers {
		got[o.ExternalID] = o.Quantity
		if !o.Orderable || !o.Counted {
			t.Errorf("%+v: a shop that sells at zero lets everything be ordered", o)
		}
	}
	if diff := cmp.Diff(map[string]connector.Qty{"50": 0, "51-17": qty.Pieces(2), "51-18": qty.Pieces(2)}, got); diff != "" {
		t.Error(diff)
	}
}

func TestPrices(t *testing.T) {
	t.Parallel()
	s := start(t, shopsim.Options{}, nil)
	if err := s.Special("51-18", 9000); err != nil {
		t.Fatal(err)
	}
	uah := func(minor int64) connector.Money { return money.New(minor, money.UAH) }
	push := func(items ...connector.PriceUpdate) map[string]connector.ItemResult {
		t.Helper()
		done, err := s.PushPrice(t.Context(), items)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]connector.ItemResult{}
		for _, r := range done {
			got[r.OfferID] = r
		}
		return got
	}
	got := push(
		connector.PriceUpdate{OfferID: "50", Price: uah(60000), Old: uah(74000)}, connector.PriceUpdate{OfferID: "51-17", Price: money.New(500, money.PLN)},
		connector.PriceUpdate{OfferID: "51-18", Price: uah(10000)},
	)
	if got["50"].State != connector.ItemAccepted || got["51-17"].Err == nil || got["51-17"].Err.Code != "currency" || got["51-18"].Err == nil || got["51-18"].Err.Code != "special" {
		t.Errorf("%+v", got)
	}
	if o, _ := s.Offer("50"); o.PriceMinor != 60000 || o.OldPriceMinor != 74000 {
		t.Errorf("crossed out: %+v", o)
	}
	push(connector.PriceUpdate{OfferID: "50", Price: uah(65000)})
	if o, _ := s.Offer("50"); o.PriceMinor != 65000 || o.OldPriceMinor != 0 {
		t.Errorf("not crossed out any more: %+v", o)
	}
}
