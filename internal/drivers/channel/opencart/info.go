package opencart

import (
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire/cart"
	"github.com/lad-hub/lad/internal/platform/money"
)

// OpenCart's own statuses by their default numbers (API sheet, part 8).
const (
	statusPending    = "1"
	statusProcessing = "2"
	statusShipped    = "3"
	statusComplete   = "5"
	statusCanceled   = "7"
	statusProcessed  = "15"
)

// info follows the API sheet and the module's protocol. OpenCart forbids no step; the graph is the normal path, forwards.
// A return is not written back: OpenCart has no status for goods that came back, only ones about money.
var info = connector.Info{
	Name: "opencart", Title: "OpenCart", Mark: "OC", Currency: money.UAH, Zone: "Europe/Kyiv",
	Settings: []connector.Setting{
		{Key: "base_url", Title: "connection.opencart.address", Required: true},
		{Key: "secret", Title: "connection.opencart.secret", Secret: true, Required: true},
		{Key: "notify", Title: "connection.opencart.notify", Default: "no", Choices: connector.YesNo()},
		{Key: "paid_statuses", Title: "connection.opencart.paid_statuses"},
	},
	Limits: connector.Limits{
		RequestsPerSecond: 2, Burst: 4, StockBatch: maxItems, PriceBatch: maxItems, ReadBatch: maxItems, PollEvery: 60 * time.Second,
	},
	Statuses: cart.Statuses,
	Steps: map[string][]string{
		statusPending:    {statusProcessing, statusProcessed, statusShipped, statusComplete, statusCanceled},
		statusProcessing: {statusProcessed, statusShipped, statusComplete, statusCanceled},
		statusProcessed:  {statusShipped, statusComplete, statusCanceled},
		statusShipped:    {statusComplete, statusCanceled},
		"*":              {statusProcessing, statusProcessed, statusShipped, statusComplete, statusCanceled},
	},
	Targets: map[connector.Stage]string{
		connector.StageConfirmed: statusProcessing,
		connector.StagePicking:   statusProcessed,
		connector.StageShipped:   statusShipped,
		connector.StageCompleted: statusComplete,
		connector.StageCancelled: statusCanceled,
	},
	// OpenCart knows no reasons; the words go into the order's history.
	CancelReasons: []connector.CancelReason{{Reason: connector.ReasonOther, Code: statusCanceled}},
}
