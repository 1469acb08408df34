package moving_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/moving"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/secret"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/baselinker"
)

// An account that fails half of the time in every way brings over the same as one that never does.
func TestFaults(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		whole := stage(t, apptest.Live(t, dbtest.Options(t, s.DB.Engine())), baselinker.Options{})
		whole.account.Seed(40, 150)
		whole.move()
		c := stage(t, s, baselinker.Options{})
		c.account.Seed(40, 150)
		for _, kind := range []sim.Kind{sim.Drop, sim.HalfResponse, sim.Status429, sim.Status5xx, sim.BrokenJSON, sim.DuplicateOrders, sim.ReorderPages} {
			c.account.Faults().Set(kind, sim.Rule{Probability: 0.12})
		}
		c.account.Faults().Set(sim.UnknownFields, sim.Rule{})
		c.move()
		if diff := cmp.Diff(whole.rows(), c.rows()); diff != "" {
			t.Errorf("otherwise than without faults:\n%s", diff)
		}
	})
}

// The account's limit: a run that keeps to its pace is never blocked; one that is blocked waits as long as it is told.
func TestLimit(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := stageLimited(t, s, baselinker.Options{PerMinute: 8})
		c.account.Seed(20, 120)
		r := c.begin(c.input())
		began := s.Time.Now()
		waited := 0
		r = c.workUntil(r, func(now moving.Run) bool {
			if now.Error == "error.moving.limited" && strings.Contains(now.Words, "Query limit exceeded") {
				waited++
				if left := now.NotBefore.Sub(s.Time.Now()); left < 9*time.Minute || left > 11*time.Minute {
					t.Errorf("it waits %s", left)
				}
			}
			return false
		})
		if r.State != moving.Done || waited == 0 {
			t.Errorf("%s after %d blocks: %s %s", r.State, waited, r.Error, r.Words)
		}
		if took := s.Time.Now().Sub(began); took < time.Duration(waited)*9*time.Minute {
			t.Errorf("%d blocks took %s", waited, took)
		}
	})
}

// A token that does not work, or does not work any more, ends the run with words; with another one it goes on from there.
func TestToken(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := stage(t, s, baselinker.Options{})
		c.account.Seed(30, 120)
		in := c.input()
		in.Token = "77-1-WRONG"
		r := c.work(c.begin(in))
		if r.State != moving.Failed || r.Error != "error.moving.token" {
			t.Fatalf("%s %s", r.State, r.Error)
		}
		again := c.begin(c.input()) // the form once more: the same run, with the new token
		if again.ID != r.ID {
			t.Errorf("run %d after run %d", again.ID, r.ID)
		}
		r = c.workUntil(again, func(now moving.Run) bool { return now.Stage == moving.StageOrders && now.Progress.Done > 0 })
		c.account.Revoke(true)
		if r = c.work(r); r.State != moving.Failed || r.Error != "error.moving.token" || r.Stage != moving.StageOrders {
			t.Fatalf("%s %s at %s", r.State, r.Error, r.Stage)
		}
		c.account.Revoke(false)
		next, err := c.Moving.Resume(ctx, c.Who, r.ID, secret.Text(c.account.Token()))
		if err != nil {
			t.Fatal(err)
		}
		if r = c.work(next); r.State != moving.Done || count(r, moving.ThingOrder).Created != 120 {
			t.Errorf("%s: %+v", r.State, r.Report.Counts)
		}
		if _, err := c.Moving.Resume(ctx, c.Who, r.ID, ""); !errs.Is(err, errs.Conflict) {
			t.Errorf("a run that is over goes on: %v", err)
		}
	})
}

// A row that is broken is set aside with its reason, and everything else comes over.
func TestBrokenRows(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := stage(t, s, baselinker.Options{})
		good := c.account.PutProduct(kettle("GOOD", 3))
		for name, raw := range map[string]map[string]any{
			"price": {"prices": map[string]any{"105": "drogo"}}, "negative": {"prices": map[string]any{"105": -5}}, "weight": {"weight": -2},
			"nameless": {"text_fields": []any{}}, "shape": {"variants": map[string]any{"1": "x"}},
		} {
			p := kettle("BAD-"+name, 1)
			p.Raw = raw
			c.account.PutProduct(p)
		}
		c.account.PutProduct(baselinker.Product{SKU: "SET", Name: "Zestaw", Prices: map[int64]int64{baselinker.PriceGroup: 100}, Parts: map[int64]int64{4711: 1}})
		fine := c.account.PutOrder(baselinker.Order{Status: baselinker.StatusDelivered, Buyer: ola, Lines: []baselinker.OrderLine{line(good, 1)}})
		c.account.PutOrder(baselinker.Order{Status: baselinker.StatusDelivered, Currency: "ZZZ", Buyer: ola, Lines: []baselinker.OrderLine{line(good, 1)}})
		c.account.PutOrder(baselinker.Order{Buyer: ola, Lines: []baselinker.OrderLine{line(good, -1)}})
		c.account.PutOrder(baselinker.Order{Buyer: ola, Raw: map[string]any{"products": "none"}})
		r := c.move()
		c.wantLevel("GOOD", 3, 0)
		c.order(fine)
		if p, k, o := count(r, moving.ThingProduct), count(r, moving.ThingKit), count(r, moving.ThingOrder); p.Created != 1 || p.Aside != 5 || k.Aside != 1 || o.Created != 1 || o.Aside != 3 {
			t.Errorf("products %+v, kits %+v, orders %+v", p, k, o)
		}
		if again := c.move(); count(again, moving.ThingProduct).Aside != 5 || count(again, moving.ThingOrder).Aside != 3 || count(again, moving.ThingOrder).Created != 0 {
			t.Errorf("the second run tells otherwise: %+v", again.Report.Counts)
		}
		list, err := c.Moving.Asides(ctx, c.Tenant, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		reasons := map[string]int{}
		for _, a := range list {
			reasons[a.Reason]++
		}
		for key, n := range map[string]int{"moving.why.price": 2, "moving.why.weight": 1, "moving.why.nameless": 1, "moving.why.unreadable": 2, "moving.why.part_missing": 1,
			"error.order.currency": 1, "moving.why.quantity": 1} {
			if reasons[key] != n {
				t.Errorf("%s: %d times, want %d; all: %v", key, reasons[key], n, reasons)
			}
		}
	})
}

