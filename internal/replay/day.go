package replay

import (
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// maxLines is how many lines one order can have; what an invoice has beyond them is set aside.
const maxLines = 1000

// maxDay bounds the lines held at once. A day of more is played in parts.
const maxDay = 100_000

// Invoice is what is played of one invoice.
type Invoice struct {
	No       string
	Cancel   bool
	At       time.Time
	Customer string
	Country  string
	Lines    []*Line
	first    string // why its first line was set aside, if it was
}

// Day is the invoices of one day in the order of the file.
type Day struct {
	Date     string
	Invoices []*Invoice
	Lines    int64 // played ones
}

// Book counts what was read of a file and what of it was set aside, with the reason.
type Book struct {
	Source   *Totals
	Aside    map[string]*Totals
	Rounding *Amount // what kopiykas can not hold of the played lines
	seen     map[string]bool
}

// Aside is one reason with its totals.
type Aside struct {
	Reason string `json:"reason"`
	Totals
}

// SetAside lists the reasons in the order of their names.
func (b *Book) SetAside() []Aside {
	out := []Aside{}
	for _, reason := range slices.Sorted(maps.Keys(b.Aside)) {
		out = append(out, Aside{reason, *b.Aside[reason]})
	}
	return out
}

func (b *Book) aside(reason string) *Totals {
	t := b.Aside[reason]
	if t == nil {
		t = newTotals()
		b.Aside[reason] = t
	}
	return t
}

// walk reads a file and hands over its days, the first n of them when n is not 0. Each day is forgotten after f returns.
func walk(path string, n int, f func(*Day) error) (book *Book, err error) {
	r, err := open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	return walkReader(r, n, f)
}

func walkReader(r *reader, n int, f func(*Day) error) (*Book, error) {
	w := &walker{days: n, f: f, book: &Book{Source: newTotals(), Aside: map[string]*Totals{}, Rounding: new(Amount), seen: map[string]bool{}}}
	for {
		l, err := r.next()
		if err == io.EOF {
			return w.book, w.flush()
		}
		if err != nil {
			return w.book, err
		}
		more, err := w.take(l)
		if err != nil || !more {
			return w.book, errors.Join(err, w.flush())
		}
	}
}

// walker puts lines together to invoices and invoices to days.
type walker struct {
	days int
	f    func(*Day) error
	book *Book

	begun int
	date  string // of the day under way; a line whose time can not be read belongs to it
	day   *Day
	open  map[string]*Invoice
	held  int
}

// take adds a line to its day; false when it belongs to a day that is not wanted any more.
func (w *walker) take(l *Line) (bool, error) {
	date := ""
	if !l.At.IsZero() {
		date = l.At.Format(time.DateOnly)
	}
	another := date != "" && date != w.date
	if another {
		if w.begun++; w.days > 0 && w.begun > w.days {
			return false, nil
		}
		w.date = date
	}
	if w.day == nil || another || w.held >= maxDay {
		if err := w.flush(); err != nil {
			return false, err
		}
		w.day, w.open, w.held = &Day{Date: w.date}, map[string]*Invoice{}, 0
	}
	w.held++
	w.count(l)
	return true, nil
}

// count books a line: in its invoice, or set aside.
func (w *walker) count(l *Line) {
	b := w.book
	b.Source.line(l)
	inv := w.open[l.Invoice]
	if inv == nil && l.Invoice != "" {
		if b.seen[l.Invoice] {
			b.aside("invoice goes on after its day").line(l)
			return
		}
		b.seen[l.Invoice] = true
		b.Source.Invoices++
		inv = &Invoice{No: l.Invoice, Cancel: l.cancels(), At: l.At, Customer: l.Customer, Country: l.Country}
		w.open[l.Invoice] = inv
		w.day.Invoices = append(w.day.Invoices, inv)
	}
	reason := judge(l)
	if reason == "" && len(inv.Lines) == maxLines {
		reason = "line beyond the thousandth of its invoice"
	}
	if reason != "" {
		b.aside(reason).line(l)
		if inv != nil && inv.first == "" {
			inv.first = reason
		}
		return
	}
	inv.Lines = append(inv.Lines, l)
	w.day.Lines++
	b.Rounding.add(l.value() - l.Quantity*l.minor()*perMinor)
}

// flush hands the day over. Invoices of which nothing remains are set aside whole, under the reason of their first line.
func (w *walker) flush() error {
	d := w.day
	if d == nil {
		return nil
	}
	w.day = nil
	played := d.Invoices[:0]
	for _, inv := range d.Invoices {
		if len(inv.Lines) > 0 {
			inv.At = inv.Lines[0].At
			played = append(played, inv)
		} else {
			w.book.aside(inv.first).Invoices++
		}
	}
	d.Invoices = played
	return w.f(d)
}

// Article is what the survey learns of a SKU.
type Article struct {
	Code       string
	Title      string
	PriceMinor int64
	Sold       int64 // pieces of every order, also of those cancelled later
	Ordered    int64 // pieces of orders that are not cancelled
}

// survey reads the whole part of the file that is to be played and lists its SKUs by code, and the time of the first order.
func survey(path string, days int) (list []*Article, began time.Time, err error) {
	found := map[string]*Article{}
	_, err = walk(path, days, func(d *Day) error {
		for _, inv := range d.Invoices {
			if began.IsZero() || inv.At.Before(began) {
				began = inv.At
			}
			for _, l := range inv.Lines {
				a := found[l.Code]
				if a == nil {
					a = &Article{Code: strings.Clone(l.Code), Title: l.Code, PriceMinor: l.minor()}
					found[a.Code] = a
				}
				if a.Title == a.Code && l.Title != "" {
					a.Title = strings.Clone(l.Title)
				}
				a.Sold += max(l.Quantity, -l.Quantity)
				a.Ordered += max(l.Quantity, 0)
			}
		}
		return nil
	})
	for _, code := range slices.Sorted(maps.Keys(found)) {
		list = append(list, found[code])
	}
	return list, began, err
}
