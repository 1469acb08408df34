package woocommerce

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// Right is what the key may do.
type Right int

// The rights of a key.
const (
	ReadOnly Right = 1 << iota
	WriteOnly
	ReadWrite = ReadOnly | WriteOnly
)

// signedFor is how far a timestamp may be off, and how long a nonce is remembered.
const signedFor = 15 * time.Minute

// cacheFor is how long a caching plug-in repeats an answer.
const cacheFor = 10 * time.Minute

type cached struct {
	at     time.Time
	answer sim.Answer
}

// SetRight changes what the key may do.
func (s *Shop) SetRight(r Right) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.right = r
}

// Revoke takes the key away, as when its user is removed.
func (s *Shop) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked = true
}

// guard lets a call through when the plug-in is on and the key is good and has the right.
func (s *Shop) guard(need Right, h sim.Handler) sim.Handler {
	return func(c *sim.Call) sim.Answer {
		s.mu.Lock()
		off, right := s.off, s.right
		refused := s.authenticate(c)
		s.mu.Unlock()
		switch {
		case off:
			return noRoute()
		case c.Struck(sim.ExpireTokens):
			return keyError("Consumer key is invalid.")
		case refused != nil:
			return *refused
		case right&need == 0 && need == WriteOnly:
			return keyError("The API key provided does not have write permissions.")
		case right&need == 0:
			return keyError("The API key provided does not have read permissions.")
		case need == ReadOnly && s.o.CachesReads:
			return s.repeat(c, h)
		}
		return h(c)
	}
}

// repeat answers from the cache, which knows an answer by the whole address.
func (s *Shop) repeat(c *sim.Call, h sim.Handler) sim.Answer {
	address := c.Request.RequestURI
	s.mu.Lock()
	old, ok := s.cache[address]
	s.mu.Unlock()
	if ok && c.At.Sub(old.at) < cacheFor {
		return old.answer
	}
	a := h(c)
	s.mu.Lock()
	s.cache[address] = cached{c.At, a}
	s.mu.Unlock()
	return a
}

func keyError(text string) sim.Answer {
	return failure(http.StatusUnauthorized, "woocommerce_rest_authentication_error", text)
}

// authenticate checks who calls; call it under the lock.
func (s *Shop) authenticate(c *sim.Call) *sim.Answer {
	r := c.Request
	if r.TLS == nil {
		return s.checkSignature(c)
	}
	key, secret, ok := r.BasicAuth()
	if !ok || s.o.StripsAuthorization {
		key, secret = c.Query("consumer_key"), c.Query("consumer_secret")
	}
	var a sim.Answer
	switch {
	case key == "":
		a = failure(http.StatusUnauthorized, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
	case s.revoked || key != s.o.Key:
		a = keyError("Consumer key is invalid.")
	case secret != s.o.Secret:
		a = keyError("Consumer secret is invalid.")
	default:
		return nil
	}
	return &a
}

// checkSignature is OAuth 1.0a with one leg (RFC 5849): the consumer's key and secret, no token.
func (s *Shop) checkSignature(c *sim.Call) *sim.Answer {
	q := c.Request.URL.Query()
	refuse := func(text string) *sim.Answer {
		a := keyError(text)
		return &a
	}
	if q.Get("oauth_consumer_key") == "" {
		a := failure(http.StatusUnauthorized, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
		return &a
	}
	if s.revoked || q.Get("oauth_consumer_key") != s.o.Key {
		return refuse("Consumer key is invalid.")
	}
	algorithms := map[string]func() hash.Hash{"HMAC-SHA1": sha1.New, "HMAC-SHA256": sha256.New}
	algorithm := algorithms[q.Get("oauth_signature_method")]
	if algorithm == nil {
		return refuse("Invalid signature - signature method is invalid.")
	}
	mac := hmac.New(algorithm, []byte(s.o.Secret+"&"))
	mac.Write([]byte(baseString(c.Request, q)))
	if q.Get("oauth_signature") != base64.StdEncoding.EncodeToString(mac.Sum(nil)) {
		return refuse("Invalid signature - provided signature does not match.")
	}
	stamp, err := strconv.ParseInt(q.Get("oauth_timestamp"), 10, 64)
	if err != nil || c.At.Sub(time.Unix(stamp, 0)).Abs() > signedFor {
		return refuse("Invalid timestamp.")
	}
	nonce := q.Get("oauth_nonce")
	if nonce == "" || !s.nonces[nonce].IsZero() {
		return refuse("Invalid nonce - nonce has already been used.")
	}
	s.remember(nonce, c.At)
	return nil
}

// remember keeps a nonce and forgets the old ones now and then.
func (s *Shop) remember(nonce string, at time.Time) {
	if len(s.nonces)%10_000 == 9_999 {
		for n, t := range s.nonces {
			if at.Sub(t) > 2*signedFor {
				delete(s.nonces, n)
			}
		}
	}
	s.nonces[nonce] = at
}

// baseString is what is signed: the method, the address without its query, and the sorted parameters.
func baseString(r *http.Request, q url.Values) string {
	var pairs []string
	for name, values := range q {
		for _, v := range values {
			if name != "oauth_signature" {
				pairs = append(pairs, encode(name)+"="+encode(v))
			}
		}
	}
	slices.Sort(pairs)
	path := r.URL.Path
	if u, err := url.Parse(r.RequestURI); err == nil {
		path = u.Path // as it was asked for, before the route was found in it
	}
	return r.Method + "&" + encode("http://"+r.Host+path) + "&" + encode(strings.Join(pairs, "&"))
}

// encode is percent-encoding as RFC 3986 has it.
func encode(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
