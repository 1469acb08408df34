package horoshop

import (
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/money"
)

// The statuses every shop has; a shop may add its own.
const (
	statusNew       = "1"
	statusConfirmed = "2"
	statusDelivered = "3"
	statusCancelled = "4"
	statusSent      = "6"
)

// info follows the API sheet, parts 4 to 6. The sheet names no forbidden steps between open statuses; a cancelled order is
// locked. Every step may send the buyer a letter, so the shortest way is the best.
var info = connector.Info{
	Name: "horoshop", Title: "Хорошоп", Mark: "H", Currency: money.UAH, Zone: "Europe/Kyiv",
	Settings: []connector.Setting{
		{Key: "base_url", Title: "connection.field.base_url", Required: true},
		{Key: "login", Title: "connection.field.login", Required: true},
		{Key: "password", Title: "connection.field.password", Secret: true, Required: true},
		{Key: "warehouse", Title: "connection.field.warehouse", Default: "office"},
		{Key: "presence_yes", Title: "connection.field.presence_yes", Default: "В наявності"},
		{Key: "presence_no", Title: "connection.field.presence_no", Default: "Немає в наявності"},
	},
	Limits: connector.Limits{
		RequestsPerSecond: 2, Burst: 2, StockBatch: 100, PriceBatch: 100, ReadBatch: 100, PollEvery: 60 * time.Second,
	},
	Statuses: []connector.Status{
		{Code: statusNew, Title: "Новий", Stage: connector.StageNew},
		{Code: statusConfirmed, Title: "В обробці", Stage: connector.StageConfirmed},
		{Code: statusSent, Title: "Доставляється", Stage: connector.StageShipped},
		{Code: statusDelivered, Title: "Доставлено", Stage: connector.StageCompleted},
		{Code: statusCancelled, Title: "Не доставлено", Stage: connector.StageCancelled},
	},
	Steps: map[string][]string{"*": {statusConfirmed, statusSent, statusDelivered, statusCancelled}},
	Targets: map[connector.Stage]string{
		connector.StageConfirmed: statusConfirmed,
		connector.StageShipped:   statusSent,
		connector.StageCompleted: statusDelivered,
		connector.StageCancelled: statusCancelled,
	},
}

// stageOf maps a status. One that the shop made itself is a completed order when the shop says so, else an open one.
func (c *channel) stageOf(code string) connector.Stage {
	if s, ok := info.StatusOf(code); ok {
		return s.Stage
	}
	if c.shop.successful[code] {
		return connector.StageCompleted
	}
	return connector.StageConfirmed
}

func isOpen(stage connector.Stage) bool {
	switch stage {
	case connector.StageCompleted, connector.StageCancelled, connector.StageReturned:
		return false
	}
	return true
}
