package feeds

import (
	"github.com/lad-hub/lad/internal/platform/money"
)

// googleDocument is RSS 2.0 with the attributes of Google's product data specification. What an offer costs is g:price: there
// is no struck price in the catalogue.
type googleDocument struct {
	markup
	f Feed
}

func (d *googleDocument) begin(head) {
	d.raw(xmlHead, `<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">`, "\n<channel>\n")
	d.tag("title", d.f.Shop.Name)
	d.tag("link", address(d.f.Shop.URL))
	d.tag("description", d.f.Shop.Name)
}

func (d *googleDocument) offer(o *offer) {
	d.raw("<item>\n")
	d.tag("g:id", o.id)
	d.tag("g:item_group_id", o.group)
	d.tag("g:title", o.name)
	d.tag("g:description", o.description)
	d.tag("g:link", o.page)
	d.tag("g:image_link", o.picture)
	d.tag("g:availability", googleAvailability(o.presence))
	d.tag("g:price", o.price.String())
	d.tag("g:brand", o.brand)
	d.tag("g:gtin", o.gtin)
	if d.f.AllNew {
		d.tag("g:condition", "new")
	}
	d.tag("g:product_type", cut(o.category, maxProductType))
	d.shipping(o)
	d.raw("</item>\n")
}

// maxProductType is Google's bound of a category in the shop's own words.
const maxProductType = 750

// googleAvailability takes what is to order for sold out: a back order must name a date, which nobody knows.
func googleAvailability(p presence) string {
	if p == inStock {
		return "in_stock"
	}
	return "out_of_stock"
}

// shipping is the first delivery to the buyer whose price is known.
func (d *googleDocument) shipping(o *offer) {
	for _, way := range d.f.Shop.Delivery {
		if way.Kind == "pickup" || way.CostMinor < 0 || d.f.Shop.Country == "" {
			continue
		}
		cost := way.CostMinor
		if way.FreeMinor > 0 && o.price.Minor >= way.FreeMinor {
			cost = 0
		}
		d.raw("<g:shipping>\n")
		d.tag("g:country", d.f.Shop.Country)
		d.tag("g:price", money.New(cost, d.f.Currency).String())
		d.raw("</g:shipping>\n")
		return
	}
}

func (d *googleDocument) end() { d.raw("</channel>\n</rss>\n") }
