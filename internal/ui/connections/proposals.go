package connectionsui

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

const (
	// surePPM is how alike a proposal must be to be ticked beforehand.
	surePPM = 850_000
	// batchesShown is how many bulk links are listed with their undo.
	batchesShown = 5
)

// proposalsData is the page of offers without a product and what they may be.
type proposalsData struct {
	view
	after   int64
	next    int64
	list    []connections.Proposal
	skus    map[int64]catalog.SKU
	batches []connections.LinkBatch
}

// proposalList shows unlinked offers with the likeliest SKUs; the surest are ticked.
func (p *pages) proposalList(w http.ResponseWriter, r *http.Request) error {
	v, err := p.viewOf(r)
	if err != nil {
		return err
	}
	d := &proposalsData{view: v, after: reply.Number(r, "after")}
	err = p.DB.Read(r.Context(), v.actor.Tenant, func(tx *db.Tx) error {
		if d.list, err = p.Connections.Proposals(r.Context(), tx, v.Connection.ID, d.after, offersPage+1); err != nil {
			return err
		}
		if len(d.list) > offersPage {
			d.list = d.list[:offersPage]
			d.next = d.list[offersPage-1].ID
		}
		var ids []int64
		for _, one := range d.list {
			for _, c := range one.Candidates {
				ids = append(ids, c.SKUID)
			}
		}
		if d.skus, err = (catalog.Reader{}).ByIDs(r.Context(), tx, ids); err != nil {
			return err
		}
		d.batches, err = p.Connections.LinkBatches(r.Context(), tx, v.Connection.ID, batchesShown)
		return err
	})
	if err != nil {
		return err
	}
	data, err := p.frame(r, v.Connection.Name)
	if err != nil {
		return err
	}
	data.Head = showHead(v, "offers")
	return reply.HTML(w, r, http.StatusOK, proposalsPage(d, data))
}

// proposalAccept links what was ticked: each box is named "tie" and says "listing:sku".
func (p *pages) proposalAccept(w http.ResponseWriter, r *http.Request) error {
	v, err := p.viewOf(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errs.Wrap(errs.Invalid, err, "error.connection.ties", "max", 0)
	}
	var ties []connections.Tie
	for _, pair := range r.PostForm["tie"] {
		left, right, _ := strings.Cut(pair, ":")
		listing, err1 := strconv.ParseInt(left, 10, 64)
		sku, err2 := strconv.ParseInt(right, 10, 64)
		if err1 != nil || err2 != nil {
			return errs.New(errs.Invalid, "error.connection.ties", "max", 0)
		}
		ties = append(ties, connections.Tie{ListingID: listing, SKUID: sku})
	}
	if len(ties) > 0 {
		if _, _, err := p.Connections.LinkMany(r.Context(), access.From(r.Context()), v.Connection.ID, ties); err != nil {
			return err
		}
	}
	return reply.Go(w, r, v.path()+"/proposals")
}

// proposalUndo takes back the links of one batch.
func (p *pages) proposalUndo(w http.ResponseWriter, r *http.Request) error {
	v, err := p.viewOf(r)
	if err != nil {
		return err
	}
	batch, err := reply.ID(r, "batch", "error.connection.no_batch")
	if err != nil {
		return err
	}
	if _, err := p.Connections.UndoLinks(r.Context(), access.From(r.Context()), v.Connection.ID, batch); err != nil {
		return err
	}
	return reply.Go(w, r, v.path()+"/proposals")
}

func (d *proposalsData) columns(ctx context.Context) []kit.Column {
	return []kit.Column{
		{Slot: kit.SlotMark},
		{Head: i18n.T(ctx, "connections.col.offer"), Slot: kit.SlotTitle, Clip: true},
		{Head: i18n.T(ctx, "connections.col.code"), Slot: kit.Wide},
		{Head: i18n.T(ctx, "proposals.may_be"), Slot: kit.SlotNote},
		{Head: i18n.T(ctx, "proposals.why"), Slot: kit.SlotEnd},
	}
}

// why says how a candidate was found, and how alike the names are.
func why(ctx context.Context, c connections.Candidate) string {
	text := i18n.T(ctx, "proposals.why."+c.Why)
	if c.Why == "name" {
		text += " " + i18n.Qty(ctx, qty.Qty(c.PPM/10_000*1000)) + " %"
	}
	return text
}

func tieValue(one connections.Proposal, c connections.Candidate) string {
	return strconv.FormatInt(one.ID, 10) + ":" + strconv.FormatInt(c.SKUID, 10)
}

func (d *proposalsData) batchText(ctx context.Context, b connections.LinkBatch) string {
	return i18n.T(ctx, "proposals.batch", "n", b.Links, "at", i18n.Moment(ctx, clock.FromMicros(b.CreatedAt), d.now))
}
