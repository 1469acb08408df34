package demo

import (
	"context"
	"errors"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/stock"
	demoui "github.com/lad-hub/lad/internal/ui/demo"
)

// Bounds of the parts of the scene; together they stay below the patience of a browser's request.
const (
	readyTime   = 20 * time.Second
	takeTime    = 12 * time.Second
	zeroTime    = 12 * time.Second
	confirmTime = 5 * time.Second
)

// LastGenerator plays the scene: one generator on hand, shown everywhere, bought on Prom; then it measures until the other
// channels show none, and lets a second buyer try on Rozetka.
func (d *Demo) LastGenerator(ctx context.Context) (demoui.Scene, error) {
	if !d.scene.TryLock() {
		return demoui.Scene{}, errs.New(errs.Conflict, "error.demo.busy")
	}
	defer d.scene.Unlock()
	if err := d.leaveOne(ctx); err != nil {
		return demoui.Scene{}, err
	}
	ready, err := d.until(ctx, readyTime, func() (bool, error) { return d.allShow(1), nil })
	if err == nil && !ready {
		err = errs.New(errs.Conflict, "error.demo.not_ready")
	}
	if err != nil {
		return demoui.Scene{}, err
	}
	one := []sim.BasketLine{{SKU: lastGenerator, Quantity: 1}}
	first := d.stalls[0]
	placed, err := first.PlaceOrder(sim.Basket{Buyer: d.buyers.people[0], Paid: true, Lines: one, Comment: "Останній? Беру!"})
	if err != nil {
		return demoui.Scene{}, errs.Wrap(errs.Conflict, err, "error.demo.not_ready")
	}
	s := demoui.Scene{SKU: lastGenerator, Title: d.titleOf(lastGenerator), At: placed.At, Order: placed.ID, PulledMS: -1, HeldMS: -1, ZeroMS: -1, WorkMS: -1}
	if err := d.measure(ctx, &s, placed.At); err != nil {
		return s, err
	}
	_, err = d.stalls[1].PlaceOrder(sim.Basket{Buyer: d.buyers.people[1], Lines: one})
	s.Refused = errors.Is(err, sim.ErrNotOrderable)
	d.last.Lock()
	d.last.scene = &s
	d.last.Unlock()
	return s, nil
}

// leaveOne ends what earlier scenes left open and counts exactly one generator. Goods that a waiting order takes at once are
// counted again.
func (d *Demo) leaveOne(ctx context.Context) error {
	sku := d.skus[lastGenerator]
	if err := d.sendAll(ctx, sku); err != nil {
		return err
	}
	for range 4 {
		levels, err := d.levels(ctx, sku)
		if err != nil {
			return err
		}
		if onHand, held := sum(levels); onHand-held == pieces(1) {
			return nil
		}
		for i, l := range levels {
			count := l.Reserved
			if l.WarehouseID == d.main {
				count += pieces(1)
			}
			if count == levels[i].OnHand {
				continue
			}
			in := stock.DocumentInput{Kind: stock.MoveStocktake, WarehouseID: l.WarehouseID, Lines: []stock.Count{{SKUID: sku, Qty: count}}, Reason: "Демонстрація: останній генератор"}
			if _, err := d.app.Stock.Post(ctx, d.system(), in); err != nil {
				return err
			}
		}
	}
	return nil
}

// sendAll ships the open orders of a SKU, so that nothing of it is held.
func (d *Demo) sendAll(ctx context.Context, sku int64) error {
	list, _, err := d.app.Orders.List(ctx, d.owner, orders.Filter{SKUID: sku, Limit: longestQueue})
	if err != nil {
		return err
	}
	for _, o := range list {
		if !orders.Open(o.Stage) || o.Short || o.Unlinked {
			continue
		}
		if o.Stage == connector.StageNew {
			if _, err := d.app.Orders.Confirm(ctx, d.staff[0], o.ID); tooLate(err) != nil {
				return err
			}
		}
		if _, err := d.app.Orders.Ship(ctx, d.staff[len(d.staff)-1], o.ID, orders.ShipInput{}); tooLate(err) != nil {
			return err
		}
	}
	return nil
}

