package allegro

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/sim"
	simallegro "github.com/lad-hub/lad/internal/sim/allegro"
)

// ids are the orders of a pull; one that came twice is there twice.
func ids(orders []connector.RawOrder) (out []string) {
	for _, o := range orders {
		out = append(out, o.ExternalID)
	}
	return out
}

func (st *stand) wantPulled(what string, orders []connector.RawOrder, want ...string) {
	st.t.Helper()
	if got := strings.Join(ids(orders), " "); got != strings.Join(want, " ") {
		st.t.Errorf("%s: orders %q, want %q", what, got, want)
	}
}

func TestJournalIsCheap(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, nil)
	id := st.place(st.offer("L1", 9))
	orders, cursor := st.pull("")
	st.wantPulled("first pull", orders, id)
	before := len(st.seen)
	orders, _ = st.pull(cursor)
	st.wantPulled("nothing new", orders)
	if n := len(st.seen) - before; n != 1 {
		t.Errorf("a poll without news takes %d requests: %v", n, st.seen[before:])
	}
}

// The same order makes several events, and the cancellation may stand before the readiness: the form alone tells.
func TestEventsAreHintsOnly(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, nil)
	offer := st.offer("L1", 9)
	_, cursor := st.pull("")
	id := st.place(offer)
	if err := st.shop.PayOrder(id); err != nil {
		t.Fatal(err)
	}
	if err := st.shop.CancelOrder(id); err != nil {
		t.Fatal(err)
	}
	orders, _ := st.pull(cursor)
	st.wantPulled("six events of one order", orders, id)
	o, err := st.ch.ParseOrder(orders[0].Body)
	if err != nil || o.Stage != connector.StageCancelled {
		t.Errorf("stage %q, error %v", o.Stage, err)
	}
	if n := st.count("GET /order/checkout-forms/" + id); n != 1 {
		t.Errorf("the form was read %d times", n)
	}
}

// What is bought and not filled in is sold already, though its event names no form.
func TestPurchaseWithoutForm(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, nil)
	offer := st.offer("L1", 9)
	_, cursor := st.pull("")
	p, err := st.shop.Purchase(sim.Basket{Buyer: anna, Lines: []sim.BasketLine{{OfferID: offer, Quantity: 2}}})
	if err != nil {
		t.Fatal(err)
	}
	filled := st.place(offer)
	orders, cursor := st.pull(cursor)
	st.wantPulled("a purchase beside an order", orders, filled, p.ID)
	o, err := st.ch.ParseOrder(orders[1].Body)
	if err != nil || o.Stage != connector.StageNew || o.Status != "BOUGHT" || o.Lines[0].Quantity.Whole() != 2 || o.Recipient.Name != "" {
		t.Errorf("%+v, error %v", o, err)
	}
	if err := st.shop.Fill(p.ID, true); err != nil {
		t.Fatal(err)
	}
	orders, _ = st.pull(cursor)
	st.wantPulled("filled in later", orders, p.ID)
	if o, err = st.ch.ParseOrder(orders[0].Body); err != nil || o.Status != "NEW" || o.Recipient.Name != "Anna Nowak" || o.Payment.State != connector.PaymentUnpaid {
		t.Errorf("%+v, error %v", o, err)
	}
}

// The journal keeps 60 days. A connection that was paused for longer reads the forms changed since, whoever's clock shows it.
func TestJournalForgets(t *testing.T) {
	t.Parallel()
	for name, driverKnows := range map[string]bool{"by our clock": true, "by the refusal": false} {
		st := start(t, simallegro.Options{}, nil)
		offer := st.offer("L1", 9)
		cfg := st.config()
		if !driverKnows {
			still := st.clock.Now()
			cfg.Now = func() time.Time { return still }
		}
		st.ch = st.open(cfg)
		old := st.place(offer)
		orders, cursor := st.pull("")
		st.wantPulled(name, orders, old)
		st.clock.Advance(10 * 24 * time.Hour)
		missed := st.place(offer)
		st.clock.Advance(61 * 24 * time.Hour)
		late := st.place(offer)
		orders, cursor = st.pull(cursor)
		st.wantPulled(name+", after ten weeks", orders, old, missed, late)
		last := st.place(offer)
		orders, _ = st.pull(cursor)
		got := strings.Join(ids(orders), " ")
		if !strings.HasSuffix(got, last) {
			t.Errorf("%s: afterwards %q, want %q too", name, got, last)
		}
	}
}

// A journal that refuses its own newest event is read from its oldest; the pull ends all the same.
func TestJournalThatRefusesEverything(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("from") != "" {
				w.WriteHeader(http.StatusUnprocessableEntity)
				return
			}
			next.ServeHTTP(w, r)
		})
	})
	id := st.place(st.offer("L1", 9))
	orders, cursor := st.pull("")
	st.wantPulled("sweep, then the whole journal", orders, id, id)
	st.pull(cursor)
}

// A waybill added on Allegro's side makes no event: the sweep beside the journal finds it.
func TestSweepBesideTheJournal(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, nil)
	id := st.place(st.offer("L1", 9))
	_, next := st.pull("")
	if err := st.shop.Ship(id, "INPOST", "6700001"); err != nil {
		t.Fatal(err)
	}
	orders, _ := st.pull(next)
	st.wantPulled("no event", orders)
	var cur cursor
	wire.ReadCursor(next, &cur)
	cur.Swept = cur.Swept.Add(-7 * time.Hour)
	orders, next = st.pull(wire.WriteCursor(cur))
	st.wantPulled("seven hours later", orders, id)
	if o, err := st.ch.ParseOrder(orders[0].Body); err != nil || o.Delivery.Tracking != "6700001" {
		t.Errorf("waybill %q, error %v", o.Delivery.Tracking, err)
	}
	wire.ReadCursor(next, &cur)
	if !cur.Since.IsZero() || time.Since(cur.Swept) > time.Hour {
		t.Errorf("after the sweep: %+v", cur)
	}
}

