package woocommerce

import (
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/money"
)

// item is one line of goods or one fee.
type item struct {
	ID          wire.Text `json:"id"`
	Name        wire.Text `json:"name"`
	ProductID   wire.Text `json:"product_id"`
	VariationID wire.Text `json:"variation_id"`
	Quantity    wire.Text `json:"quantity"`
	Total       wire.Text `json:"total"`
	Tax         wire.Text `json:"total_tax"`
	SKU         wire.Text `json:"sku"`

	net, gross money.Money
}

// read fills in the amounts. Totals are after discounts and without tax.
func (i *item) read(cur money.Currency) *connector.Error {
	label := wire.Clip(wire.First(i.Name, i.SKU, wire.Text(i.ID.ID())))
	if i.Total == "" {
		return connector.Errorf(connector.KindData, "line “%s”: no amount", label)
	}
	var err error
	if i.net, err = wire.Amount(i.Total, cur); err != nil {
		return connector.Errorf(connector.KindData, "line “%s”: total %q can not be read", label, string(i.Total))
	}
	tax := money.New(0, cur)
	if i.Tax != "" {
		if tax, err = wire.Amount(i.Tax, cur); err != nil {
			return connector.Errorf(connector.KindData, "line “%s”: tax %q can not be read", label, string(i.Tax))
		}
	}
	if i.gross, err = i.net.Add(tax); err != nil {
		return connector.Errorf(connector.KindData, "line “%s”: total and tax can not be added up", label)
	}
	return nil
}

func readItems(rows wire.Rows, cur money.Currency) ([]item, *connector.Error) {
	out := make([]item, 0, len(rows))
	for _, row := range rows {
		var i item
		if e := wire.Decode(row, &i); e != nil {
			return nil, e
		}
		if e := i.read(cur); e != nil {
			return nil, e
		}
		out = append(out, i)
	}
	return out, nil
}

// fill reads lines and amounts. What a buyer pays is with tax; a negative fee is a discount on the goods, a positive one (for
// cash on delivery, for packing) is paid with the delivery.
func (c *channel) fill(o order, out *connector.Order) *connector.Error {
	cur, e := wire.Currency(o.Currency, c.currency)
	if e != nil {
		return e
	}
	if cur == "" {
		return connector.Errorf(connector.KindData, "it names no currency")
	}
	goods, e := readItems(o.Lines, cur)
	if e != nil {
		return e
	}
	if len(goods) == 0 && !out.Ignore {
		return connector.Errorf(connector.KindData, "no goods in it")
	}
	fees, e := readItems(o.Fees, cur)
	if e != nil {
		return e
	}
	delivery := item{net: wire.Optional(o.ShippingTotal, cur)}
	delivery.gross = delivery.net
	if tax := wire.Optional(o.ShippingTax, cur); tax.Minor > 0 {
		if gross, err := delivery.net.Add(tax); err == nil {
			delivery.gross = gross
		}
	}
	taxed, e := taxApart(o.Total, cur, goods, fees, []item{delivery})
	if e != nil {
		return e
	}
	keys := wire.Key{}
	for _, g := range goods {
		line, e := g.line(g.paid(taxed), keys)
		if e != nil {
			return e
		}
		out.Lines = append(out.Lines, line)
	}
	if out.Total, e = wire.Total("", cur, out.Lines); e != nil {
		return e
	}
	out.DeliveryCost = delivery.paid(taxed)
	return addFees(out, fees, taxed)
}

// paid is what the buyer pays for an item.
func (i item) paid(taxed bool) money.Money {
	if taxed {
		return i.gross
	}
	return i.net
}

// taxApart says whether tax comes on top of the items' totals, as the API describes them. The order's own total tells when a
// plug-in has put it inside already.
func taxApart(total wire.Text, cur money.Currency, lists ...[]item) (bool, *connector.Error) {
	if total == "" {
		return true, nil
	}
	whole, err := wire.Amount(total, cur)
	if err != nil || whole.Minor < 0 {
		return false, connector.Errorf(connector.KindData, "order total %q can not be read", string(total))
	}
	net, gross := money.New(0, cur), money.New(0, cur)
	for _, list := range lists {
		for _, i := range list {
			var errNet, errGross error
			net, errNet = net.Add(i.net)
			gross, errGross = gross.Add(i.gross)
			if errNet != nil || errGross != nil {
				return false, connector.Errorf(connector.KindData, "lines can not be added up")
			}
		}
	}
	return net != whole || gross == whole, nil
}

// line makes the neutral line. A variation is an offer of its own; a product that left the catalogue has no number any more.
func (i item) line(paid money.Money, keys wire.Key) (connector.Line, *connector.Error) {
	line := connector.Line{OfferID: offerID(i.ProductID, i.VariationID), SKU: string(i.SKU), Title: wire.First(i.Name, i.SKU)}
	if line.OfferID == "" && line.SKU == "" && line.Title == "" {
		return connector.Line{}, connector.Errorf(connector.KindData, "a line without product, code and name")
	}
	line.ExternalID = keys.Next(i.ID.ID())
	figures := wire.Line{
		Label: wire.First(line.Title, line.OfferID), Quantity: i.Quantity, Total: wire.Text(paid.Decimal()), Currency: paid.Currency,
	}
	var e *connector.Error
	line.Quantity, line.Price, line.Total, e = figures.Figures()
	return line, e
}

// addFees spreads discounts over the lines, so that they add up to what the buyer pays for the goods.
func addFees(out *connector.Order, fees []item, taxed bool) *connector.Error {
	rest := out.Total
	for _, f := range fees {
		paid, to := f.paid(taxed), &out.DeliveryCost
		if paid.Minor < 0 {
			to = &rest
		}
		sum, err := to.Add(paid)
		if err != nil || sum.Minor < 0 {
			return connector.Errorf(connector.KindData, "fee “%s” can not be counted in", wire.Clip(string(f.Name)))
		}
		*to = sum
	}
	if rest == out.Total {
		return nil
	}
	weights := make([]int64, len(out.Lines))
	for i, l := range out.Lines {
		weights[i] = l.Total.Minor
	}
	parts, err := rest.Allocate(weights)
	if err != nil || len(parts) == 0 {
		return connector.Errorf(connector.KindData, "the discount can not be spread")
	}
	for i := range parts {
		out.Lines[i].Total = parts[i]
	}
	out.Total = rest
	return nil
}

// refundedWhole says whether everything was given back; a part of it leaves the order paid.
func (o order) refundedWhole(cur money.Currency) bool {
	whole, back := wire.Optional(o.Total, cur), money.New(0, cur)
	for _, row := range o.Refunds {
		var r struct {
			Total wire.Text `json:"total"`
		}
		if e := wire.Decode(row, &r); e != nil {
			continue
		}
		var err error
		if back, err = back.Add(wire.Optional(wire.Text(strings.TrimPrefix(string(r.Total), "-")), cur)); err != nil {
			return false
		}
	}
	return whole.Minor > 0 && back.Minor >= whole.Minor
}
