package allegro

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/sim"
	simallegro "github.com/lad-hub/lad/internal/sim/allegro"
)

var anna = sim.Buyer{Name: "Anna Nowak", Phone: "500600700", City: "Kraków", Address: "Długa 1", Warehouse: "KRA12A"}

// stand is a channel against a simulated account, behind a server that may meddle.
type stand struct {
	t     *testing.T
	shop  *simallegro.Shop
	clock *clock.Fake
	set   map[string]string
	ch    *channel

	mu   sync.Mutex
	seen []string            // "METHOD /path" in order
	kept []map[string]string // what Config.Keep was given
}

// start makes a stand; meddle may be nil. The simulator's clock stands still at the machine's present time, as HTTP answers
// are dated by the machine.
func start(t *testing.T, o simallegro.Options, meddle func(next http.Handler) http.Handler) *stand {
	t.Helper()
	st := &stand{t: t, clock: clock.NewFake(time.Now())}
	o.Clock = st.clock
	st.shop = simallegro.New(o)
	st.shop.OnRequest(func(r *http.Request, _ time.Time) {
		st.mu.Lock()
		defer st.mu.Unlock()
		st.seen = append(st.seen, r.Method+" "+r.URL.Path)
	})
	handler := http.Handler(st.shop)
	if meddle != nil {
		handler = meddle(handler)
	}
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	st.set = st.shop.Settings(srv.URL)
	st.ch = st.open(st.config())
	return st
}

func (st *stand) config() connector.Config {
	return connector.Config{Settings: maps.Clone(st.set), HTTP: http.DefaultClient, Now: st.clock.Now, Keep: st.keep}
}

func (st *stand) open(cfg connector.Config) *channel {
	st.t.Helper()
	ch, err := New().Open(cfg)
	if err != nil {
		st.t.Fatal(err)
	}
	return ch.(*channel)
}

func (st *stand) keep(_ context.Context, changed map[string]string) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.kept = append(st.kept, maps.Clone(changed))
	return nil
}

// count is how many requests began with prefix.
func (st *stand) count(prefix string) (n int) {
	st.mu.Lock()
	defer st.mu.Unlock()
	for _, s := range st.seen {
		if strings.HasPrefix(s, prefix) {
			n++
		}
	}
	return n
}

// offer puts an offer on sale and gives its number.
func (st *stand) offer(sku string, pieces int64) string {
	st.t.Helper()
	st.shop.SeedOffers([]sim.OfferSeed{{SKU: sku, Title: "Lampa " + sku, PriceMinor: 80_00, Quantity: pieces}})
	o, ok := st.shop.OfferBySKU(sku)
	if !ok {
		st.t.Fatalf("offer %s is not there", sku)
	}
	return o.ID
}

func (st *stand) place(offer string) string {
	st.t.Helper()
	p, err := st.shop.PlaceOrder(sim.Basket{Buyer: anna, Lines: []sim.BasketLine{{OfferID: offer, Quantity: 1}}})
	if err != nil {
		st.t.Fatal(err)
	}
	return p.ID
}

// pull reads to the end from a cursor.
func (st *stand) pull(cursor string) (orders []connector.RawOrder, next string) {
	st.t.Helper()
	for range 100 {
		p, err := st.ch.PullOrders(st.t.Context(), cursor)
		if err != nil {
			st.t.Fatal(err)
		}
		orders, cursor = append(orders, p.Orders...), p.Next
		if !p.More {
			return orders, cursor
		}
	}
	st.t.Fatal("the pull does not end")
	return nil, ""
}

func (st *stand) want(err error, kind connector.Kind, words ...string) {
	st.t.Helper()
	if err == nil || connector.KindOf(err) != kind {
		st.t.Errorf("error %v, want kind %s", err, kind)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			st.t.Errorf("error %v does not say %q", err, w)
		}
	}
	for _, key := range []string{"client_secret", "access_token", "refresh_token"} {
		if strings.Contains(err.Error(), st.set[key]) {
			st.t.Errorf("error %v shows %s", err, key)
		}
	}
}
