package connections_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/allegro"
)

// A seller gives permission on Allegro's own page: Lad asks for a code, waits until it is confirmed there, and has a working
// connection whose rotating tokens are kept, sealed, so that it goes on after a restart.
func TestPermissionIsGivenOutside(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		s.Goods("A", 100_00, 4)
		shop := allegro.New(allegro.Options{Options: sim.Options{Clock: s.Time}})
		shop.SeedOffers([]sim.OfferSeed{{SKU: "A", Title: "Towar A", PriceMinor: 100_00, Quantity: 1}})
		srv := httptest.NewServer(shop)
		t.Cleanup(srv.Close)
		t.Cleanup(s.Connections.Stop)
		working := shop.Settings(srv.URL)
		form := map[string]string{}
		for _, f := range driverInfo(t, "allegro").Settings {
			if !f.Derived {
				form[f.Key] = working[f.Key]
			}
		}
		in := connections.Input{Driver: "allegro", Name: "Allegro", Settings: form}
		grant, err := s.Connections.BeginAuthorization(ctx, s.Who, in, 0)
		if err != nil {
			t.Fatal(err)
		}
		if grant.UserCode == "" || grant.URL == "" || grant.Every < time.Second {
			t.Errorf("%+v", grant)
		}
		if c, _, err := s.Connections.FinishAuthorization(ctx, s.Who, grant.ID); err != nil || c.ID != 0 {
			t.Fatalf("before anybody has agreed: %d, %v", c.ID, err)
		}
		if !shop.Approve(grant.UserCode) {
			t.Fatal("the code is not known there")
		}
		if c, wait, err := s.Connections.FinishAuthorization(ctx, s.Who, grant.ID); err != nil || c.ID != 0 || wait.Every <= grant.Every {
			t.Fatalf("asked too soon: %d, wait %v, %v", c.ID, wait.Every, err)
		}
		s.Time.Advance(15 * time.Second)
		c, _, err := s.Connections.FinishAuthorization(ctx, s.Who, grant.ID)
		if err != nil || c.ID == 0 {
			t.Fatal(c.ID, err)
		}
		if _, _, err := s.Connections.FinishAuthorization(ctx, s.Who, grant.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("a grant is used twice: %v", err)
		}
		if err := s.Connections.SetRate(ctx, s.Who, c.ID, 1000); err != nil {
			t.Fatal(err)
		}
		s.Start()
		settled(t, s, c)
		shows(t, shop, "A", 4)
		noSecretLiesOpen(t, s, c.ID)
		placed := buy(t, shop, "A", 1)
		orderOf(t, s, c.ID, placed.ID)
		again, err := s.Connections.BeginAuthorization(ctx, s.Who, connections.Input{Driver: "allegro"}, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		if !shop.Approve(again.UserCode) {
			t.Fatal("the second code is not known there")
		}
		s.Time.Advance(15 * time.Second)
		renewed, _, err := s.Connections.FinishAuthorization(ctx, s.Who, again.ID)
		if err != nil || renewed.ID != c.ID {
			t.Fatal(renewed.ID, err)
		}
		orderOf(t, s, c.ID, buy(t, shop, "A", 1).ID)
	})
}

// noSecretLiesOpen checks that what is stored in the open holds no secret of Allegro's.
func noSecretLiesOpen(t *testing.T, s *apptest.Living, id int64) {
	t.Helper()
	for key, value := range s.Connection(id).Settings {
		for _, f := range driverInfo(t, "allegro").Settings {
			if f.Key == key && f.Secret && value != "" {
				t.Errorf("%s lies open", key)
			}
		}
	}
}
