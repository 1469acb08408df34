package apptest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/app"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/identity"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/simtest"
	"github.com/lad-hub/lad/internal/stock"
	"github.com/lad-hub/lad/internal/tasks"
)

// Clock is the system's clock, which a test may put forward.
type Clock struct{ ahead atomic.Int64 }

// Now is the system's time and what it was put forward by.
func (c *Clock) Now() time.Time {
	return time.Now().UTC().Add(time.Duration(c.ahead.Load())).Truncate(time.Microsecond)
}

// Advance puts the clock forward.
func (c *Clock) Advance(d time.Duration) { c.ahead.Add(int64(d)) }

// Living is the program with a shop on one engine, whose background work can run and whose channels are simulators on HTTP
// servers. At the end of the test every invariant must hold.
type Living struct {
	*app.App
	Time      *Clock
	Tenant    db.Tenant
	Who       access.Actor // may everything
	Warehouse int64

	t       testing.TB
	started bool
	url     string
	token   string
}

// EachEngine runs a test with a living shop on SQLite and on PostgreSQL.
func EachEngine(t *testing.T, f func(t *testing.T, s *Living)) {
	t.Helper()
	for _, e := range Engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			f(t, Live(t, dbtest.Options(t, e)))
		})
	}
}

// Engines are the engines that tests run on; see dbtest.EachEngine.
func Engines() []db.Engine {
	if os.Getenv("LAD_TEST_POSTGRES") == "" {
		return []db.Engine{db.SQLite}
	}
	return []db.Engine{db.SQLite, db.Postgres}
}

