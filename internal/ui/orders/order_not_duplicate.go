package ordersui

import "net/http"

// orderNotDuplicate says that a suspected duplicate is an order of its own.
func (p *pages) orderNotDuplicate(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "orders.done.not_duplicate", p.Orders.NotDuplicate)
}
