package orders_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

var ctx = context.Background()

func line(code string, pieces, price int64) connector.Line {
	return connector.Line{SKU: code, Title: "Товар " + code, Quantity: qty.Pieces(pieces), Price: money.New(price, money.UAH)}
}

// own is an order of our own with an idempotency key.
func own(who access.Actor, key string, lines ...connector.Line) orders.Intake {
	o := connector.Order{
		ExternalID: key, Stage: connector.StageNew, Total: money.New(0, money.UAH), Lines: lines,
		Buyer: connector.Person{Name: "Олена Коваль", Phone: "+380671112233"},
	}
	return intake(who, o)
}

func intake(who access.Actor, o connector.Order) orders.Intake {
	body, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	return orders.Intake{Actor: who, Source: "api", Order: o, Body: body}
}

func take(t *testing.T, s *apptest.Living, in orders.Intake) orders.Result {
	t.Helper()
	r, err := s.Orders.Intake(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func card(t *testing.T, s *apptest.Living, id int64) orders.Card {
	t.Helper()
	c, err := s.Orders.Get(ctx, s.Who, id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// wants fails the test unless err carries the code.
func wants(t *testing.T, err error, code errs.Code) {
	t.Helper()
	if !errs.Is(err, code) {
		t.Errorf("error %v, want %s", err, code)
	}
}

// One key is one order however often and however much at once it is posted, and each poster gets the same answer.
func TestIntakeIsIdempotent(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		sku := s.Goods("A-1", 100_00, 2)
		in := own(s.Who, "key-1", line("A-1", 3, 100_00), line("unknown", 1, 5_00))
		answers := make([]orders.Result, 20)
		var wg sync.WaitGroup
		for i := range answers {
			wg.Go(func() {
				r, err := s.Orders.Intake(ctx, in)
				if err != nil {
					t.Error(err)
				}
				answers[i] = r
			})
		}
		wg.Wait()
		created := 0
		for i := range answers {
			if answers[i].Created {
				created++
			}
			answers[i].Created = false
			if d := cmp.Diff(answers[0], answers[i]); d != "" {
				t.Errorf("answer %d differs: %s", i, d)
			}
		}
		if created != 1 {
			t.Errorf("created %d times", created)
		}
		if len(answers[0].Short) != 1 || answers[0].Short[0].Short != qty.Pieces(1) || len(answers[0].Unlinked) != 1 {
			t.Errorf("answer %+v", answers[0])
		}
		s.Wants(sku.ID, 2, 2)
		if n := s.Int("select count(*) from orders where tenant_id = $1"); n != 1 {
			t.Errorf("%d orders", n)
		}
		s.Receive(sku.ID, 5)
		later := take(t, s, in)
		if d := cmp.Diff(answers[0], later); d != "" {
			t.Errorf("the answer changed with the stock: %s", d)
		}
		_, err := s.Orders.Intake(ctx, own(s.Who, "key-1", line("A-1", 4, 100_00)))
		wants(t, err, errs.Conflict)
		s.Wants(sku.ID, 7, 3)
	})
}

// An order that can not be stored does not take its batch with it.
func TestIntakeSurvivesPoison(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		sku := s.Goods("A-1", 100_00, 100)
		list := make([]orders.Intake, 40)
		for i := range list {
			list[i] = own(s.Who, fmt.Sprint("key-", i), line("A-1", 1, 100_00))
			list[i].Order.Buyer.Phone = fmt.Sprintf("+3806700000%02d", i)
		}
		list[7].Order.Stage = "no such stage"
		list[21].Order.Lines = nil
		for i, a := range s.Orders.IntakeAll(ctx, list) {
			switch {
			case i == 7 && a.Err == nil, i == 21 && !errs.Is(a.Err, errs.Invalid):
				t.Errorf("poison %d was answered %+v", i, a)
			case i != 7 && i != 21 && (a.Err != nil || !a.Created):
				t.Errorf("order %d: %+v", i, a)
			}
		}
		s.Wants(sku.ID, 100, 38)
	})
}

