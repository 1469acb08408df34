package opencart

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// What the owner can allow on the module's page.
const (
	rightStock  = "stock"
	rightPrice  = "price"
	rightStatus = "status"
)

const (
	// window is how far the time of a call may be off.
	window = 300 * time.Second
	// remember is how long a nonce is known.
	remember = 10 * time.Minute
)

var nonceShape = regexp.MustCompile(`^[0-9A-Za-z]{16,64}$`)

// Allow gives or takes a right: "stock", "price" or "status".
func (s *Shop) Allow(right string, yes bool) { s.set(func() { s.rights[right] = yes }) }

// NewSecret makes the shop's secret another one, as its button does.
func (s *Shop) NewSecret(secret string) { s.set(func() { s.o.Secret = secret }) }

// SwitchOff switches the module off.
func (s *Shop) SwitchOff() { s.set(func() { s.off = true }) }

// Uninstall takes the module away: its address answers with the shop's page for what is not there.
func (s *Shop) Uninstall() { s.set(func() { s.gone = true }) }

// Move makes the shop's old address redirect to another one.
func (s *Shop) Move(to string) { s.set(func() { s.moved = to }) }

func (s *Shop) set(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// guard lets a call through that is signed, in time, new if it is a write, and allowed.
func (s *Shop) guard(write bool, right string, h sim.Handler) sim.Handler {
	return func(c *sim.Call) sim.Answer {
		if a := s.refuse(c, write, right); a != nil {
			return *a
		}
		return h(c)
	}
}

func (s *Shop) refuse(c *sim.Call, write bool, right string) *sim.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	no := func(a sim.Answer) *sim.Answer { return &a }
	h := c.Request.Header
	now := c.Stamp(c.At)
	switch {
	case s.moved != "":
		a := sim.HTML(http.StatusMovedPermanently)
		a.Header = http.Header{"Location": {s.moved}}
		return &a
	case s.gone:
		return no(sim.HTML(http.StatusNotFound))
	case len(c.Body) > maxBody:
		return no(invalid("The body is too large"))
	case c.Struck(sim.ExpireTokens) || !nonceShape.MatchString(h.Get("X-Lad-Nonce")) || !hmac.Equal([]byte(h.Get("X-Lad-Signature")), []byte(s.signature(c))):
		return no(failure(http.StatusUnauthorized, "signature", "The signature is wrong: the secret is another one"))
	}
	sent, err := strconv.ParseInt(h.Get("X-Lad-Time"), 10, 64)
	if err != nil || now.Sub(time.Unix(sent, 0)).Abs() > window {
		return no(sim.JSON(http.StatusUnauthorized, map[string]any{"protocol": Protocol, "error": map[string]any{
			"code": "clock", "message": "The time of the call is too far off", "time": now.Unix()}}))
	}
	if s.off {
		return no(failure(http.StatusForbidden, "off", "The module is switched off"))
	}
	if right != "" && !s.rights[right] {
		return no(failure(http.StatusForbidden, "forbidden", "The shop's owner did not allow this: "+right))
	}
	if write && !s.fresh(h.Get("X-Lad-Nonce"), c.At) {
		return no(failure(http.StatusConflict, "replay", "This call has been made before"))
	}
	return nil
}

// fresh notes a nonce; false when it is known.
func (s *Shop) fresh(nonce string, at time.Time) bool {
	for n, until := range s.nonces {
		if at.After(until) {
			delete(s.nonces, n)
		}
	}
	if _, known := s.nonces[nonce]; known {
		return false
	}
	s.nonces[nonce] = at.Add(remember)
	return true
}

// signature is what the call's should be.
func (s *Shop) signature(c *sim.Call) string {
	h := c.Request.Header
	return sign(s.o.Secret, fmt.Sprintf("%s\n%s\n%s\n%s\n%s", c.Request.Method, c.Request.RequestURI, h.Get("X-Lad-Time"), h.Get("X-Lad-Nonce"), digest(c.Body)))
}

func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

func sign(secret, text string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}
