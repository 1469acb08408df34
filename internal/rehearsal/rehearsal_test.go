package rehearsal_test

import (
	"context"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/rehearsal"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/prom"
	rehearsalui "github.com/lad-hub/lad/internal/ui/rehearsal"
)

// patience bounds a whole rehearsal of these tests; the slowest machine needs a part of it.
const patience = 3 * time.Minute

// lab is a shop with goods and a lab for it.
type lab struct {
	*rehearsal.Lab
	shop *apptest.Living
	t    *testing.T
}

func open(t *testing.T, o db.Options, rehearseIn db.Options) *lab {
	t.Helper()
	s := apptest.Live(t, o)
	for _, code := range []string{"LMP-1", "LMP-2", "GEN-3000", "PB 20K", "ТЕРМОС-1"} {
		s.Goods(code, 41_200, 60)
	}
	lamp := s.Goods("LMP-3", 39_900, 12)
	s.Goods("EMPTY", 100, 0)
	s.Add(catalog.NewSKU{Code: "KIT-LMP", Name: "Набір ламп", Kind: catalog.KindKit, Parts: []catalog.Part{{SKUID: lamp.ID, Qty: 2000}}})
	l := &lab{Lab: rehearsal.New(s.App, rehearsal.Options{Database: rehearseIn, Seed: 1}), shop: s, t: t}
	t.Cleanup(l.Close)
	return l
}

func (l *lab) view() rehearsalui.View {
	l.t.Helper()
	v, err := l.View(context.Background(), l.shop.Who)
	if err != nil {
		l.t.Fatal(err)
	}
	return v
}

// until waits for a phase of the rehearsal, or its end.
func (l *lab) until(p rehearsalui.Phase) rehearsalui.View {
	l.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); ; <-tick.C {
		v := l.view()
		if v.Run.Phase == rehearsalui.Failed {
			l.t.Fatal("the rehearsal failed: ", v.Run.Problem)
		}
		if v.Run.Phase == p || v.Run.Phase == rehearsalui.Ended {
			return v
		}
		if time.Now().After(end) {
			l.t.Fatalf("never %s: %+v", p, v.Run.Result)
		}
	}
}

// eventually waits until cond holds.
func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); !cond(); <-tick.C {
		if time.Now().After(end) {
			t.Fatal("never: " + what)
		}
	}
}

func (l *lab) start(p rehearsalui.Plan) {
	l.t.Helper()
	if err := l.Start(context.Background(), l.shop.Who, p); err != nil {
		l.t.Fatal(err)
	}
}

// books is everything of the real shop that a rehearsal could touch.
func (l *lab) books() map[string]int64 {
	l.t.Helper()
	out := map[string]int64{}
	for name, query := range map[string]string{
		"moves":       "select count(*) from move where tenant_id = $1",
		"on hand":     "select coalesce(sum(on_hand), 0) from level where tenant_id = $1",
		"held":        "select coalesce(sum(reserved), 0) from level where tenant_id = $1",
		"holds":       "select count(*) from hold where tenant_id = $1",
		"orders":      "select count(*) from orders where tenant_id = $1",
		"facts":       "select count(*) from fact where tenant_id = $1",
		"customers":   "select count(*) from customer where tenant_id = $1",
		"connections": "select count(*) from connection where tenant_id = $1",
		"listings":    "select count(*) from listing where tenant_id = $1",
		"SKUs":        "select count(*) from sku where tenant_id = $1",
		"tasks":       "select count(*) from task where tenant_id = $1",
		"accounts":    "select count(*) from account where tenant_id = $1",
		"pushes":      "select count(*) from order_push where tenant_id = $1",
		"shown":       "select coalesce(sum(want_gen), 0) from listing_stock where tenant_id = $1",
	} {
		out[name] = l.shop.Int(query)
	}
	return out
}

// short is a rehearsal of some seconds.
func short(channel string) rehearsalui.Plan {
	return rehearsalui.Plan{Channel: channel, Load: rehearsalui.Steady, PerMinute: 10, Minutes: 12, Speed: 300}
}

// A rehearsal with faults loses nothing on either engine, and the real shop - its ledger, its orders, its channel - is what it
// was before, but for two journal entries.
func TestFaultsLoseNothingAndTheRealShopIsUntouched(t *testing.T) {
	t.Parallel()
	for _, e := range apptest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			l := open(t, dbtest.Options(t, e), dbtest.Options(t, e))
			channel := prom.New(prom.Options{})
			channel.SeedOffers([]sim.OfferSeed{{SKU: "LMP-1", Title: "Лампа", PriceMinor: 41_200, Quantity: 60}})
			c, _ := l.shop.Connect(channel, nil)
			l.shop.Start()
			l.shop.Settled(c.ID)
			before, shown := l.books(), channel.Offers()

			p := short("prom")
			p.Minutes = 20
			p.Faults = map[string]int64{string(sim.Drop): 10, string(sim.Status5xx): 10, string(sim.AcceptThenFail): 25, string(sim.DuplicateOrders): 50,
				string(sim.UnknownFields): 100}
			l.start(p)
			v := l.until(rehearsalui.Ended)

			r := v.Run.Result
			if r.Placed == 0 || r.Arrived != r.Placed || r.Lost != 0 || !r.Whole() || r.Struck == 0 || r.LagP99MS <= 0 || r.LagP50MS > r.LagP99MS {
				t.Errorf("the rehearsal came to %+v", r)
			}
			if diff := cmp.Diff(before, l.books()); diff != "" {
				t.Errorf("the real shop (-before +after):\n%s", diff)
			}
			if diff := cmp.Diff(shown, channel.Offers()); diff != "" || len(channel.Orders()) != 0 {
				t.Errorf("the real channel has %d orders and shows (-before +after):\n%s", len(channel.Orders()), diff)
			}
			for kind, n := range map[string]int{"rehearsal.started": 1, "rehearsal.ended": 1} {
				if got := l.shop.Told(kind, "rehearsal", 0); got != n {
					t.Errorf("%d journal entries %s, want %d", got, kind, n)
				}
			}
			if len(v.Past) != 1 || v.Past[0].Result.Placed != r.Placed || !maps.Equal(v.Past[0].Result.Plan.Faults, p.Faults) {
				t.Errorf("kept: %+v", v.Past)
			}
			placed := int64(0)
			for _, at := range v.Run.Points {
				placed += at.Placed
			}
			if placed != r.Placed || len(v.Run.Points) < 3 {
				t.Errorf("%d orders in %d points of the chart, %d placed", placed, len(v.Run.Points), r.Placed)
			}
		})
	}
}

