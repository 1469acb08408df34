package rozetka

import (
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/money"
)

// Status ids that the driver itself speaks of.
const (
	statusNew       = "1"
	statusConfirmed = "26"
	statusPicking   = "2"
	statusHandover  = "61"
	statusChanged   = "40" // the buyer changed his mind; also the answer to a reason Rozetka has no status for
	statusDuplicate = "49"
)

// cancels are the cancel statuses a seller may set from new and from confirmed.
var cancels = []string{"42", "43", "28", "33", "40", "49", "20", "18", "29", "17", "37", "38"}

// info follows the API sheet, parts 4, 6 and 7. After 61 Rozetka tracks the parcel itself: all later statuses are Outside.
var info = connector.Info{
	Name: "rozetka", Title: "Rozetka", Mark: "R", Currency: money.UAH, Zone: "Europe/Kyiv",
	Settings: []connector.Setting{
		{Key: "base_url", Title: "connection.field.base_url", Default: "https://api-seller.rozetka.com.ua"},
		{Key: "token", Title: "connection.field.token", Secret: true},
		{Key: "username", Title: "connection.field.username"},
		{Key: "password", Title: "connection.field.password", Secret: true},
	},
	Limits: connector.Limits{
		RequestsPerSecond: 2, Burst: 2, StockBatch: 100, PriceBatch: 100, ReadBatch: 50, PollEvery: 30 * time.Second,
	},
	Statuses: statuses(),
	Steps: map[string][]string{
		statusNew:       append([]string{statusConfirmed}, cancels...),
		statusConfirmed: append([]string{statusPicking, "55", "47", statusHandover}, cancels...),
		statusPicking:   {statusHandover},
	},
	Targets: map[connector.Stage]string{
		connector.StageConfirmed: statusConfirmed,
		connector.StagePicking:   statusPicking,
		connector.StageShipped:   statusHandover,
		connector.StageCancelled: statusChanged,
	},
	CancelReasons: []connector.CancelReason{
		{Reason: connector.ReasonOutOfStock, Code: "42"},
		{Reason: connector.ReasonDefect, Code: "43"},
		{Reason: connector.ReasonNoContact, Code: "18"},
		{Reason: connector.ReasonBuyer, Code: statusChanged},
		{Reason: connector.ReasonPrice, Code: "29"},
		{Reason: connector.ReasonDelivery, Code: "33"},
		{Reason: connector.ReasonDuplicate, Code: statusDuplicate, NeedsTwin: true},
		{Reason: connector.ReasonBadContacts, Code: "28"},
		{Reason: connector.ReasonOther, Code: statusChanged},
	},
}

// stageRow is one row of the sheet's table: titles by code within a stage.
type stageRow struct {
	stage  connector.Stage
	titles [][2]string
}

// settable are the codes a seller may ask for; everything else happens on Rozetka's side.
var settable = func() map[string]bool {
	m := map[string]bool{statusConfirmed: true, statusPicking: true, statusHandover: true, "47": true, "55": true}
	for _, c := range cancels {
		m[c] = true
	}
	return m
}()

func statuses() []connector.Status {
	var out []connector.Status
	for _, row := range stageTable {
		for _, t := range row.titles {
			out = append(out, connector.Status{
				Code: t[0], Title: t[1], Stage: row.stage, Outside: !settable[t[0]], NeedsTracking: t[0] == statusHandover || t[0] == "3",
			})
		}
	}
	return out
}

// stageTable is the API sheet, part 7.
var stageTable = []stageRow{
	{connector.StageNew, [][2]string{
		{"1", "Нове замовлення"}, {"52", "Нове, в один клік"}, {"53", "Очікує підтвердження покупця"}, {"79", "Очікує на дзвінок"},
	}},
	{connector.StageConfirmed, [][2]string{
		{"26", "Обробляється менеджером"}, {"46", "Відновлене після дзвінка"}, {"47", "Заплановано передзвін"}, {"70", "Заплановано передзвін"},
		{"54", "Оброблене автоматично"}, {"55", "Очікує оплату"},
	}},
	{connector.StagePicking, [][2]string{
		{"2", "Комплектується, дані підтверджено"}, {"27", "Потребує доукомплектації"}, {"56", "Забере перевізник"}, {"57", "Заплановано доставку"},
		{"61", "Заплановано передачу перевізнику"}, {"80", "Перевізник очікує посилку"},
	}},
	{connector.StageShipped, [][2]string{
		{"3", "Передано в службу доставки"}, {"4", "Доставляється"}, {"58", "У перевізника в Польщі"}, {"59", "На митниці"},
		{"60", "У перевізника в Україні"}, {"62", "Змінено дату доставки"}, {"69", "Змінено адресу доставки"}, {"78", "Змінено час доставки"},
		{"63", "У дорозі"}, {"64", "У дорозі"}, {"65", "У дорозі"}, {"66", "У дорозі"}, {"67", "У дорозі"},
		{"81", "Прийнято від продавця"}, {"82", "На сортуванні"}, {"5", "Очікує в точці видачі"}, {"76", "Очікує в поштоматі"},
		{"73", "Черга до точки видачі"}, {"74", "Останній день зберігання"},
	}},
	{connector.StageCompleted, [][2]string{
		{"6", "Посилку отримано"}, {"68", "Отримано частково"}, {"87", "Виконано, строк минув"},
	}},
	{connector.StageCancelled, [][2]string{
		{"7", "Не оброблене продавцем"}, {"13", "Скасоване"}, {"15", "Некоректна ТТН"}, {"16", "Скасоване"}, {"17", "Скасоване"},
		{"18", "Не вдалося зв'язатися"}, {"20", "Скасоване"}, {"24", "Скасоване"}, {"25", "Тестове"}, {"28", "Некоректні контакти"},
		{"29", "Змінилася ціна"}, {"31", "Скасоване"}, {"33", "Не влаштовує доставка"}, {"37", "Скасоване"}, {"38", "Скасоване"},
		{"40", "Покупець передумав"}, {"42", "Немає в наявності"}, {"43", "Брак"}, {"44", "Фейкове"}, {"45", "Скасоване покупцем"},
		{"49", "Дублікат"}, {"50", "Скасоване"}, {"51", "Скасоване"}, {"72", "Кошти повернено"}, {"75", "Скасоване"}, {"77", "Скасоване"},
		{"11", "Не забрали, повертається"}, {"12", "Відмова при отриманні"}, {"30", "Строк резерву минув"}, {"83", "Повертається"},
		{"84", "Повертається"}, {"86", "Повертається"}, {"89", "Повертається"}, {"90", "Повертається"}, {"91", "Повертається"},
		{"88", "Загублене перевізником"},
	}},
	{connector.StageReturned, [][2]string{
		{"19", "Замовлення повернено"}, {"71", "Товар повернувся"}, {"85", "Повернено продавцю"},
	}},
}

// stageOf maps a status id; an id nobody has heard of is judged by its group.
func stageOf(code, group string) connector.Stage {
	if s, ok := info.StatusOf(code); ok {
		return s.Stage
	}
	switch group {
	case "2":
		return connector.StageCompleted
	case "3":
		return connector.StageCancelled
	}
	return connector.StageConfirmed
}
