package moving_test

import (
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/moving"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/sim/baselinker"
)

func count(r moving.Run, t moving.Thing) moving.Count { return r.Report.Counts[t] }

// A believable shop comes over whole; the same again changes nothing at all.
func TestTwice(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := stage(t, s, baselinker.Options{})
		c.account.Seed(60, 260)
		first := c.move()
		if n := count(first, moving.ThingOrder).Created; n != 260 {
			t.Errorf("%d orders", n)
		}
		if n := count(first, moving.ThingKit).Created; n != 4 {
			t.Errorf("%d kits", n)
		}
		if n := count(first, moving.ThingProduct).Created; n != 60-4-4+3*4 && n != 60-4-6+3*6 {
			t.Errorf("%d SKUs", n)
		}
		if n := s.Int("select count(*) from shortage where tenant_id = $1"); n != 0 {
			t.Errorf("%d shortages: the stock does not hold what open orders hold", n)
		}
		if n := s.Int("select count(*) from move where tenant_id = $1 and kind <> 'stocktake'"); n != 0 {
			t.Errorf("%d moves besides the count: orders that are over moved stock", n)
		}
		before := c.rows()
		if before["reserved"] == 0 {
			t.Error("no open order holds anything")
		}
		s.Time.Advance(time.Hour)
		second := c.move()
		if diff := cmp.Diff(before, c.rows()); diff != "" {
			t.Errorf("the second run changed something:\n%s", diff)
		}
		for _, thing := range moving.Things() {
			if n := count(second, thing); n.Created != 0 || n.Changed != 0 || n.Aside != 0 {
				t.Errorf("%s: the second run counts %+v", thing, n)
			}
		}
		if n := count(second, moving.ThingOrder).Unchanged; n != 260 {
			t.Errorf("%d orders are unchanged", n)
		}
		if n := s.Int("select count(*) from moving_run where tenant_id = $1 and length(token) > 0"); n != 0 {
			t.Error("a token is kept after the run is over")
		}
	})
}

// Stopped up to three times in every stage and gone on with, the result is the same as in one go.
func TestStoppedAtEveryStage(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		whole := stage(t, apptest.Live(t, dbtest.Options(t, s.DB.Engine())), baselinker.Options{})
		whole.account.Seed(40, 250)
		whole.move()
		c := stage(t, s, baselinker.Options{})
		c.account.Seed(40, 250)
		stops := map[moving.Stage]int{}
		r := c.begin(c.input())
		for {
			r = c.workUntil(r, func(now moving.Run) bool { return stops[now.Stage] < 3 })
			if r.State == moving.Done {
				break
			}
			stops[r.Stage]++
			if err := c.Moving.Stop(ctx, c.Who, r.ID); err != nil {
				t.Fatal(err)
			}
			if more, _, err := c.Moving.Step(ctx, c.Who, r.ID, r.Turn); more || err != nil {
				t.Fatalf("a stopped run goes on: %v", err)
			}
			var err error
			if r, err = c.Moving.Resume(ctx, c.Who, r.ID, ""); err != nil {
				t.Fatal(err)
			}
		}
		for _, stage := range moving.Stages() {
			if stops[stage] == 0 {
				t.Errorf("never stopped at %s", stage)
			}
		}
		if diff := cmp.Diff(whole.rows(), c.rows()); diff != "" {
			t.Errorf("otherwise than in one go:\n%s", diff)
		}
	})
}

// Two loops with one turn, as after a process that was taken for dead, double nothing.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		whole := stage(t, apptest.Live(t, dbtest.Options(t, s.DB.Engine())), baselinker.Options{})
		whole.account.Seed(30, 120)
		whole.move()
		c := stage(t, s, baselinker.Options{})
		c.account.Seed(30, 120)
		r := c.begin(c.input())
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				for range maxSteps {
					more, _, err := c.Moving.Step(ctx, c.Who, r.ID, r.Turn)
					if err != nil {
						t.Error(err)
					}
					if !more {
						return
					}
				}
				t.Error("not over")
			})
		}
		both.Wait()
		if r = c.run(r.ID); r.State != moving.Done {
			t.Fatalf("%s at %s: %s %s", r.State, r.Stage, r.Error, r.Words)
		}
		if diff := cmp.Diff(whole.rows(), c.rows()); diff != "" {
			t.Errorf("otherwise than alone:\n%s", diff)
		}
		if n := count(r, moving.ThingOrder).Created; n != 120 {
			t.Errorf("%d orders counted", n)
		}
	})
}

