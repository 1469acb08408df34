package ordersui

import "net/http"

// orderComplete says that the buyer has the goods.
func (p *pages) orderComplete(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "orders.done.completed", p.Orders.Complete)
}
