package horoshop

import (
	"context"
	"encoding/json"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// maxImport is the size of one catalog/import in bytes of products: about 120 KB pass, 400 KB drop the connection.
const maxImport = 100 << 10

// change is one product of catalog/import. Nothing but what changes is sent: a missing images key keeps the galleries.
type change struct {
	Article  string          `json:"article"`
	Price    json.RawMessage `json:"price,omitempty"`
	Old      json.RawMessage `json:"price_old,omitempty"`
	Residues []residue       `json:"residues,omitempty"`
	Presence string          `json:"presence,omitempty"`
}

type residue struct {
	Warehouse string          `json:"warehouse"`
	Quantity  json.RawMessage `json:"quantity"`
}

// PushStock sends residues to a shop that counts, and presence to one that does not: there a quantity is impossible. Which
// one it is shows in the first offers read in the session.
func (c *channel) PushStock(ctx context.Context, items []connector.StockUpdate) ([]connector.ItemResult, error) {
	if c.counted == accountingUnknown && len(items) > 0 {
		ids := make([]string, 0, len(items))
		for _, it := range items {
			ids = append(ids, it.OfferID)
		}
		if _, err := c.ReadOffers(ctx, ids); err != nil {
			return nil, err
		}
	}
	changes := make([]change, 0, len(items))
	for _, it := range items {
		n := change{Article: it.OfferID}
		switch {
		case c.counted == accountingOn:
			n.Residues = []residue{{Warehouse: c.warehouse, Quantity: json.RawMessage(max(it.Quantity, 0).String())}}
		case it.Quantity > 0:
			n.Presence = c.yes
		default:
			n.Presence = c.no
		}
		changes = append(changes, n)
	}
	return c.importAll(ctx, changes)
}

// PushPrice sends prices. Without an old price the crossed-out one is left alone.
func (c *channel) PushPrice(ctx context.Context, items []connector.PriceUpdate) ([]connector.ItemResult, error) {
	changes := make([]change, 0, len(items))
	for _, it := range items {
		n := change{Article: it.OfferID, Price: json.RawMessage(it.Price.Decimal())}
		if it.Old.Minor > 0 {
			n.Old = json.RawMessage(it.Old.Decimal())
		}
		changes = append(changes, n)
	}
	return c.importAll(ctx, changes)
}

// importAll sends changes in parts that the shop can take.
func (c *channel) importAll(ctx context.Context, changes []change) ([]connector.ItemResult, error) {
	var results []connector.ItemResult
	var part []change
	size := 0
	flush := func() error {
		if len(part) == 0 {
			return nil
		}
		done, err := c.importPart(ctx, part)
		results = append(results, done...)
		part, size = nil, 0
		return err
	}
	for _, n := range changes {
		if n.Article == "" {
			results = append(results, rejected("", "", "no article"))
			continue
		}
		b, err := json.Marshal(n)
		if err != nil {
			return nil, &connector.Error{Kind: connector.KindPermanent, Message: "change can not be written as JSON", Cause: err}
		}
		if size += len(b) + 1; size > maxImport {
			if err := flush(); err != nil {
				return nil, err
			}
			size = len(b) + 1
		}
		part = append(part, n)
	}
	if err := flush(); err != nil {
		return nil, err
	}
	return results, nil
}

// importPart matches the log by article, and by position where an entry names none.
func (c *channel) importPart(ctx context.Context, part []change) ([]connector.ItemResult, error) {
	var said writeAnswer
	if err := c.write(ctx, "catalog/import", map[string]any{"products": part}, &said); err != nil {
		return nil, err
	}
	sent := map[string]bool{}
	for _, n := range part {
		sent[n.Article] = true
	}
	var results []connector.ItemResult
	for i, entry := range said.entries() {
		article := string(entry.Article)
		if article == "" && i < len(part) {
			article = part[i].Article
		}
		if !sent[article] {
			continue
		}
		delete(sent, article)
		if ok, code, why := entry.done(); !ok {
			results = append(results, rejected(article, code, wire.Clip(why)))
			continue
		}
		results = append(results, connector.ItemResult{OfferID: article, State: connector.ItemAccepted})
	}
	return results, nil
}

func rejected(id, code, why string) connector.ItemResult {
	return connector.ItemResult{
		OfferID: id, State: connector.ItemRejected, Err: &connector.Error{Kind: connector.KindItem, Code: code, Message: why},
	}
}

// PushStatus makes one step. Cancelling does not put goods back into the shop's stock: the caller pushes the stock after it.
func (c *channel) PushStatus(ctx context.Context, s connector.StatusChange) error {
	to := wire.Text(s.To).Number()
	if to == 0 {
		return connector.Errorf(connector.KindPermanent, "%q is not a status of the shop", s.To)
	}
	return c.update(ctx, s.OrderID, map[string]any{"status": to})
}

// PushTracking stores a waybill number made outside the shop. Not every version does it though all accept the request, so
// the order is read again.
func (c *channel) PushTracking(ctx context.Context, orderID, carrier, number string) error {
	if carrier != "nova_poshta" && carrier != "ukrposhta" {
		return connector.Errorf(connector.KindPermanent, "the shop can not store a waybill of %q", carrier)
	}
	if err := c.update(ctx, orderID, map[string]any{"own_tracking_code": number}); err != nil {
		return err
	}
	again, err := c.ReadOrders(ctx, []string{orderID})
	if err != nil {
		return err
	}
	for _, raw := range again {
		var o order
		if e := wire.Decode(raw.Body, &o); e == nil && string(o.Waybill.Number) == number {
			return nil
		}
	}
	return connector.Errorf(connector.KindPermanent, "the shop accepted the waybill number but does not show it")
}

// update changes one order. The log is matched by position: some versions leave the order's number out.
func (c *channel) update(ctx context.Context, orderID string, fields map[string]any) error {
	id := wire.Text(orderID).Number()
	if id == 0 {
		return wire.NotID("orders", orderID)
	}
	fields["order_id"] = id
	var said writeAnswer
	if err := c.write(ctx, "orders/update", map[string]any{"orders": []any{fields}}, &said); err != nil {
		return err
	}
	entries := said.entries()
	if len(entries) == 0 {
		return connector.Errorf(connector.KindUnknown, "the shop did not say what it did with the order")
	}
	if ok, code, why := entries[0].done(); !ok {
		return &connector.Error{Kind: connector.KindPermanent, Code: code, Message: wire.Clip(why)}
	}
	return nil
}