// An order that nobody can read must not stop the ones behind it.
func TestDamagedOrderTravelsOn(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, nil)
	offer := st.offer("L1", 9)
	_, cursor := st.pull("")
	damaged, err := st.shop.PlaceRaw([]byte(`{"status":"READY_FOR_PROCESSING","lineItems":[]}`))
	if err != nil {
		t.Fatal(err)
	}
	good := st.place(offer)
	orders, _ := st.pull(cursor)
	st.wantPulled("a damaged order and a good one", orders, damaged.ID, good)
	_, err = st.ch.ParseOrder(orders[0].Body)
	st.want(err, connector.KindData)
	orders, _ = st.pull("")
	st.wantPulled("in a sweep", orders, "", good)
}

// An order whose shipments can not be found any more comes without them, and does not hold up the others.
func TestShipmentsGone(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/shipments") {
				w.WriteHeader(http.StatusNotFound)
				_, _ = io.WriteString(w, `{"errors":[{"code":"NotFound","message":"no such order"}]}`)
				return
			}
			next.ServeHTTP(w, r)
		})
	})
	offer := st.offer("L1", 9)
	sent, good := st.place(offer), st.place(offer)
	if err := st.shop.Ship(sent, "DPD", "1"); err != nil {
		t.Fatal(err)
	}
	orders, _ := st.pull("")
	st.wantPulled("with shipments that are gone", orders, sent, good)
}

func TestAnswersWithoutALead(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"no list": `{"zz":1}`, "events without ids": `{"events":[{"type":"BOUGHT"}]}`,
	}
	for name, body := range cases {
		st := start(t, simallegro.Options{}, func(http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
		})
		at := wire.WriteCursor(cursor{Event: "7", Swept: time.Now()})
		p, err := st.ch.PullOrders(t.Context(), at)
		if err == nil || connector.KindOf(err) != connector.KindTransient || p.Next != "" {
			t.Errorf("%s: %+v, error %v, want kind transient", name, p, err)
		}
	}
}

// A journal that repeats the event it was asked to go on from, page after page, ends the pull.
func TestJournalThatRepeats(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"events":[`+strings.Repeat(`{"id":"7","order":{}},`, pageSize-1)+`{"id":"7","order":{}}]}`)
		})
	})
	at := wire.WriteCursor(cursor{Event: "7", Swept: time.Now()})
	orders, next := st.pull(at)
	st.wantPulled("nothing new", orders)
	if next != at {
		t.Errorf("cursor %s, want %s", next, at)
	}
}

// The end of a list is where it says, or where nothing comes any more.
func TestEndOfList(t *testing.T) {
	t.Parallel()
	full := make(wire.Rows, pageSize)
	for _, c := range []struct {
		list formList
		next int
		last bool
	}{
		{formList{Forms: full, Total: "100"}, 50, false}, {formList{Forms: full, Total: "100"}, 100, true}, {formList{Forms: full}, 50, false},
		{formList{Forms: full[:3]}, 50, true}, {formList{Forms: full[:3], Total: "100"}, 50, false}, {formList{Total: "100"}, 50, true},
	} {
		if got := c.list.last(c.next); got != c.last {
			t.Errorf("%d rows of %q, next at %d: last %v", len(c.list.Forms), c.list.Total, c.next, got)
		}
	}
}

// More orders than a page are swept whole while the first of them change.
func TestSweepOfManyPages(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, nil)
	offer := st.offer("L1", 1000)
	want := map[string]bool{}
	var first string
	for i := range 2*pageSize + 7 {
		id := st.place(offer)
		if i == 0 {
			first = id
		}
		want[id] = true
		st.clock.Advance(time.Millisecond)
	}
	text := ""
	for page := 0; ; page++ {
		p, err := st.ch.PullOrders(t.Context(), text)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range p.Orders {
			delete(want, o.ExternalID)
		}
		if page == 0 {
			if err := st.shop.Readdress(first, "Gdańsk", "Długa 2"); err != nil {
				t.Fatal(err)
			}
		}
		if text = p.Next; !p.More || page > 50 {
			break
		}
	}
	if len(want) > 0 {
		t.Errorf("%d orders are lost", len(want))
	}
	if n := st.count("GET /order/checkout-forms/"); n != 1 {
		t.Errorf("%d forms were read one by one, want the changed one only: %v", n, fmt.Sprint(len(st.seen)))
	}
}

func FuzzEvents(f *testing.F) {
	f.Add([]byte(`[{"id":"7","type":"READY_FOR_PROCESSING","order":{"checkoutForm":{"id":"5d0c"},"lineItems":[{"id":"l","boughtAt":"2026-07-02T08:14:55Z"}]}}]`))
	f.Add([]byte(`[{"id":8,"order":{"checkoutForm":null,"lineItems":[{"id":"l","boughtAt":"2026-07-02T08:14:55Z"},null,7]}},null,[],{"id":""}]`))
	f.Add([]byte(`[{"id":"9","order":[]},{"id":"9","order":{"checkoutForm":{"id":[]},"lineItems":{}}}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var rows wire.Rows
		if rows.UnmarshalJSON(body) != nil {
			return
		}
		last, ids, bought := digest(rows)
		if last == "" && (len(ids) > 0 || len(bought.lines) > 0) {
			t.Errorf("orders %q, purchases %q without an event", ids, bought.lines)
		}
		if len(bought.lines) > 0 && (bought.first.IsZero() || bought.last.Before(bought.first)) {
			t.Errorf("purchases from %v to %v", bought.first, bought.last)
		}
	})
}
