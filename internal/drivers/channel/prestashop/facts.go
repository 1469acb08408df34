package prestashop

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/money"
)

// factsLife is how long the session believes what it learned of the shop.
const factsLife = time.Hour

// facts are what the shop says of itself: its states, carriers, currencies and the rows of its configuration that matter.
type facts struct {
	read       time.Time
	zone       string
	language   string
	base       money.Currency // of prices, which name none
	stateID    map[string]int64
	stateCode  map[int64]string
	states     []*node
	carriers   map[int64]string
	offered    []string         // names of carriers in use
	currencies map[int64]string // ISO codes
	countries  map[int64]string // ISO codes
	backorders bool             // what is sold out can be ordered, unless the product says otherwise
	counts     bool             // quantities mean something
}

// configured are the rows of the configuration that the driver reads, besides the numbers of the states.
var configured = []string{"PS_CURRENCY_DEFAULT", "PS_LANG_DEFAULT", "PS_TIMEZONE", "PS_ORDER_OUT_OF_STOCK", "PS_STOCK_MANAGEMENT",
	"PS_MULTISHOP_FEATURE_ACTIVE"}

// know is what the session knows of the shop, read anew when it is old.
func (c *channel) know(ctx context.Context, in intent) (*facts, error) {
	if c.facts != nil && c.cfg.Now().Sub(c.facts.read).Abs() < factsLife {
		return c.facts, nil
	}
	f, err := c.learn(ctx, in)
	if err != nil {
		return nil, err
	}
	c.facts = f
	return f, nil
}

func (c *channel) learn(ctx context.Context, in intent) (*facts, error) {
	f := &facts{
		read: c.cfg.Now(), stateID: map[string]int64{}, stateCode: map[int64]string{}, carriers: map[int64]string{}, currencies: map[int64]string{},
		countries: map[int64]string{},
	}
	if err := c.configuration(ctx, in, f); err != nil {
		return nil, err
	}
	var err error
	if f.states, err = c.walk(ctx, in, "order_states", url.Values{"display": {"full"}}); err != nil {
		return nil, err
	}
	list, err := c.walk(ctx, in, "carriers", url.Values{"display": {"[id,name,active,deleted]"}})
	if err != nil {
		return nil, err
	}
	for _, row := range list {
		name := row.at("name")
		f.carriers[row.id()] = name
		if name != "" && name != "0" && row.at("active") != "0" && row.at("deleted") != "1" && !slices.Contains(f.offered, name) {
			f.offered = append(f.offered, name)
		}
	}
	return f, nil
}

// configuration finds the numbers of the states by name, and the shop's currency, language and zone.
func (c *channel) configuration(ctx context.Context, in intent, f *facts) error {
	names := slices.Clone(configured)
	for _, s := range info.Statuses {
		names = append(names, s.Code)
	}
	rows, err := c.rows(ctx, in, "configurations", url.Values{"display": {"[name,value,id_shop]"}, "filter[name]": {"[" + strings.Join(names, "|") + "]"}})
	if err != nil {
		return err
	}
	value := c.ownValues(rows)
	if c.shop == "" && value["PS_MULTISHOP_FEATURE_ACTIVE"].True() { // a write without a shop would change all of them
		return connector.Errorf(connector.KindSettings, "shop_id: this PrestaShop has several shops, name the number of the one to connect")
	}
	for _, s := range info.Statuses {
		if id := value[s.Code].Number(); id > 0 {
			f.stateID[s.Code] = id
			if f.stateCode[id] == "" {
				f.stateCode[id] = s.Code
			}
		}
	}
	f.language = value["PS_LANG_DEFAULT"].ID()
	f.backorders, f.counts = value["PS_ORDER_OUT_OF_STOCK"].True(), value["PS_STOCK_MANAGEMENT"] != "0"
	f.zone = info.Zone
	if zone := string(value["PS_TIMEZONE"]); zone != "" {
		if _, err := time.LoadLocation(zone); err != nil {
			return connector.Errorf(connector.KindSettings, "the shop's time zone %q is not known", wire.Clip(zone))
		}
		f.zone = zone
	}
	currencies, err := c.walk(ctx, in, "currencies", url.Values{"display": {"[id,iso_code]"}})
	if err != nil {
		return err
	}
	for _, row := range currencies {
		f.currencies[row.id()] = row.at("iso_code")
	}
	base, e := wire.Currency(wire.Text(f.currencies[value["PS_CURRENCY_DEFAULT"].Number()]), "")
	if e != nil || base == "" {
		return connector.Errorf(connector.KindSettings, "Lad does not count in the shop's default currency")
	}
	f.base = base
	return nil
}

// ownValues picks from rows of the configuration: in a multistore a shop's own row stands in for the one of all shops. A shop
// that was a multistore once may have left nothing but such rows.
func (c *channel) ownValues(rows []*node) map[string]wire.Text {
	value, own := map[string]wire.Text{}, map[string]bool{}
	for _, row := range rows {
		name, shop := row.at("name"), wire.Text(row.at("id_shop")).ID()
		if shop == c.shop || !own[name] && (shop == "" || c.shop == "") {
			value[name], own[name] = wire.Text(row.at("value")), shop == c.shop
		}
	}
	return value
}

// state is what the driver knows of one order state; nil when the shop has no such state.
func (f *facts) state(id int64) *node {
	for _, s := range f.states {
		if s.id() == id {
			return s
		}
	}
	return nil
}

// code is the name of a state that Lad knows, else its number.
func (f *facts) code(id int64) string {
	if code := f.stateCode[id]; code != "" {
		return code
	}
	return strconv.FormatInt(id, 10)
}

// stageOf maps a state; one that the owner made is judged by its flags, and has no stage when they say nothing.
func stageOf(code string, shipped, delivery, paid bool) connector.Stage {
	if s, ok := info.StatusOf(code); ok {
		return s.Stage
	}
	switch {
	case shipped:
		return connector.StageShipped
	case delivery:
		return connector.StagePicking
	case paid:
		return connector.StageConfirmed
	}
	return ""
}

// stage is stageOf for a row of order_states.
func (f *facts) stage(id int64) connector.Stage {
	s := f.state(id)
	return stageOf(f.code(id), s.at("shipped") == "1", s.at("delivery") == "1", s.at("paid") == "1")
}

// ReadDictionary lists the shop's own states and carriers. Methods of payment have no list of their own.
func (c *channel) ReadDictionary(ctx context.Context) (connector.Dictionary, error) {
	c.facts = nil
	f, err := c.know(ctx, reading)
	if err != nil {
		return connector.Dictionary{}, err
	}
	var d connector.Dictionary
	for _, s := range f.states {
		if s.at("deleted") == "1" || s.id() == 0 {
			continue
		}
		code := f.code(s.id())
		known, _ := info.StatusOf(code)
		d.Statuses = append(d.Statuses, connector.Status{
			Code: code, Title: wire.First(s.words("name", f.language), code), Stage: f.stage(s.id()), Outside: known.Outside,
		})
	}
	for _, name := range f.offered {
		m := connector.Method{Code: name, Title: name}
		if service := wire.Carrier(wire.Text(name)); service != name {
			m.Service = service
		}
		d.Delivery = append(d.Delivery, m)
	}
	return d, nil
}
