package connections_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/horoshop"
	"github.com/lad-hub/lad/internal/sim/prom"
	"github.com/lad-hub/lad/internal/sim/rozetka"
)

// channels makes one simulator of each kind.
var channels = map[string]func() sim.Shop{
	"prom":     func() sim.Shop { return prom.New(prom.Options{}) },
	"rozetka":  func() sim.Shop { return rozetka.New(rozetka.Options{}) },
	"horoshop": func() sim.Shop { return horoshop.New(horoshop.Options{}) },
}

// passing are the faults that pass by themselves. Loud ones must be seen on the connection and in the journal.
var passing = []struct {
	name string
	kind sim.Kind
	rule sim.Rule
	loud bool // what happens meanwhile is seen as an error
	hide bool // what happens meanwhile is not seen before the fault has passed
}{
	{"no answer", sim.Drop, sim.Rule{}, true, false},
	{"half an answer", sim.HalfResponse, sim.Rule{}, true, false},
	{"too many requests", sim.Status429, sim.Rule{}, true, false},
	{"server error", sim.Status5xx, sim.Rule{}, true, false},
	{"error page", sim.HTMLErrors, sim.Rule{Status: 502}, true, false},
	{"broken JSON", sim.BrokenJSON, sim.Rule{}, true, false},
	{"too slow", sim.Delay, sim.Rule{Delay: 2 * time.Second}, true, false},
	{"huge answer", sim.HugeBody, sim.Rule{}, true, false},
	{"sometimes no answer", sim.Drop, sim.Rule{Probability: 0.4}, false, false},
	{"a tight rate", sim.RateLimit, sim.Rule{PerSecond: 40}, false, false},
	{"applied, then an error", sim.AcceptThenFail, sim.Rule{Next: 2}, false, false},
	{"same order twice", sim.DuplicateOrders, sim.Rule{}, false, false},
	{"pages out of order", sim.ReorderPages, sim.Rule{}, false, false},
	{"unknown fields", sim.UnknownFields, sim.Rule{}, false, false},
	{"clock behind", sim.ClockSkew, sim.Rule{Skew: -3 * time.Hour}, false, true},
	{"clock ahead", sim.ClockSkew, sim.Rule{Skew: 3 * time.Hour}, false, false},
}

// Whatever a channel does for a while: afterwards every order is there once, its stock is held once, and the channel shows
// what is left.
func TestFaultsPass(t *testing.T) {
	t.Parallel()
	for _, f := range passing {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			for name, open := range channels {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					onEngines(t, name, func(t *testing.T, s *apptest.Living) { fault(t, s, open(), f.kind, f.rule, f.loud, f.hide) })
				})
			}
		})
	}
}

// onEngines runs a test of one channel: Prom on both engines, the others, which differ only before the database, on one.
func onEngines(t *testing.T, channel string, f func(*testing.T, *apptest.Living)) {
	t.Helper()
	if channel == "prom" {
		apptest.EachEngine(t, f)
		return
	}
	f(t, apptest.Live(t, dbtest.Options(t, db.SQLite)))
}

func fault(t *testing.T, s *apptest.Living, shop sim.Shop, kind sim.Kind, rule sim.Rule, loud, hide bool) {
	s.Connections.HTTP = func() *http.Client { return &http.Client{Timeout: time.Second} }
	a := s.Goods("A", 100_00, 20)
	offer(shop, "A", 100_00, 1)
	c, _ := s.Connect(shop, nil)
	s.Start()
	settled(t, s, c)
	shows(t, shop, "A", 20)
	first := buy(t, shop, "A", 1)
	orderOf(t, s, c.ID, first.ID)
	s.Settled(c.ID)
	shop.Faults().Set(kind, rule)
	placed := []sim.Placed{buy(t, shop, "A", 2), buy(t, shop, "A", 3)}
	if err := shop.CancelOrder(first.ID); err != nil {
		t.Fatal(err)
	}
	s.Adjust(a.ID, -1)
	if loud {
		apptest.Eventually(t, "the reason is seen", func() bool {
			c := s.Connection(c.ID)
			return c.LastError != "" && s.Told("connection.failed", "connection", c.ID) > 0
		})
	} else if !hide {
		for _, p := range placed {
			orderOf(t, s, c.ID, p.ID)
		}
	}
	shop.Faults().Clear()
	if err := s.Connections.Resume(ctx, s.Who, c.ID); err != nil { // cuts the rest short, as a person would
		t.Fatal(err)
	}
	for _, p := range placed {
		orderOf(t, s, c.ID, p.ID)
	}
	apptest.Eventually(t, "the cancellation arrives", func() bool {
		return s.Text("select stage from orders where tenant_id = $1 and external_id = $2", first.ID) == "cancelled"
	})
	shows(t, shop, "A", 14)
	s.Settled(c.ID)
	s.Wants(a.ID, 19, 5)
	if n := s.Int("select count(*) from orders where tenant_id = $1"); n != 3 {
		t.Errorf("%d orders", n)
	}
	if h := s.Health(c.ID); h.Aside != 0 || h.Connection.State != connections.Active {
		t.Errorf("health %+v", h)
	}
}

