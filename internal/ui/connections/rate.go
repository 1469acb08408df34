package connectionsui

import (
	"context"
	"net/http"
	"strings"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// rateForm is how many requests a second the merchant has agreed on, as it was typed.
type rateForm struct {
	rate, fault string
	usual       qty.Qty // what the driver takes without an agreement
}

func (d *showData) rateForm(ctx context.Context) rateForm {
	f := rateForm{usual: qty.Qty(d.settings.info.Limits.RequestsPerSecond * float64(qty.One))}
	if n := d.Connection.RateMilli; n > 0 {
		f.rate = i18n.Typed(ctx, qty.Qty(n).String())
	}
	return f
}

// connectionRate stores the agreed rate; an empty field goes back to the usual one.
func (p *pages) connectionRate(w http.ResponseWriter, r *http.Request) error {
	h, err := p.health(r)
	if err != nil {
		return err
	}
	typed := strings.TrimSpace(r.PostFormValue("rate"))
	rate := qty.Qty(0)
	if typed != "" {
		if rate, err = qty.Parse(typed); err != nil {
			rate = -1 // no rate at all: refused with the bounds
		}
	}
	err = p.Connections.SetRate(r.Context(), access.From(r.Context()), h.Connection.ID, float64(rate)/float64(qty.One))
	if err == nil {
		return reply.Go(w, r, view{Health: h}.path())
	}
	if !reply.IsRefusal(err) || errs.Is(err, errs.Conflict) {
		return err
	}
	return p.again(w, r, func(d *showData) { d.rate.rate, d.rate.fault = typed, i18n.FieldErrors(r.Context(), err)["rate"] })
}
