package prom

import (
	"net/http"

	"github.com/lad-hub/lad/internal/sim"
)

// Sections of the API a token can have rights to.
const (
	sectionOrders   = "orders"
	sectionProducts = "products"
)

// Right is what a token may do in a section.
type Right int

// The rights of a section.
const (
	RightNone Right = iota
	RightRead
	RightWrite
)

// SetRight changes the token's right to the section "orders" or "products".
func (s *Shop) SetRight(section string, r Right) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rights[section] = r
}

// guard lets a call through when its token is good and has the right. A bad token is answered with an HTML page.
func (s *Shop) guard(section string, need Right, h sim.Handler) sim.Handler {
	return func(c *sim.Call) sim.Answer {
		if c.Bearer() != s.token || c.Struck(sim.ExpireTokens) || !s.expires.IsZero() && !c.At.Before(s.expires) {
			return sim.HTML(http.StatusUnauthorized)
		}
		s.mu.Lock()
		have := s.rights[section]
		s.mu.Unlock()
		if have < need {
			return failure(http.StatusForbidden, "Access denied for section "+section)
		}
		return h(c)
	}
}
