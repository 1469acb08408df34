package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime/pprof"
	"time"

	"github.com/lad-hub/lad/internal/bench"
	"github.com/lad-hub/lad/internal/platform/db"
)

type benchCmd struct {
	Name     string        `arg:"" enum:"orders,hot,fanout,start,pages,feed,all" help:"orders, hot, fanout, start, pages, feed or all."`
	Engine   db.Engine     `help:"sqlite or postgres; all runs both unless it is given." placeholder:"ENGINE"`
	Buyers   int           `help:"Buyers at once, for orders." default:"32"`
	Hot      bool          `help:"Every order holds the same SKU too, for orders."`
	Lasts    time.Duration `help:"How long one load runs." default:"10s"`
	Orders   int           `help:"Orders in the database, for pages." default:"1000000"`
	SKUs     int           `name:"skus" help:"SKUs in the database, for pages and feed." default:"100000"`
	Dir      string        `help:"Folder for throw-away databases." type:"path" placeholder:"DIR"`
	Database string        `help:"PostgreSQL to use; without it one is started and thrown away." placeholder:"DSN"`
	JSON     bool          `help:"Print one JSON object per bench."`
	Profile  string        `help:"Write a CPU profile of the run here." type:"path" placeholder:"FILE"`
}

// Run measures and prints each result against its target; a missed target is said and answers exit code 1.
func (c benchCmd) Run(ctx context.Context) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	if c.Profile != "" {
		f, err := os.Create(c.Profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	o := bench.Options{Dir: c.Dir, Database: c.Database, Lasts: c.Lasts, Orders: c.Orders, SKUs: c.SKUs, Program: program,
		Progress: func(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }}
	engines := []db.Engine{db.SQLite}
	switch {
	case c.Engine != "":
		engines = []db.Engine{c.Engine}
	case c.Name == "all":
		engines = append(engines, db.Postgres)
	}
	report := bench.NewReport()
	for _, e := range engines {
		if err := c.runOn(ctx, o, e, report); err != nil { // what was measured before it is worth minutes
			return errors.Join(fmt.Errorf("%s: %w", e, err), c.print(report))
		}
	}
	return errors.Join(c.print(report), report.Err())
}

func (c benchCmd) print(report *bench.Report) error {
	if !c.JSON {
		report.Print(os.Stdout)
		return nil
	}
	out := json.NewEncoder(os.Stdout)
	for _, r := range report.Results {
		if err := out.Encode(r); err != nil {
			return err
		}
	}
	return nil
}

func (c benchCmd) runOn(ctx context.Context, o bench.Options, e db.Engine, report *bench.Report) error {
	all := c.Name == "all"
	if all || c.Name == "orders" {
		buyers, hot := []int{c.Buyers}, []bool{c.Hot}
		if all {
			buyers, hot = []int{32, 1, 32}, []bool{false, false, true}
		}
		list, err := bench.Orders(ctx, o, e, buyers, hot)
		if err != nil {
			return err
		}
		report.AddOrders(list)
	}
	if all || c.Name == "hot" {
		r, err := bench.Hot(ctx, o, e)
		if err != nil {
			return err
		}
		report.AddHot(r)
	}
	if all || c.Name == "fanout" {
		r, err := bench.Fanout(ctx, o, e)
		if err != nil {
			return err
		}
		report.AddFanout(r)
	}
	if all || c.Name == "start" {
		r, err := bench.Start(ctx, o, e)
		if err != nil {
			return err
		}
		report.AddStart(r)
	}
	if all || c.Name == "pages" {
		r, err := bench.Pages(ctx, o, e)
		if err != nil {
			return err
		}
		report.AddPages(r)
	}
	if all || c.Name == "feed" {
		r, err := bench.Feed(ctx, o, e)
		if err != nil {
			return err
		}
		report.AddFeed(r)
	}
	return nil
}
