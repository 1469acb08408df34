package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/replay"
)

// replayCmd never takes the shop's own data folder or database from the environment: it needs empty ones.
type replayCmd struct {
	logging
	File         string `arg:"" type:"existingfile" help:"Table of order lines, CSV or CSV packed with gzip: InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country."`
	Days         int    `help:"Play only the first days." placeholder:"N"`
	Speed        string `help:"max, or how many seconds of the file pass in one second." default:"max" placeholder:"max|FACTOR" env:"-"`
	OpeningStock string `help:"Pieces of each SKU at the start; auto: as many as are ever ordered, so that nothing is short." default:"auto" placeholder:"auto|N" env:"-"`
	JSON         bool   `help:"Print the reconciliation as one JSON object."`
	Data         string `help:"Empty folder for the database, kept afterwards. Without it a temporary one is used." type:"path" env:"-" placeholder:"DIR"`
	Database     string `help:"Empty PostgreSQL database instead of an SQLite file: postgres://user@host/name." env:"-" placeholder:"DSN"`
}

// Run replays and reconciles; it fails when the books do not balance or the doctor finds something.
func (c replayCmd) Run(ctx context.Context) (err error) {
	o := replay.Options{File: c.File, Days: c.Days, Opening: -1, Progress: os.Stderr, Log: c.logger()}
	if c.Speed != "max" {
		if o.Speed, err = strconv.ParseFloat(c.Speed, 64); err != nil || !(o.Speed > 0) {
			return fmt.Errorf("--speed is max or a positive number, not %q", c.Speed)
		}
	}
	if c.OpeningStock != "auto" {
		if o.Opening, err = strconv.ParseInt(c.OpeningStock, 10, 32); err != nil || o.Opening < 0 {
			return fmt.Errorf("--opening-stock is auto or a number of pieces, not %q", c.OpeningStock)
		}
	}
	folder := c.Data
	if folder == "" {
		if folder, err = os.MkdirTemp("", "lad-replay-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	} else if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	o.Database = db.Options{Path: filepath.Join(folder, "lad.db"), DSN: c.Database}
	o.KeyFile = filepath.Join(folder, "lad.key")
	r, err := replay.Run(ctx, o)
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return errors.New("stopped before the end; nothing was reconciled")
	}
	if err != nil {
		return err
	}
	if c.JSON {
		err = r.PrintJSON(os.Stdout)
	} else {
		err = r.Print(os.Stdout)
	}
	if err == nil && (!r.Balanced || r.DoctorFindings > 0) {
		err = errors.New("the replay does not reconcile")
	}
	return err
}
