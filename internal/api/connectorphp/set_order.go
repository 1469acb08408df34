package connectorphp

import (
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// keptHead are the header fields that Lad has no place for, with their lengths.
var keptHead = map[string]int{
	"user_login": 100, "admin_comments": 200, "delivery_company": 156, "delivery_state": 35, "delivery_postcode": 100, "delivery_country_code": 2,
	"delivery_point_name": 100, "delivery_point_address": 100, "delivery_point_postcode": 100, "delivery_point_city": 100,
	"invoice_fullname": 200, "invoice_company": 200, "invoice_nip": 100, "invoice_address": 250, "invoice_city": 100, "invoice_state": 35,
	"invoice_postcode": 20, "invoice_country_code": 2, "extra_field_1": 50, "extra_field_2": 50,
}

// takeKept takes over what a call gives of the fields that are kept beside the order.
func takeKept(p params, kept *baselinker.Order) {
	if kept.Fields == nil {
		kept.Fields = map[string]string{}
	}
	for name, most := range keptHead {
		if p.has(name) {
			kept.Fields[name] = p.text(name, most)
		}
	}
	if p.has("want_invoice") {
		kept.Fields["want_invoice"] = flagText(p.flag("want_invoice"))
	}
	if p.has("custom_extra_fields") {
		takeExtra(p.dict("custom_extra_fields"), kept)
	}
}

// takePhone keeps a phone as it is written, for as long as it is the one of the order.
func (s *Server) takePhone(p params, kept *baselinker.Order) {
	if !p.has("phone") {
		return
	}
	written := strings.TrimSpace(p.text("phone", 100))
	kept.Fields["phone"], kept.Fields["phone_known"] = written, s.Phone(written)
	if written == kept.Fields["phone_known"] {
		delete(kept.Fields, "phone")
		delete(kept.Fields, "phone_known")
	}
}

// takeExtra sets custom extra fields by their ids; an empty one is deleted. A file has no place in Lad.
func takeExtra(p params, kept *baselinker.Order) {
	if kept.Extra == nil {
		kept.Extra = map[string]string{}
	}
	for _, key := range p.keys() {
		if id, err := strconv.ParseInt(key, 10, 31); err != nil || id <= 0 {
			p.bad("custom_extra_fields")
			continue
		}
		if kept.Extra[key] = p.text(key, 10_000); kept.Extra[key] == "" {
			delete(kept.Extra, key)
		}
	}
}

// takeHead takes over what a call gives of the fields that Lad itself has.
func (s *Server) takeHead(p params, h *orders.Head) {
	set := func(name string, most int, to *string) {
		if p.has(name) {
			*to = strings.TrimSpace(p.text(name, most))
		}
	}
	set("user_comments", 1000, &h.Comment)
	set("payment_method", 100, &h.PaymentMethod)
	set("delivery_method", 100, &h.Destination.Delivery.Title)
	set("delivery_fullname", 156, &h.Destination.Recipient.Name)
	set("delivery_address", 156, &h.Destination.Delivery.Address)
	set("delivery_city", 100, &h.Destination.Delivery.City)
	set("delivery_point_id", 40, &h.Destination.Delivery.Branch)
	set("email", 150, &h.Destination.Email)
	h.Destination.Email = strings.ToLower(h.Destination.Email)
	if p.has("delivery_fullname") {
		h.BuyerName = h.Destination.Recipient.Name
	}
	if p.has("phone") {
		h.BuyerPhone = s.Phone(p.text("phone", 100))
		h.Destination.Recipient.Phone = h.BuyerPhone
	}
	if p.has("payment_method_cod") {
		h.OnPickup = p.flag("payment_method_cod")
	}
	if p.has("delivery_price") && h.Delivery.Currency != "" {
		if h.Delivery = p.amount("delivery_price", h.Delivery.Currency); h.Delivery.Minor < 0 {
			p.bad("delivery_price")
		}
	}
}

// setOrderFields changes the header fields that are given.
func (s *Server) setOrderFields(c *call) (answer, error) {
	p := c.p
	p.need("order_id")
	id := p.int("order_id")
	if err := p.fault(); err != nil {
		return nil, err
	}
	return nil, s.editOrder(c, id, func(tx *db.Tx, _ orders.Order, h *orders.Head, kept *baselinker.Order) ([]journal.Record, error) {
		s.takeHead(p, h)
		takeKept(p, kept)
		s.takePhone(p, kept)
		if p.has("star") {
			if kept.Star = p.int("star"); kept.Star < 0 || kept.Star > 5 {
				p.bad("star")
			}
		}
		if p.has("pick_state") {
			kept.Picked = p.flag("pick_state")
		}
		if p.has("pack_state") {
			kept.Packed = p.flag("pack_state")
		}
		if err := p.fault(); err != nil {
			return nil, err
		}
		return fieldsRecords(p), s.nameFields(c, tx, kept.Extra)
	})
}

// fieldsRecords tells which sort of fields were set.
func fieldsRecords(p params) (out []journal.Record) {
	names := map[string][]string{}
	for _, name := range p.keys() {
		switch {
		case name == "order_id":
		case strings.HasPrefix(name, "delivery_"):
			names["order.delivery_set"] = append(names["order.delivery_set"], name)
		default:
			names["order.fields_set"] = append(names["order.fields_set"], name)
		}
	}
	for _, kind := range []string{"order.delivery_set", "order.fields_set"} {
		if len(names[kind]) > 0 {
			out = append(out, journal.Record{Kind: kind, Payload: map[string]any{"fields": cut(strings.Join(names[kind], ", "), 1000)}})
		}
	}
	return out
}

// editOrder changes an order and what is kept beside it in one transaction.
func (s *Server) editOrder(c *call, id int64, f func(tx *db.Tx, o orders.Order, h *orders.Head, kept *baselinker.Order) ([]journal.Record, error)) error {
	return s.Orders.Edit(c, c.actor, id, func(tx *db.Tx, o orders.Order, h *orders.Head) ([]journal.Record, error) {
		kept, err := s.Kept.OrderOf(c, tx, id)
		if err != nil {
			return nil, err
		}
		if kept.Removed {
			return nil, fail("ERROR_ORDER_ID", "error.order.not_found")
		}
		records, err := f(tx, o, h, &kept)
		if err != nil {
			return nil, err
		}
		return records, s.Kept.PutOrder(c, tx, kept)
	})
}

func (s *Server) getOrderExtraFields(c *call) (answer, error) {
	list, err := s.entries(c, baselinker.OrderField)
	out := make([]answer, len(list))
	for i, e := range list {
		out[i] = answer{"extra_field_id": e.ID, "name": e.Name, "editor_type": "text"}
	}
	return answer{"extra_fields": out}, err
}
