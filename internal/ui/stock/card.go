package stockui

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/stock"
	connectionsui "github.com/lad-hub/lad/internal/ui/connections"
	"github.com/lad-hub/lad/internal/ui/history"
	"github.com/lad-hub/lad/internal/ui/kit"
)

// Bounds of a card.
const (
	maxHolds  = 50
	movesPage = 20
)

// card is all that a SKU's card shows.
type card struct {
	catalog.Card
	q          listQuery
	actor      access.Actor
	now        time.Time
	names      history.Names
	warehouses []stock.Warehouse
	levels     []stock.Level
	// available is of the SKU itself, its parts and the kits it is in.
	available   map[int64]qty.Qty
	short       qty.Qty
	holds       []stock.OpenHold
	moves       []stock.Move
	listings    []connections.Listing
	connections map[int64]connections.Connection
	drivers     connections.Drivers
}

func (p *pages) card(ctx context.Context, a access.Actor, id int64, q listQuery) (*card, error) {
	c := &card{q: q, actor: a, now: p.DB.Clock().Now(), drivers: p.Connections.Drivers, connections: map[int64]connections.Connection{}}
	var err error
	if c.Card, err = p.Catalog.GetSKU(ctx, a, id); err != nil {
		return nil, err
	}
	return c, p.DB.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		if err := p.cardStock(ctx, tx, c); err != nil {
			return err
		}
		return p.cardOutside(ctx, tx, c)
	})
}

// cardStock reads what the ledger knows.
func (p *pages) cardStock(ctx context.Context, tx *db.Tx, c *card) (err error) {
	ids := []int64{c.ID}
	for _, part := range c.Parts {
		ids = append(ids, part.SKUID)
	}
	for _, k := range c.Kits {
		ids = append(ids, k.ID)
	}
	if c.available, err = p.Stock.Available(ctx, tx, ids); err != nil {
		return err
	}
	levels, err := p.Stock.Levels(ctx, tx, []int64{c.ID})
	if err != nil {
		return err
	}
	c.levels = levels[c.ID]
	if c.warehouses, err = p.Stock.Warehouses(ctx, tx); err != nil {
		return err
	}
	short, err := p.Stock.ShortQty(ctx, tx, []int64{c.ID})
	if err != nil {
		return err
	}
	c.short = short[c.ID]
	if c.holds, err = p.Stock.HoldsOn(ctx, tx, c.ID, maxHolds); err != nil {
		return err
	}
	c.moves, err = p.Stock.Moves(ctx, tx, c.ID, 0, movesPage+1)
	return err
}

// cardOutside reads what the channels show, and the names of people.
func (p *pages) cardOutside(ctx context.Context, tx *db.Tx, c *card) (err error) {
	shown, err := p.Connections.ShownOf(ctx, tx, []int64{c.ID})
	if err != nil {
		return err
	}
	list, err := connections.All(ctx, tx)
	if err != nil {
		return err
	}
	c.names.Channels = map[int64]string{}
	for _, each := range list {
		c.connections[each.ID], c.names.Channels[each.ID] = each, each.Name
	}
	for _, l := range shown[c.ID] {
		if _, alive := c.connections[l.ConnectionID]; alive {
			c.listings = append(c.listings, l)
		}
	}
	c.names.People, err = p.People(ctx, tx)
	return err
}

func (c *card) url() string { return c.q.href(skuPath(c.ID)) }

func (c *card) head(ctx context.Context) kit.CardHead {
	h := kit.CardHead{Title: c.Code, Sub: c.Name, Back: c.q.href("/stock")}
	switch {
	case !c.DeletedAt.IsZero():
		h.Tag, h.Tone = i18n.T(ctx, "stock.tag.deleted"), kit.Plain
	case c.short > 0:
		h.Tag, h.Tone = i18n.T(ctx, "stock.tag.short", "qty", c.short), kit.Bad
	case c.Kind == catalog.KindGoods && c.available[c.ID] <= 0 && !c.Backorder:
		h.Tag, h.Tone = i18n.T(ctx, "stock.tag.zero"), kit.Warn
	}
	return h
}

// counted says whether the SKU has stock of its own that the actor may change.
func (c *card) counted() bool {
	return c.Kind == catalog.KindGoods && c.DeletedAt.IsZero() && c.actor.May(access.StockWrite)
}

