package feedsui

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/feeds"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/ui/kit"
)

// deliveryRows is how many ways to deliver the form has room for.
const deliveryRows = 3

// form is a feed's settings as they were typed.
type form struct {
	id         int64 // 0 for a feed that does not exist yet
	format     feeds.Format
	in         feeds.Input
	typed      map[string]string // numbers and amounts
	faults     map[string]string
	categories []string // that the catalogue has
	channels   []kit.Option
}

// formOf is the form of stored settings.
func formOf(ctx context.Context, f feeds.Feed) form {
	typed := func(plain string) string { return i18n.Typed(ctx, plain) }
	percent := func(ppm int64) string { return typed(qty.Qty(ppm / 10).String()) } // of parts per million
	out := form{id: f.ID, format: f.Format, in: feeds.Input{Name: f.Name, Format: f.Format.Name, Settings: f.Settings}, typed: map[string]string{}}
	minor := func(name string, n int64) {
		if n != 0 {
			out.typed[name] = typed(money.New(n, f.Currency).Decimal())
		}
	}
	out.typed["mul"], out.typed["share"] = percent(f.Price.MulPPM), percent(f.Stock.SharePPM)
	minor("add", f.Price.AddMinor)
	out.typed["step"] = typed(money.New(f.Price.StepMinor, f.Currency).Decimal())
	minor("ending", f.Price.EndingMinor)
	for name, n := range map[string]qty.Qty{"safety": f.Stock.Safety, "hide_below": f.Stock.HideBelow} {
		if n != 0 {
			out.typed[name] = typed(n.String())
		}
	}
	for i, d := range f.Shop.Delivery {
		out.typed[row(i, "kind")] = d.Kind
		if d.CostMinor >= 0 {
			out.typed[row(i, "cost")] = typed(money.New(d.CostMinor, f.Currency).Decimal())
		}
		minor(row(i, "free"), d.FreeMinor)
		if d.Days > 0 {
			out.typed[row(i, "days")] = strconv.FormatInt(d.Days, 10)
		}
	}
	return out
}

func row(i int, name string) string { return fmt.Sprintf("delivery_%d_%s", i+1, name) }

// parse reads the form; what can not be read is named in the error.
func parse(r *http.Request, format feeds.Format) (form, error) {
	f := form{format: format, typed: map[string]string{}}
	get := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	var c errs.Check
	p := parser{get, f.typed, &c, money.Currency(get("currency"))}
	f.in = feeds.Input{Name: get("name"), Format: format.Name, Settings: feeds.Settings{
		Language: get("language"), Currency: p.currency, CodesAsIDs: get("codes_as_ids") != "", AllNew: get("all_new") != "",
		Price: feeds.PriceRule{MulPPM: p.ppm("mul", "error.connection.price_mul"), AddMinor: p.minor("add", "add", "error.connection.price_add"),
			StepMinor: p.minor("step", "step", "error.connection.price_step"), EndingMinor: p.minor("ending", "ending", "error.connection.price_ending"), Round: get("round")},
		Stock: feeds.StockPolicy{SharePPM: p.ppm("share", "error.connection.share"), Safety: p.pieces("safety", "error.connection.safety"),
			HideBelow: p.pieces("hide_below", "error.connection.hide_below")},
		Categories: r.PostForm["category"], OnlyInStock: get("only_in_stock") != "", OtherCategory: get("other_category"),
		PageURL: get("page_url"), PictureURL: get("picture_url"), Description: get("description"),
		Shop: feeds.Shop{Name: get("shop_name"), Company: get("company"), URL: get("shop_url"), FirmID: get("firm_id"), Country: strings.ToUpper(get("country")), Delivery: p.deliveries()},
	}}
	f.in.PagesFrom, _ = strconv.ParseInt(get("pages_from"), 10, 64)
	if f.typed["step"] == "" {
		f.in.Price.StepMinor = 1
	}
	return f, c.Err()
}

