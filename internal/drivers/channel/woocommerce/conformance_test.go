package woocommerce_test

import (
	"net/http/httptest"
	"testing"

	"github.com/lad-hub/lad/connector/connectortest"
	"github.com/lad-hub/lad/internal/drivers/channel/woocommerce"
	"github.com/lad-hub/lad/internal/drivers/drivertest"
	sim "github.com/lad-hub/lad/internal/sim/woocommerce"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	shops := map[string]struct {
		options sim.Options
		set     map[string]string
		https   bool
	}{
		"signed over plain HTTP":         {},
		"plain permalinks, not counting": {options: sim.Options{PlainPermalinks: true, NoStockManagement: true}},
		"key in a header, cached reads": {
			options: sim.Options{CachesReads: true, Custom: []sim.CustomStatus{{Slug: "vidpravleno", Title: "Відправлено"}}}, https: true,
			set: map[string]string{"statuses": "vidpravleno=shipped"},
		},
		"key in the address, tracking extension, taxes": {
			options: sim.Options{StripsAuthorization: true, ShipmentTracking: true, TaxPercent: 20}, https: true, set: map[string]string{"key_in_address": "yes"},
		},
	}
	for name, c := range shops {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			connectortest.Run(t, connectortest.Subject{
				Driver:    woocommerce.New(),
				Forbidden: []connectortest.Step{{From: "completed", To: "processing"}, {From: "cancelled", To: "processing"}, {From: "processing", To: "refunded"}},
				New: func(t *testing.T) *connectortest.Outside {
					shop := sim.New(c.options)
					o := drivertest.Outside(t, shop, c.set, map[string]string{"consumer_secret": "cs_wrong"})
					if c.https {
						srv := httptest.NewTLSServer(shop)
						t.Cleanup(srv.Close)
						o.Client, o.Settings["base_url"], o.BadSettings["base_url"] = srv.Client(), srv.URL, srv.URL
					}
					return o
				},
			})
		})
	}
}
