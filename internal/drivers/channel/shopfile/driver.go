// Package shopfile is the driver of own web shops that carry a BaseLinker integration file: one address, a shared password and
// an action by name. What a file can do differs from shop to shop; the driver asks it and says in words what it lacks.
package shopfile

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/money"
)

// Actions of the protocol that the driver uses.
const (
	actFileVersion = "FileVersion"
	actMethods     = "SupportedMethods"
	actOrders      = "OrdersGet"
	actOrderUpdate = "OrderUpdate"
	actStatuses    = "StatusesList"
	actDelivery    = "DeliveryMethodsList"
	actPayment     = "PaymentMethodsList"
	actProducts    = "ProductsList"
	actData        = "ProductsData"
	actQuantity    = "ProductsQuantityUpdate"
	actPrice       = "ProductsPriceUpdate"
)

// purposes are what a shop owner calls the actions that a file may lack.
var purposes = []struct{ action, words string }{
	{actOrders, "orders"}, {actOrderUpdate, "statuses of orders"}, {actProducts, "the list of products"}, {actData, "variants of products"},
	{actQuantity, "stock"}, {actPrice, "prices"},
}

type driver struct{}

// New makes the driver.
func New() connector.Driver { return driver{} }

// Info describes a shop with an integration file.
func (driver) Info() connector.Info { return info }

// Open builds a session.
func (driver) Open(cfg connector.Config) (connector.Channel, error) {
	set, e := wire.Begin(info, &cfg)
	if e != nil {
		return nil, e
	}
	address, e := fileAddress(set["base_url"])
	if e != nil {
		return nil, e
	}
	currency, err := money.ParseCurrency(set["currency"])
	if err != nil {
		return nil, connector.Errorf(connector.KindSettings, "currency: %q is not known", wire.Clip(set["currency"]))
	}
	return &channel{cfg: cfg, address: address, password: set["password"], currency: currency, words: readWords(set)}, nil
}

// fileAddress is the address of the file; unlike that of an API it may have a query ("index.php?route=…").
func fileAddress(raw string) (string, *connector.Error) {
	base, e := wire.Address(raw)
	if e != nil {
		return "", e
	}
	if _, query, ok := strings.Cut(strings.TrimSpace(raw), "?"); ok {
		query, _, _ = strings.Cut(query, "#")
		if _, err := url.ParseQuery(query); err != nil {
			return "", connector.Errorf(connector.KindSettings, "base_url: the part after the question mark can not be read")
		}
		base += "?" + query
	}
	return base, nil
}

type channel struct {
	cfg               connector.Config
	address, password string
	currency          money.Currency
	words             words
	shop              *shop // nil until the file was asked
}

// askAgain is how long the driver trusts what the file said of itself: it may have been replaced by a newer one.
const askAgain = time.Hour

// shop is what the file said of itself.
type shop struct {
	asked    time.Time
	methods  []string        // nil when it would not say: then everything is tried
	lacks    map[string]bool // actions that it refused all the same
	statuses map[string]string
}

func (s *shop) can(action string) bool {
	return !s.lacks[action] && (s.methods == nil || slices.Contains(s.methods, action))
}

// The capabilities of the channel; which of them a file really has is known when it was asked. A waybill number goes out
// together with the status, and can not be read back: there is no TrackingSink.
var (
	_ connector.OrderSource      = (*channel)(nil)
	_ connector.OfferSource      = (*channel)(nil)
	_ connector.StockSink        = (*channel)(nil)
	_ connector.PriceSink        = (*channel)(nil)
	_ connector.StatusSink       = (*channel)(nil)
	_ connector.DictionarySource = (*channel)(nil)
)

// Check asks the file first without the password, so that nothing else at the address ever sees it, and then what it is and can
// do. The account's name tells what the file lacks.
func (c *channel) Check(ctx context.Context) (connector.Account, error) {
	if e := c.knock(ctx); e != nil {
		return connector.Account{}, e
	}
	name, e := c.version(ctx)
	if e != nil {
		return connector.Account{}, e
	}
	c.shop = nil
	if e := c.learn(ctx); e != nil {
		return connector.Account{}, e
	}
	var lacks []string
	for _, p := range purposes {
		if !c.can(p.action) {
			lacks = append(lacks, p.words)
		}
	}
	if !c.can(actOrders) && !c.can(actQuantity) {
		return connector.Account{}, connector.Errorf(connector.KindSettings, "the shop's file offers neither orders nor stock")
	}
	if len(lacks) > 0 {
		name += " (without: " + strings.Join(lacks, ", ") + ")"
	}
	return connector.Account{Name: name}, nil
}

