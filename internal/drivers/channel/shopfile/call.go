package shopfile

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/httpx"
)

// Bounds of an answer: its length, and how far before the JSON the shop's own words may go on.
const (
	maxBody    = httpx.DefaultMaxBody
	maxNotices = 64 << 10
	maxStarts  = 200
)

// codeUnsupported is the file's word for an action that it does not have.
const codeUnsupported = "unsupported_action"

// answer is what the file said. A failure may come with any HTTP status, and a success has nothing but 200.
type answer struct {
	status int
	header http.Header
	body   []byte
	write  bool
}

// unclear makes an error for an answer that proves nothing, of the kind that fits the request.
func (a answer) unclear(format string, args ...any) *connector.Error {
	return connector.Errorf(connector.Lost(a.write), format, args...)
}

// send makes one exchange; form is nil for the question without a password.
func (c *channel) send(ctx context.Context, method string, form url.Values, write bool) (answer, *connector.Error) {
	a := answer{write: write}
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, method, c.address, body)
	if err != nil {
		return a, connector.Errorf(connector.KindSettings, "address can not be used")
	}
	req.Header.Set("Accept", "application/json")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := c.cfg.HTTP.Do(req)
	if err != nil {
		return a, wire.TravelError(req.URL.Host, err, write)
	}
	defer resp.Body.Close()
	a.status, a.header = resp.StatusCode, resp.Header
	a.body, err = io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	refused := connector.StatusError(a.status, a.header, write)
	switch {
	case err != nil && refused != nil:
		return a, refused
	case err != nil:
		return a, &connector.Error{Kind: connector.Lost(write), Message: "half an answer from " + req.URL.Host, Cause: err}
	case len(a.body) > maxBody:
		return a, a.unclear("the answer is too long")
	}
	return a, nil
}

// read runs an action that changes nothing and gives the JSON of its answer.
func (c *channel) read(ctx context.Context, action string, fields url.Values) (json.RawMessage, answer, *connector.Error) {
	return c.act(ctx, action, fields, false)
}

func (c *channel) act(ctx context.Context, action string, fields url.Values, write bool) (json.RawMessage, answer, *connector.Error) {
	a, e := c.post(ctx, action, fields, write)
	if e != nil {
		return nil, a, e
	}
	raw := extract(a.body)
	if e := c.judge(a, raw); e != nil {
		if e.Code == codeUnsupported {
			if c.shop != nil {
				c.shop.lacks[action] = true
			}
			e = lacking(action)
		}
		return nil, a, e
	}
	return raw, a, nil
}

// knock asks without the password. Only an integration file answers with an error in JSON.
func (c *channel) knock(ctx context.Context) *connector.Error {
	a, e := c.send(ctx, http.MethodGet, nil, false)
	if e != nil {
		return e
	}
	raw := extract(a.body)
	f := failure(raw)
	if f.failed {
		return c.busy(a, f) // 401 with JSON only says that the password is missing
	}
	if e := c.judge(a, raw); e != nil {
		return e
	}
	return connector.Errorf(connector.KindSettings, "there is no integration file at this address")
}

// busy is the error of a file that has no time for anybody; nil for one that only asks for the password.
func (c *channel) busy(a answer, f said) *connector.Error {
	if e := connector.StatusError(a.status, a.header, a.write); e != nil && (e.Kind == connector.KindLimited || a.status >= 500) {
		return e
	}
	if a.status == http.StatusForbidden && f.code == "" {
		return connector.StatusError(a.status, a.header, a.write)
	}
	return nil
}

// said is how the file says no.
type said struct {
	failed     bool
	code, text string
}

func failure(raw json.RawMessage) said {
	var m struct {
		Error wire.Text `json:"error"`
		Code  wire.Text `json:"error_code"`
		Text  wire.Text `json:"error_text"`
	}
	if wire.Decode(raw, &m) != nil {
		return said{}
	}
	switch strings.ToLower(string(m.Error)) {
	case "", "0", "false", "no":
		return said{}
	case "1", "true", "yes":
		return said{true, strings.ToLower(string(m.Code)), string(m.Text)}
	}
	return said{true, strings.ToLower(string(m.Code)), wire.First(m.Text, m.Error)}
}

// judge finds out whether an answer is a refusal. The body is read whatever the HTTP status; what the file says of its database
// is not repeated, as that can hold a query with somebody's data.
func (c *channel) judge(a answer, raw json.RawMessage) *connector.Error {
	e := connector.StatusError(a.status, a.header, a.write)
	f := failure(raw)
	text := c.discreet(wire.First(f.text, f.code))
	switch {
	case f.failed && (f.code == "no_password" || f.code == "incorrect_password"):
		return &connector.Error{Kind: connector.KindAuth, Code: f.code, Message: "the shop's file refuses the password"}
	case f.failed && (f.code == codeUnsupported || f.code == "no_action"):
		return &connector.Error{Kind: connector.KindPermanent, Code: codeUnsupported, Message: text}
	case !f.failed && (a.status == http.StatusNotFound || a.status == http.StatusGone):
		return connector.Errorf(connector.KindSettings, "there is no integration file at this address")
	case e != nil:
		if text != "" && e.Kind != connector.KindSettings {
			e.Message = text
		}
		return e
	case f.failed && (strings.HasPrefix(f.code, "db_") || f.code == "database_prefix"):
		return &connector.Error{Kind: connector.Lost(a.write), Code: f.code, Message: "the shop's file can not use its database"}
	case f.failed:
		return &connector.Error{Kind: connector.KindPermanent, Code: f.code, Message: wire.First(text, "the shop's file refused without a reason")}
	case raw == nil:
		return a.unclear("the shop answered with something that is no data")
	}
	return nil
}

// discreet shortens the file's words and takes the password out, should they hold it.
func (c *channel) discreet(text string) string {
	if c.password != "" {
		text = strings.ReplaceAll(text, c.password, "…")
	}
	return wire.Clip(text)
}

func unsupported(e *connector.Error) bool { return e != nil && e.Code == codeUnsupported }

// extract finds the JSON in an answer: PHP writes a byte order mark, white space and notices before it.
func extract(body []byte) json.RawMessage {
	rest := body
	for range maxStarts {
		at := bytes.IndexAny(rest, "{[")
		if at < 0 || len(body)-len(rest)+at > maxNotices {
			return nil
		}
		rest = rest[at:]
		if json.Valid(rest) {
			return bytes.TrimSpace(rest)
		}
		rest = rest[1:]
	}
	return nil
}

// dict reads a map as PHP writes it: an empty one is [], and one whose keys count from 0 is a list.
func dict(raw json.RawMessage) map[string]json.RawMessage {
	var m map[string]json.RawMessage
	if json.Unmarshal(raw, &m) == nil {
		return m
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return nil
	}
	m = make(map[string]json.RawMessage, len(list))
	for i, v := range list {
		m[strconv.Itoa(i)] = v
	}
	return m
}

// number reads a key that is a positive whole number, 0 for any other.
func number(key string) int64 { return wire.Text(key).Number() }
