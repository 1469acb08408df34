// Package horoshop is the driver of shops on the Khoroshop (Horoshop, Cartum) platform.
package horoshop

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// tokenLife is how long a token is used: it lives 600 s on the server.
const tokenLife = 570 * time.Second

type driver struct{}

// New makes the driver.
func New() connector.Driver { return driver{} }

// Info describes Horoshop.
func (driver) Info() connector.Info { return info }

// Open builds a session.
func (driver) Open(cfg connector.Config) (connector.Channel, error) {
	set, e := wire.Begin(info, &cfg)
	if e != nil {
		return nil, e
	}
	base, e := wire.Address(set["base_url"])
	if e != nil {
		return nil, e
	}
	return &channel{
		cfg: cfg, base: strings.TrimSuffix(base, "/api"), login: set["login"], password: set["password"], warehouse: set["warehouse"],
		yes: set["presence_yes"], no: set["presence_no"], hooks: map[string][]int64{},
	}, nil
}

// channel keeps the session's token and what it learned of the shop.
type channel struct {
	cfg             connector.Config
	base            string
	login, password string
	warehouse       string // code of the warehouse whose quantity is pushed
	yes, no         string // the shop's words for presence

	token   string
	expires time.Time
	header  http.Header // of the last answer: its Date is the server's clock

	shop    shopFacts
	counted accounting
	hooks   map[string][]int64 // subscriptions made in this session by target
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

	_ connector.DictionarySource = (*channel)(nil)
)

// Check signs in and reads one order.
func (c *channel) Check(ctx context.Context) (connector.Account, error) {
	var none ordersAnswer
	if err := c.read(ctx, "orders/get", map[string]any{"limit": 1, "offset": 0}, &none); err != nil {
		return connector.Account{}, err
	}
	return connector.Account{}, nil
}

func (c *channel) read(ctx context.Context, function string, body map[string]any, out any) error {
	return c.call(ctx, function, body, false, out)
}

func (c *channel) write(ctx context.Context, function string, body map[string]any, out any) error {
	return c.call(ctx, function, body, true, out)
}

// call makes one function call, with one new token when the session turns out to be over. A refused token means that the
// call had no effect, so repeating a write is safe.
func (c *channel) call(ctx context.Context, function string, body map[string]any, write bool, out any) error {
	return c.signed(ctx, func() *connector.Error {
		a, e := c.send(ctx, function, body, write)
		if e != nil {
			return e
		}
		return open(a, function, out)
	})
}

// signed runs f with a fresh token, and once more with a new one when f says that the token does not work.
func (c *channel) signed(ctx context.Context, f func() *connector.Error) error {
	fresh := c.token == "" || !c.cfg.Now().Before(c.expires)
	if fresh {
		if e := c.auth(ctx); e != nil {
			return e
		}
	}
	e := f()
	if e != nil && e.Kind == connector.KindAuth && !fresh {
		if e := c.auth(ctx); e != nil {
			return e
		}
		e = f()
	}
	if e != nil {
		return e
	}
	return nil
}

// auth gets a token.
func (c *channel) auth(ctx context.Context) *connector.Error {
	c.token = ""
	a, e := c.send(ctx, "auth", map[string]any{"login": c.login, "password": c.password}, false)
	if e != nil {
		if e.Code == "404" {
			return &connector.Error{Kind: connector.KindAuth, Code: "404", Message: "the API is switched off in this shop (it depends on the tariff)"}
		}
		return e
	}
	var said struct {
		Token wire.Text `json:"token"`
	}
	if e := open(a, "auth", &said); e != nil {
		if e.Kind == connector.KindPermanent {
			e.Kind = connector.KindAuth
		}
		return e
	}
	if said.Token == "" {
		return connector.Errorf(connector.KindAuth, "the shop accepted the login but gave no token")
	}
	c.token, c.expires = string(said.Token), c.cfg.Now().Add(tokenLife)
	return nil
}

// send posts one function call; the token travels in the body. Statuses in fine are answers and not errors.
func (c *channel) send(ctx context.Context, function string, body map[string]any, write bool, fine ...int) (wire.Answer, *connector.Error) {
	full := map[string]any{}
	for k, v := range body {
		full[k] = v
	}
	if c.token != "" {
		full["token"] = c.token
	}
	a, err := wire.Send(ctx, c.cfg.HTTP, wire.Call{
		Method: http.MethodPost, URL: c.base + "/api/" + function + "/", Body: full, Write: write,
	})
	if err != nil {
		return a, wire.AsError(err)
	}
	c.header = a.Header
	for _, status := range fine {
		if a.Status == status {
			return a, nil
		}
	}
	if e := a.Err(); e != nil {
		return a, e
	}
	return a, nil
}
