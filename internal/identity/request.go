package identity

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/secret"
)

// Names of the session cookie. The prefix __Host- binds it to this host and to TLS, which a plain http demo can not have.
const (
	plainCookie  = "lad_session"
	secureCookie = "__Host-lad_session"
)

// Authenticate finds who sends a request and answers its context with the actor, the language and the zone of the shop: the
// shape of httpx.Config.Authenticate. A bad API token is Unauthed; a session that is over is nobody, who may sign in again.
func (s *Service) Authenticate(r *http.Request) (context.Context, error) {
	b, err := s.who(r)
	if b == nil || b.actor.Kind == "" {
		return i18n.With(r.Context(), i18n.Detect(r, "")), err
	}
	ctx := access.With(r.Context(), b.actor)
	ctx = i18n.With(ctx, i18n.Detect(r, i18n.Language(b.actor.Language)))
	return i18n.WithZone(ctx, b.zone), nil
}

// who is the bearer of the request's API token or cookie, nil for nobody.
func (s *Service) who(r *http.Request) (*bearer, error) {
	if h := r.Header.Get("Authorization"); h != "" {
		kind, plain, _ := strings.Cut(h, " ")
		if !strings.EqualFold(kind, "Bearer") {
			return nil, errs.New(errs.Unauthed, "error.token.invalid")
		}
		return s.token(r.Context(), strings.TrimSpace(plain))
	}
	token := CookieToken(r)
	if token == "" {
		return nil, nil
	}
	b, err := s.session(r.Context(), digestOf(token.Reveal()))
	if errs.Is(err, errs.Unauthed) {
		return nil, nil
	}
	return b, err
}

// bearer finds a bearer in the cache or else by load, and writes its use down with touch ($1 tenant, $2 digest, $3 now).
func (s *Service) bearer(ctx context.Context, d digest, load func(context.Context, *db.Tx, digest) (*bearer, error), touch string) (*bearer, error) {
	now := s.now()
	b, gen := s.known.get(d, now)
	if b == nil {
		err := s.db.Read(ctx, db.System, func(tx *db.Tx) (err error) {
			b, err = load(ctx, tx, d)
			return err
		})
		if err != nil {
			return nil, err
		}
		b.loaded = now
		s.known.put(d, b, gen)
	}
	if !b.alive(now) {
		return nil, errs.New(errs.Unauthed, "error.unauthed")
	}
	s.touch(ctx, b, d, now, touch)
	return b, nil
}

// touch writes the last use down, at most once in touchEvery. A failure costs only the exactness of a list.
func (s *Service) touch(ctx context.Context, b *bearer, d digest, now time.Time, update string) {
	last := b.seen.Load()
	if now.Sub(clock.FromMicros(last)) < touchEvery || !b.seen.CompareAndSwap(last, clock.Micros(now)) {
		return
	}
	err := s.db.Write(ctx, b.actor.Tenant, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, update, int64(tx.Tenant), d.String(), clock.Micros(now))
		return err
	})
	if err != nil && !errors.Is(err, context.Canceled) {
		s.o.Log.WarnContext(ctx, "last use not written", "error", err)
	}
}

// CookieToken is the session token in a request's cookie, empty when there is none.
func CookieToken(r *http.Request) secret.Text {
	c, err := r.Cookie(cookieName(r))
	if err != nil {
		return ""
	}
	return secret.Text(c.Value)
}

// SetCookie hands a session to the browser.
func SetCookie(w http.ResponseWriter, r *http.Request, in SignIn, now time.Time) {
	http.SetCookie(w, cookie(r, in.Token.Reveal(), max(1, int(in.Expires.Sub(now)/time.Second))))
}

// ClearCookie takes the session from the browser.
func ClearCookie(w http.ResponseWriter, r *http.Request) { http.SetCookie(w, cookie(r, "", -1)) }

func cookie(r *http.Request, value string, maxAge int) *http.Cookie {
	return &http.Cookie{Name: cookieName(r), Value: value, Path: "/", MaxAge: maxAge, HttpOnly: true,
		Secure: httpx.IsSecure(r.Context()), SameSite: http.SameSiteLaxMode}
}

func cookieName(r *http.Request) string {
	if httpx.IsSecure(r.Context()) {
		return secureCookie
	}
	return plainCookie
}