// A page of stock that was booked when the process died is not booked twice, also when the account shows something else by then.
func TestStockPageBookedButNotNoted(t *testing.T) {
	t.Parallel()
	for name, later := range map[string]int64{"the same": 7, "something else": 5} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
				c := stage(t, s, baselinker.Options{})
				id := c.account.PutProduct(kettle("K1", 7))
				r := c.workUntil(c.begin(c.input()), func(now moving.Run) bool { return now.Stage == moving.StageStock })
				var lost atomic.Bool
				c.account.OnRequest(func(*http.Request, time.Time) {
					if lost.CompareAndSwap(false, true) {
						s.Write(loseNote)
					}
				})
				for !lost.Load() {
					if _, _, err := s.Moving.Step(ctx, s.Who, r.ID, r.Turn); err != nil {
						t.Fatal(err)
					}
				}
				c.wantLevel("K1", 7, 0)
				if still := c.run(r.ID); still.Stage != moving.StageStock || still.Progress.Done != 0 {
					t.Fatalf("the page was noted: %+v", still)
				}
				c.account.SetStock(id, baselinker.MainWarehouse, later)
				if r = c.work(r); r.State != moving.Done {
					t.Fatalf("%s: %s %s", r.State, r.Error, r.Words)
				}
				c.wantLevel("K1", later, 0)
			})
		})
	}
}

// What the API refuses is tried a few times, then a person is asked; nothing is lost.
func TestRefused(t *testing.T) {
	t.Parallel()
	s := apptest.Live(t, dbtest.Options(t, db.SQLite))
	tries := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		tries++
		_, _ = w.Write([]byte(`{"status":"ERROR","error_code":"ERROR_SOMETHING","error_message":"Something is wrong."}`))
	}))
	t.Cleanup(srv.Close)
	c := &scene{Living: s, t: t}
	r := c.work(c.begin(moving.Input{Token: "77-1-QW8", Address: srv.URL}))
	if r.State != moving.Failed || r.Error != "error.moving.refused" || r.Words != "Something is wrong." || tries != 3 {
		t.Errorf("%s after %d tries: %s %q", r.State, tries, r.Error, r.Words)
	}
}

// Numbers of another account mean other things: its token is refused, and nothing is touched.
func TestOtherAccount(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := stage(t, s, baselinker.Options{})
		c.account.PutProduct(kettle("K1", 3))
		c.move()
		s.Write(renumberCatalogue)
		before := c.rows()
		r := c.work(c.begin(c.input()))
		if r.State != moving.Failed || r.Error != "error.moving.other_account" {
			t.Errorf("%s %s", r.State, r.Error)
		}
		if diff := cmp.Diff(before, c.rows()); diff != "" {
			t.Error(diff)
		}
	})
}

// However many begin at once, one run comes of it.
func TestBeginAtOnce(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := stage(t, s, baselinker.Options{})
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if _, err := s.Moving.Begin(ctx, s.Who, c.input()); err != nil && !errs.Is(err, errs.Conflict) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := s.Int("select count(*) from moving_run where tenant_id = $1"); n != 1 {
			t.Errorf("%d runs", n)
		}
	})
}

// Only an owner moves a shop, what is typed is checked, and no error or log has the token.
func TestInput(t *testing.T) {
	t.Parallel()
	s := apptest.Open(t)
	if _, err := s.Moving.Begin(ctx, s.Viewer, moving.Input{Token: "x"}); !errs.Is(err, errs.Forbidden) {
		t.Errorf("a viewer: %v", err)
	}
	for name, in := range map[string]moving.Input{
		"no token": {}, "token with a space": {Token: "77 1"}, "long token": {Token: secret.Text(strings.Repeat("x", 501))}, "http": {Token: "x", Address: "http://api.example/"},
		"no address": {Token: "x", Address: "api.example"}, "credentials in the address": {Token: "x", Address: "https://a:b@api.example/"},
		"future": {Token: "x", Since: s.Now.Now().Add(time.Hour)},
	} {
		if _, err := s.Moving.Begin(ctx, s.Owner, in); !errs.Is(err, errs.Invalid) || strings.Contains(err.Error(), "xxx") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.Moving.Begin(ctx, s.Owner, moving.Input{Token: "77-1-QW8", Address: "https://api.example/connector.php"}); err != nil {
		t.Error(err)
	}
}
