// Package identity says who acts: accounts of people with their roles, sign-in, sessions, two-step codes and API tokens. It
// turns a request into an access.Actor; whether the actor may is asked by the use cases.
package identity

import (
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/secret"
)

// Account is a person who can sign in.
type Account struct {
	Tenant   db.Tenant
	ID       int64
	Email    string // in lower case, unique in the whole database
	Name     string
	Role     Role
	Language string
	// TwoStep says that a code is asked at sign-in.
	TwoStep     bool
	CreatedAt   time.Time
	DisabledAt  time.Time // zero while the account may sign in
	LockedUntil time.Time // after wrong passwords
}

// Active says whether the account may sign in at all.
func (a Account) Active() bool { return a.DisabledAt.IsZero() }

// actor is the account acting.
func (a Account) actor() access.Actor {
	return access.Actor{Tenant: a.Tenant, Kind: access.Person, ID: a.ID, Name: a.Name, Language: a.Language, Granted: sets[a.Role]}
}

// Client is where a request comes from, as the session list shows it.
type Client struct {
	Address   netip.Addr
	UserAgent string
}

// maxUserAgent bounds what is kept of a browser's name, in bytes.
const maxUserAgent = 200

// ClientOf is the client of a request.
func ClientOf(r *http.Request) Client {
	return Client{Address: httpx.ClientAddr(r.Context()), UserAgent: r.UserAgent()}
}

func (c Client) address() string {
	if !c.Address.IsValid() {
		return ""
	}
	return c.Address.String()
}

func (c Client) userAgent() string {
	return strings.ToValidUTF8(c.UserAgent[:min(len(c.UserAgent), maxUserAgent)], "")
}

// SignIn is a fresh session. Its token goes into the cookie and is kept nowhere else.
type SignIn struct {
	Account Account
	Token   secret.Text
	Expires time.Time
	// Pending says that the password was right and the code of the second step is still to come: the session is nobody's
	// until ConfirmCode.
	Pending bool
}
