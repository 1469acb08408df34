package ordersui

import "net/http"

// orderPick says that the goods are being put together.
func (p *pages) orderPick(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "orders.done.picking", p.Orders.StartPicking)
}
