package rehearsalui

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
)

// shares are the percentages that a switch offers.
var shares = []int64{0, 5, 10, 25, 50, 100}

// shareOptions are the positions of a switch.
func shareOptions(ctx context.Context) []kit.Option {
	out := make([]kit.Option, len(shares))
	for i, s := range shares {
		out[i] = kit.Option{Value: strconv.FormatInt(s, 10), Text: i18n.T(ctx, "rehearsal.share", "n", s)}
	}
	out[0].Text = i18n.T(ctx, "rehearsal.off")
	return out
}

// hits says how often a fault struck.
func (f Fault) hits(ctx context.Context) string {
	if f.Hits == 0 {
		return ""
	}
	return i18n.T(ctx, "rehearsal.hits", "n", f.Hits)
}

func (v View) channelOptions() []kit.Option {
	out := make([]kit.Option, len(v.Channels))
	for i, c := range v.Channels {
		out[i] = kit.Option{Value: c.Driver, Text: c.Title}
	}
	return out
}

// titleOf is what people call a channel.
func (v View) titleOf(driver string) string {
	for _, c := range v.Channels {
		if c.Driver == driver {
			return c.Title
		}
	}
	return driver
}

func loadOptions(ctx context.Context) []kit.Option {
	var out []kit.Option
	for _, l := range Loads() {
		out = append(out, kit.Option{Value: string(l), Text: i18n.T(ctx, "rehearsal.load."+string(l))})
	}
	return out
}

func speedOptions(ctx context.Context) []kit.Option {
	var out []kit.Option
	for _, s := range Speeds() {
		out = append(out, kit.Option{Value: strconv.FormatInt(s, 10), Text: i18n.T(ctx, "rehearsal.speed.times", "n", s)})
	}
	return out
}