// version reads what the file is; an answer that does not tell is not from an integration file.
func (c *channel) version(ctx context.Context) (string, *connector.Error) {
	raw, a, e := c.read(ctx, actFileVersion, nil)
	if e != nil {
		return "", e
	}
	var said struct {
		Platform wire.Text `json:"platform"`
		Version  wire.Text `json:"version"`
		Standard wire.Text `json:"standard"`
	}
	if e := wire.Decode(raw, &said); e != nil || said.Platform == "" && said.Standard == "" {
		return "", a.unclear("the address answers, but not as an integration file does")
	}
	return wire.Clip(wire.Name(wire.Text(wire.First(said.Platform, "shop")), said.Version)), nil
}

// learn asks the file what it can do and which statuses the shop has, unless it did so lately.
func (c *channel) learn(ctx context.Context) *connector.Error {
	now := c.cfg.Now()
	if c.shop != nil {
		if age := now.Sub(c.shop.asked); age >= 0 && age < askAgain {
			return nil
		}
	}
	methods, e := c.methods(ctx)
	if e != nil {
		return e
	}
	known := &shop{asked: now, methods: methods, lacks: map[string]bool{}}
	if known.can(actStatuses) {
		if known.statuses, e = c.names(ctx, actStatuses); e != nil && !unsupported(e) {
			return e
		}
	}
	c.shop = known
	return nil
}

// methods are the actions of the file; nil for an old one that does not know the question.
func (c *channel) methods(ctx context.Context) ([]string, *connector.Error) {
	raw, a, e := c.read(ctx, actMethods, nil)
	if unsupported(e) {
		return nil, nil
	}
	if e != nil {
		return nil, e
	}
	var methods []string
	for _, v := range dict(raw) {
		var name wire.Text
		if name.UnmarshalJSON(v) == nil && name != "" {
			methods = append(methods, string(name))
		}
	}
	if len(methods) == 0 {
		return nil, a.unclear("the shop's file did not say what it can do")
	}
	return methods, nil
}

// names reads a map of names by id.
func (c *channel) names(ctx context.Context, action string) (map[string]string, *connector.Error) {
	raw, _, e := c.read(ctx, action, nil)
	if e != nil {
		return nil, e
	}
	out := map[string]string{}
	for id, v := range dict(raw) {
		var name wire.Text
		if name.UnmarshalJSON(v) == nil && name != "" {
			out[id] = string(name)
		}
	}
	return out, nil
}

// can says whether the file offers an action, as far as it told.
func (c *channel) can(action string) bool { return c.shop == nil || c.shop.can(action) }

// need makes sure of an action: the error is in words when the file does not offer it.
func (c *channel) need(ctx context.Context, action string) *connector.Error {
	if e := c.learn(ctx); e != nil {
		return e
	}
	if c.can(action) {
		return nil
	}
	return lacking(action)
}

// lacking says what a file without an action can not do.
func lacking(action string) *connector.Error {
	what := action
	for _, p := range purposes {
		if p.action == action {
			what = p.words
		}
	}
	return &connector.Error{
		Kind: connector.KindPermanent, Code: codeUnsupported, Message: "the shop's integration file can not do this: " + what + " (" + action + ")",
	}
}

// believe makes sure that an answer with nothing in it came from the file: brackets alone are also what a broken proxy says.
func (c *channel) believe(ctx context.Context) *connector.Error {
	_, e := c.version(ctx)
	return e
}

func (c *channel) post(ctx context.Context, action string, fields url.Values, write bool) (answer, *connector.Error) {
	form := url.Values{"bl_pass": {c.password}, "action": {action}}
	for k, v := range fields {
		form[k] = v
	}
	return c.send(ctx, http.MethodPost, form, write)
}
