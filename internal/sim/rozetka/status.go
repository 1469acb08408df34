package rozetka

import "slices"

// Order statuses with a part in the simulator's own rules.
const (
	statusNew       = 1
	statusShipped   = 3
	statusManager   = 26
	statusPicking   = 2
	statusHandover  = 61
	statusByBuyer   = 45
	statusDuplicate = 49
	statusIgnored   = 7 // not processed in a day
)

// The three groups of statuses, as status_group.
const (
	groupProgress = 1
	groupSuccess  = 2
	groupFailed   = 3
)

// titles names every status of the API sheet.
var titles = map[int]string{
	1: "Нове замовлення", 2: "Дані підтверджено, комплектується", 3: "Передано в службу доставки", 4: "Доставляється", 5: "Очікує в пункті видачі",
	6: "Посилку отримано", 7: "Не оброблено продавцем", 11: "Не вдалося вручити", 12: "Відмова при отриманні", 13: "Скасовано адміністратором",
	15: "Некоректний ТТН", 16: "Немає в наявності, брак", 17: "Не влаштовує оплата", 18: "Не вдалося зв'язатися", 19: "Повернення",
	20: "Не влаштовує товар", 24: "Не влаштовує доставка", 25: "Тестове", 26: "Обробляється менеджером", 27: "Потребує доукомплектації",
	28: "Некоректні контакти", 29: "Ціна змінилась", 30: "Резерв вичерпано", 31: "Скасовано", 33: "Скасовано: доставка", 37: "Скасовано: комплект",
	38: "Скасовано: опис", 40: "Покупець передумав", 42: "Немає в наявності", 43: "Брак", 44: "Фейкове", 45: "Скасовано покупцем",
	46: "Відновлено після дзвінка", 47: "Заплановано дзвінок", 49: "Дублікат", 50: "Скасовано", 51: "Скасовано", 52: "Нове в один клік", 53: "Очікує підтвердження покупцем",
	54: "Оброблено автоматично", 55: "Очікує оплати", 56: "Забрано перевізником", 57: "Доставку заплановано", 58: "У перевізника PL", 59: "На митниці",
	60: "У перевізника UA", 61: "Планується передача перевізнику", 62: "Змінено дату", 63: "Прибуло на склад", 64: "Вирушило зі складу", 65: "У місті отримувача",
	66: "Прямує до відділення", 67: "Передано кур'єру", 68: "Частково отримано", 69: "Змінено адресу", 70: "Заплановано дзвінок", 71: "Товар повернувся",
	72: "Кошти повернуто", 73: "Черга", 74: "Останній день резерву", 75: "Скасовано", 76: "Очікує в поштоматі", 77: "Скасовано", 78: "Змінено час",
	79: "Очікує модерації", 80: "Очікується від продавця", 81: "Прийнято від продавця", 82: "На сортуванні", 83: "Повернення: в дорозі", 84: "Повернення: прибуло",
	85: "Повернено продавцю", 86: "Повернення", 87: "Завершено за терміном", 88: "Втрачено", 89: "Повернення", 90: "Повернення", 91: "Повернення",
}

var (
	succeeded = []int{6, 68, 87}
	failed    = []int{7, 11, 12, 13, 15, 16, 17, 18, 19, 20, 24, 25, 28, 29, 30, 31, 33, 37, 38, 40, 42, 43, 44, 45, 49, 50, 51, 71, 72, 75, 77,
		83, 84, 85, 86, 88, 89, 90, 91}
	fresh    = []int{1, 52, 53, 79}
	underway = []int{3, 4, 5, 56, 58, 59, 60, 62, 63, 64, 65, 66, 67, 69, 73, 74, 76, 78, 80, 81, 82}

	// cancels are the seller's cancellations of an order that has not left.
	cancels = []int{42, 43, 28, 33, 40, 49, 20, 18, 29, 17, 37, 38}
)

// reach is where a seller can move an order from each status. All other moves are error 1005.
var reach = map[int][]int{
	statusNew:     append([]int{statusManager}, cancels...),
	statusManager: append([]int{statusPicking, 55, 47, statusHandover}, cancels...),
	47:            append([]int{statusManager, statusPicking, 55, statusHandover}, cancels...),
	55:            append([]int{statusManager, statusPicking, 47, statusHandover}, cancels...),
	statusPicking: {statusHandover},
}

// groupOf is the status_group of a status.
func groupOf(status int) int {
	switch {
	case slices.Contains(succeeded, status):
		return groupSuccess
	case slices.Contains(failed, status):
		return groupFailed
	}
	return groupProgress
}

// inProgress are all statuses of group 1.
var inProgress = func() []int {
	var out []int
	for id := range titles {
		if groupOf(id) == groupProgress {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}()

// Payment statuses by id.
const paymentPaid = 2

var paymentNames = []string{"", "cancelled", "paid", "unpaid", "unapproved", "part-paid", "expired", "hold", "returned", "part-returned", "ready_for_return"}
