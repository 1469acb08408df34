package connections_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/prom"
	"github.com/lad-hub/lad/internal/sim/rozetka"
)

// stock puts n offers on a channel and their goods on the shelf.
func stock(t *testing.T, s *apptest.Living, shop sim.Shop, n int) {
	t.Helper()
	for i := range n {
		code := fmt.Sprintf("S%04d", i)
		offer(shop, code, 100_00, 3)
		s.Goods(code, 100_00, 5)
	}
}

// cut pauses a connection in the middle of a request to its offer list and answers that request's query.
func cut(t *testing.T, s *apptest.Living, shop sim.Shop, at func(*http.Request) bool) (c connections.Connection, query string) {
	t.Helper()
	reached := make(chan string, 1)
	var once sync.Once
	shop.OnRequest(func(r *http.Request, _ time.Time) {
		if at(r) {
			once.Do(func() {
				reached <- r.URL.RawQuery
				<-r.Context().Done()
			})
		}
	})
	c, _ = s.Connect(shop, nil)
	s.Start()
	query = <-reached
	if err := s.Connections.Pause(ctx, s.Who, c.ID); err != nil {
		t.Fatal(err)
	}
	apptest.Eventually(t, "the loop ends", func() bool { return !s.Health(c.ID).RunningHere })
	return c, query
}

// secondPage says whether a request to Prom is for more than the first page of offers.
func secondPage(r *http.Request) bool {
	return strings.HasSuffix(r.URL.Path, "/products/list") && r.URL.Query().Has("last_id")
}

// allRead checks that a reading counted every offer once.
func allRead(t *testing.T, s *apptest.Living, c connections.Connection, offers int64) {
	t.Helper()
	if n := s.Int("select count(*) from listing where tenant_id = $1 and connection_id = $2 and gone_at = 0", c.ID); n != offers {
		t.Errorf("%d of %d offers stored", n, offers)
	}
	if h := s.Health(c.ID); h.Connection.OffersSeen != offers || h.OffersRead != 0 || s.Told("connection.offers_read", "connection", c.ID) != 1 {
		t.Errorf("health %+v", h)
	}
}

// A reading that a pause cut in two goes on after its last stored page: nothing is read or counted twice.
func TestReadingGoesOn(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		shop := prom.New(prom.Options{})
		stock(t, s, shop, 250)
		var begun atomic.Int64
		shop.OnRequest(func(r *http.Request, _ time.Time) {
			if strings.HasSuffix(r.URL.Path, "/products/list") && !r.URL.Query().Has("last_id") {
				begun.Add(1)
			}
		})
		c, _ := cut(t, s, shop, secondPage)
		if h := s.Health(c.ID); h.OffersRead != 100 {
			t.Errorf("%d offers read", h.OffersRead)
		}
		if err := s.Connections.Resume(ctx, s.Who, c.ID); err != nil {
			t.Fatal(err)
		}
		settled(t, s, c)
		if n := begun.Load(); n != 1 {
			t.Errorf("the list was begun %d times", n)
		}
		allRead(t, s, c, 250)
		if n := s.Int("select count(*) from listing_stock where tenant_id = $1 and sent = 5000"); n != 250 {
			t.Errorf("%d of 250 offers linked and told", n)
		}
	})
}

// forgetful refuses one request, that for a page it no longer knows.
type forgetful struct {
	sim.Shop
	query *string
	did   atomic.Bool
}

func (f *forgetful) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if *f.query != "" && r.URL.RawQuery == *f.query && f.did.CompareAndSwap(false, true) {
		http.Error(w, `{"status":"error","message":"unknown page"}`, http.StatusBadRequest)
		return
	}
	f.Shop.ServeHTTP(w, r)
}

