// Package gallery shows every component of the kit with believable content, so that tests can render all of them in every
// language and people can look at them: go test ./internal/ui/kit/gallery -out DIR writes the pages as files.
package gallery

import (
	"time"

	"github.com/a-h/templ"

	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/ui/kit"
)

// Now is the moment at which the gallery stands still.
var Now = time.Date(2026, 11, 24, 14, 3, 20, 0, time.UTC)

// Page is one page of the gallery.
type Page struct {
	Name string
	View templ.Component
}

// Pages lists the gallery.
func Pages(theme kit.Theme) []Page {
	return []Page{
		{"desk", desk(theme, true)},
		{"list", desk(theme, false)},
		{"parts", parts(theme)},
		{"states", states(theme)},
		{"sign-in", signIn(theme)},
	}
}

var (
	prom     = kit.Channel{Mark: "P", Title: "Prom", Driver: "prom"}
	rozetka  = kit.Channel{Mark: "R", Title: "Rozetka", Driver: "rozetka"}
	horoshop = kit.Channel{Mark: "H", Title: "Хорошоп", Driver: "horoshop"}
	allegro  = kit.Channel{Mark: "A", Title: "Allegro", Driver: "allegro"}
)

// order is a row of the sample desk.
type order struct {
	row     kit.RowData
	channel kit.Channel
	no      int64
	at      time.Time
	due     kit.Due
	who     string
	items   string
	fault   string
	sum     money.Money
	pay     string
	payTone kit.Tone
	owner   string
}

func uah(minor int64) money.Money { return money.New(minor, money.UAH) }

func at(hour, minute int) time.Time { return time.Date(2026, 11, 24, hour, minute, 3, 0, time.UTC) }

func minutes(left int) kit.Due {
	return kit.Due{Left: time.Duration(left) * time.Minute, Total: 15 * time.Minute}
}

// orders are the sample rows; on marks the first as open.
func orders(on bool) []order {
	row := func(id string, on, fresh bool) kit.RowData { return kit.RowData{ID: "order-" + id, On: on, New: fresh} }
	return []order{
		{row("10482", on, true), prom, 10482, at(14, 0), minutes(12), "Коваль Олена", "Генератор EnerSol 2,8 кВт × 1", "", uah(1849900), "сплачено", kit.Plain, "—"},
		{row("10481", false, true), rozetka, 10481, at(13, 58), minutes(10), "Мельник Ігор", "Повербанк 20 000 мА·год чорний × 2, кабель USB-C 1 м × 2", "", uah(223600), "накладений", kit.Warn, "ОК"},
		{row("10479", false, false), horoshop, 10479, at(13, 51), minutes(-4), "Шевчук Андрій", "Светр «Карпати» синій XL × 1", "нестача", uah(129000), "сплачено", kit.Plain, "ІМ"},
		{row("10477", false, false), prom, 10477, at(13, 44), minutes(3), "Бондар Юлія", "Термос 0,75 л зелений × 3", "", uah(179700), "сплачено", kit.Plain, "ОК"},
		{row("10476", false, false), allegro, 10476, at(13, 40), minutes(14), "Nowak Piotr", "Zestaw kempingowy: namiot 3-os. + 2 śpiwory", "", money.New(64990, money.PLN), "сплачено", kit.Plain, "—"},
		{row("10474", false, false), rozetka, 10474, at(13, 33), minutes(17), "Ткаченко Марія", "Ліхтар налобний × 1, батарейки AAA (12 шт) × 1", "", uah(61200), "накладений", kit.Warn, "СТ"},
	}
}

// Columns of the sample desk, by index: mark, order, due, buyer, goods, sum, payment, owner.
var columns = []kit.Column{
	{Slot: kit.SlotMark}, {Head: "Замовлення", Slot: kit.SlotTitle}, {Head: "Термін", Slot: kit.SlotSide},
	{Head: "Клієнт", Slot: kit.SlotSub}, {Head: "Товари", Slot: kit.SlotNote, Clip: true},
	{Head: "Сума", Slot: kit.SlotEnd, Right: true}, {Head: "Оплата", Slot: kit.Wide}, {Head: "Хто", Slot: kit.Wide},
}

