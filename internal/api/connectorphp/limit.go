package connectorphp

import (
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
)

// What a token may ask, and how long it is blocked when it asks more.
const (
	perMinute = 100
	blockTime = 10 * time.Minute
	// maxTokens and maxUnknown bound what is remembered.
	maxTokens  = 1 << 14
	maxUnknown = 256
)

type tokenKey struct {
	tenant db.Tenant
	id     int64
}

// window is the moments of a token's last requests, oldest at next.
type window struct {
	at      [perMinute]time.Time
	next    int
	blocked time.Time
}

// limit counts requests per token over a sliding minute, in this process. It is safe for concurrent use.
type limit struct {
	clock clock.Clock

	mu      sync.Mutex
	tokens  map[tokenKey]*window
	strange map[string]int
}

func newLimit(c clock.Clock) *limit {
	return &limit{clock: c, tokens: map[tokenKey]*window{}, strange: map[string]int{}}
}

// take counts a request and answers until when the token is blocked, the zero time when it is not.
func (l *limit) take(t db.Tenant, id int64) time.Time {
	now := l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.tokens[tokenKey{t, id}]
	if w == nil {
		l.makeRoom(now)
		w = &window{}
		l.tokens[tokenKey{t, id}] = w
	}
	if now.Before(w.blocked) {
		return w.blocked
	}
	if oldest := w.at[w.next]; !oldest.IsZero() && now.Sub(oldest) < time.Minute {
		w.blocked = now.Add(blockTime)
		return w.blocked
	}
	w.at[w.next] = now
	w.next = (w.next + 1) % perMinute
	return time.Time{}
}

// makeRoom forgets tokens that have been quiet for a minute once there are many.
func (l *limit) makeRoom(now time.Time) {
	if len(l.tokens) < maxTokens {
		return
	}
	for key, w := range l.tokens {
		last := w.at[(w.next+perMinute-1)%perMinute]
		if now.Sub(last) >= time.Minute && !now.Before(w.blocked) {
			delete(l.tokens, key)
		}
	}
	if len(l.tokens) >= maxTokens {
		clear(l.tokens)
	}
}

// unknown counts how often a method was asked for that there is none of: what clients miss.
func (l *limit) unknown(method string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, known := l.strange[method]; !known && len(l.strange) >= maxUnknown {
		clear(l.strange)
	}
	l.strange[method]++
	return l.strange[method]
}

// logged is a method's name as it may stand in the log.
func logged(method string) string {
	clean := make([]byte, 0, 64)
	for i := 0; i < len(method) && len(clean) < 64; i++ {
		if c := method[i] | 0x20; c >= 'a' && c <= 'z' {
			clean = append(clean, method[i])
		}
	}
	return string(clean)
}
