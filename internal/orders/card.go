package orders

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// historyLength bounds the history a card shows at once.
const historyLength = 100

// Card is everything a person sees of one order.
type Card struct {
	Order       Order
	Lines       []Line
	Destination Destination
	Push        PushState
	History     []journal.Entry
	// ByCustomer is how many orders the customer has, bounded.
	ByCustomer int
}

// Get reads an order's card.
func (s *Service) Get(ctx context.Context, a access.Actor, id int64) (Card, error) {
	var c Card
	if err := a.Must(access.OrdersRead); err != nil {
		return c, err
	}
	err := s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		var err error
		if c.Order, err = ByID(ctx, tx, id); err != nil {
			return err
		}
		if c.Lines, err = Lines(ctx, tx, id, c.Order.Total.Currency); err != nil {
			return err
		}
		if c.Destination, err = DestinationOf(ctx, tx, id); err != nil {
			return err
		}
		if c.Push, err = s.PushOf(ctx, tx, id); err != nil {
			return err
		}
		if c.History, err = journal.Of(ctx, tx, "order", id, 0, historyLength); err != nil {
			return err
		}
		if c.Order.CustomerID == 0 {
			return nil
		}
		return tx.QueryRow(ctx, "select count(*) from (select 1 from orders where tenant_id = $1 and customer_id = $2 limit $3) n",
			int64(tx.Tenant), c.Order.CustomerID, maxCount).Scan(&c.ByCustomer)
	})
	return c, err
}
