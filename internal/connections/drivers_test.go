package connections_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/drivers"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/allegro"
	"github.com/lad-hub/lad/internal/sim/erli"
	"github.com/lad-hub/lad/internal/sim/horoshop"
	"github.com/lad-hub/lad/internal/sim/opencart"
	"github.com/lad-hub/lad/internal/sim/opencartdb"
	"github.com/lad-hub/lad/internal/sim/prestashop"
	"github.com/lad-hub/lad/internal/sim/prom"
	"github.com/lad-hub/lad/internal/sim/rozetka"
	"github.com/lad-hub/lad/internal/sim/shopfile"
	"github.com/lad-hub/lad/internal/sim/shopify"
	"github.com/lad-hub/lad/internal/sim/woocommerce"
)

// stalls makes the simulator of each driver.
var stalls = map[string]func() sim.Shop{
	"allegro":     func() sim.Shop { return allegro.New(allegro.Options{}) },
	"erli":        func() sim.Shop { return erli.New(erli.Options{}) },
	"horoshop":    func() sim.Shop { return horoshop.New(horoshop.Options{}) },
	"opencart":    func() sim.Shop { return opencart.New(opencart.Options{}) },
	"opencartdb":  func() sim.Shop { return opencartdb.New(opencartdb.Options{Generation: opencartdb.Four}) },
	"prestashop":  func() sim.Shop { return prestashop.New(prestashop.Options{}) },
	"prom":        func() sim.Shop { return prom.New(prom.Options{}) },
	"rozetka":     func() sim.Shop { return rozetka.New(rozetka.Options{}) },
	"shopfile":    func() sim.Shop { return shopfile.New(shopfile.Options{}) },
	"shopify":     func() sim.Shop { return shopify.New(shopify.Options{}) },
	"woocommerce": func() sim.Shop { return woocommerce.New(woocommerce.Options{}) },
}

// renewing are the drivers that get a new session by themselves when theirs has ended.
var renewing = map[string]bool{"allegro": true, "horoshop": true}

// Every driver of the program plays the scene of a day and lives through what channels do to each other's neighbours.
func TestEveryDriver(t *testing.T) {
	t.Parallel()
	for i, d := range drivers.All() {
		name := d.Info().Name
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if stalls[name] == nil {
				t.Fatal("no simulator is named for this driver")
			}
			engine := db.SQLite
			if engines := apptest.Engines(); name == "shopify" {
				engine = engines[len(engines)-1]
			}
			open(t, apptest.Live(t, dbtest.Options(t, engine)), stalls[name]()).play(i)
		})
	}
}

// day is a channel under test beside a healthy one, which sell the same thing.
type day struct {
	t       *testing.T
	s       *apptest.Living
	shop    sim.Shop
	srv     *httptest.Server
	healthy sim.Shop
	c       connections.Connection
	a       catalog.SKU
	left    int64
}

func open(t *testing.T, s *apptest.Living, shop sim.Shop) *day {
	d := &day{t: t, s: s, shop: shop, healthy: prom.New(prom.Options{}), left: 100}
	s.Connections.HTTP = func() *http.Client { return &http.Client{Timeout: time.Second} }
	s.Connections.Dial = httpx.NewDial(httpx.ClientOptions{AllowPrivate: true, Timeout: time.Second})
	d.a = s.Goods("A", 100_00, d.left)
	offer(shop, "A", 100_00, 1)
	offer(d.healthy, "A", 100_00, 1)
	d.c, d.srv = s.Connect(shop, nil)
	other, _ := s.Connect(d.healthy, nil)
	s.Start()
	settled(t, s, d.c, other)
	return d
}

// faultsShared is among how many drivers the faults are shared out: each driver's own suite makes all of them, here each strikes the
// whole program several times. LAD_TEST_DEEP=1 lets every fault strike every driver.
const faultsShared = 4

func (d *day) play(turn int) {
	d.both()
	d.cancelled()
	d.writtenBack()
	for i, f := range passing {
		if (i+turn)%faultsShared != 0 && os.Getenv("LAD_TEST_DEEP") == "" {
			continue
		}
		d.sick(f.name, f.kind, f.rule, f.loud)
	}
	d.tokenEnds()
	d.ignores()
}

// both waits until both channels show what is left.
func (d *day) both() {
	d.t.Helper()
	shows(d.t, d.healthy, "A", d.left)
	shows(d.t, d.shop, "A", d.left)
}

// sold waits for an order, which holds its piece.
func (d *day) sold(p sim.Placed) int64 {
	d.t.Helper()
	id := orderOf(d.t, d.s, d.c.ID, p.ID)
	d.left--
	return id
}

