package replay

import (
	"context"
	"fmt"
	"strings"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/report"
)

// thousandth of a piece: the books' unit of quantity.
const thousandths = 1000

// reconcile reads Lad's books and compares them with the file.
func (p *player) reconcile(ctx context.Context, book *Book) (Result, error) {
	r := Result{
		Source: book.Source, SetAside: book.SetAside(), Rounding: book.Rounding, LagP50MS: p.lag(50), LagP99MS: p.lag(99),
		Days: p.days, SKUs: int64(len(p.articles)), Missing: p.missing,
	}
	err := p.app.DB.Read(ctx, tenant, func(tx *db.Tx) error {
		s, err := report.ReadSales(ctx, tx)
		if err != nil {
			return err
		}
		r.ledger(s)
		skus, err := report.ReadSKUBooks(ctx, tx)
		if err != nil {
			return err
		}
		p.checkGoods(&r, skus)
		p.checkChannels(&r, skus)
		return nil
	})
	r.Balanced = true
	for _, c := range r.Checks {
		r.Balanced = r.Balanced && c.Holds
	}
	return r, err
}

// ledger takes over the books' sums: cancellations count against orders, as in the file.
func (r *Result) ledger(s report.Sales) {
	l := Ledger{
		Orders: s.Orders, Cancellations: s.Cancelled, Lines: s.Lines + s.CancelledLines, Units: (s.Qty - s.CancelledQty) / thousandths,
		Revenue: new(Amount),
	}
	l.Revenue.add((s.Minor - s.CancelledMinor) * perMinor)
	r.Ledger, r.Shortages, r.ShortUnits, r.Gave = l, s.Short, s.ShortQty/thousandths, s.Gave
	sum := newTotals()
	sum.plus(&Totals{Invoices: l.Orders + l.Cancellations, Lines: l.Lines, Units: l.Units, Revenue: l.Revenue})
	sum.plus(&Totals{Revenue: r.Rounding})
	for _, a := range r.SetAside {
		sum.plus(&a.Totals)
	}
	r.check("ledger + set aside + rounding = source", sum.equal(r.Source), "sum: %d invoices, %d lines, %d units, %s",
		sum.Invoices, sum.Lines, sum.Units, sum.Revenue)
	r.check("lines: price × quantity = total", s.Minor == s.PriceMinor && s.CancelledMinor == s.CancelledPriceMinor && s.Qty%thousandths == 0,
		"%d and %d kopiykas, of cancelled orders %d and %d", s.PriceMinor, s.Minor, s.CancelledPriceMinor, s.CancelledMinor)
	r.check("every line is tied to a SKU", s.Unlinked == 0, "%d lines are not", s.Unlinked)
}

// check notes a comparison; the detail is told when it does not hold.
func (r *Result) check(name string, holds bool, detail string, args ...any) {
	c := Check{Name: name, Holds: holds}
	if !holds {
		c.Detail = fmt.Sprintf(detail, args...)
	}
	r.Checks = append(r.Checks, c)
}

// mostNamed bounds the SKUs that a failed check names.
const mostNamed = 5

// disagree collects what breaks a comparison SKU by SKU.
type disagree struct {
	count int
	words []string
}

func (d *disagree) note(format string, args ...any) {
	if d.count++; d.count <= mostNamed {
		d.words = append(d.words, fmt.Sprintf(format, args...))
	}
}

func (r *Result) checkAll(name string, d *disagree) {
	r.check(name, d.count == 0, "%d SKUs: %s", d.count, strings.Join(d.words, "; "))
}

// checkGoods compares every SKU's books with each other and with the file.
func (p *player) checkGoods(r *Result, skus []report.SKUBooks) {
	byCode := map[string]*Article{}
	for _, a := range p.articles {
		byCode[a.Code] = a
	}
	var stock, demand disagree
	for _, b := range skus {
		a := byCode[b.Code]
		if a == nil {
			stock.note("%s is not in the file", b.Code)
			continue
		}
		opening := p.opening(a) * thousandths
		if b.Came != opening || opening-b.Held != b.Available {
			stock.note("%s: opening %d, moves %d, held %d, available %d", b.Code, opening, b.Came, b.Held, b.Available)
		}
		if b.Held+b.Short != a.Ordered*thousandths {
			demand.note("%s: ordered %d, held %d, short %d", b.Code, a.Ordered*thousandths, b.Held, b.Short)
		}
	}
	r.check("every SKU of the file is in the catalogue", len(skus) == len(p.articles), "%d of %d", len(skus), len(p.articles))
	r.checkAll("per SKU: opening − held = available", &stock)
	r.checkAll("per SKU: held + short = ordered and not cancelled", &demand)
}

// checkChannels compares what buyers see with what can be sold.
func (p *player) checkChannels(r *Result, skus []report.SKUBooks) {
	for _, c := range p.channels {
		var d disagree
		for _, b := range skus {
			o, ok := c.shop.OfferBySKU(b.Code)
			if want := b.Available / thousandths; !ok || o.Quantity != want || o.Orderable != (want > 0) {
				d.note("%s shows %d, can be sold %d", b.Code, o.Quantity, want)
			}
		}
		r.checkAll(c.shop.Name()+" shows what can be sold", &d)
	}
}
