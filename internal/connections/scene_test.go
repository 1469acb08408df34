package connections_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/horoshop"
	"github.com/lad-hub/lad/internal/sim/prom"
	"github.com/lad-hub/lad/internal/sim/rozetka"
)

var ctx = context.Background()

func sku(o sim.Shop, code string) sim.OfferState {
	s, _ := o.OfferBySKU(code)
	return s
}

// offer puts an offer of a SKU on a channel.
func offer(shop sim.Shop, code string, price, pieces int64) {
	shop.SeedOffers([]sim.OfferSeed{{SKU: code, Title: "Товар " + code, PriceMinor: price, Quantity: pieces}})
}

var buyer = sim.Buyer{Name: "Олена Коваль", Phone: "+380671112233", City: "Київ", Address: "відділення №17", Warehouse: "aaaa1111-bbbb-2222-cccc-333344445555"}

func buy(t *testing.T, shop sim.Shop, code string, pieces int64) sim.Placed {
	t.Helper()
	p, err := shop.PlaceOrder(sim.Basket{Buyer: buyer, Lines: []sim.BasketLine{{SKU: code, OfferID: sku(shop, code).ID, Quantity: pieces}}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// orderOf waits for a channel's order to arrive and answers its id.
func orderOf(t *testing.T, s *apptest.Living, connection int64, external string) (id int64) {
	t.Helper()
	apptest.Eventually(t, "order "+external+" arrives", func() bool {
		id = s.Int("select coalesce(max(id), 0) from orders where tenant_id = $1 and connection_id = $2 and external_id = $3", connection, external)
		return id != 0
	})
	return id
}

func shows(t *testing.T, shop sim.Shop, code string, pieces int64) {
	t.Helper()
	apptest.Eventually(t, fmt.Sprintf("%s shows %d of %s", shop.Name(), pieces, code), func() bool {
		o := sku(shop, code)
		return o.Quantity == pieces && o.Orderable == (pieces > 0)
	})
}

// settled waits until a connection with these offers has read them and shows what it should.
func settled(t *testing.T, s *apptest.Living, list ...connections.Connection) {
	t.Helper()
	for _, c := range list {
		s.Settled(c.ID)
	}
}

// The scene: the last generator is bought on Prom, and Rozetka and the own shop show 0; the order is cancelled, and all show
// it again.
func TestLastGenerator(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		generator := s.Goods("GEN-5500", 28_900_00, 1)
		p, r, h := prom.New(prom.Options{}), rozetka.New(rozetka.Options{}), horoshop.New(horoshop.Options{})
		var list []connections.Connection
		for _, shop := range []sim.Shop{p, r, h} {
			offer(shop, "GEN-5500", 28_900_00, 7)
			c, _ := s.Connect(shop, nil)
			list = append(list, c)
		}
		s.Start()
		settled(t, s, list...)
		for _, shop := range []sim.Shop{p, r, h} {
			shows(t, shop, "GEN-5500", 1)
		}
		placed := buy(t, p, "GEN-5500", 1)
		for _, shop := range []sim.Shop{r, h, p} {
			shows(t, shop, "GEN-5500", 0)
		}
		id := orderOf(t, s, list[0].ID, placed.ID)
		s.Wants(generator.ID, 1, 1)
		if err := p.CancelOrder(placed.ID); err != nil {
			t.Fatal(err)
		}
		for _, shop := range []sim.Shop{r, h, p} {
			shows(t, shop, "GEN-5500", 1)
		}
		if o := getOrder(t, s, id).Order; o.Stage != connector.StageCancelled || o.CancelBy != "buyer" {
			t.Errorf("order %s by %q", o.Stage, o.CancelBy)
		}
	})
}

func getOrder(t *testing.T, s *apptest.Living, id int64) orders.Card {
	t.Helper()
	c, err := s.Orders.Get(ctx, s.Who, id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Many changes while the channel is slow are few requests, and the newest number wins: pains 15, 38.
func TestPushCoalesces(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		a := s.Goods("A", 100_00, 100)
		s.Goods("B", 100_00, 100)
		shop := prom.New(prom.Options{})
		offer(shop, "A", 100_00, 1)
		offer(shop, "B", 100_00, 1)
		c, _ := s.Connect(shop, nil)
		s.Start()
		settled(t, s, c)
		var writes atomic.Int64
		shop.OnRequest(func(r *http.Request, _ time.Time) {
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/products/edit") {
				writes.Add(1)
			}
		})
		shop.Faults().Set(sim.Delay, sim.Rule{Prefix: "/api/v1/products/edit", Delay: 100 * time.Millisecond})
		for range 50 {
			s.Adjust(a.ID, -1)
		}
		shows(t, shop, "A", 50)
		s.Settled(c.ID)
		if n := writes.Load(); n > 25 {
			t.Errorf("%d requests for 50 changes", n)
		}
	})
}

