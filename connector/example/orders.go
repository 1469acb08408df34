package example

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/lad-hub/lad/connector"
)

// PullOrders reads one page of what was placed or changed.
func (c *channel) PullOrders(ctx context.Context, cursor string) (connector.OrderPage, error) {
	orders, next, more, err := c.after(ctx, "/orders", cursor)
	return connector.OrderPage{Orders: orders, Next: next, More: more}, err
}

// ReadOrders reads orders by id.
func (c *channel) ReadOrders(ctx context.Context, ids []string) ([]connector.RawOrder, error) {
	return c.byID(ctx, "/orders", ids)
}

// ParseOrder is strict about what moves stock or money; fields it does not know change nothing.
func (c *channel) ParseOrder(body []byte) (connector.Order, error) {
	var o struct {
		ID, Status, Waybill string
		Created             time.Time
		Buyer               struct{ Name, Phone string }
		Lines               []struct {
			Offer, SKU, Title string
			Count, Price      int64
		}
	}
	if err := json.Unmarshal(body, &o); err != nil {
		return connector.Order{}, connector.Errorf(connector.KindData, "not an order as Kiosk writes it")
	}
	status, known := info.StatusOf(o.Status)
	if o.ID == "" || !known || len(o.Lines) == 0 {
		return connector.Order{}, connector.Errorf(connector.KindData, "an order needs an id, goods and a known status, not %q", o.Status)
	}
	out := connector.Order{
		ExternalID: o.ID, Status: o.Status, Stage: status.Stage, CreatedAt: o.Created, Total: hryvnias(0),
		Buyer: connector.Person{Name: o.Buyer.Name, Phone: o.Buyer.Phone}, Delivery: connector.Delivery{Tracking: o.Waybill},
	}
	for i, l := range o.Lines {
		const most = 1_000_000_000 // of pieces and of kopiykas: the product of both fits
		if l.Count <= 0 || l.Count > most || l.Price < 0 || l.Price > most {
			return connector.Order{}, connector.Errorf(connector.KindData, "line %d: %d pieces for %d kopiykas can not be right", i+1, l.Count, l.Price)
		}
		line := connector.Line{
			ExternalID: strconv.Itoa(i + 1), OfferID: l.Offer, SKU: l.SKU, Title: l.Title, Quantity: pieces(l.Count), Price: hryvnias(l.Price),
			Total: hryvnias(l.Count * l.Price),
		}
		out.Lines, out.Total.Minor = append(out.Lines, line), out.Total.Minor+line.Total.Minor
	}
	return out, nil
}

// PushStatus makes one step; of waybill and reason Kiosk reads what the step needs. It refuses a step that its graph does not
// have with 409, which SendJSON reads as for good.
func (c *channel) PushStatus(ctx context.Context, s connector.StatusChange) error {
	if _, err := strconv.ParseUint(s.OrderID, 10, 64); err != nil { // only a number may go into the path
		return connector.Errorf(connector.KindPermanent, "%q is not the number of a Kiosk order", s.OrderID)
	}
	reason, _ := info.Reason(s.Reason)
	asked := map[string]string{"status": s.To, "waybill": s.Tracking, "reason": reason.Code}
	var said struct{ Status string }
	err := c.call(ctx, http.MethodPut, "/orders/"+s.OrderID, asked, &said)
	if err == nil && said.Status != s.To {
		err = connector.Errorf(connector.KindUnknown, "Kiosk did not say that the order is %s now", s.To)
	}
	return err
}

func hryvnias(minor int64) connector.Money {
	return connector.Money{Minor: minor, Currency: info.Currency}
}

func pieces(n int64) connector.Qty { return connector.Qty(n * 1000) }
