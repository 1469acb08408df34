package feeds

import (
	"slices"

	"github.com/lad-hub/lad/internal/platform/money"
)

// kind is how a document is written.
type kind int

const (
	yml kind = iota + 1
	hotline
	google
	table
)

// Format is the profile of one reader: how the document is written and what that reader asks of an offer. Lengths are in
// characters; 0 is no bound.
type Format struct {
	Name  string // stable: stored with the feed
	Title string // a proper name, the same in all languages
	// About is the message key of where the address is entered and what to know.
	About string
	Ext   string // of the address: xml or csv

	kind       kind
	currencies []money.Currency // empty: any
	id, name   int
	brand      int
	code       int
	stockTag   string // of YML
	codeTag    string // of YML
	state      bool   // YML with the tag of the condition
	// nameUA repeats a Ukrainian name in the tag of its own that the reader looks for.
	nameUA bool
	// needs are the faults that the reader refuses an offer for; it is written all the same, because a reader takes an offer
	// that is missing for one that is gone.
	needs []Fault
}

// formats in the order in which they are offered. The figures are from the readers' public rules for price lists.
var formats = []Format{
	{Name: "prom", Title: "Prom.ua", About: "feeds.format.prom", Ext: "xml", kind: yml, id: 100, name: 100, brand: 100, code: 25,
		stockTag: "quantity_in_stock", codeTag: "vendorCode", nameUA: true, needs: []Fault{NoPicture, NoCategory}},
	{Name: "rozetka", Title: "Rozetka", About: "feeds.format.rozetka", Ext: "xml", kind: yml, currencies: []money.Currency{money.UAH}, id: 100, name: 255, brand: 100, code: 100,
		stockTag: "stock_quantity", codeTag: "article", state: true, nameUA: true, needs: []Fault{NoPicture, NoCategory, NoBrand, NoDescription}},
	{Name: "yml", Title: "YML", About: "feeds.format.yml", Ext: "xml", kind: yml, id: 100, name: 500, brand: 100, code: 100,
		stockTag: "stock_quantity", codeTag: "vendorCode", state: true, needs: []Fault{NoPicture, NoCategory, NoBrand}},
	{Name: "hotline", Title: "Hotline", About: "feeds.format.hotline", Ext: "xml", kind: hotline, currencies: []money.Currency{money.UAH}, id: 100, name: 255, brand: 100, code: 100,
		needs: []Fault{NoPage, NoCategory, NoBrand}},
	{Name: "google", Title: "Google Merchant", About: "feeds.format.google", Ext: "xml", kind: google, id: 50, name: 150, brand: 70, code: 70,
		needs: []Fault{NoPage, NoPicture, NoDescription, NoIdentity}},
	{Name: "csv", Title: "Meta, Google (CSV)", About: "feeds.format.csv", Ext: "csv", kind: table, id: 50, name: 150, brand: 70, code: 70,
		needs: []Fault{NoPage, NoPicture, NoDescription, NoIdentity}},
}

// Formats lists every format.
func Formats() []Format { return slices.Clone(formats) }

// FormatByName finds a format.
func FormatByName(name string) (Format, bool) {
	i := slices.IndexFunc(formats, func(f Format) bool { return f.Name == name })
	if i < 0 {
		return Format{}, false
	}
	return formats[i], true
}

// ContentType is the media type of the document.
func (f Format) ContentType() string {
	if f.kind == table {
		return "text/csv; charset=utf-8"
	}
	return "application/xml; charset=utf-8"
}

func (f Format) takes(c money.Currency) bool {
	return len(f.currencies) == 0 || slices.Contains(f.currencies, c)
}

// showsEmpty says whether the document has a way to say that an offer is sold out; else it is left away.
func (f Format) showsEmpty() bool { return f.kind != hotline }

// ForHotline and ForGoogle say which fields of the shop the format writes.
func (f Format) ForHotline() bool { return f.kind == hotline }

// ForGoogle says whether offers carry Google's shipping.
func (f Format) ForGoogle() bool { return f.kind == google }
