package reconcile

import (
	"context"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// Limiter makes every request of one account wait for its turn in a token bucket, so that log-in, paging and read-back count
// as the outside counts them.
type Limiter struct {
	next   http.RoundTripper
	bucket *rate.Limiter
	calls  atomic.Int64
}

// NewLimiter limits to perSecond requests with the given burst; 0 per second means no limit.
func NewLimiter(next http.RoundTripper, perSecond float64, burst int) *Limiter {
	limit := rate.Inf
	if perSecond > 0 {
		limit = rate.Limit(perSecond)
	}
	return &Limiter{next: next, bucket: rate.NewLimiter(limit, max(burst, 1))}
}

// RoundTrip waits for a token and sends the request.
func (l *Limiter) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := l.bucket.Wait(r.Context()); err != nil {
		return nil, err
	}
	l.calls.Add(1)
	return l.next.RoundTrip(r)
}

// Dial makes a way out for another protocol than HTTP wait for the same tokens, one for each connection.
func (l *Limiter) Dial(next func(ctx context.Context, network, address string) (net.Conn, error)) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if err := l.bucket.Wait(ctx); err != nil {
			return nil, err
		}
		l.calls.Add(1)
		return next(ctx, network, address)
	}
}

// Calls is how many requests were sent so far.
func (l *Limiter) Calls() int64 { return l.calls.Load() }

// Left is how many requests may go at once now, -1 when there is no limit.
func (l *Limiter) Left() float64 {
	if l.bucket.Limit() == rate.Inf {
		return -1
	}
	return max(l.bucket.Tokens(), 0)
}

// Ready says when a request of low importance may go without taking the last token from an urgent one.
func (l *Limiter) Ready(now time.Time) time.Time {
	if l.bucket.Limit() == rate.Inf || l.bucket.Burst() < 2 {
		return now
	}
	missing := 2 - l.bucket.TokensAt(now)
	if missing <= 0 {
		return now
	}
	return now.Add(time.Duration(missing / float64(l.bucket.Limit()) * float64(time.Second)))
}
