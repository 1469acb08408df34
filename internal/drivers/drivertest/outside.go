// Package drivertest shows Lad's simulated sales channels to the conformance suite of connector/connectortest.
package drivertest

import (
	"testing"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/connector/connectortest"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/simtest"
)

// priceMinor is the price that the suite expects of a new offer.
const priceMinor = 100_00

// Outside serves a simulated shop. Settings named in set replace the working ones; those in bad make them wrong.
func Outside(t *testing.T, shop sim.Shop, set, bad map[string]string) *connectortest.Outside {
	srv := simtest.Serve(shop)
	t.Cleanup(srv.Close)
	settings := shop.Settings(srv.URL)
	for k, v := range set {
		settings[k] = v
	}
	wrong := map[string]string{}
	for k, v := range settings {
		wrong[k] = v
	}
	for k, v := range bad {
		wrong[k] = v
	}
	a := adapter{t, shop}
	_, dialled := shop.(sim.Listener)
	return &connectortest.Outside{
		Dialled:  dialled,
		Settings: settings, BadSettings: wrong,
		AddOffer: a.addOffer, Place: a.place, CancelByBuyer: a.cancel, Shown: a.shown, SetShown: a.setShown,
		OrderStatus:   func(id string) string { return a.order(id).Status },
		OrderTracking: func(id string) string { return a.order(id).Tracking },
		IgnoreWrites:  func(on bool) { a.fault(on, sim.AcceptThenIgnore) },
		ExpireTokens:  func() { a.fault(true, sim.ExpireTokens) },
		Disturb:       func(on bool) { a.fault(on, sim.DuplicateOrders, sim.ReorderPages, sim.UnknownFields) },
	}
}

type adapter struct {
	t    *testing.T
	shop sim.Shop
}

func (a adapter) addOffer(sku string, q connector.Qty) string {
	a.t.Helper()
	a.shop.SeedOffers([]sim.OfferSeed{{SKU: sku, Title: "Товар " + sku, PriceMinor: priceMinor, Quantity: q.Whole()}})
	o, ok := a.shop.OfferBySKU(sku)
	if !ok {
		a.t.Fatalf("offer %s was seeded and is not there", sku)
	}
	return o.ID
}

func (a adapter) place(items ...connectortest.Item) string {
	a.t.Helper()
	b := sim.Basket{Buyer: sim.Buyer{
		Name: "Олена Коваль", Phone: "+380671112233", Email: "o@example.com", City: "Київ", Address: "відділення №17",
		Warehouse: "aaaa1111-bbbb-2222-cccc-333344445555",
	}}
	for _, it := range items {
		b.Lines = append(b.Lines, sim.BasketLine{OfferID: it.OfferID, Quantity: it.Quantity.Whole()})
	}
	p, err := a.shop.PlaceOrder(b)
	if err != nil {
		a.t.Fatalf("place: %v", err)
	}
	return p.ID
}

func (a adapter) cancel(id string) {
	a.t.Helper()
	if err := a.shop.CancelOrder(id); err != nil {
		a.t.Fatalf("cancel %s: %v", id, err)
	}
}

func (a adapter) offer(id string) sim.OfferState {
	a.t.Helper()
	o, ok := a.shop.Offer(id)
	if !ok {
		a.t.Fatalf("no offer %s", id)
	}
	return o
}

func (a adapter) shown(id string) (connector.Qty, bool) {
	a.t.Helper()
	o := a.offer(id)
	return connector.Qty(o.Quantity * 1000), o.Orderable
}

func (a adapter) setShown(id string, q connector.Qty) {
	a.t.Helper()
	o := a.offer(id)
	a.shop.SeedOffers([]sim.OfferSeed{{
		ID: o.ID, SKU: o.SKU, ExternalID: o.ExternalID, Title: o.Title, PriceMinor: o.PriceMinor, Quantity: q.Whole(),
	}})
}

func (a adapter) order(id string) sim.OrderState {
	a.t.Helper()
	o, ok := a.shop.Order(id)
	if !ok {
		a.t.Fatalf("no order %s", id)
	}
	return o
}

func (a adapter) fault(on bool, kinds ...sim.Kind) {
	for _, k := range kinds {
		if on {
			a.shop.Faults().Set(k, sim.Rule{})
		} else {
			a.shop.Faults().Clear(k)
		}
	}
}
