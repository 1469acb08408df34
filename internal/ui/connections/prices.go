package connectionsui

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// pricesID is the id of the live list of prices.
const pricesID = "prices-list"

// priceForm is a price rule as it was typed.
type priceForm struct {
	push                                 bool
	mul, add, step, ending, floor, round string
	rule                                 connections.PriceRule // as far as it could be read, for the preview
	faults                               map[string]string
}

func priceFormOf(ctx context.Context, r connections.PriceRule) priceForm {
	amount := func(minor int64) string { return i18n.Typed(ctx, money.New(minor, money.UAH).Decimal()) } // two digits after the point in every currency here
	percent := func(ppm int64) string { return i18n.Typed(ctx, qty.Qty(ppm/10).String()) }               // of parts per million
	blank := func(minor int64) string {
		if minor == 0 {
			return ""
		}
		return amount(minor)
	}
	return priceForm{push: r.Push, mul: percent(r.MulPPM), add: blank(r.AddMinor), step: amount(r.StepMinor), ending: blank(r.EndingMinor), floor: percent(r.FloorPPM), round: string(r.Round), rule: r}
}

// parsePrices reads the form; what can not be read is named in faults.
func parsePrices(r *http.Request) (priceForm, error) {
	get := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	f := priceForm{push: get("push") != "", mul: get("mul"), add: get("add"), step: get("step"), ending: get("ending"), floor: get("floor"), round: get("round")}
	var c errs.Check
	minor := func(text, field string) int64 {
		m, err := money.Typed(text, money.UAH)
		c.That(err == nil, field, "error.connection.price_"+field)
		return m.Minor
	}
	ppm := func(text, field string, empty int64) int64 {
		if text = strings.TrimSuffix(text, "%"); text == "" {
			return empty
		}
		n, err := qty.Parse(text)
		c.That(err == nil && n >= 0, field, "error.connection.price_"+field)
		return int64(n) * 10
	}
	f.rule = connections.PriceRule{Push: f.push, MulPPM: ppm(f.mul, "mul", 1_000_000), AddMinor: minor(f.add, "add"), StepMinor: minor(f.step, "step"), EndingMinor: minor(f.ending, "ending"),
		Round: connections.Rounding(f.round), FloorPPM: ppm(f.floor, "floor", 0)}
	if f.step == "" {
		f.rule.StepMinor = 1
	}
	return f, c.Err()
}

// pricesData is the page of a connection's prices.
type pricesData struct {
	view
	takes bool
	form  priceForm
	after int64
	next  int64
	list  []connections.Priced
	skus  map[int64]catalog.SKU
}

func (p *pages) pricesOf(r *http.Request) (*pricesData, error) {
	v, err := p.viewOf(r)
	if err != nil {
		return nil, err
	}
	d := &pricesData{view: v, form: priceFormOf(r.Context(), v.Connection.Prices), takes: p.Connections.TakesPrices(r.Context(), v.actor.Tenant, v.Connection.ID)}
	d.after, _ = strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	return d, p.DB.Read(r.Context(), v.actor.Tenant, func(tx *db.Tx) error {
		if d.list, err = p.Connections.PricedListings(r.Context(), tx, v.Connection.ID, d.after, offersPage+1); err != nil {
			return err
		}
		if len(d.list) > offersPage {
			d.list = d.list[:offersPage]
			d.next = d.list[offersPage-1].ID
		}
		ids := make([]int64, len(d.list))
		for i, l := range d.list {
			ids[i] = l.SKUID
		}
		d.skus, err = (catalog.Reader{}).ByIDs(r.Context(), tx, ids)
		return err
	})
}

// priceList shows the rule and what it makes of every linked offer: the price and the margin, before anything goes out.
func (p *pages) priceList(w http.ResponseWriter, r *http.Request) error {
	d, err := p.pricesOf(r)
	if err != nil {
		return err
	}
	if kit.IsFragment(r, pricesID) {
		return reply.HTML(w, r, http.StatusOK, priceTable(d))
	}
	return p.pricesPage(w, r, d, http.StatusOK)
}

func (p *pages) pricesPage(w http.ResponseWriter, r *http.Request, d *pricesData, status int) error {
	data, err := p.frame(r, d.Connection.Name)
	if err != nil {
		return err
	}
	data.Head = showHead(d.view, "prices")
	return reply.HTML(w, r, status, pricesPageView(d, data))
}

