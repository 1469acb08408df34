package allegro

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	simallegro "github.com/lad-hub/lad/internal/sim/allegro"
)

// meanwhile runs f once, right before the first write to an order arrives.
func meanwhile(f *func()) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut && *f != nil {
				(*f)()
				*f = nil
			}
			next.ServeHTTP(w, r)
		})
	}
}

// The order changes between the reading and the writing: the status is set on what it is now, or not at all.
func TestStaleRevision(t *testing.T) {
	t.Parallel()
	var f func()
	st := start(t, simallegro.Options{}, meanwhile(&f))
	offer := st.offer("L1", 9)
	moved, cancelled := st.place(offer), st.place(offer)
	f = func() { _ = st.shop.Readdress(moved, "Gdańsk", "Długa 2") }
	if err := st.ch.PushStatus(t.Context(), connector.StatusChange{OrderID: moved, From: "NEW", To: "PROCESSING"}); err != nil {
		t.Error(err)
	}
	f = func() { _ = st.shop.CancelOrder(cancelled) }
	err := st.ch.PushStatus(t.Context(), connector.StatusChange{OrderID: cancelled, From: "NEW", To: "PROCESSING"})
	st.want(err, connector.KindPermanent, "CANCELLED")
	if n := st.count("PUT"); n != 3 {
		t.Errorf("%d writes, want three: stale, good, stale", n)
	}
	for id, want := range map[string]string{moved: "PROCESSING", cancelled: "CANCELLED"} {
		if o, _ := st.shop.Order(id); o.Status != want {
			t.Errorf("order %s has status %s, want %s", id, o.Status, want)
		}
	}
}

func TestPushStatus(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, nil)
	id := st.place(st.offer("L1", 9))
	push := func(to string) error {
		return st.ch.PushStatus(t.Context(), connector.StatusChange{OrderID: id, From: "NEW", To: to})
	}
	for _, to := range []string{"BOUGHT", "FILLED_IN", "RETURNED", "NEW", "READY_FOR_PROCESSING"} {
		st.want(push(to), connector.KindPermanent)
	}
	if n := st.count("PUT"); n != 0 {
		t.Errorf("%d writes of what Allegro sets itself", n)
	}
	for range 2 { // a repeat is harmless and not sent
		if err := push("SENT"); err != nil {
			t.Error(err)
		}
	}
	if n := st.count("PUT"); n != 1 {
		t.Errorf("%d writes, want one", n)
	}
	st.want(push("PROCESSING"), connector.KindPermanent, "SENT")
	if err := st.shop.Return(id); err != nil {
		t.Fatal(err)
	}
	st.want(push("PICKED_UP"), connector.KindPermanent, "RETURNED")
}

func TestPushTracking(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, nil)
	offer := st.offer("L1", 99)
	for carrier, want := range map[string]string{
		"inpost": "INPOST|", "InPost": "INPOST|", "poczta_polska": "POCZTA_POLSKA|", "dpd": "DPD|", "orlen": "ORLEN|", "nova_poshta": "OTHER|Nova Poshta", "meest": "OTHER|Meest",
	} {
		id := st.place(offer)
		if err := st.ch.PushTracking(t.Context(), id, carrier, "wb-"+carrier); err != nil {
			t.Errorf("%s: %v", carrier, err)
			continue
		}
		var said struct {
			List []struct{ CarrierID, CarrierName, Waybill string } `json:"shipments"`
		}
		if e := st.ch.get(t.Context(), "/order/checkout-forms/"+id+"/shipments", nil, &said); e != nil {
			t.Fatal(e)
		}
		if got := said.List[0].CarrierID + "|" + said.List[0].CarrierName; len(said.List) != 1 || got != want || said.List[0].Waybill != "wb-"+carrier {
			t.Errorf("%s is stored as %+v, want %s", carrier, said.List, want)
		}
	}
	if n := st.count("GET /order/carriers"); n != 1 {
		t.Errorf("the carriers were read %d times", n)
	}
	id := st.place(offer)
	for _, bad := range []struct{ carrier, number string }{{"pigeon_post", "1"}, {"other", "1"}, {"pickup", "1"}, {"dpd", ""}, {"dpd", strings.Repeat("1", 65)}} {
		st.want(st.ch.PushTracking(t.Context(), id, bad.carrier, bad.number), connector.KindPermanent)
	}
}

// Allegro's own labels attach their waybill themselves: it must not be there twice.
func TestWaybillIsThereAlready(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, nil)
	id := st.place(st.offer("L1", 9))
	if err := st.shop.Ship(id, "INPOST", "6700001"); err != nil {
		t.Fatal(err)
	}
	if err := st.ch.PushTracking(t.Context(), id, "inpost", "6700001"); err != nil {
		t.Error(err)
	}
	if n := st.count("POST /order/"); n != 0 {
		t.Errorf("%d shipments were added", n)
	}
	if err := st.ch.PushTracking(t.Context(), id, "inpost", "6700002"); err != nil {
		t.Error(err)
	}
	raws, err := st.ch.ReadOrders(t.Context(), []string{id, "../../me", "5d0c9e10-7a11-11f1-9c52-000000000009"})
	if err != nil || len(raws) != 1 {
		t.Fatalf("%d orders, error %v", len(raws), err)
	}
	o, err := st.ch.ParseOrder(raws[0].Body)
	if diff := cmp.Diff("6700002", o.Delivery.Tracking); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

// A parcel from Allegro's own warehouse takes no stock of ours.
func TestOneFulfillment(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{Fulfillment: true}, nil)
	id := st.place(st.offer("L1", 9))
	raws, err := st.ch.ReadOrders(t.Context(), []string{id})
	if err != nil || len(raws) != 1 {
		t.Fatalf("%d orders, error %v", len(raws), err)
	}
	if o, err := st.ch.ParseOrder(raws[0].Body); err != nil || !o.Ignore {
		t.Errorf("%+v, error %v", o, err)
	}
}