// Goods, prices, codes and names arrive as they were.
func TestGoods(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := stage(t, s, baselinker.Options{})
		a := c.account.PutProduct(kettle("K1", 7))
		b := c.account.PutProduct(kettle("K2", 5))
		c.account.PutProduct(baselinker.Product{SKU: "SET", Name: "Zestaw", Prices: map[int64]int64{baselinker.PriceGroup: 15000}, Parts: map[int64]int64{a: 2, b: 1}})
		cup := kettle("CUP", 0)
		cup.Stock, cup.EAN = nil, ""
		cup.Variants = []baselinker.Variant{
			{Name: "biały", SKU: "CUP-W", Prices: map[int64]int64{baselinker.PriceGroup: 1990}, Stock: map[string]int64{baselinker.MainWarehouse: 3, baselinker.SideWarehouse: 2}},
			{Name: "Czajnik CUP szary", SKU: "", Prices: map[int64]int64{baselinker.PriceGroup: 2090}}}
		c.account.PutProduct(cup)
		twin := kettle("K1", 4) // another product under the same code and barcode
		twinID := c.account.PutProduct(twin)
		r := c.move()

		k1 := c.sku("K1")
		want := money.New(9990, "PLN")
		if k1.Price != want || k1.Cost != money.New(4100, "PLN") || k1.WeightGrams != 1250 || k1.Name != "Czajnik K1" {
			t.Errorf("%+v", k1)
		}
		c.wantLevel("K1", 7, 0)
		c.wantLevel("CUP-W", 5, 0)
		if n := s.Int("select count(*) from product where tenant_id = $1 and brand = 'Nordhem' and category = 'Dom / Kuchnia / Kubki'"); n == 0 {
			t.Error("brand and category did not come")
		}
		if n := s.Int("select coalesce(sum(qty), 0) from kit_part where tenant_id = $1 and kit_id = $2", c.sku("SET").ID); n != 3000 {
			t.Errorf("the kit has %d thousandths of parts", n)
		}
		suffixed := c.sku("K1-" + itoa(twinID))
		c.wantLevel(suffixed.Code, 4, 0)
		if v := s.Int("select count(*) from sku where tenant_id = $1 and name = 'Czajnik CUP szary' and code like 'BL-%'"); v != 1 {
			t.Error("a variant without a code got none")
		}
		for _, kind := range []string{"codes_twice", "barcodes_twice", "tax_rates", "price_groups", "foreign_warehouses", "storages"} {
			if !slices.ContainsFunc(r.Report.Left, func(l moving.Leftover) bool { return l.Kind == kind && l.N > 0 && len(l.Examples) > 0 }) {
				t.Errorf("the report does not tell of %s: %+v", kind, r.Report.Left)
			}
		}
	})
}

// What changes there comes over with the next run; what somebody changed here meanwhile stays.
func TestChangesFollow(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := stage(t, s, baselinker.Options{})
		id := c.account.PutProduct(kettle("K1", 7))
		other := c.account.PutProduct(kettle("K2", 7))
		c.move()
		k2 := c.sku("K2")
		ours := money.New(12345, "PLN")
		if err := setPrice(s, k2, ours); err != nil {
			t.Fatal(err)
		}
		p, _ := c.account.ProductByID(id)
		p.Name, p.Prices = "Czajnik nowy", map[int64]int64{baselinker.PriceGroup: 8880}
		c.account.PutProduct(p)
		c.account.SetStock(other, baselinker.MainWarehouse, 9)
		r := c.move()
		if got := c.sku("K1"); got.Name != "Czajnik nowy" || got.Price != money.New(8880, "PLN") {
			t.Errorf("%+v", got)
		}
		if got := c.sku("K2").Price; got != ours {
			t.Errorf("the price set here became %s", got)
		}
		c.wantLevel("K2", 9, 0)
		if count(r, moving.ThingProduct).Changed != 1 || count(r, moving.ThingPrice).Changed != 1 || count(r, moving.ThingStock).Changed != 1 {
			t.Errorf("%+v", r.Report.Counts)
		}
	})
}

