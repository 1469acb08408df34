package rehearsal

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/app"
	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/identity"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/prom"
	"github.com/lad-hub/lad/internal/stock"
	rehearsalui "github.com/lad-hub/lad/internal/ui/rehearsal"
)

// forgetful is a channel that tells some buyers that they have ordered and keeps nothing.
type forgetful struct {
	*prom.Shop
	n int
}

func (f *forgetful) PlaceOrder(b sim.Basket) (sim.Placed, error) {
	if f.n++; f.n%5 == 0 {
		return sim.Placed{ID: fmt.Sprint(1_000_000 + f.n), At: time.Now()}, nil
	}
	return f.Shop.PlaceOrder(b)
}

func init() {
	simulators["forgetful"] = func(o sim.Options, _ string) sim.Shop { return &forgetful{Shop: prom.New(prom.Options{Options: o})} }
}

// The verdict finds what is lost: of orders that a channel has forgotten not one is called arrived. On a machine that is slower
// than the patience of this test, others may be late as well.
func TestLostOrdersAreCounted(t *testing.T) {
	t.Parallel()
	s := apptest.Live(t, dbtest.Options(t, db.SQLite))
	s.Goods("LMP", 41_200, 500)
	l := New(s.App, Options{Seed: 1, Patience: 10 * time.Second})
	t.Cleanup(l.Close)
	p := steady(10, 10, 300)
	p.Channel = "forgetful"
	if err := l.Start(context.Background(), s.Who, p); err != nil {
		t.Fatal(err)
	}
	l.running.Wait()
	v, err := l.View(context.Background(), s.Who)
	if err != nil {
		t.Fatal(err)
	}
	r := v.Run.Result
	if r.Placed != 100 || r.Lost < 20 || r.Lost+r.Arrived != 100 || r.Whole() || v.Run.Phase != rehearsalui.Ended {
		t.Errorf("%s: %+v", v.Run.Phase, r)
	}
}

// The copy can sell what the shop can sell: of each warehouse what no order holds, kits by their parts, and no more; nobody can
// sign in to it, and it has no customers, orders or connections.
func TestCopyOfTheGoods(t *testing.T) {
	t.Parallel()
	for _, e := range apptest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			s := apptest.Live(t, dbtest.Options(t, e))
			lamp, mug := s.Goods("LMP", 41_200, 10), s.Goods("MUG", 9_900, 7)
			s.Goods("EMPTY", 100, 0)
			s.Add(catalog.NewSKU{Code: "SET", Name: "Набір", Kind: catalog.KindKit, Parts: []catalog.Part{{SKUID: lamp.ID, Qty: 2000}, {SKUID: mug.ID, Qty: 1000}}})
			w, err := s.Stock.AddWarehouse(ctx, s.Who, "lviv", "Львів")
			if err != nil {
				t.Fatal(err)
			}
			in := stock.DocumentInput{Kind: stock.MoveReceipt, WarehouseID: w.ID, Lines: []stock.Count{{SKUID: lamp.ID, Qty: qty.Pieces(4)}}}
			if _, err := s.Stock.Post(ctx, s.Who, in); err != nil {
				t.Fatal(err)
			}
			s.Write(func(tx *db.Tx) error {
				_, err := s.Stock.Hold(ctx, tx, []stock.Demand{{OrderID: 1, LineNo: 1, SKUID: lamp.ID, Qty: qty.Pieces(3)}})
				return err
			})
			for least, want := range map[int64]map[string]qty.Qty{
				0:  {"LMP": qty.Pieces(11), "MUG": qty.Pieces(7), "SET": qty.Pieces(5)},
				20: {"LMP": qty.Pieces(20), "MUG": qty.Pieces(20), "SET": qty.Pieces(10)},
			} {
				if diff := cmp.Diff(want, copied(t, New(s.App, Options{}), s.Tenant, dbtest.Options(t, e), least)); diff != "" {
					t.Errorf("with at least %d (-want +got):\n%s", least, diff)
				}
			}
			s.Write(func(tx *db.Tx) error { return s.Stock.Release(ctx, tx, 1) })
		})
	}
}

// copied makes the copy in a database of its own and answers what can be sold there by code.
func copied(t *testing.T, l *Lab, tenant db.Tenant, o db.Options, least int64) map[string]qty.Qty {
	t.Helper()
	ctx := context.Background()
	g, err := l.copyGoods(ctx, tenant)
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(ctx, app.Options{Database: o, Migrate: true, KeyFile: filepath.Join(t.TempDir(), "key"), PasswordCost: identity.Cost{MemoryKiB: 8, Passes: 1, Threads: 1}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(ctx); err != nil {
			t.Error(err)
		}
	}()
	r := &run{app: a}
	if r.ids, err = g.stockUp(ctx, a, least); err != nil {
		t.Fatal(err)
	}
	available, err := r.available(ctx)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]qty.Qty{}
	for code, id := range r.ids {
		out[code] = available[id]
	}
	accounts, err := a.Identity.Accounts(ctx, access.ForSystem(shop), 0, 10)
	if err != nil || len(accounts) != 1 || accounts[0].Email != "owner@rehearsal.example" {
		t.Errorf("accounts of the copy: %+v %v", accounts, err)
	}
	return out
}