func stages() []kit.Stage {
	return []kit.Stage{
		{Text: "Нові", Href: "/orders?stage=new", On: true, N: 12, Age: .3, Tone: kit.OK, AgeText: "найстаріше чекає 5 хв"},
		{Text: "Підтверджені", Href: "/orders?stage=confirmed", N: 8, Age: .55, Tone: kit.OK},
		{Text: "Комплектація", Href: "/orders?stage=picking", N: 23, Age: .82, Tone: kit.Warn},
		{Text: "Пакування", Href: "/orders?stage=packing", N: 5, Age: .2, Tone: kit.OK},
		{Text: "В дорозі", Href: "/orders?stage=sent", N: 1036, Age: .4, Tone: kit.OK},
		{Text: "Нестача", Href: "/orders?stage=shortage", N: 3, Age: 1, Tone: kit.Bad},
	}
}

func fan() []kit.Shown {
	ms := time.Millisecond
	return []kit.Shown{
		{Channel: rozetka, Shows: "0", Want: "0", Took: 61 * ms, Sent: at(14, 0), Confirmed: at(14, 0)},
		{Channel: horoshop, Shows: "0", Want: "0", Took: 84 * ms, Sent: at(14, 0), Confirmed: at(14, 0)},
		{Channel: allegro, Shows: "1", Want: "0", Sent: at(14, 0)},
	}
}

func brokenFan() []kit.Shown {
	return append(fan(), kit.Shown{Channel: prom, Shows: "3", Want: "0", Sent: at(13, 59), Error: "401 Unauthorized: token is not active"})
}

func events() []kit.Event {
	return []kit.Event{
		{At: at(14, 0), Who: "Prom", Text: "передав замовлення"},
		{At: at(14, 0), Who: "Склад", Text: "відклав 1 шт., доступно 0", Tone: kit.OK},
		{At: at(14, 0), Who: "Канали", Text: "показують 0 за 84 мс"},
		{At: at(14, 0).AddDate(0, 0, -1), Who: "Allegro", Text: "не прийняв кількість: 429 Too Many Requests", Tone: kit.Bad},
	}
}

func week() kit.Chart {
	c := kit.Chart{Title: "Найбільше замовлень було в п’ятницю", Unit: "замовлень за день", Head: "День"}
	names := []string{"пн", "вт", "ср", "чт", "пт", "сб", "нд"}
	for i, n := range []int64{112, 98, 131, 120, 187, 154, 61} {
		c.Points = append(c.Points, kit.Point{Label: names[i], Value: float64(n), Text: i18n.Ukrainian.Int(n), Hot: i == 4})
	}
	return c
}

func longRow() kit.Chart {
	c := kit.Chart{Title: "Запізнення каналу зникло після 14:00", Unit: "секунд", Head: "Година"}
	for i := range 24 {
		v := float64((i*7)%11) / 2
		c.Points = append(c.Points, kit.Point{Label: i18n.Ukrainian.Int(int64(i)), Value: v, Text: i18n.Ukrainian.Percent(int64(v * 100))})
	}
	return c
}

// frame is the page data that all gallery pages share.
func frame(theme kit.Theme, title string, at kit.Section) kit.PageData {
	return kit.PageData{
		Title: title, Section: at, Theme: theme,
		User:  kit.User{Name: "Олена Коваленко", Role: "власниця"},
		Pulse: kit.Pulse{Took: 84 * time.Millisecond},
		Counts: map[kit.Section]kit.Count{
			kit.Orders: {N: 87}, kit.Connections: {N: 1, Alarm: true}, kit.Tasks: {N: 5},
		},
		CardHint: "Оберіть замовлення, щоб побачити товари, гроші й історію.",
	}
}
