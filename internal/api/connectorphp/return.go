package connectorphp

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/money"
)

// returnsPage is how many returns one call answers.
const returnsPage = 100

// returnFields are the texts of a return, with their lengths.
var returnFields = map[string]int{
	"reference_number": 50, "admin_comments": 200, "email": 150, "phone": 100, "user_login": 100, "delivery_fullname": 156, "delivery_company": 156, "delivery_address": 156,
	"delivery_postcode": 100, "delivery_city": 100, "delivery_state": 35, "delivery_country_code": 2, "extra_field_1": 50, "extra_field_2": 50,
	"refund_account_number": 100, "refund_iban": 50, "refund_swift": 20,
}

// getOrderReturns answers at most a hundred returns, by number.
func (s *Server) getOrderReturns(c *call) (answer, error) {
	p := c.p
	q := baselinker.ReturnsAsked{ID: p.int("return_id"), OrderID: p.int("order_id"), IDFrom: p.int("id_from"), AddedFrom: p.int("date_from"), StatusID: p.int("status_id"), Limit: returnsPage}
	if id := p.int("filter_order_return_source_id"); p.has("filter_order_return_source_id") {
		q.SourceID = &id
	}
	source := p.text("filter_order_return_source", 20)
	if err := p.fault(); err != nil {
		return nil, err
	}
	out := []answer{}
	err := s.read(c, func(tx *db.Tx) error {
		list, err := s.Kept.Returns(c, tx, q)
		if err != nil || source != "" && source != ownSource {
			return err
		}
		var ids []int64
		for _, r := range list {
			if r.OrderID != 0 {
				ids = append(ids, r.OrderID)
			}
		}
		known, err := orders.Wholes(c, tx, ids)
		for _, r := range list {
			i := slices.IndexFunc(known, func(o orders.Whole) bool { return o.ID == r.OrderID })
			one := returnOut(r)
			if i >= 0 && known[i].ConnectionID != 0 {
				one["external_order_id"] = cut(known[i].ExternalID, 50)
				one["shop_order_id"], _ = strconv.ParseInt(known[i].ExternalID, 10, 31)
			}
			if p.flag("include_custom_extra_fields") {
				one["custom_extra_fields"] = orNone(r.Extra)
			}
			if p.flag("include_connect_data") {
				one["connect_data"] = connectOut{}
			}
			out = append(out, one)
		}
		return err
	})
	return answer{"returns": out}, err
}

// returnOut is a return as clients see it.
func returnOut(r baselinker.Return) answer {
	cur := money.Currency(r.Currency)
	out := answer{"return_id": r.ID, "order_id": r.OrderID, "shop_order_id": 0, "external_order_id": "", "order_return_source": ownSource, "order_return_source_id": r.SourceID,
		"status_id": r.StatusID, "date_add": r.AddedAt, "date_in_status": r.StatusAt, "currency": r.Currency, "refunded": flagText(r.Refunded),
		"refund_done": amountOut(money.New(r.RefundMinor, cur)), "delivery_price": amountOut(money.New(r.DeliveryMinor, cur)), "delivery_package_module": "", "delivery_package_nr": "",
		"delivery_country": countries[r.Fields["delivery_country_code"]], "order_return_account_number": r.Fields["refund_account_number"], "order_return_iban": r.Fields["refund_iban"],
		"order_return_swift": r.Fields["refund_swift"], "fulfillment_status": fulfilment[r.StatusID]}
	for name := range returnFields {
		switch name {
		case "refund_account_number", "refund_iban", "refund_swift":
		default:
			out[name] = r.Fields[name]
		}
	}
	lines := make([]answer, len(r.Lines))
	for i, l := range r.Lines {
		lines[i] = answer{"storage": cmp.Or(l.Line["storage"], "db"), "storage_id": integer(l.Line["storage_id"]), "order_return_product_id": lineID(r.ID, l.No), "product_id": l.Line["product_id"],
			"variant_id": cmp.Or(l.Line["variant_id"], "0"), "name": cut(l.Name, 130), "sku": l.SKU, "ean": l.Line["ean"], "location": l.Line["location"],
			"warehouse_id": integer(l.Line["warehouse_id"]), "attributes": l.Line["attributes"], "price_brutto": amountOut(money.New(l.PriceMinor, cur)),
			"tax_rate": number(l.Line["tax_rate"]), "quantity": number(l.Qty.String()), "weight": number(l.Line["weight"]), "bundle_id": 0, "status_id": l.StatusID,
			"return_reason_id": l.ReasonID}
	}
	out["products"] = lines
	return out
}

// getOrderReturnPaymentsHistory lists what was paid back when.
func (s *Server) getOrderReturnPaymentsHistory(c *call) (answer, error) {
	c.p.need("return_id")
	id, full := c.p.int("return_id"), c.p.flag("show_full_history")
	if err := c.p.fault(); err != nil {
		return nil, err
	}
	out := []answer{}
	err := s.read(c, func(tx *db.Tx) error {
		list, err := s.Kept.Returns(c, tx, baselinker.ReturnsAsked{ID: id, Limit: 1})
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return fail("ERROR_RETURN_ID", "error.baselinker.no_return", "id", id)
		}
		for _, e := range list[0].Payments {
			if cur := money.Currency(list[0].Currency); full || e.ExternalID != "" {
				out = append(out, answer{"paid_before": amountOut(money.New(e.Before, cur)), "paid_after": amountOut(money.New(e.After, cur)),
					"total_price": amountOut(money.New(e.Total, cur)), "currency": list[0].Currency, "external_payment_id": e.ExternalID, "date": e.At, "comment": e.Comment})
			}
		}
		return nil
	})
	return answer{"payments": out}, err
}

// returnLogs are the types of a return's events.
var returnLogs = map[string]int64{"return.created": 1, "return.accepted": 2, "return.completed": 3, "return.cancelled": 4, "return.refunded": 5, "return.delivery_set": 6,
	"return.line_added": 7, "return.line_edited": 8, "return.fields_set": 9, "return.status_set": 10, "return.line_status_set": 11}

// getOrderReturnJournalList tells what happened to returns in the last three days, oldest first. Two spellings of its keys are in
// use.
func (s *Server) getOrderReturnJournalList(c *call) (answer, error) {
	last, id, types := c.p.int("last_log_id"), c.p.int("return_id"), c.p.ints("logs_types")
	if err := c.p.fault(); err != nil {
		return nil, err
	}
	rows := []answer{}
	err := s.follow(c, "return", id, last, func(e journal.Placed) bool {
		kind := returnLogs[e.Kind]
		if kind != 0 && (len(types) == 0 || slices.Contains(types, kind)) {
			rows = append(rows, answer{"log_id": e.Pos, "id": e.Pos, "return_id": e.SubjectID, "order_return_id": e.SubjectID, "log_type": kind, "type": kind,
				"object_id": objectOf(e), "date": e.At.Unix()})
		}
		return len(rows) < journalPage
	})
	return answer{"logs": rows}, err
}
