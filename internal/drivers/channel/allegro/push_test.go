package allegro

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/sim"
	simallegro "github.com/lad-hub/lad/internal/sim/allegro"
)

// offers puts n offers on sale.
func (st *stand) offers(n int) (ids []string) {
	st.t.Helper()
	for i := range n {
		ids = append(ids, st.offer("L"+strconv.Itoa(i), 5))
	}
	return ids
}

// stock pushes quantities and gives the words by offer: "" for taken.
func (st *stand) stock(items ...connector.StockUpdate) map[string]string {
	st.t.Helper()
	results, err := st.ch.PushStock(st.t.Context(), items)
	if err != nil {
		st.t.Fatal(err)
	}
	return said(results)
}

func said(results []connector.ItemResult) map[string]string {
	out := map[string]string{}
	for _, r := range results {
		out[r.OfferID] = ""
		if r.State != connector.ItemAccepted {
			out[r.OfferID] = string(r.State) + ": " + r.Err.Message
		}
	}
	return out
}

func pieces(id string, n int64) connector.StockUpdate {
	return connector.StockUpdate{OfferID: id, Quantity: qty.Pieces(n)}
}

func (st *stand) wantShown(id string, n int64, orderable bool) {
	st.t.Helper()
	if o, _ := st.shop.Offer(id); o.Quantity != n || o.Orderable != orderable {
		st.t.Errorf("offer %s shows %d (orderable: %v), want %d (%v)", id, o.Quantity, o.Orderable, n, orderable)
	}
}

func (st *stand) readOne(id string) connector.Offer {
	st.t.Helper()
	list, err := st.ch.ReadOffers(st.t.Context(), []string{id})
	if err != nil || len(list) != 1 {
		st.t.Fatalf("%d offers, error %v", len(list), err)
	}
	return list[0]
}

// Each kind of bad item is refused in words of its own, and hides none of the ninety good ones.
func TestBadItemsInABigBatch(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, nil)
	good := st.offers(90)
	ended, locked := st.offer("ended", 4), st.offer("locked", 4)
	st.shop.End(ended)
	st.shop.Lock(locked, "oferta w trakcie weryfikacji")
	st.shop.Foreign(555)
	st.shop.SeedOffers([]sim.OfferSeed{{SKU: "draft", Title: "x", PriceMinor: 1, Quantity: 4, Hidden: true}})
	draft, _ := st.shop.OfferBySKU("draft")
	var items []connector.StockUpdate
	for i, id := range append([]string{ended, locked, "555", "556", "x", draft.ID}, good...) {
		items = append(items, pieces(id, int64(1+i%30)))
	}
	items[1].Quantity = qty.Pieces(3)
	got := st.stock(items...)
	want := map[string]string{
		ended: "rejected: the offer was ended on Allegro with pieces left: activate it there", locked: "rejected: oferta w trakcie weryfikacji",
		"555": "rejected: this account has no such offer on Allegro", "556": "rejected: this account has no such offer on Allegro",
		"x": "rejected: this account has no such offer on Allegro", draft.ID: "rejected: the offer is a draft on Allegro: publish it there",
	}
	for i, id := range good {
		want[id] = ""
		st.wantShown(id, int64(1+(i+6)%30), true)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if n := st.count("POST /sale/offer-bulk-modification-commands"); n != 4 {
		t.Errorf("91 different values took %d commands, want 4", n)
	}
	if n := st.count("PATCH"); n != 0 {
		t.Errorf("%d single edits, want none", n)
	}
}

// Zero ends an offer, and stock alone does not bring it back; one that a person ended stays as it is.
func TestSoldOutComesBack(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, nil)
	id := st.offer("L1", 5)
	for _, n := range []int64{0, 0, 3, 0, 7} {
		if got := st.stock(pieces(id, n)); got[id] != "" {
			t.Errorf("push of %d: %v", n, got)
		}
		st.wantShown(id, n, n > 0)
	}
	st.shop.End(id)
	if o := st.readOne(id); o.Refuses == "" || o.Orderable || o.Active {
		t.Errorf("ended by hand: %+v", o)
	}
	if got := st.stock(pieces(id, 9)); !strings.HasPrefix(got[id], "rejected") {
		t.Errorf("ended by hand: %v", got)
	}
	if got := st.stock(pieces(id, 0)); !strings.HasPrefix(got[id], "rejected") {
		t.Errorf("zero would make it look sold out: %v", got)
	}
	st.wantShown(id, 7, false)
}

