// Package baselinker reads an account of BaseLinker (Base.com) by its public API: catalogues, orders, statuses, the journal of
// changes. It only reads; what its answers mean for Lad is the importer's business.
//
// Source: the vendor's method documentation (api.baselinker.com) as summed up in the BaseLinker sheet.
package baselinker

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	_ "time/tzdata" // the zone of the API's error messages must be known on a machine without zone files

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/secret"
)

// DefaultAddress is where the API is.
const DefaultAddress = "https://api.baselinker.com/connector.php"

// MaxBody bounds one answer in bytes: a hundred products with long descriptions in several languages.
const MaxBody = 32 << 20

// maxWords bounds the API's own words in an error, in bytes.
const maxWords = 300

// Client asks one account. Its errors are *connector.Error: KindAuth for a token that does not work, KindLimited with
// RetryAfter for too many requests, KindTransient for what may pass by itself, KindPermanent for what the API refuses.
type Client struct {
	HTTP    *http.Client
	Address string // empty means DefaultAddress
	Token   secret.Text
	Clock   clock.Clock
}

// call runs one method and reads its answer into out.
func (c *Client) call(ctx context.Context, method string, params, out any) error {
	args, err := json.Marshal(params)
	if err != nil {
		return &connector.Error{Kind: connector.KindPermanent, Message: "request can not be written as JSON", Cause: err}
	}
	address := c.Address
	if address == "" {
		address = DefaultAddress
	}
	form := url.Values{"method": {method}, "parameters": {string(args)}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return connector.Errorf(connector.KindSettings, "address can not be used")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Bltoken", c.Token.Reveal())
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return connector.SendError(err, false)
	}
	defer func() { _ = resp.Body.Close() }()
	if e := connector.StatusError(resp.StatusCode, resp.Header, false); e != nil {
		return e
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return &connector.Error{Kind: connector.KindTransient, Message: "answer breaks off", Cause: err}
	}
	return c.read(body, out)
}

// read judges an answer and decodes it.
func (c *Client) read(body []byte, out any) error {
	var head struct {
		Status  Text `json:"status"`
		Code    Text `json:"error_code"`
		Message Text `json:"error_message"`
	}
	if err := json.Unmarshal(body, &head); err != nil {
		return &connector.Error{Kind: connector.KindTransient, Message: "answer can not be read", Cause: bare(err)}
	}
	if head.Status != "SUCCESS" {
		return c.failure(string(head.Code), string(head.Message))
	}
	if err := json.Unmarshal(body, out); err != nil {
		return &connector.Error{Kind: connector.KindPermanent, Message: "answer has another shape than documented", Cause: bare(err)}
	}
	return nil
}

// bare is a decoder's error without what it may quote of the answer.
func bare(err error) error {
	var typ *json.UnmarshalTypeError
	if errors.As(err, &typ) {
		return errors.New("field " + typ.Field)
	}
	return errors.New("no JSON")
}

// authCodes say that the token, or the account behind it, does not work.
var authCodes = map[string]bool{"ERROR_EMPTY_TOKEN": true, "ERROR_AUTH_TOKEN": true, "ERROR_USER_ACCOUNT_BLOCKED": true}

func (c *Client) failure(code, message string) *connector.Error {
	e := &connector.Error{Kind: connector.KindPermanent, Code: cut(code), Message: cut(message)}
	switch {
	case code == "ERROR_BLOCKED_TOKEN":
		e.Kind, e.RetryAfter = connector.KindLimited, c.blockedFor(message)
	case authCodes[code]:
		e.Kind = connector.KindAuth
	case code == "":
		e.Kind = connector.KindTransient
	}
	return e
}

func cut(s string) string {
	if len(s) > maxWords {
		s = strings.ToValidUTF8(s[:maxWords], "")
	}
	return s
}

// Bounds of the pause of a blocked token: the API blocks for ten minutes; its message tells until when.
const (
	blockTime = 10 * time.Minute
	maxBlock  = time.Hour
)

// blockedFor reads the moment at the end of "token blocked until 2026-11-27 17:10:00", which is Warsaw's time.
func (c *Client) blockedFor(message string) time.Duration {
	const layout = "2006-01-02 15:04:05"
	zone, err := time.LoadLocation("Europe/Warsaw")
	if err != nil || len(message) < len(layout) {
		return blockTime
	}
	until, err := time.ParseInLocation(layout, message[len(message)-len(layout):], zone)
	if err != nil {
		return blockTime
	}
	left := until.Sub(c.Clock.Now()) + time.Second
	if left <= 0 || left > maxBlock {
		return blockTime // a clock that is wrong by hours says nothing
	}
	return left
}
