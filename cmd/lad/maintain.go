package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/lad-hub/lad/internal/app"
	"github.com/lad-hub/lad/internal/backup"
	"github.com/lad-hub/lad/internal/platform/db"
)

type doctorCmd struct {
	store
	logging
	Fix  bool `help:"Rebuild derived numbers from what they derive from. The hub must not run on the same SQLite file."`
	JSON bool `help:"Print one JSON object."`
}

// Run checks and answers exit code 1 when something stays broken.
func (c doctorCmd) Run(ctx context.Context) error {
	o := c.options(c.logger())
	o.Database.ReadOnly = !c.Fix
	a, err := app.Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close(context.WithoutCancel(ctx)) }()
	checks, found, err := a.Doctor(ctx, c.Fix)
	if err != nil {
		return err
	}
	broken := 0
	for _, f := range found {
		if !f.Fixed {
			broken++
		}
	}
	if c.JSON {
		err = json.NewEncoder(os.Stdout).Encode(map[string]any{"checks": checks, "findings": found, "clean": len(found) == 0})
	} else {
		printFindings(checks, found)
	}
	if err == nil && broken > 0 {
		return fmt.Errorf("%d finding(s) need a person", broken)
	}
	return err
}

func printFindings(checks int, found []app.Finding) {
	for _, f := range found {
		state := "BROKEN"
		if f.Fixed {
			state = "fixed "
		}
		fmt.Printf("%s tenant %d: %s: %s\n", state, f.Tenant, f.Check, f.Detail)
	}
	if len(found) == 0 {
		fmt.Printf("doctor: clean (%d checks)\n", checks)
	}
}

type backupCmd struct {
	store
	logging
	File string `arg:"" help:"Archive to write; it must not exist." type:"path"`
}

// Run backs up, also while the hub runs.
func (c backupCmd) Run(ctx context.Context) error {
	o := c.options(c.logger())
	o.Database.ReadOnly = o.Database.DSN == ""
	d, err := db.Open(ctx, o.Database)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	began := time.Now()
	m, err := backup.Write(ctx, d, o.KeyFile, c.File, version)
	if err != nil {
		return err
	}
	fmt.Printf("backup verified: %s, %d orders, schema %d, %.1f s\n", c.File, m.Rows["orders"], m.Schema, time.Since(began).Seconds())
	if m.HasKey {
		fmt.Println("It holds the key of the secrets: keep it where only you can read it.")
	}
	return nil
}

type restoreCmd struct {
	store
	logging
	File string `arg:"" help:"Archive written by lad backup." type:"existingfile"`
}

// Run restores into an empty place, migrates and checks it.
func (c restoreCmd) Run(ctx context.Context) error {
	o := c.options(c.logger())
	m, err := backup.Restore(ctx, c.File, o.Database, o.KeyFile)
	if err != nil {
		return err
	}
	o.Migrate = true
	a, err := app.Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close(context.WithoutCancel(ctx)) }()
	checks, found, err := a.Doctor(ctx, false)
	if err != nil {
		return err
	}
	fmt.Printf("restored the backup of %s: %d orders\n", m.Made.Format(time.RFC3339), m.Rows["orders"])
	printFindings(checks, found)
	if len(found) > 0 {
		return errors.New("the restored data has findings")
	}
	return nil
}
