package opencartdb

import (
	"context"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/drivers/wire/cart"
)

// recent is how far back methods of orders are looked for; maxMethods bounds them.
const (
	recent     = 90 * 24 * time.Hour
	maxMethods = 200
)

// ReadDictionary reads the shop's statuses, and the methods that its recent orders name.
func (c *channel) ReadDictionary(ctx context.Context) (connector.Dictionary, error) {
	var d connector.Dictionary
	err := c.read(ctx, func(s *session) error {
		sh, err := s.shape()
		if err != nil {
			return err
		}
		language, err := s.first("SELECT o.language_id FROM {order} o WHERE o.order_status_id > 0 ORDER BY o.order_id DESC LIMIT 1")
		if err != nil {
			return err
		}
		names, err := s.rows("SELECT st.order_status_id, st.name FROM {order_status} st ORDER BY st.order_status_id,"+
			" CASE WHEN st.language_id = ? THEN 0 ELSE 1 END, st.language_id", language["language_id"].Number())
		if err != nil {
			return err
		}
		seen := map[string]bool{}
		for _, r := range names {
			id := r["order_status_id"].ID()
			if id == "" || seen[id] {
				continue
			}
			seen[id] = true
			name := wire.First(plain(r["name"]), id)
			d.Statuses = append(d.Statuses, connector.Status{Code: id, Title: name, Stage: cart.StageOf(id, name, sh.group(id)), Outside: true})
		}
		if d.Payment, err = s.methods(sh, "payment", func(m *connector.Method, w way) { m.OnPickup = cart.OnPickup(wire.Text(w.Code), wire.Text(w.Title)) }); err != nil {
			return err
		}
		d.Delivery, err = s.methods(sh, "shipping", func(m *connector.Method, w way) { m.Service = cart.Carrier(wire.Text(w.Code), wire.Text(w.Title)) })
		return err
	})
	if err == nil && len(d.Statuses) == 0 {
		err = connector.Errorf(connector.KindTransient, "the shop named no statuses")
	}
	if err != nil {
		return connector.Dictionary{}, err
	}
	return d, nil
}

// methods reads what orders repeat in their titles, each title once.
func (s *session) methods(sh *shape, what string, know func(*connector.Method, way)) (list []connector.Method, err error) {
	columns := sh.pick("order", "o", what+"_method", what+"_code")
	if columns == "" {
		return nil, nil
	}
	found, err := s.rows("SELECT DISTINCT "+columns+" FROM {order} o WHERE o.order_status_id > 0 AND o.date_added >= ? LIMIT ?",
		s.c.local(s.c.cfg.Now().Add(-recent)), maxMethods)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, r := range found {
		w := method(r[what+"_method"], r[what+"_code"])
		title := wire.First(w.Title, w.Code)
		if title == "" || seen[title] {
			continue
		}
		seen[title] = true
		m := connector.Method{Code: title, Title: title}
		know(&m, w)
		list = append(list, m)
	}
	return list, nil
}
