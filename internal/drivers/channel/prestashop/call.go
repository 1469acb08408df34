package prestashop

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// dispatcher ends the address of a webservice without URL rewriting.
const dispatcher = "/dispatcher.php"

// intent says what a request is part of. A read that prepares a push is judged as the push: Lad then reads the truth before
// it repeats.
type intent bool

const (
	reading intent = false
	pushing intent = true
)

// listChunk is how many ids one filter names, and listRows how many rows one answer of a walked list holds.
const (
	listChunk = 50
	listRows  = 500
)

func (c *channel) get(ctx context.Context, in intent, path string, query url.Values) (*node, error) {
	top, e := c.do(ctx, http.MethodGet, path, query, nil, in)
	if e != nil {
		return nil, e
	}
	return top, nil
}

// rows reads a list. An answer that is not that list is an error: it must not look empty.
func (c *channel) rows(ctx context.Context, in intent, resource string, query url.Values) ([]*node, error) {
	top, err := c.get(ctx, in, resource, query)
	if err != nil {
		return nil, err
	}
	if top.name != resource {
		return nil, connector.Errorf(connector.Lost(bool(in)), "the shop answered without a list of %s", resource)
	}
	return top.kids, nil
}

// walk reads a list to its end, by id.
func (c *channel) walk(ctx context.Context, in intent, resource string, query url.Values) ([]*node, error) {
	var out []*node
	query.Set("sort", "[id_ASC]")
	query.Set("limit", strconv.Itoa(listRows))
	for {
		page, err := c.rows(ctx, in, resource, query)
		if err != nil {
			return nil, err
		}
		out = append(out, page...)
		if len(page) < listRows {
			return out, nil
		}
		last := page[len(page)-1].id()
		if query.Get("filter[id]") == after(last) || last == 0 {
			return nil, connector.Errorf(connector.Lost(bool(in)), "the list of %s does not go on", resource)
		}
		query.Set("filter[id]", after(last))
	}
}

// named reads the rows whose field is one of ids, by chunks.
func (c *channel) named(ctx context.Context, in intent, resource, field, display string, ids []int64, more url.Values) ([]*node, error) {
	var out []*node
	for len(ids) > 0 {
		n := min(len(ids), listChunk)
		query := url.Values{"display": {display}, "filter[" + field + "]": {anyOf(ids[:n])}}
		for k, v := range more {
			query[k] = v
		}
		rows, err := c.walk(ctx, in, resource, query)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
		ids = ids[n:]
	}
	return out, nil
}

func anyOf(ids []int64) string {
	parts := make([]string, 0, len(ids))
	for _, id := range ids {
		parts = append(parts, strconv.FormatInt(id, 10))
	}
	return "[" + strings.Join(parts, "|") + "]"
}

func after(id int64) string { return ">[" + strconv.FormatInt(id, 10) + "]" }

// save changes fields of a row. PATCH touches nothing else; a shop without it gets the whole row as it was read, as PUT
// empties what is left out.
func (c *channel) save(ctx context.Context, resource string, row *node, changes []*node, without ...string) *connector.Error {
	path := resource + "/" + row.at("id")
	if !c.wholeOnly {
		part := &node{name: row.name, kids: append([]*node{leaf("id", row.at("id"))}, changes...)}
		top, e := c.do(ctx, http.MethodPatch, path, nil, envelope(part), pushing)
		if e == nil || !unknownMethod(e) {
			return saved(top, row, e)
		}
		c.wholeOnly = true
	}
	top, e := c.do(ctx, http.MethodPut, path, nil, envelope(row.with(changes, without...)), pushing)
	return saved(top, row, e)
}

// saved wants the row itself as answer.
func saved(top, row *node, e *connector.Error) *connector.Error {
	if e == nil && (top.name != row.name || top.id() != row.id()) {
		return connector.Errorf(connector.KindUnknown, "the shop did not say whether it saved the change")
	}
	return e
}

// unknownMethod says whether a refusal means the method and not its content.
func unknownMethod(e *connector.Error) bool {
	switch e.Code {
	case "23", "25", "405", "501":
		return true
	}
	return false
}

