package kit

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/platform/i18n"
)

// Point is a value of a chart.
type Point struct {
	Label string  // on the axis
	Value float64 // not negative
	Text  string  // the value formatted
	Hot   bool    // the one that the title speaks of
}

// Chart is a set of bars from a zero base.
type Chart struct {
	Title  string // the finding: "Rozetka sold most on Friday"
	Unit   string // of the axis: "orders per day"
	Head   string // head of the labels in the table: "day"
	Points []Point
}

// Sizes of the bar chart in pixels; the width follows the page and is counted in percent.
const (
	chartTop    = 20.0
	chartBottom = 150.0
	chartLeft   = 9.0 // percent kept for the axis
	maxLabels   = 12  // more labels than this are thinned out
)

// bar is a drawn point.
type bar struct {
	Point
	x, width, middle string
	y, height        string
	above            string // where the value is written
	label            bool
}

// bars lays the points out.
func (c Chart) bars() []bar {
	if len(c.Points) == 0 {
		return nil
	}
	top := c.ticks()[len(c.ticks())-1]
	step := (100 - chartLeft) / float64(len(c.Points))
	every := (len(c.Points) + maxLabels - 1) / maxLabels
	out := make([]bar, len(c.Points))
	for i, p := range c.Points {
		x := chartLeft + float64(i)*step
		h := (chartBottom - chartTop) * p.Value / top
		out[i] = bar{
			Point: p, x: px(x+step*.15) + "%", width: px(step*.7) + "%", middle: px(x+step/2) + "%",
			y: px(chartBottom - h), height: px(h), above: px(chartBottom - h - 5), label: i%every == 0,
		}
	}
	return out
}

// direct says whether every value fits beside its bar.
func (c Chart) direct() bool { return len(c.Points) <= maxLabels }

// ticks are round values from zero to at least the highest point.
func (c Chart) ticks() []float64 {
	highest := 0.0
	for _, p := range c.Points {
		highest = max(highest, p.Value)
	}
	if highest <= 0 {
		return []float64{0, 1}
	}
	rough := highest / 3
	unit := math.Pow(10, math.Floor(math.Log10(rough)))
	step := unit * 10
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m*unit >= rough && !(m == 2.5 && unit <= 1) {
			step = m * unit
			break
		}
	}
	ticks := []float64{0}
	for t := step; ticks[len(ticks)-1] < highest; t += step {
		ticks = append(ticks, t)
	}
	return ticks
}

// tickY is the height of a tick.
func (c Chart) tickY(t float64) string {
	top := c.ticks()[len(c.ticks())-1]
	return px(chartBottom - (chartBottom-chartTop)*t/top)
}

// tickText writes a tick; ticks below one keep their decimals.
func tickText(ctx context.Context, t float64) string {
	if t == math.Trunc(t) {
		return i18n.Int(ctx, int64(t))
	}
	return strings.TrimRight(fmt.Sprintf("%.3f", t), "0")
}

// sparkPath draws values on 84 × 22 from a zero base and gives the end point.
func sparkPath(values []float64) (d, x, y string) {
	highest := 0.0
	for _, v := range values {
		highest = max(highest, v)
	}
	if highest == 0 {
		highest = 1
	}
	var b strings.Builder
	for i, v := range values {
		x = px(2 + 78*float64(i)/float64(max(1, len(values)-1)))
		y = px(19 - 16*v/highest)
		b.WriteString(map[bool]string{true: "M", false: "L"}[i == 0] + x + " " + y)
	}
	return b.String(), x, y
}

// stamp is the time of an event: with seconds on the day of now, as Moment writes it otherwise.
func stamp(ctx context.Context, t, now time.Time) string {
	if t.IsZero() {
		return "—"
	}
	zone := i18n.Zone(ctx)
	if t.In(zone).Format(time.DateOnly) == now.In(zone).Format(time.DateOnly) {
		return i18n.ClockSec(ctx, t)
	}
	return i18n.Moment(ctx, t, now)
}
