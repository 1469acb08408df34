package api

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/money"
)

// moneyOut is an amount in answers.
type moneyOut struct {
	Amount   string         `json:"amount"`
	Currency money.Currency `json:"currency"`
}

func moneyJSON(m money.Money) moneyOut { return moneyOut{Amount: m.Decimal(), Currency: m.Currency} }

// timeOut is a time in answers, null for never.
func timeOut(us int64) *string {
	if us == 0 {
		return nil
	}
	s := clock.FromMicros(us).Format("2006-01-02T15:04:05.999999Z07:00")
	return &s
}

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

// orderList answers a page of orders, newest first: ?stage=&short=1&late=1&connection_id=&owner_id=&sku_id=&q=&before=&after=&limit=.
// next_before leads to older orders; on a page that was asked for with after, next_after leads to newer ones.
func (a *API) orderList(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	number := func(name string) int64 {
		n, _ := strconv.ParseInt(q.Get(name), 10, 64)
		return n
	}
	page, more, err := a.Orders.List(r.Context(), access.From(r.Context()), orders.Filter{
		Stage: orders.Stage(q.Get("stage")), Short: q.Get("short") == "1", Late: q.Get("late") == "1", ConnectionID: number("connection_id"),
		OwnerID: number("owner_id"), SKUID: number("sku_id"), Text: q.Get("q"), Before: number("before"), After: number("after"), Limit: int(number("limit"))})
	if err != nil {
		return err
	}
	out := struct {
		Orders []orderOut `json:"orders"`
		Before int64      `json:"next_before,omitempty"`
		After  int64      `json:"next_after,omitempty"`
	}{Orders: make([]orderOut, len(page))}
	for i, o := range page {
		out.Orders[i] = orderJSON(o)
	}
	switch {
	case !more:
	case number("after") > 0:
		out.After = page[0].ID
	default:
		out.Before = page[len(page)-1].ID
	}
	return httpx.WriteJSON(w, http.StatusOK, out)
}

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

// orderGet answers an order with its lines and history.
func (a *API) orderGet(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	card, err := a.Orders.Get(r.Context(), access.From(r.Context()), id)
	if err != nil {
		return err
	}
	out := struct {
		orderOut
		Delivery deliveryOut `json:"delivery"`
		Lines    []lineOut   `json:"lines"`
		Push     string      `json:"channel_push,omitempty"`
		PushErr  string      `json:"channel_push_error,omitempty"`
		History  []entryOut  `json:"history"`
	}{orderOut: orderJSON(card.Order), Delivery: deliveryOut(card.Destination.Delivery), Push: card.Push.State, PushErr: card.Push.Error, History: historyJSON(card.History)}
	for _, l := range card.Lines {
		out.Lines = append(out.Lines, lineOut{No: l.No, SKUID: l.SKUID, SKU: l.SKUCode, OfferID: l.OfferID, Title: l.Title, Quantity: l.Qty.String(), Price: moneyJSON(l.Price),
			Total: moneyJSON(l.Total), PriceRight: l.PriceRight, Available: l.Available.String(), StockRight: l.StockRight, Removed: l.Removed})
	}
	return httpx.WriteJSON(w, http.StatusOK, out)
}

func pathID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return 0, errs.New(errs.NotFound, "error.not_found")
	}
	return id, nil
}
