package connectorphp

import (
	"slices"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/customers"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/report"
)

// Bounds of reading orders: a page, and the orders of one buyer that are looked through.
const (
	ordersPage   = 100
	maxOfBuyer   = 1000
	maxCustomers = 200
)

// ownSource is the source of orders that came from no channel.
const ownSource = "personal"

// getOrders answers at most a hundred orders, oldest first. Every order that Lad has taken in is confirmed, at the moment at
// which it was taken in: drafts of channels are not taken in at all.
func (s *Server) getOrders(c *call) (answer, error) {
	q, err := s.ordersAsked(c)
	if err != nil {
		return nil, err
	}
	email := strings.ToLower(strings.TrimSpace(c.p.text("filter_email", 150)))
	out := []orderOut{}
	err = s.read(c, func(tx *db.Tx) error {
		if email != "" {
			if q.CustomerIDs, err = s.withEmail(c, tx, email); err != nil || len(q.CustomerIDs) == 0 {
				return err
			}
			q.Limit = maxOfBuyer // some of a buyer's orders may carry another address
		}
		ids, err := q.IDs(c, tx)
		if err != nil {
			return err
		}
		p, err := s.readPage(c, tx, ids)
		if err != nil {
			return err
		}
		for _, o := range p.orders {
			if len(out) < ordersPage && (email == "" || strings.EqualFold(o.Destination.Email, email)) {
				out = append(out, s.withExtras(c, p, o))
			}
		}
		return nil
	})
	return answer{"orders": out}, err
}

// withExtras is an order with what the call's flags ask for.
func (s *Server) withExtras(c *call, p page, o orders.Whole) orderOut {
	out := p.order(o)
	if c.p.flag("include_custom_extra_fields") {
		if out.Extra = p.kept[o.ID].Extra; out.Extra == nil {
			out.Extra = map[string]string{}
		}
	}
	if c.p.flag("include_connect_data") {
		out.Connect = &connectOut{}
	}
	old := c.p.flag("with_commision")
	if old || c.p.flag("include_commission_data") || c.p.flag("include_commissions") || c.p.flag("with_commission") {
		out.Commission = &commissionOut{Net: amountOut(o.Commission), Gross: amountOut(o.Commission), Currency: string(o.Total.Currency)}
		if old {
			out.Commision = out.Commission
		}
	}
	return out
}

// ordersAsked reads what a call of getOrders asks for.
func (s *Server) ordersAsked(c *call) (report.BaselinkerOrders, error) {
	p := c.p
	q := report.BaselinkerOrders{ID: p.int("order_id"), IDFrom: p.int("id_from"), AcceptedFrom: micros(p.int("date_confirmed_from")), PlacedFrom: micros(p.int("date_from")),
		ExternalID: p.text("filter_external_order_id", 200), Limit: ordersPage}
	if n := p.int("filter_shop_order_id"); n != 0 {
		q.ExternalID = strconv.FormatInt(n, 10)
	}
	source := p.text("filter_order_source", 20)
	id := p.int("filter_order_source_id")
	p.flag("get_unconfirmed_orders")
	status := p.int("status_id")
	if err := p.fault(); err != nil {
		return q, err
	}
	switch source {
	case "":
	case ownSource:
		if q.Own = true; p.has("filter_order_source_id") {
			q.SourceID = &id
		}
	default:
		if q.Driver = source; p.has("filter_order_source_id") {
			q.ConnectionID = &id
		}
	}
	switch {
	case status >= baselinker.FirstID:
		q.StatusID = status
	case status > 0 && status <= int64(len(orders.Stages)):
		q.Stage = string(orders.Stages[status-1])
	case status != 0:
		return q, fail("ERROR_STATUS_ID", "error.baselinker.no_status", "id", status)
	}
	return q, nil
}

// micros are the protocol's seconds as the database's microseconds, bounded to what a date can be.
func micros(s int64) int64 { return min(max(s, 0), 1<<40) * 1_000_000 }

// withEmail finds the customers that an address is known of.
func (s *Server) withEmail(c *call, tx *db.Tx, email string) ([]int64, error) {
	if customers.Email(email) == "" {
		return nil, nil
	}
	return s.Customers.FindIDs(c, tx, email, maxCustomers)
}

func (s *Server) getOrdersByEmail(c *call) (answer, error) {
	c.p.need("email")
	email := strings.ToLower(strings.TrimSpace(c.p.text("email", 150)))
	return s.ofBuyer(c, func(tx *db.Tx) ([]int64, error) { return s.withEmail(c, tx, email) },
		func(o orders.Whole) bool { return strings.EqualFold(o.Destination.Email, email) }, false)
}

func (s *Server) getOrdersByPhone(c *call) (answer, error) {
	c.p.need("phone")
	phone := s.Phone(c.p.text("phone", 100))
	return s.ofBuyer(c, func(tx *db.Tx) ([]int64, error) {
		if len(phone) < 6 {
			return nil, nil
		}
		return s.Customers.FindIDs(c, tx, phone, maxCustomers)
	}, func(o orders.Whole) bool { return o.BuyerPhone == phone }, true)
}

// ofBuyer lists the orders of a buyer, newest first.
func (s *Server) ofBuyer(c *call, find func(*db.Tx) ([]int64, error), is func(orders.Whole) bool, named bool) (answer, error) {
	if err := c.p.fault(); err != nil {
		return nil, err
	}
	out := []answer{}
	err := s.read(c, func(tx *db.Tx) error {
		known, err := find(tx)
		if err != nil || len(known) == 0 {
			return err
		}
		ids, err := report.BaselinkerOrders{CustomerIDs: known, Limit: maxOfBuyer}.IDs(c, tx)
		if err != nil {
			return err
		}
		p, err := s.readPage(c, tx, ids)
		for _, o := range slices.Backward(p.orders) {
			if !is(o) {
				continue
			}
			full := p.order(o)
			short := answer{"order_id": o.ID, "order_status_id": full.StatusID, "date_in_status": full.DateInStatus, "date_add": full.DateAdd}
			if named {
				short["delivery_fullname"], short["delivery_company"] = full.Fullname, full.Company
			}
			out = append(out, short)
		}
		return err
	})
	return answer{"orders": out}, err
}

func (s *Server) getOrderSources(c *call) (answer, error) {
	sources := map[string]map[string]string{}
	err := s.read(c, func(tx *db.Tx) error {
		word, err := s.shopWords(c, tx)
		if err != nil {
			return err
		}
		sources[ownSource] = map[string]string{"0": word("baselinker.own_source")}
		own, err := s.Kept.Entries(c, tx, baselinker.Source)
		if err != nil {
			return err
		}
		for _, e := range own {
			sources[ownSource][strconv.FormatInt(e.ID, 10)] = e.Name
		}
		list, err := s.channels(c, tx)
		for _, ch := range list {
			if sources[ch.driver] == nil {
				sources[ch.driver] = map[string]string{}
			}
			sources[ch.driver][strconv.FormatInt(ch.id, 10)] = ch.name
		}
		return err
	})
	return answer{"sources": sources}, err
}
