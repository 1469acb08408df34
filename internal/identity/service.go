package identity

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/ids"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/secret"
)

// Options are what a Service needs.
type Options struct {
	DB      *db.DB
	IDs     *ids.Source
	Journal *journal.Journal
	Secrets *secret.Box
	Log     *slog.Logger // nil for silence
	// Cost of password hashes; the zero value is DefaultCost. Tests take a cheap one.
	Cost Cost
	// Founded runs in the transaction that founds a shop, as that tenant: its first warehouse and whatever else must be there
	// from the first moment. nil for nothing.
	Founded func(context.Context, *db.Tx) error
}

// Service holds the use cases of identity. It is safe for concurrent use.
type Service struct {
	o      Options
	db     *db.DB
	hasher *hasher
	gate   *gate
	known  *cache
}

// New makes the service.
func New(o Options) *Service {
	if o.Cost == (Cost{}) {
		o.Cost = DefaultCost
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{o: o, db: o.DB, hasher: newHasher(o.Cost), gate: newGate(), known: newCache()}
}

func (s *Service) now() time.Time { return s.db.Clock().Now() }

// note writes the journal about an account or a token.
func (s *Service) note(ctx context.Context, tx *db.Tx, actor, kind, subject string, id int64, payload any) error {
	return s.o.Journal.Append(ctx, tx, journal.Record{Actor: actor, Kind: kind, Subject: subject, SubjectID: id, Payload: payload})
}

// Accounts lists the people of the shop by number, at most limit after the number after.
func (s *Service) Accounts(ctx context.Context, a access.Actor, after int64, limit int) (out []Account, err error) {
	if err := a.Must(access.AccountsWrite); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		out, err = listAccounts(ctx, tx, after, limit)
		return err
	})
	return out, err
}

// Person is what colleagues may know of each other.
type Person struct {
	ID   int64
	Name string
}

// People names the active people of the shop, for owners of orders and tasks.
func (s *Service) People(ctx context.Context, a access.Actor) (out []Person, err error) {
	if a.Kind == "" {
		return nil, errs.New(errs.Unauthed, "error.unauthed")
	}
	err = s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		out, err = listPeople(ctx, tx)
		return err
	})
	return out, err
}

// Account reads one account: one's own, or any with AccountsWrite.
func (s *Service) Account(ctx context.Context, a access.Actor, id int64) (out Account, err error) {
	if a.Kind != access.Person || a.ID != id {
		if err := a.Must(access.AccountsWrite); err != nil {
			return Account{}, err
		}
	}
	err = s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		c, err := credentialByID(ctx, tx, id, "")
		out = c.Account
		return err
	})
	return out, err
}

// Create makes an account. An e-mail that is taken, in whatever shop, is Conflict.
func (s *Service) Create(ctx context.Context, a access.Actor, in CreateInput) (Account, error) {
	if err := a.Must(access.AccountsWrite); err != nil {
		return Account{}, err
	}
	if err := in.Validate(); err != nil {
		return Account{}, err
	}
	hash, err := s.hasher.hash(ctx, in.Password)
	if err != nil {
		return Account{}, err
	}
	id, err := s.o.IDs.New(ctx, "account")
	if err != nil {
		return Account{}, err
	}
	acc := Account{Tenant: a.Tenant, ID: id, Email: in.Email, Name: in.Name, Role: in.Role, Language: in.Language}
	err = s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		acc.CreatedAt = tx.Now()
		if err := insertAccount(ctx, tx, acc, hash); err != nil {
			return err
		}
		return s.note(ctx, tx, a.String(), "account.created", "account", id, map[string]any{"email": in.Email, "name": in.Name, "role": in.Role})
	})
	return acc, err
}

// ChangeRole gives an account another role and signs it out everywhere. The last active owner stays one.
func (s *Service) ChangeRole(ctx context.Context, a access.Actor, id int64, role Role) error {
	if !role.Known() {
		return errs.New(errs.Invalid, "error.account.role")
	}
	return s.changeAccount(ctx, a, id, func(tx *db.Tx, c credential) (string, any, error) {
		if c.Role == role {
			return "", nil, nil
		}
		if err := keepOwner(ctx, tx, c.Account, role); err != nil {
			return "", nil, err
		}
		return "account.role_changed", map[string]any{"from": c.Role, "to": role}, setAccount(ctx, tx, id, "role", string(role))
	})
}

// Disable ends an account's sign-ins, sessions and tokens; its past stays. The last active owner can not be disabled.
func (s *Service) Disable(ctx context.Context, a access.Actor, id int64) error {
	return s.changeAccount(ctx, a, id, func(tx *db.Tx, c credential) (string, any, error) {
		if !c.Active() {
			return "", nil, nil
		}
		if err := keepOwner(ctx, tx, c.Account, ""); err != nil {
			return "", nil, err
		}
		return "account.disabled", nil, setAccount(ctx, tx, id, "disabled_at", tx.NowMicros())
	})
}

// Enable lets a disabled account sign in again.
func (s *Service) Enable(ctx context.Context, a access.Actor, id int64) error {
	return s.changeAccount(ctx, a, id, func(tx *db.Tx, c credential) (string, any, error) {
		if c.Active() {
			return "", nil, nil
		}
		return "account.enabled", nil, setAccount(ctx, tx, id, "disabled_at", int64(0))
	})
}

