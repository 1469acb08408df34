//go:build torture

package torture

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/app"
	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/identity"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/prom"
	"github.com/lad-hub/lad/internal/stock"
)

// Shape of the load.
const (
	buyers   = 12
	skus     = 12
	pieces   = 400
	shortest = 150 * time.Millisecond
	longest  = 1500 * time.Millisecond
)

// TestKill loads the real program, kills it at a random moment, starts it again, and after each round finds every invariant
// whole and every acknowledged order there, once.
func TestKill(t *testing.T) {
	rounds, binary := rounds(t), build(t)
	for _, e := range apptest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			r := newRack(t, binary, e)
			r.found()
			for n := range rounds {
				r.round(n)
				r.check()
			}
			r.converge()
			r.check()
			t.Logf("%s: %d rounds, %d keys posted %d times, %d acknowledged, %d cancelled, %d orders from the channel", e, rounds, len(r.orders), r.posts, r.count(acknowledged), r.count(cancelled), len(r.placed))
		})
	}
}

func rounds(t *testing.T) int {
	v := os.Getenv("LAD_TORTURE_ROUNDS")
	if v == "" {
		return 3
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		t.Fatalf("LAD_TORTURE_ROUNDS=%q", v)
	}
	return n
}

// build makes the real program.
func build(t *testing.T) (binary string) {
	binary = filepath.Join(t.TempDir(), "lad")
	if out, err := exec.Command("go", "build", "-o", binary, "github.com/lad-hub/lad/cmd/lad").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

func newRack(t *testing.T, binary string, e db.Engine) *rack {
	r := &rack{t: t, binary: binary, data: t.TempDir(), orders: map[string]*posted{}, placed: map[string]bool{}}
	r.options = app.Options{Database: db.Options{Path: filepath.Join(r.data, "lad.db")}, KeyFile: filepath.Join(r.data, "lad.key"), AllowPrivate: true}
	if e == db.Postgres {
		r.options.Database = dbtest.Options(t, e)
	}
	return r
}

// posted is what the buyers know of one key.
type posted struct {
	id        int64 // 0: no answer came yet
	created   int   // answers that said so
	cancelled bool  // the cancellation was acknowledged
}

func acknowledged(p *posted) bool { return p.id != 0 }
func cancelled(p *posted) bool    { return p.cancelled }

// rack holds the program under torture and what the world outside remembers.
type rack struct {
	t       *testing.T
	binary  string
	data    string
	options app.Options
	tenant  db.Tenant
	token   string
	shop    *prom.Shop
	channel int64

	mu     sync.Mutex
	orders map[string]*posted
	keys   []string
	placed map[string]bool // orders on the channel
	posts  int
}

func (r *rack) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rack) count(f func(*posted) bool) (n int) {
	for _, p := range r.orders {
		if f(p) {
			n++
		}
	}
	return n
}

// open opens the database in this process, while the program does not run.
func (r *rack) open(migrate bool) *app.App {
	r.t.Helper()
	o := r.options
	o.Migrate, o.PasswordCost = migrate, identity.Cost{MemoryKiB: 8, Passes: 1, Threads: 1}
	a, err := app.Open(context.Background(), o)
	r.must(err)
	return a
}

// found makes the shop: goods, stock, a channel on a simulator that outlives every kill.
func (r *rack) found() {
	ctx := context.Background()
	a := r.open(true)
	defer func() { r.must(a.Close(ctx)) }()
	signed, err := a.Identity.Found(ctx, identity.SetupInput{Shop: "Крамниця", Language: "uk", Currency: "UAH", Zone: "Europe/Kyiv",
		Email: "olena@shop.example", Name: "Олена", Password: "correct horse battery"})
	r.must(err)
	r.tenant = signed.Account.Tenant
	who := access.ForSystem(r.tenant)
	_, plain, err := a.Identity.CreateToken(ctx, who, identity.TokenInput{Name: "buyers", Scopes: []access.Permission{access.OrdersRead, access.OrdersWrite, access.OrdersShip}})
	r.must(err)
	r.token = plain.Reveal()
	r.shop = prom.New(prom.Options{})
	var lines []stock.Count
	for i := range skus {
		p, err := a.Catalog.CreateProduct(ctx, who, catalog.NewProduct{SKUs: []catalog.NewSKU{{Code: code(i), Name: "Товар " + code(i), Price: money.New(100_00, money.UAH)}}})
		r.must(err)
		lines = append(lines, stock.Count{SKUID: p.SKUs[0].ID, Qty: qty.Pieces(pieces)})
		r.shop.SeedOffers([]sim.OfferSeed{{SKU: code(i), Title: "Товар " + code(i), PriceMinor: 100_00, Quantity: pieces}})
	}
	var warehouse int64
	r.must(a.DB.Read(ctx, r.tenant, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, "select min(id) from warehouse where tenant_id = $1", int64(tx.Tenant)).Scan(&warehouse)
	}))
	_, err = a.Stock.Post(ctx, who, stock.DocumentInput{Kind: stock.MoveOpening, WarehouseID: warehouse, Lines: lines})
	r.must(err)
	srv := httptest.NewServer(r.shop)
	r.t.Cleanup(srv.Close)
	c, err := a.Connections.Add(ctx, who, connections.Input{Driver: "prom", Name: "Prom", Settings: r.shop.Settings(srv.URL)})
	r.must(err)
	r.channel = c.ID
	r.must(a.Connections.SetRate(ctx, who, c.ID, 1000))
}

