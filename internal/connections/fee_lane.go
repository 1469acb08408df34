package connections

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/reconcile"
)

// feesEvery is how often a channel is asked what it has charged.
const feesEvery = time.Hour

// feeLane reads the channel's charges, when a request can be spared, and puts their sums on the orders.
type feeLane struct {
	*Account
	source connector.FeeSource
	next   time.Time
}

func (l *feeLane) Name() string { return laneFees }

// Run reads one page. A channel that does not tell its charges (a right that was not given) is asked again later and says so on
// its page.
func (l *feeLane) Run(ctx context.Context) (reconcile.Step, error) {
	now := l.Now()
	if now.Before(l.next) {
		return reconcile.Step{At: l.next}, nil
	}
	if at := l.Limit.Ready(now); at.After(now) {
		return reconcile.Step{At: at}, nil
	}
	page, err := l.source.ListFees(ctx, l.Conn.FeeCursor)
	switch connector.KindOf(err) {
	case connector.KindPermanent, connector.KindItem, connector.KindData:
		l.next = now.Add(feesEvery)
		return reconcile.Step{At: l.next}, l.svc.noteError(ctx, l.Tenant, l.Conn.ID, laneFees, err)
	}
	if err != nil {
		return reconcile.Step{}, err
	}
	if err := l.keep(ctx, page); err != nil {
		return reconcile.Step{}, err
	}
	if page.More {
		return reconcile.Step{Again: true}, nil
	}
	l.next = now.Add(feesEvery)
	return reconcile.Step{At: l.next}, nil
}

// keep stores a page with the cursor after it and sums up the orders that it names.
func (l *feeLane) keep(ctx context.Context, page connector.FeePage) error {
	if len(page.Fees) == 0 && page.Next == l.Conn.FeeCursor {
		return nil
	}
	err := l.Write(ctx, func(tx *db.Tx) error {
		byID := map[string]connector.Fee{} // one statement may not write a row twice
		for _, f := range page.Fees {
			byID[f.ExternalID] = f
		}
		var args []any
		orders := map[string]bool{}
		for _, id := range slices.Sorted(maps.Keys(byID)) {
			f := byID[id]
			args = append(args, int64(tx.Tenant), l.Conn.ID, clean(f.ExternalID), clean(f.OrderID), clean(f.OfferID), clean(f.Code), clean(f.Title), clock.Micros(f.At), f.Amount.Minor, string(f.Amount.Currency))
			if f.OrderID != "" {
				orders[clean(f.OrderID)] = true
			}
		}
		_, err := tx.Exec(ctx, "update connection set fee_cursor = $3 where tenant_id = $1 and id = $2", int64(tx.Tenant), l.Conn.ID, page.Next)
		if err != nil {
			return err
		}
		_, err = tx.Insert(ctx, "insert into channel_fee (tenant_id, connection_id, external_id, order_external, offer_id, code, title, at, amount_minor, currency)",
			`on conflict (tenant_id, connection_id, external_id) do update set order_external = excluded.order_external, offer_id = excluded.offer_id, code = excluded.code,
			title = excluded.title, at = excluded.at, amount_minor = excluded.amount_minor, currency = excluded.currency`, 10, args)
		if err != nil {
			return err
		}
		total, err := feesOf(ctx, tx, l.Conn.ID, slices.Sorted(maps.Keys(orders)))
		if err != nil {
			return err
		}
		return l.svc.Orders.Charged(ctx, tx, l.Conn.ID, total)
	})
	if err == nil {
		l.Conn.FeeCursor = page.Next
	}
	return err
}

// feesOf sums what a channel has charged for orders. Charges in two currencies are not added up: the first by name counts.
func feesOf(ctx context.Context, tx *db.Tx, connectionID int64, orders []string) (map[string]connector.Money, error) {
	out := map[string]connector.Money{}
	return out, db.Chunk(orders, 500, func(part []string) error {
		in, args := db.In(3, part)
		return tx.Each(ctx, `select order_external, currency, cast(sum(amount_minor) as bigint) from channel_fee
			where tenant_id = $1 and connection_id = $2 and order_external <> '' and order_external in `+in+` group by order_external, currency order by order_external, currency desc`,
			append([]any{int64(tx.Tenant), connectionID}, args...), func(sc db.Scanner) error {
				var id string
				var m connector.Money
				err := sc.Scan(&id, &m.Currency, &m.Minor)
				out[id] = m
				return err
			})
	})
}