// Every channel that can be connected and has a simulator can be rehearsed.
func TestEveryChannel(t *testing.T) {
	t.Parallel()
	l := open(t, dbtest.Options(t, db.SQLite), db.Options{})
	for _, c := range l.view0().Channels {
		p := short(c.Driver)
		p.Minutes, p.Least = 6, 500
		l.start(p)
		if r := l.until(rehearsalui.Ended).Run.Result; r.Placed == 0 || !r.Whole() || r.SoldOut != 0 {
			t.Errorf("%s: %+v", c.Driver, r)
		}
	}
	const most = 10 // are kept
	if n := len(l.view().Past); n != min(len(l.view().Channels), most) || n < 9 {
		t.Errorf("%d rehearsals kept of %d channels", n, len(l.view().Channels))
	}
}

// view0 is the lab before its first rehearsal.
func (l *lab) view0() rehearsalui.View {
	l.t.Helper()
	v := l.view()
	if v.Run != nil || len(v.Past) != 0 {
		l.t.Errorf("a rehearsal before the first one: %+v", v)
	}
	return v
}

// A person switches faults while buyers come, ends the load early, and gets the verdict all the same; meanwhile nobody else can
// begin a rehearsal, and nothing of it is left on the disk.
func TestFaultsAndStopWhileItRuns(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	l := open(t, dbtest.Options(t, db.SQLite), db.Options{})
	p := short("rozetka")
	p.Minutes = rehearsalui.MostMinutes
	ctx := context.Background()
	if err := l.Stop(ctx, l.shop.Who, false); !errs.Is(err, errs.Conflict) {
		t.Errorf("stopping nothing: %v", err)
	}
	l.start(p)
	if err := l.Start(ctx, l.shop.Who, p); !errs.Is(err, errs.Conflict) {
		t.Errorf("a second rehearsal: %v", err)
	}
	l.until(rehearsalui.Running)
	if err := l.SetFaults(ctx, l.shop.Who, map[string]int64{string(sim.Status429): 100, "rain": 5}); !errs.Is(err, errs.Invalid) {
		t.Errorf("a fault nobody knows: %v", err)
	}
	if err := l.SetFaults(ctx, l.shop.Who, map[string]int64{string(sim.Status429): 100}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the fault strikes and orders wait", func() bool {
		r := l.view().Run.Result
		return r.Limited > 0 && r.MostWaiting > 0 && r.Struck > 0
	})
	at := slices.IndexFunc(l.view().Faults, func(f rehearsalui.Fault) bool { return f.Kind == string(sim.Status429) })
	if f := l.view().Faults[at]; f.Percent != 100 || f.Hits == 0 {
		t.Errorf("the switch shows %+v", f)
	}
	if err := l.Stop(ctx, l.shop.Who, false); err != nil {
		t.Fatal(err)
	}
	r := l.until(rehearsalui.Ended).Run.Result
	if !r.Whole() || r.Placed == 0 || r.Plan.Faults[string(sim.Status429)] != 100 {
		t.Errorf("stopped early: %+v", r)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// A rehearsal that is broken off ends where it stands and says that nothing was proved.
func TestBreakOff(t *testing.T) {
	t.Parallel()
	l := open(t, dbtest.Options(t, db.SQLite), db.Options{})
	p := short("prom")
	p.Minutes = rehearsalui.MostMinutes
	l.start(p)
	l.until(rehearsalui.Running)
	if err := l.Stop(context.Background(), l.shop.Who, true); err != nil {
		t.Fatal(err)
	}
	l.Close()
	v := l.view()
	if r := v.Run.Result; v.Run.Phase != rehearsalui.Ended || !r.Broken || r.Whole() || len(v.Past) != 1 || !v.Past[0].Result.Broken {
		t.Errorf("broken off: %+v", v.Run)
	}
	if err := l.Start(context.Background(), l.shop.Who, p); !errs.Is(err, errs.Conflict) {
		t.Errorf("a lab that is closed begins: %v", err)
	}
}

// With a slow channel, books and offers can be apart at a moment when nothing seems to be under way: the verdict waits until
// they agree.
func TestSlowChannelIsWaitedFor(t *testing.T) {
	t.Parallel()
	l := open(t, dbtest.Options(t, db.SQLite), db.Options{})
	p := short("prom")
	p.Least, p.Faults = 500, map[string]int64{string(sim.Delay): 100}
	l.start(p)
	if r := l.until(rehearsalui.Ended).Run.Result; !r.Whole() {
		t.Errorf("%+v", r)
	}
}
