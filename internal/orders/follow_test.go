package orders_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/facts"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// outlet is a connection without a loop, for facts that a test brings itself.
const outlet = 900

// bring stores an order as a channel's fact and applies it, as the loop does.
func bring(s *apptest.Living, o connector.Order) (orders.Answer, error) {
	body, err := json.Marshal(o)
	if err != nil {
		return orders.Answer{}, err
	}
	var waiting []facts.Fact
	err = s.DB.Write(ctx, s.Tenant, func(tx *db.Tx) error {
		if _, err := s.Facts.Keep(ctx, tx, outlet, facts.Order, []facts.Raw{{ExternalID: o.ExternalID, Body: body}}); err != nil {
			return err
		}
		waiting, err = facts.Waiting(ctx, tx, outlet, facts.Order, 10)
		return err
	})
	if err != nil {
		return orders.Answer{}, err
	}
	if len(waiting) != 1 {
		return orders.Answer{}, fmt.Errorf("%d facts wait", len(waiting))
	}
	return s.Orders.IntakeAll(ctx, []orders.Intake{{Actor: access.ForConnection(s.Tenant, outlet), ConnectionID: outlet, Source: "prom", Order: o, Body: body, Fact: &waiting[0]}})[0], nil
}

func brought(t *testing.T, s *apptest.Living, o connector.Order) orders.Card {
	t.Helper()
	a, err := bring(s, o)
	if err != nil || a.Err != nil {
		t.Fatal(err, a.Err)
	}
	return card(t, s, a.OrderID)
}

// sold is a channel's order of three lines: A ×2, B ×1 and a wrapping.
func sold(s *apptest.Living) connector.Order {
	o := connector.Order{
		ExternalID: "318204771", Status: "pending", Stage: connector.StageNew, CreatedAt: s.Time.Now(), ChangedAt: s.Time.Now().Add(-time.Hour), Total: money.New(260_00, money.UAH),
		Buyer:    connector.Person{ExternalID: "55", Name: "Олена Коваль", Phone: "+380671112233"},
		Payment:  connector.Payment{State: connector.PaymentUnpaid, Method: "cod", OnPickup: true},
		Delivery: connector.Delivery{Service: "nova_poshta", City: "Київ", Branch: "17"},
	}
	for i, l := range []connector.Line{line("A", 2, 100_00), line("B", 1, 50_00), line("WRAP", 1, 10_00)} {
		l.ExternalID, l.OfferID = fmt.Sprint("line-", i+1), fmt.Sprint("offer-", l.SKU)
		o.Lines = append(o.Lines, l)
	}
	return o
}

// changed is the same order a minute later.
func changed(o connector.Order, f func(*connector.Order)) connector.Order {
	o.Lines = slices.Clone(o.Lines)
	o.ChangedAt = o.ChangedAt.Add(time.Minute)
	f(&o)
	return o
}

type threeSKUs struct{ a, b catalog.SKU }

func goods(s *apptest.Living, a, b int64) threeSKUs {
	out := threeSKUs{s.Goods("A", 100_00, a), s.Goods("B", 50_00, b)}
	s.Add(catalog.NewSKU{Code: "WRAP", Name: "Пакування", Kind: catalog.KindService, Price: money.New(10_00, money.UAH)})
	return out
}

// lineChanges are what a channel can do to the lines of an order, and what is held then.
var lineChanges = map[string]struct {
	change       func(*connector.Order)
	heldA, heldB int64
	short        bool
	words        string
}{
	"grew":    {func(o *connector.Order) { o.Lines[0].Quantity = qty.Pieces(3) }, 3, 1, false, "×2 → ×3"},
	"too far": {func(o *connector.Order) { o.Lines[0].Quantity = qty.Pieces(9) }, 5, 1, true, "×2 → ×9"},
	"shrank":  {func(o *connector.Order) { o.Lines[0].Quantity = qty.Pieces(1) }, 1, 1, false, "×2 → ×1"},
	"gone":    {func(o *connector.Order) { o.Lines = o.Lines[1:] }, 0, 1, false, "− Товар A"},
	"struck":  {func(o *connector.Order) { o.Lines[0].Removed = true }, 0, 1, false, "− Товар A"},
	"came": {func(o *connector.Order) {
		o.Lines = append(o.Lines, connector.Line{ExternalID: "line-4", SKU: "B", Title: "Ще", Quantity: qty.Pieces(1), Price: money.New(50_00, money.UAH)})
	}, 2, 2, false, "+ Ще"},
	"unknown":      {func(o *connector.Order) { o.Lines[2].Quantity = qty.Pieces(5) }, 2, 1, false, "×1 → ×5"},
	"turned round": {func(o *connector.Order) { slices.Reverse(o.Lines) }, 2, 1, false, ""},
	"cheaper": {func(o *connector.Order) {
		o.Lines[1].Price.Minor, o.Lines[1].Total = 40_00, money.New(40_00, money.UAH)
	}, 2, 1, false, "50.00 → 40.00"},
}