// ResetPassword gives another person a new password, ends their lock-out and signs them out everywhere.
func (s *Service) ResetPassword(ctx context.Context, a access.Actor, id int64, password secret.Text) error {
	if err := a.Must(access.AccountsWrite); err != nil {
		return err
	}
	var c errs.Check
	checkPassword(&c, "password", password, "")
	if err := c.Err(); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.changeAccount(ctx, a, id, func(tx *db.Tx, c credential) (string, any, error) {
		if err := setAccount(ctx, tx, id, "password_hash", hash); err != nil {
			return "", nil, err
		}
		return "account.password_reset", nil, clearFailures(ctx, tx, id)
	})
}

// ResetTwoStep takes the second step off an account whose device is lost.
func (s *Service) ResetTwoStep(ctx context.Context, a access.Actor, id int64) error {
	return s.changeAccount(ctx, a, id, func(tx *db.Tx, c credential) (string, any, error) {
		if !c.TwoStep {
			return "", nil, nil
		}
		return "account.two_step_reset", nil, setTwoStep(ctx, tx, id, nil, c.step)
	})
}

// changeAccount locks an account, lets change act on it, then ends its sessions and journals the kind that change answers;
// an empty kind means that nothing changed.
func (s *Service) changeAccount(ctx context.Context, a access.Actor, id int64, change func(*db.Tx, credential) (string, any, error)) error {
	if err := a.Must(access.AccountsWrite); err != nil {
		return err
	}
	return s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		if err := lockOwners(ctx, tx); err != nil {
			return err
		}
		c, err := credentialByID(ctx, tx, id, tx.ForUpdate())
		if err != nil {
			return err
		}
		kind, payload, err := change(tx, c)
		if err != nil || kind == "" {
			return err
		}
		if err := s.endSessions(ctx, tx, id); err != nil {
			return err
		}
		return s.note(ctx, tx, a.String(), kind, "account", id, payload)
	})
}

// keepOwner refuses to leave the shop without an owner; role is what the account is about to become.
func keepOwner(ctx context.Context, tx *db.Tx, acc Account, role Role) error {
	if acc.Role != Owner || !acc.Active() || role == Owner {
		return nil
	}
	n, err := countOwners(ctx, tx)
	if err == nil && n <= 1 {
		return errs.New(errs.Conflict, "error.account.last_owner")
	}
	return err
}

// SetProfile changes one's own name and language.
func (s *Service) SetProfile(ctx context.Context, a access.Actor, name, language string) error {
	if err := person(a); err != nil {
		return err
	}
	name = strings.TrimSpace(name)
	var c errs.Check
	checkName(&c, name)
	checkLanguage(&c, language)
	if err := c.Err(); err != nil {
		return err
	}
	return s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		tx.AfterCommit(s.known.clear)
		if err := setAccount(ctx, tx, a.ID, "name", name); err != nil {
			return err
		}
		return setAccount(ctx, tx, a.ID, "language", string(i18n.Language(language)))
	})
}

// ChangePassword changes one's own password. Every session of the account ends; the answer is a new one for this client.
func (s *Service) ChangePassword(ctx context.Context, a access.Actor, in PasswordInput) (SignIn, error) {
	c, err := s.ownCredential(ctx, a)
	if err != nil {
		return SignIn{}, err
	}
	if err := in.Validate(c.Email); err != nil {
		return SignIn{}, err
	}
	if err := s.confirmPassword(ctx, c, in.Current, "current"); err != nil {
		return SignIn{}, err
	}
	hash, err := s.hasher.hash(ctx, in.New)
	if err != nil {
		return SignIn{}, err
	}
	return s.rotate(ctx, a, c, in.Client, func(tx *db.Tx) (string, error) {
		return "account.password_changed", setAccount(ctx, tx, a.ID, "password_hash", hash)
	})
}

// rotate changes an account's credentials, ends all its sessions and opens a new one for the client that asked.
func (s *Service) rotate(ctx context.Context, a access.Actor, c credential, client Client, change func(*db.Tx) (string, error)) (out SignIn, err error) {
	err = s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		// A credential that changed since it was checked must be checked again.
		now, err := credentialByID(ctx, tx, a.ID, tx.ForUpdate())
		if err != nil {
			return err
		}
		if now.hash != c.hash || now.step != c.step || now.TwoStep != c.TwoStep || !now.Active() {
			return errs.New(errs.Conflict, "error.conflict")
		}
		kind, err := change(tx)
		if err != nil {
			return err
		}
		if err := s.endSessions(ctx, tx, a.ID); err != nil {
			return err
		}
		if out, err = s.openSession(ctx, tx, c.Account, client, false); err != nil {
			return err
		}
		return s.note(ctx, tx, a.String(), kind, "account", a.ID, map[string]any{"address": client.address()})
	})
	return out, err
}

// confirmPassword checks a signed-in person's password; guesses are slowed down as at sign-in.
func (s *Service) confirmPassword(ctx context.Context, c credential, password secret.Text, field string) error {
	t, wait := s.gate.enter(s.now(), c.Email, Client{}.Address)
	if wait > 0 {
		return waitError(wait)
	}
	ok, _, err := s.hasher.verify(ctx, c.hash, password)
	if err != nil {
		t.refund()
		return err
	}
	if !ok {
		var check errs.Check
		check.Fail(field, "error.account.password_wrong")
		return check.Err()
	}
	t.passed()
	return nil
}

func (s *Service) ownCredential(ctx context.Context, a access.Actor) (c credential, err error) {
	if err := person(a); err != nil {
		return c, err
	}
	err = s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		c, err = credentialByID(ctx, tx, a.ID, "")
		return err
	})
	return c, err
}

// person refuses actors that are not people: a token has no password and no screen.
func person(a access.Actor) error {
	if a.Kind == access.Person {
		return nil
	}
	return errs.New(errs.Forbidden, "error.account.person")
}
