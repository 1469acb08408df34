// Package feeds shows the goods to marketplaces that fetch a document on their own timetable: YML, Hotline, Google Merchant. A
// feed is written from the database at every reading, so that it never says what is not true any more.
package feeds

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// State of a feed.
type State string

// The states.
const (
	Active State = "active"
	Paused State = "paused" // by a person: readers are told that it is gone
)

// Feed is a document that others fetch.
type Feed struct {
	ID      int64
	Name    string
	Format  Format
	State   State
	Secret  string // the part of its address that nobody can guess
	Version int64  // grows with every change of what it shows
	Settings
	// Counted is what the last whole reading found; CountedAt is zero before the first.
	Counted   Count
	CountedAt time.Time
	CreatedAt time.Time
}

// Path is the feed's address without the host.
func (f Feed) Path(t db.Tenant) string {
	return fmt.Sprintf("/feeds/%d/%d/%s.%s", int64(t), f.ID, f.Secret, f.Format.Ext)
}

// Count is what a reading of the whole feed found.
type Count struct {
	Offers   int64 // written
	LeftOut  int64 // can not be written as they are
	Doubtful int64 // written though the reader may refuse them
	Hidden   int64 // sold out, where the feed or its format does not show that
}

// Settings say what a feed shows. They are stored as JSON.
type Settings struct {
	// Language of the words in the document: uk, pl, en or ru. Names are in the language of the catalogue.
	Language string         `json:"language"`
	Currency money.Currency `json:"currency"`
	// CodesAsIDs names offers by the SKU's code, which a person may change, in place of its number, which stays.
	CodesAsIDs bool        `json:"codes_as_ids"`
	Price      PriceRule   `json:"price"`
	Stock      StockPolicy `json:"stock"`
	// Categories to show; empty for all.
	Categories  []string `json:"categories"`
	OnlyInStock bool     `json:"only_in_stock"`
	// OtherCategory is the category of goods that have none; empty where such goods shall have none.
	OtherCategory string `json:"other_category"`
	// PagesFrom is the connection whose offers' addresses are the goods' pages; 0 for none, PageURL is used then.
	PagesFrom int64 `json:"pages_from"`
	// PageURL, PictureURL and Description are patterns with {code}, {id}, {name}, {brand} and {barcode}; empty for none.
	PageURL     string `json:"page_url"`
	PictureURL  string `json:"picture_url"`
	Description string `json:"description"`
	// AllNew says that nothing here is used or refurbished; else the condition is not said.
	AllNew bool `json:"all_new"`
	Shop   Shop `json:"shop"`
}

// Shop is the seller as the head of the document names it.
type Shop struct {
	Name     string     `json:"name"`
	Company  string     `json:"company"`
	URL      string     `json:"url"`
	FirmID   string     `json:"firm_id"` // given by Hotline
	Country  string     `json:"country"` // ISO 3166 of the deliveries, for Google
	Delivery []Delivery `json:"delivery"`
}

// Delivery is one way the shop delivers.
type Delivery struct {
	Kind      string `json:"kind"`       // of Hotline: warehouse, address or pickup
	CostMinor int64  `json:"cost_minor"` // in the feed's currency; -1: by the carrier's tariff
	FreeMinor int64  `json:"free_minor"` // free from this sum on; 0: never
	Days      int64  `json:"days"`       // 0: not said
}

// The kinds of delivery.
var deliveryKinds = []string{"warehouse", "address", "pickup"}

// Bounds of texts, in characters, and of lists.
const (
	maxName       = 120
	maxText       = 255
	maxPattern    = 1000
	maxCategories = 500
	maxDeliveries = 5
)

// Input is a new feed or a feed's new settings.
type Input struct {
	Name   string
	Format string // name of a format; it can not change
	Settings
}

// validate reports every fault at once.
func (in Input) validate(rules Rules) error {
	var c errs.Check
	f, known := FormatByName(in.Format)
	c.That(known, "format", "error.feed.format")
	c.That(within(in.Name, 1, maxName), "name", "error.feed.name")
	c.That(slices.Contains([]string{"uk", "pl", "en", "ru"}, in.Language), "language", "error.feed.language")
	_, err := money.ParseCurrency(string(in.Currency))
	c.That(err == nil, "currency", "error.feed.currency")
	c.That(!known || f.takes(in.Currency), "currency", "error.feed.currency_format")
	rules.CheckPrice(in.Price, &c)
	rules.CheckStock(in.Stock, &c)
	c.That(len(in.Categories) <= maxCategories, "categories", "error.feed.categories")
	c.That(within(in.OtherCategory, 0, maxText), "other_category", "error.feed.long")
	c.That(patternOK(in.PageURL, true), "page_url", "error.feed.pattern")
	c.That(patternOK(in.PictureURL, true), "picture_url", "error.feed.pattern")
	c.That(patternOK(in.Description, false), "description", "error.feed.placeholder")
	c.That(in.PagesFrom >= 0, "pages_from", "error.feed.pages_from")
	in.Shop.validate(&c, f)
	return c.Err()
}

func (s Shop) validate(c *errs.Check, f Format) {
	c.That(within(s.Name, 1, maxText), "shop_name", "error.feed.shop_name")
	c.That(within(s.Company, 0, maxText), "company", "error.feed.long")
	u, err := url.Parse(s.URL)
	c.That(err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && len(s.URL) <= maxPattern, "shop_url", "error.feed.shop_url")
	c.That(len(s.FirmID) <= 20 && strings.Trim(s.FirmID, "0123456789") == "" && (s.FirmID != "" || f.kind != hotline), "firm_id", "error.feed.firm_id")
	c.That(s.Country == "" || len(s.Country) == 2 && strings.Trim(s.Country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "", "country", "error.feed.country")
	c.That(len(s.Delivery) <= maxDeliveries, "delivery", "error.feed.delivery")
	for _, d := range s.Delivery {
		c.That(slices.Contains(deliveryKinds, d.Kind) && d.CostMinor >= -1 && d.CostMinor <= money.Max && d.FreeMinor >= 0 && d.FreeMinor <= money.Max &&
			d.Days >= 0 && d.Days <= 365, "delivery", "error.feed.delivery")
	}
}

func within(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return utf8.ValidString(s) && n >= least && n <= most
}

// PriceRule makes the price in a feed from a SKU's own: base × multiplier + add-on, rounded to a step with an ending.
type PriceRule struct {
	MulPPM      int64  `json:"mul_ppm"` // parts per million; 1,000,000 leaves the price as it is
	AddMinor    int64  `json:"add_minor"`
	StepMinor   int64  `json:"step_minor"`
	EndingMinor int64  `json:"ending_minor"`
	Round       string `json:"round"` // nearest, up or down
}

// StockPolicy decides what part of the stock a feed shows.
type StockPolicy struct {
	SharePPM  int64   `json:"share_ppm"` // parts per million; 1,000,000 is all
	Safety    qty.Qty `json:"safety"`    // keep back
	HideBelow qty.Qty `json:"hide_below"`
}

// Plain are the settings of a new feed: everything, at its own price.
func Plain(language string, c money.Currency) Settings {
	return Settings{Language: language, Currency: c, Price: PriceRule{MulPPM: 1_000_000, StepMinor: 1, Round: "nearest"}, Stock: StockPolicy{SharePPM: 1_000_000}}
}
