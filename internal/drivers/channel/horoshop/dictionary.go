package horoshop

import (
	"context"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// ReadDictionary reads the shop's statuses, its own among them. One of its own that ends an order well means completed; what another
// one means, only the merchant knows: it has no stage. A shop older than version 4 can not tell them.
func (c *channel) ReadDictionary(ctx context.Context) (connector.Dictionary, error) {
	c.shop.known = false
	if err := c.learn(ctx); err != nil {
		return connector.Dictionary{}, err
	}
	if len(c.shop.statuses) == 0 {
		return connector.Dictionary{Statuses: info.Statuses}, nil
	}
	return connector.Dictionary{Statuses: c.shop.statuses}, nil
}

// ownStatus is a status as the shop tells it.
type ownStatus struct {
	ID         wire.Text  `json:"id"`
	Title      wire.Words `json:"title"`
	Successful wire.Text  `json:"is_successful"`
}

func (s ownStatus) read() connector.Status {
	out, everywhere := info.StatusOf(s.ID.ID())
	if !everywhere {
		out = connector.Status{Code: s.ID.ID()}
		if s.Successful.True() {
			out.Stage = connector.StageCompleted
		}
	}
	out.Title = wire.First(wire.Text(s.Title), wire.Text(out.Title), s.ID)
	return out
}
