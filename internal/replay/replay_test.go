package replay_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/replay"
)

const fixture = "testdata/orders.csv"

// progress keeps what a replay says and tells of each line.
type progress struct {
	bytes.Buffer
	said func(string)
}

func (p *progress) Write(b []byte) (int, error) {
	if p.said != nil {
		p.said(string(b))
	}
	return p.Buffer.Write(b)
}

func options(t *testing.T, e db.Engine) replay.Options {
	t.Helper()
	return replay.Options{
		File: fixture, Database: dbtest.Options(t, e), KeyFile: filepath.Join(t.TempDir(), "key"), Opening: -1, Progress: &progress{},
	}
}

// play runs a replay that must end well, and answers its JSON without the measured times.
func play(t *testing.T, o replay.Options) (replay.Result, map[string]any) {
	t.Helper()
	r, err := replay.Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Checks {
		if !c.Holds {
			t.Errorf("%s: %s", c.Name, c.Detail)
		}
	}
	for _, f := range r.Findings {
		t.Errorf("doctor: %s", f)
	}
	var b bytes.Buffer
	if err := r.PrintJSON(&b); err != nil {
		t.Fatal(err)
	}
	got := decode(t, b.Bytes())
	for _, measured := range []string{"seconds", "lag_p50_ms", "lag_p99_ms"} {
		n, err := got[measured].(json.Number).Float64()
		if err != nil || n <= 0 {
			t.Errorf("%s is %v", measured, got[measured])
		}
		delete(got, measured)
	}
	return r, got
}

// decode keeps numbers as they are written.
func decode(t *testing.T, text []byte) (out map[string]any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

// The expected figures were added up by another program than this one.
func TestEveryLineIsAccountedFor(t *testing.T) {
	t.Parallel()
	golden, err := os.ReadFile("testdata/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	engines := []db.Engine{db.SQLite}
	if os.Getenv("LAD_TEST_POSTGRES") != "" {
		engines = append(engines, db.Postgres)
	}
	for _, e := range engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			o := options(t, e)
			r, got := play(t, o)
			if diff := cmp.Diff(decode(t, golden), got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if r.Gave == 0 || r.Gave == r.Ledger.Cancellations || r.Missing != 0 {
				t.Errorf("%d of %d cancellations gave goods back, %d missing", r.Gave, r.Ledger.Cancellations, r.Missing)
			}
			var table bytes.Buffer
			if err := r.Print(&table); err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"source", "doctor: clean", "balanced", "3665.353", "14 orders and 7 cancellations"} {
				if !strings.Contains(table.String(), want) {
					t.Errorf("table lacks %q:\n%s", want, table.String())
				}
			}
		})
	}
}

// With ten pieces of each SKU most lines are short, and the books still agree.
func TestShortages(t *testing.T) {
	t.Parallel()
	o := options(t, db.SQLite)
	o.Opening = 10
	r, got := play(t, o)
	if !r.Balanced || r.Shortages == 0 || r.ShortUnits == 0 {
		t.Errorf("balanced %t, %d lines and %d pieces short", r.Balanced, r.Shortages, r.ShortUnits)
	}
	golden, err := os.ReadFile("testdata/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(decode(t, golden)["ledger"], got["ledger"]); diff != "" {
		t.Errorf("shortages changed the ledger: -want +got\n%s", diff)
	}
}

func TestFirstDaysAtLimitedSpeed(t *testing.T) {
	t.Parallel()
	o := options(t, db.SQLite)
	o.Days, o.Speed = 1, 1e6
	r, _ := play(t, o)
	if r.Days != 1 || r.Source.Invoices != 22 || !r.Balanced {
		t.Errorf("%d days, %d invoices, balanced %t", r.Days, r.Source.Invoices, r.Balanced)
	}
}

func TestStopsWhenTold(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	o := options(t, db.SQLite)
	o.Progress = &progress{said: func(s string) {
		if strings.Contains(s, "day   1") {
			cancel()
		}
	}}
	if _, err := replay.Run(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	// What was played stays a whole database.
	d, err := db.Open(context.Background(), o.Database)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

func TestRefusesWhatIsNotEmpty(t *testing.T) {
	t.Parallel()
	o := options(t, db.SQLite)
	o.Days = 1
	play(t, o)
	if _, err := replay.Run(context.Background(), o); err == nil {
		t.Error("a second replay went into the first one's database")
	}
}

func TestRefusesFiles(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing":      "",
		"other table":  "a,b,c\n1,2,3\n",
		"only dirt":    strings.Join([]string{"InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country", "1,POST,P,1,2011-01-01 10:00:00,1,,"}, "\n"),
		"cut gzip":     "\x1f\x8b\x08",
		"heading only": "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t, db.SQLite)
			o.File = filepath.Join(t.TempDir(), "f.csv")
			if err := os.WriteFile(o.File, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := replay.Run(context.Background(), o); err == nil {
				t.Error("played")
			}
		})
	}
}
