package demo

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// Names, places and words of the buyers. Surnames that do not change with gender keep the lists short.
var (
	givenNames = []string{"Олена", "Андрій", "Наталія", "Сергій", "Оксана", "Дмитро", "Ірина", "Олександр", "Тетяна", "Віталій", "Марія", "Ігор", "Юлія", "Роман",
		"Катерина", "Богдан", "Людмила", "Тарас", "Світлана", "Максим", "Галина", "Юрій", "Анна", "Павло", "Вікторія", "Назар", "Софія", "Микола", "Леся", "Остап"}
	surnames = []string{"Шевченко", "Бондаренко", "Ткаченко", "Кравченко", "Олійник", "Поліщук", "Лисенко", "Мельничук", "Марченко", "Савченко", "Руденко", "Петренко",
		"Клименко", "Павленко", "Гнатюк", "Захарченко", "Ковальчук", "Сидоренко", "Романюк", "Степаненко", "Пономаренко", "Приходько", "Гончарук", "Дмитренко",
		"Якименко", "Федорчук", "Яременко", "Кушнір", "Мороз", "Швець", "Бойчук", "Левченко", "Гайдук", "Тимошенко", "Онищук"}
	cities = []string{"Київ", "Київ", "Київ", "Київ", "Львів", "Львів", "Одеса", "Одеса", "Дніпро", "Дніпро", "Харків", "Харків", "Вінниця", "Запоріжжя", "Полтава",
		"Черкаси", "Житомир", "Суми", "Рівне", "Луцьк", "Тернопіль", "Івано-Франківськ", "Хмельницький", "Чернівці", "Ужгород", "Чернігів", "Кропивницький", "Миколаїв",
		"Біла Церква", "Умань", "Стрий", "Ковель", "Дрогобич", "Кременчук"}
	operators = []string{"50", "63", "66", "67", "68", "73", "93", "95", "96", "97", "98", "99"}
	comments  = []string{"", "", "", "", "", "Подзвоніть, будь ласка, після 18:00", "Без дзвінка, одразу відправляйте", "Це подарунок, покладіть листівку",
		"Потрібно до п'ятниці", "Перевірте, будь ласка, комплектність", "Можна накладений платіж?", "Відправте, будь ласка, сьогодні", "Напишіть у Viber, не дзвоніть"}
)

// regulars is how many people buy in the demo; who comes again is known again.
const regulars = 400

// purchase is an order that a buyer may still think about.
type purchase struct {
	stall  *stall
	id     string
	basket sim.Basket
	paid   bool
}

// remembered is how many purchases are thought about.
const remembered = 80

// crowd is the buyers. Their choices come from the seed; when they come is up to the clock.
type crowd struct {
	dice   *rand.Rand
	people []sim.Buyer
	recent []purchase

	mu      sync.Mutex
	pace    float64
	changed chan struct{}
}

func newCrowd(seed uint64, pace float64) *crowd {
	c := &crowd{dice: rand.New(rand.NewPCG(seed, 2)), changed: make(chan struct{})}
	c.setPace(pace)
	for range regulars {
		c.people = append(c.people, c.person())
	}
	return c
}

// person makes somebody up. Subscriber numbers begin with 0, which hardly anybody has.
func (c *crowd) person() sim.Buyer {
	d := c.dice
	guid := fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", d.Uint32(), d.Uint32()>>16, 0x4000|d.Uint32()>>20, 0x8000|d.Uint32()>>18, d.Uint64()>>16)
	return sim.Buyer{
		Name:  pick(d, givenNames) + " " + pick(d, surnames),
		Phone: fmt.Sprintf("+380%s0%06d", pick(d, operators), d.IntN(1_000_000)),
		City:  pick(d, cities), Address: fmt.Sprintf("Відділення №%d", 1+d.IntN(60)), Warehouse: guid,
	}
}

func pick[T any](d *rand.Rand, list []T) T { return list[d.IntN(len(list))] }

// fastest bounds the pace that a person can ask for.
const fastest = 20

func (c *crowd) setPace(pace float64) {
	if math.IsNaN(pace) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pace = min(max(pace, 0), fastest)
	close(c.changed)
	c.changed = make(chan struct{})
}

// rhythm is the pace and what tells of its next change.
func (c *crowd) rhythm() (pace float64, changed <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pace, c.changed
}

// meanPause is the average time between two buyers at pace 1.
const meanPause = 5 * time.Second

// pause is how long until the next buyer at pace 1: people come at random, sometimes close behind each other.
func (c *crowd) pause() time.Duration {
	mean := float64(meanPause)
	if c.dice.IntN(6) == 0 {
		mean /= 6
	}
	return time.Duration(min(c.dice.ExpFloat64()*mean, 4*mean))
}

// dearMinor is a price from which on nobody buys two.
const dearMinor = 150_000

// basket fills a cart at a channel: things at the beginning of the list are the popular ones. Nil when nothing was found.
func (c *crowd) basket(s *stall) *sim.Basket {
	b := &sim.Basket{Buyer: pick(c.dice, c.people), Paid: c.dice.IntN(3) == 0, Comment: pick(c.dice, comments)}
	lines := 1 + c.dice.IntN(3)*c.dice.IntN(2)
	seen := map[string]bool{}
	for range 4 * lines {
		if len(b.Lines) == lines {
			break
		}
		sku := s.listed[int(float64(len(s.listed))*math.Pow(c.dice.Float64(), 1.4))]
		left, _ := s.shows(sku)
		n := int64(1)
		if o, _ := s.OfferBySKU(sku); o.PriceMinor < dearMinor {
			n += c.dice.Int64N(2) * c.dice.Int64N(3)
		}
		if left < n || seen[sku] {
			continue
		}
		seen[sku] = true
		b.Lines = append(b.Lines, sim.BasketLine{SKU: sku, Quantity: n})
	}
	if len(b.Lines) == 0 {
		return nil
	}
	return b
}

// remember keeps a purchase in mind.
func (c *crowd) remember(p purchase) {
	c.recent = append(c.recent[max(0, len(c.recent)-remembered+1):], p)
}

// forget takes a purchase out.
func (c *crowd) forget(i int) purchase {
	p := c.recent[i]
	c.recent = append(c.recent[:i], c.recent[i+1:]...)
	return p
}