// A dead token stops Prom until a person brings a new one: the reason stands on the connection, a task waits. Horoshop's
// token is renewed without anybody noticing.
func TestTokenExpiry(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		s.Goods("A", 100_00, 20)
		p, h := prom.New(prom.Options{}), horoshop.New(horoshop.Options{})
		offer(p, "A", 100_00, 1)
		offer(h, "A", 100_00, 1)
		onProm, srv := s.Connect(p, nil)
		onShop, _ := s.Connect(h, nil)
		s.Start()
		settled(t, s, onProm, onShop)
		p.Faults().Set(sim.ExpireTokens, sim.Rule{})
		h.Faults().Set(sim.ExpireTokens, sim.Rule{})
		placed := buy(t, p, "A", 1)
		onHoroshop := buy(t, h, "A", 1)
		apptest.Eventually(t, "Prom stops", func() bool { return s.Connection(onProm.ID).State == connections.Stopped })
		if c := s.Connection(onProm.ID); c.LastError == "" || c.PausedReason == "" || s.Tasks("connection_stopped", "connection", c.ID) != 1 || s.Told("connection.stopped", "connection", c.ID) != 1 {
			t.Errorf("stopped: %+v", c)
		}
		orderOf(t, s, onShop.ID, onHoroshop.ID)
		if c := s.Connection(onShop.ID); c.State != connections.Active {
			t.Errorf("Horoshop: %+v", c)
		}
		p.Faults().Clear()
		if err := s.Connections.Update(ctx, s.Who, onProm.ID, connections.Input{Name: "Prom", Settings: p.Settings(srv.URL)}); err != nil {
			t.Fatal(err)
		}
		orderOf(t, s, onProm.ID, placed.ID)
		shows(t, p, "A", 18)
		shows(t, h, "A", 18)
		if n := s.Tasks("connection_stopped", "connection", onProm.ID); n != 0 {
			t.Errorf("%d tasks after the new token", n)
		}
	})
}

// A right that is missing stops the work that needs it and nothing else: orders go on coming. It goes on by itself once the
// right is given, after a while or at the press of a button.
func TestMissingRight(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		a := s.Goods("A", 100_00, 20)
		p := prom.New(prom.Options{})
		offer(p, "A", 100_00, 1)
		c, _ := s.Connect(p, nil)
		s.Start()
		settled(t, s, c)
		denied := func(want int) func() bool {
			return func() bool {
				now := s.Connection(c.ID)
				return now.State == connections.Active && len(now.Denied) == want && s.Tasks("connection_denied", "connection", c.ID) == want
			}
		}
		for round, again := range []func(){
			func() { s.Time.Advance(5 * time.Minute) },
			func() {
				if err := s.Connections.SyncNow(ctx, s.Who, c.ID); err != nil {
					t.Fatal(err)
				}
			},
		} {
			p.SetRight("products", prom.RightRead)
			s.Adjust(a.ID, -1)
			apptest.Eventually(t, "the missing right is noticed", denied(1))
			if words := s.Connection(c.ID).Denied["stock"]; !strings.Contains(words, "section products") {
				t.Errorf("denied: %q", words)
			}
			left := 20 - 3*(round+1)
			for range 2 {
				placed := buy(t, p, "A", 1)
				orderOf(t, s, c.ID, placed.ID)
			}
			if n := s.Told("connection.denied", "connection", c.ID); n != round+1 {
				t.Errorf("told %d times", n)
			}
			p.SetRight("products", prom.RightWrite)
			again()
			shows(t, p, "A", int64(left))
			apptest.Eventually(t, "the right is noticed", denied(0))
			if n := s.Told("connection.allowed", "connection", c.ID); n != round+1 {
				t.Errorf("told %d times that it goes on", n)
			}
		}
	})
}

