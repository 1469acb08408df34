package allegro

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// maxStale is how often a status is asked for when the order keeps changing under it.
const maxStale = 2

// PushStatus sets the fulfilment status of the form as it is now: its revision goes along, so that a buyer who cancels in the
// same moment is not overruled.
func (c *channel) PushStatus(ctx context.Context, s connector.StatusChange) error {
	target, known := info.StatusOf(s.To)
	if !known || target.Outside || s.To == statusNew {
		return connector.Errorf(connector.KindPermanent, "Allegro does not take status %q from a seller", s.To)
	}
	for range maxStale {
		stale, e := c.step(ctx, s)
		if e != nil {
			return e
		}
		if !stale {
			return nil
		}
	}
	return connector.Errorf(connector.KindTransient, "order %s keeps changing on Allegro", s.OrderID)
}

// step tries once; stale says that the order changed between the reading and the writing.
func (c *channel) step(ctx context.Context, s connector.StatusChange) (stale bool, e *connector.Error) {
	body, e := c.form(ctx, s.OrderID, true)
	if e != nil {
		return false, e
	}
	var h head
	if e := wire.Decode(body, &h); e != nil {
		return false, connector.Errorf(connector.KindPermanent, "order %s can not be read", s.OrderID)
	}
	now := h.code()
	if now == s.To {
		return false, nil
	}
	if !slices.Contains(info.Steps[now], s.To) {
		return false, connector.Errorf(connector.KindPermanent, "order %s has status %s on Allegro now, %s can not follow", s.OrderID, now, s.To)
	}
	query := url.Values{}
	if h.Revision != "" {
		query.Set("checkoutForm.revision", string(h.Revision))
	}
	a, e := c.do(ctx, request{
		method: http.MethodPut, path: "/order/checkout-forms/" + s.OrderID + "/fulfillment", query: query, body: map[string]string{"status": s.To}, write: true,
	}, nil)
	switch {
	case e != nil && e.Code == "409":
		return true, nil
	case e == nil && a.Status != http.StatusNoContent:
		return false, a.Unclear("Allegro did not say whether it took the status")
	}
	return false, e
}
