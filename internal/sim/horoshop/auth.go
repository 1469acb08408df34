package horoshop

import (
	"fmt"
	"net/http"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// tokenLife is how long a token lives unless Options say otherwise, used or not.
const tokenLife = 600 * time.Second

// token is an issued token.
type token struct {
	expires time.Time
	epoch   int64 // of the fault plan when it was issued
}

func (s *Shop) auth(c *sim.Call) sim.Answer {
	var b struct {
		Login    string `json:"login"`
		Password string `json:"password"`
	}
	if a := decode(c, &b); a != nil {
		return *a
	}
	if b.Login != s.o.Login || b.Password != s.o.Password {
		return message(statusLogin, "Wrong login or password")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for t, held := range s.tokens {
		if !c.At.Before(held.expires) {
			delete(s.tokens, t)
		}
	}
	s.issued++
	t := fmt.Sprintf("7abd%08x", s.issued)
	s.tokens[t] = token{expires: c.At.Add(s.o.TokenLife), epoch: s.Faults().Epoch()}
	return envelope(statusOK, map[string]any{"token": t})
}

// valid reports that the body carries a living token.
func (s *Shop) valid(c *sim.Call) (ok bool, bad *sim.Answer) {
	var b struct {
		Token string `json:"token"`
	}
	if a := decode(c, &b); a != nil {
		return false, a
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	held, known := s.tokens[b.Token]
	return known && c.At.Before(held.expires) && held.epoch == s.Faults().Epoch(), nil
}

// guard lets a call with a living token through.
func (s *Shop) guard(h sim.Handler) sim.Handler {
	return func(c *sim.Call) sim.Answer {
		ok, bad := s.valid(c)
		switch {
		case bad != nil:
			return *bad
		case !ok:
			return message(statusUnauthorized, "Token is invalid or expired")
		}
		return h(c)
	}
}

// hookGuard is guard for functions that answer without the envelope.
func (s *Shop) hookGuard(h sim.Handler) sim.Handler {
	return func(c *sim.Call) sim.Answer {
		if ok, _ := s.valid(c); !ok {
			return sim.JSON(http.StatusUnauthorized, map[string]string{"message": "Token is invalid or expired"})
		}
		return h(c)
	}
}