// parser reads typed numbers and keeps them as they were typed.
type parser struct {
	get      func(string) string
	typed    map[string]string
	c        *errs.Check
	currency money.Currency
}

func (p parser) text(name string) string {
	p.typed[name] = p.get(name)
	return p.typed[name]
}

// minor reads an amount; the fault is noted beside the input called at.
func (p parser) minor(name, at, fault string) int64 {
	text := p.text(name)
	c, err := money.ParseCurrency(string(p.currency))
	if text == "" || err != nil { // a wrong currency has a fault of its own
		return 0
	}
	m, err := money.Typed(text, c)
	p.c.That(err == nil, at, fault)
	return m.Minor
}

func (p parser) ppm(name, fault string) int64 {
	text := strings.TrimSuffix(p.text(name), "%")
	if text == "" {
		return 1_000_000
	}
	n, err := qty.Parse(strings.TrimSpace(text))
	p.c.That(err == nil && n >= 0, name, fault)
	return int64(n) * 10
}

func (p parser) pieces(name, fault string) qty.Qty {
	text := p.text(name)
	if text == "" {
		return 0
	}
	n, err := qty.Parse(text)
	p.c.That(err == nil, name, fault)
	return n
}

func (p parser) deliveries() (out []feeds.Delivery) {
	for i := range deliveryRows {
		d := feeds.Delivery{Kind: p.text(row(i, "kind")), CostMinor: -1, FreeMinor: p.minor(row(i, "free"), "delivery", "error.feed.delivery")}
		if cost := p.minor(row(i, "cost"), "delivery", "error.feed.delivery"); p.typed[row(i, "cost")] != "" {
			d.CostMinor = cost
		}
		if days := p.text(row(i, "days")); days != "" {
			n, err := strconv.ParseInt(days, 10, 64)
			p.c.That(err == nil, "delivery", "error.feed.delivery")
			d.Days = n
		}
		if d.Kind != "" {
			out = append(out, d)
		}
	}
	return out
}

// choices adds what the form offers to choose from.
func (p *pages) choices(ctx context.Context, a access.Actor, f *form) (err error) {
	if f.categories, err = p.Feeds.Categories(ctx, a); err != nil {
		return err
	}
	for _, name := range f.in.Categories { // chosen once and no longer in the catalogue
		if !slices.Contains(f.categories, name) {
			f.categories = append(f.categories, name)
		}
	}
	f.channels = []kit.Option{{Value: "0", Text: i18n.T(ctx, "feeds.pages_by_pattern")}}
	sites, err := p.Feeds.Sites(ctx, a)
	for _, s := range sites {
		f.channels = append(f.channels, kit.Option{Value: strconv.FormatInt(s.ID, 10), Text: s.Name})
	}
	return err
}

func (f form) languages() []kit.Option {
	var out []kit.Option
	for _, l := range i18n.Languages() {
		out = append(out, kit.Option{Value: string(l), Text: l.Name()})
	}
	return out
}

func (f form) rounds(ctx context.Context) []kit.Option {
	var out []kit.Option
	for _, r := range []string{"nearest", "up", "down"} {
		out = append(out, kit.Option{Value: r, Text: i18n.T(ctx, "prices.round."+r)})
	}
	return out
}

func (f form) deliveryKinds(ctx context.Context) []kit.Option {
	return []kit.Option{{Value: "", Text: "—"}, {Value: "warehouse", Text: i18n.T(ctx, "feeds.delivery.warehouse")},
		{Value: "address", Text: i18n.T(ctx, "feeds.delivery.address")}, {Value: "pickup", Text: i18n.T(ctx, "feeds.delivery.pickup")}}
}

func (f form) action() string {
	if f.id == 0 {
		return "/feeds/new"
	}
	return path(f.id) + "/settings"
}

// mark is the sign of a format; those that are channels too have the channel's colour.
func mark(f feeds.Format) kit.Channel {
	return kit.Channel{Mark: string([]rune(f.Title)[:1]), Title: f.Title, Driver: f.Name}
}
