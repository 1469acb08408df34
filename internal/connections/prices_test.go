package connections_test

import (
	"fmt"
	"testing"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/prom"
	"github.com/lad-hub/lad/internal/sim/rozetka"
)

func costs(t *testing.T, shop sim.Shop, code string, minor int64) {
	t.Helper()
	apptest.Eventually(t, fmt.Sprintf("%s sells %s for %d", shop.Name(), code, minor), func() bool { return sku(shop, code).PriceMinor == minor })
}

func setPrice(t *testing.T, s *apptest.Living, one catalog.SKU, minor int64) {
	t.Helper()
	price := money.New(minor, money.UAH)
	s.Read(func(tx *db.Tx) error {
		now, err := catalog.Reader{}.ByIDs(ctx, tx, []int64{one.ID})
		one = now[one.ID]
		return err
	})
	if _, err := s.Catalog.UpdateSKU(ctx, s.Who, catalog.SKUUpdate{ID: one.ID, Version: one.Version, Price: &price}); err != nil {
		t.Fatal(err)
	}
}

func pricesSettled(t *testing.T, s *apptest.Living, c connections.Connection) {
	t.Helper()
	apptest.Eventually(t, "prices settle", func() bool {
		return s.Int("select count(*) from listing_price where tenant_id = $1 and connection_id = $2 and state = 'confirmed'", c.ID) > 0 &&
			s.Int("select count(*) from listing_price where tenant_id = $1 and connection_id = $2 and state not in ('confirmed', 'parked')", c.ID) == 0
	})
}

// A price travels by the connection's rule when it is switched on, when the base price changes and when the rule does; without
// the switch the channel's own price is left alone.
func TestPricesTravel(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		a := s.Goods("A", 100_00, 5)
		s.Goods("B", 250_00, 5)
		p, r := prom.New(prom.Options{}), rozetka.New(rozetka.Options{})
		for _, shop := range []sim.Shop{p, r} {
			offer(shop, "A", 95_00, 1)
			offer(shop, "B", 240_00, 1)
		}
		onProm, _ := s.Connect(p, nil)
		onRozetka, _ := s.Connect(r, nil)
		s.Start()
		settled(t, s, onProm, onRozetka)
		costs(t, p, "A", 95_00)
		rule := connections.AsIs
		rule.Push, rule.MulPPM = true, 1_100_000
		if err := s.Connections.SetPrices(ctx, s.Who, onProm.ID, rule); err != nil {
			t.Fatal(err)
		}
		costs(t, p, "A", 110_00)
		costs(t, p, "B", 275_00)
		pricesSettled(t, s, onProm)
		s.Read(func(tx *db.Tx) error {
			list, err := s.Connections.PricedListings(ctx, tx, onProm.ID, 0, 10)
			if len(list) != 2 || list[0].PriceMinor+list[1].PriceMinor != 385_00 {
				t.Errorf("the prices that were read back are not the ones that are told: %+v", list)
			}
			return err
		})
		setPrice(t, s, a, 120_00)
		costs(t, p, "A", 132_00)
		rule.StepMinor, rule.EndingMinor = 1000, 900
		if err := s.Connections.SetPrices(ctx, s.Who, onProm.ID, rule); err != nil {
			t.Fatal(err)
		}
		costs(t, p, "A", 129_00)
		if o := sku(r, "A"); o.PriceMinor != 95_00 {
			t.Errorf("a channel whose prices are not ours shows %d", o.PriceMinor)
		}
		rule.Push = false
		if err := s.Connections.SetPrices(ctx, s.Who, onProm.ID, rule); err != nil {
			t.Fatal(err)
		}
		setPrice(t, s, a, 500_00)
		if n := s.Int("select count(*) from listing_price where tenant_id = $1"); n != 0 {
			t.Errorf("%d prices are still wanted", n)
		}
		rule.MulPPM = 0
		if err := s.Connections.SetPrices(ctx, s.Who, onProm.ID, rule); !errs.Is(err, errs.Invalid) {
			t.Errorf("a rule that gives nothing away: %v", err)
		}
	})
}

// Rozetka parks a price that jumps; the listing says so, the rest goes on, and the next price that is near enough passes.
func TestPriceGuard(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		a := s.Goods("A", 100_00, 5)
		s.Goods("B", 100_00, 5)
		shop := rozetka.New(rozetka.Options{})
		offer(shop, "A", 100_00, 1)
		offer(shop, "B", 99_00, 1)
		c, _ := s.Connect(shop, nil)
		s.Start()
		settled(t, s, c)
		rule := connections.AsIs
		rule.Push = true
		if err := s.Connections.SetPrices(ctx, s.Who, c.ID, rule); err != nil {
			t.Fatal(err)
		}
		costs(t, shop, "B", 100_00)
		pricesSettled(t, s, c)
		setPrice(t, s, a, 900_00)
		apptest.Eventually(t, "the jump is parked", func() bool {
			return s.Int("select count(*) from listing_price where tenant_id = $1 and sku_id = $2 and state = 'parked' and error <> ''", a.ID) == 1
		})
		if o := sku(shop, "A"); o.PriceMinor != 100_00 || o.ParkedPriceMinor != 900_00 {
			t.Errorf("shown %d, parked %d", o.PriceMinor, o.ParkedPriceMinor)
		}
		setPrice(t, s, a, 101_00)
		costs(t, shop, "A", 101_00)
	})
}