// do makes one exchange and gives the element inside <prestashop>.
func (c *channel) do(ctx context.Context, method, path string, query url.Values, body []byte, in intent) (*node, *connector.Error) {
	a, e := c.send(ctx, method, path, query, body, in)
	if e != nil {
		return nil, e
	}
	top, err := parse(a.Body)
	if !c.tunnel && err != nil && (method == http.MethodPut || method == http.MethodPatch) && blocked(a.Status) {
		// A server in front of the shop refuses the verb. It has not reached the shop, so that asking again does no harm.
		c.tunnel = true
		if a, e = c.send(ctx, method, path, query, body, in); e != nil {
			return nil, e
		}
		top, err = parse(a.Body)
	}
	if e := c.refusal(a, top, in); e != nil {
		return nil, e
	}
	if err != nil {
		return nil, a.Unclear("the answer is not one of a PrestaShop webservice")
	}
	return top, nil
}

// blocked are the statuses with which firewalls and servers refuse a verb.
func blocked(status int) bool {
	return status == http.StatusForbidden || status == http.StatusMethodNotAllowed || status == http.StatusNotImplemented
}

func (c *channel) send(ctx context.Context, method, path string, query url.Values, body []byte, in intent) (wire.Answer, *connector.Error) {
	v := url.Values{}
	for k, list := range query {
		v[k] = list
	}
	if c.shop != "" { // without it a key of several shops would change all of them
		v.Set("id_shop", c.shop)
	}
	if c.tunnel && (method == http.MethodPut || method == http.MethodPatch) {
		v.Set("ps_method", method)
		method = http.MethodPost
	}
	address := c.base + "/" + path
	if strings.HasSuffix(c.base, dispatcher) {
		v.Set("url", path)
		address = c.base
	}
	if len(v) > 0 {
		address += "?" + v.Encode()
	}
	header := http.Header{
		"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(c.key+":"))}, "Accept": {"application/xml, text/xml"},
	}
	if body != nil {
		header.Set("Content-Type", "text/xml; charset=utf-8")
	}
	a, err := wire.Send(ctx, c.http, wire.Call{Method: method, URL: address, Header: header, Raw: body, Write: bool(in)})
	if err != nil {
		return a, wire.AsError(err)
	}
	c.header = a.Header
	return a, nil
}

// refusal judges status and errors of an answer; nil when there are none. Codes are of the API sheet, part 3.
func (c *channel) refusal(a wire.Answer, top *node, in intent) *connector.Error {
	e := a.Err()
	if top == nil || top.name != "errors" {
		if e != nil && top == nil && a.Status == http.StatusNotFound {
			e.Kind, e.Message = connector.KindSettings, "there is no PrestaShop webservice at this address: the shop has moved, or friendly URLs are off"
		}
		return e
	}
	if e == nil {
		e = &connector.Error{Kind: connector.KindPermanent}
	}
	first := top.kid("error")
	code := int(wire.Text(first.at("code")).Number())
	if code > 0 {
		e.Code = strconv.Itoa(code)
	}
	e.Message = wire.Clip(strings.ReplaceAll(wire.First(first.at("message"), "the shop refused without a reason"), c.key, "…"))
	switch {
	case code >= 2 && code <= 15: // a shop in developer mode reports PHP's notices after it has done the work
		e.Kind = connector.Lost(bool(in))
	case code == 17:
		e.Kind, e.Message = connector.KindAuth, "no key reached the webservice: the shop's server drops the header Authorization, let it pass"
	case code >= 16 && code <= 21:
		e.Kind = connector.KindAuth
	case code == 22:
		e.Kind, e.Message = connector.KindAuth, "the webservice is switched off in the shop (Advanced Parameters, Webservice)"
	case code == 25 || code == 26 || code == 101:
		e.Kind = connector.KindDenied
	case code == 46:
		e.Kind = connector.KindPermanent
	case code == 127: // the body got lost on its way, which is not the fault of what was in it
		e.Kind = connector.Lost(bool(in))
	case code == 131 || code == 132:
		e.Kind = connector.KindSettings
		e.Message = "shop_id: " + e.Message
	}
	return e
}
