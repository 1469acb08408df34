package allegro

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// Lives of what the token endpoint gives out.
const (
	accessLife  = 12 * time.Hour
	refreshLife = 90 * 24 * time.Hour
	repeatLife  = 60 * time.Second // a spent refresh token may be repeated that long
	deviceLife  = time.Hour
	interval    = 5 * time.Second
	maxSessions = 20
)

const scopePrefix = "allegro:api:"

var allScopes = []string{"profile:read", "orders:read", "orders:write", "sale:offers:read", "sale:offers:write", "billing:read"}

// session is what an access token stands for.
type session struct {
	scopes  []string
	issued  time.Time
	epoch   int64 // of the fault plan
	expires time.Time
}

// pair is an access token with its refresh token.
type pair struct{ access, refresh string }

// refreshToken works once; spent remembers when, and what it gave.
type refreshToken struct {
	scopes []string
	issued time.Time
	spent  time.Time
	gave   pair
}

// device is an authorisation under way.
type device struct {
	userCode string
	issued   time.Time
	asked    time.Time
	pause    time.Duration
	approved bool
	denied   bool
}

// Approve is the person's consent on Allegro's page; false when nobody waits for this code.
func (s *Shop) Approve(userCode string) bool {
	return s.decide(userCode, func(d *device) { d.approved = true })
}

// Deny is the person's refusal.
func (s *Shop) Deny(userCode string) bool {
	return s.decide(userCode, func(d *device) { d.denied = true })
}

func (s *Shop) decide(userCode string, f func(*device)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.devices {
		if d.userCode == userCode {
			f(d)
			return true
		}
	}
	return false
}

// Revoke ends every session, as a changed password or a withdrawn consent does.
func (s *Shop) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.access)
	clear(s.refresh)
	s.live = nil
}

// issue opens a session; the oldest one goes when there are too many. Call it under the lock.
func (s *Shop) issue(now time.Time, scopes []string) pair {
	s.issued++
	p := pair{fmt.Sprintf("allegro-access-%d", s.issued), fmt.Sprintf("allegro-refresh-%d", s.issued)}
	s.access[p.access] = session{scopes: scopes, issued: now, epoch: s.Faults().Epoch(), expires: now.Add(accessLife)}
	s.refresh[p.refresh] = refreshToken{scopes: scopes, issued: now}
	if s.live = append(s.live, p.access); len(s.live) > maxSessions {
		delete(s.access, s.live[0])
		s.live = s.live[1:]
	}
	return p
}

// oauthFail is a refusal of the token endpoint.
func oauthFail(status int, code, text string) sim.Answer {
	return sim.JSON(status, map[string]string{"error": code, "error_description": text})
}

// form reads a urlencoded body of a client that is known; the answer is its refusal.
func (s *Shop) form(c *sim.Call) (url.Values, *sim.Answer) {
	basic, _ := strings.CutPrefix(c.Request.Header.Get("Authorization"), "Basic ")
	who, err := base64.StdEncoding.DecodeString(basic)
	if err != nil || string(who) != s.o.ClientID+":"+s.o.ClientSecret {
		a := oauthFail(http.StatusUnauthorized, "invalid_client", "Bad client credentials")
		return nil, &a
	}
	v, err := url.ParseQuery(string(c.Body))
	if err != nil || !strings.HasPrefix(c.Request.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		a := oauthFail(http.StatusBadRequest, "invalid_request", "a form is wanted")
		return nil, &a
	}
	return v, nil
}