// Open orders hold, orders that are over touch nothing, and what can be sold is what the account says can be sold, with
// reservations and without.
func TestStockOfOrders(t *testing.T) {
	t.Parallel()
	for name, reserves := range map[string]bool{"taken off": false, "reserved": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
				c := stage(t, s, baselinker.Options{Reservations: reserves})
				id := c.account.PutProduct(kettle("K1", 10))
				c.account.PutOrder(baselinker.Order{Status: baselinker.StatusDelivered, AddedAt: s.Time.Now().Add(-90 * 24 * time.Hour), Buyer: ola, Lines: []baselinker.OrderLine{line(id, 4)}})
				c.account.PutOrder(baselinker.Order{Status: baselinker.StatusCancelled, AddedAt: s.Time.Now().Add(-80 * 24 * time.Hour), Buyer: ola, Lines: []baselinker.OrderLine{line(id, 2)}})
				open := c.account.Buy(baselinker.Order{Buyer: ola, Lines: []baselinker.OrderLine{line(id, 3)}})
				c.move()
				c.wantLevel("K1", 10, 3)
				if o := c.order(open); o.Order.Short || !o.Lines[0].StockRight {
					t.Errorf("%+v", o.Order)
				}
				// One is sent, one is bought, one is bought and given up before the next run.
				c.account.Move(open, baselinker.StatusSent)
				second := c.account.Buy(baselinker.Order{Buyer: ola, Lines: []baselinker.OrderLine{line(id, 2)}})
				third := c.account.Buy(baselinker.Order{Buyer: ola, Lines: []baselinker.OrderLine{line(id, 1)}})
				c.account.Move(third, baselinker.StatusCancelled)
				s.Time.Advance(time.Minute)
				c.move()
				c.wantLevel("K1", 7, 2)
				if got := c.order(open).Order.Stage; got != connector.StageShipped {
					t.Errorf("the sent order is %s", got)
				}
				// The open one is given up: its goods can be sold again.
				c.account.Move(second, baselinker.StatusCancelled)
				s.Time.Advance(time.Minute)
				c.move()
				c.wantLevel("K1", 7, 0)
			})
		})
	}
}

// A kit in an open order holds its parts.
func TestKitInOpenOrder(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := stage(t, s, baselinker.Options{})
		part := c.account.PutProduct(kettle("K1", 8)) // ten, of which two left with the open order
		set := c.account.PutProduct(baselinker.Product{SKU: "SET", Name: "Zestaw", Prices: map[int64]int64{baselinker.PriceGroup: 15000}, Parts: map[int64]int64{part: 2}})
		c.account.PutOrder(baselinker.Order{Buyer: ola, Lines: []baselinker.OrderLine{line(set, 1)}})
		c.move()
		c.wantLevel("K1", 10, 2)
	})
}

func TestOrderWhole(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := stage(t, s, baselinker.Options{})
		id := c.account.PutProduct(kettle("K1", 10))
		at := s.Time.Now().Add(-48 * time.Hour).Truncate(time.Second)
		order := c.account.PutOrder(baselinker.Order{ExternalID: "K-5531", Source: "allegro", Status: baselinker.StatusReady, AddedAt: at, Buyer: ola, PostCode: "81-001", Paid: true,
			Delivery: "Paczkomat", PriceMinor: 990, TaxNumber: "5250001009", Extra: "grawer", Comment: "Proszę szybko", Custom: map[string]any{"77": "Ola"},
			Lines: []baselinker.OrderLine{line(id, 2), {Name: "Rabat", PriceMinor: -1980, Quantity: 1}}})
		waits := c.account.PutOrder(baselinker.Order{Unconfirmed: true, Buyer: ola, Lines: []baselinker.OrderLine{line(id, 1)}})
		r := c.move()
		got := c.order(order)
		o := got.Order
		if o.Number != "K-5531" || o.Source != "baselinker" || o.Stage != connector.StageConfirmed || o.Total != money.New(18000, "PLN") || o.Delivery.Minor != 990 ||
			o.PaymentState != connector.PaymentPaid || o.BuyerName != "Ola Nowa" || o.Comment != "Proszę szybko" || o.PlacedAt != at.UnixMicro() || o.CustomerID == 0 {
			t.Errorf("%+v", o)
		}
		if d := got.Destination.Delivery; d.City != "Gdynia" || d.Branch != "GDY07" || d.Address != "Polna 3/4, 81-001, PL" || d.Title != "Paczkomat" {
			t.Errorf("%+v", d)
		}
		if len(got.Lines) != 1 || got.Lines[0].SKUCode != "K1" {
			t.Errorf("%+v", got.Lines)
		}
		if n := s.Int("select count(*) from orders where tenant_id = $1 and external_id = $2", "baselinker:"+itoa(waits)); n != 0 {
			t.Error("an order that its buyer has not confirmed came over")
		}
		left := map[string]int64{}
		for _, l := range r.Report.Left {
			left[l.Kind] = l.N
		}
		if left["invoices"] != 1 || left["order_fields"] != 1 {
			t.Errorf("%v", left)
		}
	})
}

