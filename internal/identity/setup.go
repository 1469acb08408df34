package identity

import (
	"context"
	"time"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/secret"
)

// SetupLongest is the life of a set-up link.
const SetupLongest = 24 * time.Hour

const setupPurpose = "setup"

// SetupLink makes the token of a one-time set-up link. needed is false once any account exists. Every start without accounts
// makes another link; links made before stay good until they expire or one of them is used.
func (s *Service) SetupLink(ctx context.Context) (token secret.Text, needed bool, err error) {
	token = newToken()
	err = s.db.Write(ctx, db.System, func(tx *db.Tx) error {
		some, err := anyAccount(ctx, tx)
		if needed = !some; err != nil || some {
			return err
		}
		_, err = tx.Exec(ctx, "insert into one_time_link (tenant_id, hash, purpose, payload, created_at, expires_at) values ($1, $2, $3, '{}', $4, $5)",
			int64(db.System), hashed(token), setupPurpose, tx.NowMicros(), clock.Micros(tx.Now().Add(SetupLongest)))
		return err
	})
	if err != nil || !needed {
		return "", false, err
	}
	return token, true, nil
}

// SetupOpen says whether a set-up link still works: Invalid "error.setup.link" when not.
func (s *Service) SetupOpen(ctx context.Context, token secret.Text) error {
	return s.db.Read(ctx, db.System, func(tx *db.Tx) error {
		var n int64
		err := tx.QueryRow(ctx, `select count(*) from one_time_link where tenant_id = $1 and hash = $2 and purpose = $3 and used_at = 0 and expires_at > $4`,
			int64(db.System), hashed(token), setupPurpose, tx.NowMicros()).Scan(&n)
		if err == nil && n == 0 {
			return errs.New(errs.Invalid, "error.setup.link")
		}
		return err
	})
}

// Setup uses a set-up link: it founds the shop with its first owner and signs the owner in.
func (s *Service) Setup(ctx context.Context, in SetupInput) (SignIn, error) {
	t, wait := s.gate.enter(s.now(), "", in.Client.Address)
	if wait > 0 {
		return SignIn{}, waitError(wait)
	}
	if err := s.SetupOpen(ctx, in.Token); err != nil {
		return SignIn{}, err
	}
	t.refund()
	return s.found(ctx, in, func(tx *db.Tx) error { return useSetupLink(ctx, tx, in.Token) })
}

// Found founds the first shop without a link: for the demo and the command line.
func (s *Service) Found(ctx context.Context, in SetupInput) (SignIn, error) {
	return s.found(ctx, in, func(*db.Tx) error { return nil })
}

func (s *Service) found(ctx context.Context, in SetupInput, permit func(*db.Tx) error) (out SignIn, err error) {
	if err := in.Validate(); err != nil {
		return SignIn{}, err
	}
	hash, err := s.hasher.hash(ctx, in.Password)
	if err != nil {
		return SignIn{}, err
	}
	id, err := s.o.IDs.New(ctx, "account")
	if err != nil {
		return SignIn{}, err
	}
	err = s.db.Write(ctx, db.System, func(tx *db.Tx) error {
		if err := lockSetup(ctx, tx); err != nil {
			return err
		}
		if some, err := anyAccount(ctx, tx); err != nil || some {
			return orElse(err, errs.New(errs.Conflict, "error.setup.done"))
		}
		if err := permit(tx); err != nil {
			return err
		}
		out, err = s.insertShop(ctx, tx, in, id, hash)
		return err
	})
	return out, err
}

// insertShop writes the tenant and what it has from the first moment. From its first row on the transaction works as the new
// tenant, also for the journal; row-level security lets it, because the transaction began as the system.
func (s *Service) insertShop(ctx context.Context, tx *db.Tx, in SetupInput, id int64, hash string) (SignIn, error) {
	var tenant int64
	if err := tx.QueryRow(ctx, "select 1 + coalesce(max(tenant_id), 0) from tenant").Scan(&tenant); err != nil {
		return SignIn{}, err
	}
	tx.Tenant = db.Tenant(tenant)
	_, err := tx.Exec(ctx, "insert into tenant (tenant_id, name, language, currency, zone, created_at) values ($1, $2, $3, $4, $5, $6)",
		tenant, in.Shop, in.Language, in.Currency, in.Zone, tx.NowMicros())
	if err != nil {
		return SignIn{}, err
	}
	acc := Account{Tenant: tx.Tenant, ID: id, Email: in.Email, Name: in.Name, Role: Owner, Language: in.Language, CreatedAt: tx.Now()}
	if err := insertAccount(ctx, tx, acc, hash); err != nil {
		return SignIn{}, err
	}
	if s.o.Founded != nil {
		if err := s.o.Founded(ctx, tx); err != nil {
			return SignIn{}, err
		}
	}
	out, err := s.openSession(ctx, tx, acc, in.Client, false)
	if err != nil {
		return SignIn{}, err
	}
	return out, s.note(ctx, tx, acc.actor().String(), "setup.used", "account", id,
		map[string]any{"shop": in.Shop, "currency": in.Currency, "zone": in.Zone, "address": in.Client.address()})
}

// lockSetup makes rivals wait: each locks all links in key order before it looks for accounts.
func lockSetup(ctx context.Context, tx *db.Tx) error {
	return tx.Each(ctx, "select hash from one_time_link where tenant_id = $1 and purpose = $2 order by hash"+tx.ForUpdate(),
		[]any{int64(db.System), setupPurpose}, func(row db.Scanner) error { var h string; return row.Scan(&h) })
}

func useSetupLink(ctx context.Context, tx *db.Tx, token secret.Text) error {
	n, err := tx.Exec(ctx, `update one_time_link set used_at = $4 where tenant_id = $1 and hash = $2 and purpose = $3 and used_at = 0 and expires_at > $4`,
		int64(db.System), hashed(token), setupPurpose, tx.NowMicros())
	if err == nil && n == 0 {
		return errs.New(errs.Invalid, "error.setup.link")
	}
	return err
}