// A channel that says yes and does nothing is found out by the read-back: sent again, and after the third time a person is
// asked. When it does at last, the alarm ends.
func TestAcceptedAndNotShown(t *testing.T) {
	t.Parallel()
	for name, open := range channels {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEngines(t, name, func(t *testing.T, s *apptest.Living) {
				a := s.Goods("A", 100_00, 20)
				shop := open()
				offer(shop, "A", 100_00, 1)
				c, _ := s.Connect(shop, nil)
				s.Start()
				settled(t, s, c)
				shows(t, shop, "A", 20)
				confirmed(t, s, c.ID)
				shop.Faults().Set(sim.AcceptThenIgnore, sim.Rule{})
				s.Adjust(a.ID, -1)
				for i := range 3 {
					accepted(t, s, c.ID)
					s.Time.Advance(61 * time.Second)
					apptest.Eventually(t, "the drift is seen", func() bool { return s.Told("listing.drift", "connection", c.ID) == i+1 })
				}
				apptest.Eventually(t, "a person is asked", func() bool { return s.Tasks("drift", "connection", c.ID) == 1 })
				if why := s.Text("select error from listing_stock where tenant_id = $1"); !strings.Contains(why, "20") {
					t.Errorf("reason %q", why)
				}
				if state := s.Text("select state from listing_stock where tenant_id = $1"); state != "failed" || sku(shop, "A").Quantity != 20 {
					t.Errorf("state %s", state)
				}
				shop.Faults().Clear()
				if n, err := s.Connections.Resend(ctx, s.Who, a.ID, 0); err != nil || n != 1 {
					t.Fatal(n, err)
				}
				shows(t, shop, "A", 19)
				confirmed(t, s, c.ID)
				apptest.Eventually(t, "the alarm ends", func() bool { return s.Tasks("drift", "connection", c.ID) == 0 })
			})
		})
	}
}

func accepted(t *testing.T, s *apptest.Living, connection int64) {
	inState(t, s, connection, "accepted")
}

func confirmed(t *testing.T, s *apptest.Living, connection int64) {
	inState(t, s, connection, "confirmed")
}

func inState(t *testing.T, s *apptest.Living, connection int64, state string) {
	t.Helper()
	apptest.Eventually(t, "the quantity is "+state, func() bool {
		return s.Text("select max(state) || min(state) from listing_stock where tenant_id = $1 and connection_id = $2", connection) == state+state
	})
}

// The daily comparison finds what somebody changed on the channel behind our back.
func TestDailyComparison(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		s.Goods("A", 100_00, 20)
		shop := prom.New(prom.Options{})
		offer(shop, "A", 100_00, 1)
		c, _ := s.Connect(shop, nil)
		s.Start()
		settled(t, s, c)
		confirmed(t, s, c.ID)
		offer(shop, "A", 100_00, 55)
		s.Time.Advance(25 * time.Hour)
		shows(t, shop, "A", 20)
		if s.Told("listing.drift", "connection", c.ID) == 0 {
			t.Error("the drift was not told")
		}
	})
}

// One offer that the channel does not know does not hold the others up: pain 44.
func TestBadItemInBatch(t *testing.T) {
	t.Parallel()
	for name, open := range channels {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEngines(t, name, func(t *testing.T, s *apptest.Living) {
				shop := open()
				var ids []int64
				for i := range 20 {
					code := fmt.Sprintf("S%02d", i)
					offer(shop, code, 100_00, 3)
					ids = append(ids, s.Goods(code, 100_00, 5).ID)
				}
				c, _ := s.Connect(shop, nil)
				s.Start()
				settled(t, s, c)
				s.Write(func(tx *db.Tx) error {
					_, err := tx.Exec(ctx, "update listing set external_id = '987654321' where tenant_id = $1 and sku_id = $2", int64(tx.Tenant), ids[7])
					return err
				})
				for _, id := range ids {
					s.Adjust(id, -1)
				}
				for i := range ids {
					if i != 7 {
						shows(t, shop, fmt.Sprintf("S%02d", i), 4)
					}
				}
				apptest.Eventually(t, "the reason is seen", func() bool {
					return s.Text("select error from listing_stock where tenant_id = $1 and sku_id = $2", ids[7]) != "" && s.Told("listing.refused", "connection", c.ID) > 0
				})
			})
		})
	}
}

