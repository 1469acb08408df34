package connectorphp

import (
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/money"
)

// Pages of a channel's offers.
const externalPage = 100

// externalMethods are what can be asked of a channel as a storage.
var externalMethods = []string{"getExternalStorageCategories", "getExternalStorageProductsList", "getExternalStorageProductsData",
	"getExternalStorageProductsQuantity", "getExternalStorageProductsPrices"}

// getExternalStoragesList shows every connected channel as a shop.
func (s *Server) getExternalStoragesList(c *call) (answer, error) {
	out := []answer{}
	err := s.read(c, func(tx *db.Tx) error {
		list, err := s.channels(c, tx)
		for _, ch := range list {
			out = append(out, answer{"storage_id": "shop_" + strconv.FormatInt(ch.id, 10), "name": ch.name, "methods": externalMethods})
		}
		return err
	})
	return answer{"storages": out}, err
}

// externalStorage is the channel that a call names.
func (s *Server) externalStorage(c *call) (id int64, name string, err error) {
	c.p.need("storage_id")
	name = c.p.text("storage_id", 30)
	if err := c.p.fault(); err != nil {
		return 0, name, err
	}
	number, isShop := strings.CutPrefix(name, "shop_")
	found := false
	err = s.read(c, func(tx *db.Tx) error {
		list, err := s.channels(c, tx)
		for _, ch := range list {
			found = found || isShop && strconv.FormatInt(ch.id, 10) == number
		}
		return err
	})
	if err == nil && !found {
		err = fail("ERROR_STORAGE_ID", "error.connection.not_found")
	}
	return integer(number), name, err
}

// getExternalStorageCategories knows no categories: channels tell Lad their offers only.
func (s *Server) getExternalStorageCategories(c *call) (answer, error) {
	_, name, err := s.externalStorage(c)
	return answer{"storage_id": name, "categories": []answer{}}, err
}

// offers reads what a call asks for of a channel's offers.
func (s *Server) offers(c *call, size int64) (list []connections.Listing, name string, err error) {
	id, name, err := s.externalStorage(c)
	if err != nil {
		return nil, name, err
	}
	p := c.p
	f := connections.OffersAsked{ConnectionID: id, ExternalID: p.text("filter_id", 200), Barcode: p.text("filter_ean", 32), SKUCode: p.text("filter_sku", 100), Limit: size,
		Offset: max(min(p.int("page"), 1_000_000)-1, 0) * size}
	s.takeOfferFilters(c, &f)
	if p.has("products") {
		f.ExternalIDs = p.texts("products", 200)
		if len(f.ExternalIDs) == 0 || len(f.ExternalIDs) > maxData {
			p.bad("products")
		}
		f.Limit, f.Offset = maxData, 0
	}
	if err := p.fault(); err != nil {
		return nil, name, err
	}
	err = s.read(c, func(tx *db.Tx) error {
		list, err = s.Connections.OffersPage(c, tx, f)
		return err
	})
	return list, name, err
}

// takeOfferFilters reads what a list of offers is cut to and sorted by.
func (s *Server) takeOfferFilters(c *call, f *connections.OffersAsked) {
	p := c.p
	f.Title = strings.TrimSpace(p.text("filter_name", 200))
	f.ShownFrom, f.ShownTo = p.bounds("filter_quantity_from", "filter_quantity_to")
	// Offers carry the currency of their channel; all that channels of today sell in have hundredths.
	f.PriceFrom, f.PriceTo = p.minor("filter_price_from", money.UAH), p.minor("filter_price_to", money.UAH)
	f.Sort, f.Descending = p.sort("shown")
	if f.Sort == "name" {
		f.Sort = "title"
	}
}

// shownQty is what the channel shows: what it confirmed, else what it was sent.
func shownQty(l connections.Listing) int64 {
	if n := l.Stock.ConfirmedQty.Whole(); n >= 0 && l.Stock.ConfirmedQty >= 0 {
		return n
	}
	return max(l.Stock.SentQty.Whole(), 0)
}

func offerPrice(l connections.Listing) number {
	return amountOut(money.New(l.PriceMinor, money.Currency(l.Currency)))
}

func (s *Server) getExternalStorageProductsList(c *call) (answer, error) {
	list, name, err := s.offers(c, externalPage)
	out := make([]answer, len(list))
	for i, l := range list {
		out[i] = answer{"product_id": l.ExternalID, "ean": l.Barcode, "sku": l.SKUCode, "name": l.Title, "quantity": shownQty(l), "price_brutto": offerPrice(l)}
	}
	return answer{"storage_id": name, "products": out}, err
}

func (s *Server) getExternalStorageProductsData(c *call) (answer, error) {
	c.p.need("products")
	list, name, err := s.offers(c, externalPage)
	out := make([]answer, len(list))
	for i, l := range list {
		out[i] = answer{"product_id": l.ExternalID, "ean": l.Barcode, "sku": l.SKUCode, "name": l.Title, "quantity": shownQty(l), "price_netto": number("0"),
			"price_brutto": offerPrice(l), "price_wholesale_netto": number("0"), "tax_rate": number("0"), "weight": number("0"), "description": "", "description_extra1": "",
			"description_extra2": "", "man_name": "", "man_image": "", "category_id": 0, "images": []string{}, "features": map[string]string{}, "variants": []answer{}}
	}
	return answer{"storage_id": name, "products": out}, err
}

func (s *Server) getExternalStorageProductsQuantity(c *call) (answer, error) {
	list, name, err := s.offers(c, productsPage)
	out := make([]answer, len(list))
	for i, l := range list {
		out[i] = answer{"product_id": l.ExternalID, "quantity": shownQty(l), "variants": []answer{}}
	}
	return answer{"storage_id": name, "products": out}, err
}

func (s *Server) getExternalStorageProductsPrices(c *call) (answer, error) {
	list, name, err := s.offers(c, productsPage)
	out := make([]answer, len(list))
	for i, l := range list {
		out[i] = answer{"product_id": l.ExternalID, "price": offerPrice(l), "variants": []answer{}}
	}
	return answer{"storage_id": name, "products": out}, err
}
