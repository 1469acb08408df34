package opencartdb

import (
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire/cart"
	"github.com/lad-hub/lad/internal/platform/money"
)

// Bounds of one operation.
const (
	maxOrders   = 100
	maxProducts = 100
	maxItems    = 200
)

// info follows the API sheet, part 5. There is no way to set a status: OpenCart mails buyers and moves stock when it does that
// itself, and a row written past it would do neither. So every status is one that only the shop sets, and none is a target.
var info = connector.Info{
	Name: "opencartdb", Title: "OpenCart (database)", Mark: "OD", Currency: money.UAH, Zone: "Europe/Kyiv",
	Settings: []connector.Setting{
		{Key: "host", Title: "connection.opencartdb.host", Required: true},
		{Key: "port", Title: "connection.opencartdb.port", Default: "3306"},
		{Key: "database", Title: "connection.opencartdb.database", Required: true},
		{Key: "username", Title: "connection.opencartdb.username", Required: true},
		{Key: "password", Title: "connection.opencartdb.password", Secret: true, Required: true},
		{Key: "prefix", Title: "connection.opencartdb.prefix", Default: "oc_"},
		{Key: "zone", Title: "connection.opencartdb.zone", Default: "Europe/Kyiv"},
		{Key: "currency", Title: "connection.opencartdb.currency"},
		{Key: "encryption", Title: "connection.opencartdb.encryption", Default: encryptionAuto},
		{Key: "paid_statuses", Title: "connection.opencart.paid_statuses"},
	},
	// One operation is one connection to the database.
	Limits: connector.Limits{
		RequestsPerSecond: 2, Burst: 4, StockBatch: maxItems, PriceBatch: maxItems, ReadBatch: maxItems, PollEvery: 60 * time.Second,
	},
	Statuses: readOnly(cart.Statuses),
}

func readOnly(list []connector.Status) []connector.Status {
	out := make([]connector.Status, len(list))
	for i, s := range list {
		s.Outside = true
		out[i] = s
	}
	return out
}
