package prom

import (
	"context"
	"fmt"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// ReadDictionary reads the statuses that the shop has made itself, beside those that every shop has. What one of them means, only
// the merchant knows: it has no stage.
func (c *channel) ReadDictionary(ctx context.Context) (connector.Dictionary, error) {
	out := connector.Dictionary{Statuses: info.Statuses}
	var said struct {
		Options wire.Rows `json:"order_status_options"`
	}
	if _, err := c.get(ctx, "/order_status_options/list", nil, &said); err != nil {
		if connector.KindOf(err) == connector.KindPermanent { // an account without it has none
			return out, nil
		}
		return connector.Dictionary{}, err
	}
	own := []connector.Status{}
	for _, row := range said.Options {
		var s struct {
			ID     wire.Text `json:"id"`
			Name   wire.Text `json:"name"`
			Title  wire.Text `json:"title"`
			Custom wire.Text `json:"is_custom"`
		}
		if e := wire.Decode(row, &s); e != nil || s.ID.Number() <= 0 || !s.Custom.True() && !isCustom(string(s.Name)) {
			continue
		}
		code := fmt.Sprint(customPrefix, s.ID.Number())
		own = append(own, connector.Status{Code: code, Title: wire.First(s.Title, s.Name, wire.Text(code))})
	}
	out.Statuses = append(own, out.Statuses...)
	return out, nil
}