// refusing is a shop that refuses a whole batch for one offer.
type refusing struct {
	sim.Shop
	offer string
}

func (r refusing) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if !strings.HasSuffix(req.URL.Path, "/products/edit") {
		r.Shop.ServeHTTP(w, req)
		return
	}
	body, err := io.ReadAll(req.Body)
	if err != nil || strings.Contains(string(body), `"id":`+r.offer+`,`) {
		http.Error(w, `{"status":"error","message":"product is broken"}`, http.StatusBadRequest)
		return
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	r.Shop.ServeHTTP(w, req)
}

// A channel that refuses the whole batch for one item gets the others in smaller ones.
func TestBatchIsSplit(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		shop := prom.New(prom.Options{})
		for i := range 30 {
			offer(shop, fmt.Sprintf("S%02d", i), 100_00, 3)
			s.Goods(fmt.Sprintf("S%02d", i), 100_00, 5)
		}
		c, _ := s.Connect(refusing{shop, sku(shop, "S13").ID}, nil)
		s.Start()
		settled(t, s, c)
		for i := range 30 {
			want := int64(5)
			if i == 13 {
				want = 3
			}
			shows(t, shop, fmt.Sprintf("S%02d", i), want)
		}
		if h := s.Health(c.ID); h.Parked != 1 || h.Connection.State != connections.Active {
			t.Errorf("health %+v", h)
		}
	})
}

// A sweep that a restart cut in two is followed by another at once: what came while it ran does not wait for the next poll.
func TestSweepCutByRestart(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		s.Connections.PollEvery = time.Hour
		s.Goods("A", 100_00, 1000)
		shop := prom.New(prom.Options{})
		offer(shop, "A", 100_00, 1000)
		for range 120 { // more than a page
			buy(t, shop, "A", 1)
		}
		c, _ := s.Connect(shop, nil)
		var late sim.Placed
		var once sync.Once
		cut := make(chan struct{})
		shop.OnRequest(func(r *http.Request, _ time.Time) {
			if !r.URL.Query().Has("last_id") || !strings.HasSuffix(r.URL.Path, "/orders/list") {
				return
			}
			once.Do(func() {
				late = buy(t, shop, "A", 1)
				close(cut)
				<-r.Context().Done()
			})
		})
		s.Start()
		<-cut
		s.Connections.Stop()
		if err := s.Connections.Start(ctx); err != nil {
			t.Fatal(err)
		}
		orderOf(t, s, c.ID, late.ID)
	})
}

// A push whose answer was lost may have its effect later than what was pushed after it: the offer is looked at again, long before the
// next whole reading, and what it should show is sent anew.
func TestLateEffect(t *testing.T) {
	t.Parallel()
	for name, open := range channels {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEngines(t, name, func(t *testing.T, s *apptest.Living) {
				a := s.Goods("A", 100_00, 20)
				shop := open()
				offer(shop, "A", 100_00, 1)
				c, _ := s.Connect(shop, nil)
				s.Start()
				settled(t, s, c)
				shop.Faults().Set(sim.AcceptThenFail, sim.Rule{Next: 1})
				s.Adjust(a.ID, -1)
				apptest.Eventually(t, "the lost answer is seen", func() bool { return s.Told("connection.failed", "connection", c.ID) > 0 })
				if err := s.Connections.Resume(ctx, s.Who, c.ID); err != nil {
					t.Fatal(err)
				}
				shows(t, shop, "A", 19)
				s.Settled(c.ID)
				apptest.Eventually(t, "it is proved", func() bool {
					return s.Int("select count(*) from listing_stock where tenant_id = $1 and state = 'confirmed'") == 1
				})
				o, _ := shop.OfferBySKU("A")
				shop.SeedOffers([]sim.OfferSeed{{ID: o.ID, SKU: "A", Title: o.Title, PriceMinor: o.PriceMinor, Quantity: 20}})
				s.Time.Advance(3 * time.Minute)
				if err := s.Connections.Resume(ctx, s.Who, c.ID); err != nil {
					t.Fatal(err)
				}
				shows(t, shop, "A", 19)
				s.Settled(c.ID)
				if n := s.Told("listing.drift", "connection", c.ID); n != 1 {
					t.Errorf("told %d times", n)
				}
			})
		})
	}
}
