package feeds

import "strconv"

// ymlDocument is the price list that most marketplaces of Ukraine take; what differs between them is in Format.
type ymlDocument struct {
	markup
	f Feed
}

func (d *ymlDocument) begin(h head) {
	d.raw(xmlHead, "<yml_catalog", attr("date", h.at.Format(when)), ">\n<shop>\n")
	company := d.f.Shop.Company
	if company == "" {
		company = d.f.Shop.Name
	}
	d.tag("name", d.f.Shop.Name)
	d.tag("company", company)
	d.tag("url", address(d.f.Shop.URL))
	d.raw("<currencies><currency", attr("id", string(d.f.Currency)), ` rate="1"/></currencies>`+"\n<categories>\n")
	for _, c := range h.categories {
		d.raw("<category", attr("id", strconv.FormatInt(c.id, 10)), ">", escape(c.name), "</category>\n")
	}
	d.raw("</categories>\n<offers>\n")
}

func (d *ymlDocument) offer(o *offer) {
	d.raw("<offer", attr("id", o.id), d.availability(o), attr("group_id", o.group), ">\n")
	d.tag("url", o.page)
	d.tag("price", o.price.Decimal())
	d.tag("currencyId", string(d.f.Currency))
	if o.categoryID > 0 {
		d.tag("categoryId", strconv.FormatInt(o.categoryID, 10))
	}
	d.tag("picture", o.picture)
	d.tag("vendor", o.brand)
	d.tag(d.f.Format.codeTag, o.code)
	d.tag("barcode", o.barcode)
	if d.f.AllNew && d.f.Format.state {
		d.tag("state", "new")
	}
	d.tag("name", o.name)
	d.tag("description", o.description)
	if d.f.Format.nameUA && d.f.Language == "uk" {
		d.tag("name_ua", o.name)
		d.tag("description_ua", o.description)
	}
	d.tag(d.f.Format.stockTag, strconv.FormatInt(o.quantity, 10))
	d.raw("</offer>\n")
}

// availability is true exactly while there is a quantity. Prom reads an empty one as "to order".
func (d *ymlDocument) availability(o *offer) string {
	prom := d.f.Format.Name == "prom"
	switch {
	case o.presence == inStock && prom:
		return ` available="true" in_stock="true"`
	case o.presence == inStock:
		return ` available="true"`
	case o.presence == toOrder && prom:
		return ` available=""`
	}
	return ` available="false"`
}

func (d *ymlDocument) end() { d.raw("</offers>\n</shop>\n</yml_catalog>\n") }
