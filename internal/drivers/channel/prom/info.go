package prom

import (
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/money"
)

// Codes that the driver itself speaks of.
const (
	statusPending   = "pending"
	statusReceived  = "received"
	statusPaid      = "paid"
	statusDelivered = "delivered"
	statusCanceled  = "canceled"
	loanWaiting     = "waiting_loan_approval"
	loanApproved    = "loan_approved"
	loanRejected    = "loan_rejected"
	// customPrefix starts the code of a status that the shop made itself, on the base of received.
	customPrefix = "custom-"
)

// info follows the API sheet, parts 4, 5 and 7. Prom has no picking, shipped or returned of its own: shipped is derived from
// a stored waybill number.
var info = connector.Info{
	Name: "prom", Title: "Prom.ua", Mark: "P", Currency: money.UAH, Zone: "Europe/Kyiv",
	Settings: []connector.Setting{
		{Key: "base_url", Title: "connection.field.base_url", Default: "https://my.prom.ua/api/v1"},
		{Key: "token", Title: "connection.field.token", Secret: true, Required: true},
	},
	Limits: connector.Limits{
		RequestsPerSecond: 1, Burst: 3, StockBatch: 100, PriceBatch: 100, ReadBatch: 50, PollEvery: 60 * time.Second,
	},
	Statuses: []connector.Status{
		{Code: statusPending, Title: "Новий", Stage: connector.StageNew},
		{Code: statusReceived, Title: "Прийнято", Stage: connector.StageConfirmed},
		{Code: statusPaid, Title: "Оплачено", Stage: connector.StageConfirmed},
		{Code: loanWaiting, Title: "Очікує рішення про розстрочку", Stage: connector.StageConfirmed, Outside: true},
		{Code: loanApproved, Title: "Розстрочку схвалено", Stage: connector.StageConfirmed, Outside: true},
		{Code: loanRejected, Title: "Розстрочку відхилено", Stage: connector.StageCancelled, Outside: true},
		{Code: statusDelivered, Title: "Виконано", Stage: connector.StageCompleted},
		{Code: statusCanceled, Title: "Скасовано", Stage: connector.StageCancelled},
		{Code: "draft", Title: "Чернетка", Stage: connector.StageNew, Ignore: true, Outside: true},
	},
	Steps: map[string][]string{
		statusPending: {statusReceived, statusPaid, statusCanceled},
		loanWaiting:   {loanApproved, loanRejected, statusCanceled},
		"*":           {statusReceived, statusPaid, statusDelivered, statusCanceled},
		"draft":       {},
	},
	Targets: map[connector.Stage]string{
		connector.StageConfirmed: statusReceived,
		connector.StageCompleted: statusDelivered,
		connector.StageCancelled: statusCanceled,
	},
	CancelReasons: []connector.CancelReason{
		{Reason: connector.ReasonOutOfStock, Code: "not_available"},
		{Reason: connector.ReasonBuyer, Code: "buyers_request"},
		{Reason: connector.ReasonBadContacts, Code: "invalid_phone_number"},
		{Reason: connector.ReasonPrice, Code: "price_changed", NeedsText: true},
		{Reason: connector.ReasonUnpaid, Code: "payment_not_received"},
		{Reason: connector.ReasonDuplicate, Code: "duplicate"},
		{Reason: connector.ReasonOther, Code: "another", NeedsText: true},
	},
}

// stageOf maps a status code. A status nobody has heard of keeps the order's stock held, as a confirmed one does.
func stageOf(code string) (stage connector.Stage, ignore bool) {
	if s, ok := info.StatusOf(code); ok {
		return s.Stage, s.Ignore
	}
	return connector.StageConfirmed, false
}

func isCustom(code string) bool { return strings.HasPrefix(code, customPrefix) }