// What can not be held is short, with a task; goods that come or are given back fill it, oldest order first.
func TestShortageIsFilled(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		sku := s.Goods("A-1", 100_00, 1)
		var ids []int64
		for i := range 3 {
			in := own(s.Who, fmt.Sprint("key-", i), line("A-1", 1, 100_00))
			in.Order.Buyer.Phone = fmt.Sprintf("+38067000000%d", i)
			ids = append(ids, take(t, s, in).OrderID)
		}
		short := func(want ...bool) {
			t.Helper()
			for i, id := range ids {
				open := s.Tasks("shortage", "order", id) == 1
				if got := card(t, s, id).Order.Short; got != want[i] || open != want[i] {
					t.Errorf("order %d: short %v, task %v, want %v", i, got, open, want[i])
				}
			}
		}
		short(false, true, true)
		if _, err := s.Orders.Cancel(ctx, s.Who, ids[0], orders.CancelInput{Reason: connector.ReasonBuyer}); err != nil {
			t.Fatal(err)
		}
		short(false, false, true)
		s.Wants(sku.ID, 1, 1)
		s.Receive(sku.ID, 1)
		short(false, false, false)
		s.Wants(sku.ID, 2, 2)
		if n := s.Told("order.shortage_filled", "order", ids[2]); n != 1 {
			t.Errorf("told %d times", n)
		}
	})
}

// A kit and its part in one order are checked against one picture: pains 1 and 78.
func TestKitAndPartShareTheirUnits(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		part := s.Goods("PART", 100_00, 5)
		s.Add(catalog.NewSKU{Code: "KIT", Name: "Набір", Kind: catalog.KindKit, Price: money.New(180_00, money.UAH), Parts: []catalog.Part{{SKUID: part.ID, Qty: qty.Pieces(2)}}})
		s.Add(catalog.NewSKU{Code: "WRAP", Name: "Пакування", Kind: catalog.KindService, Price: money.New(10_00, money.UAH)})
		r := take(t, s, own(s.Who, "key", line("KIT", 2, 180_00), line("PART", 2, 100_00), line("WRAP", 1, 10_00)))
		if len(r.Short) != 1 || r.Short[0].SKU != "PART" || r.Short[0].Short != qty.Pieces(1) {
			t.Errorf("short %+v", r.Short)
		}
		s.Wants(part.ID, 5, 5)
	})
}

// The line keeps what was right at the purchase, whatever changes later.
func TestPurchaseIsRecorded(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		sku := s.Goods("A-1", 100_00, 5)
		s.Goods("B-1", 50_00, 0)
		r := take(t, s, own(s.Who, "key", line("A-1", 2, 100_00), line("A-1", 4, 99_00), line("B-1", 1, 50_00)))
		price := money.New(120_00, money.UAH)
		if _, err := s.Catalog.UpdateSKU(ctx, s.Who, catalog.SKUUpdate{ID: sku.ID, Version: sku.Version, Price: &price}); err != nil {
			t.Fatal(err)
		}
		s.Receive(sku.ID, 100)
		type verdict struct {
			Available              int64
			PriceRight, StockRight bool
			Ours                   int64
		}
		var got []verdict
		for _, l := range card(t, s, r.OrderID).Lines {
			got = append(got, verdict{l.Available.Whole(), l.PriceRight, l.StockRight, l.SKUPrice.Minor})
		}
		want := []verdict{{5, true, true, 100_00}, {3, false, false, 100_00}, {0, true, false, 50_00}}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})
}

// The same buyer and the same goods within half an hour are suspected, also from another channel; later, or after a
// cancellation, they are not.
func TestDuplicateIsSuspected(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		s.Goods("A-1", 100_00, 50)
		first := take(t, s, own(s.Who, "key-1", line("A-1", 1, 100_00)))
		twin := take(t, s, own(s.Who, "key-2", line("A-1", 1, 100_00)))
		other := take(t, s, own(s.Who, "key-3", line("A-1", 2, 100_00)))
		if twin.DuplicateOf != first.OrderID || other.DuplicateOf != 0 || s.Tasks("possible_duplicate", "order", twin.OrderID) != 1 {
			t.Errorf("twin %+v, other %+v", twin, other)
		}
		if _, err := s.Orders.NotDuplicate(ctx, s.Who, twin.OrderID); err != nil {
			t.Fatal(err)
		}
		if o := card(t, s, twin.OrderID).Order; o.DuplicateOf != 0 || s.Tasks("possible_duplicate", "order", twin.OrderID) != 0 {
			t.Errorf("still suspected: %+v", o)
		}
		for _, id := range []int64{first.OrderID, twin.OrderID} {
			if _, err := s.Orders.Cancel(ctx, s.Who, id, orders.CancelInput{Reason: connector.ReasonBuyer}); err != nil {
				t.Fatal(err)
			}
		}
		if again := take(t, s, own(s.Who, "key-4", line("A-1", 1, 100_00))); again.DuplicateOf != 0 {
			t.Errorf("ordered again after a cancellation: %+v", again)
		}
		s.Time.Advance(31 * 60e9)
		if late := take(t, s, own(s.Who, "key-5", line("A-1", 1, 100_00))); late.DuplicateOf != 0 {
			t.Errorf("after half an hour: %+v", late)
		}
	})
}

