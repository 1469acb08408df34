package ordersui

import (
	"context"
	"net/http"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// orderCancel ends the order for a reason.
func (p *pages) orderCancel(w http.ResponseWriter, r *http.Request) error {
	in := orders.CancelInput{Reason: connector.Reason(r.PostFormValue("reason")), Text: r.PostFormValue("text")}
	refusal := ""
	err := p.act(w, r, "orders.done.cancelled", func(ctx context.Context, a access.Actor, id int64) (orders.Order, error) {
		o, err := p.Orders.Cancel(ctx, a, id, in)
		if reply.IsRefusal(err) {
			refusal = i18n.Error(ctx, err)
		}
		return o, err
	})
	if refusal != "" {
		return reply.Refused(w, r, "#cancel-fields", cancelFields(cancelForm{reason: string(in.Reason), text: in.Text, fault: refusal}))
	}
	return err
}
