package httpx

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// Access says who may use a route. The zero value says nothing and is refused at registration.
type Access struct {
	kind       accessKind
	permission access.Permission
}

type accessKind int

const (
	accessUnsaid accessKind = iota
	accessPublic
	accessSignedIn
	accessNeeds
)

// Public lets everybody in: sign-in, assets, webhooks that prove themselves.
func Public() Access { return Access{kind: accessPublic} }

// SignedIn lets in every actor, whatever it may do: one's own account, sign-out, the home page.
func SignedIn() Access { return Access{kind: accessSignedIn} }

// Needs lets in actors with a permission.
func Needs(p access.Permission) Access { return Access{kind: accessNeeds, permission: p} }

// String is "public", "signed in" or the permission.
func (a Access) String() string {
	switch a.kind {
	case accessPublic:
		return "public"
	case accessSignedIn:
		return "signed in"
	case accessNeeds:
		return string(a.permission)
	}
	return "unsaid"
}

// allow asks the actor.
func (a Access) allow(actor access.Actor) error {
	switch {
	case a.kind == accessPublic:
		return nil
	case actor.Kind == "":
		return errs.New(errs.Unauthed, "error.unauthed")
	case a.kind == accessSignedIn:
		return nil
	}
	return actor.Must(a.permission)
}

// Route is a registered route.
type Route struct {
	Pattern string // of http.ServeMux, with a method
	Access  Access
	// MaxBody bounds the request body, in bytes.
	MaxBody int64
	// Stream frees the answer from the time limit on writing: event streams, long downloads.
	Stream bool
	hidden bool
}

// Option changes a route from its defaults.
type Option func(*Route)

// MaxBody lets a route take bodies longer or shorter than DefaultBody.
func MaxBody(bytes int64) Option { return func(rt *Route) { rt.MaxBody = bytes } }

// Stream marks a route whose answer may take longer than WriteTimeout; its handler bounds its own writes.
func Stream() Option { return func(rt *Route) { rt.Stream = true } }

// Config is what a Router needs.
type Config struct {
	Log      *slog.Logger
	Problems Problems
	Clock    clock.Clock // nil is the system's; for the rate limit
	// Authenticate finds who asks and answers the context with the actor and the language; an error refuses the request except
	// on a public route, which goes on as nobody. nil knows nobody.
	Authenticate func(*http.Request) (context.Context, error)
	Proxies      Proxies
	// TrustedOrigins may send unsafe requests from another origin: "https://shop.example".
	TrustedOrigins []string
	// PerSecond and Burst bound the requests of one client address; 0 does not bound them. Trusted proxies are not bounded.
	PerSecond float64
	Burst     int
	// Observe learns of every answered request; pattern is empty when no route matched. nil for nobody.
	Observe func(pattern string, status int, took time.Duration)
}

// rateKeys bounds the client addresses that the rate limit remembers.
const rateKeys = 1 << 14

// Router serves routes behind all guards: request id, security headers, panic recovery, log line, rate limit, defence against
// cross-site requests, authentication, permission, body bound, compression. What is not registered is refused.
type Router struct {
	c      Config
	mux    *http.ServeMux
	inner  http.Handler
	routes []Route
	ids    *idSource
	cross  *http.CrossOriginProtection
	rate   *Limiter[[16]byte]
}

// NewRouter makes a router; it panics on a malformed trusted origin.
func NewRouter(c Config) *Router {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Problems.Log == nil {
		c.Problems.Log = c.Log
	}
	rt := &Router{c: c, mux: http.NewServeMux(), ids: newIDSource(c.Clock.Now()), cross: http.NewCrossOriginProtection()}
	for _, origin := range c.TrustedOrigins {
		if err := rt.cross.AddTrustedOrigin(origin); err != nil {
			panic(fmt.Sprintf("httpx: trusted origin %q: %v", origin, err))
		}
	}
	if c.PerSecond > 0 {
		rt.rate = NewLimiter[[16]byte](c.Clock, c.PerSecond, max(1, c.Burst), rateKeys)
	}
	rt.mux.Handle("/", rt.c.Problems.Handle(rt.miss))
	rt.inner = Gzip(rt.mux)
	return rt
}

