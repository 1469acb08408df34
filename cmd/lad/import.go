package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/lad-hub/lad/internal/app"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/identity"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
)

type importCmd struct {
	Products   productsCmd   `cmd:"" help:"Import products from a CSV or XLSX table."`
	Stock      stockCmd      `cmd:"" help:"Import counted stock from a CSV or XLSX table."`
	Baselinker baselinkerCmd `cmd:"" help:"Move in from BaseLinker (Base.com): products, prices, stock, customers, orders."`
}

type productsCmd struct{ tableCmd }

// Run imports products.
func (c productsCmd) Run(ctx context.Context) error { return c.run(ctx, catalog.ImportProducts) }

type stockCmd struct{ tableCmd }

// Run imports stock.
func (c stockCmd) Run(ctx context.Context) error { return c.run(ctx, catalog.ImportStock) }

type tableCmd struct {
	store
	logging
	File   string `arg:"" type:"existingfile" help:"CSV or XLSX table."`
	DryRun bool   `help:"Only say what would change."`
	Tenant int64  `help:"Which shop." default:"1"`
}

// run previews the table, prints the difference and applies it. The hub must not run on the same SQLite file meanwhile.
func (c tableCmd) run(ctx context.Context, kind catalog.ImportKind) error {
	a, err := c.openShop(ctx, c.options(c.logger()), db.Tenant(c.Tenant))
	if err != nil {
		return err
	}
	defer func() { _ = a.Close(context.WithoutCancel(ctx)) }()
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	who := access.ForSystem(db.Tenant(c.Tenant))
	im, err := a.Catalog.Preview(ctx, who, catalog.Upload{Kind: kind, FileName: filepath.Base(c.File), Body: f})
	if err != nil {
		return err
	}
	fmt.Printf("%d rows: %d new, %d changed, %d unchanged, %d faulty\n", im.Rows, im.Created, im.Changed, im.Unchanged, im.Failed)
	if c.DryRun {
		return nil
	}
	if im, err = a.Catalog.Run(ctx, who, im.ID); err != nil {
		return err
	}
	fmt.Printf("import %d: %s\n", im.ID, im.State)
	return nil
}

// openShop opens a database in which the shop has been set up; a wrong folder is told before anything is made in it.
func (s store) openShop(ctx context.Context, o app.Options, shop db.Tenant) (*app.App, error) {
	none := fmt.Errorf("there is no shop %d in %s yet: run lad serve with the same --data or --database, and set it up on its page", shop, s.Data)
	if _, err := os.Stat(o.Database.Path); o.Database.DSN == "" && errors.Is(err, fs.ErrNotExist) {
		return nil, none
	}
	o.Migrate = true
	a, err := app.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	err = a.DB.Read(ctx, shop, func(tx *db.Tx) error {
		_, err := identity.SettingsOf(ctx, tx)
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		err = none
	}
	if err != nil {
		return nil, errors.Join(err, a.Close(context.WithoutCancel(ctx)))
	}
	return a, nil
}
