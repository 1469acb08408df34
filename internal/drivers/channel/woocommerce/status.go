package woocommerce

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// entry is one member of metadata to be set; one with this key is replaced.
type entry struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// orderEdit is what the driver changes of an order.
type orderEdit struct {
	Status string  `json:"status,omitempty"`
	Meta   []entry `json:"meta_data,omitempty"`
}

// standing is the little that a step needs of an order.
type standing struct {
	ID     wire.Text `json:"id"`
	Status wire.Text `json:"status"`
	Meta   wire.Rows `json:"meta_data"`
}

// PushStatus makes one step. The shop would take any status whatever the order's own is: a buyer's cancellation must not be
// overwritten, so the order is looked at first.
func (c *channel) PushStatus(ctx context.Context, s connector.StatusChange) error {
	if wire.Text(s.OrderID).Number() == 0 {
		return wire.NotID("orders", s.OrderID)
	}
	if e := allowed(s.From, s.To); e != nil {
		return e
	}
	now, err := c.standing(ctx, s.OrderID)
	if err != nil {
		return err
	}
	switch status := strings.TrimPrefix(string(now.Status), "wc-"); {
	case status == s.To:
		return nil
	case s.From != "" && status != s.From:
		return connector.Errorf(connector.KindPermanent, "the order is %q in the shop, not %q any more", status, s.From)
	}
	edit := orderEdit{Status: s.To}
	if s.To == statusCancelled && s.Reason != "" {
		reason, _ := info.Reason(s.Reason)
		edit.Meta = []entry{{cancelReasonMeta, reason.Code}, {cancelTextMeta, s.Text}}
	}
	after, err := c.edit(ctx, s.OrderID, edit)
	if err != nil {
		return err
	}
	if status := strings.TrimPrefix(string(after.Status), "wc-"); status != s.To {
		return connector.Errorf(connector.KindPermanent, "the shop keeps the order in %q", status)
	}
	return nil
}

// allowed says whether a step lies along the graph. Statuses of the shop's own can be asked for from any open one.
func allowed(from, to string) *connector.Error {
	target, known := info.StatusOf(to)
	if to == "" || known && target.Outside {
		return connector.Errorf(connector.KindPermanent, "the shop does not take status %q", to)
	}
	if from == "" || from == to || known && len(info.Path(from, to)) == 1 {
		return nil
	}
	if start, core := info.StatusOf(from); !known && (!core || len(info.Steps[start.Code]) > 0) {
		return nil
	}
	return connector.Errorf(connector.KindPermanent, "an order does not go from %q to %q", from, to)
}

// standing reads an order before a write; a failure leaves the write as unclear as its own would.
func (c *channel) standing(ctx context.Context, id string) (standing, error) {
	a, e := c.send(ctx, request{
		method: http.MethodGet, route: api + "/orders/" + id, query: url.Values{"_fields": {"id,status,meta_data"}}, write: true,
	})
	if e != nil {
		return standing{}, e
	}
	return readStanding(a, id)
}

func (c *channel) edit(ctx context.Context, id string, body orderEdit) (standing, error) {
	a, e := c.send(ctx, request{
		method: http.MethodPut, route: api + "/orders/" + id, query: url.Values{"_fields": {"id,status,meta_data"}}, body: body, write: true,
	})
	if e != nil {
		return standing{}, e
	}
	return readStanding(a, id)
}

func readStanding(a wire.Answer, id string) (standing, error) {
	var s standing
	if e := a.Decode(&s); e != nil {
		return s, e
	}
	if s.ID.ID() != id || s.Status == "" {
		return s, a.Unclear("the shop did not answer with the order")
	}
	return s, nil
}
