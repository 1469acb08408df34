package identity

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/secret"
)

// TokenPrefix begins every API token, so that scanners of leaked secrets know one.
const TokenPrefix = "lad_"

// tokenLength is the length in bytes of a whole token; shownPrefix of the part that lists show.
const (
	tokenLength = len(TokenPrefix) + 43
	shownPrefix = len(TokenPrefix) + 6
)

// Token is an API token as lists show it.
type Token struct {
	ID         int64
	Name       string
	Prefix     string // its first characters
	Scopes     []access.Permission
	AccountID  int64 // who made it and whose role bounds it; 0 for the program itself
	CreatedAt  time.Time
	LastUsedAt time.Time // exact to a minute; zero for never
	ExpiresAt  time.Time // zero for never
}

// CreateToken makes a token and answers its secret, which is shown once. Its scopes must be within what the actor may; as long
// as it lives they are further cut to the role that its maker has at the time.
func (s *Service) CreateToken(ctx context.Context, a access.Actor, in TokenInput) (Token, secret.Text, error) {
	if err := a.Must(access.AccountsWrite); err != nil {
		return Token{}, "", err
	}
	if err := in.Validate(s.now()); err != nil {
		return Token{}, "", err
	}
	for _, p := range in.Scopes {
		if !a.May(p) {
			return Token{}, "", errs.New(errs.Forbidden, "error.token.beyond", "scope", string(p))
		}
	}
	id, err := s.o.IDs.New(ctx, "api_token")
	if err != nil {
		return Token{}, "", err
	}
	plain := secret.Text(TokenPrefix + newToken().Reveal())
	out := Token{ID: id, Name: in.Name, Prefix: plain.Reveal()[:shownPrefix], Scopes: in.Scopes, ExpiresAt: in.Expires}
	err = s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		out.CreatedAt = tx.Now()
		if out.AccountID, err = makerOf(ctx, tx, a); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `insert into api_token (tenant_id, id, name, prefix, hash, scopes, account_id, created_at, expires_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			int64(tx.Tenant), id, out.Name, out.Prefix, hashed(plain), joinScopes(out.Scopes), out.AccountID, tx.NowMicros(), clock.Micros(in.Expires))
		if err != nil {
			return err
		}
		return s.note(ctx, tx, a.String(), "token.created", "token", id, map[string]any{"name": out.Name, "scopes": out.Scopes})
	})
	if err != nil {
		return Token{}, "", err
	}
	return out, plain, nil
}

// makerOf is the account whose role bounds a token: the person, or the maker of the token that makes another.
func makerOf(ctx context.Context, tx *db.Tx, a access.Actor) (id int64, err error) {
	switch a.Kind {
	case access.Person:
		return a.ID, nil
	case access.Token:
		err = tx.QueryRow(ctx, "select account_id from api_token where tenant_id = $1 and id = $2", int64(tx.Tenant), a.ID).Scan(&id)
		return id, err
	}
	return 0, nil
}

// Tokens lists the tokens of the shop that are not revoked, by number, at most limit after the number after.
func (s *Service) Tokens(ctx context.Context, a access.Actor, after int64, limit int) (out []Token, err error) {
	if err := a.Must(access.AccountsWrite); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		return tx.Each(ctx, `select id, name, prefix, scopes, account_id, created_at, last_used_at, expires_at from api_token
			where tenant_id = $1 and id > $2 and revoked_at = 0 order by id limit $3`, []any{int64(tx.Tenant), after, limit}, func(row db.Scanner) error {
			var t Token
			var scopes string
			var created, used, expires int64
			err := row.Scan(&t.ID, &t.Name, &t.Prefix, &scopes, &t.AccountID, &created, &used, &expires)
			t.Scopes = splitScopes(scopes)
			t.CreatedAt, t.LastUsedAt, t.ExpiresAt = clock.FromMicros(created), clock.FromMicros(used), clock.FromMicros(expires)
			out = append(out, t)
			return err
		})
	})
	return out, err
}

// RevokeToken ends a token: at once in this process, within five seconds in others.
func (s *Service) RevokeToken(ctx context.Context, a access.Actor, id int64) error {
	if err := a.Must(access.AccountsWrite); err != nil {
		return err
	}
	return s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, "update api_token set revoked_at = $3 where tenant_id = $1 and id = $2 and revoked_at = 0", int64(tx.Tenant), id, tx.NowMicros())
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.NotFound, "error.not_found")
		}
		tx.AfterCommit(s.known.clear)
		return s.note(ctx, tx, a.String(), "token.revoked", "token", id, nil)
	})
}

// token finds the bearer of an API token. Unknown, expired and revoked are all Unauthed.
func (s *Service) token(ctx context.Context, plain string) (*bearer, error) {
	if len(plain) != tokenLength || !strings.HasPrefix(plain, TokenPrefix) {
		return nil, errs.New(errs.Unauthed, "error.token.invalid")
	}
	b, err := s.bearer(ctx, digestOf(plain), s.loadToken, `update api_token set last_used_at = $3 where tenant_id = $1 and hash = $2 and last_used_at < $3`)
	if errs.Is(err, errs.Unauthed) {
		return nil, errs.New(errs.Unauthed, "error.token.invalid")
	}
	return b, err
}

// Bearer finds whom an API token stands for and the zone of the shop, for protocols that carry the token in a place of their
// own. Unknown, expired and revoked tokens are all Unauthed.
func (s *Service) Bearer(ctx context.Context, plain secret.Text) (access.Actor, *time.Location, error) {
	b, err := s.token(ctx, plain.Reveal())
	if err != nil {
		return access.Actor{}, nil, err
	}
	return b.actor, b.zone, nil
}

func (s *Service) loadToken(ctx context.Context, tx *db.Tx, d digest) (*bearer, error) {
	var tenant, id, maker, used, expires, revoked int64
	var name, scopes, zone string
	var role sql.NullString
	var disabled sql.NullInt64
	err := tx.QueryRow(ctx, `select k.tenant_id, k.id, k.name, k.scopes, k.account_id, k.last_used_at, k.expires_at, k.revoked_at, a.role, a.disabled_at, t.zone
		from api_token k join tenant t on t.tenant_id = k.tenant_id
		left join account a on a.tenant_id = k.tenant_id and a.id = k.account_id where k.hash = $1`, d.String()).
		Scan(&tenant, &id, &name, &scopes, &maker, &used, &expires, &revoked, &role, &disabled, &zone)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errs.New(errs.Unauthed, "error.unauthed")
	}
	if err != nil {
		return nil, err
	}
	if revoked != 0 || maker != 0 && (!role.Valid || disabled.Int64 != 0) {
		return nil, errs.New(errs.Unauthed, "error.unauthed")
	}
	set := setOf(splitScopes(scopes))
	for p := range set {
		if maker != 0 && !Role(role.String).May(p) {
			delete(set, p)
		}
	}
	actor := access.Actor{Tenant: db.Tenant(tenant), Kind: access.Token, ID: id, Name: name, Granted: set}
	b := &bearer{actor: actor, zone: location(zone), expires: clock.FromMicros(expires)}
	b.seen.Store(used)
	return b, nil
}

func joinScopes(list []access.Permission) string {
	var b strings.Builder
	for i, p := range list {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(string(p))
	}
	return b.String()
}

func splitScopes(text string) []access.Permission {
	var out []access.Permission
	for _, p := range strings.Fields(text) {
		out = append(out, access.Permission(p))
	}
	return out
}
