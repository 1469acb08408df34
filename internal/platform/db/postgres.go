package db

import (
	"context"
	"database/sql"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/lad-hub/lad/internal/platform/errs"
)

func (d *DB) openPostgres(ctx context.Context, o Options) error {
	cfg, err := pgx.ParseConfig(o.DSN)
	if err != nil {
		return errs.Wrap(errs.Invalid, err, "error.db.dsn")
	}
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "lad"
	}
	// The server's default of 4 speaks of spinning disks: it makes a tenant's whole stock be read to find a hundred SKUs.
	if cfg.RuntimeParams["random_page_cost"] == "" {
		cfg.RuntimeParams["random_page_cost"] = "1.1"
	}
	n := o.Readers
	if n == 0 {
		n = 16
	}
	d.pg = cfg
	d.write = sql.OpenDB(stdlib.GetConnector(*cfg))
	d.write.SetMaxOpenConns(n)
	d.write.SetMaxIdleConns(n)
	d.read = d.write
	if err := d.write.PingContext(ctx); err != nil {
		return errs.Wrap(errs.Unavailable, err, "error.db.gone")
	}
	return nil
}