// priceSave stores the rule, or only shows what it would make of the prices.
func (p *pages) priceSave(w http.ResponseWriter, r *http.Request) error {
	d, err := p.pricesOf(r)
	if err != nil {
		return err
	}
	f, err := parsePrices(r)
	if err == nil {
		err = f.rule.Validate()
	}
	if err == nil && r.PostFormValue("do") != "preview" {
		if err = p.Connections.SetPrices(r.Context(), access.From(r.Context()), d.Connection.ID, f.rule); err == nil {
			return reply.Go(w, r, d.path()+"/prices")
		}
	}
	status := http.StatusOK
	if err != nil {
		if !reply.IsRefusal(err) {
			return err
		}
		f.faults, f.rule = i18n.FieldErrors(r.Context(), err), d.Connection.Prices
		status = http.StatusUnprocessableEntity
	}
	d.form = f
	return p.pricesPage(w, r, d, status)
}

func (d *pricesData) columns(ctx context.Context) []kit.Column {
	return []kit.Column{
		{Head: i18n.T(ctx, "connections.col.sku"), Slot: kit.SlotTitle},
		{Head: i18n.T(ctx, "connections.col.offer"), Slot: kit.SlotNote, Clip: true},
		{Head: i18n.T(ctx, "prices.col.base"), Slot: kit.Wide, Right: true},
		{Head: i18n.T(ctx, "prices.col.cost"), Slot: kit.Wide, Right: true},
		{Head: i18n.T(ctx, "prices.col.by_rule"), Slot: kit.SlotEnd, Right: true},
		{Head: i18n.T(ctx, "prices.col.margin"), Slot: kit.Wide, Right: true},
		{Head: i18n.T(ctx, "prices.col.shows"), Slot: kit.SlotSide, Right: true},
	}
}

func (d *pricesData) base(l connections.Priced) connections.BasePrice {
	s := d.skus[l.SKUID]
	return connections.BasePrice{Price: s.Price, Cost: s.Cost}
}

// byRule is the price that the rule of the form makes, with a tone when there is none.
func (d *pricesData) byRule(ctx context.Context, l connections.Priced) (string, kit.Tone) {
	b := d.base(l)
	minor, fault := d.form.rule.Shown(b)
	if fault != "" {
		return i18n.T(ctx, "prices.none"), kit.Bad
	}
	return i18n.Money(ctx, money.New(minor, b.Price.Currency)), kit.Plain
}

// margin is what is left of the price over the cost, as a share of the price.
func (d *pricesData) margin(ctx context.Context, l connections.Priced) (string, kit.Tone) {
	b := d.base(l)
	minor, fault := d.form.rule.Shown(b)
	if fault != "" || b.Cost.Minor <= 0 {
		return "—", kit.Plain
	}
	tenths := (minor - b.Cost.Minor) * 1000 / minor
	tone := kit.Plain
	if tenths < 0 {
		tone = kit.Bad
	}
	return i18n.Qty(ctx, qty.Qty(tenths*100)) + " %", tone
}

// state is what the channel shows and how far the wanted price is on its way.
func (d *pricesData) shows(ctx context.Context, l connections.Priced) (string, kit.Tone) {
	text := price(ctx, l.Listing)
	switch {
	case !l.Wanted:
		return text, kit.Plain
	case l.Price.State == "parked":
		return i18n.T(ctx, "prices.parked"), kit.Bad
	case l.Price.State == "failed":
		return i18n.T(ctx, "prices.failed"), kit.Bad
	case l.Price.Dirty:
		return i18n.T(ctx, "prices.on_the_way"), kit.Warn
	case l.Price.State == "accepted":
		return i18n.T(ctx, "connections.offer.accepted"), kit.Plain
	}
	return text, kit.Plain
}

func (d *pricesData) href(after int64) string {
	return reply.Href(d.path()+"/prices", "after", strconv.FormatInt(after, 10))
}

func (d *pricesData) rounds(ctx context.Context) []kit.Option {
	var out []kit.Option
	for _, r := range []connections.Rounding{connections.RoundNearest, connections.RoundUp, connections.RoundDown} {
		out = append(out, kit.Option{Value: string(r), Text: i18n.T(ctx, "prices.round."+string(r))})
	}
	return out
}
