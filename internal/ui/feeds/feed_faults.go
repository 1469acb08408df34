package feedsui

import (
	"context"
	"net/http"
	"strconv"

	"github.com/lad-hub/lad/internal/feeds"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// faultsData is a page of the goods that the reader would refuse.
type faultsData struct {
	view
	list        []feeds.Faulty
	after, next int64
}

// feedFaults shows the goods that the feed leaves out or its reader may refuse, with the reasons.
func (p *pages) feedFaults(w http.ResponseWriter, r *http.Request) error {
	v, err := p.view(r)
	if err != nil {
		return err
	}
	d := faultsData{view: v, after: reply.Number(r, "after")}
	if d.list, d.next, err = p.Feeds.Faults(r.Context(), access.From(r.Context()), v.ID, d.after); err != nil {
		return err
	}
	data, err := p.frame(r, v.Name)
	if err != nil {
		return err
	}
	data.Head = showHead(v, "faults")
	return reply.HTML(w, r, http.StatusOK, faultsPage(d, data))
}

func (d faultsData) columns(ctx context.Context) []kit.Column {
	return []kit.Column{
		{Head: i18n.T(ctx, "feeds.col.code"), Slot: kit.SlotTitle},
		{Head: i18n.T(ctx, "connections.col.sku"), Slot: kit.Wide},
		{Head: i18n.T(ctx, "feeds.col.fate"), Slot: kit.SlotSide},
		{Head: i18n.T(ctx, "feeds.col.reasons"), Slot: kit.SlotNote, Clip: true},
	}
}

func (d faultsData) href(after int64) string {
	return reply.Href(path(d.ID)+"/faults", "after", strconv.FormatInt(after, 10))
}