func code(i int) string { return fmt.Sprintf("S%02d", i) }

// round loads the program and kills it at a random moment.
func (r *rack) round(n int) {
	p := r.start()
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for i := range buyers {
		wg.Go(func() { r.buy(ctx, p.url, rand.New(rand.NewPCG(uint64(n), uint64(i)))) })
	}
	wg.Go(func() { r.buyOnChannel(ctx, rand.New(rand.NewPCG(uint64(n), 99))) })
	<-time.After(shortest + time.Duration(rand.Int64N(int64(longest-shortest))))
	p.kill()
	stop()
	wg.Wait()
}

// buyOnChannel plays the channel's buyers.
func (r *rack) buyOnChannel(ctx context.Context, dice *rand.Rand) {
	every := time.NewTicker(20 * time.Millisecond)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		placed, err := r.shop.PlaceOrder(sim.Basket{Force: true, Buyer: sim.Buyer{Name: "Іван Мельник", Phone: fmt.Sprintf("+38050%07d", dice.IntN(10_000_000))},
			Lines: []sim.BasketLine{{SKU: code(dice.IntN(skus)), Quantity: 1}}})
		if err != nil {
			r.t.Error(err)
			return
		}
		r.mu.Lock()
		r.placed[placed.ID] = true
		r.mu.Unlock()
	}
}

// check opens what the kill left behind.
func (r *rack) check() {
	r.t.Helper()
	ctx := context.Background()
	a := r.open(false)
	defer func() { r.must(a.Close(ctx)) }()
	checks, found, err := a.Doctor(ctx, false)
	r.must(err)
	for _, f := range found {
		r.t.Errorf("doctor: %s: %s", f.Check, f.Detail)
	}
	if checks == 0 {
		r.t.Error("doctor checked nothing")
	}
	there := map[string]int64{}
	stages := map[string]string{}
	r.must(a.DB.Read(ctx, r.tenant, func(tx *db.Tx) error {
		return tx.Each(ctx, "select external_id, id, stage from orders where tenant_id = $1 and connection_id = 0", []any{int64(tx.Tenant)}, func(sc db.Scanner) error {
			var key, stage string
			var id int64
			err := sc.Scan(&key, &id, &stage)
			if there[key] != 0 {
				r.t.Errorf("key %s has two orders", key)
			}
			there[key], stages[key] = id, stage
			return err
		})
	}))
	for key, p := range r.orders {
		if p.id != 0 && there[key] != p.id {
			r.t.Errorf("key %s was acknowledged as order %d and is %d", key, p.id, there[key])
		}
		if p.cancelled && stages[key] != "cancelled" {
			r.t.Errorf("key %s: the cancellation was acknowledged and it is %s", key, stages[key])
		}
	}
	for key := range there {
		if r.orders[key] == nil {
			r.t.Errorf("nobody posted key %s", key)
		}
	}
}

// converge lets the program live and repeats every key twice: all have one order now, and so has every order of the channel.
func (r *rack) converge() {
	p := r.start()
	defer p.kill()
	for range 2 {
		var wg sync.WaitGroup
		next := make(chan string)
		for range buyers {
			wg.Go(func() {
				for key := range next {
					r.settle(p.url, key)
				}
			})
		}
		for _, key := range r.keys {
			next <- key
		}
		close(next)
		wg.Wait()
	}
	for id := range r.placed {
		r.arrives(p.url, id)
	}
}

// settle posts a key until it is answered.
func (r *rack) settle(url, key string) {
	apptest.Eventually(r.t, "key "+key+" is answered", func() bool { return r.post(context.Background(), url, key) == http.StatusOK })
}

// arrives waits for an order of the channel, which must be there once.
func (r *rack) arrives(url, id string) {
	r.t.Helper()
	var page struct {
		Orders []struct {
			Connection int64  `json:"connection_id"`
			External   string `json:"external_id"`
		} `json:"orders"`
	}
	apptest.Eventually(r.t, "order "+id+" of the channel", func() bool {
		if status := r.get(url, "/api/v1/orders?q="+id, &page); status != http.StatusOK {
			return false
		}
		n := 0
		for _, o := range page.Orders {
			if o.Connection == r.channel && o.External == id {
				n++
			}
		}
		if n > 1 {
			r.t.Errorf("order %s of the channel is there %d times", id, n)
		}
		return n > 0
	})
}
