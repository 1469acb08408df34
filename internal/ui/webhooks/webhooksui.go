// Package webhooksui is the pages about webhooks: which programs are told of what, how that goes, and sending again.
package webhooksui

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
	"github.com/lad-hub/lad/internal/webhooks"
)

// Deps is what the pages work with.
type Deps struct {
	Webhooks *webhooks.Service
	Clock    clock.Clock
	Frame    reply.Frame
}

type pages struct{ Deps }

// maxForm bounds a form of these pages, in bytes.
const maxForm = 32 << 10

// Register adds the routes.
func Register(rt *httpx.Router, d Deps) {
	p := &pages{d}
	may, small := httpx.Needs(access.AccountsWrite), httpx.MaxBody(maxForm)
	rt.Handle("GET /webhooks", may, p.webhookList)
	rt.Handle("POST /webhooks", may, p.webhookCreate, small)
	rt.Handle("GET /webhooks/{id}", may, p.webhookShow)
	rt.Handle("POST /webhooks/{id}/pause", may, p.act(d.Webhooks.Pause), small)
	rt.Handle("POST /webhooks/{id}/resume", may, p.act(d.Webhooks.Resume), small)
	rt.Handle("POST /webhooks/{id}/delete", may, p.webhookDelete, small)
	rt.Handle("POST /webhooks/{id}/replay", may, p.webhookReplay, small)
	rt.Handle("POST /webhooks/{id}/deliveries/{no}/retry", may, p.onDelivery(d.Webhooks.Retry), small)
	rt.Handle("POST /webhooks/{id}/deliveries/{no}/skip", may, p.onDelivery(d.Webhooks.Skip), small)
}

// pathID is the webhook of the address.
func pathID(r *http.Request) (int64, error) { return reply.ID(r, "id", "error.not_found") }

// page answers with a whole page. What it shows is read after the frame, whose cursor of hints must be the older of the two.
func (p *pages) page(w http.ResponseWriter, r *http.Request, status int, read func() error, view func(kit.PageData) templ.Component) error {
	data, err := p.Frame(r, "", i18n.T(r.Context(), "webhooks.title"))
	if err != nil {
		return err
	}
	if err := read(); err != nil {
		return err
	}
	return reply.HTML(w, r, status, view(data))
}

// act runs a use case on the webhook of the address and shows it again.
func (p *pages) act(do func(context.Context, access.Actor, int64) error) httpx.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := pathID(r)
		if err != nil {
			return err
		}
		if err := do(r.Context(), access.From(r.Context()), id); err != nil {
			return err
		}
		return reply.Go(w, r, href(id))
	}
}

// onDelivery is act on one delivery.
func (p *pages) onDelivery(do func(ctx context.Context, a access.Actor, id, no int64) error) httpx.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		no, err := reply.ID(r, "no", "error.not_found")
		if err != nil {
			return err
		}
		return p.act(func(ctx context.Context, a access.Actor, id int64) error { return do(ctx, a, id, no) })(w, r)
	}
}