// Handle registers a handler. It panics when the pattern has no method, when a says nothing or names a permission that does
// not exist: a mistake of the program, found at start.
func (rt *Router) Handle(pattern string, a Access, h HandlerFunc, options ...Option) {
	method, _, ok := strings.Cut(pattern, " ")
	if !ok || method == "" {
		panic("httpx: route without a method: " + pattern)
	}
	if a.kind == accessUnsaid || a.kind == accessNeeds && !slices.Contains(access.All, a.permission) {
		panic("httpx: route without access: " + pattern)
	}
	route := &Route{Pattern: pattern, Access: a, MaxBody: DefaultBody}
	route.hidden = strings.Contains(pattern, "{token}") || strings.Contains(pattern, "{secret}")
	for _, o := range options {
		o(route)
	}
	rt.routes = append(rt.routes, *route)
	rt.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { rt.serve(route, h, w, r) })
}

// Mount registers a handler of the standard kind.
func (rt *Router) Mount(pattern string, a Access, h http.Handler, options ...Option) {
	rt.Handle(pattern, a, func(w http.ResponseWriter, r *http.Request) error {
		h.ServeHTTP(w, r)
		return nil
	}, options...)
}

// Routes lists the routes in the order of registration.
func (rt *Router) Routes() []Route { return slices.Clone(rt.routes) }

// Problems shows errors as the router does.
func (rt *Router) Problems() *Problems { return &rt.c.Problems }

// ServeHTTP runs one request.
func (rt *Router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{ResponseWriter: w, id: rt.ids.next(), began: time.Now()}
	x.addr, x.secure = rt.c.Proxies.client(r)
	x.secureHeaders()
	r = r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x))
	defer rt.finish(x, r)
	if err := rt.admit(x, r); err != nil {
		rt.c.Problems.Write(x, r, err)
		return
	}
	rt.inner.ServeHTTP(x, r)
}

// admit refuses what can be refused before the route is known.
func (rt *Router) admit(x *exchange, r *http.Request) error {
	if rt.rate != nil && x.addr.IsValid() && !rt.c.Proxies.trust(x.addr) {
		if wait := rt.rate.Take(Block(x.addr).As16()); wait > 0 {
			return errs.New(errs.TooMany, "error.too_many", "seconds", int64(wait/time.Second)+1)
		}
	}
	if err := rt.cross.Check(r); err != nil {
		return errs.Wrap(errs.Forbidden, err, "error.http.cross_origin")
	}
	return nil
}

// finish recovers from a panic and writes the log line. An answer that was cut by a panic ends with a broken connection, so
// that the client does not take it for whole.
func (rt *Router) finish(x *exchange, r *http.Request) {
	p := recover()
	begun := x.status != 0
	if p != nil && p != http.ErrAbortHandler {
		x.cause = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		if !begun {
			rt.c.Problems.Write(x, r, x.cause)
		}
	}
	if x.status == 0 {
		x.status = http.StatusOK
	}
	took := time.Since(x.began)
	x.log(rt.c.Log, r, took)
	if rt.c.Observe != nil {
		pattern := ""
		if x.route != nil {
			pattern = x.route.Pattern
		}
		rt.c.Observe(pattern, x.status, took)
	}
	if p != nil && (begun || p == http.ErrAbortHandler) {
		panic(http.ErrAbortHandler)
	}
}

// serve runs a route: who asks, may they, then the handler with a bounded body.
func (rt *Router) serve(route *Route, h HandlerFunc, w http.ResponseWriter, r *http.Request) {
	x := exchangeOf(r.Context())
	x.route = route
	err := rt.authenticate(route, &r)
	if err == nil {
		x.actor = access.From(r.Context())
		err = route.Access.allow(x.actor)
	}
	if err == nil {
		x.bound(route, r)
		err = h(w, r)
	}
	if err != nil {
		rt.c.Problems.Write(w, r, err)
	}
}

// authenticate replaces the request by one whose context knows the actor.
func (rt *Router) authenticate(route *Route, r **http.Request) error {
	if rt.c.Authenticate == nil {
		return nil
	}
	ctx, err := rt.c.Authenticate(*r)
	if ctx != nil {
		*r = (*r).WithContext(ctx)
	}
	if route.Access.kind == accessPublic {
		return nil
	}
	return err
}

// miss answers what no route matches: 405 when another method would.
func (rt *Router) miss(w http.ResponseWriter, r *http.Request) error {
	probe := &http.Request{URL: r.URL, Host: r.Host}
	var allowed []string
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
		probe.Method = method
		if _, pattern := rt.mux.Handler(probe); pattern != "/" && pattern != "" {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		return errs.New(errs.NotFound, "error.not_found")
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	return errs.New(errs.NoMethod, "error.http.method", "method", r.Method)
}
