package connectorphp

import (
	"maps"
	"slices"
	"strings"

	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/money"
)

// maxReturnLines bounds the lines of one return.
const maxReturnLines = 900

// addOrderReturn notes a return. It moves neither goods nor money: what came back is booked as stock, what is paid back where the
// money is.
func (s *Server) addOrderReturn(c *call) (answer, error) {
	p := c.p
	p.need("status_id", "date_add", "currency")
	r := baselinker.Return{OrderID: p.int("order_id"), SourceID: p.int("custom_source_id"), StatusID: p.int("status_id"), AddedAt: seconds(micros(p.int("date_add")))}
	cur, err := money.ParseCurrency(p.text("currency", 3))
	if err != nil {
		p.bad("currency")
	}
	r.Currency = string(cur)
	takeReturn(p, &r)
	lines := p.objects("products")
	if err := s.fillReturned(c, r.OrderID, lines); err != nil {
		return nil, err
	}
	for _, line := range lines {
		addReturnLine(line, &r)
	}
	if err := p.fault(); err != nil {
		return nil, err
	}
	st, err := s.returnStatusByID(c, r.StatusID)
	if err != nil {
		return nil, err
	}
	var id int64
	err = s.write(c, func(tx *db.Tx) error {
		if r.OrderID != 0 {
			if err := s.visible(c, tx, r.OrderID); errs.Is(err, errs.NotFound) {
				return fail("ERROR_ORDER_ID", "error.order.not_found")
			} else if err != nil {
				return err
			}
		}
		r.StatusAt = tx.Now().Unix()
		if err := s.nameSource(c, tx, r.SourceID); err != nil {
			return err
		}
		if err := s.nameReturnFields(c, tx, r.Extra); err != nil {
			return err
		}
		if id, err = s.Kept.PutReturn(c, tx, r); err != nil {
			return err
		}
		records := []journal.Record{{Kind: "return.created", Payload: map[string]any{"order_id": r.OrderID}}}
		if st.kind != "" {
			records = append(records, journal.Record{Kind: st.kind})
		}
		return s.noteReturn(c, tx, id, records)
	})
	return answer{"return_id": id}, err
}

func (s *Server) noteReturn(c *call, tx *db.Tx, id int64, records []journal.Record) error {
	for i := range records {
		records[i].Actor, records[i].Subject, records[i].SubjectID = c.actor.String(), "return", id
	}
	return s.Journal.Append(c, tx, records...)
}