// number writes the value of an input; 0 is an empty one.
func number(n int64) string {
	if n <= 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// load says what was rehearsed: "Steady, 6 a minute, 10 times as fast".
func (p Plan) load(ctx context.Context) string {
	return i18n.T(ctx, "rehearsal.load.words", "load", i18n.T(ctx, "rehearsal.load."+string(p.Load)), "rate", p.PerMinute, "speed", p.Speed)
}

// ms writes a lag.
func ms(ctx context.Context, v float64) string {
	if v == 0 {
		return "—"
	}
	return i18n.Span(ctx, time.Duration(v*float64(time.Millisecond)))
}

// verdict is the result in a sentence with its tone.
func (r Result) verdict(ctx context.Context) (kit.Tone, string) {
	switch {
	case r.Broken:
		return kit.Warn, i18n.T(ctx, "rehearsal.verdict.broken")
	case r.Lost > 0:
		return kit.Bad, i18n.T(ctx, "rehearsal.verdict.lost", "n", r.Lost)
	case r.Findings > 0:
		return kit.Bad, i18n.T(ctx, "rehearsal.verdict.findings", "n", r.Findings)
	case r.Drift > 0 || r.Dirty > 0:
		return kit.Bad, i18n.T(ctx, "rehearsal.verdict.drift", "n", r.Drift+r.Dirty)
	}
	return kit.OK, i18n.T(ctx, "rehearsal.verdict.whole", "n", r.Arrived)
}

// short is the verdict in a word, for the table.
func (r Result) short(ctx context.Context) (kit.Tone, string) {
	switch {
	case r.Broken:
		return kit.Warn, i18n.T(ctx, "rehearsal.word.broken")
	case r.Whole():
		return kit.OK, i18n.T(ctx, "rehearsal.word.whole")
	}
	return kit.Bad, i18n.T(ctx, "rehearsal.word.bad")
}

// phase says how far the rehearsal is.
func (r *Run) phase(ctx context.Context) string {
	switch r.Phase {
	case Preparing:
		return i18n.T(ctx, "rehearsal.phase.preparing", "n", r.SKUs)
	case Running:
		return i18n.T(ctx, "rehearsal.phase.running", "done", clock(r.Elapsed), "all", clock(r.Length))
	case Settling:
		return i18n.T(ctx, "rehearsal.phase.settling")
	}
	return ""
}

// clock writes a time since the beginning: "4:05".
func clock(d time.Duration) string {
	s := int64(d.Seconds())
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// figure is a number over the charts.
type figure struct {
	name, value string
	main        bool
}

// figures are what a merchant looks at first. While orders are on their way nobody can say that one is lost.
func (r *Run) figures(ctx context.Context) []figure {
	lost := "—"
	if r.Phase == Ended && !r.Result.Broken {
		lost = i18n.Int(ctx, r.Result.Lost)
	}
	res := r.Result
	return []figure{
		{i18n.T(ctx, "rehearsal.placed"), i18n.Int(ctx, res.Placed), false},
		{i18n.T(ctx, "rehearsal.arrived"), i18n.Int(ctx, res.Arrived), false},
		{i18n.T(ctx, "rehearsal.lost"), lost, true},
		{i18n.T(ctx, "rehearsal.lag99"), ms(ctx, res.LagP99MS), false},
		{i18n.T(ctx, "rehearsal.drift"), i18n.Int(ctx, res.Drift), false},
		{i18n.T(ctx, "rehearsal.short"), i18n.Int(ctx, res.Short), false},
		{i18n.T(ctx, "rehearsal.limited"), i18n.Int(ctx, res.Limited), false},
		{i18n.T(ctx, "rehearsal.struck"), i18n.Int(ctx, res.Struck), false},
	}
}

// series is one chart: which number of a point it draws and what its title says of the highest one.
type series struct {
	name string
	of   func(Point) float64
	text func(ctx context.Context, v float64) string
}

func whole(ctx context.Context, v float64) string { return i18n.Int(ctx, int64(v)) }

var allSeries = []series{
	{"placed", func(p Point) float64 { return float64(p.Placed) }, whole},
	{"arrived", func(p Point) float64 { return float64(p.Arrived) }, whole},
	{"waiting", func(p Point) float64 { return float64(p.Waiting) }, whole},
	{"lag50", func(p Point) float64 { return float64(p.P50.Milliseconds()) }, ms},
	{"lag99", func(p Point) float64 { return float64(p.P99.Milliseconds()) }, ms},
	{"dirty", func(p Point) float64 { return float64(p.Dirty) }, whole},
	{"drift", func(p Point) float64 { return float64(p.Drift) }, whole},
	{"short", func(p Point) float64 { return float64(p.Short) }, whole},
	{"limited", func(p Point) float64 { return float64(p.Limited) }, whole},
}

// charts draws every series; the highest bar is the one that the title speaks of.
func (r *Run) charts(ctx context.Context) []kit.Chart {
	out := make([]kit.Chart, len(allSeries))
	for i, s := range allSeries {
		c := kit.Chart{Unit: i18n.T(ctx, "rehearsal.chart.unit."+s.name), Head: i18n.T(ctx, "rehearsal.chart.at")}
		most, sum, at := 0.0, 0.0, -1
		for n, p := range r.Points {
			v := s.of(p)
			c.Points = append(c.Points, kit.Point{Label: clock(p.At), Value: v, Text: s.text(ctx, v)})
			if sum += v; v > most {
				most, at = v, n
			}
		}
		if at >= 0 {
			c.Points[at].Hot = true
		}
		c.Title = i18n.T(ctx, "rehearsal.chart."+s.name, "most", s.text(ctx, most), "sum", i18n.Int(ctx, int64(sum)))
		if at < 0 {
			c.Title = i18n.T(ctx, "rehearsal.chart.none."+s.name)
		}
		out[i] = c
	}
	return out
}

// now is the moment of drawing: times of today are shown without their day.
func now() time.Time { return time.Now() }
