package api

import (
	"encoding/json"
	"time"

	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// orderOut is an order as lists show it.
type orderOut struct {
	ID           int64    `json:"id"`
	Number       string   `json:"number"`
	ConnectionID int64    `json:"connection_id,omitempty"`
	ExternalID   string   `json:"external_id"`
	Source       string   `json:"source"`
	Stage        string   `json:"stage"`
	Status       string   `json:"channel_status,omitempty"`
	CustomerID   int64    `json:"customer_id,omitempty"`
	BuyerName    string   `json:"buyer_name"`
	BuyerPhone   string   `json:"buyer_phone"`
	PlacedAt     *string  `json:"placed_at"`
	AcceptedAt   *string  `json:"accepted_at"`
	DueAt        *string  `json:"due_at"`
	OwnerID      int64    `json:"owner_id,omitempty"`
	Total        moneyOut `json:"total"`
	Payment      string   `json:"payment_state"`
	OnPickup     bool     `json:"on_pickup"`
	Tracking     string   `json:"tracking,omitempty"`
	Short        bool     `json:"short"`
	Unlinked     bool     `json:"unlinked"`
	DuplicateOf  int64    `json:"duplicate_of,omitempty"`
	CancelReason string   `json:"cancel_reason,omitempty"`
	Summary      string   `json:"summary"`
	Version      int64    `json:"version"`
}

func orderJSON(o orders.Order) orderOut {
	return orderOut{ID: o.ID, Number: o.Number, ConnectionID: o.ConnectionID, ExternalID: o.ExternalID, Source: o.Source, Stage: string(o.Stage), Status: o.ChannelStatus,
		CustomerID: o.CustomerID, BuyerName: o.BuyerName, BuyerPhone: o.BuyerPhone, PlacedAt: timeOut(o.PlacedAt), AcceptedAt: timeOut(o.AcceptedAt), DueAt: timeOut(o.DueAt),
		OwnerID: o.OwnerID, Total: moneyJSON(o.Total), Payment: string(o.PaymentState), OnPickup: o.OnPickup, Tracking: o.Tracking, Short: o.Short, Unlinked: o.Unlinked,
		DuplicateOf: o.DuplicateOf, CancelReason: o.CancelReason, Summary: o.Summary, Version: o.Version}
}

// orderQuery chooses orders.
type orderQuery struct {
	Stage        string `json:"stage"`
	Short        bool   `json:"short" doc:"only orders that lack goods"`
	Late         bool   `json:"late" doc:"only orders past their due time"`
	ConnectionID int64  `json:"connection_id"`
	OwnerID      int64  `json:"owner_id"`
	SKUID        int64  `json:"sku_id"`
	Text         string `json:"q" doc:"number, external id, waybill, SKU, buyer's name, phone or e-mail"`
	Before       int64  `json:"before" doc:"next_before of the page before"`
	After        int64  `json:"after" doc:"next_after of the page before"`
	Limit        int64  `json:"limit" doc:"50 when left out, at most 200"`
}

// ordersOut is a page of orders. next_before leads to older ones; on a page that was asked for with after, next_after leads to
// newer ones.
type ordersOut struct {
	Orders []orderOut `json:"orders"`
	Before int64      `json:"next_before,omitempty"`
	After  int64      `json:"next_after,omitempty"`
}

// orderList answers a page of orders, newest first.
func (a *API) orderList(c call, q orderQuery) (ordersOut, error) {
	page, more, err := a.Orders.List(c.ctx, c.who, orders.Filter{Stage: orders.Stage(q.Stage), Short: q.Short, Late: q.Late, ConnectionID: q.ConnectionID,
		OwnerID: q.OwnerID, SKUID: q.SKUID, Text: q.Text, Before: q.Before, After: q.After, Limit: int(q.Limit)})
	out := ordersOut{Orders: make([]orderOut, len(page))}
	for i, o := range page {
		out.Orders[i] = orderJSON(o)
	}
	switch {
	case !more:
	case q.After > 0:
		out.After = page[0].ID
	default:
		out.Before = page[len(page)-1].ID
	}
	return out, err
}

// lineOut is a line of an order. price_right, available_at_purchase and stock_right tell how things stood when it came.
type lineOut struct {
	No         int64    `json:"line"`
	SKUID      int64    `json:"sku_id,omitempty"`
	SKU        string   `json:"sku"`
	OfferID    string   `json:"offer_id,omitempty"`
	Title      string   `json:"title"`
	Quantity   string   `json:"quantity"`
	Price      moneyOut `json:"price"`
	Total      moneyOut `json:"total"`
	PriceRight bool     `json:"price_right"`
	Available  string   `json:"available_at_purchase"`
	StockRight bool     `json:"stock_right"`
	Removed    bool     `json:"removed,omitempty"`
}

// deliveryOut is where an order goes; its fields are those of connector.Delivery.
type deliveryOut struct {
	Service   string `json:"service"`
	Title     string `json:"title"`
	City      string `json:"city"`
	CityRef   string `json:"city_ref"`
	Branch    string `json:"branch"`
	BranchRef string `json:"branch_ref"`
	Address   string `json:"address"`
	Tracking  string `json:"tracking"`
}

// entryOut is one event of an order's history.
type entryOut struct {
	Seq     int64           `json:"seq"`
	At      time.Time       `json:"at"`
	Actor   string          `json:"actor"`
	Kind    string          `json:"kind"`
	Payload json.RawMessage `json:"payload"`
}

func historyJSON(list []journal.Entry) []entryOut {
	out := make([]entryOut, len(list))
	for i, e := range list {
		out[i] = entryOut{Seq: e.Seq, At: e.At, Actor: e.Actor, Kind: e.Kind, Payload: e.Payload}
	}
	return out
}

// orderCardOut is an order with everything that is known of it.
type orderCardOut struct {
	orderOut
	Delivery deliveryOut `json:"delivery"`
	Lines    []lineOut   `json:"lines"`
	Push     string      `json:"channel_push,omitempty"`
	PushErr  string      `json:"channel_push_error,omitempty"`
	History  []entryOut  `json:"history"`
}

// orderGet answers an order with its lines and history.
func (a *API) orderGet(c call, _ nothing) (orderCardOut, error) {
	id, err := c.id()
	if err != nil {
		return orderCardOut{}, err
	}
	card, err := a.Orders.Get(c.ctx, c.who, id)
	if err != nil {
		return orderCardOut{}, err
	}
	out := orderCardOut{orderOut: orderJSON(card.Order), Delivery: deliveryOut(card.Destination.Delivery), Push: card.Push.State, PushErr: card.Push.Error,
		History: historyJSON(card.History)}
	for _, l := range card.Lines {
		out.Lines = append(out.Lines, lineOut{No: l.No, SKUID: l.SKUID, SKU: l.SKUCode, OfferID: l.OfferID, Title: l.Title, Quantity: l.Qty.String(), Price: moneyJSON(l.Price),
			Total: moneyJSON(l.Total), PriceRight: l.PriceRight, Available: l.Available.String(), StockRight: l.StockRight, Removed: l.Removed})
	}
	return out, nil
}
