// Package shopify is the driver of Shopify's Admin GraphQL API.
package shopify

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/money"
)

type driver struct{}

// New makes the driver.
func New() connector.Driver { return driver{} }

// Info describes Shopify.
func (driver) Info() connector.Info { return info }

// Open builds a session. An account has a custom app's token, or a client id with which tokens are fetched.
func (driver) Open(cfg connector.Config) (connector.Channel, error) {
	set, e := wire.Begin(info, &cfg)
	if e != nil {
		return nil, e
	}
	base, e := address(set["base_url"])
	if e != nil {
		return nil, e
	}
	if set["token"] == "" && set["client_id"] == "" {
		return nil, connector.Errorf(connector.KindSettings, "token or client_id: one of them is required")
	}
	return &channel{
		cfg: cfg, base: base, clientID: set["client_id"], secret: set["client_secret"], token: set["token"],
		fixed: set["token"] != "", wanted: set["location"], known: map[int64]position{},
	}, nil
}

// address reads what people copy: the shop's name, its .myshopify.com address, or that of its admin page.
func address(raw string) (string, *connector.Error) {
	raw = strings.TrimSpace(raw)
	if raw != "" && !strings.ContainsAny(raw, "./: ") {
		raw += ".myshopify.com"
	}
	base, e := wire.Address(raw)
	if e != nil {
		return "", e
	}
	if page, ok := strings.CutPrefix(base, "https://admin.shopify.com/store/"); ok {
		name, _, _ := strings.Cut(page, "/")
		return "https://" + name + ".myshopify.com", nil
	}
	base, _, _ = strings.Cut(base, "/admin")
	return base, nil
}

// channel keeps the session's token and what it learned of the shop.
type channel struct {
	cfg              connector.Config
	base             string
	clientID, secret string
	wanted           string // the setting location: a name or a number

	token   string
	fixed   bool        // the token is a setting and can not be fetched anew
	expires time.Time   // of a fetched token
	aged    bool        // that the version in use has expired was said
	header  http.Header // of the last answer: its Date is the server's clock

	location int64 // whose quantities are read and pushed; 0 until the shop was asked
	currency money.Currency
	known    map[int64]position // by variant
	dump     dump
}

// position is what a push needs to know of a variant.
type position struct {
	item, product int64
	stocked       bool  // has a level at the location
	available     int64 // as last seen or pushed
}

// The capabilities of the channel.
var (
	_ connector.OrderSource   = (*channel)(nil)
	_ connector.OfferSource   = (*channel)(nil)
	_ connector.StockSink     = (*channel)(nil)
	_ connector.PriceSink     = (*channel)(nil)
	_ connector.StatusSink    = (*channel)(nil)
	_ connector.TrackingSink  = (*channel)(nil)
	_ connector.WebhookSource = (*channel)(nil)
)

// Check reads the shop, its locations and one order, which proves the scopes that matter most and the choice of location.
func (c *channel) Check(ctx context.Context) (connector.Account, error) {
	var said struct {
		shopAnswer
		Orders *struct{} `json:"orders"`
	}
	q := operation{query: `{` + shopFields + ` orders(first:1,sortKey:UPDATED_AT,query:"status:any"){nodes{id}}}`}
	if err := c.ask(ctx, q, &said); err != nil {
		return connector.Account{}, err
	}
	if said.Orders == nil {
		return connector.Account{}, connector.Errorf(connector.KindTransient, "Shopify answered without a list of orders")
	}
	if err := c.learn(said.shopAnswer, false); err != nil {
		return connector.Account{}, err
	}
	return connector.Account{Name: string(said.Shop.Name)}, nil
}

const shopFields = `shop{name currencyCode} locations(first:100){nodes{id name isFulfillmentService}}`

// shopAnswer is the shop and its active locations.
type shopAnswer struct {
	Shop struct {
		Name     wire.Text `json:"name"`
		Currency wire.Text `json:"currencyCode"`
	} `json:"shop"`
	Locations struct {
		Nodes []place `json:"nodes"`
	} `json:"locations"`
}

type place struct {
	ID      gid       `json:"id"`
	Name    wire.Text `json:"name"`
	Service wire.Text `json:"isFulfillmentService"`
}

// meet asks for currency and location once a session. A push asks as a writer: half of it may have been done before.
func (c *channel) meet(ctx context.Context, write bool) error {
	if c.location != 0 {
		return nil
	}
	var said shopAnswer
	if err := c.ask(ctx, operation{query: `{` + shopFields + `}`, write: write}, &said); err != nil {
		return err
	}
	return c.learn(said, write)
}

func (c *channel) learn(said shopAnswer, write bool) error {
	if said.Shop.Currency == "" || len(said.Locations.Nodes) == 0 {
		return connector.Errorf(connector.Lost(write), "Shopify did not name the shop's currency and locations")
	}
	cur, e := wire.Currency(said.Shop.Currency, "")
	if e != nil {
		return connector.Errorf(connector.KindSettings, "the shop's %s", e.Message)
	}
	at, err := choose(said.Locations.Nodes, c.wanted)
	if err != nil {
		return err
	}
	c.currency, c.location = cur, at
	return nil
}

// choose finds the location of the setting, by name or number; without the setting the only one that keeps stock itself.
func choose(places []place, wanted string) (int64, error) {
	var names []string
	var own []place
	for _, p := range places {
		if p.Service.True() {
			if wanted != "" && p.is(wanted) {
				return 0, connector.Errorf(connector.KindSettings, "location: %q belongs to a fulfilment service, which counts its stock itself", wanted)
			}
			continue
		}
		if wanted != "" && p.is(wanted) {
			return int64(p.ID), nil
		}
		own, names = append(own, p), append(names, string(p.Name))
	}
	if wanted == "" && len(own) == 1 {
		return int64(own[0].ID), nil
	}
	return 0, connector.Errorf(connector.KindSettings, "location: name one of the shop's: %s", wire.Clip(strings.Join(names, ", ")))
}

func (p place) is(wanted string) bool {
	return strings.EqualFold(string(p.Name), wanted) || strconv.FormatInt(int64(p.ID), 10) == wanted
}
