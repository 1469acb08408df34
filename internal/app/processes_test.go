package app_test

import (
	"context"
	"os"
	"testing"

	"github.com/lad-hub/lad/internal/app"
	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/prom"
	"github.com/lad-hub/lad/internal/stock"
)

// runs says whether a process runs the loop of a connection.
func runs(t *testing.T, a *app.App, tenant db.Tenant, id int64) (here bool) {
	t.Helper()
	ctx := context.Background()
	if err := a.DB.Read(ctx, tenant, func(tx *db.Tx) error {
		c, err := connections.ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		h, err := a.Connections.HealthOf(ctx, tx, c)
		here = h.RunningHere
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return here
}

// Two processes on one PostgreSQL: a connection's loop runs in one of them, a change made in the other reaches the channel all
// the same, and when the owner stops the other takes over.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	if os.Getenv("LAD_TEST_POSTGRES") == "" {
		return
	}
	ctx := context.Background()
	o := dbtest.Options(t, db.Postgres)
	first := apptest.Live(t, o)
	sku := first.Goods("GEN", 100, 5)
	shop := prom.New(prom.Options{})
	shop.SeedOffers([]sim.OfferSeed{{SKU: "GEN", Title: "Generator", PriceMinor: 100, Quantity: 1}})
	c, _ := first.Connect(shop, nil)
	id := c.ID
	first.Start()
	shows := func(n int64) func() bool {
		return func() bool { o, ok := shop.OfferBySKU("GEN"); return ok && o.Quantity == n }
	}
	apptest.Eventually(t, "the channel shows what is there", shows(5))
	second, err := app.Open(ctx, app.Options{Database: o, KeyFile: first.KeyFile, AllowPrivate: true, PollEvery: first.PollEvery})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := second.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	if err := second.Start(ctx); err != nil {
		t.Fatal(err)
	}
	receive := func() {
		_, err := second.Stock.Post(ctx, first.Who, stock.DocumentInput{Kind: stock.MoveReceipt, WarehouseID: first.Warehouse, Lines: []stock.Count{{SKUID: sku.ID, Qty: qty.Pieces(2)}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	receive()
	apptest.Eventually(t, "a change of the second process reaches the channel through the first", shows(7))
	if runs(t, second, first.Tenant, id) {
		t.Fatal("both processes run the connection")
	}
	first.Connections.Stop()
	apptest.Eventually(t, "the second process takes over", func() bool { return runs(t, second, first.Tenant, id) })
	receive()
	apptest.Eventually(t, "the second process pushes by itself", shows(9))
}
