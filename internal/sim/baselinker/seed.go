package baselinker

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

var (
	things = []string{"Kubek ceramiczny", "Talerz płaski", "Miska", "Dzbanek", "Doniczka", "Konewka", "Segregator", "Notes A5", "Długopis", "Lampka biurkowa"}
	kinds  = []string{"biały", "granatowy", "oliwkowy", "szary", "miodowy"}
	people = []string{"Ola Nowak", "Jan Kowalski", "Marta Zielińska", "Piotr Wójcik", "Ewa Lewandowska", "Tomasz Kamiński", "Anna Dąbrowska"}
	cities = []string{"Gdynia", "Kraków", "Poznań", "Łódź", "Wrocław"}
)

// Seed fills the account with a believable shop: so many products, of which every tenth has variants and every fifteenth is a
// bundle, and so many orders of the last year, the newest still open. The same seed makes the same shop.
func (a *Account) Seed(products, orders int) {
	dice := rand.New(rand.NewPCG(a.o.Seed, 0xba5e))
	var sold []OrderLine
	for i := range products {
		p := seedProduct(dice, i)
		switch {
		case i%15 == 14 && len(sold) >= 2:
			p.Parts = map[int64]int64{}
			for _, l := range sold[len(sold)-2:] {
				id := l.ProductID
				if l.VariantID != 0 {
					id = l.VariantID
				}
				p.Parts[id] = 1 + dice.Int64N(2)
			}
			p.Stock, p.EAN = nil, ""
			a.PutProduct(p)
			continue
		case i%10 == 9:
			p.Variants = seedVariants(dice, p)
			p.Stock, p.EAN = nil, ""
		}
		p.ID = a.PutProduct(p)
		stored, _ := a.ProductByID(p.ID)
		if len(stored.Variants) == 0 {
			sold = append(sold, OrderLine{ProductID: p.ID, SKU: p.SKU, Name: p.Name, PriceMinor: p.Prices[PriceGroup]})
		}
		for _, v := range stored.Variants {
			sold = append(sold, OrderLine{ProductID: p.ID, VariantID: v.ID, SKU: v.SKU, Name: p.Name + " " + v.Name, PriceMinor: v.Prices[PriceGroup]})
		}
	}
	if len(sold) == 0 {
		return
	}
	for i := range orders {
		a.PutOrder(seedOrder(dice, sold, a.Now(), i, orders))
	}
}

func seedProduct(dice *rand.Rand, i int) Product {
	price := 500 + 10*dice.Int64N(2000)
	p := Product{SKU: fmt.Sprintf("BL-%05d", i+1), EAN: fmt.Sprintf("59012%08d", i+1), Name: things[i%len(things)] + " " + kinds[i/len(things)%len(kinds)] + fmt.Sprintf(" %d", i+1),
		CategoryID: 1 + int64(i)%5, ManufacturerID: 11 + int64(i)%3, TaxRate: 23, WeightGrams: 100 + 50*dice.Int64N(40), CostMinor: price / 2,
		Prices: map[int64]int64{PriceGroup: price, EuroGroup: price / 4}, Stock: map[string]int64{MainWarehouse: dice.Int64N(200), SideWarehouse: dice.Int64N(20)},
		Texts: map[string]any{"description": "<p>Opis towaru.</p>"}}
	if i%7 == 3 {
		p.Texts["extra_field_441"] = "Polska"
	}
	return p
}

func seedVariants(dice *rand.Rand, p Product) (out []Variant) {
	for j, kind := range kinds[:3] {
		out = append(out, Variant{Name: kind, SKU: fmt.Sprintf("%s-%d", p.SKU, j+1), EAN: "", Prices: map[int64]int64{PriceGroup: p.Prices[PriceGroup] + int64(j)*100},
			Stock: map[string]int64{MainWarehouse: dice.Int64N(60), SideWarehouse: 0}})
	}
	return out
}

// seedOrder makes the i-th of n orders, the last one of this hour.
func seedOrder(dice *rand.Rand, sold []OrderLine, now time.Time, i, n int) Order {
	who := dice.IntN(len(people))
	at := now.Add(-time.Duration(n-i) * (365 * 24 * time.Hour / time.Duration(n))).Truncate(time.Second)
	o := Order{ExternalID: fmt.Sprintf("K-%d", 1000+i), AddedAt: at.Add(-time.Minute), ConfirmedAt: at, PriceMinor: 1290, Delivery: "Paczkomat", Paid: i%4 != 0, OnDelivery: i%4 == 0,
		Buyer: sim.Buyer{Name: people[who], Phone: fmt.Sprintf("+4850010%04d", dice.IntN(400)), Email: fmt.Sprintf("kupujacy%d@example.org", dice.IntN(400)), City: cities[i%len(cities)],
			Address: fmt.Sprintf("Polna %d", 1+i%90), Warehouse: fmt.Sprintf("PKT%02d", i%60)}, PostCode: fmt.Sprintf("%02d-001", i%90)}
	for range 1 + dice.IntN(3) {
		l := sold[dice.IntN(len(sold))]
		l.Quantity = 1 + dice.Int64N(3)
		o.Lines = append(o.Lines, l)
	}
	switch age := n - i; {
	case age <= n/50+1:
		o.Status = []int64{StatusNew, StatusReady, StatusPacking}[i%3]
	case i%11 == 0:
		o.Status = StatusCancelled
	case i%23 == 0:
		o.Status = StatusReturned
	case age <= n/20+1:
		o.Status, o.Courier, o.Tracking = StatusSent, "inpost", fmt.Sprintf("62000%09d", i)
	default:
		o.Status, o.Courier, o.Tracking = StatusDelivered, "inpost", fmt.Sprintf("62000%09d", i)
	}
	if i%9 == 4 {
		o.Extra = "na prezent"
	}
	if i%13 == 5 {
		o.TaxNumber = "5250001009"
	}
	o.StatusAt = at.Add(time.Hour)
	return o
}
