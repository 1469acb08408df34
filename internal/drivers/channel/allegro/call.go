package allegro

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// Media types: any other one is answered with 406 or 415.
const (
	mediaPublic = "application/vnd.allegro.public.v1+json"
	mediaBeta   = "application/vnd.allegro.beta.v1+json"
)

// blocked is how long Allegro shuts out an application that asks too often.
const blocked = time.Minute

// request is one call of the API.
type request struct {
	method string
	path   string
	query  url.Values
	body   any
	beta   bool
	// write marks a call with effects, and a read that one operation makes before its write.
	write bool
}

func (c *channel) get(ctx context.Context, path string, query url.Values, out any) *connector.Error {
	_, e := c.do(ctx, request{method: http.MethodGet, path: path, query: query}, out)
	return e
}

// do makes a call, with one renewal of the access when it has run out. A refused token means that the call had no effect,
// so repeating a write is safe. out may be nil.
func (c *channel) do(ctx context.Context, r request, out any) (wire.Answer, *connector.Error) {
	if c.tokens.Access == "" || c.unkept.whole() {
		if e := c.renew(ctx); e != nil {
			return wire.Answer{}, e
		}
	}
	a, e := c.once(ctx, r)
	if e != nil && e.Code == "401" {
		if e := c.renew(ctx); e != nil {
			return wire.Answer{}, e
		}
		a, e = c.once(ctx, r)
	}
	if e == nil && out != nil {
		e = a.Decode(out)
	}
	return a, e
}

func (c *channel) once(ctx context.Context, r request) (wire.Answer, *connector.Error) {
	media := mediaPublic
	if r.beta {
		media = mediaBeta
	}
	call := wire.Call{Method: r.method, URL: c.place.api + r.path, Body: r.body, Write: r.write, Header: http.Header{
		"Accept": {media}, "Accept-Language": {c.language}, "User-Agent": {userAgent}, "Authorization": {"Bearer " + string(c.tokens.Access)},
	}}
	if len(r.query) > 0 {
		call.URL += "?" + r.query.Encode()
	}
	if r.body != nil {
		call.Header["Content-Type"] = []string{media}
	}
	a, err := wire.Send(ctx, c.cfg.HTTP, call)
	if err != nil {
		e := wire.AsError(err)
		return a, limited(e)
	}
	if e := judge(a); e != nil {
		// Allegro's support asks for the number.
		c.cfg.Log.Info("Allegro refused a request", "status", a.Status, "trace", wire.Clip(a.Header.Get("Trace-Id")))
		return a, e
	}
	return a, nil
}

// limited gives a refusal for too many requests the pause that Allegro does not name.
func limited(e *connector.Error) *connector.Error {
	if e.Kind == connector.KindLimited && e.RetryAfter == 0 {
		e.RetryAfter = blocked
	}
	return e
}

// fault is one entry of "errors"; userMessage is in the language asked for.
type fault struct {
	Code    wire.Text `json:"code"`
	Message wire.Text `json:"message"`
	Details wire.Text `json:"details"`
	User    wire.Text `json:"userMessage"`
}

// words are what the first of the faults says.
func words(faults wire.Rows) string {
	for _, row := range faults {
		var f fault
		if wire.Decode(row, &f) == nil {
			if s := wire.First(f.User, f.Message, f.Details, f.Code); s != "" {
				return wire.Clip(s)
			}
		}
	}
	return ""
}

// notFound says that Allegro does not have one thing (not that the address is another's).
func notFound(e *connector.Error) bool {
	return e != nil && e.Code == "404" && e.Kind == connector.KindPermanent
}

// judge reads a refusal; it is nil for 2xx.
func judge(a wire.Answer) *connector.Error {
	e := a.Err()
	if e == nil {
		return nil
	}
	var said struct {
		Errors wire.Rows `json:"errors"`
	}
	_ = json.Unmarshal(a.Body, &said) // a web page has no words for people
	e.Message = wire.First(words(said.Errors), e.Message)
	if e.Code == "404" && a.HTML() {
		e.Kind, e.Message = connector.KindSettings, "the address does not answer as Allegro does"
	}
	if e.Code == "403" {
		e.Message = "the access that was given to Lad does not cover this, connect the account again with all rights (" + e.Message + ")"
	}
	return limited(e)
}
