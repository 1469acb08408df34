// Package woocommerce is the driver of shops on WooCommerce, through its REST API v3.
package woocommerce

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

// pageSize of every list: the most that the API gives.
const pageSize = 100

type driver struct{}

// New makes the driver.
func New() connector.Driver { return driver{} }

// Info describes WooCommerce.
func (driver) Info() connector.Info { return info }

// Open builds a session.
func (driver) Open(cfg connector.Config) (connector.Channel, error) {
	set, e := wire.Begin(info, &cfg)
	if e != nil {
		return nil, e
	}
	base, e := shopAddress(set["base_url"])
	if e != nil {
		return nil, e
	}
	client := *cfg.HTTP
	client.CheckRedirect = stay
	cfg.HTTP = &client
	c := &channel{
		cfg: cfg, base: base, key: set["consumer_key"], secret: set["consumer_secret"], keyInAddress: wire.Text(set["key_in_address"]).True(),
		trackingKey: set["tracking_key"], cityKey: set["city_key"], branchKey: set["branch_key"], part: pageSize,
	}
	if c.stages, e = readStages(set["statuses"]); e != nil {
		return nil, e
	}
	var err error
	if c.zone, err = time.LoadLocation(set["zone"]); err != nil {
		return nil, connector.Errorf(connector.KindSettings, "zone: %q is not a time zone such as Europe/Kyiv", set["zone"])
	}
	if set["currency"] != "" {
		if c.currency, err = money.ParseCurrency(set["currency"]); err != nil {
			return nil, connector.Errorf(connector.KindSettings, "currency: %q is not a currency that Lad knows, such as UAH", set["currency"])
		}
	}
	return c, nil
}

// stay follows no redirect: a signature holds for one address, and a key in an address is not to be carried to another. The form's
// address has to be the shop's own.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// shopAddress is the shop's own address; what people copy of the API's address after it is taken off.
func shopAddress(raw string) (string, *connector.Error) {
	base, e := wire.Address(raw)
	if e != nil {
		return "", e
	}
	base, _, _ = strings.Cut(base, "/wp-json")
	return strings.TrimRight(base, "/"), nil
}

// readStages reads "sent=shipped, delivered=completed".
func readStages(text string) (map[string]connector.Stage, *connector.Error) {
	known := []connector.Stage{
		connector.StageNew, connector.StageConfirmed, connector.StagePicking, connector.StageShipped, connector.StageCompleted,
		connector.StageCancelled, connector.StageReturned,
	}
	out := map[string]connector.Stage{}
	for pair := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		if pair = strings.TrimSpace(pair); pair == "" {
			continue
		}
		code, stage, _ := strings.Cut(pair, "=")
		code = strings.TrimPrefix(strings.TrimSpace(code), "wc-")
		s := connector.Stage(strings.TrimSpace(stage))
		if code == "" || !slices.Contains(known, s) {
			return nil, connector.Errorf(connector.KindSettings, "statuses: %q is not of the form status=stage, with a stage such as shipped", wire.Clip(pair))
		}
		out[code] = s
	}
	return out, nil
}

// channel keeps what the session learned of the shop.
type channel struct {
	cfg                             connector.Config
	base, key, secret               string
	keyInAddress                    bool
	trackingKey, cityKey, branchKey string
	zone                            *time.Location
	stages                          map[string]connector.Stage
	currency                        money.Currency // empty until the shop has told it

	plainLinks bool          // the shop's addresses are /?rest_route=
	skew       time.Duration // of the shop's clock against ours
	turn       int           // makes every read an address of its own
	part       int           // objects in one batch; less once an answer to one was lost
	extension  *bool         // whether Shipment Tracking is installed; nil until asked
}

// The capabilities of the channel.
var (
	_ connector.OrderSource      = (*channel)(nil)
	_ connector.OfferSource      = (*channel)(nil)
	_ connector.StockSink        = (*channel)(nil)
	_ connector.PriceSink        = (*channel)(nil)
	_ connector.StatusSink       = (*channel)(nil)
	_ connector.TrackingSink     = (*channel)(nil)
	_ connector.WebhookSource    = (*channel)(nil)
	_ connector.DictionarySource = (*channel)(nil)
)

// Check reads one order.
func (c *channel) Check(ctx context.Context) (connector.Account, error) {
	if _, err := c.list(ctx, "/orders", url.Values{"per_page": {"1"}, "_fields": {"id"}}); err != nil {
		return connector.Account{}, err
	}
	return connector.Account{}, nil
}

// learnCurrency asks for the currency that prices of products are in: they do not say it themselves.
func (c *channel) learnCurrency(ctx context.Context) error {
	if c.currency != "" {
		return nil
	}
	var said struct {
		Settings struct {
			Currency wire.Text `json:"currency"`
		} `json:"settings"`
	}
	if err := c.get(ctx, "/system_status", url.Values{"_fields": {"settings"}}, &said); err != nil {
		if wire.AsError(err).Code == codeCannotView {
			return connector.Errorf(connector.KindSettings, "currency: the key may not read the shop's currency, so fill it in")
		}
		return err
	}
	if said.Settings.Currency == "" {
		return connector.Errorf(connector.KindTransient, "the shop did not tell its currency")
	}
	cur, err := money.ParseCurrency(string(said.Settings.Currency))
	if err != nil {
		return connector.Errorf(connector.KindSettings, "the shop sells in %q, a currency that Lad does not know", wire.Clip(string(said.Settings.Currency)))
	}
	c.currency = cur
	return nil
}
