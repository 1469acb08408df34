package connections_test

import (
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/prom"
	"github.com/lad-hub/lad/internal/tasks"
)

// A channel that brought forty orders in each hour of three days and brings none now raises the alarm; its next order ends it.
func TestSilenceAlarm(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		s.Goods("A", 100_00, 9)
		shop := prom.New(prom.Options{})
		offer(shop, "A", 100_00, 9)
		c, _ := s.Connect(shop, nil)
		s.Write(func(tx *db.Tx) error {
			this := s.Time.Now().Unix() / 3600
			for hour := this - 72; hour < this-1; hour++ {
				_, err := tx.Exec(ctx, "insert into connection_hour (tenant_id, connection_id, hour, orders) values ($1, $2, $3, 40)", int64(tx.Tenant), c.ID, hour)
				if err != nil {
					return err
				}
			}
			return nil
		})
		s.Start()
		apptest.Eventually(t, "the alarm is raised", func() bool { return s.Tasks(tasks.ChannelSilent, "connection", c.ID) == 1 })
		if since := s.Connection(c.ID).SilentSince; since == 0 || s.Told("connection.silent", "connection", c.ID) != 1 {
			t.Errorf("silent since %d", since)
		}
		settled(t, s, c)
		orderOf(t, s, c.ID, buy(t, shop, "A", 1).ID)
		apptest.Eventually(t, "the alarm is over", func() bool {
			return s.Tasks(tasks.ChannelSilent, "connection", c.ID) == 0 && s.Connection(c.ID).SilentSince == 0
		})
	})
}

// Offers that somebody else changed are found by the next reading, which then comes sooner; an alarm asks a person, and one press
// repairs what a channel that ignores writes has lost.
func TestDriftIsWatched(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		shop := prom.New(prom.Options{})
		codes := []string{"A", "B", "C", "D", "E", "F"}
		for _, code := range codes {
			s.Goods(code, 100_00, 9)
			offer(shop, code, 100_00, 9)
		}
		c, _ := s.Connect(shop, nil)
		s.Start()
		settled(t, s, c)
		for _, code := range codes {
			shows(t, shop, code, 9)
		}
		apptest.Eventually(t, "all are proved", func() bool {
			return s.Int("select count(*) from listing_stock where tenant_id = $1 and state = 'confirmed'") == int64(len(codes))
		})
		if at := s.Connection(c.ID); at.OffersDrifted != 0 || at.OffersSeen != int64(len(codes)) {
			t.Errorf("%d of %d drifted", at.OffersDrifted, at.OffersSeen)
		}
		before := s.Connection(c.ID).OffersPause
		for _, code := range codes {
			o := sku(shop, code)
			shop.SeedOffers([]sim.OfferSeed{{ID: o.ID, SKU: code, Title: o.Title, PriceMinor: o.PriceMinor, Quantity: 55}})
		}
		s.Time.Advance(2 * time.Minute) // what was accepted a moment ago is left to the read-back
		if err := s.Connections.SyncNow(ctx, s.Who, c.ID); err != nil {
			t.Fatal(err)
		}
		for _, code := range codes {
			shows(t, shop, code, 9)
		}
		at := s.Connection(c.ID)
		if at.OffersDrifted != int64(len(codes)) || at.OffersPause >= before || s.Told("listing.drift", "connection", c.ID) == 0 {
			t.Errorf("%d drifted, pause %v after %v", at.OffersDrifted, at.OffersPause, before)
		}
		shop.Faults().Set(sim.AcceptThenIgnore, sim.Rule{})
		if err := s.Connections.SetPolicy(ctx, s.Who, c.ID, connections.Policy{SharePPM: 1_000_000, Cap: qty.Pieces(2)}); err != nil {
			t.Fatal(err)
		}
		apptest.Eventually(t, "it says yes and shows the old", func() bool {
			return s.Int("select count(*) from listing_stock where tenant_id = $1 and sent = 2000") == int64(len(codes))
		})
		shop.Faults().Clear(sim.AcceptThenIgnore)
		if err := s.Connections.Repair(ctx, s.Who, c.ID); err != nil {
			t.Fatal(err)
		}
		for _, code := range codes {
			shows(t, shop, code, 2)
		}
	})
}
