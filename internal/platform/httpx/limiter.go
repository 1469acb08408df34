package httpx

import (
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/platform/clock"
)

// limiterSample is how many keys are looked at to make room for a new one.
const limiterSample = 16

// Limiter is a token bucket per key over a bounded number of keys. It is safe for concurrent use.
type Limiter[K comparable] struct {
	clock clock.Clock
	rate  float64 // tokens per nanosecond
	burst float64
	keys  int

	mu      sync.Mutex
	buckets map[K]bucket
}

type bucket struct {
	tokens float64
	at     int64 // Unix nanoseconds of the last look
}

// NewLimiter lets each key act perSecond times a second, and burst times at once. At most keys are remembered; to make room
// the longest idle of a few is forgotten, which hands that key a full bucket.
func NewLimiter[K comparable](c clock.Clock, perSecond float64, burst, keys int) *Limiter[K] {
	return &Limiter[K]{clock: c, rate: perSecond / float64(time.Second), burst: float64(burst), keys: keys, buckets: map[K]bucket{}}
}

// Take spends one token of key. It answers 0, or how long to wait when none is left.
func (l *Limiter[K]) Take(key K) time.Duration {
	now := l.clock.Now().UnixNano()
	l.mu.Lock()
	defer l.mu.Unlock()
	b, ok := l.buckets[key]
	if ok {
		b.tokens = min(l.burst, b.tokens+float64(max(0, now-b.at))*l.rate)
	} else {
		b.tokens = l.burst
		l.makeRoom()
	}
	b.at = now
	if b.tokens < 1 {
		l.buckets[key] = b
		return time.Duration((1 - b.tokens) / l.rate)
	}
	b.tokens--
	l.buckets[key] = b
	return 0
}

// Len is the number of keys remembered.
func (l *Limiter[K]) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.buckets)
}

// makeRoom relies on the random order in which a map is walked.
func (l *Limiter[K]) makeRoom() {
	if len(l.buckets) < l.keys {
		return
	}
	var oldest K
	var at int64
	n := 0
	for k, b := range l.buckets {
		if n == 0 || b.at < at {
			oldest, at = k, b.at
		}
		if n++; n == limiterSample {
			break
		}
	}
	delete(l.buckets, oldest)
}