// Live opens the program on an empty database and founds a shop.
func Live(t testing.TB, o db.Options) *Living {
	t.Helper()
	s := &Living{Time: &Clock{}, t: t}
	a, err := app.Open(context.Background(), app.Options{
		Database: o, Migrate: true, KeyFile: filepath.Join(t.TempDir(), "lad.key"), AllowPrivate: true, PollEvery: 20 * time.Millisecond, MovingPerSecond: -1, Clock: s.Time,
		PasswordCost: identity.Cost{MemoryKiB: 8, Passes: 1, Threads: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.App = a
	t.Cleanup(func() {
		if err := a.Close(context.Background()); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	t.Cleanup(func() { s.Clean() })
	signed, err := a.Identity.Found(context.Background(), identity.SetupInput{
		Shop: "Крамниця", Language: "uk", Currency: "UAH", Zone: "Europe/Kyiv", Email: "olena@shop.example", Name: "Олена Коваленко", Password: "correct horse battery",
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Tenant = signed.Account.Tenant
	s.Who = access.ForSystem(s.Tenant)
	s.Warehouse = s.firstWarehouse(s.Tenant)
	return s
}

func (s *Living) firstWarehouse(t db.Tenant) (id int64) {
	s.t.Helper()
	s.read(t, func(tx *db.Tx) error {
		list, err := s.Stock.Warehouses(context.Background(), tx)
		if len(list) > 0 {
			id = list[0].ID
		}
		return err
	})
	return id
}

// Second founds another shop in the same program and answers its tenant.
func (s *Living) Second() access.Actor {
	s.t.Helper()
	other := s.Tenant + 1
	err := s.DB.Write(context.Background(), db.System, func(tx *db.Tx) error {
		tx.Tenant = other
		_, err := tx.Exec(context.Background(), `insert into tenant (tenant_id, name, language, currency, zone, created_at)
			values ($1, 'Sąsiad', 'pl', 'PLN', 'Europe/Warsaw', $2)`, int64(other), tx.NowMicros())
		if err != nil {
			return err
		}
		return s.Stock.Found(context.Background(), tx, "Magazyn")
	})
	s.must(err)
	return access.ForSystem(other)
}

func (s *Living) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *Living) read(t db.Tenant, f func(*db.Tx) error) {
	s.t.Helper()
	s.must(s.DB.Read(context.Background(), t, f))
}

// Read runs f in a reading transaction of the shop.
func (s *Living) Read(f func(*db.Tx) error) { s.t.Helper(); s.read(s.Tenant, f) }

// Write runs f in a writing transaction of the shop.
func (s *Living) Write(f func(*db.Tx) error) {
	s.t.Helper()
	s.must(s.DB.Write(context.Background(), s.Tenant, f))
}

// Int reads one number.
func (s *Living) Int(query string, args ...any) (n int64) {
	s.t.Helper()
	s.Read(func(tx *db.Tx) error {
		return tx.QueryRow(context.Background(), query, append([]any{int64(tx.Tenant)}, args...)...).Scan(&n)
	})
	return n
}

// Text reads one text.
func (s *Living) Text(query string, args ...any) (text string) {
	s.t.Helper()
	s.Read(func(tx *db.Tx) error {
		return tx.QueryRow(context.Background(), query, append([]any{int64(tx.Tenant)}, args...)...).Scan(&text)
	})
	return text
}

// Start begins the background work.
func (s *Living) Start() {
	s.t.Helper()
	s.must(s.App.Start(context.Background()))
	s.started = true
}

// Clean fails the test unless every invariant holds.
func (s *Living) Clean() {
	s.t.Helper()
	if s.started {
		s.Connections.Stop()
	}
	checks, found, err := s.Doctor(context.Background(), false)
	if err != nil || checks == 0 {
		s.t.Errorf("doctor: %d checks, %v", checks, err)
	}
	for _, f := range found {
		s.t.Errorf("doctor: tenant %d: %s: %s", f.Tenant, f.Check, f.Detail)
	}
}

// Goods adds a SKU at a price in minor units with pieces on hand.
func (s *Living) Goods(code string, price, pieces int64) catalog.SKU {
	s.t.Helper()
	sku := s.Add(catalog.NewSKU{Code: code, Name: "Товар " + code, Price: money.New(price, money.UAH)})
	if pieces > 0 {
		s.Receive(sku.ID, pieces)
	}
	return sku
}

// Add adds a SKU.
func (s *Living) Add(in catalog.NewSKU) catalog.SKU {
	s.t.Helper()
	p, err := s.Catalog.CreateProduct(context.Background(), s.Who, catalog.NewProduct{SKUs: []catalog.NewSKU{in}})
	s.must(err)
	return p.SKUs[0]
}

// Receive books pieces that came.
func (s *Living) Receive(sku, pieces int64) {
	s.t.Helper()
	s.post(stock.MoveReceipt, sku, pieces)
}

// Adjust books a change of pieces, negative for a loss.
func (s *Living) Adjust(sku, pieces int64) {
	s.t.Helper()
	s.post(stock.MoveAdjustment, sku, pieces)
}

func (s *Living) post(kind stock.MoveKind, sku, pieces int64) {
	s.t.Helper()
	_, err := s.Stock.Post(context.Background(), s.Who, stock.DocumentInput{Kind: kind, WarehouseID: s.Warehouse, Reason: "test", Lines: []stock.Count{{SKUID: sku, Qty: qty.Pieces(pieces)}}})
	s.must(err)
}

// Stand is what a SKU has on hand and held, in pieces.
func (s *Living) Stand(sku int64) (onHand, held int64) {
	s.t.Helper()
	s.Read(func(tx *db.Tx) error {
		levels, err := s.Stock.Levels(context.Background(), tx, []int64{sku})
		for _, l := range levels[sku] {
			onHand += l.OnHand.Whole()
			held += l.Reserved.Whole()
		}
		return err
	})
	return onHand, held
}

// Wants checks what a SKU has on hand and held.
func (s *Living) Wants(sku, onHand, held int64) {
	s.t.Helper()
	if h, r := s.Stand(sku); h != onHand || r != held {
		s.t.Errorf("SKU %d: on hand %d, held %d; want %d and %d", sku, h, r, onHand, held)
	}
}

// Tasks counts the open tasks of a kind on a subject.
func (s *Living) Tasks(kind tasks.Kind, subject string, id int64) int {
	s.t.Helper()
	return int(s.Int("select count(*) from task where tenant_id = $1 and kind = $2 and subject = $3 and subject_id = $4 and state = 'open'", string(kind), subject, id))
}

// Told counts journal entries of a kind on a subject.
func (s *Living) Told(kind, subject string, id int64) int {
	s.t.Helper()
	return int(s.Int("select count(*) from journal where tenant_id = $1 and kind = $2 and subject = $3 and subject_id = $4", kind, subject, id))
}

// Connect serves a simulated shop and adds a connection to it that may send as many requests as it likes. The settings in set
// replace the working ones.
func (s *Living) Connect(shop sim.Shop, set map[string]string) (connections.Connection, *httptest.Server) {
	s.t.Helper()
	srv := simtest.Serve(shop)
	s.t.Cleanup(srv.Close)
	s.t.Cleanup(s.Connections.Stop) // before its server goes
	settings := shop.Settings(srv.URL)
	for k, v := range set {
		settings[k] = v
	}
	c, err := s.Connections.Add(context.Background(), s.Who, connections.Input{Driver: shop.Name(), Name: shop.Name(), Settings: settings})
	s.must(err)
	s.must(s.Connections.SetRate(context.Background(), s.Who, c.ID, 1000))
	return c, srv
}

// Connection reads a connection again.
func (s *Living) Connection(id int64) (c connections.Connection) {
	s.t.Helper()
	s.Read(func(tx *db.Tx) (err error) {
		c, err = connections.ByID(context.Background(), tx, id)
		return err
	})
	return c
}

// Health reads how a connection is doing.
func (s *Living) Health(id int64) (h connections.Health) {
	s.t.Helper()
	s.Read(func(tx *db.Tx) error {
		c, err := connections.ByID(context.Background(), tx, id)
		if err != nil {
			return err
		}
		h, err = s.Connections.HealthOf(context.Background(), tx, c)
		return err
	})
	return h
}

// Settled waits until every offer of a connection was read and shows what it should.
func (s *Living) Settled(id int64) {
	s.t.Helper()
	Eventually(s.t, "connection settles", func() bool {
		h := s.Health(id)
		return h.Connection.OffersReadAt > 0 && h.Dirty == 0 && h.Waiting == 0
	})
}

// URL is where the program's own routes are served.
func (s *Living) URL() string {
	s.t.Helper()
	if s.url == "" {
		rt, err := s.Router(app.ServeOptions{PerSecond: -1})
		s.must(err)
		srv := httptest.NewServer(rt)
		s.t.Cleanup(srv.Close)
		s.url = srv.URL
	}
	return s.url
}

// Token makes an API token of the shop with scopes.
func (s *Living) Token(scopes ...access.Permission) string {
	s.t.Helper()
	return s.TokenOf(s.Who, scopes...)
}

// TokenOf makes an API token of an actor's shop.
func (s *Living) TokenOf(a access.Actor, scopes ...access.Permission) string {
	s.t.Helper()
	_, plain, err := s.Identity.CreateToken(context.Background(), a, identity.TokenInput{Name: "test", Scopes: scopes})
	s.must(err)
	return plain.Reveal()
}

// Said is an answer of the program's API.
type Said struct {
	Status int
	Body   []byte
	Header http.Header
}

// Into reads the JSON of the answer.
func (r Said) Into(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal(r.Body, v); err != nil {
		t.Fatalf("%v in %d %s", err, r.Status, r.Body)
	}
}

// Ask sends a request to the API as a bearer of every permission; header holds name, value pairs.
func (s *Living) Ask(method, path string, body any, header ...string) Said {
	s.t.Helper()
	if s.token == "" {
		s.token = s.Token(access.All...)
	}
	return s.AskAs(s.token, method, path, body, header...)
}

// AskAs is Ask with another token; empty for none.
func (s *Living) AskAs(token, method, path string, body any, header ...string) Said {
	s.t.Helper()
	raw, ok := body.([]byte)
	if !ok && body != nil {
		var err error
		raw, err = json.Marshal(body)
		s.must(err)
	}
	req, err := http.NewRequestWithContext(context.Background(), method, s.URL()+path, bytes.NewReader(raw))
	s.must(err)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Errorf("%s %s: %v", method, path, err)
		return Said{}
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Errorf("%s %s: %v", method, path, err)
	}
	return Said{Status: resp.StatusCode, Body: answer, Header: resp.Header}
}

// Patience bounds what Eventually waits for.
const Patience = 20 * time.Second

// Eventually fails the test unless ok says true before Patience ends.
func Eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	every := time.NewTicker(5 * time.Millisecond)
	defer every.Stop()
	for end := time.Now().Add(Patience); ; <-every.C {
		if ok() {
			return
		}
		if time.Now().After(end) {
			t.Fatal(fmt.Sprint("in vain: ", what))
		}
	}
}
