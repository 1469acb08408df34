package connectorphp

import (
	"maps"

	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// orderAndLine reads an order with its lines and what is kept beside it.
func (s *Server) orderAndLine(c *call, id int64) (o orders.Whole, kept baselinker.Order, err error) {
	err = s.read(c, func(tx *db.Tx) error {
		if err := s.visible(c, tx, id); err != nil {
			return err
		}
		list, err := orders.Wholes(c, tx, []int64{id})
		if err != nil || len(list) == 0 {
			return err
		}
		o = list[0]
		kept, err = s.Kept.OrderOf(c, tx, id)
		return err
	})
	return o, kept, err
}

// changeLines changes lines with what is kept beside them; the discounts stay part of the total.
func (s *Server) changeLines(c *call, id int64, changes []orders.LineChange, f func(kept *baselinker.Order, numbers []int64) []journal.Record) error {
	return s.Orders.ChangeLines(c, c.actor, id, changes, func(tx *db.Tx, o *orders.Order, numbers []int64) ([]journal.Record, error) {
		kept, err := s.Kept.OrderOf(c, tx, id)
		if err != nil {
			return nil, err
		}
		if kept.Lines == nil {
			kept.Lines = map[int64]baselinker.Line{}
		}
		if kept.Discounts == nil {
			kept.Discounts = map[int64]baselinker.Discount{}
		}
		records := f(&kept, numbers)
		o.Total.Minor = max(o.Total.Minor+kept.DiscountMinor(), 0)
		return records, s.Kept.PutOrder(c, tx, kept)
	})
}

func (s *Server) addOrderProduct(c *call) (answer, error) {
	c.p.need("order_id", "quantity")
	id := c.p.int("order_id")
	if err := c.p.fault(); err != nil {
		return nil, err
	}
	o, _, err := s.orderAndLine(c, id)
	if err != nil {
		return nil, err
	}
	line := []lineIn{readLine(c.p, o.Total.Currency)}
	if err := c.p.fault(); err != nil {
		return nil, err
	}
	if err := s.findGoods(c, line); err != nil {
		return nil, err
	}
	l := line[0]
	if l.price.Minor < 0 {
		var no int64
		err := s.changeLines(c, id, nil, func(kept *baselinker.Order, _ []int64) []journal.Record {
			no = kept.AddDiscount(topLine, baselinker.Discount{Name: firstOf(l.name, l.sku, "−"), PriceMinor: l.price.Minor, Qty: l.quantity, Line: l.kept})
			return lineRecord("order.line_added", no, l.name)
		})
		return answer{"order_product_id": lineID(id, no)}, err
	}
	var no int64
	change := orders.LineChange{SKU: l.sku, Title: l.name, Qty: l.quantity, Price: l.price}
	err = s.changeLines(c, id, []orders.LineChange{change}, func(kept *baselinker.Order, numbers []int64) []journal.Record {
		no = numbers[0]
		kept.Lines[no] = l.kept
		return lineRecord("order.line_added", no, l.name)
	})
	return answer{"order_product_id": lineID(id, no)}, err
}

func lineRecord(kind string, no int64, name string) []journal.Record {
	return []journal.Record{{Kind: kind, Payload: map[string]any{"line": no, "name": cut(name, 130)}}}
}

// wantedLine finds the line that a call names.
func (s *Server) wantedLine(c *call) (o orders.Whole, kept baselinker.Order, line *orders.Line, no int64, err error) {
	c.p.need("order_id", "order_product_id")
	id := c.p.int("order_id")
	if err = c.p.fault(); err != nil {
		return o, kept, nil, 0, err
	}
	if o, kept, err = s.orderAndLine(c, id); err != nil {
		return o, kept, nil, 0, err
	}
	no = lineNo(id, c.p.int("order_product_id"))
	for i := range o.Lines {
		if o.Lines[i].No == no && !o.Lines[i].Removed {
			return o, kept, &o.Lines[i], no, nil
		}
	}
	if _, ok := kept.Discounts[no]; !ok {
		err = errs.New(errs.NotFound, "error.order.no_line", "line", no)
	}
	return o, kept, nil, no, err
}

// setOrderProductFields changes the fields of a line that are given. Other goods are another line.
func (s *Server) setOrderProductFields(c *call) (answer, error) {
	o, _, line, no, err := s.wantedLine(c)
	if err != nil {
		return nil, err
	}
	p := c.p
	fields := readKeptLine(p)
	price, quantity := p.amount("price_brutto", o.Total.Currency), p.quantity("quantity")
	if p.has("quantity") && quantity <= 0 {
		p.bad("quantity")
	}
	if line != nil && price.Minor < 0 || line == nil && p.has("price_brutto") && price.Minor >= 0 {
		p.bad("price_brutto")
	}
	if sku := p.text("sku", 50); line != nil && sku != "" && sku != line.SKUCode {
		return nil, fail("ERROR_BAD_PARAMETERS", "error.baselinker.other_goods")
	}
	if err := p.fault(); err != nil {
		return nil, err
	}
	name := p.text("name", 300)
	if line == nil {
		return nil, s.changeLines(c, o.ID, nil, func(kept *baselinker.Order, _ []int64) []journal.Record {
			d := kept.Discounts[no]
			d.Name = firstOf(name, d.Name)
			if p.has("price_brutto") {
				d.PriceMinor = price.Minor
			}
			if p.has("quantity") {
				d.Qty = quantity
			}
			d.Line = merged(d.Line, fields)
			kept.Discounts[no] = d
			return lineRecord("order.line_edited", no, d.Name)
		})
	}
	change := orders.LineChange{No: no, Title: name, Qty: line.Qty, Price: line.Price}
	if p.has("price_brutto") {
		change.Price = price
	}
	if p.has("quantity") {
		change.Qty = quantity
	}
	return nil, s.changeLines(c, o.ID, []orders.LineChange{change}, func(kept *baselinker.Order, _ []int64) []journal.Record {
		kept.Lines[no] = merged(kept.Lines[no], fields)
		return lineRecord("order.line_edited", no, firstOf(name, line.Title))
	})
}

func merged(was, given baselinker.Line) baselinker.Line {
	out := maps.Clone(was)
	if out == nil {
		out = baselinker.Line{}
	}
	maps.Copy(out, given)
	return out
}

func (s *Server) deleteOrderProduct(c *call) (answer, error) {
	o, kept, line, no, err := s.wantedLine(c)
	if err != nil {
		return nil, err
	}
	gone := func(name string, product int64) []journal.Record {
		records := lineRecord("order.line_removed", no, name)
		records[0].Payload.(map[string]any)["product_id"] = product
		return records
	}
	if line == nil {
		return nil, s.changeLines(c, o.ID, nil, func(now *baselinker.Order, _ []int64) []journal.Record {
			delete(now.Discounts, no)
			return gone(kept.Discounts[no].Name, 0)
		})
	}
	return nil, s.changeLines(c, o.ID, []orders.LineChange{{No: no, Qty: qty.Qty(0), Price: line.Price}}, func(now *baselinker.Order, _ []int64) []journal.Record {
		delete(now.Lines, no)
		return gone(line.Title, line.SKUID)
	})
}
