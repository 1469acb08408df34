package feeds

import (
	"bufio"
	"encoding/csv"
)

// tableDocument is Google's attributes as a table, which catalogues of social networks read too.
type tableDocument struct {
	out *csv.Writer
	f   Feed
}

func newTable(w *bufio.Writer, f Feed) *tableDocument { return &tableDocument{csv.NewWriter(w), f} }

func (d *tableDocument) begin(head) {
	d.row("id", "item_group_id", "title", "description", "link", "image_link", "availability", "price", "brand", "gtin", "condition", "product_type")
}

func (d *tableDocument) offer(o *offer) {
	availability, condition := "out of stock", ""
	if o.presence == inStock {
		availability = "in stock"
	}
	if d.f.AllNew {
		condition = "new"
	}
	d.row(o.id, o.group, o.name, o.description, o.page, o.picture, availability, o.price.String(), o.brand, o.gtin, condition, cut(o.category, maxProductType))
}

// row hands each row on at once: what the writer below says about it stays there.
func (d *tableDocument) row(cells ...string) {
	_ = d.out.Write(cells)
	d.out.Flush()
}

func (d *tableDocument) end() {}