// allShow says whether every channel shows so many generators.
func (d *Demo) allShow(n int64) bool {
	for _, s := range d.stalls {
		if shown, _ := s.shows(lastGenerator); shown != n {
			return false
		}
	}
	return true
}

// measure follows the order through Lad to the other channels.
func (d *Demo) measure(ctx context.Context, s *demoui.Scene, bought time.Time) error {
	since := func(t time.Time) float64 {
		if t.IsZero() {
			return -1
		}
		return float64(t.Sub(bought).Microseconds()) / 1000
	}
	var order orders.Order
	taken, err := d.until(ctx, takeTime, func() (bool, error) {
		var err error
		order, err = d.orderOf(ctx, s.Order)
		return order.ID != 0, err
	})
	if err != nil {
		return err
	}
	held := time.UnixMicro(order.AcceptedAt)
	if taken {
		s.OrderID = order.ID
		s.PulledMS, s.HeldMS = since(d.stalls[0].lastRequest(d.stalls[0].orders, held)), since(held)
	}
	others := d.stalls[1:]
	_, err = d.until(ctx, zeroTime, func() (bool, error) {
		for _, o := range others {
			if o.becameZero(lastGenerator, bought).IsZero() {
				return false, nil
			}
		}
		return true, nil
	})
	if err != nil {
		return err
	}
	last := time.Time{}
	whole := true
	for _, o := range others {
		at := o.becameZero(lastGenerator, bought)
		whole = whole && !at.IsZero()
		if at.After(last) {
			last = at
		}
	}
	if whole {
		s.ZeroMS, s.WorkMS = since(last), since(last)-max(s.PulledMS, 0)
	}
	return d.others(ctx, s, bought, since)
}

// others fills in what each other channel was told and shows.
func (d *Demo) others(ctx context.Context, s *demoui.Scene, bought time.Time, since func(time.Time) float64) error {
	confirmed := map[int64]time.Time{}
	_, err := d.until(ctx, confirmTime, func() (bool, error) {
		list, err := d.listings(ctx, d.skus[lastGenerator])
		for _, l := range list {
			if l.Stock.ConfirmedQty == 0 && l.Stock.ConfirmedAt >= bought.UnixMicro() {
				confirmed[l.ConnectionID] = time.UnixMicro(l.Stock.ConfirmedAt)
			}
		}
		return len(confirmed) >= len(d.stalls)-1 && !confirmed[d.stalls[1].conn].IsZero() && !confirmed[d.stalls[2].conn].IsZero(), err
	})
	if err != nil {
		return err
	}
	for _, o := range d.stalls[1:] {
		c := demoui.SceneChannel{Channel: o.Name(), Mark: o.mark(), RequestMS: -1}
		zero := o.becameZero(lastGenerator, bought)
		if c.ZeroMS = since(zero); !zero.IsZero() {
			c.RequestMS = since(o.lastRequest(o.quantity, zero))
		}
		c.ConfirmedMS = since(confirmed[o.conn])
		c.Shows, _ = o.shows(lastGenerator)
		s.Channels = append(s.Channels, c)
	}
	return nil
}

// orderOf finds an order of Prom by the channel's number; the zero order while Lad does not have it.
func (d *Demo) orderOf(ctx context.Context, number string) (orders.Order, error) {
	list, _, err := d.app.Orders.List(ctx, d.owner, orders.Filter{SKUID: d.skus[lastGenerator], ConnectionID: d.stalls[0].conn, Limit: 5})
	for _, o := range list {
		if o.ExternalID == number {
			return o, err
		}
	}
	return orders.Order{}, err
}

// listings reads the listings of a SKU with the state of their quantities.
func (d *Demo) listings(ctx context.Context, sku int64) (list []connections.Listing, err error) {
	err = d.app.DB.Read(ctx, d.tenant, func(tx *db.Tx) error {
		list, err = d.app.Connections.Listings(ctx, tx, connections.ListingFilter{SKUIDs: []int64{sku}})
		return err
	})
	return list, err
}

func (d *Demo) titleOf(code string) string {
	for _, a := range d.articles {
		if a.code == code {
			return a.title
		}
	}
	return code
}
