package connectorphp

import (
	"encoding/json"
	"slices"

	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/platform/db"
)

// returnSpelling brings another spelling of a line's reason and status into the usual one.
func returnSpelling(p params) {
	p.alias("reason_id", "return_reason_id")
	p.alias("product_status_id", "status_id")
}

// orderOfReturn is the order that a return is of, 0 for none.
func (s *Server) orderOfReturn(c *call, id int64) (order int64, err error) {
	err = s.read(c, func(tx *db.Tx) error {
		list, err := s.Kept.Returns(c, tx, baselinker.ReturnsAsked{ID: id, Limit: 1})
		if err == nil && len(list) == 1 {
			order = list[0].OrderID
		}
		return err
	})
	return order, err
}

// fillReturned says of lines that come back what their order says and the client does not.
func (s *Server) fillReturned(c *call, order int64, lines []params) error {
	if order == 0 || !slices.ContainsFunc(lines, func(p params) bool { return p.int("order_product_id") != 0 }) {
		return nil
	}
	var sold []lineOut
	err := s.read(c, func(tx *db.Tx) error {
		page, err := s.readPage(c, tx, []int64{order})
		if err == nil && len(page.orders) == 1 {
			sold = page.order(page.orders[0]).Products
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, p := range lines {
		id := p.int("order_product_id")
		i := slices.IndexFunc(sold, func(l lineOut) bool { return l.ID == id })
		switch {
		case i >= 0:
			if err := p.fill(sold[i]); err != nil {
				return err
			}
		case id != 0 && !p.has("name"):
			p.bad("order_product_id")
		}
	}
	return nil
}

// fill gives parameters the fields of a line that they lack.
func (p params) fill(l lineOut) error {
	body, err := json.Marshal(l)
	if err != nil {
		return err
	}
	all, err := parseParameters(string(body))
	for name, v := range all.values {
		if !p.has(name) {
			p.values[name] = v
		}
	}
	return err
}
