package connectionsui

import (
	"net/http"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// listID is the id of the cards' fragment.
const listID = "connections-list"

// listData is every connection.
type listData struct {
	views []view
	write bool
}

// connectionList shows a card per connection.
func (p *pages) connectionList(w http.ResponseWriter, r *http.Request) error {
	a := access.From(r.Context())
	read := func() (listData, error) {
		list, err := p.all(r.Context(), a)
		d := listData{write: a.May(access.ConnectionsWrite)}
		for _, h := range list {
			d.views = append(d.views, view{h, a, p.DB.Clock().Now(), p.Connections.Drivers})
		}
		return d, err
	}
	if kit.IsFragment(r, listID) {
		d, err := read()
		if err != nil {
			return err
		}
		return reply.HTML(w, r, http.StatusOK, cards(d))
	}
	data, err := p.frame(r, i18n.T(r.Context(), "kit.nav.connections"))
	if err != nil {
		return err
	}
	d, err := read()
	if err != nil {
		return err
	}
	data.Head = listHead(d)
	return reply.HTML(w, r, http.StatusOK, listPage(d, data))
}
