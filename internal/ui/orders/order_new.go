package ordersui

import (
	"crypto/rand"
	"net/http"

	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// orderNew shows the form of an order by hand.
func (p *pages) orderNew(w http.ResponseWriter, r *http.Request) error {
	return p.draftPage(w, r, http.StatusOK, &draft{Key: rand.Text(), Source: sources[0], Payment: payments[0], Carrier: carriers[0]})
}

func (p *pages) draftPage(w http.ResponseWriter, r *http.Request, status int, d *draft) error {
	title := i18n.T(r.Context(), "orders.new.title")
	data, err := p.Frame(r, kit.Orders, title)
	if err != nil {
		return err
	}
	data.Head = kit.TitleBar(title, "")
	return reply.HTML(w, r, status, draftPage(d, data))
}
