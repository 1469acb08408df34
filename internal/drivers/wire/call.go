// Package wire is what every driver does alike between an outside system's bytes and the connector types: one HTTP exchange
// with typed errors, scalars that come as text or as numbers, money written for people, phones, local times and addresses.
package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/httpx"
)

// maxBody bounds an answer even when the client a driver was given does not.
const maxBody = httpx.DefaultMaxBody

// maxWords bounds the outside's own words in an error, in runes.
const maxWords = 300

// Call is one request.
type Call struct {
	Method string
	URL    string
	Header http.Header
	Body   any    // sent as JSON; nil means no body
	Raw    []byte // sent as it stands in place of Body, for a system that takes no JSON; Header names its content type
	// Write marks a request with effects: when its answer is lost or unreadable the outcome is KindUnknown.
	Write bool
}

// Answer is a whole answer of any HTTP status.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	write  bool
	host   string
}

// Send makes the exchange and reads the whole answer. Its error covers only the way there and back; Answer.Err and
// Answer.Decode judge what was said.
func Send(ctx context.Context, client *http.Client, c Call) (Answer, error) {
	var body io.Reader
	if c.Body != nil {
		b, err := json.Marshal(c.Body)
		if err != nil {
			return Answer{}, &connector.Error{Kind: connector.KindPermanent, Message: "request can not be written as JSON", Cause: err}
		}
		body = bytes.NewReader(b)
	}
	if c.Raw != nil {
		body = bytes.NewReader(c.Raw)
	}
	req, err := http.NewRequestWithContext(ctx, c.Method, c.URL, body)
	if err != nil {
		return Answer{}, &connector.Error{Kind: connector.KindSettings, Message: "address can not be used"}
	}
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for k, v := range c.Header {
		req.Header[k] = v
	}
	resp, err := client.Do(req)
	if err != nil {
		return Answer{}, TravelError(req.URL.Host, err, c.Write)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err == nil && len(b) > maxBody {
		err = &httpx.TooLargeError{Limit: maxBody}
	}
	a := Answer{Status: resp.StatusCode, Header: resp.Header, Body: b, write: c.Write, host: req.URL.Host}
	if err != nil {
		return a, bodyError(a, err)
	}
	return a, nil
}

// InsideNetwork is why an address is refused before anything is sent there.
const InsideNetwork = "it lies inside a private network, where Lad goes only when it was started with --allow-private"

// TravelError is why a request got no answer, with what the platform's own client refuses.
func TravelError(host string, err error, write bool) *connector.Error {
	e := connector.SendError(err, write)
	var blocked *httpx.BlockedError
	if errors.As(err, &blocked) {
		e.Kind, e.Message = connector.KindSettings, host+" can not be used: "+InsideNetwork
	}
	return e
}

// bodyError keeps the meaning of a refusal whose body was cut.
func bodyError(a Answer, err error) *connector.Error {
	if refused := a.Err(); refused != nil {
		return refused
	}
	var large *httpx.TooLargeError
	if errors.As(err, &large) {
		return &connector.Error{Kind: connector.Lost(a.write), Message: large.Error()}
	}
	return &connector.Error{Kind: connector.Lost(a.write), Message: "half an answer from " + a.host, Cause: err}
}

// Err judges the HTTP status alone; it is nil for 2xx. The words are the outside's when the body has any.
func (a Answer) Err() *connector.Error {
	e := connector.StatusError(a.Status, a.Header, a.write)
	if e == nil {
		return nil
	}
	if e.Kind == connector.KindSettings {
		e.Message = a.host + " redirects to another address"
		return e
	}
	e.Message = a.words()
	return e
}

// words finds what the outside said: the usual JSON keys, else short plain text.
func (a Answer) words() string {
	var said struct {
		Message Text `json:"message"`
		Error   Text `json:"error"`
		Errors  struct {
			Message     Text `json:"message"`
			Description Text `json:"description"`
		} `json:"errors"`
		Response struct {
			Message Text `json:"message"`
		} `json:"response"`
	}
	if !a.HTML() && loose(a.Body, &said) == nil {
		if s := First(said.Message, said.Error, said.Errors.Message, said.Errors.Description, said.Response.Message); s != "" {
			return Clip(s)
		}
	}
	if text := http.StatusText(a.Status); text != "" {
		return a.host + " answered " + strconv.Itoa(a.Status) + " " + text
	}
	return a.host + " answered " + strconv.Itoa(a.Status)
}

// HTML says whether a web page came instead of data.
func (a Answer) HTML() bool { return bytes.HasPrefix(bytes.TrimSpace(a.Body), []byte("<")) }

// Decode reads the body into v, kindly: a value of an unexpected type is left zero. A web page, broken JSON or a JSON value
// that is not what v is (an object for a struct) means that nothing is known of the outcome.
func (a Answer) Decode(v any) *connector.Error {
	if a.HTML() {
		return connector.Errorf(connector.Lost(a.write), "%s answered with a web page instead of data", a.host)
	}
	if err := loose(a.Body, v); err != nil {
		return &connector.Error{Kind: connector.Lost(a.write), Message: a.host + " answered with broken JSON", Cause: err}
	}
	return nil
}

// Unclear makes an error for an answer that proves nothing, of the kind that fits the request.
func (a Answer) Unclear(format string, args ...any) *connector.Error {
	return connector.Errorf(connector.Lost(a.write), format, args...)
}

// Decode reads one JSON object kindly: a member of an unexpected type is left zero, unknown members are ignored. Bytes that
// are not an object are a KindData error.
func Decode(body []byte, v any) *connector.Error {
	if b := bytes.TrimSpace(body); len(b) == 0 || b[0] != '{' {
		return connector.Errorf(connector.KindData, "not a JSON object")
	}
	if err := loose(body, v); err != nil {
		return &connector.Error{Kind: connector.KindData, Message: "broken JSON", Cause: err}
	}
	return nil
}

// loose is json.Unmarshal that goes on after a member of the wrong type, as PHP writes [] for an empty object. The whole
// value being of the wrong type still is an error.
func loose(b []byte, v any) error {
	err := json.Unmarshal(b, v)
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) && wrong.Field != "" {
		return nil
	}
	return err
}