// A status whose name tells nothing is told in the report; its orders are over when they are old.
func TestStatusWithoutMeaning(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := stage(t, s, baselinker.Options{})
		id := c.account.PutProduct(kettle("K1", 10))
		old := c.account.PutOrder(baselinker.Order{Status: baselinker.StatusArchive, AddedAt: s.Time.Now().Add(-40 * 24 * time.Hour), Buyer: ola, Lines: []baselinker.OrderLine{line(id, 1)}})
		young := c.account.PutOrder(baselinker.Order{Status: baselinker.StatusArchive, AddedAt: s.Time.Now().Add(-time.Hour), Buyer: ola, Lines: []baselinker.OrderLine{line(id, 1)}})
		r := c.move()
		if a, b := c.order(old).Order.Stage, c.order(young).Order.Stage; a != connector.StageCompleted || b != connector.StageConfirmed {
			t.Errorf("%s and %s", a, b)
		}
		if first := r.Report.Statuses[0]; first.Name != "Magazyn B" || first.Stage != "" {
			t.Errorf("%+v", r.Report.Statuses)
		}
	})
}

// More orders than a page holds in one second, and a hundred pages' worth of paging, lose none.
func TestManyOrdersInOneSecond(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := stage(t, s, baselinker.Options{})
		id := c.account.PutProduct(kettle("K1", 1000))
		at := s.Time.Now().Add(-24 * time.Hour).Truncate(time.Second)
		for range 230 {
			c.account.PutOrder(baselinker.Order{Status: baselinker.StatusDelivered, AddedAt: at, Buyer: ola, Lines: []baselinker.OrderLine{line(id, 1)}})
		}
		c.account.PutOrder(baselinker.Order{Status: baselinker.StatusDelivered, AddedAt: at.Add(time.Second), Buyer: ola, Lines: []baselinker.OrderLine{line(id, 1)}})
		r := c.move()
		if n := count(r, moving.ThingOrder).Created; n != 231 {
			t.Errorf("%d of 231 orders", n)
		}
		if n := count(r, moving.ThingCustomer).Created; n != 1 {
			t.Errorf("one buyer became %d customers", n)
		}
	})
}

// More products than a page of a list holds, and more than one request for data.
func TestManyProducts(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := stage(t, s, baselinker.Options{})
		for i := range 1005 {
			c.account.PutProduct(kettle("K"+itoa(int64(i)), 1))
		}
		r := c.move()
		if n := count(r, moving.ThingProduct).Created; n != 1005 {
			t.Errorf("%d of 1005 products", n)
		}
		if n := c.rows()["on hand"]; n != 1005_000 {
			t.Errorf("%d thousandths on hand", n)
		}
	})
}

// An order that changes while the others are read is read again, by the journal.
func TestChangesWhileReading(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := stage(t, s, baselinker.Options{})
		id := c.account.PutProduct(kettle("K1", 10))
		order := c.account.Buy(baselinker.Order{Buyer: ola, Lines: []baselinker.OrderLine{line(id, 4)}})
		r := c.begin(c.input())
		r = c.workUntil(r, func(now moving.Run) bool { return now.Stage == moving.StageChanges })
		c.account.Move(order, baselinker.StatusCancelled)
		r = c.work(r)
		if got := c.order(order).Order.Stage; r.State != moving.Done || got != connector.StageCancelled {
			t.Errorf("%s: the order is %s", r.State, got)
		}
		c.wantLevel("K1", 10, 0)
	})
}

func TestSince(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := stage(t, s, baselinker.Options{NoJournal: true})
		id := c.account.PutProduct(kettle("K1", 10))
		for _, days := range []int{300, 20} {
			c.account.PutOrder(baselinker.Order{Status: baselinker.StatusDelivered, AddedAt: s.Time.Now().AddDate(0, 0, -days), Buyer: ola, Lines: []baselinker.OrderLine{line(id, 1)}})
		}
		in := c.input()
		in.Since, in.WithStock = s.Time.Now().AddDate(0, 0, -30), false
		if r := c.work(c.begin(in)); r.State != moving.Done || count(r, moving.ThingOrder).Created != 1 {
			t.Errorf("%s %+v", r.State, r.Report.Counts)
		}
		if n := s.Int("select count(*) from stock_document where tenant_id = $1"); n != 0 {
			t.Error("stock was counted without being asked for")
		}
	})
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func setPrice(s *apptest.Living, sku catalog.SKU, price money.Money) error {
	_, err := s.Catalog.UpdateSKU(ctx, s.Who, catalog.SKUUpdate{ID: sku.ID, Version: sku.Version, Price: &price})
	return err
}
