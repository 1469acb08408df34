package rozetka

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// role is what a route needs of a token.
type role int

const (
	roleNone role = iota
	roleOrders
	roleItems
)

// session is a token of a cabinet login.
type session struct {
	used  time.Time
	epoch int64 // of the fault plan when it was issued
}

// login answers POST /sites, JSON or multipart, the password in base64.
func (s *Shop) login(c *sim.Call) sim.Answer {
	var b struct {
		Username string `json:"username"`
		Password string `json:"password"`
	}
	if err := c.Decode(&b); err != nil {
		// The body has been read: parse the form from the copy.
		b.Username, b.Password = formPair(c)
	}
	password, err := base64.StdEncoding.DecodeString(b.Password)
	if err != nil || b.Username != s.o.Username || string(password) != s.o.Password {
		return fail(codeLogin, "bad_login_or_password", nil)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.issued++
	token := fmt.Sprintf("rz-session-%d", s.issued)
	s.sessions[token] = session{used: c.At, epoch: s.Faults().Epoch()}
	return ok(map[string]any{
		"id": 111, "access_token": token, "permissions": []string{"order_edit", "order_view", "item_edit"}, "roles": []string{"owner"},
		"seller": map[string]any{"id": 111, "fio": "Продавець"}, "market": map[string]any{"id": 1086, "title": "Lad", "status": "6"}, "lang": "uk",
	})
}

// formPair reads the login of a urlencoded or multipart body.
func formPair(c *sim.Call) (username, password string) {
	r := c.Request.Clone(c.Request.Context())
	r.Body = body(c.Body)
	return r.PostFormValue("username"), r.PostFormValue("password")
}

func (s *Shop) logout(c *sim.Call) sim.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, c.Bearer())
	return ok(nil)
}

// guard lets a call through when its token is good and has the role.
func (s *Shop) guard(need role, h sim.Handler) sim.Handler {
	return func(c *sim.Call) sim.Answer {
		if code, text := s.admit(c, need); code != 0 {
			return fail(code, text, nil)
		}
		return h(c)
	}
}

// admit checks the token of a call; a zero code means it is good.
func (s *Shop) admit(c *sim.Call, need role) (code int, text string) {
	token := strings.TrimSpace(c.Bearer())
	s.mu.Lock()
	defer s.mu.Unlock()
	if token == s.o.Token {
		if c.Struck(sim.ExpireTokens) || s.o.TokenIdleLife > 0 && c.At.Sub(s.tokenUsed) >= s.o.TokenIdleLife {
			return codeNoAuth, "unauthorized"
		}
		s.tokenUsed = c.At
		return 0, ""
	}
	held, known := s.sessions[token]
	switch {
	case !known:
		return codeNoAuth, "unauthorized"
	case held.epoch < s.Faults().Epoch() || c.At.Sub(held.used) >= sessionLife:
		delete(s.sessions, token)
		return codeExpired, "session_expired"
	case need == roleOrders && s.o.SessionLacksOrders:
		return codeDenied, "access_denied"
	}
	held.used = c.At
	s.sessions[token] = held
	return 0, ""
}
