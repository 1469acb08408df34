package identity

import (
	"context"
	"database/sql"
	"errors"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// credential is an account with what proves who it is. It does not leave the package.
type credential struct {
	Account
	hash string
	seed []byte // sealed; nil without a second step
	step int64  // the last time step whose code was used
	fail int64
}

const credentialColumns = `tenant_id, id, email, name, role, language, password_hash, totp_secret, totp_step, failed_logins,
	locked_until, created_at, disabled_at`

func scanCredential(row db.Scanner) (c credential, err error) {
	var tenant, locked, created, disabled int64
	err = row.Scan(&tenant, &c.ID, &c.Email, &c.Name, &c.Role, &c.Language, &c.hash, &c.seed, &c.step, &c.fail, &locked, &created, &disabled)
	c.Tenant, c.TwoStep = db.Tenant(tenant), len(c.seed) > 0
	c.LockedUntil, c.CreatedAt, c.DisabledAt = clock.FromMicros(locked), clock.FromMicros(created), clock.FromMicros(disabled)
	return c, err
}

func credentialByID(ctx context.Context, tx *db.Tx, id int64, lock string) (credential, error) {
	c, err := scanCredential(tx.QueryRow(ctx, "select "+credentialColumns+" from account where tenant_id = $1 and id = $2"+lock, int64(tx.Tenant), id))
	if errors.Is(err, sql.ErrNoRows) {
		return c, errs.New(errs.NotFound, "error.not_found")
	}
	return c, err
}

// credentialByEmail looks in all tenants: the e-mail comes before the tenant is known. Found is false for nobody's e-mail.
func credentialByEmail(ctx context.Context, tx *db.Tx, email string) (c credential, found bool, err error) {
	c, err = scanCredential(tx.QueryRow(ctx, "select "+credentialColumns+" from account where email = $1 and tenant_id > 0", email))
	if errors.Is(err, sql.ErrNoRows) {
		return c, false, nil
	}
	return c, err == nil, err
}

func listAccounts(ctx context.Context, tx *db.Tx, after int64, limit int) (out []Account, err error) {
	err = tx.Each(ctx, "select "+credentialColumns+" from account where tenant_id = $1 and id > $2 order by id limit $3",
		[]any{int64(tx.Tenant), after, limit}, func(row db.Scanner) error {
			c, err := scanCredential(row)
			out = append(out, c.Account)
			return err
		})
	return out, err
}

func listPeople(ctx context.Context, tx *db.Tx) (out []Person, err error) {
	err = tx.Each(ctx, "select id, name from account where tenant_id = $1 and disabled_at = 0 order by name, id limit 500",
		[]any{int64(tx.Tenant)}, func(row db.Scanner) error {
			var p Person
			err := row.Scan(&p.ID, &p.Name)
			out = append(out, p)
			return err
		})
	return out, err
}

func insertAccount(ctx context.Context, tx *db.Tx, a Account, hash string) error {
	_, err := tx.Exec(ctx, `insert into account (tenant_id, id, email, name, role, language, password_hash, created_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		int64(tx.Tenant), a.ID, a.Email, a.Name, string(a.Role), a.Language, hash, tx.NowMicros())
	if db.IsUnique(err) {
		return errs.New(errs.Conflict, "error.account.email_taken")
	}
	return err
}

// setAccount changes one column; column is a word of this package, never input.
func setAccount(ctx context.Context, tx *db.Tx, id int64, column string, value any) error {
	_, err := tx.Exec(ctx, "update account set "+column+" = $3 where tenant_id = $1 and id = $2", int64(tx.Tenant), id, value)
	return err
}

func setTwoStep(ctx context.Context, tx *db.Tx, id int64, seed []byte, step int64) error {
	_, err := tx.Exec(ctx, "update account set totp_secret = $3, totp_step = $4 where tenant_id = $1 and id = $2", int64(tx.Tenant), id, seed, step)
	return err
}

// useStep marks a time step as used; false when it, or a later one, was used already.
func useStep(ctx context.Context, tx *db.Tx, id, step int64) (bool, error) {
	n, err := tx.Exec(ctx, "update account set totp_step = $3 where tenant_id = $1 and id = $2 and totp_step < $3", int64(tx.Tenant), id, step)
	return n == 1, err
}

func clearFailures(ctx context.Context, tx *db.Tx, id int64) error {
	_, err := tx.Exec(ctx, "update account set failed_logins = 0, locked_until = 0 where tenant_id = $1 and id = $2", int64(tx.Tenant), id)
	return err
}

func setFailures(ctx context.Context, tx *db.Tx, id, n, lockedUntil int64) error {
	_, err := tx.Exec(ctx, "update account set failed_logins = $3, locked_until = $4 where tenant_id = $1 and id = $2",
		int64(tx.Tenant), id, n, lockedUntil)
	return err
}

// lockOwners locks the owners in key order, so that two of them can not step down at once.
func lockOwners(ctx context.Context, tx *db.Tx) error {
	return tx.Each(ctx, "select id from account where tenant_id = $1 and role = 'owner' order by id"+tx.ForUpdate(),
		[]any{int64(tx.Tenant)}, func(row db.Scanner) error { var id int64; return row.Scan(&id) })
}

func countOwners(ctx context.Context, tx *db.Tx) (n int64, err error) {
	err = tx.QueryRow(ctx, "select count(*) from account where tenant_id = $1 and role = 'owner' and disabled_at = 0", int64(tx.Tenant)).Scan(&n)
	return n, err
}

// anyAccount says whether any tenant has an account.
func anyAccount(ctx context.Context, tx *db.Tx) (bool, error) {
	var id int64
	err := tx.QueryRow(ctx, "select id from account where tenant_id > 0 limit 1").Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}
