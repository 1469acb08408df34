// Package apptest opens the whole program on a throw-away database with a small shop in it, so that tests of pages, of the API
// and of several domains together work with the real thing.
package apptest

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/app"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/identity"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/stock"
)

// Start is when the shop's clock stands at the beginning: a Tuesday, 14:03:20 in Kyiv.
var Start = time.Date(2026, 11, 24, 12, 3, 20, 0, time.UTC)

// Shop is the program with one shop. Nothing runs in the background.
type Shop struct {
	*app.App
	Now       *clock.Fake
	Tenant    db.Tenant
	Owner     access.Actor
	Picker    access.Actor
	Viewer    access.Actor
	Warehouse stock.Warehouse
}

// Open founds the shop; it is closed at the test's end.
func Open(t testing.TB) *Shop {
	t.Helper()
	ctx, dir := context.Background(), t.TempDir()
	now := clock.NewFake(Start)
	a, err := app.Open(ctx, app.Options{
		Database: dbtest.Options(t, db.SQLite), Migrate: true, KeyFile: filepath.Join(dir, "key"), Clock: now,
		PasswordCost: identity.Cost{MemoryKiB: 8, Passes: 1, Threads: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(context.Background()); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	signed, err := a.Identity.Found(ctx, identity.SetupInput{
		Shop: "Крамниця", Language: "uk", Currency: "UAH", Zone: "Europe/Kyiv", Email: "olena@shop.example", Name: "Олена Коваленко", Password: "correct horse battery",
	})
	if err != nil {
		t.Fatal(err)
	}
	s := &Shop{App: a, Now: now, Tenant: signed.Account.Tenant}
	s.Owner = s.actor(signed.Account.ID, "Олена Коваленко", identity.Owner)
	s.Picker = s.person(t, "Ігор Мельник", identity.Picker)
	s.Viewer = s.person(t, "Софія Ткаченко", identity.Viewer)
	s.Read(t, func(tx *db.Tx) error {
		list, err := a.Stock.Warehouses(ctx, tx)
		if len(list) > 0 {
			s.Warehouse = list[0]
		}
		return err
	})
	return s
}

func (s *Shop) actor(id int64, name string, role identity.Role) access.Actor {
	granted := map[access.Permission]bool{}
	for _, p := range role.Permissions() {
		granted[p] = true
	}
	return access.Actor{Tenant: s.Tenant, Kind: access.Person, ID: id, Name: name, Language: "uk", Granted: granted}
}

// person adds an account.
func (s *Shop) person(t testing.TB, name string, role identity.Role) access.Actor {
	t.Helper()
	acc, err := s.Identity.Create(context.Background(), s.Owner, identity.CreateInput{
		Email: string(role) + "@shop.example", Name: name, Role: role, Language: "uk", Password: "correct horse battery",
	})
	if err != nil {
		t.Fatal(err)
	}
	return s.actor(acc.ID, name, role)
}

// Read runs f in a reading transaction of the shop.
func (s *Shop) Read(t testing.TB, f func(tx *db.Tx) error) {
	t.Helper()
	if err := s.DB.Read(context.Background(), s.Tenant, f); err != nil {
		t.Fatal(err)
	}
}

// Write runs f in a writing transaction of the shop.
func (s *Shop) Write(t testing.TB, f func(tx *db.Tx) error) {
	t.Helper()
	if err := s.DB.Write(context.Background(), s.Tenant, f); err != nil {
		t.Fatal(err)
	}
}

// SKU adds a SKU of goods with so many pieces on hand; price in minor units of UAH.
func (s *Shop) SKU(t testing.TB, code, name string, price, pieces int64) catalog.SKU {
	t.Helper()
	ctx := context.Background()
	p, err := s.Catalog.CreateProduct(ctx, s.Owner, catalog.NewProduct{SKUs: []catalog.NewSKU{{Code: code, Name: name, Price: money.New(price, money.UAH)}}})
	if err != nil {
		t.Fatal(err)
	}
	sku := p.SKUs[0]
	if pieces == 0 {
		return sku
	}
	_, err = s.Stock.Post(ctx, s.Owner, stock.DocumentInput{Kind: stock.MoveReceipt, WarehouseID: s.Warehouse.ID, Lines: []stock.Count{{SKUID: sku.ID, Qty: qty.Pieces(pieces)}}})
	if err != nil {
		t.Fatal(err)
	}
	return sku
}
