package prestashop_test

import (
	"testing"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/connector/connectortest"
	"github.com/lad-hub/lad/internal/drivers/channel/prestashop"
	"github.com/lad-hub/lad/internal/drivers/drivertest"
	"github.com/lad-hub/lad/internal/sim"
	shop "github.com/lad-hub/lad/internal/sim/prestashop"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	shops := map[string]struct {
		options      shop.Options
		combinations bool // each offer is a combination of a product of its own
	}{
		"8": {}, "combinations": {combinations: true}, "1.6 behind a firewall": {options: shop.Options{Old: true, Gateway: true, BOM: true}},
	}
	for name, kind := range shops {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			connectortest.Run(t, connectortest.Subject{
				Driver: prestashop.New(), Orders: 120,
				Forbidden: []connectortest.Step{{From: "PS_OS_CANCELED", To: "PS_OS_SHIPPING"}, {From: "PS_OS_DELIVERED", To: "PS_OS_PREPARATION"}},
				New: func(t *testing.T) *connectortest.Outside {
					s := shop.New(kind.options)
					o := drivertest.Outside(t, s, nil, map[string]string{"token": "WRONGKEY000000000000000000000000"})
					if kind.combinations {
						o.AddOffer = func(sku string, q connector.Qty) string {
							s.SeedOffers([]sim.OfferSeed{
								{SKU: "P-" + sku, Title: "Товар " + sku, PriceMinor: 80_00},
								{SKU: sku, ParentSKU: "P-" + sku, Title: "Товар " + sku, PriceMinor: 100_00, Quantity: q.Whole()},
							})
							offer, _ := s.OfferBySKU(sku)
							return offer.ID
						}
					}
					return o
				},
			})
		})
	}
}
