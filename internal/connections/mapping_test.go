package connections_test

import (
	"testing"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/drivers"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/horoshop"
	"github.com/lad-hub/lad/internal/sim/prom"
)

// What a person decided about the channel's words holds for the orders that come, and for what the channel is told.
func TestMapping(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		s.Goods("A", 100_00, 9)
		shop := prom.New(prom.Options{})
		offer(shop, "A", 100_00, 9)
		c, _ := s.Connect(shop, nil)
		s.Start()
		settled(t, s, c)
		first := orderOf(t, s, c.ID, buy(t, shop, "A", 1).ID)
		var known connections.Described
		apptest.Eventually(t, "the words of the order are remembered", func() bool {
			s.Read(func(tx *db.Tx) (err error) {
				known, err = s.Connections.Describe(ctx, tx, s.Connection(c.ID))
				return err
			})
			return len(known.Mapping.Delivery) > 0 && len(known.Mapping.Payment) > 0
		})
		before := getOrder(t, s, first).Order
		m := connections.Mapping{
			Stages:   map[string]connector.Stage{before.ChannelStatus: connector.StageConfirmed},
			Targets:  map[connector.Stage]string{connector.StagePicking: connections.NoStatus},
			Delivery: map[string]string{}, Payment: map[string]string{},
		}
		for word := range known.Mapping.Delivery {
			m.Delivery[word] = "meest"
		}
		for word := range known.Mapping.Payment {
			m.Payment[word] = connections.PayPrepaid
		}
		if err := s.Connections.SetMapping(ctx, s.Who, c.ID, m); err != nil {
			t.Fatal(err)
		}
		second := getOrder(t, s, orderOf(t, s, c.ID, buy(t, shop, "A", 1).ID)).Order
		if before.Stage != connector.StageNew || second.Stage != connector.StageConfirmed || second.Carrier != "meest" || second.OnPickup {
			t.Errorf("before %s, then %s by %q, on pickup %v", before.Stage, second.Stage, second.Carrier, second.OnPickup)
		}
		if again := getOrder(t, s, first).Order; again.Stage != connector.StageNew {
			t.Errorf("an order that had come already is %s now", again.Stage)
		}
		if _, err := s.Orders.StartPicking(ctx, s.Who, second.ID); err != nil {
			t.Fatal(err)
		}
		apptest.Eventually(t, "the push ends", func() bool {
			return s.Int("select count(*) from order_push where tenant_id = $1 and order_id = $2 and state = 'confirmed'", second.ID) == 1
		})
		if o, _ := shop.Order(second.ExternalID); o.Status != before.ChannelStatus {
			t.Errorf("the channel was told %q though nothing should be", o.Status)
		}
		for name, bad := range map[string]connections.Mapping{
			"status":   {Stages: map[string]connector.Stage{"nobody": connector.StageNew}},
			"stage":    {Stages: map[string]connector.Stage{before.ChannelStatus: "limbo"}},
			"target":   {Targets: map[connector.Stage]string{connector.StageShipped: "nobody"}},
			"delivery": {Delivery: map[string]string{"x": "pigeon"}},
			"payment":  {Payment: map[string]string{"x": "barter"}},
			"reason":   {Reasons: map[connector.Reason]string{connector.ReasonBuyer: "nobody"}},
		} {
			if err := s.Connections.SetMapping(ctx, s.Who, c.ID, bad); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func driverInfo(t *testing.T, name string) connector.Info {
	t.Helper()
	d, ok := drivers.ByName(name)
	if !ok {
		t.Fatal("no driver ", name)
	}
	return d.Info()
}

// A shop's own statuses are known by its own names; once a merchant has said what they mean, orders are brought to them and read by them.
func TestOwnStatuses(t *testing.T) {
	t.Parallel()
	for name, own := range map[string]struct {
		shop          sim.Shop
		picking, sent string
	}{
		"prom":     {prom.New(prom.Options{}), "custom-172548", "custom-172549"},
		"horoshop": {horoshop.New(horoshop.Options{Custom: []horoshop.CustomStatus{{ID: 21, Title: "Збирається"}, {ID: 22, Title: "Відправлено"}}}), "21", "22"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := apptest.Live(t, dbtest.Options(t, db.SQLite))
			s.Goods("A", 100_00, 9)
			offer(own.shop, "A", 100_00, 9)
			c, _ := s.Connect(own.shop, nil)
			s.Start()
			settled(t, s, c)
			apptest.Eventually(t, "the shop's statuses are read", func() bool { return len(s.Connection(c.ID).Dictionary.Statuses) > 0 })
			m := connections.Mapping{
				Stages:  map[string]connector.Stage{own.picking: connector.StagePicking, own.sent: connector.StageShipped},
				Targets: map[connector.Stage]string{connector.StagePicking: own.picking, connector.StageShipped: own.sent},
			}
			if err := s.Connections.SetMapping(ctx, s.Who, c.ID, m); err != nil {
				t.Fatal(err)
			}
			id := orderOf(t, s, c.ID, buy(t, own.shop, "A", 1).ID)
			shows := func(status string, stage connector.Stage) {
				t.Helper()
				external := getOrder(t, s, id).Order.ExternalID
				apptest.Eventually(t, "the channel shows "+status, func() bool { o, _ := own.shop.Order(external); return o.Status == status })
				apptest.Eventually(t, "Lad reads it as "+string(stage), func() bool {
					o := getOrder(t, s, id).Order
					return o.ChannelStatus == status && o.Stage == stage
				})
			}
			if _, err := s.Orders.Confirm(ctx, s.Who, id); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Orders.StartPicking(ctx, s.Who, id); err != nil {
				t.Fatal(err)
			}
			shows(own.picking, connector.StagePicking)
			if _, err := s.Orders.Ship(ctx, s.Who, id, orders.ShipInput{Tracking: "20450000000001", Carrier: "nova_poshta"}); err != nil {
				t.Fatal(err)
			}
			shows(own.sent, connector.StageShipped)
		})
	}
}
