package identity

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/money"
)

// Tenants lists the shops of this database.
func Tenants(ctx context.Context, d *db.DB) (out []db.Tenant, err error) {
	err = d.Read(ctx, db.System, func(tx *db.Tx) error {
		out = nil
		return tx.Each(ctx, "select tenant_id from tenant order by tenant_id", nil, func(sc db.Scanner) error {
			var t db.Tenant
			err := sc.Scan(&t)
			out = append(out, t)
			return err
		})
	})
	return out, err
}

// Settings are what a shop was founded with.
type Settings struct {
	Language string
	Currency money.Currency
	Zone     string // IANA name
}

// SettingsOf reads the settings of the transaction's shop.
func SettingsOf(ctx context.Context, tx *db.Tx) (s Settings, err error) {
	err = tx.QueryRow(ctx, "select language, currency, zone from tenant where tenant_id = $1", int64(tx.Tenant)).Scan(&s.Language, &s.Currency, &s.Zone)
	return s, err
}

// ActiveAccount says whether an account is there and not disabled.
func ActiveAccount(ctx context.Context, tx *db.Tx, id int64) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, "select count(*) from account where tenant_id = $1 and id = $2 and disabled_at = 0", int64(tx.Tenant), id).Scan(&n)
	return n == 1, err
}
