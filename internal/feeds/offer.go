package feeds

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// Fault is what is wrong with an offer, as the message key of its reason.
type Fault string

// The faults. An offer with one of the first four can not be written; the others are left to the reader's judgement.
const (
	NoName        Fault = "feeds.fault.name"
	NoPrice       Fault = "feeds.fault.price"
	WrongCurrency Fault = "feeds.fault.currency"
	LongID        Fault = "feeds.fault.id"

	LongName      Fault = "feeds.fault.name_cut"
	OddID         Fault = "feeds.fault.id_letters"
	NoPage        Fault = "feeds.fault.page"
	NoPicture     Fault = "feeds.fault.picture"
	NoBrand       Fault = "feeds.fault.brand"
	NoCategory    Fault = "feeds.fault.category"
	NoDescription Fault = "feeds.fault.description"
	NoIdentity    Fault = "feeds.fault.identity" // no barcode with a right check digit
)

// Stops says whether the offer is left out for it.
func (f Fault) Stops() bool { return f == NoName || f == NoPrice || f == WrongCurrency || f == LongID }

// presence is whether an offer can be bought.
type presence int

const (
	soldOut presence = iota
	toOrder
	inStock
)

// offer is what a document says of an item. Texts are tidy; what is not known is empty.
type offer struct {
	id          string
	group       string // number of the group of variants
	name        string
	code        string
	barcode     string // the first one
	gtin        string // the first one that is valid
	brand       string
	category    string
	categoryID  int64
	description string
	page        string
	picture     string
	price       money.Money
	presence    presence
	quantity    int64
}

// judge makes an item's offer in a feed and lists its faults.
func (f Feed) judge(it Item, available qty.Qty, page string, rules Rules) (offer, []Fault) {
	var faults []Fault
	note := func(bad bool, what Fault) {
		if bad {
			faults = append(faults, what)
		}
	}
	o := offer{id: strconv.FormatInt(it.ID, 10), code: tidy(it.Code), brand: cut(tidy(it.Brand), f.Format.brand), category: tidy(it.Category), gtin: gtin(it.Barcodes)}
	if f.CodesAsIDs {
		o.id = o.code
		note(strings.ContainsFunc(o.id, func(r rune) bool { return r > '~' || r == ' ' || r == '&' || r == '<' }), OddID)
	}
	note(utf8.RuneCountInString(o.id) > f.Format.id, LongID)
	o.code = cut(o.code, f.Format.code)
	if it.Group != "" {
		o.group = strconv.FormatInt(it.ProductID, 10)
	}
	if len(it.Barcodes) > 0 {
		o.barcode = tidy(it.Barcodes[0])
	}
	if o.category == "" {
		o.category = tidy(f.OtherCategory)
	}
	full := fullName(it)
	o.name = cut(full, f.Format.name)
	note(full == "", NoName)
	note(o.name != full, LongName)
	note(it.Price.Minor > 0 && it.Price.Currency != f.Currency, WrongCurrency)
	minor, ok := rules.Price(f.Price, it.Price, it.Cost)
	note(!ok, NoPrice)
	o.price = money.New(minor, f.Currency)
	o.quantity = rules.Shown(f.Stock, available)
	switch {
	case o.quantity > 0:
		o.presence = inStock
	case it.Backorder:
		o.presence = toOrder
	}
	f.fill(&o, it, page)
	for _, need := range f.Format.needs {
		note(o.lacks(need), need)
	}
	return o, faults
}

// fill adds what the feed's patterns make of an item.
func (f Feed) fill(o *offer, it Item, page string) {
	values := map[string]string{"code": it.Code, "id": strconv.FormatInt(it.ID, 10), "name": o.name, "brand": o.brand, "barcode": o.barcode}
	if o.page = address(page); f.PagesFrom == 0 {
		o.page = fillAddress(f.PageURL, values)
	}
	o.picture = fillAddress(f.PictureURL, values)
	if f.Description != "" {
		o.description = cut(fillText(f.Description, values), maxDescription)
	}
}

// maxDescription is the shortest bound among the readers.
const maxDescription = 5000

// lacks says whether a need of the reader is not met.
func (o *offer) lacks(need Fault) bool {
	switch need {
	case NoPage:
		return o.page == ""
	case NoPicture:
		return o.picture == ""
	case NoBrand:
		return o.brand == ""
	case NoCategory:
		return o.category == ""
	case NoDescription:
		return o.description == ""
	case NoIdentity:
		return o.gtin == ""
	}
	return false
}

// fullName is the item's name with its variant, unless the name says that already.
func fullName(it Item) string {
	name, variant := tidy(it.Name), tidy(it.Variant)
	if variant == "" || strings.Contains(words(name), words(variant)) {
		return name
	}
	return strings.Trim(name+", "+variant, ", ")
}

// words is a text in lower case with one space around every word, so that "S" is no part of "Samsung".
func words(s string) string {
	return " " + strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }), " ") + " "
}

// wants says whether the feed's filter lets a category through.
func (f Feed) wants(category string) bool {
	return len(f.Categories) == 0 || slices.Contains(f.Categories, category)
}

// stopped says whether one of the faults keeps the offer out.
func stopped(faults []Fault) bool { return slices.ContainsFunc(faults, Fault.Stops) }
