package prestashop

import (
	"slices"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/money"
)

// Codes of the order states. The numbers of states differ from shop to shop; the configuration names those that every shop
// has, and these names are the codes that Lad knows. A state that the owner made himself has its number as code.
const (
	stateCheque      = "PS_OS_CHEQUE"
	stateBankWire    = "PS_OS_BANKWIRE"
	stateBackorder   = "PS_OS_OUTOFSTOCK_UNPAID"
	stateCOD         = "PS_OS_COD_VALIDATION"
	statePayment     = "PS_OS_PAYMENT"
	stateRemote      = "PS_OS_WS_PAYMENT"
	statePaidBack    = "PS_OS_OUTOFSTOCK_PAID"
	statePreparation = "PS_OS_PREPARATION"
	stateShipping    = "PS_OS_SHIPPING"
	stateDelivered   = "PS_OS_DELIVERED"
	stateCanceled    = "PS_OS_CANCELED"
	stateError       = "PS_OS_ERROR"
	stateRefund      = "PS_OS_REFUND"
)

// info follows the API sheet, parts 2, 4 and 5. Nothing is written back for a confirmed order: the states that could stand
// for it say that money came or that cash on delivery was agreed, which Lad must not claim.
var info = connector.Info{
	Name: "prestashop", Title: "PrestaShop", Mark: "PS", Currency: money.UAH, Zone: "Europe/Kyiv",
	Settings: []connector.Setting{
		{Key: "base_url", Title: "connection.field.base_url", Required: true},
		{Key: "token", Title: "connection.field.token", Secret: true, Required: true},
		{Key: "shop_id", Title: "connection.field.prestashop_shop"},
		{Key: "send_mail", Title: "connection.field.prestashop_mail", Default: "yes", Choices: connector.YesNo()},
	},
	Limits: connector.Limits{
		RequestsPerSecond: 2, Burst: 6, StockBatch: 50, PriceBatch: 20, ReadBatch: 50, PollEvery: 60 * time.Second,
	},
	Statuses: []connector.Status{
		{Code: stateCheque, Title: "Awaiting check payment", Stage: connector.StageNew},
		{Code: stateBankWire, Title: "Awaiting bank wire payment", Stage: connector.StageNew},
		{Code: stateBackorder, Title: "On backorder (not paid)", Stage: connector.StageNew},
		{Code: stateCOD, Title: "Awaiting cash on delivery validation", Stage: connector.StageConfirmed},
		{Code: statePayment, Title: "Payment accepted", Stage: connector.StageConfirmed},
		{Code: stateRemote, Title: "Remote payment accepted", Stage: connector.StageConfirmed},
		{Code: statePaidBack, Title: "On backorder (paid)", Stage: connector.StageConfirmed},
		{Code: statePreparation, Title: "Processing in progress", Stage: connector.StagePicking},
		{Code: stateShipping, Title: "Shipped", Stage: connector.StageShipped},
		{Code: stateDelivered, Title: "Delivered", Stage: connector.StageCompleted},
		{Code: stateCanceled, Title: "Canceled", Stage: connector.StageCancelled},
		{Code: stateError, Title: "Payment error", Stage: connector.StageCancelled, Outside: true},
		{Code: stateRefund, Title: "Refunded", Stage: connector.StageReturned},
	},
	Steps: map[string][]string{
		"*":            {statePreparation, stateShipping, stateDelivered, stateCanceled},
		stateShipping:  {stateDelivered, stateRefund, stateCanceled},
		stateDelivered: {stateRefund},
	},
	Targets: map[connector.Stage]string{
		connector.StagePicking:   statePreparation,
		connector.StageShipped:   stateShipping,
		connector.StageCompleted: stateDelivered,
		connector.StageCancelled: stateCanceled,
		connector.StageReturned:  stateRefund,
	},
	CancelReasons: []connector.CancelReason{{Reason: connector.ReasonOther, Code: stateCanceled}},
}

// closed says whether an order in a stage is over: it leaves it only along a step that the graph names.
func closed(stage connector.Stage) bool {
	return slices.Contains([]connector.Stage{connector.StageCompleted, connector.StageCancelled, connector.StageReturned}, stage)
}

// carriers that a waybill may belong to in every shop; a shop's own carriers come besides.
var carriers = []string{"nova_poshta", "ukrposhta", "meest", "mist_express", "delivery_auto", "rozetka"}