// cancelled: an order holds the goods everywhere, and the buyer's cancellation gives them back.
func (d *day) cancelled() {
	d.t.Helper()
	placed := buy(d.t, d.shop, "A", 1)
	id := d.sold(placed)
	d.both()
	if _, held := d.s.Stand(d.a.ID); held != 1 {
		d.t.Errorf("%d held", held)
	}
	if err := d.shop.CancelOrder(placed.ID); err != nil {
		d.t.Fatal(err)
	}
	apptest.Eventually(d.t, "the cancellation arrives", func() bool { return getOrder(d.t, d.s, id).Order.Stage == "cancelled" })
	d.left++
	d.both()
}

// writtenBack: the channel learns that an order was sent. One that can only be read is left as it is, and nothing waits for it.
func (d *day) writtenBack() {
	d.t.Helper()
	want := "confirmed"
	if driver, _ := drivers.ByName(d.shop.Name()); !driver.Info().TakesStatuses() {
		want = ""
	}
	placed := buy(d.t, d.shop, "A", 1)
	before, _ := d.shop.Order(placed.ID)
	id := d.sold(placed)
	told := func() {
		d.t.Helper()
		apptest.Eventually(d.t, "the channel is told", func() bool { return getOrder(d.t, d.s, id).Push.State == want })
	}
	act(d.t, d.s.Orders.Confirm, d.s.Who, id)
	told()
	act(d.t, d.s.Orders.StartPicking, d.s.Who, id)
	if _, err := d.s.Orders.Ship(ctx, d.s.Who, id, orders.ShipInput{Tracking: "20450000000001", Carrier: "nova_poshta"}); err != nil {
		d.t.Fatal(err)
	}
	told()
	if o, _ := d.shop.Order(placed.ID); (o.Status == before.Status) == (want != "") {
		d.t.Errorf("status was %s and is %s", before.Status, o.Status)
	}
	d.both()
}

// sick: while the channel fails the healthy one is told of everything, and the reason of a loud failure is seen; afterwards
// nothing is missing.
func (d *day) sick(what string, kind sim.Kind, rule sim.Rule, loud bool) {
	d.t.Helper()
	told := d.s.Told("connection.failed", "connection", d.c.ID)
	d.shop.Faults().Set(kind, rule)
	placed := buy(d.t, d.shop, "A", 1)
	d.s.Adjust(d.a.ID, -1)
	d.left--
	if loud {
		shows(d.t, d.healthy, "A", d.left)
		apptest.Eventually(d.t, what+" is seen", func() bool { return d.s.Told("connection.failed", "connection", d.c.ID) > told })
	}
	d.shop.Faults().Clear()
	if err := d.s.Connections.Resume(ctx, d.s.Who, d.c.ID); err != nil {
		d.t.Fatal(err)
	}
	d.sold(placed)
	d.both()
	if n := d.s.Int("select count(*) from orders where tenant_id = $1 and external_id = $2", placed.ID); n != 1 {
		d.t.Errorf("%s: %d orders", what, n)
	}
}

// tokenEnds: the driver gets a new session, or the connection stops until a person brings new credentials.
func (d *day) tokenEnds() {
	d.t.Helper()
	d.shop.Faults().Set(sim.ExpireTokens, sim.Rule{})
	placed := buy(d.t, d.shop, "A", 1)
	if !renewing[d.shop.Name()] {
		apptest.Eventually(d.t, "the connection stops", func() bool { return d.s.Connection(d.c.ID).State == connections.Stopped })
		if c := d.s.Connection(d.c.ID); c.LastError == "" || d.s.Tasks("connection_stopped", "connection", c.ID) != 1 {
			d.t.Errorf("stopped: %+v", c)
		}
		d.shop.Faults().Clear()
		err := d.s.Connections.Update(ctx, d.s.Who, d.c.ID, connections.Input{Name: "again", Settings: d.shop.Settings(d.srv.URL)})
		if err != nil {
			d.t.Fatal(err)
		}
	}
	d.sold(placed)
	d.shop.Faults().Clear()
	d.both()
}

// ignores: the channel says yes and does nothing, which only a read-back finds out.
func (d *day) ignores() {
	d.t.Helper()
	confirmed(d.t, d.s, d.c.ID)
	drifts := d.s.Told("listing.drift", "connection", d.c.ID)
	d.shop.Faults().Set(sim.AcceptThenIgnore, sim.Rule{})
	d.s.Adjust(d.a.ID, -1)
	was := d.left
	d.left--
	accepted(d.t, d.s, d.c.ID)
	d.s.Time.Advance(61 * time.Second)
	apptest.Eventually(d.t, "the drift is seen", func() bool { return d.s.Told("listing.drift", "connection", d.c.ID) > drifts })
	if got := sku(d.shop, "A").Quantity; got != was {
		d.t.Errorf("shows %d, not %d", got, was)
	}
	d.shop.Faults().Clear()
	d.s.Time.Advance(61 * time.Second)
	d.both()
}