// Rows reads a JSON array element by element; null, absence or another type is an empty list.
type Rows []json.RawMessage

// UnmarshalJSON never fails on a value of another type.
func (r *Rows) UnmarshalJSON(b []byte) error {
	var list []json.RawMessage
	if len(b) > 0 && b[0] == '[' {
		if err := json.Unmarshal(b, &list); err != nil {
			return err
		}
	}
	*r = list
	return nil
}

// Clip shortens words for an error.
func Clip(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > maxWords {
		return string(r[:maxWords]) + "…"
	}
	return s
}

// Address reads the setting that holds a base address: http or https with a host, without a trailing slash.
func Address(raw string) (string, *connector.Error) {
	raw = strings.TrimSpace(raw)
	if raw != "" && !strings.Contains(raw, "://") {
		raw = "https://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return "", connector.Errorf(connector.KindSettings, "base_url: %q is not an address", raw)
	}
	return u.Scheme + "://" + u.Host + strings.TrimRight(u.EscapedPath(), "/"), nil
}

// Begin is how a driver's Open begins: the settings as Require reads them, from a session that has what every driver needs.
func Begin(in connector.Info, cfg *connector.Config) (map[string]string, *connector.Error) {
	if cfg.HTTP == nil || cfg.Now == nil {
		return nil, connector.Errorf(connector.KindSettings, "no HTTP client or clock")
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return Require(in, cfg.Settings)
}

// Require checks that a form's required settings are there and fills in defaults.
func Require(in connector.Info, given map[string]string) (map[string]string, *connector.Error) {
	out := make(map[string]string, len(in.Settings))
	for _, s := range in.Settings {
		v := strings.TrimSpace(given[s.Key])
		if v == "" {
			v = s.Default
		}
		if v == "" && s.Required {
			return nil, connector.Errorf(connector.KindSettings, "%s: required", s.Key)
		}
		out[s.Key] = v
	}
	return out, nil
}

// AsError is err as a driver's error; what is none becomes one of its KindOf.
func AsError(err error) *connector.Error {
	var e *connector.Error
	if errors.As(err, &e) {
		return e
	}
	return &connector.Error{Kind: connector.KindOf(err), Message: err.Error()}
}

// NotID makes the error for an id that can not belong to this channel.
func NotID(what, id string) *connector.Error {
	return connector.Errorf(connector.KindPermanent, "%q is not a number of this channel's %s", id, what)
}
