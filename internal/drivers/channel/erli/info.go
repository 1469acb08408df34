package erli

import (
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/money"
)

// Codes that the driver itself speaks of. An order has two statuses: the marketplace's (pending, purchased, cancelled, returned)
// and the seller's. Lad's code is the marketplace's word until the order is purchased, and the seller's word from then on.
const (
	statusPending   = "pending"
	statusPurchased = "purchased"
	statusCancelled = "cancelled"
	sellerReady     = "readyToProcess"
	sellerCreated   = "created"
	sellerUnknown   = "unknown"
	sellerProgress  = "inProgress"
	sellerSent      = "sent"
	sellerPickup    = "readyToPickup"
	sellerReceived  = "received"
	sellerGoingBack = "returningToSender"
	sellerReturned  = "returned"
	sellerCanceled  = "canceled"
)

// info follows the API sheet and the published description of the Shop API. Which seller's status may follow which is not
// published: Lad only goes forward. An order that waits for its payment can be cancelled, never sent.
var info = connector.Info{
	Name: "erli", Title: "Erli", Mark: "E", Currency: money.PLN, Zone: "Europe/Warsaw",
	Settings: []connector.Setting{
		{Key: "base_url", Title: "connection.field.base_url", Default: "https://erli.pl/svc/shop-api"},
		{Key: "token", Title: "connection.field.token", Secret: true, Required: true},
	},
	Limits: connector.Limits{
		RequestsPerSecond: 2, Burst: 5, StockBatch: 100, PriceBatch: 100, ReadBatch: 100, PollEvery: 15 * time.Second,
	},
	Statuses: []connector.Status{
		{Code: sellerReady, Title: "Gotowe do realizacji", Stage: connector.StageNew},
		{Code: sellerCreated, Title: "Utworzone", Stage: connector.StageNew, Outside: true},
		{Code: sellerUnknown, Title: "Nieznany", Stage: connector.StageNew, Outside: true},
		{Code: statusPending, Title: "Oczekuje na płatność", Stage: connector.StageNew, Outside: true},
		{Code: sellerProgress, Title: "W realizacji", Stage: connector.StageConfirmed},
		{Code: sellerSent, Title: "Wysłane", Stage: connector.StageShipped},
		{Code: sellerPickup, Title: "Gotowe do odbioru", Stage: connector.StageShipped},
		{Code: sellerGoingBack, Title: "Wraca do nadawcy", Stage: connector.StageShipped},
		{Code: sellerReceived, Title: "Odebrane", Stage: connector.StageCompleted},
		{Code: sellerReturned, Title: "Zwrócone", Stage: connector.StageReturned},
		{Code: sellerCanceled, Title: "Anulowane przez sprzedawcę", Stage: connector.StageCancelled},
		{Code: statusCancelled, Title: "Anulowane", Stage: connector.StageCancelled, Outside: true},
	},
	Steps: map[string][]string{
		sellerReady:     {sellerProgress, sellerSent, sellerCanceled},
		sellerCreated:   {sellerProgress, sellerCanceled},
		sellerUnknown:   {sellerProgress, sellerSent, sellerCanceled},
		statusPending:   {sellerCanceled},
		sellerProgress:  {sellerSent, sellerPickup, sellerCanceled},
		sellerSent:      {sellerPickup, sellerReceived, sellerGoingBack, sellerReturned},
		sellerPickup:    {sellerReceived, sellerGoingBack, sellerReturned},
		sellerGoingBack: {sellerReturned},
		sellerReceived:  {sellerReturned},
	},
	Targets: map[connector.Stage]string{
		connector.StageConfirmed: sellerProgress,
		connector.StageShipped:   sellerSent,
		connector.StageCompleted: sellerReceived,
		connector.StageReturned:  sellerReturned,
		connector.StageCancelled: sellerCanceled,
	},
	// Erli takes no reason: one stands for all.
	CancelReasons: []connector.CancelReason{{Reason: connector.ReasonOther, Code: sellerCanceled}},
}

// codeOf makes one code of the two statuses.
func codeOf(status, seller string) string {
	switch {
	case seller == sellerCanceled && (status == statusPurchased || status == statusPending):
		return sellerCanceled
	case status != statusPurchased:
		return status
	case seller == "":
		return sellerUnknown
	}
	return seller
}

// stageOf maps a code. A word nobody has heard of keeps the order's stock held, as a confirmed one does.
func stageOf(code string) connector.Stage {
	if s, ok := info.StatusOf(code); ok {
		return s.Stage
	}
	return connector.StageConfirmed
}
