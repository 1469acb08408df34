package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/moving"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/secret"
)

type baselinkerCmd struct {
	store
	logging
	Token   string `help:"API token of the account; better given by the environment, which other users of the machine do not see." env:"LAD_BASELINKER_TOKEN" required:"" placeholder:"TOKEN"`
	URL     string `name:"url" help:"Another address of the API, of this machine or network too: for rehearsals." placeholder:"URL"`
	Since   string `help:"Leave out orders confirmed before this day." placeholder:"YYYY-MM-DD"`
	NoStock bool   `help:"Leave the stock as it is here: when Lad keeps it already."`
	JSON    bool   `help:"Print the report as one JSON object."`
	Tenant  int64  `help:"Which shop." default:"1"`
}

// Run moves in, or goes on with a run that was cut short, and prints what came of it. The hub must not run on the same SQLite
// file meanwhile.
func (c baselinkerCmd) Run(ctx context.Context) error {
	in := moving.Input{Token: secret.Text(c.Token), Address: c.URL, WithStock: !c.NoStock}
	if c.Since != "" {
		var err error
		if in.Since, err = time.Parse("2006-01-02", c.Since); err != nil {
			return fmt.Errorf("--since is a day such as 2026-01-31, not %q", c.Since)
		}
	}
	o := c.options(c.logger())
	o.AllowPrivate = c.URL != ""
	a, err := c.openShop(ctx, o, db.Tenant(c.Tenant))
	if err != nil {
		return err
	}
	defer func() { _ = a.Close(context.WithoutCancel(ctx)) }()
	who := access.ForSystem(db.Tenant(c.Tenant))
	r, err := a.Moving.Begin(ctx, who, in)
	if err != nil {
		return err
	}
	r, err = follow(ctx, a.Moving, who, r, os.Stderr)
	if err != nil {
		return err
	}
	aside, err := a.Moving.Asides(ctx, who.Tenant, r.ID)
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(os.Stdout).Encode(map[string]any{"state": r.State, "report": r.Report, "aside": aside})
	} else {
		printMoved(os.Stdout, r, aside)
	}
	switch {
	case err != nil || r.State == moving.Done:
		return err
	case r.Error == "":
		return fmt.Errorf("the run is %s; the same command goes on from here", r.State)
	}
	fmt.Fprintln(os.Stderr, "What came over is kept; the same command goes on from here.")
	return errs.New(errs.Unavailable, r.Error)
}

// follow does step after step and tells how far it is. When the terminal ends it, the run is stopped.
func follow(ctx context.Context, s *moving.Service, who access.Actor, r moving.Run, out io.Writer) (moving.Run, error) {
	turn := r.Turn
	for {
		more, at, err := s.Step(ctx, who, r.ID, turn)
		if ctx.Err() != nil {
			return r, errors.Join(errors.New("stopped; the same command goes on from here"), s.Stop(context.WithoutCancel(ctx), who, r.ID))
		}
		if err != nil {
			return r, err
		}
		if r, err = s.ByID(ctx, who.Tenant, r.ID); err != nil || !more {
			fmt.Fprintln(out)
			return r, err
		}
		tellProgress(out, r)
		if at.IsZero() {
			continue
		}
		wait := time.NewTimer(time.Until(at))
		select {
		case <-wait.C:
		case <-ctx.Done():
		}
		wait.Stop()
	}
}

// clearLine goes back to the start of the terminal's line and empties it.
const clearLine = "\r\x1b[K"

func tellProgress(out io.Writer, r moving.Run) {
	text := string(r.Stage)
	if p := r.Progress; p.Total > 0 {
		text += fmt.Sprintf(" %d of about %d", p.Done, p.Total)
		if left := p.Left(time.Now()); left > 0 {
			text += ", about " + left.Round(time.Second).String() + " left"
		}
	}
	if r.Error != "" {
		text += ": " + i18n.English.T(r.Error) + " " + r.Words
		if !r.NotBefore.IsZero() {
			text += " Next try at " + r.NotBefore.Local().Format("15:04:05") + "."
		}
	}
	fmt.Fprint(out, clearLine, text)
}

func printMoved(out io.Writer, r moving.Run, aside []moving.Aside) {
	if len(r.Report.Counts) == 0 {
		return // it failed before anything came over
	}
	fmt.Fprintf(out, "%-12s %9s %9s %9s %9s\n", "", "new", "changed", "unchanged", "set aside")
	for _, t := range moving.Things() {
		if c, ok := r.Report.Counts[t]; ok {
			fmt.Fprintf(out, "%-12s %9d %9d %9d %9d\n", t, c.Created, c.Changed, c.Unchanged, c.Aside)
		}
	}
	for _, a := range aside {
		args := make([]any, len(a.Args))
		for i := range a.Args {
			args[i] = a.Args[i]
		}
		fmt.Fprintf(out, "set aside: %s %s %s: %s\n", a.Kind, a.ExternalID, a.Title, i18n.English.T(a.Reason, args...))
	}
	for _, l := range r.Report.Left {
		fmt.Fprintf(out, "no place yet: %s: %d (%s)\n", l.Kind, l.N, strings.Join(l.Examples, ", "))
	}
	for _, s := range r.Report.Statuses {
		if s.Stage == "" {
			fmt.Fprintf(out, "unclear status: %s: old orders count as completed, recent ones as confirmed\n", s.Name)
		}
	}
}
