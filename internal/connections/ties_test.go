package connections_test

import (
	"testing"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/prom"
)

// Offers under other codes and in another alphabet are proposed their SKUs, accepted at once, hold the stock of an order that
// came before, show the quantity, and are all untied again by one undo.
func TestProposalsAcceptUndo(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		named := func(code, name string) catalog.SKU {
			sku := s.Add(catalog.NewSKU{Code: code, Name: name, Price: money.New(100_00, money.UAH)})
			s.Receive(sku.ID, 5)
			return sku
		}
		generator := named("GEN-5500", "Генератор бензиновий Konner KS 5500")
		kettle := named("00-17", "Чайник електричний")
		named("OTHER", "Павербанк 20000")
		shop := prom.New(prom.Options{})
		shop.SeedOffers([]sim.OfferSeed{
			{SKU: "P1", Title: "Generator benzynovyi Konner KS 5500", PriceMinor: 100_00, Quantity: 9},
			{SKU: "0017", Title: "Щось інше зовсім", PriceMinor: 100_00, Quantity: 1},
			{SKU: "P3", Title: "Дриль", PriceMinor: 100_00, Quantity: 1},
		})
		c, _ := s.Connect(shop, nil)
		s.Start()
		settled(t, s, c)
		order := orderOf(t, s, c.ID, buy(t, shop, "P1", 2).ID)
		s.Wants(generator.ID, 5, 0)
		var found []connections.Proposal
		s.Read(func(tx *db.Tx) (err error) {
			found, err = s.Connections.Proposals(ctx, tx, c.ID, 0, 50)
			return err
		})
		var ties []connections.Tie
		got := map[string]connections.Candidate{}
		for _, p := range found {
			if len(p.Candidates) > 0 {
				got[p.SKUCode] = p.Candidates[0]
				ties = append(ties, connections.Tie{ListingID: p.ID, SKUID: p.Candidates[0].SKUID})
			}
		}
		if len(found) != 3 || got["P1"].SKUID != generator.ID || got["P1"].Why != "name" || got["0017"].SKUID != kettle.ID || got["0017"].Why != "code" || got["P3"].SKUID != 0 {
			t.Fatalf("%d offers, proposals %+v", len(found), got)
		}
		batch, n, err := s.Connections.LinkMany(ctx, s.Who, c.ID, ties)
		if err != nil || n != 2 {
			t.Fatal(n, err)
		}
		s.Wants(generator.ID, 5, 2)
		shows(t, shop, "P1", 3)
		shows(t, shop, "0017", 5)
		if _, again, err := s.Connections.LinkMany(ctx, s.Who, c.ID, ties); err != nil || again != 0 {
			t.Errorf("linked %d again, %v", again, err)
		}
		undone, err := s.Connections.UndoLinks(ctx, s.Who, c.ID, batch)
		if err != nil || undone != 2 {
			t.Fatal(undone, err)
		}
		s.Wants(generator.ID, 5, 2) // the order keeps what it holds
		if o := getOrder(t, s, order); o.Lines[0].SKUID != generator.ID {
			t.Errorf("the order's line lost its SKU: %+v", o.Lines[0])
		}
		if left := s.Int("select count(*) from listing_stock where tenant_id = $1"); left != 0 {
			t.Errorf("%d quantities are still wanted", left)
		}
		if _, err := s.Connections.UndoLinks(ctx, s.Who, c.ID, batch); !errs.Is(err, errs.NotFound) {
			t.Errorf("undone twice: %v", err)
		}
		viewer := s.Who
		viewer.Kind, viewer.Granted = access.Person, map[access.Permission]bool{access.ConnectionsRead: true}
		if _, _, err := s.Connections.LinkMany(ctx, viewer, c.ID, ties); !errs.Is(err, errs.Forbidden) {
			t.Errorf("a viewer links: %v", err)
		}
	})
}
