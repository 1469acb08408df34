package ordersui

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
)

// desk is a page of the list with its tabs and filters.
type desk struct {
	q     listQuery
	actor access.Actor
	now   time.Time
	open  int64 // the order whose card is open
	names names

	counts []orders.Count
	short  int
	late   int

	rows []orders.Order
	more bool
	bulk string // the step offered for ticked rows, "" for none
}

// names are what numbers of other domains are called.
type names struct {
	people      map[int64]string
	connections []connections.Connection // those that are not deleted
	drivers     connections.Drivers
}

func (p *pages) names(ctx context.Context, tx *db.Tx) (n names, err error) {
	n.drivers = p.Connections.Drivers
	if n.connections, err = connections.All(ctx, tx); err != nil {
		return n, err
	}
	n.people, err = p.People(ctx, tx)
	return n, err
}

// desk reads a page of the list. A page towards newer orders that reaches the top becomes the first page, so that it lives.
func (p *pages) desk(ctx context.Context, a access.Actor, q listQuery, open int64) (*desk, error) {
	d := &desk{q: q, actor: a, open: open, now: p.DB.Clock().Now(), bulk: bulkOf(q.tab, a)}
	var err error
	if d.counts, d.short, err = p.Orders.Counts(ctx, a); err != nil {
		return nil, err
	}
	if d.late, err = p.Orders.Late(ctx, a); err != nil {
		return nil, err
	}
	if d.rows, d.more, err = p.Orders.List(ctx, a, q.filter(a)); err != nil {
		return nil, err
	}
	if q.after > 0 && !d.more {
		d.q = q.with(func(*listQuery) {})
		if d.rows, d.more, err = p.Orders.List(ctx, a, d.q.filter(a)); err != nil {
			return nil, err
		}
	}
	return d, p.DB.Read(ctx, a.Tenant, func(tx *db.Tx) (err error) {
		d.names, err = p.names(ctx, tx)
		return err
	})
}

func (d *desk) page(data kit.PageData) templ.Component { return deskPage(d, data) }
func (d *desk) head() templ.Component                  { return deskHead(d, false) }

// headAgain is the head as an addition to the list's fragment: tabs count what the list shows.
func (d *desk) headAgain() templ.Component { return deskHead(d, true) }

func (d *desk) list() templ.Component { return deskList(d) }

// stages are the tabs.
func (d *desk) stages(ctx context.Context) []kit.Stage {
	out := make([]kit.Stage, len(tabs))
	for i, t := range tabs {
		s := kit.Stage{ID: "tab-" + string(t), Text: i18n.T(ctx, "orders.tab."+string(t)), On: t == d.q.tab}
		s.Href = d.q.with(func(q *listQuery) { q.tab, q.text = t, "" }).href("/orders")
		switch t {
		case tabShort:
			s.N = d.short
		case tabLate:
			s.N = d.late
		default:
			d.age(ctx, &s, t)
		}
		if (t == tabShort || t == tabLate) && s.N > 0 {
			s.Age, s.Tone = 1, kit.Bad
		}
		s.More = s.N >= orders.MaxCount
		out[i] = s
	}
	return out
}

// age fills count and age of a stage's tab: the share of the stage's time that its oldest order has used.
func (d *desk) age(ctx context.Context, s *kit.Stage, t tab) {
	for _, c := range d.counts {
		if c.Stage != orders.Stage(t) {
			continue
		}
		s.N, s.Age = c.N, min(1, float64(c.OldestPPM)/1e6)
		switch {
		case c.OldestPPM == 0:
		case c.OldestPPM >= 1_000_000:
			s.Tone, s.AgeText = kit.Bad, i18n.T(ctx, "orders.age.late")
		case c.OldestPPM >= 750_000:
			s.Tone, s.AgeText = kit.Warn, i18n.T(ctx, "orders.age.soon")
		default:
			s.Tone = kit.OK
		}
	}
}

// chips are the filters: every channel, one of them, the actor's own orders; a search can be taken away.
func (d *desk) chips(ctx context.Context) []kit.Chip {
	var out []kit.Chip
	add := func(id, text string, on bool, change func(*listQuery)) {
		out = append(out, kit.Chip{ID: "chip-" + id, Text: text, On: on, Href: d.q.with(change).href("/orders")})
	}
	if d.q.text != "" {
		add("search", i18n.T(ctx, "orders.chip.search", "text", d.q.text), true, func(q *listQuery) { q.text, q.tab = "", tab(connector.StageNew) })
	}
	if len(d.names.connections) > 1 {
		add("all", i18n.T(ctx, "orders.chip.all"), d.q.connection == 0, func(q *listQuery) { q.connection = 0 })
		for _, c := range d.names.connections {
			add("channel-"+i18n.English.Int(c.ID), c.Name, d.q.connection == c.ID, func(q *listQuery) { q.connection = c.ID })
		}
	}
	if d.actor.Kind == access.Person {
		add("mine", i18n.T(ctx, "orders.chip.mine"), d.q.mine, func(q *listQuery) { q.mine = !q.mine })
	}
	return out
}

// pager holds the neighbours of the page.
func (d *desk) pager() kit.PagerData {
	var p kit.PagerData
	if len(d.rows) == 0 {
		return p
	}
	if d.q.before > 0 || d.q.after > 0 {
		p.Newer = d.q.with(func(q *listQuery) { q.after = d.rows[0].ID }).href("/orders")
	}
	if d.more || d.q.after > 0 {
		p.Older = d.q.with(func(q *listQuery) { q.before = d.rows[len(d.rows)-1].ID }).href("/orders")
	}
	return p
}

// empty says why there is nothing to see.
func (d *desk) empty(ctx context.Context) kit.State {
	text := func(key string) kit.State {
		return kit.State{Icon: "orders", Title: i18n.T(ctx, "orders.empty."+key+".title", "text", d.q.text), Text: i18n.T(ctx, "orders.empty."+key+".text")}
	}
	switch {
	case d.q.text != "":
		return text("search")
	case len(d.names.connections) == 0 && d.total() == 0:
		s := text("first")
		if d.actor.May(access.ConnectionsWrite) {
			s.Act = kit.Button{Text: i18n.T(ctx, "orders.empty.first.act"), Icon: "connections", Href: "/connections", Primary: true}
		}
		return s
	case d.q.connection != 0 || d.q.mine:
		return text("filter")
	case d.q.tab == "new", d.q.tab == tabShort, d.q.tab == tabLate:
		return text(string(d.q.tab))
	}
	return text("stage")
}

func (d *desk) total() (n int) {
	for _, c := range d.counts {
		n += c.N
	}
	return n
}
