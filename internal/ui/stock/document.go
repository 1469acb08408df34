package stockui

import (
	"context"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/stock"
	"github.com/lad-hub/lad/internal/ui/history"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// Bounds of the pages of documents.
const (
	documentsPage = 50
	linesPage     = 200
)

// documentsID is the id of the list's fragment.
const documentsID = "documents-list"

func documentPath(id int64) string { return "/stock-documents/" + strconv.FormatInt(id, 10) }

// documents is a page of past documents.
type documents struct {
	actor      access.Actor
	now        time.Time
	before     int64
	open       int64
	list       []stock.Document
	more       bool
	warehouses []stock.Warehouse
	names      history.Names
}

func (p *pages) documents(ctx context.Context, a access.Actor, before, open int64) (*documents, error) {
	d := &documents{actor: a, now: p.DB.Clock().Now(), before: before, open: open}
	var err error
	if d.list, err = p.Stock.Documents(ctx, a, before, documentsPage+1); err != nil {
		return nil, err
	}
	if d.more = len(d.list) > documentsPage; d.more {
		d.list = d.list[:documentsPage]
	}
	return d, p.DB.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		if d.warehouses, err = p.Stock.Warehouses(ctx, tx); err != nil {
			return err
		}
		d.names.People, err = p.People(ctx, tx)
		return err
	})
}

func (d *documents) href(path string) string {
	return reply.Href(path, "before", strconv.FormatInt(d.before, 10))
}

func (d *documents) warehouse(id int64) string {
	return (&card{warehouses: d.warehouses}).warehouse(id)
}

func (d *documents) columns(ctx context.Context) []kit.Column {
	return []kit.Column{
		{Head: i18n.T(ctx, "stock.col.number"), Slot: kit.SlotTitle},
		{Head: i18n.T(ctx, "stock.col.kind"), Slot: kit.SlotSub},
		{Head: i18n.T(ctx, "stock.col.warehouse"), Slot: kit.Wide},
		{Head: i18n.T(ctx, "stock.col.reason"), Slot: kit.SlotNote, Clip: true},
		{Head: i18n.T(ctx, "stock.col.lines"), Slot: kit.SlotEnd, Right: true},
		{Head: i18n.T(ctx, "stock.col.who"), Slot: kit.Wide},
		{Head: i18n.T(ctx, "stock.col.posted"), Slot: kit.SlotSide, Right: true},
	}
}

func (d *documents) row(doc stock.Document) kit.RowData {
	return kit.RowData{ID: "document-" + strconv.FormatInt(doc.ID, 10), On: doc.ID == d.open}
}

func (d *documents) pager() kit.PagerData {
	var out kit.PagerData
	if d.before != 0 {
		out.Newer = "/stock-documents"
	}
	if d.more {
		out.Older = reply.Href("/stock-documents", "before", strconv.FormatInt(d.list[len(d.list)-1].ID, 10))
	}
	return out
}

// documentData is a document with its lines.
type documentData struct {
	*documents
	stock.Document
	lines []stock.DocumentLine
	skus  map[int64]catalog.SKU
}

func (p *pages) document(ctx context.Context, a access.Actor, id, before int64) (*documentData, error) {
	list, err := p.documents(ctx, a, before, id)
	if err != nil {
		return nil, err
	}
	d := &documentData{documents: list}
	if d.Document, d.lines, err = p.Stock.Document(ctx, a, id, 0, linesPage); err != nil {
		return nil, err
	}
	ids := make([]int64, len(d.lines))
	for i, l := range d.lines {
		ids[i] = l.SKUID
	}
	d.skus, err = p.skusByID(ctx, a, ids)
	return d, err
}

func (d *documentData) head(ctx context.Context) kit.CardHead {
	h := kit.CardHead{Title: i18n.T(ctx, "stock.kind."+string(d.Kind)) + " № " + strconv.FormatInt(d.Document.ID, 10), Back: d.href("/stock-documents"),
		Sub: d.warehouse(d.WarehouseID) + " · " + i18n.DateTime(ctx, d.PostedAt)}
	switch {
	case d.ReversedBy != 0:
		h.Tag, h.Tone = i18n.T(ctx, "stock.tag.reversed"), kit.Warn
	case d.Reverses != 0:
		h.Tag, h.Tone = i18n.T(ctx, "stock.tag.reversal"), kit.Plain
	}
	return h
}

func (d *documentData) facts(ctx context.Context) []kit.Pair {
	out := []kit.Pair{{Name: i18n.T(ctx, "stock.col.who"), Value: d.names.Who(ctx, d.Actor)}}
	if d.Kind == stock.MoveStocktake {
		out = append(out, kit.Pair{Name: i18n.T(ctx, "stock.field.as_of"), Value: i18n.DateTime(ctx, d.AsOf)})
	}
	if d.Reason != "" {
		out = append(out, kit.Pair{Name: i18n.T(ctx, "stock.field.reason"), Value: d.Reason})
	}
	return out
}

// reversible says whether the actor may take the document back.
func (d *documentData) reversible() bool {
	return d.ReversedBy == 0 && d.Reverses == 0 && d.actor.May(access.StockWrite)
}
