package httpx

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/lad-hub/lad/internal/platform/access"
)

// exchange is what is known of one request while it runs: one allocation that is the response writer, the request id, the
// client's address and the material of the log line.
type exchange struct {
	http.ResponseWriter
	id     string
	addr   netip.Addr
	secure bool
	began  time.Time
	actor  access.Actor
	route  *Route
	status int
	bytes  int64
	cause  error
}

type exchangeKey struct{}

func exchangeOf(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

// RequestID names the request in logs and error bodies; empty outside a Router.
func RequestID(ctx context.Context) string {
	if x := exchangeOf(ctx); x != nil {
		return x.id
	}
	return ""
}

// ClientAddr is the address that the request came from, past trusted proxies; the zero Addr when it is not known.
func ClientAddr(ctx context.Context) netip.Addr {
	if x := exchangeOf(ctx); x != nil {
		return x.addr
	}
	return netip.Addr{}
}

// IsSecure says whether the client reached us over TLS, directly or through a trusted proxy.
func IsSecure(ctx context.Context) bool {
	x := exchangeOf(ctx)
	return x != nil && x.secure
}

// WriteHeader notes the status.
func (x *exchange) WriteHeader(status int) {
	if x.status == 0 && status >= 200 {
		x.status = status
	}
	x.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes.
func (x *exchange) Write(p []byte) (int, error) {
	if x.status == 0 {
		x.status = http.StatusOK
	}
	n, err := x.ResponseWriter.Write(p)
	x.bytes += int64(n)
	return n, err
}

// FlushError sends what is buffered to the client.
func (x *exchange) FlushError() error {
	if x.status == 0 {
		x.status = http.StatusOK
	}
	return http.NewResponseController(x.ResponseWriter).Flush()
}

// Flush is FlushError for callers that know only http.Flusher.
func (x *exchange) Flush() { _ = x.FlushError() }

// Unwrap lets http.ResponseController reach the connection.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

func (x *exchange) restart() bool { return x.status == 0 }

// idSource makes request ids: the process's start in base 36, then a counter.
type idSource struct {
	prefix string
	n      atomic.Uint64
}

func newIDSource(now time.Time) *idSource {
	return &idSource{prefix: strconv.FormatInt(now.UnixMilli(), 36) + "-"}
}

func (s *idSource) next() string {
	var b [32]byte
	return string(strconv.AppendUint(append(b[:0], s.prefix...), s.n.Add(1), 36))
}

// Header values that every answer carries; shared, so that setting them does not allocate.
var (
	cspValue = []string{"default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; " +
		"form-action 'self'; object-src 'none'"}
	nosniffValue     = []string{"nosniff"}
	referrerValue    = []string{"same-origin"}
	permissionsValue = []string{"accelerometer=(), camera=(self), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()"}
	openerValue      = []string{"same-origin"}
	noStoreValue     = []string{"no-store"}
	hstsValue        = []string{"max-age=31536000"}
)

// secure sets the headers that protect a browser. Answers are not cached unless their handler says otherwise. The camera is
// left to our own pages, which scan barcodes with it.
func (x *exchange) secureHeaders() {
	h := x.Header()
	h["Content-Security-Policy"] = cspValue
	h["X-Content-Type-Options"] = nosniffValue
	h["Referrer-Policy"] = referrerValue
	h["Permissions-Policy"] = permissionsValue
	h["Cross-Origin-Opener-Policy"] = openerValue
	h["Cache-Control"] = noStoreValue
	h["X-Request-Id"] = []string{x.id}
	if x.secure {
		h["Strict-Transport-Security"] = hstsValue
	}
}

// log writes the one line about the request: never its query, body, headers, nor a path that holds a secret.
func (x *exchange) log(l *slog.Logger, r *http.Request, took time.Duration) {
	level := slog.LevelInfo
	if x.status >= 500 {
		level = slog.LevelError
	}
	if !l.Enabled(r.Context(), level) {
		return
	}
	attrs := make([]slog.Attr, 0, 10)
	attrs = append(attrs, slog.String("method", r.Method), slog.String("path", x.path(r)), slog.Int("status", x.status),
		slog.Int64("bytes", x.bytes), slog.Float64("ms", float64(took.Microseconds())/1000),
		slog.String("addr", x.addr.String()), slog.String("request", x.id))
	if x.actor.Kind != "" {
		attrs = append(attrs, slog.Int64("tenant", int64(x.actor.Tenant)), slog.String("actor", x.actor.String()))
	}
	if x.cause != nil {
		attrs = append(attrs, slog.String("error", x.cause.Error()))
	}
	l.LogAttrs(r.Context(), level, "request", attrs...)
}

// path is the path as the log may hold it: a route with a {token} or {secret} in it is named by its pattern.
func (x *exchange) path(r *http.Request) string {
	if x.route != nil && x.route.hidden {
		return x.route.Pattern
	}
	if len(r.URL.Path) > 200 {
		return strings.ToValidUTF8(r.URL.Path[:200], "")
	}
	return r.URL.Path
}
