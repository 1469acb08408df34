package woocommerce

import (
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/money"
)

// The statuses of every shop, as the API writes them: without the prefix wc-.
const (
	statusPending    = "pending"
	statusOnHold     = "on-hold"
	statusProcessing = "processing"
	statusCompleted  = "completed"
	statusCancelled  = "cancelled"
	statusRefunded   = "refunded"
	statusFailed     = "failed"
)

// info follows the API sheet, parts 4 and 5. WooCommerce itself has no picking and no shipped: shipped is derived from a stored
// waybill number, and a shop's own statuses come from its dictionary. The shop would take any step; the graph keeps Lad from
// waking a closed order, which would take its goods from the stock again.
var info = connector.Info{
	Name: "woocommerce", Title: "WooCommerce", Mark: "W", Currency: money.UAH, Zone: "Europe/Kyiv",
	Settings: []connector.Setting{
		{Key: "base_url", Title: "connection.field.woocommerce_address", Required: true},
		{Key: "consumer_key", Title: "connection.field.woocommerce_key", Secret: true, Required: true},
		{Key: "consumer_secret", Title: "connection.field.woocommerce_secret", Secret: true, Required: true},
		{Key: "currency", Title: "connection.field.woocommerce_currency"},
		{Key: "zone", Title: "connection.field.woocommerce_zone", Default: "Europe/Kyiv"},
		{Key: "statuses", Title: "connection.field.woocommerce_statuses"},
		{Key: "tracking_key", Title: "connection.field.woocommerce_tracking_key", Default: trackingMeta},
		{Key: "city_key", Title: "connection.field.woocommerce_city_key"},
		{Key: "branch_key", Title: "connection.field.woocommerce_branch_key"},
		{Key: "key_in_address", Title: "connection.field.woocommerce_key_in_address", Default: "no", Choices: connector.YesNo()},
	},
	Limits: connector.Limits{
		RequestsPerSecond: 2, Burst: 3, StockBatch: 50, PriceBatch: 50, ReadBatch: 50, PollEvery: 60 * time.Second,
	},
	Statuses: []connector.Status{
		{Code: statusPending, Title: "Очікує оплати", Stage: connector.StageNew},
		{Code: statusOnHold, Title: "На утриманні", Stage: connector.StageNew},
		{Code: statusProcessing, Title: "В обробці", Stage: connector.StageConfirmed},
		{Code: statusCompleted, Title: "Виконано", Stage: connector.StageCompleted},
		{Code: statusCancelled, Title: "Скасовано", Stage: connector.StageCancelled},
		{Code: statusFailed, Title: "Не вдалося", Stage: connector.StageCancelled, Outside: true},
		{Code: statusRefunded, Title: "Повернено", Stage: connector.StageReturned, Outside: true},
		{Code: "checkout-draft", Title: "Чернетка", Stage: connector.StageNew, Ignore: true, Outside: true},
		{Code: "auto-draft", Title: "Автозбереження", Stage: connector.StageNew, Ignore: true, Outside: true},
		{Code: "trash", Title: "Кошик", Stage: connector.StageNew, Ignore: true, Outside: true},
	},
	Steps: map[string][]string{
		statusPending:    {statusOnHold, statusProcessing, statusCompleted, statusCancelled},
		statusOnHold:     {statusProcessing, statusCompleted, statusCancelled},
		statusProcessing: {statusCompleted, statusCancelled},
		statusFailed:     {statusProcessing, statusCancelled}, // the buyer may pay once more, or in cash
		"*":              {statusProcessing, statusCompleted, statusCancelled},
		"checkout-draft": {}, "auto-draft": {}, "trash": {},
	},
	Targets: map[connector.Stage]string{
		connector.StageConfirmed: statusProcessing,
		connector.StageCompleted: statusCompleted,
		connector.StageCancelled: statusCancelled,
	},
	CancelReasons: reasons(
		connector.ReasonOutOfStock, connector.ReasonBuyer, connector.ReasonNoContact, connector.ReasonBadContacts, connector.ReasonPrice,
		connector.ReasonUnpaid, connector.ReasonDuplicate, connector.ReasonDefect, connector.ReasonDelivery, connector.ReasonFraud, connector.ReasonOther,
	),
}

// reasons are Lad's own: the shop has none and keeps what it is told in the order's metadata.
func reasons(list ...connector.Reason) (out []connector.CancelReason) {
	for _, r := range list {
		out = append(out, connector.CancelReason{Reason: r, Code: string(r)})
	}
	return out
}

// usual are statuses that plug-ins add, under the names that many of them use.
var usual = map[string]connector.Stage{
	"confirmed": connector.StageConfirmed, "packing": connector.StagePicking, "packed": connector.StagePicking,
	"shipped": connector.StageShipped, "delivered": connector.StageCompleted, "returned": connector.StageReturned,
}

// stageOf maps a status. The form's own mapping wins; a status nobody has heard of keeps the order's stock held, as a confirmed
// one does.
func (c *channel) stageOf(code string) (stage connector.Stage, ignore bool) {
	if s, ok := info.StatusOf(code); ok {
		return s.Stage, s.Ignore
	}
	if stage := c.ownStage(code); stage != "" {
		return stage, false
	}
	return connector.StageConfirmed, false
}

// ownStage is the stage of a shop's own status, empty when nobody has said.
func (c *channel) ownStage(code string) connector.Stage {
	if stage, ok := c.stages[code]; ok {
		return stage
	}
	return usual[code]
}
