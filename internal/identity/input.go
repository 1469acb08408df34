package identity

import (
	"net/mail"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // zones are checked, and used, on machines without a zone database
	"unicode/utf8"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/secret"
)

// Bounds of inputs: passwords in characters (the longest in bytes), the rest in bytes.
const (
	minPassword = 10
	maxPassword = 256
	maxName     = 120
	maxEmail    = 254
)

// Currencies are what a shop may count in.
func Currencies() []string { return []string{"UAH", "PLN", "EUR"} }

// NormalEmail is an address as accounts keep it.
func NormalEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

func checkEmail(c *errs.Check, email string) {
	parsed, err := mail.ParseAddress(email)
	c.That(err == nil && parsed.Address == email && len(email) <= maxEmail, "email", "error.account.email")
}

// checkPassword asks for length, not for kinds of characters: length is what makes guessing dear.
func checkPassword(c *errs.Check, field string, password secret.Text, email string) {
	p := password.Reveal()
	switch {
	case utf8.RuneCountInString(p) < minPassword:
		c.Fail(field, "error.account.password_short", "n", minPassword)
	case len(p) > maxPassword:
		c.Fail(field, "error.account.password_long", "n", maxPassword)
	case strings.EqualFold(p, email) || strings.Count(p, p[:1]) == len(p):
		c.Fail(field, "error.account.password_plain")
	}
}

func checkName(c *errs.Check, name string) {
	c.That(name != "" && len(name) <= maxName, "name", "error.account.name")
}

func checkLanguage(c *errs.Check, language string) {
	_, ok := i18n.Parse(language)
	c.That(ok, "language", "error.account.language")
}

// CreateInput makes an account.
type CreateInput struct {
	Email    string
	Name     string
	Role     Role
	Language string
	Password secret.Text
}

// Validate trims the input and reports every fault.
func (in *CreateInput) Validate() error {
	in.Email, in.Name = NormalEmail(in.Email), strings.TrimSpace(in.Name)
	var c errs.Check
	checkEmail(&c, in.Email)
	checkName(&c, in.Name)
	c.That(in.Role.Known(), "role", "error.account.role")
	checkLanguage(&c, in.Language)
	checkPassword(&c, "password", in.Password, in.Email)
	return c.Err()
}

// PasswordInput changes one's own password.
type PasswordInput struct {
	Current secret.Text
	New     secret.Text
	Client  Client
}

// Validate reports every fault; email is the account's.
func (in *PasswordInput) Validate(email string) error {
	var c errs.Check
	c.That(in.Current != "" && len(in.Current) <= maxPassword, "current", "error.account.password_wrong")
	checkPassword(&c, "new", in.New, email)
	return c.Err()
}

// LoginInput is an attempt to sign in. Code may be empty: an account with two steps then gets a pending session.
type LoginInput struct {
	Email    string
	Password secret.Text
	Code     string
	Client   Client
}

// Validate trims the input and reports every fault.
func (in *LoginInput) Validate() error {
	in.Email = NormalEmail(in.Email)
	var c errs.Check
	c.That(in.Email != "" && len(in.Email) <= maxEmail, "email", "error.account.email")
	c.That(in.Password != "" && len(in.Password) <= maxPassword, "password", "error.login.password")
	return c.Err()
}

// SetupInput founds a shop with its first owner.
type SetupInput struct {
	Token    secret.Text // of the set-up link
	Shop     string
	Language string
	Currency string
	Zone     string // IANA name
	Email    string
	Name     string
	Password secret.Text
	Client   Client
}

// Validate trims the input and reports every fault.
func (in *SetupInput) Validate() error {
	in.Email, in.Name, in.Shop = NormalEmail(in.Email), strings.TrimSpace(in.Name), strings.TrimSpace(in.Shop)
	var c errs.Check
	c.That(in.Shop != "" && len(in.Shop) <= maxName, "shop", "error.setup.shop")
	checkLanguage(&c, in.Language)
	c.That(slices.Contains(Currencies(), in.Currency), "currency", "error.setup.currency")
	_, err := time.LoadLocation(in.Zone)
	c.That(err == nil && in.Zone != "" && in.Zone != "Local", "zone", "error.setup.zone")
	checkEmail(&c, in.Email)
	checkName(&c, in.Name)
	checkPassword(&c, "password", in.Password, in.Email)
	return c.Err()
}

// TokenInput makes an API token.
type TokenInput struct {
	Name   string
	Scopes []access.Permission
	// Expires is when the token stops to work; zero for never.
	Expires time.Time
}

// Validate trims the input, drops doubled scopes and reports every fault; now is the moment of the request.
func (in *TokenInput) Validate(now time.Time) error {
	in.Name = strings.TrimSpace(in.Name)
	in.Scopes = slices.Compact(slices.Sorted(slices.Values(in.Scopes))) // a copy: the caller's list may be access.All itself
	var c errs.Check
	c.That(in.Name != "" && len(in.Name) <= maxName, "name", "error.token.name")
	c.That(len(in.Scopes) > 0, "scopes", "error.token.no_scope")
	for _, p := range in.Scopes {
		c.That(slices.Contains(access.All, p), "scopes", "error.token.scope", "scope", string(p))
	}
	c.That(in.Expires.IsZero() || in.Expires.After(now), "expires", "error.token.expires")
	return c.Err()
}
