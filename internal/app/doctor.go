package app

import (
	"context"
	"fmt"

	"github.com/lad-hub/lad/internal/identity"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/report"
)

// Finding is one broken invariant.
type Finding struct {
	Tenant db.Tenant `json:"tenant"`
	Check  string    `json:"check"`
	Detail string    `json:"detail"`
	Fixed  bool      `json:"fixed"`
}

// mostFindings bounds what one check reports.
const mostFindings = 50

// Doctor checks every invariant of every tenant and of the database itself. With fix, derived numbers are rebuilt from what
// they derive from and each repair stands in the journal; what is not derived is only reported.
func (a *App) Doctor(ctx context.Context, fix bool) (checks int, found []Finding, err error) {
	if found, err = a.checkFile(ctx); err != nil {
		return 0, nil, err
	}
	tenants, err := identity.Tenants(ctx, a.DB)
	if err != nil {
		return 0, nil, err
	}
	checks = 1
	for _, t := range tenants {
		n, list, err := a.checkTenant(ctx, t, fix)
		if err != nil {
			return checks, found, err
		}
		checks += n
		found = append(found, list...)
	}
	return checks, found, nil
}

// checkFile asks SQLite whether its file is whole.
func (a *App) checkFile(ctx context.Context) ([]Finding, error) {
	if a.DB.Engine() != db.SQLite {
		return nil, nil
	}
	var out []Finding
	err := a.DB.Read(ctx, db.System, func(tx *db.Tx) error {
		return tx.Each(ctx, "pragma quick_check(20)", nil, func(sc db.Scanner) error {
			var said string
			err := sc.Scan(&said)
			if said != "ok" {
				out = append(out, Finding{Check: "database file is whole", Detail: said})
			}
			return err
		})
	})
	return out, err
}

func (a *App) checkTenant(ctx context.Context, t db.Tenant, fix bool) (checks int, found []Finding, err error) {
	levels := func(tx *db.Tx) error {
		list, err := a.Stock.Doctor(ctx, tx, fix)
		for _, f := range list {
			found = append(found, Finding{Tenant: t, Check: f.Check, Detail: f.Detail, Fixed: f.Fixed})
		}
		return err
	}
	if fix {
		err = a.DB.Write(ctx, t, func(tx *db.Tx) error { found = nil; return levels(tx) })
	} else {
		err = a.DB.Read(ctx, t, levels)
	}
	if err != nil {
		return 0, nil, err
	}
	err = a.DB.Read(ctx, t, func(tx *db.Tx) error {
		for _, in := range orders.Invariants {
			ids, err := in.Broken(ctx, tx, mostFindings)
			if err != nil {
				return err
			}
			for _, id := range ids {
				found = append(found, Finding{Tenant: t, Check: in.Name, Detail: fmt.Sprint("order ", id)})
			}
		}
		for _, in := range report.Invariants {
			list, err := in.Broken(ctx, tx, mostFindings)
			if err != nil {
				return err
			}
			for _, s := range list {
				found = append(found, Finding{Tenant: t, Check: in.Name, Detail: s})
			}
		}
		return nil
	})
	return 1 + len(orders.Invariants) + len(report.Invariants), found, err
}