func (s *Shop) deviceCode(c *sim.Call) sim.Answer {
	v, refused := s.form(c)
	if refused != nil {
		return *refused
	}
	if v.Get("client_id") != s.o.ClientID {
		return oauthFail(http.StatusBadRequest, "invalid_request", "client_id is missing")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.issued++
	code, user := fmt.Sprintf("device-%d", s.issued), fmt.Sprintf("abc%06d", s.issued)
	s.devices[code] = &device{userCode: user, issued: c.At, pause: interval}
	page := "http://" + c.Request.Host + consentPath
	return sim.JSON(http.StatusOK, map[string]any{
		"device_code": code, "user_code": user, "expires_in": int(deviceLife.Seconds()), "interval": int(interval.Seconds()),
		"verification_uri": page, "verification_uri_complete": page + "?code=" + user,
	})
}

func (s *Shop) token(c *sim.Call) sim.Answer {
	v, refused := s.form(c)
	if refused != nil {
		return *refused
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch v.Get("grant_type") {
	case "urn:ietf:params:oauth:grant-type:device_code":
		return s.deviceToken(c, v.Get("device_code"))
	case "refresh_token":
		return s.refreshed(c, v.Get("refresh_token"))
	}
	return oauthFail(http.StatusBadRequest, "unsupported_grant_type", "grant_type is not known")
}

func (s *Shop) deviceToken(c *sim.Call, code string) sim.Answer {
	d := s.devices[code]
	if d == nil || c.At.Sub(d.issued) >= deviceLife {
		return oauthFail(http.StatusBadRequest, "invalid_grant", "Invalid device code")
	}
	early := !d.asked.IsZero() && c.At.Sub(d.asked) < d.pause
	d.asked = c.At
	switch {
	case d.denied:
		delete(s.devices, code)
		return oauthFail(http.StatusBadRequest, "access_denied", "the user refused")
	case early:
		d.pause += interval
		return oauthFail(http.StatusBadRequest, "slow_down", "asked too often")
	case !d.approved:
		return oauthFail(http.StatusBadRequest, "authorization_pending", "the user has not decided yet")
	}
	delete(s.devices, code)
	return tokens(s.issue(c.At, s.o.Scopes), s.o.Scopes)
}

// refreshed spends a refresh token.
func (s *Shop) refreshed(c *sim.Call, token string) sim.Answer {
	held, known := s.refresh[token]
	spent := !held.spent.IsZero()
	if !known || c.At.Sub(held.issued) >= refreshLife || spent && c.At.Sub(held.spent) > repeatLife {
		return oauthFail(http.StatusBadRequest, "invalid_grant", "Invalid refresh token")
	}
	if !spent {
		held.spent, held.gave = c.At, s.issue(c.At, held.scopes)
		s.refresh[token] = held
	}
	return tokens(held.gave, held.scopes)
}

func tokens(p pair, scopes []string) sim.Answer {
	full := make([]string, 0, len(scopes))
	for _, sc := range scopes {
		full = append(full, scopePrefix+sc)
	}
	return sim.JSON(http.StatusOK, map[string]any{
		"access_token": p.access, "token_type": "bearer", "refresh_token": p.refresh, "expires_in": 43199, "scope": strings.Join(full, " "),
		"allegro_api": true, "jti": "5d0c9e10-7a11-11f1-9c52-0f3e6a1b2c3d",
	})
}

// guard lets a call through when its token is good and has the scope, and its media types are right. Every answer has a
// number that Allegro's support can look up.
func (s *Shop) guard(scope, media string, h sim.Handler) sim.Handler {
	return func(c *sim.Call) sim.Answer {
		a := s.admit(c, scope, media, h)
		if a.Header == nil {
			a.Header = http.Header{}
		}
		a.Header.Set("Trace-Id", fmt.Sprintf("trace-%x", c.At.UnixNano()))
		return a
	}
}

func (s *Shop) admit(c *sim.Call, scope, media string, h sim.Handler) sim.Answer {
	s.mu.Lock()
	held, known := s.access[c.Bearer()]
	s.mu.Unlock()
	switch {
	case !known || held.epoch < s.Faults().Epoch() || !c.At.Before(held.expires):
		return sim.JSON(http.StatusUnauthorized, map[string]string{"error": "invalid_token", "error_description": "Access token expired or invalid"})
	case !slices.Contains(held.scopes, scope):
		return fail(http.StatusForbidden, "AccessDenied", "the token lacks the scope "+scopePrefix+scope)
	case c.Request.Header.Get("Accept") != media:
		return fail(http.StatusNotAcceptable, "NotAcceptableException", "Accept must be "+media)
	case len(c.Body) > 0 && c.Request.Header.Get("Content-Type") != media:
		return fail(http.StatusUnsupportedMediaType, "UnsupportedMediaTypeException", "Content-Type must be "+media)
	}
	return h(c)
}

func (s *Shop) me(*sim.Call) sim.Answer {
	return sim.JSON(http.StatusOK, map[string]any{
		"id": "40000001", "login": "lad_sklep", "firstName": "Jan", "lastName": "Nowak", "email": "sklep@example.com",
		"baseMarketplace": map[string]string{"id": marketplace}, "company": map[string]string{"name": "Lad", "taxId": "0000000000"}, "features": []string{},
	})
}