// A channel that has forgotten where a reading stood is read from the beginning; so is one whose reading has rested for hours, or
// whose credentials are others.
func TestReadingBeginsAnew(t *testing.T) {
	t.Parallel()
	for what, before := range map[string]func(t *testing.T, s *apptest.Living, c connections.Connection, f *forgetful, query string){
		"unknown page": func(_ *testing.T, _ *apptest.Living, _ connections.Connection, f *forgetful, query string) {
			*f.query = query
		},
		"rested": func(_ *testing.T, s *apptest.Living, _ connections.Connection, _ *forgetful, _ string) {
			s.Time.Advance(2 * time.Hour)
		},
		"credentials": func(t *testing.T, s *apptest.Living, c connections.Connection, _ *forgetful, _ string) {
			if err := s.Connections.Update(ctx, s.Who, c.ID, connections.Input{Name: "Prom", Settings: map[string]string{"base_url": s.Connection(c.ID).Settings["base_url"]}}); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
				shop := &forgetful{Shop: prom.New(prom.Options{}), query: new(string)}
				for i := range 150 { // without goods, so that only the reading asks for pages
					offer(shop, fmt.Sprintf("S%04d", i), 100_00, 3)
				}
				var begun atomic.Int64
				shop.OnRequest(func(r *http.Request, _ time.Time) {
					if strings.HasSuffix(r.URL.Path, "/products/list") && !r.URL.Query().Has("last_id") {
						begun.Add(1)
					}
				})
				c, query := cut(t, s, shop, secondPage)
				before(t, s, c, shop, query)
				if err := s.Connections.Resume(ctx, s.Who, c.ID); err != nil {
					t.Fatal(err)
				}
				settled(t, s, c)
				if n := begun.Load(); n != 2 {
					t.Errorf("the list was begun %d times", n)
				}
				allRead(t, s, c, 150)
			})
		})
	}
}

// A person sees how far the reading is, out of how many where the channel says so.
func TestReadingIsSeen(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		shop := rozetka.New(rozetka.Options{})
		stock(t, s, shop, 250)
		c, _ := cut(t, s, shop, func(r *http.Request) bool { return r.URL.Query().Get("page") == "2" })
		if h := s.Health(c.ID); h.OffersRead == 0 || h.OffersRead >= 250 || h.OffersTotal != 250 {
			t.Errorf("read %d of %d", h.OffersRead, h.OffersTotal)
		}
		if err := s.Connections.Resume(ctx, s.Who, c.ID); err != nil {
			t.Fatal(err)
		}
		settled(t, s, c)
		if h := s.Health(c.ID); h.OffersTotal != 250 || h.DirtyPrices != 0 {
			t.Errorf("read %d of %d", h.OffersRead, h.OffersTotal)
		}
	})
}

// hopeful is a driver that believes in larger batches than its channel takes.
type hopeful struct{ connector.Driver }

func (h hopeful) Info() connector.Info {
	in := h.Driver.Info()
	in.Limits.StockBatch = 500
	return in
}

// On the first link of many offers one that the channel refuses is found inside its batch of 500, whatever size the channel
// really takes: the others are told, and it is shown with the channel's words.
func TestFirstLinkWithABadOffer(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		byName := s.Connections.Drivers
		s.Connections.Drivers = func(name string) (connector.Driver, bool) {
			d, ok := byName(name)
			return hopeful{d}, ok
		}
		shop := prom.New(prom.Options{})
		stock(t, s, shop, 700)
		c, _ := s.Connect(refusing{shop, sku(shop, "S0321").ID}, nil)
		s.Start()
		settled(t, s, c)
		for _, o := range shop.Offers() {
			if want := o.SKU != "S0321"; (o.Quantity == 5) != want {
				t.Errorf("%s shows %d", o.SKU, o.Quantity)
			}
		}
		if h := s.Health(c.ID); h.Parked != 1 || h.Connection.State != connections.Active {
			t.Errorf("health %+v", h)
		}
		s.Read(func(tx *db.Tx) error {
			list, err := s.Connections.Offers(ctx, tx, c.ID, connections.OffersBehind, 0, 10)
			if err != nil || len(list) != 1 || list[0].SKUCode != "S0321" || !strings.Contains(list[0].Stock.Error, "product is broken") {
				t.Errorf("%+v, %v", list, err)
			}
			return nil
		})
	})
}
