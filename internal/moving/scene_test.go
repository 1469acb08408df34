package moving_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/moving"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/platform/secret"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/baselinker"
)

var ctx = context.Background()

// scene is a living shop and the account that it moves from.
type scene struct {
	*apptest.Living
	t       *testing.T
	account *baselinker.Account
	url     string
}

func stage(t *testing.T, s *apptest.Living, o baselinker.Options) *scene {
	t.Helper()
	o.Clock, o.PerMinute = s.Time, max(o.PerMinute, 100_000)
	return stageLimited(t, s, o)
}

// stageLimited is stage with the account's own limit of requests.
func stageLimited(t *testing.T, s *apptest.Living, o baselinker.Options) *scene {
	t.Helper()
	o.Clock = s.Time
	c := &scene{Living: s, t: t, account: baselinker.New(o)}
	srv := httptest.NewServer(c.account)
	t.Cleanup(srv.Close)
	c.url = srv.URL + baselinker.Path
	return c
}

func (c *scene) input() moving.Input {
	return moving.Input{Token: secret.Text(c.account.Token()), Address: c.url, WithStock: true}
}

func (c *scene) begin(in moving.Input) moving.Run {
	c.t.Helper()
	r, err := c.Moving.Begin(ctx, c.Who, in)
	if err != nil {
		c.t.Fatal(err)
	}
	return r
}

// maxSteps is more than any test needs.
const maxSteps = 2000

// work does steps until the turn is over; pauses pass at once.
func (c *scene) work(r moving.Run) moving.Run {
	c.t.Helper()
	return c.workUntil(r, func(moving.Run) bool { return false })
}

// workUntil does steps until the turn is over or enough says so.
func (c *scene) workUntil(r moving.Run, enough func(moving.Run) bool) moving.Run {
	c.t.Helper()
	for range maxSteps {
		more, at, err := c.Moving.Step(ctx, c.Who, r.ID, r.Turn)
		if err != nil {
			c.t.Fatal(err)
		}
		now := c.run(r.ID)
		if !more || enough(now) {
			return now
		}
		if !at.IsZero() {
			c.Time.Advance(at.Sub(c.Time.Now()) + time.Millisecond)
		}
	}
	c.t.Fatalf("not over after %d steps", maxSteps)
	return r
}

func (c *scene) run(id int64) moving.Run {
	c.t.Helper()
	r, err := c.Moving.ByID(ctx, c.Tenant, id)
	if err != nil {
		c.t.Fatal(err)
	}
	return r
}

// move brings everything over and wants it done.
func (c *scene) move() moving.Run {
	c.t.Helper()
	r := c.work(c.begin(c.input()))
	if r.State != moving.Done {
		c.t.Fatalf("the run is %s at %s: %s %s", r.State, r.Stage, r.Error, r.Words)
	}
	return r
}

// tables are what moving in fills, and every table that it could disturb.
var tables = []string{"product", "sku", "kit_part", "barcode", "warehouse", "level", "move", "hold", "shortage", "stock_document", "stock_document_line",
	"customer", "customer_identity", "orders", "order_line", "order_push", "task", "fact", "moving_link"}

// rows counts the rows of every table, and the journal without what is about runs themselves.
func (c *scene) rows() map[string]int64 {
	c.t.Helper()
	out := map[string]int64{}
	for _, name := range tables {
		out[name] = c.Int("select count(*) from " + name + " where tenant_id = $1")
	}
	out["journal"] = c.Int("select count(*) from journal where tenant_id = $1 and subject <> 'moving'")
	out["on hand"] = c.Int("select coalesce(sum(on_hand), 0) from level where tenant_id = $1")
	out["reserved"] = c.Int("select coalesce(sum(reserved), 0) from level where tenant_id = $1")
	return out
}

// sku finds a SKU by its code.
func (c *scene) sku(code string) (out catalog.SKU) {
	c.t.Helper()
	c.Read(func(tx *db.Tx) error {
		found, err := catalog.Reader{}.ByCodes(ctx, tx, []string{code})
		out = found[code]
		return err
	})
	if out.ID == 0 {
		c.t.Fatalf("there is no SKU %s", code)
	}
	return out
}

// level is on hand and reserved of a SKU over all warehouses, in pieces.
func (c *scene) level(code string) [2]int64 {
	c.t.Helper()
	id := c.sku(code).ID
	return [2]int64{
		c.Int("select coalesce(sum(on_hand), 0) from level where tenant_id = $1 and sku_id = $2", id) / int64(qty.One),
		c.Int("select coalesce(sum(reserved), 0) from level where tenant_id = $1 and sku_id = $2", id) / int64(qty.One),
	}
}

func (c *scene) wantLevel(code string, onHand, reserved int64) {
	c.t.Helper()
	if got := c.level(code); got != [2]int64{onHand, reserved} {
		c.t.Errorf("%s: on hand and reserved %v, want %d and %d", code, got, onHand, reserved)
	}
}

// order reads what came of an order of the account.
func (c *scene) order(id int64) orders.Card {
	c.t.Helper()
	own := c.Int("select id from orders where tenant_id = $1 and external_id = $2", fmt.Sprint("baselinker:", id))
	card, err := c.Orders.Get(ctx, c.Who, own)
	if err != nil {
		c.t.Fatal(err)
	}
	return card
}

// kettle is a product with so many pieces in the main warehouse.
func kettle(sku string, pieces int64) baselinker.Product {
	return baselinker.Product{SKU: sku, Name: "Czajnik " + sku, EAN: "590" + sku, CategoryID: 3, ManufacturerID: 12, TaxRate: 23, WeightGrams: 1250, CostMinor: 4100,
		Prices: map[int64]int64{baselinker.PriceGroup: 9990}, Stock: map[string]int64{baselinker.MainWarehouse: pieces}}
}

func line(product, pieces int64) baselinker.OrderLine {
	return baselinker.OrderLine{ProductID: product, Name: "Czajnik", PriceMinor: 9990, Quantity: pieces}
}

var ola = sim.Buyer{Name: "Ola Nowa", Phone: "+48500100200", Email: "ola@example.org", City: "Gdynia", Address: "Polna 3/4", Warehouse: "GDY07"}

// renumberCatalogue makes it look as if another account had come over before.
func renumberCatalogue(tx *db.Tx) error {
	_, err := tx.Exec(ctx, "update moving_link set external_id = '1' where tenant_id = $1 and kind = 'inventory'", int64(tx.Tenant))
	return err
}

// loseNote makes the page under way come too late to be noted, as if the process died before.
func loseNote(tx *db.Tx) error {
	_, err := tx.Exec(ctx, "update moving_run set version = version + 1 where tenant_id = $1", int64(tx.Tenant))
	return err
}
