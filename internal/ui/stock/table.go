package stockui

import (
	"context"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/report"
	"github.com/lad-hub/lad/internal/stock"
	"github.com/lad-hub/lad/internal/ui/kit"
)

// pageSize is how many SKUs a page of the table shows.
const pageSize = 50

// listID is the id of the table's fragment.
const listID = "stock-list"

// table is a page of SKUs with what there is of them and what the channels show.
type table struct {
	q     listQuery
	actor access.Actor
	now   time.Time
	open  int64 // the SKU whose card is open

	skus        []catalog.SKU
	next        string
	onHand      map[int64]qty.Qty
	available   map[int64]qty.Qty
	short       map[int64]qty.Qty
	shown       map[int64][]connections.Listing
	connections []connections.Connection
	drivers     connections.Drivers
}

// table reads a page.
func (p *pages) table(ctx context.Context, a access.Actor, q listQuery, open int64) (*table, error) {
	t := &table{q: q, actor: a, open: open, now: p.DB.Clock().Now(), drivers: p.Connections.Drivers}
	if q.filter == "" {
		page, err := p.Catalog.List(ctx, a, catalog.Filter{Text: q.text, After: q.after, Limit: pageSize})
		if err != nil {
			return nil, err
		}
		t.skus, t.next = page.SKUs, page.Next
	}
	return t, p.DB.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		if q.filter != "" {
			if err := t.filtered(ctx, tx); err != nil {
				return err
			}
		}
		return p.numbers(ctx, tx, t)
	})
}

// filtered reads the SKUs of a filter; the place in it is the last SKU's id.
func (t *table) filtered(ctx context.Context, tx *db.Tx) error {
	after, _ := strconv.ParseInt(t.q.after, 10, 64)
	last, err := catalog.Reader{}.ByIDs(ctx, tx, append([]int64(nil), after))
	if err != nil {
		return err
	}
	ids, err := report.StockIDs(ctx, tx, t.q.filter, last[after].Code, after, pageSize+1)
	if err != nil || len(ids) == 0 {
		return err
	}
	if len(ids) > pageSize {
		ids = ids[:pageSize]
		t.next = strconv.FormatInt(ids[pageSize-1], 10)
	}
	found, err := catalog.Reader{}.ByIDs(ctx, tx, ids)
	for _, id := range ids {
		t.skus = append(t.skus, found[id])
	}
	return err
}

// numbers reads the quantities of the page's SKUs.
func (p *pages) numbers(ctx context.Context, tx *db.Tx, t *table) (err error) {
	if t.connections, err = connections.All(ctx, tx); err != nil || len(t.skus) == 0 {
		return err
	}
	ids := make([]int64, len(t.skus))
	for i, s := range t.skus {
		ids[i] = s.ID
	}
	if t.available, err = p.Stock.Available(ctx, tx, ids); err != nil {
		return err
	}
	levels, err := p.Stock.Levels(ctx, tx, ids)
	if err != nil {
		return err
	}
	t.onHand = map[int64]qty.Qty{}
	for id, list := range levels {
		t.onHand[id] = onHand(list)
	}
	if t.short, err = p.Stock.ShortQty(ctx, tx, ids); err != nil {
		return err
	}
	t.shown, err = p.Connections.ShownOf(ctx, tx, ids)
	return err
}

func onHand(list []stock.Level) (sum qty.Qty) {
	for _, l := range list {
		sum += l.OnHand
	}
	return sum
}

func held(list []stock.Level) (sum qty.Qty) {
	for _, l := range list {
		sum += l.Reserved
	}
	return sum
}

// columns are the table's: the first six, then one per connection.
func (t *table) columns(ctx context.Context) []kit.Column {
	out := []kit.Column{
		{Head: i18n.T(ctx, "stock.col.code"), Slot: kit.SlotTitle},
		{Head: i18n.T(ctx, "stock.col.name"), Slot: kit.SlotNote, Clip: true},
		{Head: i18n.T(ctx, "stock.col.on_hand"), Slot: kit.Wide, Right: true},
		{Head: i18n.T(ctx, "stock.col.held"), Slot: kit.Wide, Right: true},
		{Head: i18n.T(ctx, "stock.col.available"), Slot: kit.SlotSide, Right: true},
	}
	for _, c := range t.connections {
		head := c.Name
		if c.State != connections.Active {
			head += " · " + i18n.T(ctx, "connections.state."+string(c.State))
		}
		out = append(out, kit.Column{Head: head, Slot: kit.Wide, Right: true})
	}
	return out
}

func (t *table) row(s catalog.SKU) kit.RowData {
	return kit.RowData{ID: "sku-" + strconv.FormatInt(s.ID, 10), On: s.ID == t.open}
}

// heldOf is on hand less available: what orders hold; a kit and a service have none of their own.
func (t *table) heldOf(s catalog.SKU) qty.Qty { return t.onHand[s.ID] - t.available[s.ID] }

func (t *table) cell(ctx context.Context, s catalog.SKU, c connections.Connection) shownCell {
	var of []connections.Listing
	for _, l := range t.shown[s.ID] {
		if l.ConnectionID == c.ID {
			of = append(of, l)
		}
	}
	return cellOf(ctx, of, c.Policy.Shown(t.available[s.ID]), t.now)
}

func (t *table) chips(ctx context.Context) []kit.Chip {
	out := []kit.Chip{{ID: "chip-all", Text: i18n.T(ctx, "stock.filter.all"), Href: "/stock", On: t.q.filter == "" && t.q.text == ""}}
	for _, f := range filters {
		out = append(out, kit.Chip{ID: "chip-" + string(f), Text: i18n.T(ctx, "stock.filter."+string(f)), Href: listQuery{filter: f}.href("/stock"), On: t.q.filter == f})
	}
	return out
}

// empty says why there is nothing to see.
func (t *table) empty(ctx context.Context) kit.State {
	kind := "first"
	switch {
	case t.q.text != "":
		kind = "search"
	case t.q.filter != "":
		kind = string(t.q.filter)
	}
	s := kit.State{Icon: "stock", Title: i18n.T(ctx, "stock.empty."+kind+".title", "text", t.q.text), Text: i18n.T(ctx, "stock.empty."+kind+".text")}
	if kind == "first" && t.actor.May(access.CatalogWrite) {
		s.Act = kit.Button{Text: i18n.T(ctx, "stock.import"), Icon: "upload", Href: "/imports", Primary: true}
	}
	return s
}
