// Package rozetka is the driver of the Rozetka Marketplace seller API.
package rozetka

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

type driver struct{}

// New makes the driver.
func New() connector.Driver { return driver{} }

// Info describes Rozetka.
func (driver) Info() connector.Info { return info }

// Open builds a session with a static token, or with a cabinet login when there is no token.
func (driver) Open(cfg connector.Config) (connector.Channel, error) {
	set, e := wire.Begin(info, &cfg)
	if e != nil {
		return nil, e
	}
	base, e := wire.Address(set["base_url"])
	if e != nil {
		return nil, e
	}
	if set["token"] == "" && (set["username"] == "" || set["password"] == "") {
		return nil, connector.Errorf(connector.KindSettings, "token, or username and password: required")
	}
	return &channel{
		cfg: cfg, base: base, token: set["token"], static: set["token"] != "", user: set["username"], password: set["password"],
	}, nil
}

// channel keeps the session's token: given (static) or from the last login.
type channel struct {
	cfg            connector.Config
	base           string
	token          string
	static         bool
	user, password string
	shop           string      // how Rozetka calls the shop, known after a login
	header         http.Header // of the last answer: its Date is the server's clock
	reading        reading
}

// The capabilities of the channel. A waybill number goes together with status 61, so there is no TrackingSink.
var (
	_ connector.OrderSource = (*channel)(nil)
	_ connector.OfferSource = (*channel)(nil)
	_ connector.StockSink   = (*channel)(nil)
	_ connector.PriceSink   = (*channel)(nil)
	_ connector.StatusSink  = (*channel)(nil)
)

// Check reads the order counters.
func (c *channel) Check(ctx context.Context) (connector.Account, error) {
	if err := c.get(ctx, "/orders/counts", nil, new(envelope)); err != nil {
		return connector.Account{}, err
	}
	return connector.Account{Name: c.shop}, nil
}

func (c *channel) get(ctx context.Context, path string, query url.Values, out any) error {
	u := c.base + path
	if len(query) > 0 {
		u += "?" + query.Encode()
	}
	return c.do(ctx, wire.Call{Method: http.MethodGet, URL: u}, out)
}

func (c *channel) put(ctx context.Context, path string, body, out any) error {
	return c.do(ctx, wire.Call{Method: http.MethodPut, URL: c.base + path, Body: body, Write: true}, out)
}

// do makes a call, with one new login when the session turns out to be over. A refused token means that the call had no
// effect, so repeating a write is safe.
func (c *channel) do(ctx context.Context, call wire.Call, out any) error {
	if c.token == "" {
		if err := c.login(ctx); err != nil {
			return err
		}
	}
	e := c.once(ctx, call, out)
	if e != nil && !c.static && sessionOver(e) {
		if err := c.login(ctx); err != nil {
			return err
		}
		e = c.once(ctx, call, out)
	}
	if e != nil {
		return e
	}
	return nil
}

func (c *channel) once(ctx context.Context, call wire.Call, out any) *connector.Error {
	call.Header = http.Header{"Content-Language": {"uk"}, "Accept-Validate-Exception": {"1"}}
	if c.token != "" {
		call.Header.Set("Authorization", "Bearer "+c.token)
	}
	a, err := wire.Send(ctx, c.cfg.HTTP, call)
	if err != nil {
		return wire.AsError(err)
	}
	c.header = a.Header
	return open(a, call.Write, out)
}

// login gets a token for a cabinet user.
func (c *channel) login(ctx context.Context) error {
	c.token = ""
	var said struct {
		Content struct {
			Token  wire.Text `json:"access_token"`
			Market struct {
				Title wire.Text `json:"title"`
			} `json:"market"`
		} `json:"content"`
	}
	e := c.once(ctx, wire.Call{Method: http.MethodPost, URL: c.base + "/sites", Body: map[string]string{
		"username": c.user, "password": base64.StdEncoding.EncodeToString([]byte(c.password)),
	}}, &said)
	if e != nil {
		return e
	}
	if said.Content.Token == "" {
		return connector.Errorf(connector.KindAuth, "Rozetka accepted the login but gave no token")
	}
	c.token, c.shop = string(said.Content.Token), string(said.Content.Market.Title)
	return nil
}
