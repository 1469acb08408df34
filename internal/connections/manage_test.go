package connections_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/sim/horoshop"
	"github.com/lad-hub/lad/internal/sim/prom"
)

// A shop neither sees nor touches another's connections.
func TestTenantsAreApart(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		a := s.Goods("A", 100_00, 20)
		shop := horoshop.New(horoshop.Options{})
		offer(shop, "A", 100_00, 1)
		c, srv := s.Connect(shop, nil)
		s.Start()
		settled(t, s, c)
		other := s.Second()
		before := s.Connection(c.ID)
		listing := s.Int("select min(id) from listing where tenant_id = $1")
		for name, err := range map[string]error{
			"pause":  s.Connections.Pause(ctx, other, c.ID),
			"resume": s.Connections.Resume(ctx, other, c.ID),
			"delete": s.Connections.Delete(ctx, other, c.ID),
			"policy": s.Connections.SetPolicy(ctx, other, c.ID, connections.Everything),
			"rate":   s.Connections.SetRate(ctx, other, c.ID, 1),
			"sync":   s.Connections.SyncNow(ctx, other, c.ID),
			"update": s.Connections.Update(ctx, other, c.ID, connections.Input{Name: "x", Settings: shop.Settings(srv.URL)}),
			"link":   s.Connections.LinkListing(ctx, other, listing, a.ID),
			"hook":   s.Connections.Hook(ctx, other.Tenant, c.ID, before.HookSecret, nil, []byte("{}")),
		} {
			if !errs.Is(err, errs.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n, err := s.Connections.Resend(ctx, other, a.ID, 0); err != nil || n != 0 {
			t.Errorf("resent %d, %v", n, err)
		}
		if list, err := s.Connections.Aside(ctx, other, c.ID, 10); err != nil || len(list) != 0 {
			t.Errorf("aside %d, %v", len(list), err)
		}
		after := s.Connection(c.ID)
		if d := cmp.Diff([]any{before.State, before.Version, before.Policy, before.Name}, []any{after.State, after.Version, after.Policy, after.Name}); d != "" {
			t.Error(d)
		}
		viewer := access.Actor{Tenant: s.Tenant, Kind: access.Person, ID: 9, Granted: map[access.Permission]bool{access.ConnectionsRead: true}}
		_, err := s.Connections.Add(ctx, viewer, connections.Input{Driver: "prom", Name: "x"})
		wantErr(t, err, errs.Forbidden)
		wantErr(t, s.Connections.Pause(ctx, viewer, c.ID), errs.Forbidden)
		wantErr(t, s.Connections.LinkListing(ctx, viewer, listing, 0), errs.Forbidden)
	})
}

// Credentials are proved before they are kept, and kept encrypted.
func TestAddProves(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		shop := prom.New(prom.Options{})
		c, srv := s.Connect(shop, nil)
		bad := shop.Settings(srv.URL)
		bad["token"] = "wrong"
		_, err := s.Connections.Add(ctx, s.Who, connections.Input{Driver: "prom", Name: "x", Settings: bad})
		wantErr(t, err, errs.Invalid)
		for name, in := range map[string]connections.Input{
			"no driver":       {Driver: "nobody", Name: "x"},
			"no name":         {Driver: "prom", Settings: shop.Settings(srv.URL)},
			"no token":        {Driver: "prom", Name: "x"},
			"no such choice":  {Driver: "prestashop", Name: "x", Settings: map[string]string{"base_url": srv.URL, "token": "t", "send_mail": "perhaps"}},
			"unknown setting": {Driver: "prom", Name: "x", Settings: map[string]string{"token": "t", "colour": "red"}},
		} {
			_, err := s.Connections.Add(ctx, s.Who, in)
			wantErr(t, err, errs.Invalid)
			if n := s.Int("select count(*) from connection where tenant_id = $1"); n != 1 {
				t.Errorf("%s: %d connections", name, n)
			}
		}
		stored := s.Connection(c.ID)
		if _, there := stored.Settings["token"]; there || stored.HookSecret == "" {
			t.Errorf("stored %+v", stored)
		}
		if n := s.Int("select count(*) from journal where tenant_id = $1 and payload like '%prom-sim-token%'"); n != 0 {
			t.Error("the token stands in the journal")
		}
		if err := s.Connections.Update(ctx, s.Who, c.ID, connections.Input{Name: "Новий", Settings: map[string]string{"base_url": shop.Settings(srv.URL)["base_url"]}}); err != nil {
			t.Errorf("the token was not kept: %v", err)
		}
	})
}
