package replay

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// PrintJSON writes the reconciliation as one object.
func (r *Result) PrintJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// Print writes the reconciliation as a table for people.
func (r *Result) Print(w io.Writer) error {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(name string, invoices, lines, units any, revenue any) {
		fmt.Fprintf(t, "%s\t%v\t%v\t%v\t%v\t\n", name, invoices, lines, units, revenue)
	}
	row("", "invoices", "lines", "units", "revenue, UAH")
	row("source", r.Source.Invoices, r.Source.Lines, r.Source.Units, r.Source.Revenue)
	l := r.Ledger
	row("ledger", l.Orders+l.Cancellations, l.Lines, l.Units, l.Revenue)
	for _, a := range r.SetAside {
		row(a.Reason, a.Invoices, a.Lines, a.Units, a.Revenue)
	}
	row("rounding", "", "", "", r.Rounding)
	_ = t.Flush() // a builder takes everything
	fmt.Fprintf(&b, "\n%d orders and %d cancellations of %d SKUs in %d days; %d cancelled orders had held goods and gave them back\n",
		l.Orders, l.Cancellations, r.SKUs, r.Days, r.Gave)
	fmt.Fprintf(&b, "shortages: %d lines, %d pieces; not arrived: %d\n", r.Shortages, r.ShortUnits, r.Missing)
	fmt.Fprintf(&b, "placed → taken in with goods held: p50 %.1f ms, p99 %.1f ms; whole replay %.1f s\n", r.LagP50MS, r.LagP99MS, r.Seconds)
	b.WriteString("Amounts are as written in the file, in the channels' currency UAH. An invoice counts as set aside when nothing of it was played.\n")
	for _, c := range r.Checks {
		mark := "holds "
		if !c.Holds {
			mark = "BROKEN"
		}
		fmt.Fprintf(&b, "%s  %s\n", mark, strings.TrimSuffix(c.Name+": "+c.Detail, ": "))
	}
	for _, f := range r.Findings {
		fmt.Fprintln(&b, "doctor:", f)
	}
	if len(r.Findings) == 0 {
		b.WriteString("doctor: clean\n")
	}
	verdict := "balanced\n"
	if !r.Balanced {
		verdict = "NOT BALANCED\n"
	}
	b.WriteString(verdict)
	_, err := io.WriteString(w, b.String())
	return err
}
