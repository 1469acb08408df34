package catalog

import (
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/platform/search"
)

// Field is a column that the import understands and the export writes.
type Field string

// The fields, in the order of the export.
const (
	FieldCode      Field = "code"
	FieldName      Field = "name"
	FieldProduct   Field = "product" // group of variants
	FieldVariant   Field = "variant"
	FieldKind      Field = "kind"
	FieldPrice     Field = "price"
	FieldCost      Field = "cost"
	FieldCurrency  Field = "currency"
	FieldWeight    Field = "weight"
	FieldBackorder Field = "backorder"
	FieldBarcode   Field = "barcode"
	FieldParts     Field = "parts"
	FieldWarehouse Field = "warehouse" // stock only
	FieldQuantity  Field = "quantity"  // stock only
	// FieldIgnore in a mapping leaves a column out.
	FieldIgnore Field = ""
)

// fieldsOf lists the fields of an import.
func fieldsOf(k ImportKind) []Field {
	if k == ImportStock {
		return []Field{FieldCode, FieldBarcode, FieldWarehouse, FieldQuantity}
	}
	return []Field{FieldCode, FieldName, FieldProduct, FieldVariant, FieldKind, FieldPrice, FieldCost, FieldCurrency, FieldWeight,
		FieldBackorder, FieldBarcode, FieldParts}
}

// synonyms are the headings people give their columns, the surest first: of two columns that claim a field, the one whose
// heading stands earlier wins.
var synonyms = map[Field][]string{
	FieldCode: {"sku", "артикул", "код товару", "код товара", "kod produktu", "sku код", "код sku", "sku code", "code", "код", "kod", "vendor code",
		"vendorcode", "артикул товару", "артикул товара", "product code", "item code", "номенклатура код", "symbol", "indeks", "numer katalogowy", "індекс"},
	FieldName: {"name", "назва", "название", "nazwa", "назва товару", "название товара", "nazwa produktu", "наименование", "найменування",
		"назва позиції", "название позиции", "product name", "title", "номенклатура", "заголовок", "tytuł", "item name"},
	FieldProduct: {"product", "товар", "produkt", "group", "група", "группа", "grupa", "product group", "група варіантів", "модель", "model",
		"батьківський товар", "родительский товар", "parent"},
	FieldVariant: {"variant", "варіант", "вариант", "wariant", "модифікація", "модификация", "options", "option", "розмір", "размер", "size", "rozmiar"},
	FieldKind:    {"kind", "вид", "тип", "type", "typ", "rodzaj", "тип товару", "тип товара"},
	FieldPrice: {"price", "ціна", "цена", "cena", "роздрібна ціна", "розничная цена", "ціна продажу", "цена продажи", "cena sprzedaży", "cena brutto",
		"retail price", "sale price", "ціна роздрібна", "цена розничная"},
	FieldCost: {"cost", "собівартість", "себестоимость", "koszt", "закупівельна ціна", "закупочная цена", "cena zakupu", "purchase price", "cost price",
		"ціна закупівлі", "цена закупки", "вхідна ціна", "закупка", "закупівля", "koszt własny", "собівартість за од"},
	FieldCurrency: {"currency", "валюта", "waluta"},
	FieldWeight: {"weight g", "weight", "вага г", "вага", "вес г", "вес", "waga g", "waga", "weight grams", "вага кг", "вес кг", "waga kg", "weight kg",
		"вага грам", "вес грамм"},
	FieldBackorder: {"backorder", "під замовлення", "под заказ", "na zamówienie", "передзамовлення", "предзаказ", "preorder"},
	FieldBarcode: {"barcode", "штрихкод", "штрих код", "ean", "kod kreskowy", "ean13", "ean 13", "gtin", "barcodes", "штрихкоди", "штрихкоды",
		"kody kreskowe", "kod ean", "upc"},
	FieldParts: {"parts", "склад комплекту", "состав комплекта", "skład zestawu", "комплект", "zestaw", "kit", "kit parts", "компоненти", "компоненты",
		"bundle", "складові", "состав", "составляющие"},
	FieldWarehouse: {"warehouse", "склад", "magazyn", "код складу", "код склада", "kod magazynu", "warehouse code", "location"},
	FieldQuantity: {"quantity", "кількість", "количество", "ilość", "залишок", "остаток", "stan", "qty", "залишки", "остатки", "stock", "on hand",
		"наявність", "наличие", "stan magazynowy", "к сть", "кол во", "count", "dostępność", "в наявності", "в наличии"},
}

// headings finds the field and its rank for a folded heading.
var headings = func() map[string]map[Field]int {
	out := map[string]map[Field]int{}
	for field, list := range synonyms {
		for rank, s := range list {
			h := foldHeading(s)
			if out[h] == nil {
				out[h] = map[Field]int{}
			}
			if _, ok := out[h][field]; !ok {
				out[h][field] = rank
			}
		}
	}
	return out
}()

// foldHeading is a heading without case, punctuation and units: "Ціна, грн" is "ціна", "Код_товару*" is "код товару".
func foldHeading(s string) string {
	words := strings.FieldsFunc(search.Fold(s), func(r rune) bool { return strings.ContainsRune(" _-,.;:/()[]*\"'№#", r) })
	if n := len(words); n > 1 {
		switch words[n-1] {
		case "грн", "uah", "zl", "pln", "eur", "usd", "шт", "szt", "pcs":
			words = words[:n-1]
		}
	}
	return strings.Join(words, " ")
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// parseYesNo reads the words of our languages; ok is false for anything else.
func parseYesNo(s string) (yes, ok bool) {
	switch search.Fold(s) {
	case "yes", "y", "true", "1", "+", "так", "да", "tak", "t", "істина", "истина", "prawda", "є", "е", "есть":
		return true, true
	case "no", "n", "false", "0", "-", "ні", "нет", "nie", "f", "хибність", "ложь", "falsz", "немає", "немае":
		return false, true
	}
	return false, false
}

// parseKind reads the words of our languages; ok is false for anything else.
func parseKind(s string) (k Kind, ok bool) {
	switch search.Fold(s) {
	case "goods", "good", "product", "simple", "товар", "товари", "товары", "towar", "produkt":
		return KindGoods, true
	case "kit", "bundle", "set", "комплект", "набір", "набор", "zestaw":
		return KindKit, true
	case "service", "послуга", "услуга", "usluga":
		return KindService, true
	}
	return "", false
}

func weightText(grams int64) string { return strconv.FormatInt(grams, 10) }