// A command that is still at work is accepted; its failure is told by the read-back, and forgotten with the next push.
func TestSlowCommand(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{CommandLag: time.Minute}, nil)
	ids := st.offers(3)
	st.shop.Lock(ids[1], "oferta w trakcie weryfikacji")
	got := st.stock(pieces(ids[0], 7), pieces(ids[1], 8), pieces(ids[2], 9))
	if diff := cmp.Diff(map[string]string{ids[0]: "", ids[1]: "", ids[2]: ""}, got); diff != "" {
		t.Error(diff)
	}
	if o := st.readOne(ids[1]); o.Quantity != qty.Pieces(5) || o.Pending != "" {
		t.Errorf("while the command works: %+v", o)
	}
	st.clock.Advance(time.Minute)
	if o := st.readOne(ids[0]); o.Quantity != qty.Pieces(7) || o.Pending != "" {
		t.Errorf("a good item of the command: %+v", o)
	}
	if o := st.readOne(ids[1]); o.Quantity != qty.Pieces(5) || o.Pending != "oferta w trakcie weryfikacji" {
		t.Errorf("the bad item of the command: %+v", o)
	}
	before := st.count("GET /sale/offer-bulk-modification-commands")
	st.readOne(ids[0])
	if n := st.count("GET /sale/offer-bulk-modification-commands") - before; n != 0 {
		t.Errorf("a finished command is asked about %d times more", n)
	}
	st.shop.Lock(ids[1], "")
	st.stock(pieces(ids[1], 6))
	if o := st.readOne(ids[1]); o.Quantity != qty.Pieces(6) || o.Pending != "" {
		t.Errorf("after the next push: %+v", o)
	}
}

// 202: Allegro is still at the edit; 409: it is still at the one before, and has not taken this one.
func TestSlowEdit(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{EditLag: time.Minute}, nil)
	busy, free := st.offer("L1", 5), st.offer("L2", 5)
	if got := st.stock(pieces(busy, 0)); got[busy] != "" {
		t.Errorf("202: %v", got)
	}
	if diff := cmp.Diff(map[string]string{free: ""}, st.stock(pieces(busy, 0), pieces(free, 0))); diff != "" {
		t.Error("409 beside a good one:", diff)
	}
	_, err := st.ch.PushStock(t.Context(), []connector.StockUpdate{pieces(busy, 0)})
	st.want(err, connector.KindTransient)
	st.clock.Advance(time.Minute)
	st.readOne(busy) // the simulator looks at its clock when it is asked
	st.wantShown(busy, 0, false)
}

// When the command is refused as a whole, each offer gets its own edit.
func TestRefusedCommandFallsBack(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.URL.Path, "-commands") {
				w.WriteHeader(http.StatusNotAcceptable)
				_, _ = io.WriteString(w, `{"errors":[{"code":"NotAcceptable","message":"beta has moved"}]}`)
				return
			}
			next.ServeHTTP(w, r)
		})
	})
	ids := st.offers(3)
	if diff := cmp.Diff(map[string]string{ids[0]: "", ids[1]: "", ids[2]: ""}, st.stock(pieces(ids[0], 7), pieces(ids[1], 8), pieces(ids[2], 9))); diff != "" {
		t.Error(diff)
	}
	st.wantShown(ids[2], 9, true)
}

// An edit whose answer is lost has no result; the others have theirs. A block stops everything.
func TestLostEdit(t *testing.T) {
	t.Parallel()
	status := http.StatusGatewayTimeout
	st := start(t, simallegro.Options{}, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPatch && strings.HasSuffix(r.URL.Path, "17000000001") {
				w.WriteHeader(status)
				return
			}
			next.ServeHTTP(w, r)
		})
	})
	ids := st.offers(2)
	if diff := cmp.Diff(map[string]string{ids[1]: ""}, st.stock(pieces(ids[0], 0), pieces(ids[1], 0))); diff != "" {
		t.Error(diff)
	}
	for _, c := range []struct {
		status int
		kind   connector.Kind
	}{{http.StatusTooManyRequests, connector.KindLimited}, {http.StatusForbidden, connector.KindDenied}} {
		status = c.status
		_, err := st.ch.PushStock(t.Context(), []connector.StockUpdate{pieces(ids[0], 0), pieces(ids[1], 0)})
		st.want(err, c.kind)
	}
}

