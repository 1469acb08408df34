// Package opencart is the driver of OpenCart shops that have Lad's module (integrations/opencart). It is written to the module's
// protocol, integrations/opencart/PROTOCOL.md.
package opencart

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/drivers/wire/cart"
)

type driver struct{}

// New makes the driver.
func New() connector.Driver { return driver{} }

// Info describes OpenCart.
func (driver) Info() connector.Info { return info }

// Open builds a session.
func (driver) Open(cfg connector.Config) (connector.Channel, error) {
	set, e := wire.Begin(info, &cfg)
	if e != nil {
		return nil, e
	}
	address, e := moduleAddress(set["base_url"])
	if e != nil {
		return nil, e
	}
	paid, e := cart.PaidStatuses(set["paid_statuses"])
	if e != nil {
		return nil, e
	}
	return &channel{cfg: cfg, address: address, secret: set["secret"], notify: wire.Text(set["notify"]).True(), paid: paid}, nil
}

// moduleAddress reads the address that the module's page shows: it names the module in its query.
func moduleAddress(raw string) (*url.URL, *connector.Error) {
	raw = strings.ReplaceAll(strings.TrimSpace(raw), "&amp;", "&")
	if !strings.Contains(raw, "://") {
		raw = "https://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return nil, connector.Errorf(connector.KindSettings, "base_url: this is not an address")
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil || q.Get("route") == "" {
		return nil, connector.Errorf(connector.KindSettings, "base_url: copy the whole address from the module's page, with “route=” in it")
	}
	q.Del("call")
	if u.Path == "" {
		u.Path = "/"
	}
	// Slashes stay as the page shows them: what a firewall on the way would unescape, the signature would not survive.
	u.RawQuery, u.Fragment = "route="+strings.ReplaceAll(url.QueryEscape(q.Get("route")), "%2F", "/"), ""
	return u, nil
}

// channel keeps what the session learned of the shop.
type channel struct {
	cfg     connector.Config
	address *url.URL
	secret  string
	notify  bool     // mail the buyer on each step
	paid    []string // statuses that only the shop's payment modules set

	offset   time.Duration // what the shop's clock is ahead of ours
	statuses []status      // nil = not asked yet
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

// Check asks the module who it is, and learns the shop's statuses.
func (c *channel) Check(ctx context.Context) (connector.Account, error) {
	var said struct {
		Shop   wire.Text   `json:"shop"`
		Module wire.Text   `json:"module"`
		Rights []wire.Text `json:"rights"`
	}
	if err := c.call(ctx, "ping", struct{}{}, false, &said); err != nil {
		return connector.Account{}, err
	}
	if said.Module == "" {
		return connector.Account{}, connector.Errorf(connector.KindTransient, "the module did not say who it is")
	}
	if !slices.Contains(said.Rights, "stock") {
		c.cfg.Log.Warn("the shop's owner does not allow stock to be set", "channel", info.Name)
	}
	if _, err := c.ReadDictionary(ctx); err != nil {
		return connector.Account{}, err
	}
	return connector.Account{Name: string(said.Shop)}, nil
}
