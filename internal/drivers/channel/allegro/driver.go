// Package allegro is the driver of the Allegro REST API. Nothing calls from Allegro: orders come from its event journal, and
// every order is read anew from its checkout form, which alone tells its state.
package allegro

import (
	"context"
	"regexp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

type driver struct{}

// New makes the driver.
func New() connector.Driver { return driver{} }

// Info describes Allegro.
func (driver) Info() connector.Info { return info }

// Open builds a session with the tokens that an authorisation has left in the settings.
func (driver) Open(cfg connector.Config) (connector.Channel, error) {
	at, set, e := readSettings(&cfg)
	if e != nil {
		return nil, e
	}
	return &channel{
		cfg: cfg, place: at, language: set["language"], tokens: pair{Access: wire.Text(set["access_token"]), Refresh: wire.Text(set["refresh_token"])},
	}, nil
}

// channel keeps the session's tokens, what does not change (carriers), and the batch commands whose outcome is still open.
type channel struct {
	cfg      connector.Config
	place    place
	language string
	tokens   pair
	unkept   pair // got and not yet stored: not to be used before it is
	carriers map[string]string
	open     []command
	failed   map[string]string // offer → why a change that had been accepted was not made
}

// The capabilities of the channel. It has no webhooks and no statuses or methods of the shop's own.
var (
	_ connector.Authorizer   = driver{}
	_ connector.OrderSource  = (*channel)(nil)
	_ connector.OfferSource  = (*channel)(nil)
	_ connector.StockSink    = (*channel)(nil)
	_ connector.PriceSink    = (*channel)(nil)
	_ connector.StatusSink   = (*channel)(nil)
	_ connector.TrackingSink = (*channel)(nil)
	_ connector.FeeSource    = (*channel)(nil)
)

// place is where one environment lives, and who asks.
type place struct {
	api, oauth string
	site       string // where offers can be looked at; empty when that is not known
	id, secret string // of the application
}

// The environments.
const (
	production = "production"
	sandbox    = "sandbox"
)

var isLanguage = regexp.MustCompile(`^[a-z]{2}-[A-Z]{2}$`)

// readSettings finds the addresses of an environment; an address of its own stands in for both.
func readSettings(cfg *connector.Config) (place, map[string]string, *connector.Error) {
	set, e := wire.Begin(info, cfg)
	if e != nil {
		return place{}, nil, e
	}
	if !isLanguage.MatchString(set["language"]) {
		return place{}, nil, connector.Errorf(connector.KindSettings, "language: write it as uk-UA or pl-PL")
	}
	p := place{id: set["client_id"], secret: set["client_secret"]}
	switch {
	case set["base_url"] != "":
		if p.api, e = wire.Address(set["base_url"]); e != nil {
			return place{}, nil, e
		}
		p.oauth = p.api
	case set["environment"] == sandbox:
		p.api, p.oauth = "https://api.allegro.pl.allegrosandbox.pl", "https://allegro.pl.allegrosandbox.pl"
		p.site = p.oauth
	case set["environment"] == production:
		p.api, p.oauth = "https://api.allegro.pl", "https://allegro.pl"
		p.site = p.oauth
	default:
		return place{}, nil, connector.Errorf(connector.KindSettings, "environment: write %s or %s", production, sandbox)
	}
	return p, set, nil
}

// Check asks whose account it is.
func (c *channel) Check(ctx context.Context) (connector.Account, error) {
	var me struct {
		ID    wire.Text `json:"id"`
		Login wire.Text `json:"login"`
	}
	e := c.get(ctx, "/me", nil, &me)
	if e != nil && e.Code == "404" {
		e.Kind, e.Message = connector.KindSettings, "the address does not answer as Allegro does"
	}
	if e == nil && me.ID == "" {
		e = connector.Errorf(connector.KindTransient, "Allegro did not say whose account it is")
	}
	if e != nil {
		return connector.Account{}, e
	}
	return connector.Account{Name: string(me.Login)}, nil
}
