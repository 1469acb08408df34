package bench

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/lad-hub/lad/internal/platform/db"
)

// Report collects results and holds each against its target.
type Report struct {
	Results []any
	rows    []row
	uniform map[string]float64 // engine → orders/s of the uniform load, for the hot one
}

type row struct {
	bench, engine, what, value, target string
	met                                bool
}

// NewReport makes an empty report.
func NewReport() *Report { return &Report{uniform: map[string]float64{}} }

func (r *Report) add(bench, engine, what, value, target string, met bool) {
	r.rows = append(r.rows, row{bench, engine, what, value, target, met})
}

// most notes a figure that must not exceed a bound.
func (r *Report) most(bench, engine, what string, v, bound float64, unit string) {
	r.add(bench, engine, what, fmt.Sprintf("%.4g %s", v, unit), fmt.Sprintf("<= %.4g", bound), v <= bound)
}

// least notes a figure that must reach a bound.
func (r *Report) least(bench, engine, what string, v, bound float64, unit string) {
	r.add(bench, engine, what, fmt.Sprintf("%.4g %s", v, unit), fmt.Sprintf(">= %.4g", bound), v >= bound)
}

// exactly notes a figure that has one right value.
func (r *Report) exactly(bench, engine, what string, v, want int64) {
	r.add(bench, engine, what, fmt.Sprint(v), fmt.Sprint("= ", want), v == want)
}

// AddOrders holds order loads against the targets: 0.40 of the bare transaction, and the hot SKU near the uniform load.
func (r *Report) AddOrders(list []OrdersResult) {
	for _, o := range list {
		r.Results = append(r.Results, o)
		name := fmt.Sprintf("orders, %d buyers", o.Buyers)
		if o.Hot {
			name += ", hot"
		}
		r.exactly(name, o.Engine, "errors", o.Errors, 0)
		switch {
		case o.Hot:
			bound := 0.85
			if o.Engine == string(db.Postgres) {
				bound = 0.6
			}
			if base := r.uniform[o.Engine]; base > 0 {
				r.least(name, o.Engine, "hot against uniform", o.OrdersPerS/base, bound, fmt.Sprintf("(%.0f orders/s)", o.OrdersPerS))
			}
		case o.Buyers == 1:
			if o.Engine == string(db.SQLite) {
				r.most(name, o.Engine, "p50", o.P50MS, 2, "ms")
			}
		default:
			r.uniform[o.Engine] = o.OrdersPerS
			r.least(name, o.Engine, "ratio to a bare transaction", o.Ratio, 0.40, fmt.Sprintf("(%.0f of %.0f orders/s)", o.OrdersPerS, o.RawPerS))
			if o.Engine == string(db.SQLite) {
				r.most(name, o.Engine, "p99", o.P99MS, 60, "ms")
			}
		}
	}
}

// AddHot holds the hot SKU against exactness and two seconds.
func (r *Report) AddHot(h HotResult) {
	r.Results = append(r.Results, h)
	r.exactly("hot", h.Engine, "held", h.Held, hotUnits)
	r.exactly("hot", h.Engine, "shortages", h.Shortages, hotBuyers-hotUnits)
	r.exactly("hot", h.Engine, "negative", h.Negative, 0)
	r.most("hot", h.Engine, "time", h.Seconds, 2, "s")
}

// AddFanout holds the way to the other channels against its targets.
func (r *Report) AddFanout(f FanoutResult) {
	r.Results = append(r.Results, f)
	r.most("fanout", f.Engine, "commit to request p50", f.RequestP50MS, 20, "ms")
	r.most("fanout", f.Engine, "commit to request p99", f.RequestP99MS, 250, "ms")
	r.most("fanout", f.Engine, "idle p50", f.IdleP50MS, 5, "ms")
	r.exactly("fanout", f.Engine, "lost", int64(f.Lost), 0)
}

// AddChannels holds large and sick channels against their targets: a tenth of the time that a channel's limit dictates, and a
// fifth of the healthy channels' delay, may be lost.
func (r *Report) AddChannels(c ChannelsResult) {
	r.Results = append(r.Results, c)
	r.most("channels", c.Engine, "first sync", c.FirstSyncS, 60, "s")
	r.most("channels", c.Engine, "first sync, memory", c.FirstSyncRSSMB, 200, "MB")
	r.exactly("channels", c.Engine, "first sync, offers refused", int64(c.refused), 1)
	r.most("channels", c.Engine, "prices wanted, import", c.priceImportS, 2, "s")
	r.most("channels", c.Engine, "prices wanted, rules", c.priceRuleS, 2, "s")
	r.most("channels", c.Engine, "prices pushed", c.PricePushedS, 1.1*c.priceIdealS, "s")
	for _, sick := range []struct {
		what string
		p99  float64
	}{{"slow", c.SlowP99MS}, {"dead", c.DeadP99MS}} {
		if c.FanoutP99MS > 0 {
			r.most("channels", c.Engine, "p99 beside a "+sick.what+" one", sick.p99/c.FanoutP99MS, 1.2, fmt.Sprintf("(%.0f of %.0f ms)", sick.p99, c.FanoutP99MS))
		}
	}
	r.exactly("channels", c.Engine, "lost", int64(c.lostBySick), 0)
}

// AddStart holds the start against its targets.
func (r *Report) AddStart(s StartResult) {
	r.Results = append(r.Results, s)
	r.most("start", s.Engine, "first page", s.FirstPageMS, 200, "ms")
	r.most("start", s.Engine, "memory", s.RSSMB, 100, "MB")
}

// AddPages holds every page against 50 ms, and a hundred whole orders for a client of the BaseLinker protocol against 100 ms.
func (r *Report) AddPages(p PagesResult) {
	r.Results = append(r.Results, p)
	for _, page := range slices.Sorted(maps.Keys(p.P95MS)) {
		bound := 50.0
		if strings.HasPrefix(page, "bl_") {
			bound = 100
		}
		r.most("pages", p.Engine, page+" p95", p.P95MS[page], bound, "ms")
	}
}

// AddFeed holds a product feed of a hundred thousand offers against its targets.
func (r *Report) AddFeed(f FeedResult) {
	r.Results = append(r.Results, f)
	r.most("feed", f.Engine, "first byte", f.FirstByteMS, 200, "ms")
	r.most("feed", f.Engine, "whole document", f.WholeS, 5, fmt.Sprintf("s (%d offers, %.0f MB)", f.Offers, f.MB))
	r.most("feed", f.Engine, "not changed", f.SameMS, 50, "ms")
	r.most("feed", f.Engine, "growth of memory", f.GrowthMB, 50, fmt.Sprintf("MB over %.0f MB", f.RSSMB))
}

// Print writes one table.
func (r *Report) Print(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "bench\tengine\tmeasured\tvalue\ttarget\t")
	for _, x := range r.rows {
		met := "met"
		if !x.met {
			met = "MISSED"
		}
		fmt.Fprintln(t, strings.Join([]string{x.bench, x.engine, x.what, x.value, x.target, met}, "\t"))
	}
	_ = t.Flush()
}

// Err is nil when every target was met.
func (r *Report) Err() error {
	missed := 0
	for _, x := range r.rows {
		if !x.met {
			missed++
		}
	}
	if missed == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d targets missed", missed, len(r.rows))
}
