package shopify

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// version of the API. Versions are quarterly and live a year at least; one that has expired is served as the oldest alive,
// which the answer's header tells.
const version = "2026-10"

// operation is one query or mutation.
type operation struct {
	query string
	vars  map[string]any
	// write marks what has effects, and the reads in the middle of it.
	write bool
}

// answer is what every operation gets, with HTTP 200 for failures too.
type answer struct {
	Data       json.RawMessage `json:"data"`
	Errors     wire.Rows       `json:"errors"`
	Extensions struct {
		Cost struct {
			Requested wire.Text `json:"requestedQueryCost"`
			Throttle  struct {
				Available wire.Text `json:"currentlyAvailable"`
				Restore   wire.Text `json:"restoreRate"`
			} `json:"throttleStatus"`
		} `json:"cost"`
	} `json:"extensions"`
}

// userError is what a mutation says about its input.
type userError struct {
	Field   []wire.Text `json:"field"`
	Message wire.Text   `json:"message"`
	Code    wire.Text   `json:"code"`
}

// row is the position in the list of the input that the error is about; -1 when it is about the whole.
func (u userError) row() int {
	for _, f := range u.Field {
		if n, err := strconv.Atoi(string(f)); err == nil && n >= 0 {
			return n
		}
	}
	return -1
}

// refusal makes the error of a mutation that was refused; nil when nothing was said.
func refusal(said []userError) error {
	if len(said) == 0 {
		return nil
	}
	words := wire.Clip(wire.First(string(said[0].Message), "Shopify refused without a reason"))
	return &connector.Error{Kind: connector.KindPermanent, Code: string(said[0].Code), Message: words}
}

// ask makes one operation and reads its data. A fetched token that has died is fetched anew once: a refused token means that
// nothing was done.
func (c *channel) ask(ctx context.Context, op operation, out any) error {
	fresh := false
	if !c.fixed && (c.token == "" || !c.cfg.Now().Before(c.expires)) {
		if err := c.fetchToken(ctx); err != nil {
			return err
		}
		fresh = true
	}
	e := c.send(ctx, op, out)
	if e != nil && e.Code == "401" && !c.fixed && !fresh {
		if err := c.fetchToken(ctx); err != nil {
			return err
		}
		e = c.send(ctx, op, out)
	}
	if e != nil {
		return e
	}
	return nil
}

func (c *channel) send(ctx context.Context, op operation, out any) *connector.Error {
	if op.vars == nil {
		op.vars = map[string]any{}
	}
	a, err := wire.Send(ctx, c.cfg.HTTP, wire.Call{
		Method: http.MethodPost, URL: c.base + "/admin/api/" + version + "/graphql.json", Write: op.write,
		Header: http.Header{"X-Shopify-Access-Token": {c.token}}, Body: map[string]any{"query": op.query, "variables": op.vars},
	})
	if err != nil {
		return wire.AsError(err)
	}
	if e := a.Err(); e != nil {
		return shut(a.Status, e)
	}
	c.header = a.Header
	c.noteVersion()
	var said answer
	if e := a.Decode(&said); e != nil {
		return e
	}
	if len(said.Errors) > 0 && (op.write || !said.onlyPeopleHidden()) {
		return said.judge(op.write)
	}
	if data := bytes.TrimSpace(said.Data); len(data) == 0 || data[0] != '{' {
		return a.Unclear("Shopify answered without data")
	}
	a.Body = said.Data
	return a.Decode(out)
}

// noteVersion says once that the platform serves another version than was asked for.
func (c *channel) noteVersion() {
	if used := c.header.Get("X-Shopify-API-Version"); used != "" && used != version && !c.aged {
		c.aged = true
		c.cfg.Log.Warn("API version has expired", "channel", info.Name, "asked", version, "served", used)
	}
}

// shut explains the HTTP statuses by which a shop is closed to the app.
func shut(status int, e *connector.Error) *connector.Error {
	switch status {
	case http.StatusUnauthorized:
		e.Message = "Shopify does not accept the token: it was revoked, or the app was uninstalled"
	case http.StatusPaymentRequired:
		e.Kind, e.Message = connector.KindAuth, "the shop is frozen: its Shopify plan is not paid"
	case http.StatusLocked:
		e.Kind, e.Message = connector.KindAuth, "Shopify has locked the shop"
	case http.StatusNotFound:
		e.Kind, e.Message = connector.KindSettings, "base_url: there is no Shopify shop at this address"
	}
	return e
}

// topError is an error outside the data.
type topError struct {
	Message    wire.Text   `json:"message"`
	Path       []wire.Text `json:"path"`
	Extensions struct {
		Code wire.Text `json:"code"`
	} `json:"extensions"`
}

// people are the members that an app without the approval for protected customer data does not get.
var people = []wire.Text{"customer", "email", "phone", "shippingAddress"}

// onlyPeopleHidden says whether everything but buyers' data was shown: an order without a name is better than none.
func (a answer) onlyPeopleHidden() bool {
	for _, row := range a.Errors {
		var e topError
		if json.Unmarshal(row, &e) != nil || e.Extensions.Code != "ACCESS_DENIED" ||
			!slices.ContainsFunc(e.Path, func(step wire.Text) bool { return slices.Contains(people, step) }) {
			return false
		}
	}
	return true
}

// judge makes the error of an operation that failed as a whole. Other data that came beside errors is not used.
func (a answer) judge(write bool) *connector.Error {
	var first topError
	_ = json.Unmarshal(a.Errors[0], &first) // what can not be read is an error without code and words
	e := &connector.Error{
		Kind: connector.KindPermanent, Code: string(first.Extensions.Code),
		Message: wire.Clip(wire.First(string(first.Message), "Shopify failed without a reason")),
	}
	switch {
	case e.Code == "THROTTLED":
		e.Kind, e.RetryAfter = connector.KindLimited, a.pause()
	case e.Code == "ACCESS_DENIED":
		e.Kind = connector.KindDenied
	case e.Code == "SHOP_INACTIVE":
		e.Kind = connector.KindAuth
	case e.Code == "INTERNAL_SERVER_ERROR", e.Code == "" && !strings.Contains(strings.ToLower(e.Message), "syntax"):
		e.Kind = connector.Lost(write)
	}
	return e
}

// pause is how long the bucket needs to hold what the operation may cost.
func (a answer) pause() time.Duration {
	number := func(t wire.Text) float64 {
		f, err := strconv.ParseFloat(string(t), 64)
		if err != nil || f < 0 || f > 1e6 {
			return 0
		}
		return f
	}
	cost := a.Extensions.Cost
	restore := number(cost.Throttle.Restore)
	if restore == 0 {
		return time.Second
	}
	missing := max(number(cost.Requested)-number(cost.Throttle.Available), 0)
	return max(time.Duration(missing/restore*float64(time.Second)), 100*time.Millisecond)
}
