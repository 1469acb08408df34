package orders

import (
	"context"
	"encoding/json"

	"github.com/lad-hub/lad/internal/platform/db"
)

// Whole is an order with its lines and where it goes.
type Whole struct {
	Order
	Destination Destination
	Lines       []Line
}

// Wholes reads orders with their lines in two statements, in the order of ids; ids that do not exist are left out.
func Wholes(ctx context.Context, tx *db.Tx, ids []int64) ([]Whole, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found := make(map[int64]*Whole, len(ids))
	in, args := db.In(2, ids)
	args = append([]any{int64(tx.Tenant)}, args...)
	err := tx.Each(ctx, "select delivery, "+readColumns+" from orders where tenant_id = $1 and id in "+in, args, func(sc db.Scanner) error {
		var body string
		o, err := scanOrder(after{sc, &body})
		if err != nil {
			return err
		}
		w := &Whole{Order: o}
		found[o.ID] = w
		return json.Unmarshal([]byte(body), &w.Destination)
	})
	if err != nil {
		return nil, err
	}
	err = tx.Each(ctx, "select order_id, "+lineColumns+" from order_line where tenant_id = $1 and order_id in "+in+" order by order_id, line_no", args, func(sc db.Scanner) error {
		var id int64
		l, err := scanLine(after{sc, &id})
		if w := found[id]; w != nil {
			cur := w.Total.Currency
			l.Price.Currency, l.Total.Currency, l.SKUPrice.Currency = cur, cur, cur
			w.Lines = append(w.Lines, l)
		}
		return err
	})
	out := make([]Whole, 0, len(ids))
	for _, id := range ids {
		if w := found[id]; w != nil {
			out = append(out, *w)
		}
	}
	return out, err
}

// after scans one column before those of another scanner.
type after struct {
	db.Scanner
	first any
}

// Scan puts the first column in its place.
func (a after) Scan(dest ...any) error { return a.Scanner.Scan(append([]any{a.first}, dest...)...) }
