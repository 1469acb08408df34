// Package prom is the driver of Prom.ua's public API v1 (and of Bigl, whose orders come through the same account).
package prom

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// pageSize of every list: 100 is known to work.
const pageSize = 100

// shortPage is the documented default page. Whether the server honours pageSize is not certain, so only a page shorter than
// the default proves the end of a list.
const shortPage = 20

type driver struct{}

// New makes the driver.
func New() connector.Driver { return driver{} }

// Info describes Prom.
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
	return &channel{cfg: cfg, base: base, token: set["token"]}, nil
}

type channel struct {
	cfg         connector.Config
	base, token string
}

// The capabilities of the channel.
var (
	_ connector.OrderSource  = (*channel)(nil)
	_ connector.OfferSource  = (*channel)(nil)
	_ connector.StockSink    = (*channel)(nil)
	_ connector.PriceSink    = (*channel)(nil)
	_ connector.StatusSink   = (*channel)(nil)
	_ connector.TrackingSink = (*channel)(nil)

	_ connector.DictionarySource = (*channel)(nil)
)

// Check reads one order: the token may have rights for some sections only, and orders are the one that must work.
func (c *channel) Check(ctx context.Context) (connector.Account, error) {
	var page ordersPage
	if _, err := c.get(ctx, "/orders/list", url.Values{"limit": {"1"}}, &page); err != nil {
		return connector.Account{}, err
	}
	if page.Orders == nil {
		return connector.Account{}, connector.Errorf(connector.KindTransient, "Prom answered without a list of orders")
	}
	return connector.Account{}, nil
}

// refusal is how Prom says no with status 200.
type refusal struct {
	Status  wire.Text `json:"status"`
	Error   wire.Text `json:"error"`
	Message wire.Text `json:"message"`
}

func (c *channel) get(ctx context.Context, path string, query url.Values, out any) (http.Header, error) {
	u := c.base + path
	if len(query) > 0 {
		u += "?" + query.Encode()
	}
	return c.do(ctx, wire.Call{Method: http.MethodGet, URL: u}, out)
}

func (c *channel) post(ctx context.Context, path string, body, out any) error {
	_, err := c.do(ctx, wire.Call{Method: http.MethodPost, URL: c.base + path, Body: body, Write: true}, out)
	return err
}

func (c *channel) do(ctx context.Context, call wire.Call, out any) (http.Header, error) {
	call.Header = http.Header{"Authorization": {"Bearer " + c.token}, "X-Language": {"uk"}}
	a, err := wire.Send(ctx, c.cfg.HTTP, call)
	if err != nil {
		return nil, err
	}
	if e := a.Err(); e != nil { // before any decoding: a 401 may come as a web page
		return nil, e
	}
	var no refusal
	if e := a.Decode(&no); e != nil {
		return nil, e
	}
	if no.Status == "error" || no.Error != "" {
		return nil, connector.Errorf(connector.KindPermanent, "%s", wire.Clip(wire.First(no.Message, no.Error, "Prom refused without a reason")))
	}
	if e := a.Decode(out); e != nil {
		return nil, e
	}
	return a.Header, nil
}

// number reads an id for a request body.
func number(what, id string) (int64, error) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n <= 0 {
		return 0, wire.NotID(what, id)
	}
	return n, nil
}