// Every change of an order at its channel is followed to the unit, and so is the way back.
func TestFollowLines(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		sku := goods(s, 5, 5)
		for name, c := range lineChanges {
			first := sold(s)
			first.ExternalID = name
			brought(t, s, first)
			s.Wants(sku.a.ID, 5, 2)
			got := brought(t, s, changed(first, c.change))
			s.Wants(sku.a.ID, 5, c.heldA)
			s.Wants(sku.b.ID, 5, c.heldB)
			if got.Order.Short != c.short || (s.Tasks("shortage", "order", got.Order.ID) == 1) != c.short {
				t.Errorf("%s: short %v", name, got.Order.Short)
			}
			if said := history(got, "order.changed"); c.words != "" && !strings.Contains(said, c.words) {
				t.Errorf("%s: history %q lacks %q", name, said, c.words)
			}
			back := brought(t, s, changed(changed(first, c.change), func(o *connector.Order) { o.Lines = first.Lines }))
			s.Wants(sku.a.ID, 5, 2)
			s.Wants(sku.b.ID, 5, 1)
			if back.Order.Short {
				t.Errorf("%s: still short after the change was taken back", name)
			}
			if _, err := s.Orders.Cancel(ctx, s.Who, got.Order.ID, orders.CancelInput{Reason: connector.ReasonBuyer}); err != nil {
				t.Fatal(err)
			}
			s.Wants(sku.a.ID, 5, 0)
			if t.Failed() {
				t.Fatal("the first to fail: ", name)
			}
		}
	})
}

// history is the payload of the newest entry of a kind.
func history(c orders.Card, kind string) string {
	for _, e := range c.History {
		if e.Kind == kind {
			return string(e.Payload)
		}
	}
	return ""
}

// An order that shrinks keeps the rest, though others wait for the same goods.
func TestShrinkKeepsTheRest(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		sku := goods(s, 2, 1)
		first := sold(s)
		id := brought(t, s, first).Order.ID
		waits := own(s.Who, "key", line("A", 2, 100_00))
		waits.Order.Buyer.Phone = "+380509998877"
		other := take(t, s, waits).OrderID
		got := brought(t, s, changed(first, func(o *connector.Order) { o.Lines[0].Quantity = qty.Pieces(1) }))
		if got.Order.Short || !card(t, s, other).Order.Short {
			t.Error("the rest was given away")
		}
		held := map[int64]int64{}
		s.Read(func(tx *db.Tx) error {
			for _, o := range []int64{id, other} {
				list, err := s.Stock.OfOrder(ctx, tx, o)
				if err != nil {
					return err
				}
				for _, h := range list {
					if h.SKUID == sku.a.ID && h.State == "open" {
						held[o] += h.Qty.Whole()
					}
				}
			}
			return nil
		})
		if held[id] != 1 || held[other] != 1 {
			t.Errorf("held %v", held)
		}
	})
}

// Payment, address and buyer are the channel's to say.
func TestFollowHead(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		goods(s, 5, 5)
		first := sold(s)
		brought(t, s, first)
		got := brought(t, s, changed(first, func(o *connector.Order) {
			o.Status, o.Stage = "received", connector.StageConfirmed
			o.Payment = connector.Payment{State: connector.PaymentPaid, Method: "card"}
			o.Delivery.City, o.Delivery.Branch = "Львів", "3"
			o.Recipient.Name = "Іван"
			o.Total.Minor, o.Commission.Minor = 270_00, 12_00
			o.Commission.Currency = money.UAH
			o.Buyer.Phone = "+380671112244"
		}))
		o := got.Order
		if o.Stage != connector.StageConfirmed || o.ChannelStatus != "received" || o.PaymentState != connector.PaymentPaid || o.OnPickup || o.PaymentMethod != "card" {
			t.Errorf("order %+v", o)
		}
		if o.Total.Minor != 270_00 || o.Commission.Minor != 12_00 || o.BuyerPhone != "+380671112244" {
			t.Errorf("money %s, commission %s, phone %s", o.Total, o.Commission, o.BuyerPhone)
		}
		if d := got.Destination; d.Delivery.City != "Львів" || d.Delivery.Branch != "3" || d.Recipient.Name != "Іван" {
			t.Errorf("destination %+v", d)
		}
		said := history(got, "order.changed")
		for _, word := range []string{"Київ", "Львів", "paid", "received", "270.00"} {
			if !strings.Contains(said, word) {
				t.Errorf("history %s lacks %q", said, word)
			}
		}
		if n := s.Told("order.changed", "order", o.ID); n != 1 {
			t.Errorf("told %d times", n)
		}
	})
}

