package sim

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lad-hub/lad/internal/platform/clock"
)

// maxRequestBytes bounds a request body; no channel of ours takes more in one call.
const maxRequestBytes = 32 << 20

// Access says whether a route changes anything; the faults AcceptThen… strike at writes only.
type Access bool

// The two kinds of routes.
const (
	Read  Access = false
	Write Access = true
)

// Handler answers one call. It takes the simulator's lock itself and must not return data that the lock guards.
type Handler func(*Call) Answer

// Front is the HTTP side of a simulator: it tells watchers, applies the fault plan, and calls the routes.
type Front struct {
	shop      string
	clock     clock.Clock
	faults    *Faults
	mux       *http.ServeMux
	perSecond float64

	requests atomic.Pointer[[]func(*http.Request, time.Time)]
	offers   atomic.Pointer[[]func(OfferChange)]

	mu     sync.Mutex // guards the token bucket and the registration of watchers
	tokens float64
	filled time.Time
}

// NewFront makes the front of a shop; perSecond is the sheet's request rate, used when RateLimit is on without a number.
func NewFront(shop string, o Options, perSecond float64) *Front {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	return &Front{shop: shop, clock: o.Clock, faults: NewFaults(o.Seed), mux: http.NewServeMux(), perSecond: perSecond}
}

// Name is the kind of the channel.
func (f *Front) Name() string { return f.shop }

// Faults is the plan of faults.
func (f *Front) Faults() *Faults { return f.faults }

// Now is the simulator's time; a skewed clock changes only what is reported.
func (f *Front) Now() time.Time { return f.clock.Now() }

// OnRequest registers a function that is told each request on its arrival.
func (f *Front) OnRequest(fn func(r *http.Request, at time.Time)) { register(&f.mu, &f.requests, fn) }

// OnOffer registers a function that is told each change of what the channel shows.
func (f *Front) OnOffer(fn func(OfferChange)) { register(&f.mu, &f.offers, fn) }

// register appends by copying, so that readers need no lock.
func register[F any](mu *sync.Mutex, list *atomic.Pointer[[]F], fn F) {
	mu.Lock()
	defer mu.Unlock()
	var all []F
	if p := list.Load(); p != nil {
		all = append(all, *p...)
	}
	all = append(all, fn)
	list.Store(&all)
}

// Tell passes changes of offers to the watchers. Call it without holding the simulator's lock.
func (f *Front) Tell(changes []OfferChange) {
	p := f.offers.Load()
	if p == nil {
		return
	}
	for _, c := range changes {
		if !c.Shown() {
			continue
		}
		for _, fn := range *p {
			fn(c)
		}
	}
}

// Handle adds a route; the pattern is that of http.ServeMux. The pattern "/" catches what no other route does.
func (f *Front) Handle(pattern string, a Access, h Handler) {
	f.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { f.serve(w, r, a, h) })
}

// ServeHTTP implements http.Handler.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at := f.clock.Now()
	if p := f.requests.Load(); p != nil {
		for _, fn := range *p {
			fn(r, at)
		}
	}
	if f.faults.on.Load() > 0 && !f.admit(w, r, at) {
		return
	}
	f.mux.ServeHTTP(w, r)
}

// admit applies the faults that strike before a request is executed; false means it has been answered.
func (f *Front) admit(w http.ResponseWriter, r *http.Request, at time.Time) bool {
	path := r.URL.Path
	if rule, ok := f.faults.Take(Delay, path); ok && !f.wait(r, rule) {
		return false
	}
	if _, ok := f.faults.Take(Drop, path); ok {
		panic(http.ErrAbortHandler)
	}
	if rule, ok := f.faults.Take(RateLimit, path); ok && !f.spend(rule, at) {
		f.refuse(w, tooMany(time.Second))
		return false
	}
	if rule, ok := f.faults.Take(Status429, path); ok {
		f.refuse(w, tooMany(max(rule.RetryAfter, time.Second)))
		return false
	}
	if rule, ok := f.faults.Take(Status5xx, path); ok {
		f.refuse(w, JSON(orElse(rule.Status, http.StatusServiceUnavailable), map[string]string{"error": "temporarily unavailable"}))
		return false
	}
	if rule, ok := f.faults.Take(HTMLErrors, path); ok {
		f.refuse(w, HTML(orElse(rule.Status, http.StatusUnauthorized)))
		return false
	}
	return true
}

// Knock tells the watchers of a request in another protocol than HTTP, and which fault strikes before it is executed; the empty
// kind is none. What the request is stands in the method and the path of r.
func (f *Front) Knock(r *http.Request) (Kind, Rule) {
	at := f.clock.Now()
	if p := f.requests.Load(); p != nil {
		for _, fn := range *p {
			fn(r, at)
		}
	}
	for _, kind := range []Kind{Delay, Drop, RateLimit, Status429, Status5xx, HTMLErrors} {
		rule, ok := f.faults.Take(kind, r.URL.Path)
		if kind == RateLimit {
			ok = ok && !f.spend(rule, at)
		}
		if ok {
			rule.Delay += f.faults.jitter(rule.Jitter)
			return kind, rule
		}
	}
	return "", Rule{}
}

// wait holds a request back; false when the caller has gone meanwhile, which the server only notices once the body is read.
func (f *Front) wait(r *http.Request, rule Rule) bool {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequestBytes+1)) // one too many is refused later
	if err != nil {
		return false
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	t := time.NewTimer(rule.Delay + f.faults.jitter(rule.Jitter))
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// spend takes one token from the bucket, which holds one second's worth.
func (f *Front) spend(rule Rule, at time.Time) bool {
	rate := rule.PerSecond
	if rate <= 0 {
		rate = f.perSecond
	}
	burst := max(1, rate)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.filled.IsZero() {
		f.tokens = burst
	} else if d := at.Sub(f.filled); d > 0 {
		f.tokens = min(burst, f.tokens+d.Seconds()*rate)
	}
	f.filled = at
	if f.tokens < 1 {
		return false
	}
	f.tokens--
	return true
}

func tooMany(after time.Duration) Answer {
	a := JSON(http.StatusTooManyRequests, map[string]string{"error": "too many requests"})
	a.Header = http.Header{"Retry-After": {strconv.Itoa(int((after + time.Second - 1) / time.Second))}}
	return a
}

func orElse(n, def int) int {
	if n == 0 {
		return def
	}
	return n
}

// serve runs one route and sends its answer through the faults that strike after execution.
func (f *Front) serve(w http.ResponseWriter, r *http.Request, a Access, h Handler) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBytes))
	if err != nil {
		f.refuse(w, JSON(http.StatusRequestEntityTooLarge, map[string]string{"error": "request body can not be read"}))
		return
	}
	c := &Call{Request: r, Body: body, At: f.clock.Now(), front: f}
	if rule, ok := f.faults.Take(ClockSkew, r.URL.Path); ok {
		c.Skew = rule.Skew
	}
	if a == Write {
		_, c.Ignore = f.faults.Take(AcceptThenIgnore, r.URL.Path)
	}
	answer := h(c)
	f.Tell(c.changes)
	if a == Write {
		if _, ok := f.faults.Take(AcceptThenFail, r.URL.Path); ok {
			answer = JSON(http.StatusInternalServerError, map[string]string{"error": "internal error"})
		}
	}
	f.send(w, r.URL.Path, answer)
}
