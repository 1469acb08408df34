package demoui

import (
	"context"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
)

// lane is one bar of the scene's drawing: a piece of time in milliseconds since Lad saw the order.
type lane struct {
	text     string
	from, to float64 // to < 0: it did not happen
	hot      bool    // the moment that counts: a channel shows 0
}

// rowHeight is the height of a lane in pixels: its words and its bar.
const rowHeight = 38

// lanes lays the scene out in the order in which things happened.
func (s Scene) lanes(ctx context.Context) []lane {
	at := func(v float64) float64 {
		if v < 0 {
			return v
		}
		return max(0, v-max(s.PulledMS, 0))
	}
	list := []lane{{text: i18n.T(ctx, "demo.lane.held"), from: 0, to: at(s.HeldMS)}}
	for _, c := range s.Channels {
		list = append(list,
			lane{text: i18n.T(ctx, "demo.lane.zero", "channel", c.Mark.Title), from: at(s.HeldMS), to: at(c.ZeroMS), hot: true},
			lane{text: i18n.T(ctx, "demo.lane.confirmed", "channel", c.Mark.Title), from: at(c.ZeroMS), to: at(c.ConfirmedMS)})
	}
	return list
}

// longest is the right end of the drawing in milliseconds.
func longest(list []lane) float64 {
	most := 1.0
	for _, l := range list {
		most = max(most, l.to)
	}
	return most
}

// share writes a part of the width in percent; nothing is thinner than can be seen.
func share(from, to, most float64) (x, width string) {
	from, to = max(from, 0), max(to, 0)
	at, wide := 100*from/most, max(100*(to-from)/most, 0.6)
	at = min(at, 100-wide)
	return decimal(at) + "%", decimal(wide) + "%"
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }

// ms writes a measured moment.
func ms(ctx context.Context, v float64) string {
	if v < 0 {
		return "—"
	}
	return i18n.Span(ctx, time.Duration(v*float64(time.Millisecond)))
}

// finding is the title of the drawing.
func (s Scene) finding(ctx context.Context) string {
	if !s.Whole() {
		return i18n.T(ctx, "demo.scene.late")
	}
	return i18n.T(ctx, "demo.scene.done", "work", ms(ctx, s.WorkMS))
}

func message(ctx context.Context, err error) string { return i18n.Error(ctx, err) }

func paceText(ctx context.Context, pace float64) string {
	if pace == 0 {
		return i18n.T(ctx, "demo.pace.stopped")
	}
	return i18n.T(ctx, "demo.pace.every", "time", (time.Duration(float64(meanPause) / pace)).Round(100*time.Millisecond))
}

// meanPause is the average time between two buyers at pace 1.
const meanPause = 5 * time.Second

// kinds are the faults in the order of the switchboard.
func (v View) kinds() (out []string) {
	for _, c := range v.Channels[:min(1, len(v.Channels))] {
		for _, f := range c.Faults {
			out = append(out, f.Kind)
		}
	}
	return out
}

// now is the moment of drawing: times of today are shown without their day.
func now() time.Time { return time.Now() }

// options are the SKUs to choose from.
func (v View) options() []kit.Option {
	out := make([]kit.Option, len(v.Choice))
	for i, c := range v.Choice {
		out[i] = kit.Option{Value: c.Code, Text: c.Name}
	}
	return out
}