func TestPushPrice(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, nil)
	ids := st.offers(4)
	at := func(i int, m connector.Money) connector.PriceUpdate {
		return connector.PriceUpdate{OfferID: ids[i], Price: m, Old: pln(99_00)}
	}
	results, err := st.ch.PushPrice(t.Context(), []connector.PriceUpdate{
		at(0, pln(81_50)), at(1, pln(81_50)), at(2, pln(79_05)), at(3, money.New(20_00, money.EUR)), {OfferID: "556", Price: pln(1)}, {OfferID: ids[3], Price: pln(0)},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{ids[0]: "", ids[1]: "", ids[2]: "", ids[3]: "rejected: Allegro takes prices above zero only", "556": "rejected: this account has no such offer on Allegro"}
	if diff := cmp.Diff(want, said(results)); diff != "" {
		t.Error(diff)
	}
	if results[1].OfferID != ids[3] || results[1].Err.Message != "the offer is priced in PLN on Allegro" {
		t.Errorf("a price in another currency: %+v", results[1])
	}
	for i, minor := range []int64{81_50, 81_50, 79_05, 80_00} {
		if o, _ := st.shop.Offer(ids[i]); o.PriceMinor != minor {
			t.Errorf("offer %d costs %d, want %d", i, o.PriceMinor, minor)
		}
	}
	if st.count("PUT /sale/offer-price-change-commands") != 1 || st.count("PATCH") != 1 {
		t.Errorf("%d commands and %d edits, want one for the pair and one for the single price", st.count("PUT"), st.count("PATCH"))
	}
}

// Every different price takes a request, so a push sends a few and leaves the rest.
func TestPushPriceLeavesWhatTakesLong(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, nil)
	ids := st.offers(10)
	var items []connector.PriceUpdate
	for i, id := range ids {
		items = append(items, connector.PriceUpdate{OfferID: id, Price: pln(81_00 + int64(i))})
	}
	results, err := st.ch.PushPrice(t.Context(), items)
	var left *connector.OffersLeft
	if !errors.As(err, &left) || !slices.Equal(left.IDs, ids[pricesAtOnce:]) || len(results) != pricesAtOnce || st.count("PATCH") != pricesAtOnce {
		t.Errorf("%d results, %d edits, error %v", len(results), st.count("PATCH"), err)
	}
}

// A seller's own number is not asked for by its path: a stranger's would be refused like a missing right.
func TestOffersOfOtherSellers(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, nil)
	mine := st.offer("L1", 5)
	st.shop.Foreign(555)
	list, err := st.ch.ReadOffers(t.Context(), []string{"555", mine, "x", mine})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d offers, error %v", len(list), err)
	}
	want := connector.Offer{ExternalID: mine, SKU: "L1", Title: "Lampa L1", Price: pln(80_00), Quantity: qty.Pieces(5), Orderable: true, Counted: true, Active: true}
	if diff := cmp.Diff(want, list[0]); diff != "" {
		t.Error(diff)
	}
}

func TestListOffersOfManyPages(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, nil)
	const n = 2*listSize + 1
	var seeds []sim.OfferSeed
	for i := range n {
		seeds = append(seeds, sim.OfferSeed{SKU: fmt.Sprintf("S-%05d", i), Title: "Towar", PriceMinor: 100, Quantity: 1})
	}
	st.shop.SeedOffers(seeds)
	got, cursor := map[string]bool{}, ""
	for page := 0; ; page++ {
		p, err := st.ch.ListOffers(t.Context(), cursor)
		if err != nil || p.Total != n {
			t.Fatalf("total %d, error %v", p.Total, err)
		}
		for _, o := range p.Offers {
			got[o.SKU] = true
		}
		if cursor = p.Next; !p.More || page > 5 {
			break
		}
	}
	if len(got) != n {
		t.Errorf("%d offers, want %d", len(got), n)
	}
}
