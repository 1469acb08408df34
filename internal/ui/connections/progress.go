package connectionsui

import (
	"context"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/i18n"
)

// progress is a long piece of work that is under way: how much of it is done, of how much, and what remains in words.
type progress struct {
	done, all int // all 0: nobody knows
	text      string
}

func (p progress) max() string { return strconv.Itoa(p.all) }

func (p progress) value() string { return strconv.Itoa(p.done) }

// underWay is what a person waits for: the first reading of the channel's offers and prices that the channel does not show yet.
// Later readings only compare and are nobody's wait.
func (v view) underWay(ctx context.Context) (out []progress) {
	if v.OffersRead > 0 && v.Connection.OffersReadAt == 0 {
		p := progress{done: v.OffersRead, all: v.OffersTotal}
		if p.all < p.done {
			p.all = 0
		}
		if p.all == 0 {
			p.text = i18n.T(ctx, "connections.progress.reading_open", "done", p.done)
		} else {
			p.text = i18n.T(ctx, "connections.progress.reading", "done", p.done, "all", p.all, "left", p.all-p.done)
			if left := v.readingTakes(); left >= time.Second {
				p.text += ", " + i18n.T(ctx, "connections.progress.about", "span", i18n.Span(ctx, left))
			}
		}
		out = append(out, p)
	}
	if v.DirtyPrices > 0 {
		p := progress{all: max(v.OffersTotal-v.Unlinked, v.DirtyPrices)}
		p.done = p.all - v.DirtyPrices
		p.text = i18n.T(ctx, "connections.progress.prices", "left", v.DirtyPrices, "all", p.all)
		out = append(out, p)
	}
	return out
}

// readingTakes is how long the rest of a reading takes at its pace so far; 0 when that can not be told.
func (v view) readingTakes() time.Duration {
	r := v.Connection.Reading
	if v.Connection.State != connections.Active || r.Seen == 0 || r.PageAt <= r.BeganAt {
		return 0
	}
	return time.Duration(r.PageAt-r.BeganAt) * time.Microsecond / time.Duration(r.Seen) * time.Duration(v.OffersTotal-r.Seen)
}
