package ordersui

import "net/http"

// orderConfirm says that the order will be fulfilled.
func (p *pages) orderConfirm(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "orders.done.confirmed", p.Orders.Confirm)
}