// What sold out goes before everything else that waits.
func TestZeroGoesFirst(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		const many = 250 // over two batches of Prom
		shop := prom.New(prom.Options{})
		var ids []int64
		for i := range many {
			code := fmt.Sprintf("S%03d", i)
			offer(shop, code, 100_00, 5)
			ids = append(ids, s.Goods(code, 100_00, 5).ID)
		}
		c, _ := s.Connect(shop, nil)
		s.Start()
		settled(t, s, c)
		if err := s.Connections.Pause(ctx, s.Who, c.ID); err != nil {
			t.Fatal(err)
		}
		for i, id := range ids {
			if i == many-1 {
				s.Adjust(id, -5)
			} else {
				s.Adjust(id, -1)
			}
		}
		var mu sync.Mutex
		var order []string
		shop.OnOffer(func(ch sim.OfferChange) {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, ch.After.SKU)
		})
		if err := s.Connections.Resume(ctx, s.Who, c.ID); err != nil {
			t.Fatal(err)
		}
		shows(t, shop, "S000", 4)
		shows(t, shop, "S249", 0)
		at := -1
		apptest.Eventually(t, "the change is told", func() bool {
			mu.Lock()
			defer mu.Unlock()
			at = slices.Index(order, "S249")
			return at >= 0
		})
		if at >= 100 {
			t.Errorf("what sold out went as number %d", at)
		}
	})
}

// The policy of a connection decides what part of the stock it shows; a sale on it is made good even if the number to show
// stays the same.
func TestPolicy(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		s.Goods("A", 100_00, 20)
		shop := prom.New(prom.Options{})
		offer(shop, "A", 100_00, 1)
		c, _ := s.Connect(shop, nil)
		s.Start()
		settled(t, s, c)
		shows(t, shop, "A", 20)
		for _, step := range []struct {
			policy connections.Policy
			shown  int64
		}{
			{connections.Policy{SharePPM: 500_000}, 10},
			{connections.Policy{SharePPM: 500_000, Safety: qty.Pieces(3)}, 7},
			{connections.Policy{SharePPM: 1_000_000, HideBelow: qty.Pieces(21)}, 0},
			{connections.Policy{SharePPM: 0}, 0},
			{connections.Policy{SharePPM: 1_000_000, Cap: qty.Pieces(5)}, 5},
		} {
			if err := s.Connections.SetPolicy(ctx, s.Who, c.ID, step.policy); err != nil {
				t.Fatal(err)
			}
			shows(t, shop, "A", step.shown)
		}
		placed := buy(t, shop, "A", 2)
		orderOf(t, s, c.ID, placed.ID)
		shows(t, shop, "A", 5)
		for name, p := range map[string]connections.Policy{
			"share": {SharePPM: 1_000_001}, "negative share": {SharePPM: -1}, "cap": {Cap: -1}, "safety": {Safety: -1}, "hide": {HideBelow: -1},
		} {
			if err := s.Connections.SetPolicy(ctx, s.Who, c.ID, p); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// Nothing goes to a paused channel; it catches up when resumed. A deleted one keeps its history and not its credentials.
func TestPauseResumeDelete(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		a := s.Goods("A", 100_00, 20)
		shop := horoshop.New(horoshop.Options{})
		offer(shop, "A", 100_00, 1)
		c, srv := s.Connect(shop, nil)
		s.Start()
		settled(t, s, c)
		if err := s.Connections.Pause(ctx, s.Who, c.ID); err != nil {
			t.Fatal(err)
		}
		apptest.Eventually(t, "the loop ends", func() bool { return !s.Health(c.ID).RunningHere })
		var calls atomic.Int64
		shop.OnRequest(func(*http.Request, time.Time) { calls.Add(1) })
		placed := buy(t, shop, "A", 1)
		s.Adjust(a.ID, -5)
		wantErr(t, s.Connections.SyncNow(ctx, s.Who, c.ID), errs.Conflict)
		if h := s.Health(c.ID); h.Dirty != 1 || h.Connection.State != connections.Paused || h.Lag <= 0 {
			t.Errorf("paused: %+v", h)
		}
		// One that was under way when the loop was told to end may still arrive; a loop that runs sends one every 20 ms.
		if n := calls.Load(); n > 1 {
			t.Errorf("%d requests while paused", n)
		}
		if err := s.Connections.Resume(ctx, s.Who, c.ID); err != nil {
			t.Fatal(err)
		}
		id := orderOf(t, s, c.ID, placed.ID)
		shows(t, shop, "A", 14)
		if err := s.Connections.SyncNow(ctx, s.Who, c.ID); err != nil {
			t.Fatal(err)
		}
		if err := s.Connections.Delete(ctx, s.Who, c.ID); err != nil {
			t.Fatal(err)
		}
		wantErr(t, s.Connections.Resume(ctx, s.Who, c.ID), errs.Conflict)
		wantErr(t, s.Connections.Delete(ctx, s.Who, c.ID), errs.Conflict)
		if o := getOrder(t, s, id).Order; o.ConnectionID != c.ID || s.Told("connection.deleted", "connection", c.ID) != 1 {
			t.Error("the history went with the connection")
		}
		wantErr(t, s.Connections.Update(ctx, s.Who, c.ID, connections.Input{Name: "x", Settings: shop.Settings(srv.URL)}), errs.Conflict)
	})
}

