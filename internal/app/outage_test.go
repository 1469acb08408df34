package app_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/prom"
)

// outage is a living shop with one SKU on a simulated channel, to which something happens.
type outage struct {
	t       *testing.T
	s       *apptest.Living
	sku     int64
	channel *prom.Shop
	id      int64
	posted  int
	acked   []string
	placed  int // orders on the channel
}

func begin(t *testing.T, s *apptest.Living) *outage {
	t.Helper()
	o := &outage{t: t, s: s, sku: s.Goods("A", 740_00, 100_000).ID, channel: prom.New(prom.Options{})}
	o.channel.SeedOffers([]sim.OfferSeed{{SKU: "A", Title: "Товар", PriceMinor: 740_00, Quantity: 100_000}})
	c, _ := s.Connect(o.channel, nil)
	o.id = c.ID
	s.Start()
	s.Settled(c.ID)
	s.Ask("GET", "/readyz", nil)
	return o
}

// post sends an order and answers the status; a new key unless one is given.
func (o *outage) post(key string) apptest.Said {
	o.t.Helper()
	if key == "" {
		o.posted++
		key = fmt.Sprint("key-", o.posted)
	}
	r := o.s.Ask("POST", "/api/v1/orders", []byte(`{"currency":"UAH","comment":"`+strings.Repeat("і", 900)+`","lines":[{"sku":"A","quantity":1,"price":"740.00"}]}`), "Idempotency-Key", key)
	if r.Status == http.StatusCreated {
		o.acked = append(o.acked, key)
	}
	return r
}

// refused posts until the intake refuses, and answers the refused key.
func (o *outage) refused(words string) string {
	o.t.Helper()
	for range 2000 {
		r := o.post("")
		switch {
		case r.Status == http.StatusCreated:
		case r.Status != http.StatusServiceUnavailable || !bytes.Contains(r.Body, []byte(words)) || r.Header.Get("Retry-After") == "":
			o.t.Fatalf("%d %s", r.Status, r.Body)
		default:
			return fmt.Sprint("key-", o.posted)
		}
	}
	o.t.Fatal("the intake never refused")
	return ""
}

// goesOn proves that after the outage everything works, and that every acknowledged order is there, once.
func (o *outage) goesOn(key, placed string) {
	o.t.Helper()
	apptest.Eventually(o.t, "the refused order is taken in", func() bool { return o.post(key).Status == http.StatusCreated })
	if r := o.post(""); r.Status != http.StatusCreated {
		o.t.Errorf("%d %s", r.Status, r.Body)
	}
	apptest.Eventually(o.t, "the channel's order arrives", func() bool {
		return o.s.Int("select count(*) from orders where tenant_id = $1 and connection_id = $2 and external_id = $3", o.id, placed) == 1
	})
	for _, key := range o.acked {
		if n := o.s.Int("select count(*) from orders where tenant_id = $1 and connection_id = 0 and external_id = $2", key); n != 1 {
			o.t.Errorf("order %s is there %d times", key, n)
		}
	}
	if c := o.s.Connection(o.id); c.State != connections.Active {
		o.t.Errorf("the connection is %s: %s", c.State, c.PausedReason)
	}
	apptest.Eventually(o.t, "the channel shows what is left", func() bool {
		offer, _ := o.channel.OfferBySKU("A")
		return offer.Quantity == int64(100_000-len(o.acked)-o.placed)
	})
	if r := o.s.AskAs("", "GET", "/readyz", nil); r.Status != http.StatusOK {
		o.t.Errorf("readyz: %d", r.Status)
	}
}

func (o *outage) buyOnChannel() string {
	o.t.Helper()
	p, err := o.channel.PlaceOrder(sim.Basket{Buyer: sim.Buyer{Name: "Іван", Phone: "+380501112233"}, Lines: []sim.BasketLine{{SKU: "A", Quantity: 1}}})
	if err != nil {
		o.t.Fatal(err)
	}
	o.placed++
	return p.ID
}

// A full disk: the intake refuses with words and 503, reading goes on, nothing is broken, and when there is room again it
// goes on by itself.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	o := begin(t, apptest.Live(t, dbtest.Options(t, db.SQLite)))
	o.post("")
	limit := func(pages int64) {
		t.Helper()
		var now int64
		if err := o.s.DB.Writer().QueryRow(fmt.Sprint("pragma max_page_count = ", pages)).Scan(&now); err != nil {
			t.Fatal(err)
		}
	}
	var pages int64
	if err := o.s.DB.Writer().QueryRow("pragma page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	limit(pages + 4)
	key := o.refused("error.db.disk_full")
	placed := o.buyOnChannel()
	for range 5 {
		o.refused("error.db.disk_full")
	}
	if r := o.s.Ask("GET", "/api/v1/orders", nil); r.Status != http.StatusOK {
		t.Errorf("reading: %d %s", r.Status, r.Body)
	}
	limit(1 << 30)
	o.goesOn(key, placed)
}

// gate is the way to the database, which can be cut.
type gate struct {
	listener net.Listener
	to       string
	mu       sync.Mutex
	open     bool
	conns    []net.Conn
}

func newGate(t *testing.T, to string) *gate {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{listener: l, to: to, open: true}
	t.Cleanup(func() { _ = l.Close(); g.cut() })
	go g.serve()
	return g
}

func (g *gate) serve() {
	for {
		in, err := g.listener.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", g.to)
		g.mu.Lock()
		if err != nil || !g.open {
			_ = in.Close()
			if out != nil {
				_ = out.Close()
			}
			g.mu.Unlock()
			continue
		}
		g.conns = append(g.conns, in, out)
		g.mu.Unlock()
		go func() { _, _ = io.Copy(in, out); _ = in.Close() }()
		go func() { _, _ = io.Copy(out, in); _ = out.Close() }()
	}
}

func (g *gate) cut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open = false
	for _, c := range g.conns {
		_ = c.Close()
	}
	g.conns = nil
}

func (g *gate) mend() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open = true
}

// The database is gone: the intake refuses with words and 503, and when it is back everything goes on by itself.
func TestDatabaseGone(t *testing.T) {
	t.Parallel()
	for _, e := range apptest.Engines() {
		if e != db.Postgres {
			continue
		}
		options := dbtest.Options(t, e)
		u, err := url.Parse(options.DSN)
		if err != nil {
			t.Fatal(err)
		}
		g := newGate(t, u.Host)
		u.Host = g.listener.Addr().String()
		options.DSN = u.String()
		o := begin(t, apptest.Live(t, options))
		for range 3 {
			for range 10 {
				o.post("")
			}
			g.cut()
			key := o.refused("error.db.gone")
			if r := o.s.AskAs("", "GET", "/readyz", nil); r.Status != http.StatusServiceUnavailable {
				t.Errorf("readyz: %d", r.Status)
			}
			placed := o.buyOnChannel()
			o.refused("error.db.gone")
			g.mend()
			o.goesOn(key, placed)
		}
	}
}
