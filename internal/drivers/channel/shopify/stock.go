package shopify

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// maxRounds is how often the rest of a batch is sent again after bad rows were taken out of it.
const maxRounds = 5

// level is one row of a push.
type level struct {
	id  string // of the offer
	num int64
	n   int64
}

// PushStock sets "available" at the location, as a comparison and swap: what was seen last must still be there, else it is
// read again. One bad row makes Shopify refuse the whole call, so it is taken out and the rest sent again. What a fifth round
// does not settle gets no result.
func (c *channel) PushStock(ctx context.Context, items []connector.StockUpdate) ([]connector.ItemResult, error) {
	if len(items) == 0 {
		return nil, nil
	}
	if err := c.meet(ctx, true); err != nil {
		return nil, err
	}
	var batch []level
	var results []connector.ItemResult
	for _, it := range items {
		num := wire.Text(it.OfferID).Number()
		if num == 0 {
			results = append(results, rejected(it.OfferID, "", "not a number of a Shopify variant"))
			continue
		}
		batch = append(batch, level{it.OfferID, num, max(it.Quantity.Whole(), 0)})
	}
	numbers := make([]int64, len(batch))
	for i, l := range batch {
		numbers[i] = l.num
	}
	if err := c.acquaint(ctx, numbers); err != nil {
		return nil, err
	}
	batch, results = c.onlyKnown(batch, results)
	for range maxRounds {
		if len(batch) == 0 {
			break
		}
		said, err := c.setLevels(ctx, batch)
		if err != nil {
			return nil, err
		}
		if len(said) == 0 {
			for _, l := range batch {
				results = append(results, c.shows(l))
			}
			break
		}
		if batch, results, err = c.sort(ctx, batch, said, results); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// acquaint reads the variants that this session has not seen.
func (c *channel) acquaint(ctx context.Context, numbers []int64) error {
	var unseen []int64
	for _, n := range numbers {
		if _, ok := c.known[n]; !ok {
			unseen = append(unseen, n)
		}
	}
	_, err := c.readVariants(ctx, unseen, true)
	return err
}

func (c *channel) onlyKnown(batch []level, results []connector.ItemResult) ([]level, []connector.ItemResult) {
	var out []level
	for _, l := range batch {
		if c.known[l.num].item == 0 {
			results = append(results, rejected(l.id, "", "Shopify has no such variant"))
			continue
		}
		out = append(out, l)
	}
	return out, results
}

// shows notes that a quantity was taken.
func (c *channel) shows(l level) connector.ItemResult {
	p := c.known[l.num]
	p.stocked, p.available = true, l.n
	c.known[l.num] = p
	return connector.ItemResult{OfferID: l.id, State: connector.ItemAccepted}
}

// setLevels makes one call and gives what Shopify says against it. The key is new for each call: a key used before would be
// answered with the first result, and nothing would change.
func (c *channel) setLevels(ctx context.Context, batch []level) ([]userError, error) {
	rows := make([]map[string]any, len(batch))
	for i, l := range batch {
		p := c.known[l.num]
		rows[i] = map[string]any{
			"inventoryItemId": global("InventoryItem", p.item), "locationId": global("Location", c.location), "quantity": l.n, "changeFromQuantity": nil,
		}
		if p.stocked {
			rows[i]["changeFromQuantity"] = p.available
		}
	}
	var said struct {
		Set *struct {
			Errors *[]userError `json:"userErrors"`
		} `json:"inventorySetQuantities"`
	}
	err := c.ask(ctx, operation{
		write: true,
		query: `mutation($in:InventorySetQuantitiesInput!,$key:String!){inventorySetQuantities(input:$in) @idempotent(key:$key){userErrors{field message code}}}`,
		vars:  map[string]any{"key": newKey(), "in": map[string]any{"name": "available", "reason": "correction", "quantities": rows}},
	}, &said)
	if err != nil {
		return nil, err
	}
	if said.Set == nil || said.Set.Errors == nil {
		return nil, connector.Errorf(connector.KindUnknown, "Shopify did not say what it did with the quantities")
	}
	return *said.Set.Errors, nil
}

// sort takes out of a refused batch what can not be set, and prepares the rest for another round.
func (c *channel) sort(ctx context.Context, batch []level, said []userError, results []connector.ItemResult) ([]level, []connector.ItemResult, error) {
	refused := map[int]userError{}
	for _, u := range said {
		row := u.row()
		if row < 0 || row >= len(batch) {
			return nil, nil, refusal([]userError{u})
		}
		if _, twice := refused[row]; !twice {
			refused[row] = u
		}
	}
	var again []level
	var stale []int64
	for i, l := range batch {
		u, bad := refused[i]
		switch {
		case !bad:
			again = append(again, l)
		case u.Code == "CHANGE_FROM_QUANTITY_STALE":
			again, stale = append(again, l), append(stale, l.num)
		case u.Code == "ITEM_NOT_STOCKED_AT_LOCATION":
			r, err := c.activate(ctx, l)
			if err != nil {
				return nil, nil, err
			}
			results = append(results, r)
		default:
			results = append(results, rejected(l.id, string(u.Code), wire.First(string(u.Message), "refused without a reason")))
		}
	}
	_, err := c.readVariants(ctx, stale, true)
	return again, results, err
}

// activate begins to keep an item at the location, with the quantity.
func (c *channel) activate(ctx context.Context, l level) (connector.ItemResult, error) {
	var said struct {
		Activate *struct {
			Errors []userError `json:"userErrors"`
		} `json:"inventoryActivate"`
	}
	err := c.ask(ctx, operation{
		write: true,
		query: `mutation($item:ID!,$at:ID!,$n:Int!,$key:String!){inventoryActivate(inventoryItemId:$item,locationId:$at,available:$n) @idempotent(key:$key){userErrors{field message}}}`,
		vars:  map[string]any{"item": global("InventoryItem", c.known[l.num].item), "at": global("Location", c.location), "n": l.n, "key": newKey()},
	}, &said)
	switch {
	case err != nil:
		return connector.ItemResult{}, err
	case said.Activate == nil:
		return connector.ItemResult{}, connector.Errorf(connector.KindUnknown, "Shopify did not say whether it keeps the item at the location")
	case len(said.Activate.Errors) > 0:
		return rejected(l.id, "", wire.First(string(said.Activate.Errors[0].Message), "refused without a reason")), nil
	}
	return c.shows(l), nil
}

func rejected(id, code, why string) connector.ItemResult {
	return connector.ItemResult{
		OfferID: id, State: connector.ItemRejected, Err: &connector.Error{Kind: connector.KindItem, Code: code, Message: wire.Clip(why)},
	}
}

// newKey makes a random UUID (RFC 9562, version 4).
func newKey() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
