package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/secret"
)

// Bounds of the cache. A revocation in another process takes effect within cacheTime, in this one at once.
const (
	cacheTime = 5 * time.Second
	cacheKeys = 4096
	// touchEvery is how often the last use is written down.
	touchEvery = time.Minute
)

// digest is the SHA-256 of a token, the only form in which tokens are kept. Tokens have 256 random bits, so a fast hash does.
type digest [sha256.Size]byte

func digestOf(token string) digest { return sha256.Sum256([]byte(token)) }

// String is the digest as the database holds it.
func (d digest) String() string { return hex.EncodeToString(d[:]) }

// bearer is who a session or an API token stands for.
type bearer struct {
	actor   access.Actor
	zone    *time.Location
	loaded  time.Time
	expires time.Time // zero for never
	// idle ends a session that is not used; 0 for tokens.
	idle time.Duration
	// pending is the account whose second step is to come; the actor is nobody until then.
	pending int64
	seen    atomic.Int64 // microseconds of the last use that was written down
}

// alive says whether the bearer still counts.
func (b *bearer) alive(now time.Time) bool {
	if !b.expires.IsZero() && !now.Before(b.expires) {
		return false
	}
	return b.idle == 0 || now.Sub(time.UnixMicro(b.seen.Load())) < b.idle
}

// cache holds bearers for a few seconds. Any change of accounts, sessions or tokens empties it: changes are rare, requests
// are not.
type cache struct {
	mu  sync.RWMutex
	gen uint64
	by  map[digest]*bearer
}

func newCache() *cache { return &cache{by: map[digest]*bearer{}} }

// get answers the bearer, nil when there is none fresh, and the generation that put wants back.
func (c *cache) get(d digest, now time.Time) (*bearer, uint64) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	b := c.by[d]
	if b == nil || now.Sub(b.loaded) >= cacheTime {
		return nil, c.gen
	}
	return b, c.gen
}

// put keeps a bearer unless something changed since get: it may have been read before the change.
func (c *cache) put(d digest, b *bearer, gen uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if gen != c.gen {
		return
	}
	if len(c.by) >= cacheKeys {
		clear(c.by)
	}
	c.by[d] = b
}

func (c *cache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gen++
	clear(c.by)
}

// hashed is the digest of a secret token in the database's form.
func hashed(t secret.Text) string { return digestOf(t.Reveal()).String() }
