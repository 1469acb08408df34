// Package httpx is the program's HTTP on both sides. Inbound: handlers that return an error, one table from error codes to
// statuses, a router on which every route states who may use it, and the guards around it. Outbound: the one client
// constructor that drivers use.
package httpx

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/platform/errs"
)

// HandlerFunc handles a request; what it returns is shown to the client by Problems. It must not have begun its answer when it
// returns an error.
type HandlerFunc func(w http.ResponseWriter, r *http.Request) error

// Translator writes a message in the language of the context; args are name, value, name, value …
type Translator func(ctx context.Context, key string, args ...any) string

// Problem is an error as a client sees it, the body of every failed API call.
type Problem struct {
	Status  int       `json:"-"`
	Code    errs.Code `json:"code"`
	Key     string    `json:"key"`
	Message string    `json:"message"`
	// Fields holds a message for every faulty input, by its name.
	Fields map[string]string `json:"fields,omitempty"`
	// Current is how things stand now, after a conflict that tells it.
	Current   any    `json:"current,omitempty"`
	RequestID string `json:"request_id,omitempty"`
}

// statusOf is the one table from codes to statuses.
var statusOf = map[errs.Code]int{
	errs.Invalid:     http.StatusBadRequest,
	errs.Unauthed:    http.StatusUnauthorized,
	errs.Forbidden:   http.StatusForbidden,
	errs.NotFound:    http.StatusNotFound,
	errs.NoMethod:    http.StatusMethodNotAllowed,
	errs.Gone:        http.StatusGone,
	errs.Conflict:    http.StatusConflict,
	errs.TooLarge:    http.StatusRequestEntityTooLarge,
	errs.TooMany:     http.StatusTooManyRequests,
	errs.Unavailable: http.StatusServiceUnavailable,
	errs.Internal:    http.StatusInternalServerError,
}

// statusGone marks in the log a request whose client left before the answer.
const statusGone = 499

// Status is the HTTP status of an error.
func Status(err error) int {
	if s, ok := statusOf[errs.CodeOf(err)]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// Problems shows errors to clients: JSON to programs, a page to browsers.
type Problems struct {
	Translate Translator
	// Page draws a problem for a browser, also for htmx requests; nil shows JSON to everybody. It writes the status itself.
	Page func(w http.ResponseWriter, r *http.Request, p Problem)
	Log  *slog.Logger
}

// Handle makes a handler of h for use outside a Router.
func (p *Problems) Handle(h HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			p.Write(w, r, err)
		}
	})
}

// beginner is a writer of ours that knows whether anything has left it, and can drop what has not.
type beginner interface{ restart() bool }

// Write answers with an error. When the answer has begun already, or the client is gone, the error is only logged.
func (p *Problems) Write(w http.ResponseWriter, r *http.Request, err error) {
	x := exchangeOf(r.Context())
	if x != nil {
		x.cause = err
	} else if Status(err) >= 500 {
		p.Log.ErrorContext(r.Context(), "request failed", "error", err)
	}
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		if x != nil && x.status == 0 {
			x.status = statusGone
		}
		return
	}
	if b, ok := w.(beginner); ok && !b.restart() {
		return
	}
	problem := p.Of(r.Context(), err)
	h := w.Header()
	h.Del("Content-Length")
	h.Del("Content-Encoding")
	h.Del("ETag")
	retryAfter(h, err)
	if p.Page != nil && wantsPage(r) {
		p.Page(w, r, problem)
		return
	}
	if problem.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	_ = WriteJSON(w, problem.Status, problem) // the client is gone; nobody is left to tell
}

// Of translates an error as a client sees it. Nothing of a bug's inside is shown.
func (p *Problems) Of(ctx context.Context, err error) Problem {
	e := known(err)
	out := Problem{Status: Status(e), Code: e.Code, Key: e.Key, Current: e.Current, RequestID: RequestID(ctx)}
	out.Message = p.Translate(ctx, e.Key, e.Args...)
	if len(e.Fields) > 0 {
		out.Fields = make(map[string]string, len(e.Fields))
	}
	for _, f := range e.Fields {
		out.Fields[f.Name] = p.Translate(ctx, f.Key, f.Args...)
	}
	return out
}

// known is err as an error that may be shown.
func known(err error) *errs.Error {
	var e *errs.Error
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &e) && e.Code != errs.Internal:
		return e
	case errors.As(err, &large):
		return tooLarge(large.Limit)
	case errors.Is(err, context.DeadlineExceeded):
		return errs.Wrap(errs.Unavailable, err, "error.http.timeout")
	}
	return errs.Wrap(errs.Internal, err, "error.internal")
}

func tooLarge(limit int64) *errs.Error {
	return errs.New(errs.TooLarge, "error.http.body_too_large", "limit", (limit+1023)>>10)
}

// retryAfter tells a client when to come back: the argument "seconds" of the error.
func retryAfter(h http.Header, err error) {
	var e *errs.Error
	if !errors.As(err, &e) || e.Code != errs.TooMany && e.Code != errs.Unavailable {
		return
	}
	for i := 0; i+1 < len(e.Args); i += 2 {
		if e.Args[i] == "seconds" {
			h.Set("Retry-After", fmt.Sprint(e.Args[i+1]))
			return
		}
	}
	if e.Code == errs.Unavailable {
		h.Set("Retry-After", strconv.Itoa(5))
	}
}

// wantsPage says whether a person's browser asks.
func wantsPage(r *http.Request) bool {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		return false
	}
	return r.Header.Get("HX-Request") == "true" || strings.Contains(r.Header.Get("Accept"), "text/html")
}
