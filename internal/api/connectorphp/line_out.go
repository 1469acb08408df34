package connectorphp

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/stock"
)

// lines writes the lines of an order: goods first, then what takes money off.
func (p page) lines(o orders.Whole, kept baselinker.Order) []lineOut {
	out := make([]lineOut, 0, len(o.Lines)+len(kept.Discounts))
	for _, l := range o.Lines {
		if !l.Removed {
			out = append(out, p.line(o, l, kept.Lines[l.No]))
		}
	}
	for _, no := range slices.Sorted(maps.Keys(kept.Discounts)) {
		d := kept.Discounts[no]
		out = append(out, lineOut{Storage: d.Line["storage"], ID: lineID(o.ID, no), VariantID: "0", Name: cut(d.Name, 130), SKU: d.Line["sku"], EAN: d.Line["ean"],
			Attributes: d.Line["attributes"], AuctionID: cmp.Or(d.Line["auction_id"], "0"), Price: amountOut(money.New(d.PriceMinor, o.Total.Currency)),
			TaxRate: number(d.Line["tax_rate"]), Quantity: number(d.Qty.String()), Weight: number(d.Line["weight"])})
	}
	return out
}

// whole is a line as the protocol knows quantities: whole ones. 2.5 of something is one piece of 2.5.
func whole(l orders.Line) orders.Line {
	if l.Qty%qty.One != 0 {
		l.Title, l.Price, l.Qty = cut(l.Title, 110)+" ×"+l.Qty.String(), l.Total, qty.One
	}
	return l
}

func (p page) line(o orders.Whole, l orders.Line, kept baselinker.Line) lineOut {
	l = whole(l)
	out := lineOut{Storage: cmp.Or(kept["storage"], "db"), StorageID: integer(kept["storage_id"]), ID: lineID(o.ID, l.No), ProductID: kept["product_id"],
		VariantID: cmp.Or(kept["variant_id"], "0"), Name: cut(l.Title, 130), Attributes: kept["attributes"], SKU: cut(l.SKUCode, 50), EAN: kept["ean"],
		Location: kept["location"], Warehouse: integer(kept["warehouse_id"]), AuctionID: cmp.Or(kept["auction_id"], cut(l.OfferID, 50), "0"), Price: amountOut(l.Price),
		TaxRate: number(kept["tax_rate"]), Quantity: number(l.Qty.String()), Weight: number(kept["weight"]), BundleID: 0}
	if from := p.served[stock.LineKey{OrderID: o.ID, LineNo: l.No}]; from != 0 {
		out.Warehouse = from
	}
	if out.Warehouse == 0 {
		out.Warehouse = p.home
	}
	if l.SKUID == 0 {
		return out
	}
	product := p.products[l.SKUID]
	out.StorageID = cmp.Or(product.InventoryID, homeInventory)
	out.Storage, out.ProductID, out.VariantID = "db", strconv.FormatInt(l.SKUID, 10), "0"
	if product.ParentID != 0 {
		out.ProductID, out.VariantID = strconv.FormatInt(product.ParentID, 10), strconv.FormatInt(l.SKUID, 10)
	}
	if list := p.barcodes[l.SKUID]; out.EAN == "" && len(list) > 0 {
		out.EAN = list[0]
	}
	out.TaxRate = number(cmp.Or(kept["tax_rate"], product.Numbers["tax_rate"]))
	out.Weight = number(cmp.Or(kept["weight"], weightOut(p.skus[l.SKUID].WeightGrams)))
	if out.Location == "" {
		out.Location = product.Locations[warehouseKey(out.Warehouse)]
	}
	return out
}

// weightOut is grams as kilograms.
func weightOut(grams int64) string {
	if grams == 0 {
		return ""
	}
	return strconv.FormatFloat(float64(grams)/1000, 'f', -1, 64)
}

// integer is a stored whole number, 0 for none.
func integer(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}
