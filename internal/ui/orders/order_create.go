package ordersui

import (
	"net/http"
	"strconv"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// orderCreate takes in an order by hand and goes to its card. Sent twice it stays one order: the key is in the form.
func (p *pages) orderCreate(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), access.From(r.Context())
	d, err := p.readDraft(r, a)
	if err != nil {
		return err
	}
	id, err := p.create(r, a, d)
	if reply.IsRefusal(err) {
		d.fault, d.faults = i18n.Error(ctx, err), i18n.FieldErrors(ctx, err)
		return p.draftPage(w, r, http.StatusUnprocessableEntity, d)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/orders/"+strconv.FormatInt(id, 10), http.StatusSeeOther)
	return nil
}

func (p *pages) create(r *http.Request, a access.Actor, d *draft) (int64, error) {
	if err := d.validate(); err != nil {
		return 0, err
	}
	in, err := d.intake(a, p.Customers.Region())
	if err != nil {
		return 0, errs.Wrap(errs.Invalid, err, "error.invalid")
	}
	res, err := p.Orders.Intake(r.Context(), in)
	return res.OrderID, err
}
