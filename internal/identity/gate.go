package identity

import (
	"net/netip"
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/platform/httpx"
)

// Lock-out: after the free failures every further one must wait, twice as long each time up to lockLongest.
const (
	freePerAccount = 5
	freePerAddress = 20
	lockFirst      = 15 * time.Second
	lockLongest    = 15 * time.Minute
	// gateMemory is how long a quiet key is remembered; gateKeys how many are.
	gateMemory = time.Hour
	gateKeys   = 1 << 14
	gateSample = 16
)

// lockFor is the wait after the n-th failure in a row.
func lockFor(n, free int64) time.Duration {
	if n < free {
		return 0
	}
	return min(lockFirst<<min(n-free, 10), lockLongest)
}

// gate slows guessing down in this process, per e-mail (also of accounts that do not exist, so that they answer alike) and
// per client address. An attempt is charged when it begins, so that many at once gain nothing.
type gate struct {
	mu   sync.Mutex
	keys map[gateKey]attempts
}

type gateKey struct {
	email string
	addr  netip.Addr
}

type attempts struct {
	n           int64
	last, until time.Time
}

// ticket is a charged attempt.
type ticket struct {
	g    *gate
	keys [2]gateKey
}

func newGate() *gate { return &gate{keys: map[gateKey]attempts{}} }

// enter charges an attempt, or answers how long to wait, uncharged.
func (g *gate) enter(now time.Time, email string, addr netip.Addr) (ticket, time.Duration) {
	t := ticket{g: g, keys: [2]gateKey{{email: email}, {addr: httpx.Block(addr)}}}
	g.mu.Lock()
	defer g.mu.Unlock()
	var wait time.Duration
	for _, k := range t.keys {
		wait = max(wait, g.keys[k].until.Sub(now))
	}
	if wait > 0 {
		return t, wait
	}
	for i, k := range t.keys {
		if k == (gateKey{}) {
			continue // no address: the command line
		}
		a, known := g.keys[k]
		if !known {
			g.makeRoom()
		}
		if now.Sub(a.last) > gateMemory {
			a = attempts{}
		}
		a.n, a.last = a.n+1, now
		free := int64(freePerAccount)
		if i == 1 {
			free = freePerAddress
		}
		if d := lockFor(a.n, free); d > 0 {
			a.until = now.Add(d)
		}
		g.keys[k] = a
	}
	return t, 0
}

// refund takes the charge back: the attempt was right so far, or could not be judged.
func (t ticket) refund() {
	t.g.mu.Lock()
	defer t.g.mu.Unlock()
	for _, k := range t.keys {
		if a, ok := t.g.keys[k]; ok {
			a.n, a.until = max(0, a.n-1), time.Time{}
			t.g.keys[k] = a
		}
	}
}

// passed forgets the failures of the e-mail; those of the address stay, or one good account would pay for guessing others.
func (t ticket) passed() {
	t.refund()
	t.g.mu.Lock()
	defer t.g.mu.Unlock()
	delete(t.g.keys, t.keys[0])
}

// makeRoom forgets the quietest of a few keys; a map is walked in random order.
func (g *gate) makeRoom() {
	if len(g.keys) < gateKeys {
		return
	}
	var oldest gateKey
	var last time.Time
	n := 0
	for k, a := range g.keys {
		if n == 0 || a.last.Before(last) {
			oldest, last = k, a.last
		}
		if n++; n == gateSample {
			break
		}
	}
	delete(g.keys, oldest)
}
