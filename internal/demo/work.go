package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/stock"
)

// workEvery is how often somebody of the staff takes an order up at pace 1.
const workEvery = 2 * time.Second

// waiting is how many orders of each stage are left lying, so that every stage has some to look at.
var waiting = map[orders.Stage]int{connector.StageNew: 9, connector.StageConfirmed: 7, connector.StagePicking: 5, connector.StageShipped: 14}

const (
	atOnce        = 5  // orders of one stage that are moved in one go
	longestQueue  = 60 // orders of a stage that the staff sees
	leftToPeople  = 4  // exceptions that are left to the person who tries the demo
	deliverEvery  = 12 // goes between two deliveries of goods
	fewPieces     = 2  // a SKU with no more gets some
	perDelivery   = 4  // SKUs of a delivery
	deliverPieces = 18
)

// work lets the staff keep up with the buyers until ctx ends.
func (d *Demo) work(ctx context.Context) {
	dice := rand.New(rand.NewPCG(d.Seed, 3))
	for n := 0; ; n++ {
		pace, changed := d.buyers.rhythm()
		pause := workEvery
		if pace > 1 {
			pause = time.Duration(float64(workEvery) / pace)
		}
		t := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-changed:
		case <-t.C:
		}
		t.Stop()
		if ctx.Err() != nil {
			return
		}
		if pace == 0 {
			continue
		}
		d.complain(ctx, "the staff could not work", d.shift(ctx, dice, n))
	}
}

// shift is one go: every stage gives its oldest orders on, and now and then goods come.
func (d *Demo) shift(ctx context.Context, dice *rand.Rand, n int) error {
	for _, stage := range []orders.Stage{connector.StageShipped, connector.StagePicking, connector.StageConfirmed, connector.StageNew} {
		if err := d.advance(ctx, dice, stage); err != nil {
			return err
		}
	}
	if n%deliverEvery == deliverEvery-1 {
		return d.deliver(ctx, dice)
	}
	return nil
}

// advance moves what is too many in a stage; what needs a person's head is left to the person, up to a number.
func (d *Demo) advance(ctx context.Context, dice *rand.Rand, stage orders.Stage) error {
	list, _, err := d.app.Orders.List(ctx, d.owner, orders.Filter{Stage: stage, Limit: longestQueue})
	if err != nil {
		return err
	}
	var plain, odd []orders.Order
	for _, o := range list {
		if o.Short || o.Unlinked || o.DuplicateOf != 0 {
			odd = append(odd, o)
		} else {
			plain = append(plain, o)
		}
	}
	for i := range min(atOnce, max(0, len(plain)-waiting[stage])) {
		if err := d.step(ctx, dice, plain[len(plain)-1-i]); err != nil {
			return err
		}
	}
	for i := range max(0, len(odd)-leftToPeople) {
		if err := d.settle(ctx, odd[len(odd)-1-i]); err != nil {
			return err
		}
	}
	return nil
}

// step takes an order to its next stage.
func (d *Demo) step(ctx context.Context, dice *rand.Rand, o orders.Order) error {
	manager, picker := d.staff[0], d.staff[len(d.staff)-1]
	var err error
	switch o.Stage {
	case connector.StageNew:
		_, err = d.app.Orders.Confirm(ctx, manager, o.ID)
	case connector.StageConfirmed:
		_, err = d.app.Orders.StartPicking(ctx, picker, o.ID)
	case connector.StagePicking:
		_, err = d.app.Orders.Ship(ctx, picker, o.ID, orders.ShipInput{Tracking: fmt.Sprintf("2045%010d", dice.Int64N(10_000_000_000)), Carrier: "nova_poshta"})
	case connector.StageShipped:
		_, err = d.app.Orders.Complete(ctx, manager, o.ID)
	}
	return tooLate(err)
}

// settle decides an exception: a duplicate and what nobody can identify are cancelled, what is short waits for goods.
func (d *Demo) settle(ctx context.Context, o orders.Order) error {
	in := orders.CancelInput{Reason: connector.ReasonOutOfStock}
	switch {
	case o.DuplicateOf != 0:
		in = orders.CancelInput{Reason: connector.ReasonDuplicate, TwinID: o.DuplicateOf}
	case o.Short:
		return nil
	}
	_, err := d.app.Orders.Cancel(ctx, d.staff[0], o.ID, in)
	return tooLate(err)
}

// tooLate passes over a step that somebody else took first: the buyer, or the person who tries the demo.
func tooLate(err error) error {
	if errs.Is(err, errs.Conflict) {
		return nil
	}
	return err
}

// deliver brings goods for some of the SKUs that have run out.
func (d *Demo) deliver(ctx context.Context, dice *rand.Rand) error {
	free, err := d.available(ctx)
	if err != nil {
		return err
	}
	var lines []stock.Count
	for _, i := range dice.Perm(len(d.articles)) {
		a := d.articles[i]
		if a.kit || a.code == lastGenerator || free[a.code] > pieces(fewPieces) {
			continue
		}
		lines = append(lines, stock.Count{SKUID: d.skus[a.code], Qty: pieces(2 + dice.Int64N(deliverPieces))})
		if len(lines) == perDelivery {
			break
		}
	}
	if len(lines) == 0 {
		return nil
	}
	_, err = d.app.Stock.Post(ctx, d.staff[0], stock.DocumentInput{Kind: stock.MoveReceipt, WarehouseID: d.main, Lines: lines, Reason: "Надходження від постачальника"})
	return err
}

// levels reads what is on hand and held of a SKU, in rank order of the warehouses.
func (d *Demo) levels(ctx context.Context, sku int64) (list []stock.Level, err error) {
	err = d.app.DB.Read(ctx, d.tenant, func(tx *db.Tx) error {
		all, err := d.app.Stock.Levels(ctx, tx, []int64{sku})
		list = all[sku]
		return err
	})
	return list, err
}

// sum adds levels up.
func sum(list []stock.Level) (onHand, held qty.Qty) {
	for _, l := range list {
		onHand += l.OnHand
		held += l.Reserved
	}
	return onHand, held
}

// system is the program acting in the shop.
func (d *Demo) system() access.Actor { return access.ForSystem(d.tenant) }
