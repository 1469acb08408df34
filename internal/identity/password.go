package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/secret"
)

// Cost is the price of one password hash.
type Cost struct {
	MemoryKiB uint32
	Passes    uint32
	Threads   uint8
}

// DefaultCost takes 64 MiB and about a tenth of a second.
var DefaultCost = Cost{MemoryKiB: 64 << 10, Passes: 2, Threads: 2}

// Bounds of hashing: hashSlots at once, so that many sign-ins cannot exhaust memory; hashWaiting in the queue, so that they
// cannot hold requests without end.
const (
	hashSlots   = 2
	hashWaiting = 64
	saltBytes   = 16
	hashBytes   = 32
	// bigHash is the memory in KiB from which a hash is worth handing back to the system at once.
	bigHash     = 16 << 10
	freeMemory  = 10 * time.Second
	maxHashKiB  = 1 << 20
	maxHashPass = 16
)

// hasher makes and checks argon2id hashes in PHC form: "$argon2id$v=19$m=65536,t=2,p=2$salt$hash".
type hasher struct {
	cost  Cost
	slots chan struct{}
	queue chan struct{}
	// dummy is checked when there is no such account, so that the answer takes as long.
	dummy string

	mu      sync.Mutex
	running int
	freed   time.Time
}

func newHasher(c Cost) *hasher {
	h := &hasher{cost: c, slots: make(chan struct{}, hashSlots), queue: make(chan struct{}, hashWaiting)}
	h.dummy = encodeHash(c, random(saltBytes), random(hashBytes))
	return h
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: the program stops first
	return b
}

// hash makes the hash of a new password.
func (h *hasher) hash(ctx context.Context, password secret.Text) (string, error) {
	salt := random(saltBytes)
	sum, err := h.run(ctx, h.cost, password, salt, hashBytes)
	return encodeHash(h.cost, salt, sum), err
}

// verify checks a password in constant time. stale says that the hash was made at another cost and should be made anew.
func (h *hasher) verify(ctx context.Context, encoded string, password secret.Text) (ok, stale bool, err error) {
	c, salt, want, err := decodeHash(encoded)
	if err != nil {
		return false, false, err
	}
	got, err := h.run(ctx, c, password, salt, len(want))
	if err != nil {
		return false, false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, c != h.cost, nil
}

// run waits for a slot. A full queue is Unavailable "error.login.busy".
func (h *hasher) run(ctx context.Context, c Cost, password secret.Text, salt []byte, n int) ([]byte, error) {
	select {
	case h.queue <- struct{}{}:
		defer func() { <-h.queue }()
	default:
		return nil, errs.New(errs.Unavailable, "error.login.busy")
	}
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	h.enter()
	defer h.leave(c)
	return argon2.IDKey([]byte(password.Reveal()), salt, c.Passes, c.MemoryKiB, c.Threads, uint32(n)), nil
}

func (h *hasher) enter() {
	h.mu.Lock()
	h.running++
	h.mu.Unlock()
}

// leave hands the memory of the last hash back, or an idle program would look as big as its last sign-in.
func (h *hasher) leave(c Cost) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.running--
	if now := time.Now(); h.running == 0 && c.MemoryKiB >= bigHash && now.Sub(h.freed) > freeMemory {
		h.freed = now
		go debug.FreeOSMemory()
	}
}

func encodeHash(c Cost, salt, sum []byte) string {
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.MemoryKiB, c.Passes, c.Threads,
		enc.EncodeToString(salt), enc.EncodeToString(sum))
}

func decodeHash(encoded string) (c Cost, salt, sum []byte, err error) {
	bad := errs.New(errs.Internal, "error.internal")
	parts := strings.Split(encoded, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, bad
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.MemoryKiB, &c.Passes, &c.Threads); err != nil {
		return c, nil, nil, bad
	}
	if c.MemoryKiB < 8 || c.MemoryKiB > maxHashKiB || c.Passes < 1 || c.Passes > maxHashPass || c.Threads < 1 {
		return c, nil, nil, bad
	}
	salt, errSalt := base64.RawStdEncoding.DecodeString(parts[4])
	sum, errSum := base64.RawStdEncoding.DecodeString(parts[5])
	if errSalt != nil || errSum != nil || len(salt) < 8 || len(sum) < 16 {
		return c, nil, nil, bad
	}
	return c, salt, sum, nil
}
