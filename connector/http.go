package connector

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxPause bounds the pause an outside can ask for.
const maxPause = 24 * time.Hour

// Lost is the kind of a failure after which nothing is known: a read is tried again, a write may have had its effect.
func Lost(write bool) Kind {
	if write {
		return KindUnknown
	}
	return KindTransient
}

// SendError makes the error of a request that got no answer. A host that could not be reached at all has surely done
// nothing, so even a write is only KindTransient then. The address is left out: its query may hold personal data.
func SendError(err error, write bool) *Error {
	e := &Error{Kind: Lost(write), Message: "no answer", Cause: err}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		e.Cause = wrapped.Err
		if u, perr := url.Parse(wrapped.URL); perr == nil && u.Host != "" {
			e.Message = "no answer from " + u.Host
		}
	}
	var dial *net.OpError
	if errors.As(err, &dial) && dial.Op == "dial" {
		e.Kind = KindTransient
	}
	return e
}

// StatusError judges an HTTP status; it is nil for 2xx. Code is the status, RetryAfter the header as seconds or as a date
// against the outside's own clock. A driver may put the outside's own words into Message.
func StatusError(status int, header http.Header, write bool) *Error {
	if status >= 200 && status < 300 {
		return nil
	}
	e := &Error{
		Kind: KindPermanent, Code: strconv.Itoa(status), RetryAfter: pause(header),
		Message: strings.TrimSpace("HTTP " + strconv.Itoa(status) + " " + http.StatusText(status)),
	}
	switch {
	case status == http.StatusTooManyRequests:
		e.Kind = KindLimited
	case status == http.StatusUnauthorized:
		e.Kind = KindAuth
	case status == http.StatusForbidden:
		e.Kind = KindDenied
	case status >= 500 || status == http.StatusRequestTimeout || status < 200:
		e.Kind = Lost(write)
	case status < 400:
		e.Kind, e.Message = KindSettings, "the address redirects to another one"
	}
	return e
}

// SendJSON makes a whole exchange for a driver with plain needs: body goes out as JSON unless it is nil, the answer is read
// into out. Any method but GET is a write, whose lost or unreadable answer is KindUnknown.
func SendJSON(ctx context.Context, client *http.Client, method, address string, header http.Header, body, out any) error {
	write := method != http.MethodGet
	var sent bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&sent).Encode(body); err != nil {
			return &Error{Kind: KindPermanent, Message: "request can not be written as JSON", Cause: err}
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, address, &sent)
	if err != nil {
		return Errorf(KindSettings, "address can not be used")
	}
	for k, v := range header {
		req.Header[http.CanonicalHeaderKey(k)] = v
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return SendError(err, write)
	}
	defer resp.Body.Close()
	if e := StatusError(resp.StatusCode, resp.Header, write); e != nil {
		return e
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return &Error{Kind: Lost(write), Message: "answer can not be read", Cause: err}
	}
	return nil
}

func pause(h http.Header) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if s, err := strconv.ParseFloat(v, 64); err == nil && !math.IsNaN(s) {
		return time.Duration(min(max(s, 0), maxPause.Seconds()) * float64(time.Second))
	}
	at, err := http.ParseTime(v)
	now, errNow := http.ParseTime(h.Get("Date"))
	if err != nil || errNow != nil || at.Before(now) {
		return 0
	}
	return min(at.Sub(now), maxPause)
}
