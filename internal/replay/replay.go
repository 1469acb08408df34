// Package replay plays a file of real orders through Lad: every invoice becomes a native order of one of three simulated
// channels, Lad reads them over HTTP as it would read a marketplace, and at the end what stands in Lad's own books is
// compared with the file, to the last line and the last hundredth.
//
// Amounts are played as written in the channels' currency, UAH: a price of 2.55 pounds is a price of 2.55 hryvnias. Dirt is
// set aside by line with its reason and counted, so that ledger + set aside + rounding = source. A cancellation (C-invoice)
// becomes an order of the same goods that its buyer cancels; in the books it counts with the sign of the file.
package replay

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/lad-hub/lad/internal/app"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
)

// tenant is the shop that is played; the database must be empty.
const tenant db.Tenant = 1

// Options say what is played and where.
type Options struct {
	File     string
	Database db.Options // empty database
	KeyFile  string
	// Days is how many days of the file are played, 0 for all.
	Days int
	// Speed is how many seconds of the file pass in one real second, 0 for as fast as it goes.
	Speed float64
	// Opening is how many pieces of each SKU there are at the start; below 0: as many as are ever ordered.
	Opening int64
	// Progress gets a line per day.
	Progress io.Writer
	Log      *slog.Logger
}

// Ledger is what Lad's books hold.
type Ledger struct {
	Orders        int64   `json:"orders"`
	Cancellations int64   `json:"cancellations"`
	Lines         int64   `json:"lines"`
	Units         int64   `json:"units"`
	Revenue       *Amount `json:"revenue"`
}

// Result is the reconciliation.
type Result struct {
	Source    *Totals `json:"source"`
	Ledger    Ledger  `json:"ledger"`
	SetAside  []Aside `json:"set_aside"`
	Rounding  *Amount `json:"rounding"`
	Shortages int64   `json:"shortages"` // order lines that wait for goods at the end
	LagP50MS  float64 `json:"lag_p50_ms"`
	LagP99MS  float64 `json:"lag_p99_ms"`
	Seconds   float64 `json:"seconds"`
	Balanced  bool    `json:"balanced"`
	// Findings of the doctor.
	DoctorFindings int `json:"doctor_findings"`

	// Checks are the comparisons that Balanced is made of.
	Checks []Check `json:"-"`
	// Findings are the doctor's words.
	Findings []string `json:"-"`
	// Days, SKUs, Gave, ShortUnits and Missing are told to people: days played, goods sold, cancelled orders that gave goods
	// back, pieces that are short, orders that never reached Lad.
	Days, SKUs, Gave, ShortUnits, Missing int64 `json:"-"`
}

// Check is one comparison.
type Check struct {
	Name   string
	Holds  bool
	Detail string
}

// Run plays a file and reconciles.
func Run(ctx context.Context, o Options) (out Result, err error) {
	began := time.Now()
	articles, first, err := survey(o.File, o.Days)
	if err != nil {
		return out, err
	}
	if len(articles) == 0 {
		return out, errors.New("nothing in this file can be played")
	}
	fake := clock.NewFake(first.Add(-time.Hour))
	a, err := app.Open(ctx, app.Options{
		Database: o.Database, Migrate: true, KeyFile: o.KeyFile, AllowPrivate: true, PollEvery: time.Hour, ChannelClock: fake, Log: o.Log,
	})
	if err != nil {
		return out, err
	}
	p := &player{Options: o, app: a, clock: fake, articles: articles}
	defer func() {
		err = errors.Join(err, a.Close(context.WithoutCancel(ctx)))
		p.close()
	}()
	if err := p.prepare(ctx); err != nil {
		return out, err
	}
	book, err := walk(o.File, o.Days, func(d *Day) error { return p.day(ctx, d) })
	if err != nil {
		return out, err
	}
	if err := p.finish(ctx); err != nil {
		return out, err
	}
	if out, err = p.reconcile(ctx, book); err != nil {
		return out, err
	}
	out.Seconds = time.Since(began).Seconds()
	return out, p.examine(ctx, &out)
}

// examine runs the doctor.
func (p *player) examine(ctx context.Context, r *Result) error {
	_, found, err := p.app.Doctor(ctx, false)
	r.DoctorFindings = len(found)
	for _, f := range found {
		r.Findings = append(r.Findings, f.Check+": "+f.Detail)
	}
	return err
}

// percentile of sorted lags in milliseconds.
func percentile(sorted []time.Duration, percent int) float64 {
	if len(sorted) == 0 {
		return 0
	}
	i := max((len(sorted)*percent+99)/100-1, 0)
	return float64(sorted[i].Microseconds()) / 1000
}

func (p *player) lag(percent int) float64 {
	slices.Sort(p.lags)
	return percentile(p.lags, percent)
}