// A line of our own that names nothing of the catalogue holds nothing and stops nothing; a channel's line like it waits for a person.
func TestFreeLine(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		sku := s.Goods("A-1", 100_00, 5)
		packing := connector.Line{Title: "Пакування", Quantity: qty.One, Price: money.New(25_00, money.UAH)}
		r := take(t, s, own(s.Who, "key", line("A-1", 2, 100_00), packing))
		if len(r.Unlinked) != 0 || s.Tasks("unlinked_line", "order", r.OrderID) != 0 {
			t.Errorf("answer %+v", r)
		}
		none := func(*db.Tx, *orders.Order, []int64) ([]journal.Record, error) { return nil, nil }
		if err := s.Orders.ChangeLines(ctx, s.Who, r.OrderID, []orders.LineChange{{Title: "Гравіювання", Qty: qty.One, Price: money.New(50_00, money.UAH)}}, none); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Orders.Confirm(ctx, s.Who, r.OrderID); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Orders.Ship(ctx, s.Who, r.OrderID, orders.ShipInput{}); err != nil {
			t.Fatal(err)
		}
		s.Wants(sku.ID, 3, 0)
		if o := card(t, s, r.OrderID).Order; o.Unlinked || o.Total.Minor != 275_00 {
			t.Errorf("order %+v", o)
		}
	})
}

// An order line without a known SKU is taken in; it holds stock the moment somebody says what it is.
func TestLineIsLinkedByHand(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		r := take(t, s, own(s.Who, "key", line("NEW", 2, 100_00)))
		if len(r.Unlinked) != 1 || s.Tasks("unlinked_line", "order", r.OrderID) != 1 {
			t.Fatalf("answer %+v", r)
		}
		if _, err := s.Orders.Confirm(ctx, s.Who, r.OrderID); err != nil {
			t.Fatal(err)
		}
		_, err := s.Orders.Ship(ctx, s.Who, r.OrderID, orders.ShipInput{})
		wants(t, err, errs.Conflict)
		sku := s.Goods("NEW", 90_00, 1)
		wants(t, s.Orders.LinkLine(ctx, s.Who, r.OrderID, 1, sku.ID+1000), errs.Invalid)
		wants(t, s.Orders.LinkLine(ctx, access.Actor{Tenant: s.Tenant}, r.OrderID, 1, sku.ID), errs.Forbidden)
		if err := s.Orders.LinkLine(ctx, s.Who, r.OrderID, 1, sku.ID); err != nil {
			t.Fatal(err)
		}
		wants(t, s.Orders.LinkLine(ctx, s.Who, r.OrderID, 1, sku.ID), errs.Conflict)
		c := card(t, s, r.OrderID)
		if !c.Order.Short || c.Order.Unlinked || c.Lines[0].PriceRight || c.Lines[0].SKUCode != "NEW" {
			t.Errorf("after linking: %+v", c.Order)
		}
		if s.Tasks("unlinked_line", "order", r.OrderID) != 0 || s.Tasks("shortage", "order", r.OrderID) != 1 {
			t.Error("tasks do not follow")
		}
		s.Wants(sku.ID, 1, 1)
	})
}

// Input that can not be an order is refused with every fault and leaves nothing behind.
func TestIntakeRefuses(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		for name, spoil := range map[string]func(*orders.Intake){
			"no key":   func(in *orders.Intake) { in.Order.ExternalID = "" },
			"no text":  func(in *orders.Intake) { in.Order.ExternalID = "a\x00b" },
			"negative": func(in *orders.Intake) { in.Order.Lines[0].Quantity = -1000 },
			"nothing":  func(in *orders.Intake) { in.Order.Lines[0].Quantity = 0 },
			"currency": func(in *orders.Intake) { in.Order.Total.Currency = "XXQ1" },
			"mixed":    func(in *orders.Intake) { in.Order.Lines[0].Price.Currency = "EUR" },
			"nameless": func(in *orders.Intake) {
				in.Order.Lines[0] = connector.Line{Quantity: 1000, Price: money.New(1, money.UAH)}
			},
			"negative price":  func(in *orders.Intake) { in.Order.Lines[0].Price.Minor = -1 },
			"too big a total": func(in *orders.Intake) { in.Order.Lines[0].Price.Minor = 1 << 62; in.Order.Lines[0].Quantity = qty.Max },
		} {
			in := own(s.Who, "key", line("A-1", 1, 100_00))
			spoil(&in)
			if _, err := s.Orders.Intake(ctx, in); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, table := range []string{"orders", "order_line", "fact", "task"} {
			if n := s.Int("select count(*) from " + table + " where tenant_id = $1"); n != 0 {
				t.Errorf("%d rows in %s", n, table)
			}
		}
	})
}

