package woocommerce

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// Codes of refusals that the driver acts on.
const (
	codeNoRoute    = "rest_no_route"
	codeCannotView = "woocommerce_rest_cannot_view"
	codeKey        = "woocommerce_rest_authentication_error"
)

// api is where the routes of WooCommerce itself begin.
const api = "/wc/v3"

// clockOff is how far the shop's clock may be from ours before a refused signature is laid to it; the shop bears 15 minutes.
const clockOff = 5 * time.Minute

// request is one call of a route.
type request struct {
	method string
	route  string // from the namespace on: "/wc/v3/orders"
	query  url.Values
	body   any
	write  bool // an effect, or a look at the order just before one
}

func (c *channel) get(ctx context.Context, path string, q url.Values, out any) error {
	a, e := c.send(ctx, request{method: http.MethodGet, route: api + path, query: q})
	if e == nil {
		e = a.Decode(out)
	}
	return orNil(e)
}

func (c *channel) write(ctx context.Context, method, path string, q url.Values, body, out any) error {
	a, e := c.send(ctx, request{method: method, route: api + path, query: q, body: body, write: true})
	if e == nil {
		e = a.Decode(out)
	}
	return orNil(e)
}

// orNil keeps a nil *connector.Error from becoming an error that is not nil.
func orNil(e *connector.Error) error {
	if e == nil {
		return nil
	}
	return e
}

// page is one answer of a list.
type page struct {
	rows   wire.Rows
	header http.Header
}

// list reads a list. A real one says in a header how many rows there are; an empty one without it proves nothing.
func (c *channel) list(ctx context.Context, path string, q url.Values) (page, error) {
	a, e := c.send(ctx, request{method: http.MethodGet, route: api + path, query: q})
	if e != nil {
		return page{}, e
	}
	p := page{header: a.Header}
	if e := a.Decode(&p.rows); e != nil {
		return page{}, e
	}
	if p.rows == nil || len(p.rows) == 0 && a.Header.Get("X-WP-Total") == "" {
		return page{}, connector.Errorf(connector.KindTransient, "the shop answered without a list")
	}
	return p, nil
}

// total is the number of rows in all pages, -1 when the shop does not say.
func (p page) total() int { return p.number("X-WP-Total") }

// more says whether pages follow the given one; without the header a full page promises another.
func (p page) more(at int) bool {
	if pages := p.number("X-WP-TotalPages"); pages >= 0 {
		return at < pages
	}
	return len(p.rows) >= pageSize
}

func (p page) number(header string) int {
	n, err := strconv.Atoi(p.header.Get(header))
	if err != nil {
		return -1
	}
	return n
}

// send makes a call and judges its answer.
func (c *channel) send(ctx context.Context, r request) (wire.Answer, *connector.Error) {
	a, e := c.found(ctx, r)
	if e != nil && e.Code == codeKey && r.method != http.MethodGet { // said of a key that may only read as of one that is dead
		if _, err := c.Check(ctx); err == nil {
			e.Kind = connector.KindDenied
		}
	}
	return a, e
}

// found makes a call. A page that is not there is asked for once more by the other form of the address: a missing page has had no
// effect.
func (c *channel) found(ctx context.Context, r request) (wire.Answer, *connector.Error) {
	a, e := c.timed(ctx, r)
	if e != nil {
		return a, e
	}
	if a.Status != http.StatusNotFound || code(a) != "" {
		return a, judge(a)
	}
	c.plainLinks = !c.plainLinks
	if a, e = c.timed(ctx, r); e != nil {
		return a, e
	}
	if code(a) == "" && (a.Status == http.StatusNotFound || a.HTML()) {
		c.plainLinks = false
		return a, connector.Errorf(connector.KindSettings, "base_url: there is no WooCommerce at this address (is it the shop's own, and are WordPress and WooCommerce working?)")
	}
	return a, judge(a)
}

// timed makes a call, once more by the shop's clock when the signature was refused and its clock is far from ours.
func (c *channel) timed(ctx context.Context, r request) (wire.Answer, *connector.Error) {
	a, e := c.once(ctx, r)
	if e == nil && a.Status == http.StatusUnauthorized && c.signs() && c.learnClock(a.Header) {
		return c.once(ctx, r)
	}
	return a, e
}

func (c *channel) once(ctx context.Context, r request) (wire.Answer, *connector.Error) {
	q := url.Values{}
	for name, v := range r.query {
		q[name] = v
	}
	if r.method == http.MethodGet { // a caching plug-in must not answer
		c.turn++
		q.Set("_", strconv.FormatInt(c.cfg.Now().UnixMilli(), 10)+"."+strconv.Itoa(c.turn))
	}
	address := c.base + "/wp-json" + r.route
	if c.plainLinks {
		address = c.base + "/"
		q.Set("rest_route", r.route)
	}
	header := http.Header{"User-Agent": {"Lad"}, "Referer": {c.base + "/"}} // security plug-ins refuse callers without either
	switch {
	case c.signs():
		c.sign(r.method, address, q)
	case c.keyInAddress:
		q.Set("consumer_key", c.key)
		q.Set("consumer_secret", c.secret)
	default:
		header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(c.key+":"+c.secret)))
	}
	a, err := wire.Send(ctx, c.cfg.HTTP, wire.Call{Method: r.method, URL: address + "?" + encode(q), Header: header, Body: r.body, Write: r.write})
	if err != nil {
		return a, wire.AsError(err)
	}
	return a, nil
}

// code is WordPress's own code of a refusal; empty when something else has answered.
func code(a wire.Answer) string {
	var said struct {
		Code wire.Text `json:"code"`
	}
	if e := a.Decode(&said); e != nil {
		return ""
	}
	return string(said.Code)
}

// judge reads a refusal: the kind by the HTTP status, the words the shop's own.
func judge(a wire.Answer) *connector.Error {
	e := a.Err()
	if e == nil {
		return nil
	}
	why := code(a)
	switch {
	case why == codeNoRoute:
		e.Kind, e.Message = connector.KindSettings, "the shop has no WooCommerce API: the plug-in is switched off or too old"
	case e.Kind == connector.KindSettings:
		e.Message = "base_url: the shop redirects to " + place(a.Header.Get("Location"))
	case why == "" && (e.Kind == connector.KindAuth || e.Kind == connector.KindDenied) && a.HTML():
		e.Message = "the host or a security plug-in refuses the request (HTTP " + strconv.Itoa(a.Status) + ")"
	}
	if why != "" {
		e.Code = why
	}
	return e
}

// place is where a redirect leads, without its query, which may repeat the key.
func place(location string) string {
	u, err := url.Parse(location)
	if err != nil || u.Host == "" {
		return "another address"
	}
	return u.Scheme + "://" + u.Host
}
