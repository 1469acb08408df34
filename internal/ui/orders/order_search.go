package ordersui

import (
	"net/http"
	"strconv"

	"github.com/lad-hub/lad/internal/platform/access"
)

// orderSearch answers the search box: the one order that was meant, or the list of those that may be.
func (p *pages) orderSearch(w http.ResponseWriter, r *http.Request) error {
	q := parseQuery(r.URL.Query())
	if q.text == "" {
		http.Redirect(w, r, "/orders", http.StatusSeeOther)
		return nil
	}
	a := access.From(r.Context())
	f := q.filter(a)
	f.Limit = 2
	found, _, err := p.Orders.List(r.Context(), a, f)
	if err != nil {
		return err
	}
	path := "/orders"
	if len(found) == 1 {
		path += "/" + strconv.FormatInt(found[0].ID, 10)
	}
	http.Redirect(w, r, q.href(path), http.StatusSeeOther)
	return nil
}
