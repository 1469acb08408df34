package demo

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/money"
)

//go:embed goods.csv
var goodsTable string

// lastGenerator is the SKU of the scene. Buyers leave it alone, so that nobody takes the last one before the button is pressed.
const lastGenerator = "GEN-3000"

// article is one SKU of the demo's shop with what the simulators need of it.
type article struct {
	code, parent string // parent is the first variant's code, empty for a product of its own
	title        string
	category     string
	barcode      string
	priceMinor   int64
	kyiv, lviv   int64 // pieces on hand at the opening
	kit          bool
}

// kitPart is so many pieces of a SKU.
type kitPart struct {
	code   string
	pieces int64
}

// kits are sold together; each is cheaper than its parts.
var kits = []struct {
	code, name string
	price      int64 // hryvnias
	parts      []kitPart
}{
	{"KIT-BLACKOUT", "Набір «Без світла»: павербанк, ліхтар, термос", 2390, []kitPart{{"PB-20K-1", 1}, {"LMP-CAMP-1", 1}, {"TRM-BTL-3", 1}}},
	{"KIT-POWER", "Генератор 5,5 кВт з оливою та каністрою", 32900, []kitPart{{"GEN-5500", 1}, {"GEN-OIL1", 2}, {"GEN-CAN-2", 1}}},
	{"KIT-HIKE", "Набір мандрівника: намет, два спальники, пальник", 8490, []kitPart{{"TNT-2P-1", 1}, {"SLB-WNT-1", 1}, {"SLB-WNT-2", 1}, {"STV-GAS", 1}}},
	{"KIT-TEA", "Чайний набір: чайник і чотири горнятка", 1450, []kitPart{{"TEA-POT-1", 1}, {"CUP-CER-1", 4}}},
	{"KIT-WARM", "Теплий набір: шапка, шарф, рукавиці", 1090, []kitPart{{"HAT-KNIT-2", 1}, {"SCF-WOOL-1", 1}, {"GLV-TCH-2", 1}}},
	{"KIT-COOK", "Чавунний набір: сковорода й казан", 2390, []kitPart{{"PAN-CST-3", 1}, {"KAZ-CST-1", 1}}},
	{"KIT-CARE", "Подарунок «Трав'яний»: мило, крем, бальзам", 299, []kitPart{{"COS-SOP-3", 1}, {"COS-HND-2", 1}, {"COS-LIP-1", 1}}},
	{"KIT-KIDS", "Набір для дитини: пазли, тісто, термос", 899, []kitPart{{"TOY-PZL-1", 1}, {"TOY-DGH-1", 1}, {"TRM-KID-1", 1}}},
}

// services have no stock and no offers.
var services = []struct {
	code, name string
	price      int64
}{
	{"SRV-GIFT", "Подарункове пакування", 75},
	{"SRV-START", "Перший запуск генератора майстром", 650},
	{"SRV-LIFT", "Підйом на поверх", 250},
}

// range of goods: products as the catalogue takes them and every SKU as the simulators see it.
type assortment struct {
	products []catalog.NewProduct
	articles []article
}

// goods reads the table. Quantities come from the seed, so the same seed makes the same shop.
func goods(seed uint64) (assortment, error) {
	r := csv.NewReader(strings.NewReader(goodsTable))
	r.Comma, r.LazyQuotes = ';', true
	rows, err := r.ReadAll()
	if err != nil {
		return assortment{}, fmt.Errorf("the demo's table of goods: %w", err)
	}
	dice := rand.New(rand.NewPCG(seed, 1))
	var out assortment
	for _, row := range rows[1:] {
		if err := out.add(row, dice); err != nil {
			return assortment{}, err
		}
	}
	return out, nil
}

// add puts a row of the table in: one product with its variants.
func (a *assortment) add(row []string, dice *rand.Rand) error {
	price, err := strconv.ParseInt(row[5], 10, 64)
	if err != nil {
		return fmt.Errorf("price of %s: %w", row[0], err)
	}
	grams, err := strconv.ParseInt(row[6], 10, 64)
	if err != nil {
		return fmt.Errorf("weight of %s: %w", row[0], err)
	}
	code, category, name := row[0], row[1], row[3]
	p := catalog.NewProduct{Name: name, Brand: row[2], Category: category}
	parent := ""
	for i, variant := range strings.Split(row[4], "|") {
		art := article{code: code, parent: parent, title: name, category: category, priceMinor: price * 100}
		if variant != "" {
			art.code, art.title = fmt.Sprintf("%s-%d", code, i+1), name+", "+variant
			art.priceMinor += dearer(variant, i) * price / 100 * 100
		}
		if i == 0 {
			parent = art.code
		}
		art.barcode = ean13(len(a.articles) + 1)
		art.kyiv, art.lviv = opening(price, dice)
		a.articles = append(a.articles, art)
		p.SKUs = append(p.SKUs, catalog.NewSKU{Code: art.code, Name: art.title, Variant: variant, Barcodes: []string{art.barcode}, WeightGrams: grams,
			Price: money.New(art.priceMinor, "UAH"), Cost: money.New(art.priceMinor*(55+dice.Int64N(15))/100, "UAH")})
	}
	a.products = append(a.products, p)
	return nil
}

// dearer is by how many percent the n-th variant costs more: sizes and volumes grow, colours do not.
func dearer(variant string, n int) int64 {
	if strings.ContainsAny(variant, "0123456789") && !strings.Contains(variant, "–") {
		return int64(n) * 35
	}
	return 0
}

// opening is what two warehouses hold at first: few of what is dear, many of what is cheap, now and then nothing.
func opening(hryvnias int64, dice *rand.Rand) (kyiv, lviv int64) {
	most := int64(60)
	switch {
	case hryvnias > 10_000:
		most = 9
	case hryvnias > 1_500:
		most = 24
	}
	if dice.IntN(24) == 0 {
		return 0, 0
	}
	return 3 + dice.Int64N(most), dice.Int64N(most/3 + 1)
}

// bundles are the kits and services as the catalogue takes them, once the ids of the parts are known.
func bundles(idOf func(code string) int64) []catalog.NewProduct {
	var out []catalog.NewProduct
	for i, k := range kits {
		sku := catalog.NewSKU{Code: k.code, Name: k.name, Kind: catalog.KindKit, Price: money.New(k.price*100, "UAH"), Barcodes: []string{ean13(9000 + i)}}
		for _, p := range k.parts {
			sku.Parts = append(sku.Parts, catalog.Part{SKUID: idOf(p.code), Qty: pieces(p.pieces)})
		}
		out = append(out, catalog.NewProduct{Category: "Набори", SKUs: []catalog.NewSKU{sku}})
	}
	for _, s := range services {
		out = append(out, catalog.NewProduct{Category: "Послуги", SKUs: []catalog.NewSKU{{Code: s.code, Name: s.name, Kind: catalog.KindService, Price: money.New(s.price*100, "UAH")}}})
	}
	return out
}

// kitArticles are the kits as the simulators see them.
func kitArticles() []article {
	out := make([]article, len(kits))
	for i, k := range kits {
		out[i] = article{code: k.code, title: k.name, category: "Набори", barcode: ean13(9000 + i), priceMinor: k.price * 100, kit: true}
	}
	return out
}

// ean13 is the n-th barcode of the shop: a Ukrainian prefix, a number and the check digit of GS1.
func ean13(n int) string {
	body := fmt.Sprintf("4820999%05d", n)
	sum := 0
	for i, c := range body {
		sum += int(c-'0') * (1 + 2*(i%2))
	}
	return body + strconv.Itoa((10-sum%10)%10)
}
