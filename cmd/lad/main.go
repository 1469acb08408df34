// Command lad is the operations hub of an online merchant in one program.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set by the linker for releases.
var version = "development"

// cli is every subcommand. Values come from flags, then the environment (LAD_…), then the file that --config names.
type cli struct {
	Config  kong.ConfigFlag `help:"Read settings from this JSON file: flag names as keys." env:"LAD_CONFIG" placeholder:"FILE"`
	Serve   serveCmd        `cmd:"" help:"Run the hub."`
	Demo    demoCmd         `cmd:"" help:"Run a living sample shop with three simulated channels; nothing outside is touched."`
	Migrate migrateCmd      `cmd:"" help:"Bring the database to this version and exit."`
	Import  importCmd       `cmd:"" help:"Import products or stock from a table, or move in from another hub."`
	Doctor  doctorCmd       `cmd:"" help:"Check every invariant of the data; --fix rebuilds derived numbers."`
	Backup  backupCmd       `cmd:"" help:"Write a verified copy of the database, also while the hub runs."`
	Restore restoreCmd      `cmd:"" help:"Put a backup in place of an empty data folder."`
	Bench   benchCmd        `cmd:"" help:"Measure speed on this machine."`
	Replay  replayCmd       `cmd:"" help:"Play a file of real orders through three simulated channels and reconcile."`
	Sim     simCmd          `cmd:"" help:"Run a simulator of an outside system, to try Lad, a driver or a client without an account there."`
	Driver  driverCmd       `cmd:"" help:"Teach Lad another channel: make a driver, check it."`
	Version versionCmd      `cmd:"" help:"Print the version."`
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run() error {
	fmt.Println("lad", version)
	return nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c cli
	k := kong.Parse(&c, kong.Name("lad"), kong.Description("The operations hub of an online merchant: every order in one window, one stock for every channel."),
		kong.UsageOnError(), kong.Configuration(kong.JSON), kong.DefaultEnvars("LAD"), kong.Vars{"simulators": simulatorNames()}, kong.BindTo(ctx, (*context.Context)(nil)))
	if err := k.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "lad:", explain(err))
		os.Exit(1)
	}
}