// A picture older than the one applied changes neither lines nor money; but what has happened has happened.
func TestOlderPicture(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		sku := goods(s, 5, 5)
		first := sold(s)
		newest := changed(first, func(o *connector.Order) { o.Lines[0].Quantity = qty.Pieces(4); o.Payment.State = connector.PaymentPaid })
		brought(t, s, newest)
		got := brought(t, s, first)
		if got.Order.PaymentState != connector.PaymentPaid {
			t.Errorf("payment %s", got.Order.PaymentState)
		}
		s.Wants(sku.a.ID, 5, 4)
		got = brought(t, s, changed(first, func(o *connector.Order) {
			o.ChangedAt, o.Stage, o.Status, o.CancelBy = first.ChangedAt, connector.StageCancelled, "canceled", "buyer"
		}))
		if got.Order.Stage != connector.StageCancelled {
			t.Errorf("a cancellation was lost: %s", got.Order.Stage)
		}
		s.Wants(sku.a.ID, 5, 0)
	})
}

// A channel whose clock ran ahead does not make its later pictures look old.
func TestClockAhead(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		sku := goods(s, 5, 5)
		first := sold(s)
		ahead := changed(first, func(o *connector.Order) { o.ChangedAt = s.Time.Now().Add(5 * time.Hour) })
		brought(t, s, ahead)
		s.Time.Advance(time.Minute)
		brought(t, s, changed(first, func(o *connector.Order) { o.ChangedAt, o.Lines[0].Quantity = s.Time.Now(), qty.Pieces(3) }))
		s.Wants(sku.a.ID, 5, 3)
	})
}

// What the channel ends is ended here: cancelled gives the goods back, sent and completed book them as sold.
func TestFollowStage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		to           connector.Stage
		onHand, held int64
	}{
		"cancelled": {connector.StageCancelled, 5, 0},
		"shipped":   {connector.StageShipped, 3, 0},
		"completed": {connector.StageCompleted, 3, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
				sku := goods(s, 5, 0) // B is short
				first := sold(s)
				if c := brought(t, s, first); !c.Order.Short {
					t.Fatal("B should be short")
				}
				end := changed(first, func(o *connector.Order) {
					o.Stage, o.Status, o.CancelBy, o.CancelReason = c.to, "end", "buyer", "передумав"
				})
				got := brought(t, s, end)
				s.Wants(sku.a.ID, c.onHand, c.held)
				if got.Order.Stage != c.to || got.Order.Short || s.Tasks("shortage", "order", got.Order.ID) != 0 || got.Push.State != "" {
					t.Errorf("order %+v push %+v", got.Order, got.Push)
				}
				// The same again, or an open status of later date, changes nothing.
				brought(t, s, changed(end, func(*connector.Order) {}))
				got = brought(t, s, changed(changed(end, func(*connector.Order) {}), func(o *connector.Order) { o.Stage, o.Status = connector.StageNew, "pending" }))
				s.Wants(sku.a.ID, c.onHand, c.held)
				if got.Order.Stage != c.to {
					t.Errorf("went back to %s", got.Order.Stage)
				}
			})
		})
	}
}

// Orders that were over before Lad saw them: nothing is held for the cancelled, the sent are booked, nobody is asked anything.
func TestArrivesOver(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		sku := goods(s, 3, 0)
		o := sold(s)
		o.Stage, o.ExternalID = connector.StageCancelled, "1"
		o.Lines = append(o.Lines, connector.Line{ExternalID: "x", Title: "Невідоме", Quantity: 1000, Price: money.New(1, money.UAH)})
		brought(t, s, o)
		s.Wants(sku.a.ID, 3, 0)
		o = sold(s)
		o.Stage, o.ExternalID = connector.StageShipped, "2"
		brought(t, s, o)
		s.Wants(sku.a.ID, 1, 0)
		if n := s.Int("select count(*) from task where tenant_id = $1"); n != 0 {
			t.Errorf("%d tasks", n)
		}
	})
}

// A picture in another currency is refused: the order's lines can not be told in it.
func TestFollowOtherCurrency(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		goods(s, 5, 5)
		first := sold(s)
		brought(t, s, first)
		a, err := bring(s, changed(first, func(o *connector.Order) {
			o.Total.Currency = "EUR"
			for i := range o.Lines {
				o.Lines[i].Price.Currency = "EUR"
			}
		}))
		if err != nil {
			t.Fatal(err)
		}
		wants(t, a.Err, errs.Invalid)
	})
}

// The same picture twice, and two new orders under one fact id in one batch, change nothing twice.
func TestSameOrderTwice(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		sku := goods(s, 5, 5)
		first := sold(s)
		c := brought(t, s, first)
		brought(t, s, changed(first, func(*connector.Order) {}))
		brought(t, s, changed(first, func(o *connector.Order) { o.Comment = "?" }))
		s.Wants(sku.a.ID, 5, 2)
		if n := s.Told("order.accepted", "order", c.Order.ID); n != 1 || s.Int("select count(*) from orders where tenant_id = $1") != 1 {
			t.Errorf("accepted %d times", n)
		}
	})
}