func (s *Server) nameReturnFields(c *call, tx *db.Tx, fields map[string]string) error {
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		id := integer(key)
		_, err := s.Kept.EntryOf(c, tx, baselinker.ReturnField, id)
		if errs.Is(err, errs.NotFound) {
			_, err = s.Kept.PutEntry(c, tx, baselinker.ReturnField, baselinker.Entry{ID: id, Name: "№" + key})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// takeReturn takes over what a call gives of a return's head.
func takeReturn(p params, r *baselinker.Return) {
	if r.Fields == nil {
		r.Fields = map[string]string{}
	}
	for name, most := range returnFields {
		if p.has(name) {
			r.Fields[name] = p.text(name, most)
		}
	}
	if p.has("refunded") {
		r.Refunded = p.flag("refunded")
	}
	if p.has("delivery_price") {
		if r.DeliveryMinor = p.amount("delivery_price", money.Currency(r.Currency)).Minor; r.DeliveryMinor < 0 {
			p.bad("delivery_price")
		}
	}
	if p.has("custom_extra_fields") {
		kept := baselinker.Order{Extra: r.Extra}
		takeExtra(p.dict("custom_extra_fields"), &kept)
		r.Extra = kept.Extra
	}
}

// addReturnLine reads a line and answers its number.
func addReturnLine(p params, r *baselinker.Return) int64 {
	returnSpelling(p)
	l := readLine(p, money.Currency(r.Currency))
	if r.LastLine++; len(r.Lines) >= maxReturnLines || r.LastLine > topLine {
		p.bad("products")
	}
	r.Lines = append(r.Lines, baselinker.ReturnLine{No: r.LastLine, Name: l.name, SKU: l.sku, PriceMinor: l.price.Minor, Qty: l.quantity, StatusID: max(p.int("status_id"), 1),
		ReasonID: p.int("return_reason_id"), Line: l.kept})
	return r.LastLine
}

// editReturn changes a return in one transaction; f answers what to note.
func (s *Server) editReturn(c *call, id int64, f func(tx *db.Tx, r *baselinker.Return) ([]journal.Record, error)) error {
	if err := c.actor.Must(access.OrdersWrite); err != nil {
		return err
	}
	return s.write(c, func(tx *db.Tx) error {
		r, err := s.Kept.LockReturn(c, tx, id)
		if errs.Is(err, errs.NotFound) {
			return fail("ERROR_RETURN_ID", "error.baselinker.no_return", "id", id)
		}
		if err != nil {
			return err
		}
		records, err := f(tx, &r)
		if err == nil {
			err = c.p.fault()
		}
		if err != nil {
			return err
		}
		if _, err := s.Kept.PutReturn(c, tx, r); err != nil {
			return err
		}
		return s.noteReturn(c, tx, id, records)
	})
}

// wantedReturn is the number of the return that a call names.
func wantedReturn(c *call, more ...string) (int64, error) {
	c.p.need(append([]string{"return_id"}, more...)...)
	id := c.p.int("return_id")
	return id, c.p.fault()
}

func (s *Server) setOrderReturnFields(c *call) (answer, error) {
	id, err := wantedReturn(c)
	if err != nil {
		return nil, err
	}
	return nil, s.editReturn(c, id, func(tx *db.Tx, r *baselinker.Return) ([]journal.Record, error) {
		takeReturn(c.p, r)
		kind := "return.fields_set"
		if slices.ContainsFunc(c.p.keys(), func(name string) bool { return strings.HasPrefix(name, "delivery_") }) {
			kind = "return.delivery_set"
		}
		return []journal.Record{{Kind: kind}}, s.nameReturnFields(c, tx, r.Extra)
	})
}

func (s *Server) addOrderReturnProduct(c *call) (answer, error) {
	id, err := wantedReturn(c, "quantity")
	if err != nil {
		return nil, err
	}
	of, err := s.orderOfReturn(c, id)
	if err != nil {
		return nil, err
	}
	if err := s.fillReturned(c, of, []params{c.p}); err != nil {
		return nil, err
	}
	var no int64
	err = s.editReturn(c, id, func(_ *db.Tx, r *baselinker.Return) ([]journal.Record, error) {
		no = addReturnLine(c.p, r)
		return []journal.Record{{Kind: "return.line_added", Payload: map[string]any{"line": no}}}, nil
	})
	return answer{"order_return_product_id": lineID(id, no)}, err
}

// editReturnLine changes the line that a call names, or takes it out when f says so.
func (s *Server) editReturnLine(c *call, f func(l *baselinker.ReturnLine, cur money.Currency) (kind string, gone bool)) error {
	id, err := wantedReturn(c, "order_return_product_id")
	if err != nil {
		return err
	}
	no := lineNo(id, c.p.int("order_return_product_id"))
	return s.editReturn(c, id, func(_ *db.Tx, r *baselinker.Return) ([]journal.Record, error) {
		i := slices.IndexFunc(r.Lines, func(l baselinker.ReturnLine) bool { return l.No == no })
		if i < 0 {
			return nil, fail("ERROR_RETURN_ID", "error.order.no_line", "line", no)
		}
		kind, gone := f(&r.Lines[i], money.Currency(r.Currency))
		if gone {
			r.Lines = slices.Delete(r.Lines, i, i+1)
		}
		return []journal.Record{{Kind: kind, Payload: map[string]any{"line": no}}}, nil
	})
}

func (s *Server) setOrderReturnProductFields(c *call) (answer, error) {
	p := c.p
	returnSpelling(p)
	return nil, s.editReturnLine(c, func(l *baselinker.ReturnLine, cur money.Currency) (string, bool) {
		l.Line = merged(l.Line, readKeptLine(p))
		l.Name, l.SKU = firstOf(p.text("name", 300), l.Name), firstOf(p.text("sku", 50), l.SKU)
		if p.has("price_brutto") {
			l.PriceMinor = p.amount("price_brutto", cur).Minor
		}
		if p.has("quantity") {
			if l.Qty = p.quantity("quantity"); l.Qty <= 0 {
				p.bad("quantity")
			}
		}
		if p.has("return_reason_id") {
			l.ReasonID = p.int("return_reason_id")
		}
		if p.has("status_id") {
			l.StatusID = p.int("status_id")
			return "return.line_status_set", false
		}
		return "return.line_edited", false
	})
}

func (s *Server) deleteOrderReturnProduct(c *call) (answer, error) {
	return nil, s.editReturnLine(c, func(*baselinker.ReturnLine, money.Currency) (string, bool) { return "return.line_edited", true })
}

// setOrderReturnRefund replaces what was paid back.
func (s *Server) setOrderReturnRefund(c *call) (answer, error) {
	p := c.p
	p.alias("refund_done", "order_refund_done")
	id, err := wantedReturn(c, "order_refund_done")
	at, comment, external := p.int("refund_date"), p.text("refund_comment", 50), p.text("external_refund_id", 50)
	if err != nil || p.fault() != nil {
		return nil, p.fault()
	}
	return nil, s.editReturn(c, id, func(tx *db.Tx, r *baselinker.Return) ([]journal.Record, error) {
		done := p.amount("order_refund_done", money.Currency(r.Currency))
		if done.Minor < 0 {
			p.bad("order_refund_done")
		}
		if at == 0 {
			at = tx.Now().Unix()
		}
		due := r.DeliveryMinor
		for _, l := range r.Lines {
			sum, err := money.New(l.PriceMinor, done.Currency).MulDiv(int64(l.Qty), 1000)
			if err != nil {
				return nil, err
			}
			due += sum.Minor
		}
		r.Refund(baselinker.Payment{Before: r.RefundMinor, After: done.Minor, Total: due, ExternalID: external, At: at, Comment: comment})
		r.Refunded = done.Minor > 0
		return []journal.Record{{Kind: "return.refunded", Payload: map[string]any{"paid": done.String()}}}, nil
	})
}

func (s *Server) setOrderReturnStatus(c *call) (answer, error) {
	id, err := wantedReturn(c, "status_id")
	if err != nil {
		return nil, err
	}
	return nil, s.moveReturns(c, []int64{id})
}

func (s *Server) setOrderReturnStatuses(c *call) (answer, error) {
	c.p.need("return_ids", "status_id")
	return nil, s.moveReturns(c, c.p.ints("return_ids"))
}

func (s *Server) moveReturns(c *call, ids []int64) error {
	status := c.p.int("status_id")
	if err := c.p.fault(); err != nil {
		return err
	}
	st, err := s.returnStatusByID(c, status)
	if err != nil {
		return err
	}
	return s.each(c, ids, func(id int64) error {
		return s.editReturn(c, id, func(tx *db.Tx, r *baselinker.Return) ([]journal.Record, error) {
			if r.StatusID == st.id {
				return nil, nil
			}
			r.StatusID, r.StatusAt = st.id, tx.Now().Unix()
			records := []journal.Record{{Kind: "return.status_set", Payload: map[string]any{"status_id": st.id}}}
			if st.kind != "" {
				records = append(records, journal.Record{Kind: st.kind})
			}
			return records, nil
		})
	})
}

func (s *Server) getOrderReturnExtraFields(c *call) (answer, error) {
	list, err := s.entries(c, baselinker.ReturnField)
	out := make([]answer, len(list))
	for i, e := range list {
		out[i] = answer{"extra_field_id": e.ID, "name": e.Name, "editor_type": "text"}
	}
	return answer{"extra_fields": out}, err
}
