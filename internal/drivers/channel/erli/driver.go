// Package erli is the driver of the Shop API of the Polish marketplace Erli.
//
// Erli's inbox of unread messages is left alone: a shop has one key and one inbox, and a message that one program marks as read
// is lost for the others. Lists by time of change, a look at young orders and hooks tell Lad the same.
package erli

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// pageSize of lists of orders and products: the most that Erli gives.
const pageSize = 200

type driver struct{}

// New makes the driver.
func New() connector.Driver { return driver{} }

// Info describes Erli.
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
	return &channel{cfg: cfg, base: base, key: set["token"]}, nil
}

type channel struct {
	cfg       connector.Config
	base, key string
}

// The capabilities of the channel.
var (
	_ connector.OrderSource   = (*channel)(nil)
	_ connector.WebhookSource = (*channel)(nil)
	_ connector.OfferSource   = (*channel)(nil)
	_ connector.StockSink     = (*channel)(nil)
	_ connector.PriceSink     = (*channel)(nil)
	_ connector.StatusSink    = (*channel)(nil)
	_ connector.TrackingSink  = (*channel)(nil)
	_ connector.FeeSource     = (*channel)(nil)
)

// Check asks Erli whose key this is.
func (c *channel) Check(ctx context.Context) (connector.Account, error) {
	a, e := c.send(ctx, wire.Call{Method: http.MethodGet, URL: "/me"})
	if e != nil {
		return connector.Account{}, elsewhere(e)
	}
	var me struct {
		ID   wire.Text `json:"id"`
		Name wire.Text `json:"name"`
	}
	if e := a.Decode(&me); e != nil {
		return connector.Account{}, e
	}
	if me.ID.ID() == "" {
		return connector.Account{}, a.Unclear("Erli did not say which shop the key belongs to")
	}
	return connector.Account{Name: string(me.Name)}, nil
}

// send makes a call to a path below the base address and judges the status of the answer.
func (c *channel) send(ctx context.Context, call wire.Call) (wire.Answer, *connector.Error) {
	call.URL = c.base + call.URL
	call.Header = http.Header{"Authorization": {"Bearer " + c.key}, "User-Agent": {"Lad/1"}}
	a, err := wire.Send(ctx, c.cfg.HTTP, call)
	if err != nil {
		return a, wire.AsError(err)
	}
	if e := a.Err(); e != nil {
		if words := listWords(a.Body); words != "" {
			e.Message = words
		}
		return a, e
	}
	return a, nil
}

// listWords reads an error of the part about shipping, which writes a list of them.
func listWords(body []byte) string {
	var list []struct {
		Message wire.Text `json:"errorMessage"`
	}
	if json.Unmarshal(body, &list) != nil || len(list) == 0 {
		return ""
	}
	return wire.Clip(string(list[0].Message))
}

// list reads an answer that is a bare list. Nothing but brackets is also what a broken proxy says, so an empty list is
// believed only when Erli still knows the key.
func (c *channel) list(ctx context.Context, call wire.Call) (wire.Rows, wire.Answer, error) {
	a, e := c.send(ctx, call)
	if e != nil {
		return nil, a, elsewhere(e)
	}
	var rows wire.Rows
	if e := a.Decode(&rows); e != nil {
		return nil, a, e
	}
	if rows == nil {
		return nil, a, a.Unclear("Erli answered without a list")
	}
	if len(rows) == 0 {
		if _, err := c.Check(ctx); err != nil {
			return nil, a, err
		}
	}
	return rows, a, nil
}

// search is the body of the searches.
type search struct {
	Pagination paging  `json:"pagination"`
	Filter     *filter `json:"filter,omitempty"`
}

type paging struct {
	SortField string `json:"sortField"`
	Order     string `json:"order"`
	Limit     int    `json:"limit"`
	After     string `json:"after,omitempty"`
}

type filter struct {
	Field    string `json:"field"`
	Operator string `json:"operator"`
	Value    any    `json:"value"`
}

var orderIDs = regexp.MustCompile(`^[0-9A-Za-z_-]{1,50}$`)

// orderPath is the path of an order, or the reason why the id can not be one.
func orderPath(id string) (string, *connector.Error) {
	if !orderIDs.MatchString(id) {
		return "", connector.Errorf(connector.KindPermanent, "%q is not a number of an order on Erli", wire.Clip(id))
	}
	return "/orders/" + url.PathEscape(id), nil
}

// elsewhere turns "not found" of something that every shop has into what it means: the address is not that of the Shop API.
func elsewhere(e *connector.Error) *connector.Error {
	if notFound(e) {
		return &connector.Error{Kind: connector.KindSettings, Code: e.Code, Message: "there is no Shop API of Erli at this address"}
	}
	return e
}

// notFound says whether Erli does not know what was asked for.
func notFound(e *connector.Error) bool {
	return e != nil && e.Kind == connector.KindPermanent && e.Code == "404"
}
