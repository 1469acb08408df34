package connections_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/rozetka"
	"github.com/lad-hub/lad/internal/sim/woocommerce"
)

// readGate notes reads by id and pushes in front of a shop. Closed, it holds the next read until it is opened.
type readGate struct {
	next http.Handler

	mu    sync.Mutex
	log   []string
	held  chan struct{} // closed when a read has come to the closed gate
	opens chan struct{} // nil when the gate is open
}

func (g *readGate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	what := ""
	switch {
	case r.URL.Query().Has("rz_item_id"):
		what = "read"
	case r.Method == http.MethodPut && r.URL.Path == "/items/mass-update":
		what = "push"
	}
	g.mu.Lock()
	var wait chan struct{}
	if what != "" {
		g.log = append(g.log, what)
	}
	if what == "read" && g.opens != nil {
		wait, g.opens = g.opens, nil
		close(g.held)
	}
	g.mu.Unlock()
	if wait != nil {
		<-wait
	}
	g.next.ServeHTTP(w, r)
}

func (g *readGate) shut() (held <-chan struct{}, open func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.log, g.held, g.opens = nil, make(chan struct{}), make(chan struct{})
	opens := g.opens
	return g.held, sync.OnceFunc(func() { close(opens) })
}

func (g *readGate) seen() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.log)
}

// What a channel leaves of a push, and of a read-back, is told and read next: the variations of many products on WooCommerce.
func TestWhatIsLeftComesNext(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		shop := woocommerce.New(woocommerce.Options{})
		var skus []int64
		for i := range 8 {
			code := fmt.Sprintf("SHIRT-%d", i)
			skus = append(skus, s.Goods(code, 100_00, 20).ID)
			shop.SeedOffers([]sim.OfferSeed{{SKU: code, Title: code, ParentSKU: fmt.Sprintf("MODEL-%d", i), PriceMinor: 100_00, Quantity: 3}})
		}
		c, _ := s.Connect(shop, nil)
		s.Start()
		settled(t, s, c)
		confirmed(t, s, c.ID)
		for _, id := range skus {
			s.Adjust(id, -7)
		}
		for i := range skus {
			shows(t, shop, fmt.Sprintf("SHIRT-%d", i), 13)
		}
		settled(t, s, c)
		confirmed(t, s, c.ID)
		if n := s.Told("connection.failed", "connection", c.ID); n > 0 {
			t.Errorf("%d failures", n)
		}
	})
}

// A read-back that needs a request for each offer does not keep a quantity from being told: the push goes between two of them.
func TestPushGoesBetweenReads(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		shop := rozetka.New(rozetka.Options{})
		gate := &readGate{next: shop}
		srv := httptest.NewServer(gate)
		t.Cleanup(srv.Close)
		a := s.Goods("A", 100_00, 20)
		skus := []int64{a.ID, s.Goods("B", 100_00, 20).ID, s.Goods("C", 100_00, 20).ID}
		for _, code := range []string{"A", "B", "C"} {
			offer(shop, code, 100_00, 20)
		}
		c, _ := s.Connect(shop, shop.Settings(srv.URL))
		s.Start()
		settled(t, s, c)
		confirmed(t, s, c.ID)

		if err := s.Connections.Pause(ctx, s.Who, c.ID); err != nil {
			t.Fatal(err)
		}
		for _, id := range skus {
			s.Adjust(id, -1)
		}
		held, open := gate.shut()
		t.Cleanup(open)
		if err := s.Connections.Resume(ctx, s.Who, c.ID); err != nil {
			t.Fatal(err)
		}
		<-held
		s.Adjust(a.ID, -1)
		open()
		shows(t, shop, "A", 18)
		confirmed(t, s, c.ID)
		log := gate.seen()
		first := slices.Index(log, "read")
		if again := slices.Index(log[first:], "push"); again < 0 || again > 2 {
			t.Errorf("the push of A waited for the read-back of all three: %v", log)
		}
	})
}
