package driverkit

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers"
)

// Table is the page of what each driver can do (docs/channels.md), as the code says it. hasPage tells whether a channel has a
// page of its own in docs/channels.
func Table(list []connector.Driver, hasPage func(name string) bool) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(head)
	if err := writeCapabilities(&b, list, hasPage); err != nil {
		return nil, err
	}
	b.WriteString(legend)
	writeLimits(&b, list)
	for _, d := range list {
		writeChannel(&b, d.Info(), hasPage)
	}
	return b.Bytes(), nil
}

const head = `# Channels

<!-- Written from the code by: go generate ./internal/driverkit -->

What each driver of this program can do. A channel whose name is a link has a page on how to connect it and what is peculiar
about it. How a driver is written: [drivers.md](drivers.md).

`

const legend = `
| column | yes means |
| --- | --- |
| orders | orders and their changes are read |
| webhooks | the channel calls Lad when something changes; without it Lad polls |
| offers | offers are read, so that they can be linked to SKUs and pushes can be proved |
| stock, price | quantities and prices are shown |
| status | an order's status is told, cancellations with their reason |
| tracking | waybill numbers are stored apart from the status; without it they go with a status, where one needs them |
| fees | what the channel charges is read |
| dictionary | the shop's own statuses and methods are read; they stand in for those listed below |
| authorisation | access is given on the channel's own page instead of by a key |

`

func writeCapabilities(b *bytes.Buffer, list []connector.Driver, hasPage func(string) bool) error {
	columns := append([]string{"channel"}, Names()...)
	row(b, columns...)
	row(b, slices.Repeat([]string{"---"}, len(columns))...)
	for _, d := range list {
		can, err := drivers.Capabilities(d)
		if err != nil {
			return fmt.Errorf("%s takes no made-up settings: %w", d.Info().Name, err)
		}
		cells := []string{channelName(d.Info(), hasPage)}
		for _, name := range Names() {
			cell := ""
			if slices.ContainsFunc(can, func(c drivers.Capability) bool { return c.Name == name }) {
				cell = "yes"
			}
			cells = append(cells, cell)
		}
		row(b, cells...)
	}
	return nil
}

func writeLimits(b *bytes.Buffer, list []connector.Driver) {
	b.WriteString("## Limits\n\nRequests are what Lad makes on one account at most; a merchant with an agreement can set another rate.\n\n")
	row(b, "channel", "requests a second", "at once after a pause", "quantities in one push", "prices in one push", "offers in one read", "orders polled every")
	row(b, slices.Repeat([]string{"---"}, 7)...)
	for _, d := range list {
		l := d.Info().Limits
		rate := ""
		if l.RequestsPerSecond > 0 {
			rate = strconv.FormatFloat(l.RequestsPerSecond, 'f', -1, 64)
		}
		row(b, plain(d.Info().Title), rate, number(l.Burst), number(l.StockBatch), number(l.PriceBatch), number(l.ReadBatch), pause(l.PollEvery))
	}
}

// stages are in the order in which an order meets them.
var stages = []connector.Stage{
	connector.StageNew, connector.StageConfirmed, connector.StagePicking, connector.StageShipped, connector.StageCompleted,
	connector.StageCancelled, connector.StageReturned,
}

func writeChannel(b *bytes.Buffer, in connector.Info, hasPage func(string) bool) {
	fmt.Fprintf(b, "\n## %s\n\n", channelName(in, hasPage))
	fmt.Fprintf(b, "Driver `%s`, currency %s where an order names none, times without an offset are of %s.\n\n", in.Name, in.Currency, plain(in.Zone))
	row(b, "stage", "statuses that a seller sets", "statuses that only the channel sets", "Lad asks for")
	row(b, slices.Repeat([]string{"---"}, 4)...)
	for _, stage := range stages {
		var open, outside []string
		for _, s := range in.Statuses {
			switch {
			case s.Stage != stage:
			case s.Outside:
				outside = append(outside, statusWords(s))
			default:
				open = append(open, statusWords(s))
			}
		}
		target := in.Targets[stage]
		if len(open)+len(outside) == 0 && target == "" {
			continue
		}
		if target != "" {
			target = coded(target)
		}
		row(b, string(stage), strings.Join(open, ", "), strings.Join(outside, ", "), target)
	}
	writeReasons(b, in)
}

func statusWords(s connector.Status) string {
	words := coded(s.Code) + " " + plain(s.Title)
	if s.NeedsTracking && !s.Outside {
		words += " (with a waybill)"
	}
	if s.Ignore {
		words += " (no order yet)"
	}
	return words
}

func writeReasons(b *bytes.Buffer, in connector.Info) {
	if len(in.CancelReasons) == 0 {
		b.WriteString("\nCancellations carry no reason.\n")
		return
	}
	b.WriteByte('\n')
	row(b, "reason of a cancellation", "code of the channel", "needs")
	row(b, "---", "---", "---")
	for _, r := range in.CancelReasons {
		var needs []string
		if r.NeedsText {
			needs = append(needs, "words")
		}
		if r.NeedsTwin {
			needs = append(needs, "the other order")
		}
		row(b, strings.ReplaceAll(string(r.Reason), "_", " "), coded(r.Code), strings.Join(needs, ", "))
	}
}

// row writes a line of a table; an empty cell is a dash.
func row(b *bytes.Buffer, cells ...string) {
	for _, c := range cells {
		b.WriteString("| " + cmp.Or(c, "–") + " ")
	}
	b.WriteString("|\n")
}

func channelName(in connector.Info, hasPage func(string) bool) string {
	if hasPage(in.Name) {
		return "[" + plain(in.Title) + "](channels/" + in.Name + ".md)"
	}
	return plain(in.Title)
}

// plain keeps a text within its cell.
func plain(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;", "*", `\*`).Replace(s)
}

func coded(s string) string { return "`" + strings.NewReplacer("|", `\|`, "`", "'").Replace(s) + "`" }

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func pause(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d%time.Minute == 0:
		return strconv.Itoa(int(d/time.Minute)) + " min"
	}
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + " s"
}
