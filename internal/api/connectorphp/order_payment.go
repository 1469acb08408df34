package connectorphp

import (
	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/money"
)

// setOrderPayment replaces what was paid of an order.
func (s *Server) setOrderPayment(c *call) (answer, error) {
	p := c.p
	p.need("order_id", "payment_done")
	id, at := p.int("order_id"), p.int("payment_date")
	comment, external := p.text("payment_comment", 30), p.text("external_payment_id", 30)
	if err := p.fault(); err != nil {
		return nil, err
	}
	return nil, s.editOrder(c, id, func(tx *db.Tx, o orders.Order, h *orders.Head, kept *baselinker.Order) ([]journal.Record, error) {
		done := p.amount("payment_done", o.Total.Currency)
		if done.Minor < 0 {
			p.bad("payment_done")
		}
		if err := p.fault(); err != nil {
			return nil, err
		}
		if at == 0 {
			at = tx.Now().Unix()
		}
		due := o.Total.Minor + o.Delivery.Minor
		before := paid(o, *kept).Minor
		kept.Pay(baselinker.Payment{Before: before, After: done.Minor, Total: due, ExternalID: external, At: at, Comment: comment})
		switch {
		case done.Minor >= due && due > 0:
			h.PaymentState = connector.PaymentPaid
		case done.Minor > 0:
			h.PaymentState = connector.PaymentPart
		default:
			h.PaymentState = connector.PaymentUnpaid
		}
		return []journal.Record{{Kind: "order.payment_set", Payload: map[string]any{"paid": done.String()}}}, nil
	})
}

// getOrderPaymentsHistory lists what was paid when; without show_full_history only payments with a number of the outside.
func (s *Server) getOrderPaymentsHistory(c *call) (answer, error) {
	c.p.need("order_id")
	id, full := c.p.int("order_id"), c.p.flag("show_full_history")
	if err := c.p.fault(); err != nil {
		return nil, err
	}
	o, kept, err := s.orderAndLine(c, id)
	out := []answer{}
	cur := o.Total.Currency
	for _, e := range kept.Payments {
		if e.ExternalID == "" && !full {
			continue
		}
		out = append(out, answer{"paid_before": amountOut(money.New(e.Before, cur)), "paid_after": amountOut(money.New(e.After, cur)), "total_price": amountOut(money.New(e.Total, cur)),
			"currency": string(cur), "external_payment_id": e.ExternalID, "date": e.At, "comment": e.Comment})
	}
	return answer{"payments": out}, err
}