func wantErr(t *testing.T, err error, code errs.Code) {
	t.Helper()
	if !errs.Is(err, code) {
		t.Errorf("error %v, want %s", err, code)
	}
}

// An offer that nobody knows can be sold: the order waits for a person and holds stock the moment the offer is linked. Two
// offers of one SKU both follow it; a relinked offer shows its new SKU.
func TestUnknownOffersAndLinks(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		a, b := s.Goods("A", 100_00, 20), s.Goods("B", 100_00, 7)
		shop := prom.New(prom.Options{})
		offer(shop, "A", 100_00, 1)
		offer(shop, "OTHER", 100_00, 9)
		c, _ := s.Connect(shop, nil)
		s.Start()
		settled(t, s, c)
		placed := buy(t, shop, "OTHER", 2)
		id := orderOf(t, s, c.ID, placed.ID)
		if o := getOrder(t, s, id).Order; !o.Unlinked || o.Short || s.Tasks("unlinked_line", "order", id) != 1 {
			t.Errorf("order %+v", o)
		}
		if h := s.Health(c.ID); h.Unlinked != 1 {
			t.Errorf("%d unlinked offers", h.Unlinked)
		}
		other := unlinked(t, s, c.ID)
		wantErr(t, s.Connections.LinkListing(ctx, s.Who, other.ID, b.ID+1000), errs.Invalid)
		if err := s.Connections.LinkListing(ctx, s.Who, other.ID, a.ID); err != nil {
			t.Fatal(err)
		}
		s.Wants(a.ID, 20, 2)
		shows(t, shop, "A", 18)
		shows(t, shop, "OTHER", 18)
		if o := getOrder(t, s, id).Order; o.Unlinked || s.Tasks("unlinked_line", "order", id) != 0 {
			t.Errorf("order %+v", o)
		}
		if err := s.Connections.LinkListing(ctx, s.Who, other.ID, b.ID); err != nil {
			t.Fatal(err)
		}
		shows(t, shop, "OTHER", 7)
		if err := s.Connections.LinkListing(ctx, s.Who, other.ID, 0); err != nil {
			t.Fatal(err)
		}
		s.Adjust(b.ID, -1)
		s.Adjust(a.ID, -1)
		shows(t, shop, "A", 17)
		if got := sku(shop, "OTHER").Quantity; got != 7 {
			t.Errorf("an unlinked offer shows %d", got)
		}
	})
}

func unlinked(t *testing.T, s *apptest.Living, connection int64) (out connections.Listing) {
	t.Helper()
	s.Read(func(tx *db.Tx) error {
		list, err := s.Connections.Offers(ctx, tx, connection, connections.OffersUnlinked, 0, 10)
		if err == nil && len(list) != 1 {
			err = fmt.Errorf("%d unlinked offers", len(list))
		}
		if err == nil {
			out = list[0]
		}
		return err
	})
	return out
}

// Rozetka in mode 3 takes stock from its price list: nothing is pushed, and the reason stands on the offer and in the journal.
func TestChannelThatRefusesStock(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		a := s.Goods("A", 100_00, 20)
		shop := rozetka.New(rozetka.Options{Availability: 3})
		offer(shop, "A", 100_00, 3)
		c, _ := s.Connect(shop, nil)
		s.Start()
		settled(t, s, c)
		s.Adjust(a.ID, -1)
		s.Settled(c.ID)
		h := s.Health(c.ID)
		if h.Parked != 1 || sku(shop, "A").Quantity != 3 {
			t.Errorf("parked %d, shown %d", h.Parked, sku(shop, "A").Quantity)
		}
		why := s.Text("select error from listing_stock where tenant_id = $1 and connection_id = $2", c.ID)
		if !strings.Contains(why, "price list") || s.Told("listing.refused", "connection", c.ID) != 1 {
			t.Errorf("reason %q, told %d times", why, s.Told("listing.refused", "connection", c.ID))
		}
		shop.SetAvailability(4)
		if err := s.Connections.SyncNow(ctx, s.Who, c.ID); err != nil {
			t.Fatal(err)
		}
		shows(t, shop, "A", 19)
	})
}
