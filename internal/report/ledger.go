package report

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/db"
)

// Sales are the sums over every order of the tenant that stands in the books, removed lines left out. Quantities are in
// thousandths, money in minor units of the one currency there is.
type Sales struct {
	Orders, Lines, Qty, Minor int64
	// The same of cancelled orders.
	Cancelled, CancelledLines, CancelledQty, CancelledMinor int64
	// PriceMinor is what price times quantity makes of all lines; it differs from Minor where lines carry discounts.
	PriceMinor, CancelledPriceMinor int64
	Unlinked                        int64 // lines of an offer nobody knows
	// Gave is how many cancelled orders had held goods and gave them back.
	Gave int64
	// Short is how many lines wait for goods, ShortQty for how much.
	Short, ShortQty int64
}

// ReadSales reads them.
func ReadSales(ctx context.Context, tx *db.Tx) (s Sales, err error) {
	tenant := int64(tx.Tenant)
	err = tx.QueryRow(ctx, `select count(*), count(case when stage = 'cancelled' then 1 end) from orders where tenant_id = $1`, tenant).Scan(&s.Orders, &s.Cancelled)
	if err != nil {
		return s, err
	}
	s.Orders -= s.Cancelled
	err = tx.Each(ctx, `select case when o.stage = 'cancelled' then 1 else 0 end, count(*), cast(sum(l.qty) as bigint), cast(sum(l.total_minor) as bigint),
		cast(sum(l.price_minor * (l.qty / 1000)) as bigint), count(case when l.sku_id = 0 then 1 end) from order_line l
		join orders o on o.tenant_id = l.tenant_id and o.id = l.order_id where l.tenant_id = $1 and not l.removed group by 1`, []any{tenant}, func(sc db.Scanner) error {
		var cancelled, lines, quantity, minor, price, unlinked int64
		if err := sc.Scan(&cancelled, &lines, &quantity, &minor, &price, &unlinked); err != nil {
			return err
		}
		s.Unlinked += unlinked
		if cancelled == 1 {
			s.CancelledLines, s.CancelledQty, s.CancelledMinor, s.CancelledPriceMinor = lines, quantity, minor, price
		} else {
			s.Lines, s.Qty, s.Minor, s.PriceMinor = lines, quantity, minor, price
		}
		return nil
	})
	if err != nil {
		return s, err
	}
	err = tx.QueryRow(ctx, `select count(distinct h.order_id) from hold h join orders o on o.tenant_id = h.tenant_id and o.id = h.order_id
		where h.tenant_id = $1 and h.state = 'released' and o.stage = 'cancelled'`, tenant).Scan(&s.Gave)
	if err != nil {
		return s, err
	}
	return s, tx.QueryRow(ctx, "select count(*), cast(coalesce(sum(qty), 0) as bigint) from shortage where tenant_id = $1 and state = 'open'", tenant).Scan(&s.Short, &s.ShortQty)
}

// SKUBooks is what three books say of the goods of one SKU, in thousandths.
type SKUBooks struct {
	Code      string
	Came      int64 // sum of all moves
	Held      int64 // sum of open holds
	Short     int64 // sum of open shortages
	Available int64 // on hand minus reserved, as the levels say
}

