package apptest

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// Channel is a connection of the shop whose other side is silent: tests say themselves what it brings and shows.
type Channel struct {
	ID     int64
	Driver string
	shop   *Shop
	orders int
}

// Channel adds a connection without proving its credentials.
func (s *Shop) Channel(t testing.TB, driver, name string) *Channel {
	t.Helper()
	id, err := s.IDs.New(context.Background(), "connection")
	if err != nil {
		t.Fatal(err)
	}
	s.Write(t, func(tx *db.Tx) error {
		_, err := tx.Exec(context.Background(), `insert into connection (tenant_id, id, driver, name, state, settings, secrets, hook_secret, token_expires_at, created_at)
			values ($1, $2, $3, $4, 'active', '{}', $5, 'hook', 0, $6)`, int64(tx.Tenant), id, driver, name, []byte{}, tx.NowMicros())
		return err
	})
	return &Channel{ID: id, Driver: driver, shop: s}
}

// Shows notes that an offer of the channel sells a SKU and that the channel confirmed a quantity, so long after it was wanted.
func (c *Channel) Shows(t testing.TB, sku catalog.SKU, shown qty.Qty, took time.Duration) {
	t.Helper()
	ctx := context.Background()
	id, err := c.shop.IDs.New(ctx, "listing")
	if err != nil {
		t.Fatal(err)
	}
	c.shop.Write(t, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `insert into listing (tenant_id, id, connection_id, external_id, sku_code, barcode, title, url, price_minor, currency, sku_id, linked_by, active, refuses, seen_at)
			values ($1, $2, $3, $4, $5, '', $6, '', $7, 'UAH', $8, 'sku', $10, '', $9)`,
			int64(tx.Tenant), id, c.ID, OfferID(sku), sku.Code, sku.Name, sku.Price.Minor, sku.ID, tx.NowMicros(), true)
		if err != nil {
			return err
		}
		answered := tx.NowMicros() + took.Microseconds()
		_, err = tx.Exec(ctx, `insert into listing_stock (tenant_id, sku_id, connection_id, listing_id, want_gen, done_gen, dirty, wanted_at, state, sent, sent_at, accepted_at, confirmed, confirmed_at)
			values ($1, $2, $3, $4, 1, 1, $8, $5, 'confirmed', $6, $7, $7, $6, $7)`, int64(tx.Tenant), sku.ID, c.ID, id, tx.NowMicros(), int64(shown), answered, false)
		return err
	})
}

// OfferID is what the channels call the offer of a SKU.
func OfferID(sku catalog.SKU) string { return fmt.Sprint("offer-", sku.ID) }

// Line makes a line of an order for a SKU at its own price.
func Line(sku catalog.SKU, pieces int64) connector.Line {
	return connector.Line{OfferID: OfferID(sku), SKU: sku.Code, Title: sku.Name, Quantity: qty.Pieces(pieces), Price: sku.Price}
}

// Order brings a new order of a buyer, as the channel would; change may be nil.
func (c *Channel) Order(t testing.TB, name, phone string, change func(*connector.Order), lines ...connector.Line) orders.Result {
	t.Helper()
	c.orders++
	o := connector.Order{
		ExternalID: fmt.Sprint(318204770 + int64(c.orders) + 1000*c.ID), Stage: connector.StageNew, CreatedAt: c.shop.Now.Now(), Total: money.New(0, money.UAH),
		Payment: connector.Payment{State: connector.PaymentPaid, Method: "Картка онлайн"}, Buyer: connector.Person{Name: name, Phone: phone}, Lines: lines,
		Delivery: connector.Delivery{Service: "nova_poshta", City: "Київ", Branch: "17"},
	}
	if change != nil {
		change(&o)
	}
	body, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	res, err := c.shop.Orders.Intake(context.Background(), orders.Intake{
		Actor: access.ForConnection(c.shop.Tenant, c.ID), ConnectionID: c.ID, Source: c.Driver, Order: o, Body: body,
	})
	if err != nil {
		t.Fatal(err)
	}
	return res
}