// A price is not sent in a currency that the channel does not sell in.
func TestPriceInAnotherCurrency(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		one := s.Add(catalog.NewSKU{Code: "PL", Name: "Towar", Price: money.New(50_00, money.PLN)})
		s.Receive(one.ID, 3)
		shop := prom.New(prom.Options{})
		offer(shop, "PL", 500_00, 1)
		c, _ := s.Connect(shop, nil)
		s.Start()
		settled(t, s, c)
		rule := connections.AsIs
		rule.Push = true
		if err := s.Connections.SetPrices(ctx, s.Who, c.ID, rule); err != nil {
			t.Fatal(err)
		}
		apptest.Eventually(t, "the price is held back", func() bool {
			return s.Text("select coalesce(max(error), '') from listing_price where tenant_id = $1 and state = 'parked'") != ""
		})
		if o := sku(shop, "PL"); o.PriceMinor != 500_00 {
			t.Errorf("the channel shows %d", o.PriceMinor)
		}
	})
}

// What can be sold of goods is the ledger's news, so a new price asks no channel for a quantity; a kit's quantity follows its parts.
func TestCatalogueNews(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		a := s.Goods("A", 100_00, 20)
		kit := s.Add(catalog.NewSKU{Code: "K", Name: "Набір", Kind: catalog.KindKit, Price: money.New(150_00, money.UAH), Parts: []catalog.Part{{SKUID: a.ID, Qty: qty.Pieces(1)}}})
		shop := prom.New(prom.Options{})
		offer(shop, "A", 100_00, 1)
		offer(shop, "K", 150_00, 1)
		c, _ := s.Connect(shop, nil)
		s.Start()
		settled(t, s, c)
		shows(t, shop, "K", 20)
		wanted := func() int64 {
			return s.Int("select want_gen from listing_stock where tenant_id = $1 and sku_id = $2", a.ID)
		}
		before := wanted()
		price := money.New(120_00, money.UAH)
		if _, err := s.Catalog.UpdateSKU(ctx, s.Who, catalog.SKUUpdate{ID: a.ID, Version: a.Version, Price: &price}); err != nil {
			t.Fatal(err)
		}
		if got := wanted(); got != before {
			t.Errorf("a price asks for a quantity: generation %d after %d", got, before)
		}
		if _, err := s.Catalog.SetKit(ctx, s.Who, catalog.KitParts{ID: kit.ID, Version: kit.Version, Parts: []catalog.Part{{SKUID: a.ID, Qty: qty.Pieces(4)}}}); err != nil {
			t.Fatal(err)
		}
		shows(t, shop, "K", 5)
		s.Adjust(a.ID, -12)
		shows(t, shop, "K", 2)
		shows(t, shop, "A", 8)
		s.Settled(c.ID)
		kitsMadeAnew(t, s, c, kit.ID, a.ID)
	})
}

// kitsMadeAnew: what a kit is made of changes without the ledger's locks, so a push under way must find a newer generation, also
// when its row waits already; the ledger's own changes need not touch such a row.
func kitsMadeAnew(t *testing.T, s *apptest.Living, c connections.Connection, kit, part int64) {
	t.Helper()
	if err := s.Connections.Pause(ctx, s.Who, c.ID); err != nil {
		t.Fatal(err)
	}
	generation := func() int64 {
		return s.Int("select want_gen from listing_stock where tenant_id = $1 and sku_id = $2", kit)
	}
	before := generation()
	for i, n := range []int64{2, 3} {
		var now catalog.SKU
		s.Read(func(tx *db.Tx) error {
			found, err := catalog.Reader{}.ByIDs(ctx, tx, []int64{kit})
			now = found[kit]
			return err
		})
		if _, err := s.Catalog.SetKit(ctx, s.Who, catalog.KitParts{ID: kit, Version: now.Version, Parts: []catalog.Part{{SKUID: part, Qty: qty.Pieces(n)}}}); err != nil {
			t.Fatal(err)
		}
		if got := generation(); got != before+int64(i)+1 {
			t.Errorf("change %d: generation %d after %d", i+1, got, before)
		}
	}
	s.Adjust(part, -1)
	if got := generation(); got != before+2 {
		t.Errorf("a change of stock touches a row that waits: generation %d after %d", got, before)
	}
}
