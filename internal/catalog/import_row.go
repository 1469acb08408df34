package catalog

import (
	"errors"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/catalog/sheet"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/platform/search"
)

// rowInput is what a row of a table says, read but not yet compared. Empty means that the row is silent: what exists stays.
type rowInput struct {
	Code      string         `json:"code,omitempty"`
	Name      string         `json:"name,omitempty"`
	Product   string         `json:"product,omitempty"`
	Variant   string         `json:"variant,omitempty"`
	Kind      Kind           `json:"kind,omitempty"`
	Price     string         `json:"price,omitempty"` // decimal
	Cost      string         `json:"cost,omitempty"`
	Currency  money.Currency `json:"currency,omitempty"`
	Sign      money.Currency `json:"sign,omitempty"` // the currency whose sign stands in the price or cost
	Weight    string         `json:"weight,omitempty"`
	Backorder string         `json:"backorder,omitempty"` // "yes", "no"
	Barcodes  []string       `json:"barcodes,omitempty"`
	Parts     []namedPart    `json:"parts,omitempty"`
	Warehouse string         `json:"warehouse,omitempty"`
	Quantity  string         `json:"quantity,omitempty"` // decimal
}

// columns maps the cells of a row to fields.
type columns struct {
	fields []Field
	// kilograms says that the heading of the weight column names kilograms.
	kilograms bool
}

// parse reads a row. Every fault of the row is noted, not only the first.
func (c columns) parse(r sheet.Row) (rowInput, []Note) {
	var in rowInput
	var notes []Note
	if r.Cut {
		notes = append(notes, fault("", "import.fault.long_cell"))
	}
	for i, f := range c.fields {
		if text := r.Cell(i); f != FieldIgnore && text != "" {
			notes = append(notes, c.cell(&in, f, text)...)
		}
	}
	return in, notes
}

func (c columns) cell(in *rowInput, f Field, text string) []Note {
	switch f {
	case FieldCode:
		in.Code = text
		return identifier(f, text, maxCode)
	case FieldName:
		in.Name = text
		return limited(f, text, maxName)
	case FieldProduct:
		in.Product = text
		return limited(f, text, maxName)
	case FieldVariant:
		in.Variant = text
		return limited(f, text, maxName)
	case FieldWarehouse:
		in.Warehouse = text
		return limited(f, text, maxCode)
	case FieldPrice:
		return amount(in, f, text, &in.Price)
	case FieldCost:
		return amount(in, f, text, &in.Cost)
	case FieldBarcode:
		return barcodeCell(in, text)
	case FieldWeight:
		return weightCell(in, text, c.kilograms)
	case FieldQuantity:
		return quantityCell(in, text)
	case FieldParts:
		parts, err := parseParts(text)
		if err != nil {
			return []Note{fault(f, errorKey(err), "value", text)}
		}
		in.Parts = parts
		return nil
	}
	return wordCell(in, f, text)
}

// wordCell reads the fields that take one of a few words.
func wordCell(in *rowInput, f Field, text string) []Note {
	ok := false
	switch f {
	case FieldKind:
		in.Kind, ok = parseKind(text)
	case FieldBackorder:
		var yes bool
		if yes, ok = parseYesNo(text); ok {
			in.Backorder = yesNo(yes)
		}
	case FieldCurrency:
		c, known := currencySign(text)
		in.Currency, ok = c, known
	}
	if !ok {
		return []Note{fault(f, "import.fault.word", "value", text)}
	}
	return nil
}

func limited(f Field, text string, limit int) []Note {
	if fits(text, limit) {
		return nil
	}
	return []Note{fault(f, "import.fault.too_long", "max", strconv.Itoa(limit))}
}

// identifier guards codes: one that a spreadsheet has shortened can not be repaired.
func identifier(f Field, text string, limit int) []Note {
	if sheet.Scientific(text) {
		return []Note{fault(f, "import.fault.scientific", "value", text)}
	}
	if partEnd.MatchString(text) {
		return []Note{fault(f, "error.catalog.code_parts")}
	}
	return limited(f, text, limit)
}

func amount(in *rowInput, f Field, text string, into *string) []Note {
	n, err := sheet.ParseNumber(text, 2)
	if err != nil {
		return []Note{fault(f, numberKey(err), "value", text)}
	}
	if strings.HasPrefix(n.Decimal, "-") {
		return []Note{fault(f, "import.fault.negative", "value", text)}
	}
	if n.Unit != "" {
		c, ok := currencySign(n.Unit)
		if !ok || in.Sign != "" && in.Sign != c {
			return []Note{fault(f, "import.fault.number", "value", text)}
		}
		in.Sign = c
	}
	*into = n.Decimal
	return nil
}