// A fraction of a piece is a quantity like any other.
func TestFractionalQuantity(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		sku := s.Goods("CABLE", 10_00, 2)
		l := line("CABLE", 1, 10_00)
		l.Quantity = 1500
		r := take(t, s, own(s.Who, "key", l))
		c := card(t, s, r.OrderID)
		if c.Order.Total.Minor != 15_00 || len(r.Short) != 0 {
			t.Errorf("total %s, short %v", c.Order.Total, r.Short)
		}
		s.Read(func(tx *db.Tx) error {
			free, err := s.Stock.Available(ctx, tx, []int64{sku.ID})
			if free[sku.ID] != 500 {
				t.Errorf("available %s", free[sku.ID])
			}
			return err
		})
	})
}

// Who may not, can not.
func TestPermissions(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		s.Goods("A-1", 100_00, 5)
		id := take(t, s, own(s.Who, "key", line("A-1", 1, 100_00))).OrderID
		role := func(list ...access.Permission) access.Actor {
			granted := map[access.Permission]bool{}
			for _, p := range list {
				granted[p] = true
			}
			return access.Actor{Tenant: s.Tenant, Kind: access.Person, ID: 7, Granted: granted}
		}
		viewer, picker, nobody := role(access.OrdersRead), role(access.OrdersRead, access.OrdersShip), role()
		act := map[string]func(access.Actor) error{
			"intake": func(a access.Actor) error {
				_, err := s.Orders.Intake(ctx, own(a, "key-2", line("A-1", 1, 100_00)))
				return err
			},
			"confirm": func(a access.Actor) error { _, err := s.Orders.Confirm(ctx, a, id); return err },
			"cancel": func(a access.Actor) error {
				_, err := s.Orders.Cancel(ctx, a, id, orders.CancelInput{Reason: connector.ReasonBuyer})
				return err
			},
			"assign":        func(a access.Actor) error { _, err := s.Orders.Assign(ctx, a, id, 7); return err },
			"not duplicate": func(a access.Actor) error { _, err := s.Orders.NotDuplicate(ctx, a, id); return err },
			"complete":      func(a access.Actor) error { _, err := s.Orders.Complete(ctx, a, id); return err },
		}
		for name, f := range act {
			for who, a := range map[string]access.Actor{"viewer": viewer, "picker": picker, "nobody": nobody} {
				if err := f(a); !errs.Is(err, errs.Forbidden) {
					t.Errorf("%s may %s: %v", who, name, err)
				}
			}
		}
		for name, f := range map[string]func(access.Actor) error{
			"pick": func(a access.Actor) error { _, err := s.Orders.StartPicking(ctx, a, id); return err },
			"ship": func(a access.Actor) error { _, err := s.Orders.Ship(ctx, a, id, orders.ShipInput{}); return err },
		} {
			wants(t, f(viewer), errs.Forbidden)
			if err := f(picker); errs.Is(err, errs.Forbidden) {
				t.Errorf("the picker may not %s", name)
			}
		}
		for name, f := range map[string]func(access.Actor) error{
			"get":    func(a access.Actor) error { _, err := s.Orders.Get(ctx, a, id); return err },
			"list":   func(a access.Actor) error { _, _, err := s.Orders.List(ctx, a, orders.Filter{}); return err },
			"counts": func(a access.Actor) error { _, _, err := s.Orders.Counts(ctx, a); return err },
			"late":   func(a access.Actor) error { _, err := s.Orders.Late(ctx, a); return err },
		} {
			wants(t, f(nobody), errs.Forbidden)
			if err := f(viewer); err != nil {
				t.Errorf("the viewer may not %s: %v", name, err)
			}
		}
		if n := s.Int("select count(*) from orders where tenant_id = $1 and stage = 'new'"); n != 1 {
			t.Errorf("%d new orders", n)
		}
	})
}
