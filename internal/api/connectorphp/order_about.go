package connectorphp

import (
	"slices"

	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// getOrderTransactionData answers what a marketplace told of an order. The older name has its keys with a prefix.
func (s *Server) getOrderTransactionData(c *call) (answer, error) {
	o, out, err := s.transaction(c)
	if err != nil {
		return nil, err
	}
	out["marketplace_transaction_id"], out["account_id"] = cut(o.ExternalOrderID, 60), o.SourceID
	return out, nil
}

func (s *Server) getOrderTransactionDetails(c *call) (answer, error) {
	o, out, err := s.transaction(c)
	if err != nil {
		return nil, err
	}
	old := answer{"amazon_order_id": cut(o.ExternalOrderID, 60)}
	for name, v := range out {
		if name == "currency" {
			old[name] = v
		} else {
			old["amazon_"+name] = v
		}
	}
	return old, nil
}

func (s *Server) transaction(c *call) (orderOut, answer, error) {
	c.p.need("order_id")
	id := c.p.int("order_id")
	if err := c.p.fault(); err != nil {
		return orderOut{}, nil, err
	}
	var o orderOut
	err := s.read(c, func(tx *db.Tx) error {
		if err := s.visible(c, tx, id); err != nil {
			return err
		}
		p, err := s.readPage(c, tx, []int64{id})
		if err == nil && len(p.orders) == 1 {
			o = p.order(p.orders[0])
		}
		return err
	})
	items := make([]answer, len(o.Products))
	for i, l := range o.Products {
		items[i] = answer{"order_product_id": l.ID, "product_sku": l.SKU, "product_name": l.Name, "quantity": l.Quantity, "price_brutto": l.Price, "tax_rate": l.TaxRate}
	}
	return o, answer{"currency": o.Currency, "transaction_date": o.DateAdd, "ship_date_from": 0, "ship_date_to": 0, "delivery_date_from": 0, "delivery_date_to": 0,
		"fulfillment_shipments": []answer{}, "order_items": items}, err
}

// Actions of picking and packing that Lad knows of.
const (
	pickingStarted  = 2
	packingFinished = 11
)

// getOrderPickPackHistory tells when picking began and when the parcel was ready, from Lad's journal.
func (s *Server) getOrderPickPackHistory(c *call) (answer, error) {
	c.p.need("order_id")
	id, only := c.p.int("order_id"), c.p.int("action_type")
	if err := c.p.fault(); err != nil {
		return nil, err
	}
	out := []answer{}
	err := s.read(c, func(tx *db.Tx) error {
		if err := s.visible(c, tx, id); err != nil {
			return err
		}
		list, err := journal.Of(c, tx, "order", id, 0, 500)
		for _, e := range slices.Backward(list) {
			action := map[string]int64{"order.picking": pickingStarted, "order.shipped": packingFinished}[e.Kind]
			if action != 0 && (only == 0 || only == action) {
				out = append(out, answer{"profile": e.Actor, "station_id": 0, "cart_id": 0, "action_type": action, "entry_date": e.At.Unix()})
			}
		}
		return err
	})
	return answer{"history": out}, err
}

// orderNow reads an order that clients may see.
func (s *Server) orderNow(c *call, id int64) (o orders.Order, err error) {
	err = s.read(c, func(tx *db.Tx) error {
		if err := s.visible(c, tx, id); err != nil {
			return err
		}
		o, err = orders.ByID(c, tx, id)
		return err
	})
	return o, err
}
