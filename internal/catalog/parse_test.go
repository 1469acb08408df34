package catalog

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

func TestParseParts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]namedPart{
		"КОД×2 + КОД2×1":          {{"КОД", 2000}, {"КОД2", 1000}},
		"B*1,5+A×2":               {{"A", 2000}, {"B", 1500}},
		"A x 2 + B х3 шт + C Х 1": {{"A", 2000}, {"B", 3000}, {"C", 1000}},
		"A + B":                   {{"A", 1000}, {"B", 1000}},
		"USB+C":                   {{"USB+C", 1000}},
		"USB+C×1 + A + B×2":       {{"A + B", 2000}, {"USB+C", 1000}},
		"ABx2":                    {{"ABx2", 1000}},
		"ABx2×3":                  {{"ABx2", 3000}},
		"AB x 2×3":                {{"AB x 2", 3000}},
		"0017":                    {{"0017", 1000}},
	} {
		got, err := parseParts(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
	for _, text := range []string{"A×0", "A×2 + A×1", "A×1,2345", "A×2 + ", "A×99999999999"} {
		if got, err := parseParts(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func FuzzParseParts(f *testing.F) {
	for _, s := range []string{"КОД×2 + КОД2×1", "A x 2 + B", "USB+C×1", "+", "×", "A × 1,5 шт + B*2", "A×2 + A×2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		parts, err := parseParts(s)
		if err != nil {
			return
		}
		again, err := parseParts(formatParts(parts))
		for _, p := range parts {
			if partEnd.MatchString(p.Code) {
				return // no SKU has such a code
			}
		}
		if diff := cmp.Diff(parts, again); diff != "" || err != nil {
			t.Errorf("%q: %v %s", s, err, diff)
		}
	})
}

func TestCheckDigits(t *testing.T) {
	t.Parallel()
	for barcode, want := range map[string]string{
		"4006381333931": "", "96385074": "", "10614141000415": "", "4006381333932": "import.warn.check_digit", "96385075": "import.warn.check_digit",
		"036000291452": "import.warn.lost_zero", "036000291453": "import.warn.lost_zero", "ABC-1": "", "123": "", "12345": "",
	} {
		if got := doubtful(barcode); got != want {
			t.Errorf("%s: %q, want %q", barcode, got, want)
		}
	}
}

func TestHeadings(t *testing.T) {
	t.Parallel()
	for kind, cases := range map[ImportKind]map[string][]Field{
		ImportProducts: {
			"Код_товару|Назва_позиції|Ціна|Валюта|Штрих-код":     {FieldCode, FieldName, FieldPrice, FieldCurrency, FieldBarcode},
			"Indeks|Nazwa|Cena, PLN|Cena zakupu|EAN|Waga (kg)":   {FieldCode, FieldName, FieldPrice, FieldCost, FieldBarcode, FieldWeight},
			"Артикул*|Наименование|Розничная цена|Себестоимость": {FieldCode, FieldName, FieldPrice, FieldCost},
			"Код|Артикул|Назва":                                  {FieldIgnore, FieldCode, FieldName},
			"SKU|Title|Cost|Склад":                               {FieldCode, FieldName, FieldCost, FieldIgnore},
			"code|Товар|Варіант|Комплект":                        {FieldCode, FieldProduct, FieldVariant, FieldParts},
		},
		ImportStock: {
			"Артикул|Залишок|Склад":  {FieldCode, FieldQuantity, FieldWarehouse},
			"EAN|Stan|Magazyn|Cena":  {FieldBarcode, FieldQuantity, FieldWarehouse, FieldIgnore},
			"Код|К-сть, шт|Назва":    {FieldCode, FieldQuantity, FieldIgnore},
			"SKU|Кол-во|Остаток":     {FieldCode, FieldIgnore, FieldQuantity},
			"sku|warehouse|quantity": {FieldCode, FieldWarehouse, FieldQuantity},
		},
	} {
		for row, want := range cases {
			h := header{kind: kind}
			if diff := cmp.Diff(want, h.assign(strings.Split(row, "|"))); diff != "" {
				t.Errorf("%s: %s", row, diff)
			}
		}
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	if yes, ok := parseYesNo("Так"); !yes || !ok {
		t.Error("так")
	}
	if yes, ok := parseYesNo("FAŁSZ"); yes || !ok {
		t.Error("fałsz")
	}
	for text, want := range map[string]Kind{"Набір": KindKit, "usługa": KindService, "Towar": KindGoods, "": "", "x": ""} {
		if got, _ := parseKind(text); got != want {
			t.Errorf("%q is %q", text, got)
		}
	}
	for text, want := range map[string]money.Currency{"грн.": money.UAH, "zł": money.PLN, "eur": money.EUR, "$": money.USD, "руб": ""} {
		if got, _ := currencySign(text); got != want {
			t.Errorf("%q is %q", text, got)
		}
	}
	if got := formatParts([]namedPart{{"B", qty.One}, {"A", 1500}}); got != "A×1.5 + B×1" {
		t.Error(got)
	}
}
