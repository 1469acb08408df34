package ordersui

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// draft is an order by hand while it is filled in. Everything of it lives in the form: nothing is stored before it is an order.
type draft struct {
	// Key makes the order one however often the form is sent.
	Key     string
	Source  string
	Name    string
	Phone   string
	Email   string
	Carrier string
	City    string
	Address string
	Freight string // what the buyer pays for delivery
	Payment string
	Comment string
	Lines   []draftLine

	fault  string            // of the whole
	faults map[string]string // by field
}

// draftLine is one position as typed.
type draftLine struct {
	sku       catalog.SKU
	available qty.Qty
	Qty       string
	Price     string
}

// maxDraftLines bounds the positions of an order by hand.
const maxDraftLines = 200

// readDraft reads the form; SKUs that no longer exist are left out.
func (p *pages) readDraft(r *http.Request, a access.Actor) (*draft, error) {
	if err := r.ParseForm(); err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "error.invalid")
	}
	get := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	d := &draft{Key: get("key"), Source: get("source"), Name: get("name"), Phone: get("phone"), Email: get("email"), Carrier: get("carrier"),
		City: get("city"), Address: get("address"), Freight: get("freight"), Payment: get("payment"), Comment: get("comment")}
	skus, counts, prices := r.PostForm["sku"], r.PostForm["qty"], r.PostForm["price"]
	if len(skus) > maxDraftLines || len(counts) != len(skus) || len(prices) != len(skus) {
		return nil, errs.New(errs.Invalid, "error.invalid")
	}
	ids := make([]int64, len(skus))
	for i, text := range skus {
		ids[i], _ = strconv.ParseInt(text, 10, 64) // what is no number is no SKU
	}
	found, left, err := p.skus(r.Context(), a, ids)
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		if sku, ok := found[id]; ok && sku.DeletedAt.IsZero() {
			d.Lines = append(d.Lines, draftLine{sku: sku, available: left[id], Qty: counts[i], Price: prices[i]})
		}
	}
	return d, nil
}

// skus reads SKUs with what is left of them.
func (p *pages) skus(ctx context.Context, a access.Actor, ids []int64) (found map[int64]catalog.SKU, left map[int64]qty.Qty, err error) {
	err = p.DB.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		if found, err = (catalog.Reader{}).ByIDs(ctx, tx, ids); err != nil {
			return err
		}
		left, err = p.Stock.Available(ctx, tx, ids)
		return err
	})
	return found, left, err
}

// add puts a SKU on the order, or one more of it.
func (d *draft) add(ctx context.Context, sku catalog.SKU, left qty.Qty) {
	i := slices.IndexFunc(d.Lines, func(l draftLine) bool { return l.sku.ID == sku.ID })
	if i < 0 {
		d.Lines = append(d.Lines, draftLine{sku: sku, available: left, Qty: "1", Price: i18n.Amount(ctx, sku.Price)})
		return
	}
	if n, err := qty.Parse(d.Lines[i].Qty); err == nil {
		d.Lines[i].Qty = (n + qty.One).String()
	}
}

// drop takes a SKU off the order.
func (d *draft) drop(skuID int64) {
	d.Lines = slices.DeleteFunc(d.Lines, func(l draftLine) bool { return l.sku.ID == skuID })
}

// sum is the line's total; ok is false while quantity or price can not be read.
func (l draftLine) sum() (total money.Money, ok bool) {
	n, err := qty.Parse(l.Qty)
	if err != nil || n <= 0 {
		return total, false
	}
	price, err := money.Typed(l.Price, l.sku.Price.Currency)
	if err != nil || price.Minor < 0 {
		return total, false
	}
	total, err = price.MulDiv(int64(n), int64(qty.One))
	return total, err == nil
}

// sumText is the line's total, a dash while there is none.
func (l draftLine) sumText(ctx context.Context) string {
	if total, ok := l.sum(); ok {
		return i18n.Money(ctx, total)
	}
	return "—"
}

// lacks says whether more is asked for than is left.
func (l draftLine) lacks() bool {
	n, err := qty.Parse(l.Qty)
	return err == nil && l.sku.Kind != catalog.KindService && !l.sku.Backorder && n > l.available
}

// id names an input of the line.
func (l draftLine) id(what string) string { return what + "-" + strconv.FormatInt(l.sku.ID, 10) }

// totalText is the sum of the lines that can be read.
func (d *draft) totalText(ctx context.Context) string {
	var total money.Money
	for _, l := range d.Lines {
		sum, ok := l.sum()
		if !ok {
			continue
		}
		var err error
		if total, err = total.Add(sum); err != nil {
			return "—"
		}
	}
	return i18n.Money(ctx, total)
}