// ReadSKUBooks reads them of every SKU of goods, by one pass over each book.
func ReadSKUBooks(ctx context.Context, tx *db.Tx) ([]SKUBooks, error) {
	var list []SKUBooks
	at := map[int64]int{}
	err := tx.Each(ctx, "select id, code from sku where tenant_id = $1 and kind = 'goods' and deleted_at = 0 order by id", []any{int64(tx.Tenant)}, func(sc db.Scanner) error {
		var id int64
		var b SKUBooks
		err := sc.Scan(&id, &b.Code)
		at[id] = len(list)
		list = append(list, b)
		return err
	})
	if err != nil {
		return nil, err
	}
	books := []struct {
		query string
		of    func(*SKUBooks) *int64
	}{
		{"select sku_id, cast(sum(qty) as bigint) from move where tenant_id = $1 group by sku_id", func(b *SKUBooks) *int64 { return &b.Came }},
		{"select sku_id, cast(sum(qty) as bigint) from hold where tenant_id = $1 and state = 'open' group by sku_id", func(b *SKUBooks) *int64 { return &b.Held }},
		{"select sku_id, cast(sum(qty) as bigint) from shortage where tenant_id = $1 and state = 'open' group by sku_id", func(b *SKUBooks) *int64 { return &b.Short }},
		{"select sku_id, cast(sum(on_hand - reserved) as bigint) from level where tenant_id = $1 group by sku_id", func(b *SKUBooks) *int64 { return &b.Available }},
	}
	for _, book := range books {
		err := tx.Each(ctx, book.query, []any{int64(tx.Tenant)}, func(sc db.Scanner) error {
			var sku, n int64
			err := sc.Scan(&sku, &n)
			if i, ok := at[sku]; ok {
				*book.of(&list[i]) = n
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Arrival is an order of a channel as it stands in the books.
type Arrival struct {
	ID         int64
	ExternalID string
	AcceptedAt int64 // µs
}

// Arrivals reads those of a connection's orders that are in the books.
func Arrivals(ctx context.Context, tx *db.Tx, connectionID int64, externalIDs []string) (out []Arrival, err error) {
	err = db.Chunk(externalIDs, 500, func(part []string) error {
		in, args := db.In(3, part)
		return tx.Each(ctx, "select id, external_id, accepted_at from orders where tenant_id = $1 and connection_id = $2 and external_id in "+in,
			append([]any{int64(tx.Tenant), connectionID}, args...), func(sc db.Scanner) error {
				var a Arrival
				err := sc.Scan(&a.ID, &a.ExternalID, &a.AcceptedAt)
				out = append(out, a)
				return err
			})
	})
	return out, err
}

// CancelledOf says which of some orders are cancelled.
func CancelledOf(ctx context.Context, tx *db.Tx, orderIDs []int64) (out []int64, err error) {
	err = db.Chunk(orderIDs, 500, func(part []int64) error {
		in, args := db.In(2, part)
		return tx.Each(ctx, "select id from orders where tenant_id = $1 and stage = 'cancelled' and id in "+in, append([]any{int64(tx.Tenant)}, args...), func(sc db.Scanner) error {
			var id int64
			err := sc.Scan(&id)
			out = append(out, id)
			return err
		})
	})
	return out, err
}

// Linked counts a connection's offers that are tied to a SKU.
func Linked(ctx context.Context, tx *db.Tx, connectionID int64) (n int64, err error) {
	err = tx.QueryRow(ctx, "select count(*) from listing where tenant_id = $1 and connection_id = $2 and sku_id <> 0 and gone_at = 0", int64(tx.Tenant), connectionID).Scan(&n)
	return n, err
}

// Dirty counts quantities that a channel was not told yet.
func Dirty(ctx context.Context, tx *db.Tx) (n int64, err error) {
	err = tx.QueryRow(ctx, "select count(*) from listing_stock where tenant_id = $1 and dirty", int64(tx.Tenant)).Scan(&n)
	return n, err
}

// ShortLines counts order lines that wait for goods.
func ShortLines(ctx context.Context, tx *db.Tx) (n int64, err error) {
	err = tx.QueryRow(ctx, "select count(*) from shortage where tenant_id = $1 and state = 'open'", int64(tx.Tenant)).Scan(&n)
	return n, err
}

// Unread lists what came from outside and did not become an order, with the reason, at most limit.
func Unread(ctx context.Context, tx *db.Tx, limit int) (out []string, err error) {
	err = tx.Each(ctx, `select c.name || ' ' || f.external_id || ': ' || f.state || ' ' || f.error from fact f
		join connection c on c.tenant_id = f.tenant_id and c.id = f.connection_id
		where f.tenant_id = $1 and f.state <> 'applied' order by f.id limit $2`, []any{int64(tx.Tenant), limit}, func(sc db.Scanner) error {
		var s string
		err := sc.Scan(&s)
		out = append(out, s)
		return err
	})
	return out, err
}
