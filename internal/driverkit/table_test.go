package driverkit_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/connector/example"
	"github.com/lad-hub/lad/internal/driverkit"
	"github.com/lad-hub/lad/internal/drivers"
)

var docs = filepath.Join("..", "..", "docs")

// The page says what the code says.
func TestChannelsPage(t *testing.T) {
	t.Parallel()
	want, err := driverkit.ChannelsPage(docs)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(docs, "channels.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("docs/channels.md is not what the drivers say: go generate ./internal/driverkit")
	}
	for _, d := range drivers.All() {
		if !strings.Contains(string(want), "Driver `"+d.Info().Name+"`") {
			t.Errorf("the page does not speak of %s", d.Info().Name)
		}
	}
}

// odd is a driver whose words could break a table.
type odd struct{ connector.Driver }

func (odd) Info() connector.Info {
	return connector.Info{
		Name: "odd", Title: "Odd | shop", Zone: "UTC", Currency: "PLN", Limits: connector.Limits{RequestsPerSecond: 0.5, PollEvery: 90 * time.Second},
		Statuses: []connector.Status{
			{Code: "a|b", Title: "New\nline", Stage: connector.StageNew, Ignore: true}, {Code: "p", Title: "Sent", Stage: connector.StageShipped, NeedsTracking: true},
			{Code: "q", Title: "Lost", Stage: connector.StageReturned, Outside: true},
		},
		Targets:       map[connector.Stage]string{connector.StageShipped: "p"},
		CancelReasons: []connector.CancelReason{{Reason: connector.ReasonOutOfStock, Code: "x", NeedsText: true, NeedsTwin: true}},
	}
}

func (o odd) Open(cfg connector.Config) (connector.Channel, error) {
	cfg.Settings = map[string]string{"base_url": "https://shop.example.com", "token": "made-up"}
	return o.Driver.Open(cfg)
}

func TestTable(t *testing.T) {
	t.Parallel()
	page, err := driverkit.Table([]connector.Driver{example.New()}, func(name string) bool { return name == "kiosk" })
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| [Kiosk](channels/kiosk.md) | yes | yes | yes | yes | yes | yes | – | – | – | – |", "| Kiosk | 2 | 4 | 100 | 100 | 50 | 1 min |",
		"| shipped | `sent` Sent (with a waybill) | – | `sent` |", "| completed | – | `received` Received | – |", "| out of stock | `sold_out` | – |",
	} {
		if !strings.Contains(string(page), want+"\n") {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	page, err = driverkit.Table([]connector.Driver{odd{example.New()}}, func(string) bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`| Odd \| shop | yes | yes |`, `| Odd \| shop | 0.5 | – | – | – | – | 90 s |`, "| new | `a\\|b` New line (no order yet) | – | – |",
		"| returned | – | `q` Lost | – |", "| out of stock | `x` | words, the other order |",
	} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
}

// locked takes no settings that anybody could make up.
type locked struct{ odd }

func (locked) Open(connector.Config) (connector.Channel, error) {
	return nil, connector.Errorf(connector.KindSettings, "the seal is missing")
}

func TestTableRefuses(t *testing.T) {
	t.Parallel()
	_, err := driverkit.Table([]connector.Driver{locked{}}, func(string) bool { return false })
	if err == nil || !strings.Contains(err.Error(), "odd takes no made-up settings") || connector.KindOf(err) != connector.KindSettings {
		t.Errorf("error %v, want one that names the driver", err)
	}
}
