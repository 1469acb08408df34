package opencart

import (
	"context"
	"slices"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/drivers/wire/cart"
)

// Bounds of one call by the protocol.
const (
	maxOrders   = 100
	maxProducts = 100
	maxItems    = 200
)

// zone is of times that come without an offset.
var zone = wire.Zone(info.Zone)

// ParseOrder normalises an order.
func (c *channel) ParseOrder(body []byte) (connector.Order, error) {
	return cart.Reading{Paid: c.paid, Zone: zone, Currency: info.Currency}.ParseOrder(body)
}

// cursor is a place in the shop's journal of changed orders. It is no time, so no clock and no zone can carry it too far.
type cursor struct {
	Journal string `json:"journal,omitempty"`
	After   int64  `json:"after"`
}

// PullOrders reads the next page of the journal.
func (c *channel) PullOrders(ctx context.Context, raw string) (connector.OrderPage, error) {
	var cur cursor
	wire.ReadCursor(raw, &cur)
	if cur.After < 0 {
		cur = cursor{}
	}
	var said struct {
		Orders  wire.Rows `json:"orders"`
		Journal wire.Text `json:"journal"`
		Next    wire.Text `json:"next"`
		More    bool      `json:"more"`
	}
	body := map[string]any{"journal": cur.Journal, "after": cur.After, "limit": maxOrders}
	if err := c.call(ctx, "changes", body, false, &said); err != nil {
		return connector.OrderPage{}, err
	}
	next := cursor{Journal: string(said.Journal), After: said.Next.Number()}
	switch {
	case said.Orders == nil || said.Journal == "" || said.Next == "":
		return connector.OrderPage{}, connector.Errorf(connector.KindTransient, "the shop answered without a list of orders")
	case said.More && next == cur:
		return connector.OrderPage{}, connector.Errorf(connector.KindTransient, "the shop's journal of orders does not go on")
	}
	return connector.OrderPage{Orders: raws(said.Orders), Next: wire.WriteCursor(next), More: said.More}, nil
}

func raws(rows wire.Rows) []connector.RawOrder {
	out := make([]connector.RawOrder, 0, len(rows))
	for _, row := range rows {
		var o struct {
			ID wire.Text `json:"order_id"`
		}
		_ = wire.Decode(row, &o) // travels on without an id, so that it is set aside and not lost
		out = append(out, connector.RawOrder{ExternalID: o.ID.ID(), Body: row})
	}
	return out
}

// ReadOrders reads orders by id.
func (c *channel) ReadOrders(ctx context.Context, ids []string) ([]connector.RawOrder, error) {
	var numbers []int64
	for _, id := range ids {
		if n := wire.Text(id).Number(); n > 0 {
			numbers = append(numbers, n)
		}
	}
	var out []connector.RawOrder
	for part := range slices.Chunk(numbers, maxOrders) {
		var said struct {
			Orders wire.Rows `json:"orders"`
		}
		if err := c.call(ctx, "orders", map[string]any{"ids": part}, false, &said); err != nil {
			return nil, err
		}
		if said.Orders == nil {
			return nil, connector.Errorf(connector.KindTransient, "the shop answered without a list of orders")
		}
		out = append(out, raws(said.Orders)...)
	}
	return out, nil
}
