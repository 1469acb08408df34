package shopify

import (
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/money"
)

// Shopify has no order status of its own. The code of an order is the first that fits: what ended it, how far it was sent,
// the tag by which Lad notes its own stage, else how far it was paid.
const (
	statusPending    = "PENDING"
	statusPaid       = "PAID"
	statusRefunded   = "REFUNDED"
	statusConfirmed  = "CONFIRMED"
	statusPicking    = "PICKING"
	statusInProgress = "IN_PROGRESS"
	statusPartly     = "PARTIALLY_FULFILLED"
	statusFulfilled  = "FULFILLED"
	statusDelivered  = "DELIVERED"
	statusClosed     = "CLOSED"
	statusCancelled  = "CANCELLED"
)

// tags note the stages between payment and dispatch, for which Shopify has no field.
var tags = map[string]string{statusConfirmed: "lad-confirmed", statusPicking: "lad-picking"}

// info follows the API sheet, parts 3, 6 and 7. Unpaid orders are new whatever the gateway, cash on delivery too: that the
// seller has agreed is told by the tag. What Shopify or a carrier sets is Outside.
var info = connector.Info{
	Name: "shopify", Title: "Shopify", Mark: "S", Currency: money.UAH, Zone: "UTC",
	Settings: []connector.Setting{
		{Key: "base_url", Title: "connection.field.shopify_shop", Required: true},
		{Key: "client_secret", Title: "connection.field.shopify_client_secret", Secret: true, Required: true},
		{Key: "client_id", Title: "connection.field.shopify_client_id"},
		{Key: "token", Title: "connection.field.shopify_token", Secret: true},
		{Key: "location", Title: "connection.field.shopify_location"},
	},
	// The price of queries is the true limit (KindLimited tells the pause); the rate only keeps bursts apart.
	Limits: connector.Limits{
		RequestsPerSecond: 4, Burst: 8, StockBatch: 100, PriceBatch: 50, ReadBatch: 100, PollEvery: 60 * time.Second,
	},
	Statuses: []connector.Status{
		{Code: statusPending, Title: "Payment pending", Stage: connector.StageNew},
		{Code: "EXPIRED", Title: "Payment expired", Stage: connector.StageNew, Outside: true},
		{Code: "VOIDED", Title: "Payment voided", Stage: connector.StageNew, Outside: true},
		{Code: "AUTHORIZED", Title: "Authorized", Stage: connector.StageConfirmed, Outside: true},
		{Code: "PARTIALLY_PAID", Title: "Partially paid", Stage: connector.StageConfirmed, Outside: true},
		{Code: statusPaid, Title: "Paid", Stage: connector.StageConfirmed, Outside: true},
		{Code: "PARTIALLY_REFUNDED", Title: "Partially refunded", Stage: connector.StageConfirmed, Outside: true},
		{Code: statusConfirmed, Title: "Confirmed (tag lad-confirmed)", Stage: connector.StageConfirmed},
		{Code: statusPicking, Title: "Picking (tag lad-picking)", Stage: connector.StagePicking},
		{Code: statusInProgress, Title: "In progress", Stage: connector.StagePicking, Outside: true},
		{Code: statusPartly, Title: "Partially fulfilled", Stage: connector.StageShipped, Outside: true},
		{Code: statusFulfilled, Title: "Fulfilled", Stage: connector.StageShipped},
		{Code: statusDelivered, Title: "Delivered", Stage: connector.StageShipped, Outside: true},
		{Code: statusClosed, Title: "Archived", Stage: connector.StageCompleted},
		{Code: statusCancelled, Title: "Canceled", Stage: connector.StageCancelled},
		{Code: statusRefunded, Title: "Refunded", Stage: connector.StageReturned, Outside: true},
	},
	Steps: map[string][]string{
		"*":              {statusConfirmed, statusPicking, statusFulfilled, statusCancelled},
		statusConfirmed:  {statusPicking, statusFulfilled, statusCancelled},
		statusPicking:    {statusFulfilled, statusCancelled},
		statusInProgress: {statusFulfilled, statusCancelled},
		statusPartly:     {statusFulfilled},
		statusFulfilled:  {statusClosed},
		statusDelivered:  {statusClosed},
	},
	Targets: map[connector.Stage]string{
		connector.StageConfirmed: statusConfirmed,
		connector.StagePicking:   statusPicking,
		connector.StageShipped:   statusFulfilled,
		connector.StageCompleted: statusClosed,
		connector.StageCancelled: statusCancelled,
	},
	CancelReasons: []connector.CancelReason{
		{Reason: connector.ReasonOutOfStock, Code: "INVENTORY"},
		{Reason: connector.ReasonDefect, Code: "INVENTORY"},
		{Reason: connector.ReasonBuyer, Code: "CUSTOMER"},
		{Reason: connector.ReasonDelivery, Code: "CUSTOMER"},
		{Reason: connector.ReasonUnpaid, Code: "DECLINED"},
		{Reason: connector.ReasonFraud, Code: "FRAUD"},
		{Reason: connector.ReasonPrice, Code: "STAFF"},
		{Reason: connector.ReasonDuplicate, Code: "STAFF"},
		{Reason: connector.ReasonOther, Code: "OTHER"},
	},
}