// acts are the buttons of the card.
func (c *card) acts(ctx context.Context) []kit.Button {
	var out []kit.Button
	if c.counted() {
		out = append(out,
			kit.Button{Text: i18n.T(ctx, "stock.act.receipt"), Key: "r", Primary: true, Dialog: "receipt"},
			kit.Button{Text: i18n.T(ctx, "stock.act.stocktake"), Key: "c", Dialog: "stocktake"},
			kit.Button{Text: i18n.T(ctx, "stock.act.adjustment"), Key: "a", Dialog: "adjustment"})
	}
	if c.DeletedAt.IsZero() && c.actor.May(access.CatalogWrite) {
		out = append(out, kit.Button{Text: i18n.T(ctx, "stock.act.edit"), Href: "/catalog/" + strconv.FormatInt(c.ID, 10) + "/edit"})
	}
	if len(c.listings) > 0 && c.actor.May(access.ConnectionsWrite) {
		out = append(out, kit.Button{Text: i18n.T(ctx, "stock.act.resend"), Icon: "sync", Key: "s",
			Attrs: map[string]any{"hx-post": skuPath(c.ID) + "/resend", "hx-target": "#sku-card", "hx-swap": "outerHTML"}})
	}
	return out
}

// facts are the numbers of the product itself.
func (c *card) facts(ctx context.Context) []kit.Pair {
	out := []kit.Pair{{Name: i18n.T(ctx, "stock.fact.price"), Value: i18n.Money(ctx, c.Price)}}
	if c.Cost.Minor > 0 {
		out = append(out, kit.Pair{Name: i18n.T(ctx, "stock.fact.cost"), Value: i18n.Money(ctx, c.Cost)})
	}
	if c.Variant != "" {
		out = append(out, kit.Pair{Name: i18n.T(ctx, "stock.fact.variant"), Value: c.Variant})
	}
	if c.WeightGrams > 0 {
		out = append(out, kit.Pair{Name: i18n.T(ctx, "stock.fact.weight"), Value: i18n.Qty(ctx, qty.Qty(c.WeightGrams)) + "\u00a0" + i18n.T(ctx, "unit.kg")})
	}
	if len(c.Barcodes) > 0 {
		out = append(out, kit.Pair{Name: i18n.T(ctx, "stock.fact.barcodes"), Value: strings.Join(c.Barcodes, ", ")})
	}
	if c.Backorder {
		out = append(out, kit.Pair{Name: i18n.T(ctx, "stock.fact.backorder"), Value: i18n.T(ctx, "stock.fact.yes")})
	}
	return out
}

func (c *card) warehouse(id int64) string {
	for _, w := range c.warehouses {
		if w.ID == id {
			return w.Name
		}
	}
	return strconv.FormatInt(id, 10)
}

// want is what a listing's channel should show.
func (c *card) want(l connections.Listing) qty.Qty {
	return c.connections[l.ConnectionID].Policy.Shown(c.available[c.ID])
}

func (c *card) channel(l connections.Listing) kit.Channel {
	return connectionsui.Channel(c.connections[l.ConnectionID], c.drivers)
}

func (c *card) shown(ctx context.Context) []kit.Shown {
	out := make([]kit.Shown, len(c.listings))
	for i, l := range c.listings {
		out[i] = shownOf(ctx, l, c.channel(l), c.want(l))
	}
	return out
}

// siblings are the other variants of the product.
func (c *card) siblings() (out []catalog.SKU) {
	for _, s := range c.Product.SKUs {
		if s.ID != c.ID {
			out = append(out, s)
		}
	}
	return out
}

// moveRows are a page of moves and where the next one begins, 0 at the end.
type moveRows struct {
	*card
	list   []stock.Move
	before int64
}

func (c *card) movePage(list []stock.Move) moveRows {
	m := moveRows{card: c, list: list}
	if len(list) > movesPage {
		m.list = list[:movesPage]
		m.before = m.list[movesPage-1].ID
	}
	return m
}

// cause is where a move comes from: an address and its name.
func cause(ctx context.Context, m stock.Move) (href, text string) {
	if m.DocumentID != 0 {
		id := strconv.FormatInt(m.DocumentID, 10)
		return "/stock-documents/" + id, i18n.T(ctx, "stock.kind."+string(m.Kind)) + " № " + id
	}
	if rest, ok := strings.CutPrefix(m.Cause, "order:"); ok {
		id, _, _ := strings.Cut(rest, ":")
		return "/orders/" + id, i18n.T(ctx, "stock.kind."+string(m.Kind)) + " № " + id
	}
	return "", i18n.T(ctx, "stock.kind."+string(m.Kind))
}

// signed writes a change with its sign.
func signed(ctx context.Context, q qty.Qty) string {
	if q > 0 {
		return "+" + i18n.Qty(ctx, q)
	}
	return i18n.Qty(ctx, q)
}

func moment(ctx context.Context, us int64, now time.Time) string {
	return stamp(ctx, clock.FromMicros(us), now)
}
