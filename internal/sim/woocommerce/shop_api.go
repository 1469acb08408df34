package woocommerce

import (
	"net/http"

	"github.com/lad-hub/lad/internal/sim"
)

// index lists what is installed; it needs no key.
func (s *Shop) index(*sim.Call) sim.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	spaces := []string{"oembed/1.0", "wp/v2"}
	if !s.off {
		spaces = append(spaces, "wc/v1", "wc/v2", "wc/v3")
	}
	if s.o.ShipmentTracking {
		spaces = append(spaces, "wc-shipment-tracking/v3")
	}
	return sim.JSON(http.StatusOK, map[string]any{"name": "Крамниця", "timezone_string": s.zone.String(), "namespaces": spaces})
}

func (s *Shop) systemStatus(c *sim.Call) sim.Answer {
	decimals := 2
	if s.o.NoDecimals {
		decimals = 0
	}
	return sim.JSON(http.StatusOK, trim(c, map[string]any{
		"environment": map[string]any{"home_url": "https://shop.example.com", "version": "10.9.2"},
		"settings":    map[string]any{"currency": s.o.Currency, "currency_symbol": "&#8372;", "number_of_decimals": decimals},
	}))
}

// orderTotals counts orders by status; it is where the API names the shop's own statuses.
func (s *Shop) orderTotals(c *sim.Call) sim.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []any
	for _, st := range s.statuses {
		all = append(all, map[string]any{"slug": st.Slug, "name": st.Title, "total": s.orders.GroupLen(s.group(st.Slug))})
	}
	return rows(c, all, len(all), maxPage)
}

func (s *Shop) paymentGateways(*sim.Call) sim.Answer {
	var all []any
	for _, g := range gateways {
		all = append(all, map[string]any{"id": g.ID, "title": g.Title, "enabled": true})
	}
	return sim.JSON(http.StatusOK, all)
}

// shippingZones are one country and the rest of the world, whose zone has the number 0.
func (s *Shop) shippingZones(*sim.Call) sim.Answer {
	return sim.JSON(http.StatusOK, []any{map[string]any{"id": 0, "name": "Решта світу"}, map[string]any{"id": 1, "name": "Україна"}})
}

func (s *Shop) shippingMethods(c *sim.Call) sim.Answer {
	all := []any{}
	if c.Request.PathValue("id") == "1" {
		for i, m := range []struct{ id, title string }{{"nova_poshta", "Нова Пошта"}, {"local_pickup", "Самовивіз"}, {"flat_rate", "Кур'єр"}} {
			all = append(all, map[string]any{"instance_id": i + 3, "method_id": m.id, "title": m.title, "enabled": true})
		}
	}
	return sim.JSON(http.StatusOK, all)
}

func (s *Shop) listTrackings(c *sim.Call) sim.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.orders.Get(c.ID("id"))
	if row == nil {
		return failure(http.StatusNotFound, "woocommerce_rest_order_invalid_id", "Invalid order ID.")
	}
	all := []any{}
	for _, t := range row.Value.trackings {
		all = append(all, map[string]any{"tracking_provider": t.provider, "tracking_number": t.number, "tracking_link": t.link, "date_shipped": t.date})
	}
	return sim.JSON(http.StatusOK, all)
}

// addTracking is the extension's: it stores the number again when it is sent again.
func (s *Shop) addTracking(c *sim.Call) sim.Answer {
	var b struct {
		Provider string `json:"custom_tracking_provider"`
		Link     string `json:"custom_tracking_link"`
		Number   string `json:"tracking_number"`
		Date     string `json:"date_shipped"`
	}
	if err := c.Decode(&b); err != nil || b.Number == "" || b.Provider == "" {
		return invalid("tracking_number")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.orders.Get(c.ID("id"))
	if row == nil {
		return failure(http.StatusNotFound, "woocommerce_rest_order_invalid_id", "Invalid order ID.")
	}
	if !c.Ignore {
		row.Value.trackings = append(row.Value.trackings, tracking{b.Provider, b.Number, b.Link, b.Date})
		s.touch(row, c.At.UTC())
	}
	return sim.JSON(http.StatusCreated, map[string]any{"tracking_number": b.Number, "tracking_provider": b.Provider})
}