func numberKey(err error) string {
	switch {
	case errors.Is(err, sheet.ErrScientific):
		return "import.fault.scientific"
	case errors.Is(err, sheet.ErrAmbiguous):
		return "import.fault.ambiguous"
	}
	return "import.fault.number"
}

func errorKey(err error) string {
	var e *errs.Error
	if errors.As(err, &e) {
		return e.Key
	}
	return "import.fault.number"
}

// currencySign reads a currency's code, sign or short name.
func currencySign(s string) (money.Currency, bool) {
	switch strings.Trim(search.Fold(s), ". ") {
	case "грн", "₴", "гривня", "гривна":
		return money.UAH, true
	case "zl":
		return money.PLN, true
	case "€", "евро", "euro":
		return money.EUR, true
	case "$", "дол", "долар", "доллар":
		return money.USD, true
	case "£":
		return money.GBP, true
	}
	c, err := money.ParseCurrency(s)
	return c, err == nil
}

func barcodeCell(in *rowInput, text string) []Note {
	if sheet.Scientific(text) {
		return []Note{fault(FieldBarcode, "import.fault.scientific", "value", text)}
	}
	in.Barcodes = cleanBarcodes(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,;|", r) }))
	var notes []Note
	if len(in.Barcodes) > maxBarcodes {
		notes = append(notes, fault(FieldBarcode, "error.catalog.barcodes", "max", strconv.Itoa(maxBarcodes)))
	}
	for _, b := range in.Barcodes {
		if !validBarcode(b) {
			notes = append(notes, fault(FieldBarcode, "error.catalog.barcode", "barcode", b))
		} else if key := doubtful(b); key != "" {
			notes = append(notes, warning(FieldBarcode, key, "barcode", b))
		}
	}
	return notes
}

func weightCell(in *rowInput, text string, kilograms bool) []Note {
	n, err := sheet.ParseNumber(text, 3)
	if err != nil {
		return []Note{fault(FieldWeight, numberKey(err), "value", text)}
	}
	switch strings.Trim(search.Fold(n.Unit), ".") {
	case "":
	case "кг", "kg":
		kilograms = true
	case "г", "гр", "g":
		kilograms = false
	default:
		return []Note{fault(FieldWeight, "import.fault.number", "value", text)}
	}
	q, err := qty.Parse(n.Decimal)
	grams := q.Whole()
	if kilograms {
		grams = int64(q)
	}
	if err != nil || grams < 0 || grams > maxWeightGrams || !kilograms && !q.IsWhole() {
		return []Note{fault(FieldWeight, "import.fault.weight", "value", text)}
	}
	in.Weight = weightText(grams)
	return nil
}

func quantityCell(in *rowInput, text string) []Note {
	n, err := sheet.ParseNumber(text, 3)
	if err != nil {
		return []Note{fault(FieldQuantity, numberKey(err), "value", text)}
	}
	switch strings.Trim(search.Fold(n.Unit), ".") {
	case "", "шт", "штук", "pcs", "szt", "од", "ед", "м", "m", "кг", "kg", "л", "l", "пара", "пар", "уп", "упак", "компл", "к-т":
	default:
		return []Note{fault(FieldQuantity, "import.fault.number", "value", text)}
	}
	q, err := qty.Parse(n.Decimal)
	switch {
	case err != nil:
		return []Note{fault(FieldQuantity, "import.fault.quantity", "value", text)}
	case q < 0:
		return []Note{fault(FieldQuantity, "import.fault.negative", "value", text)}
	}
	in.Quantity = q.String()
	return nil
}

// doubtful is the message key of what is odd about a barcode of digits; empty when nothing is. Others are the shop's own.
func doubtful(b string) string {
	if strings.Trim(b, "0123456789") != "" {
		return ""
	}
	switch len(b) {
	case 8, 13, 14:
		if !checkDigit(b) {
			return "import.warn.check_digit"
		}
	case 7, 11, 12:
		if checkDigit(b) || checkDigit("0"+b) || len(b) == 12 {
			return "import.warn.lost_zero"
		}
	}
	return ""
}

// checkDigit verifies the last digit of a GTIN: weights 3 and 1 from the right, the sum a multiple of ten.
func checkDigit(b string) bool {
	sum := 0
	for i := range len(b) {
		d := int(b[len(b)-1-i] - '0')
		if i%2 == 1 {
			d *= 3
		}
		sum += d
	}
	return sum%10 == 0
}
