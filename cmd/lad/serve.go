package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/lad-hub/lad/internal/app"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/rehearsal"
)

// store says where the data is.
type store struct {
	Data     string `help:"Folder with the database and the key of the secrets." default:"lad-data" type:"path" env:"LAD_DATA"`
	Database string `help:"PostgreSQL instead of the SQLite file in the data folder: postgres://user@host/name." env:"LAD_DATABASE" placeholder:"DSN"`
}

// options builds the program's options for a data folder.
func (s store) options(log *slog.Logger) app.Options {
	return app.Options{
		Database: db.Options{Path: filepath.Join(s.Data, "lad.db"), DSN: s.Database},
		KeyFile:  filepath.Join(s.Data, "lad.key"),
		Log:      log,
	}
}

// logging says how much is logged and in which form.
type logging struct {
	LogLevel slog.Level `help:"Least important message to log: DEBUG, INFO, WARN, ERROR." default:"INFO" env:"LAD_LOG_LEVEL"`
	LogJSON  bool       `help:"Log JSON lines instead of text." env:"LAD_LOG_JSON"`
}

func (l logging) logger() *slog.Logger {
	o := &slog.HandlerOptions{Level: l.LogLevel}
	if l.LogJSON {
		return slog.New(slog.NewJSONHandler(os.Stderr, o))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, o))
}

type serveCmd struct {
	store
	logging
	Addr         string   `help:"Address to listen on." default:"127.0.0.1:8080" env:"LAD_ADDR"`
	PublicURL    string   `help:"Where channels and people reach this program from outside: https://lad.example. Needed for webhooks." env:"LAD_PUBLIC_URL"`
	TrustedProxy []string `help:"Networks of reverse proxies whose X-Forwarded-For is believed." env:"LAD_TRUSTED_PROXY" placeholder:"CIDR"`
	AllowPrivate bool     `help:"Let connections reach private network addresses: for a shop in the same building." env:"LAD_ALLOW_PRIVATE"`
	Unlimited    bool     `help:"Do not bound requests per client address: behind a proxy that does, and for load tests." env:"LAD_UNLIMITED"`
	Rehearsal    bool     `help:"Add the rehearsal lab: a page that runs simulated channels on a copy of the goods, apart from everything real." env:"LAD_REHEARSAL"`
	Region       string   `help:"Country where phone numbers without a country code are dialled." default:"UA" env:"LAD_REGION"`
}

// Run serves until it is told to stop.
func (c serveCmd) Run(ctx context.Context) error {
	o := c.options(c.logger())
	o.Migrate, o.AllowPrivate, o.PublicURL, o.Region, o.Rehearsal = true, c.AllowPrivate, c.PublicURL, c.Region, c.Rehearsal
	a, err := app.Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close(context.WithoutCancel(ctx)) }()
	rate := 0.0
	if c.Unlimited {
		rate = -1
	}
	var extra func(*httpx.Router)
	if c.Rehearsal {
		lab := rehearsal.New(a, rehearsal.Options{})
		defer lab.Close()
		extra = lab.Register
	}
	return a.Serve(ctx, app.ServeOptions{Addr: c.Addr, Proxies: c.TrustedProxy, PerSecond: rate, Extra: extra, Ready: func(url, setup string) {
		fmt.Println("Lad is at", url)
		if setup != "" {
			fmt.Println("First start. Open this link once, within 24 hours, to create the shop and its owner:")
			fmt.Println(" ", setup)
		}
	}})
}

type migrateCmd struct {
	store
	logging
}

// Run migrates and says what was done.
func (c migrateCmd) Run(ctx context.Context) error {
	d, err := db.Open(ctx, c.options(c.logger()).Database)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	n, err := d.Migrate(ctx)
	if err != nil {
		return err
	}
	have, _, err := d.SchemaVersion(ctx)
	fmt.Printf("schema version %d, %d step(s) taken\n", have, n)
	return err
}

// explain puts an error into words for the terminal.
func explain(err error) string {
	var e *errs.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	text := i18n.Error(i18n.With(context.Background(), i18n.English), err)
	if e.Cause != nil {
		text += " (" + e.Cause.Error() + ")"
	}
	return text
}
