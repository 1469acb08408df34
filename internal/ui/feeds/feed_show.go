package feedsui

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/feeds"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// view is a feed as its pages show it.
type view struct {
	feeds.Feed
	address string // empty for who may not change feeds: whoever knows it can read the prices
	write   bool
	visits  []feeds.Visit
	now     time.Time
}

func (p *pages) view(r *http.Request) (v view, err error) {
	a := access.From(r.Context())
	v = view{write: a.May(access.CatalogWrite), now: p.DB.Clock().Now()}
	if v.Feed, err = p.feed(r); err != nil {
		return v, err
	}
	if v.write {
		v.address = p.address(r, v.Feed)
	}
	return v, nil
}

// feedShow shows a feed's address, what it holds and who reads it.
func (p *pages) feedShow(w http.ResponseWriter, r *http.Request) error {
	v, err := p.view(r)
	if err != nil {
		return err
	}
	if v.visits, err = p.Feeds.Visits(r.Context(), access.From(r.Context()), v.ID); err != nil {
		return err
	}
	data, err := p.frame(r, v.Name)
	if err != nil {
		return err
	}
	data.Head = showHead(v, "")
	return reply.HTML(w, r, http.StatusOK, showPage(v, data))
}

func (v view) lines(ctx context.Context) []kit.Pair {
	if v.CountedAt.IsZero() {
		return []kit.Pair{{Name: i18n.T(ctx, "feeds.col.offers"), Value: i18n.T(ctx, "feeds.not_counted")}}
	}
	tone := func(n int64) kit.Tone {
		if n > 0 {
			return kit.Warn
		}
		return kit.Plain
	}
	return []kit.Pair{
		{Name: i18n.T(ctx, "feeds.col.offers"), Value: i18n.Int(ctx, v.Counted.Offers)},
		{Name: i18n.T(ctx, "feeds.col.left_out"), Value: i18n.Int(ctx, v.Counted.LeftOut), Tone: tone(v.Counted.LeftOut)},
		{Name: i18n.T(ctx, "feeds.doubtful"), Value: i18n.Int(ctx, v.Counted.Doubtful), Tone: tone(v.Counted.Doubtful)},
		{Name: i18n.T(ctx, "feeds.counted"), Value: i18n.Ago(ctx, v.CountedAt, v.now)},
	}
}

func (v view) visitColumns(ctx context.Context) []kit.Column {
	return []kit.Column{
		{Head: i18n.T(ctx, "feeds.visit.at"), Slot: kit.SlotTitle},
		{Head: i18n.T(ctx, "feeds.visit.who"), Slot: kit.SlotNote, Clip: true},
		{Head: i18n.T(ctx, "feeds.visit.answer"), Slot: kit.SlotSide},
		{Head: i18n.T(ctx, "feeds.col.offers"), Slot: kit.Wide, Right: true},
		{Head: i18n.T(ctx, "feeds.visit.size"), Slot: kit.Wide, Right: true},
		{Head: i18n.T(ctx, "feeds.visit.took"), Slot: kit.SlotEnd, Right: true},
	}
}

// answer is what a visitor got, in words.
func answer(ctx context.Context, v feeds.Visit) (string, kit.Tone) {
	switch v.Status {
	case http.StatusOK:
		if v.Bytes == 0 {
			return i18n.T(ctx, "feeds.visit.asked"), kit.Plain
		}
		return i18n.T(ctx, "feeds.visit.whole"), kit.OK
	case http.StatusNotModified:
		return i18n.T(ctx, "feeds.visit.same"), kit.Plain
	case 0:
		return i18n.T(ctx, "feeds.visit.cut"), kit.Bad
	}
	return i18n.T(ctx, "feeds.visit.failed", "status", strconv.Itoa(v.Status)), kit.Bad
}

// size writes bytes in kilobytes or megabytes.
func size(ctx context.Context, bytes int64) string {
	switch {
	case bytes == 0:
		return "—"
	case bytes < 1<<20:
		return i18n.T(ctx, "feeds.kb", "n", i18n.Int(ctx, (bytes+1023)>>10))
	}
	return i18n.T(ctx, "feeds.mb", "n", i18n.Qty(ctx, qty.Qty(bytes*10>>20*100)))
}
