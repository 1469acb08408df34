package feeds

import "strconv"

// hotlineDocument is the price list of Hotline. It has no quantities: what is sold out is not in it.
type hotlineDocument struct {
	markup
	f Feed
}

func (d *hotlineDocument) begin(h head) {
	d.raw(xmlHead, "<price>\n")
	d.tag("date", h.at.Format(when))
	d.tag("firmName", d.f.Shop.Name)
	d.tag("firmId", d.f.Shop.FirmID)
	for i, way := range d.f.Shop.Delivery {
		d.raw("<delivery", attr("id", strconv.Itoa(i+1)), attr("type", way.Kind))
		if way.CostMinor >= 0 {
			d.raw(attr("cost", short(way.CostMinor, d.f.Currency)))
		}
		if way.FreeMinor > 0 {
			d.raw(attr("freeFrom", short(way.FreeMinor, d.f.Currency)))
		}
		if way.Days > 0 {
			d.raw(attr("time", strconv.FormatInt(way.Days, 10)))
		}
		d.raw("/>\n")
	}
	d.raw("<categories>\n")
	for _, c := range h.categories {
		d.raw("<category>\n")
		d.tag("id", strconv.FormatInt(c.id, 10))
		d.tag("name", c.name)
		d.raw("</category>\n")
	}
	d.raw("</categories>\n<items>\n")
}

func (d *hotlineDocument) offer(o *offer) {
	d.raw("<item>\n")
	d.tag("id", o.id)
	if o.categoryID > 0 {
		d.tag("categoryId", strconv.FormatInt(o.categoryID, 10))
	}
	d.tag("code", o.code)
	d.tag("barcode", o.barcode)
	d.tag("vendor", o.brand)
	d.tag("name", o.name)
	d.tag("description", o.description)
	d.tag("url", o.page)
	d.tag("image", o.picture)
	d.tag("priceRUAH", o.price.Decimal())
	d.tag("stock", d.stock(o.presence))
	if d.f.AllNew {
		d.tag("condition", "0")
	}
	d.raw("</item>\n")
}

// stock are the words that Hotline knows, in the two languages that it has.
func (d *hotlineDocument) stock(p presence) string {
	words := map[presence][2]string{inStock: {"В наявності", "В наличии"}, toOrder: {"Під замовлення", "Под заказ"}}[p]
	if d.f.Language == "ru" {
		return words[1]
	}
	return words[0]
}

func (d *hotlineDocument) end() { d.raw("</items>\n</price>\n") }
