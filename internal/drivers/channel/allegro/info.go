package allegro

import (
	"regexp"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/money"
)

// An order has two statuses on Allegro: the checkout form's, then, when it is READY_FOR_PROCESSING, the seller's fulfilment.
// The driver shows one: the form's word as long as the seller can do nothing, after that the fulfilment's.
const (
	formBought    = "BOUGHT"
	formFilled    = "FILLED_IN"
	formReady     = "READY_FOR_PROCESSING"
	formCancelled = "CANCELLED"

	statusNew        = "NEW"
	statusProcessing = "PROCESSING"
	statusReady      = "READY_FOR_SHIPMENT"
	statusPickup     = "READY_FOR_PICKUP"
	statusSent       = "SENT"
	statusPickedUp   = "PICKED_UP"
	statusCancelled  = "CANCELLED"
	statusSuspended  = "SUSPENDED"
	statusReturned   = "RETURNED"
)

// info follows the API sheet, parts 1 and 3. Allegro takes no reason for a cancellation. Its steps go forward only, which
// every reading of the API allows.
var info = connector.Info{
	Name: "allegro", Title: "Allegro", Mark: "A", Currency: money.PLN, Zone: "UTC",
	Settings: []connector.Setting{
		{Key: "environment", Title: "connection.field.allegro_environment", Default: production, Choices: []connector.Choice{{Value: production, Title: "connection.choice.allegro_production"}, {Value: sandbox, Title: "connection.choice.allegro_sandbox"}}},
		{Key: "client_id", Title: "connection.field.allegro_client_id", Required: true},
		{Key: "client_secret", Title: "connection.field.allegro_client_secret", Secret: true, Required: true},
		{Key: "language", Title: "connection.field.allegro_language", Default: "uk-UA", Choices: []connector.Choice{
			{Value: "uk-UA", Title: "connection.choice.ukrainian"}, {Value: "pl-PL", Title: "connection.choice.polish"}, {Value: "en-US", Title: "connection.choice.english"}}},
		{Key: "base_url", Title: "connection.field.base_url"},
		{Key: "access_token", Title: "connection.field.allegro_access_token", Secret: true, Derived: true},
		{Key: "refresh_token", Title: "connection.field.allegro_refresh_token", Secret: true, Derived: true},
	},
	// 9,000 requests a minute are for all users of one application together.
	Limits: connector.Limits{
		RequestsPerSecond: 10, Burst: 20, StockBatch: 100, PriceBatch: 100, ReadBatch: 25, PollEvery: 3 * time.Second,
	},
	Statuses: []connector.Status{
		{Code: statusNew, Title: "Nowe", Stage: connector.StageNew},
		{Code: formBought, Title: "Kupione, formularz dostawy pusty", Stage: connector.StageNew, Outside: true},
		{Code: formFilled, Title: "Czeka na płatność", Stage: connector.StageNew, Outside: true},
		{Code: statusProcessing, Title: "W realizacji", Stage: connector.StageConfirmed},
		{Code: statusSuspended, Title: "Wstrzymane", Stage: connector.StageConfirmed},
		{Code: statusReady, Title: "Do wysłania", Stage: connector.StagePicking},
		{Code: statusPickup, Title: "Do odbioru", Stage: connector.StagePicking},
		{Code: statusSent, Title: "Wysłane", Stage: connector.StageShipped},
		{Code: statusPickedUp, Title: "Odebrane", Stage: connector.StageCompleted},
		{Code: statusCancelled, Title: "Anulowane", Stage: connector.StageCancelled},
		{Code: statusReturned, Title: "Zwrócone", Stage: connector.StageReturned, Outside: true},
	},
	Steps: map[string][]string{
		statusNew:        {statusProcessing, statusReady, statusPickup, statusSent, statusSuspended, statusCancelled},
		statusProcessing: {statusReady, statusPickup, statusSent, statusSuspended, statusCancelled},
		statusSuspended:  {statusProcessing, statusReady, statusPickup, statusSent, statusCancelled},
		statusReady:      {statusPickup, statusSent, statusSuspended, statusCancelled},
		statusPickup:     {statusSent, statusPickedUp, statusSuspended, statusCancelled},
		statusSent:       {statusPickedUp},
	},
	Targets: map[connector.Stage]string{
		connector.StageConfirmed: statusProcessing, connector.StagePicking: statusReady, connector.StageShipped: statusSent,
		connector.StageCompleted: statusPickedUp, connector.StageCancelled: statusCancelled,
	},
}

// marketplaces are the currencies of amounts that name none.
var marketplaces = map[wire.Text]money.Currency{
	"allegro-pl": money.PLN, "allegro-cz": "CZK", "allegro-sk": money.EUR, "allegro-hu": "HUF",
	"allegro-business-pl": money.PLN, "allegro-business-cz": "CZK", "allegro-business-sk": money.EUR, "allegro-business-hu": "HUF",
}

// isUUID is the shape of an order's id: nothing else may get into a path.
var isUUID = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

func noOrder(id string) *connector.Error {
	return connector.Errorf(connector.KindPermanent, "Allegro does not know order %q", id)
}
