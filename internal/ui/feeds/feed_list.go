package feedsui

import (
	"context"
	"net/http"
	"time"

	"github.com/lad-hub/lad/internal/feeds"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// listData is every feed with its last visit.
type listData struct {
	feeds []feeds.Feed
	last  map[int64]feeds.Visit
	write bool
	now   time.Time
}

// feedList shows every feed.
func (p *pages) feedList(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), access.From(r.Context())
	data, err := p.frame(r, i18n.T(ctx, "feeds.title"))
	if err != nil {
		return err
	}
	d := listData{last: map[int64]feeds.Visit{}, write: a.May(access.CatalogWrite), now: p.DB.Clock().Now()}
	if d.feeds, err = p.Feeds.All(ctx, a); err != nil {
		return err
	}
	err = p.DB.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		for _, f := range d.feeds {
			if d.last[f.ID], err = feeds.LastVisit(ctx, tx, f.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	data.Head = listHead(d)
	return reply.HTML(w, r, http.StatusOK, listPage(d, data))
}

func (d listData) columns(ctx context.Context) []kit.Column {
	return []kit.Column{
		{Head: i18n.T(ctx, "feeds.col.name"), Slot: kit.SlotTitle, Clip: true},
		{Head: i18n.T(ctx, "feeds.col.format"), Slot: kit.SlotNote},
		{Head: i18n.T(ctx, "feeds.col.offers"), Slot: kit.SlotSide, Right: true},
		{Head: i18n.T(ctx, "feeds.col.left_out"), Slot: kit.Wide, Right: true},
		{Head: i18n.T(ctx, "feeds.col.read"), Slot: kit.SlotEnd},
	}
}

// offers is the number of offers in the last whole reading.
func offers(ctx context.Context, f feeds.Feed) string {
	if f.CountedAt.IsZero() {
		return "—"
	}
	return i18n.Int(ctx, f.Counted.Offers)
}

// lastRead says when somebody last came for the feed.
func (d listData) lastRead(ctx context.Context, f feeds.Feed) string {
	if at := d.last[f.ID].At; !at.IsZero() {
		return i18n.Ago(ctx, at, d.now)
	}
	return i18n.T(ctx, "feeds.nobody")
}
