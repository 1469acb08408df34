package shopify

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// Sizes chosen so that a query stays below 1000 points: an order with ten lines may cost 81, a line 6.
const (
	orderPage  = 10
	linePage   = 100
	maxOverrun = 50 // pages of lines of one order
)

const lineFields = `nodes{id sku name quantity currentQuantity originalUnitPriceSet{shopMoney{amount}} discountedTotalSet{shopMoney{amount}} variant{id}} pageInfo{hasNextPage endCursor}`

const orderFields = `id name createdAt updatedAt cancelledAt cancelReason closedAt test displayFinancialStatus displayFulfillmentStatus
paymentGatewayNames note tags sourceName email phone totalPriceSet{shopMoney{amount currencyCode}} currentTotalPriceSet{shopMoney{amount}}
totalShippingPriceSet{shopMoney{amount}} customer{id firstName lastName}
shippingAddress{firstName lastName phone address1 address2 city zip} shippingLines(first:1){nodes{title code}}
fulfillments(first:5){id status displayStatus trackingInfo{number}} lineItems(first:10){` + lineFields + `}`

// Without status:any the search leaves closed and cancelled orders out.
var (
	ordersQuery = fmt.Sprintf(`query($q:String!,$after:String){orders(first:%d,after:$after,sortKey:UPDATED_AT,query:$q){nodes{%s} pageInfo{hasNextPage endCursor}}}`, orderPage, orderFields)
	ordersByID  = fmt.Sprintf(`query($ids:[ID!]!){nodes(ids:$ids){... on Order{%s}}}`, orderFields)
	moreLines   = fmt.Sprintf(`query($id:ID!,$after:String){order(id:$id){lineItems(first:%d,after:$after){%s}}}`, linePage, lineFields)
)

// stamp is the little that paging needs of an order.
type stamp struct {
	ID      gid       `json:"id"`
	Updated wire.Text `json:"updatedAt"`
	Lines   struct {
		Page pageInfo `json:"pageInfo"`
	} `json:"lineItems"`
}

// cursor of a sweep over the orders changed since Since, oldest change first: an order that changes meanwhile moves to the end
// and is seen again, none is skipped. The next sweep starts from the newest change seen, by the server's clock.
type cursor struct {
	Since time.Time `json:"since"`
	Top   time.Time `json:"top,omitzero"`
	After string    `json:"after,omitempty"`
}

// PullOrders reads the next page of a sweep.
func (c *channel) PullOrders(ctx context.Context, raw string) (connector.OrderPage, error) {
	cur := cursor{Since: c.cfg.Now().Add(-wire.LookBack)}
	wire.ReadCursor(raw, &cur)
	vars := map[string]any{"q": "updated_at:>='" + cur.Since.Add(-wire.Overlap).UTC().Format(time.RFC3339) + "' status:any", "after": nil}
	if cur.After != "" {
		vars["after"] = cur.After
	}
	var said struct {
		Orders struct {
			Nodes wire.Rows `json:"nodes"`
			Page  pageInfo  `json:"pageInfo"`
		} `json:"orders"`
	}
	if err := c.ask(ctx, operation{query: ordersQuery, vars: vars}, &said); err != nil {
		return connector.OrderPage{}, err
	}
	more := said.Orders.Page.More.True()
	if said.Orders.Nodes == nil || said.Orders.Page.More == "" || more && (said.Orders.Page.End == "" || string(said.Orders.Page.End) == cur.After) {
		return connector.OrderPage{}, connector.Errorf(connector.KindTransient, "Shopify answered without a list of orders")
	}
	out := connector.OrderPage{More: more}
	if cur.Top.IsZero() {
		cur.Top = cur.Since
	}
	for _, row := range said.Orders.Nodes {
		o, s, err := c.whole(ctx, row)
		if err != nil {
			return connector.OrderPage{}, err
		}
		out.Orders = append(out.Orders, o)
		cur.Top = wire.Later(cur.Top, s.Updated.Time(time.UTC), c.header, c.cfg.Now())
	}
	if cur.After = string(said.Orders.Page.End); !more {
		cur = cursor{Since: cur.Top}
	}
	out.Next = wire.WriteCursor(cur)
	return out, nil
}

// whole makes the raw order of a node. Lines beyond the first page are read and put in their place; an order that can not be
// read travels on without an id, so that it is set aside and not lost.
func (c *channel) whole(ctx context.Context, node json.RawMessage) (connector.RawOrder, stamp, error) {
	var s stamp
	if e := wire.Decode(node, &s); e != nil {
		return connector.RawOrder{Body: node}, stamp{}, nil
	}
	raw := connector.RawOrder{ExternalID: s.ID.text(), Body: node}
	if !s.Lines.Page.More.True() || s.ID == 0 {
		return raw, s, nil
	}
	body, err := c.addLines(ctx, node, s)
	raw.Body = body
	return raw, s, err
}

func (c *channel) addLines(ctx context.Context, node json.RawMessage, s stamp) ([]byte, error) {
	var members map[string]json.RawMessage
	var lines linesPage
	if json.Unmarshal(node, &members) != nil || json.Unmarshal(members["lineItems"], &lines) != nil {
		return node, nil // ParseOrder says what is wrong with it
	}
	for range maxOverrun {
		if !lines.Page.More.True() {
			break
		}
		var said struct {
			Order *struct {
				Lines linesPage `json:"lineItems"`
			} `json:"order"`
		}
		vars := map[string]any{"id": global("Order", int64(s.ID)), "after": lines.Page.End}
		if err := c.ask(ctx, operation{query: moreLines, vars: vars}, &said); err != nil {
			return nil, err
		}
		if said.Order == nil || said.Order.Lines.Nodes == nil {
			return nil, connector.Errorf(connector.KindTransient, "Shopify answered without the lines of an order")
		}
		lines.Nodes, lines.Page = append(lines.Nodes, said.Order.Lines.Nodes...), said.Order.Lines.Page
	}
	merged, err := json.Marshal(map[string]any{"nodes": lines.Nodes, "pageInfo": map[string]any{"hasNextPage": lines.Page.More.True()}})
	if err != nil {
		return node, nil // the page stays marked as not the last, which ParseOrder refuses
	}
	members["lineItems"] = merged
	body, err := json.Marshal(members)
	if err != nil {
		return node, nil
	}
	return body, nil
}

// ReadOrders reads orders by number. One that Shopify does not show (read_orders reaches back 60 days) is left out.
func (c *channel) ReadOrders(ctx context.Context, ids []string) ([]connector.RawOrder, error) {
	var wanted []string
	for _, id := range ids {
		if n := wire.Text(id).Number(); n > 0 {
			wanted = append(wanted, global("Order", n))
		}
	}
	var out []connector.RawOrder
	for len(wanted) > 0 {
		part := wanted[:min(orderPage, len(wanted))]
		wanted = wanted[len(part):]
		var said struct {
			Nodes wire.Rows `json:"nodes"`
		}
		if err := c.ask(ctx, operation{query: ordersByID, vars: map[string]any{"ids": part}}, &said); err != nil {
			return nil, err
		}
		if said.Nodes == nil {
			return nil, connector.Errorf(connector.KindTransient, "Shopify answered without a list of orders")
		}
		for _, node := range said.Nodes {
			if string(node) == "null" {
				continue
			}
			o, _, err := c.whole(ctx, node)
			if err != nil {
				return nil, err
			}
			out = append(out, o)
		}
	}
	return out, nil
}
