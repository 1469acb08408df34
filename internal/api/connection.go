package api

import (
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

func (a *API) connectionOperations() []operation {
	return tagged("Connections",
		get("/api/v1/connections", "listConnections", access.ConnectionsRead, "List connections and how they are doing", a.connectionList),
		get("/api/v1/connections/{id}", "getConnection", access.ConnectionsRead, "Read how a connection is doing", a.connectionGet),
		get("/api/v1/connections/{id}/listings", "listListings", access.ConnectionsRead, "List the offers of a connection", a.listingList),
		get("/api/v1/connections/{id}/prices", "listListingPrices", access.ConnectionsRead, "List the prices that a connection shows", a.listingPrices),
		post("/api/v1/connections/{id}/pause", "pauseConnection", access.ConnectionsWrite, "Stop all traffic with a channel", a.connectionPause),
		post("/api/v1/connections/{id}/resume", "resumeConnection", access.ConnectionsWrite, "Start again from where it stopped", a.connectionResume),
		post("/api/v1/connections/{id}/sync", "syncConnection", access.ConnectionsWrite, "Poll, read offers and push without waiting", a.connectionSync),
		post("/api/v1/listings/{id}/link", "linkListing", access.ConnectionsWrite, "Say which SKU an offer sells", a.listingLink).says("sku_id 0 unties it."),
	)
}

// connectionOut is an account on a channel and how it is doing; counts stop at 1000.
type connectionOut struct {
	ID            int64   `json:"id"`
	Driver        string  `json:"driver"`
	Name          string  `json:"name"`
	State         string  `json:"state" doc:"active, paused or stopped"`
	LagSeconds    int64   `json:"lag_seconds" doc:"age of the oldest quantity that the channel does not show yet"`
	Behind        int64   `json:"behind" doc:"offers whose channel does not know the newest quantity"`
	Parked        int64   `json:"parked" doc:"offers that the channel would not take"`
	Unlinked      int64   `json:"unlinked" doc:"offers without a SKU"`
	Waiting       int64   `json:"waiting" doc:"what the channel sent and is not applied yet"`
	Aside         int64   `json:"aside" doc:"what the channel sent and can not be read"`
	LastSuccessAt *string `json:"last_success_at"`
	LastError     string  `json:"last_error,omitempty"`
	LastErrorAt   *string `json:"last_error_at"`
	SilentSince   *string `json:"silent_since"`

	Denied map[string]string `json:"denied,omitempty" doc:"work that the channel gives no right to (stock, price, pull …) with its words; the rest goes on"`
}

func connectionJSON(h connections.Health) connectionOut {
	c := h.Connection
	return connectionOut{ID: c.ID, Driver: c.Driver, Name: c.Name, State: string(c.State), LagSeconds: int64(h.Lag.Seconds()), Behind: int64(h.Dirty),
		Parked: int64(h.Parked), Unlinked: int64(h.Unlinked), Waiting: h.Waiting, Aside: h.Aside, LastSuccessAt: timeOut(c.LastSuccessAt), LastError: c.LastError,
		LastErrorAt: timeOut(c.LastErrorAt), SilentSince: timeOut(c.SilentSince), Denied: c.Denied}
}

// connectionsOut is all connections.
type connectionsOut struct {
	Connections []connectionOut `json:"connections"`
}

func (a *API) connectionList(c call, _ nothing) (connectionsOut, error) {
	out := connectionsOut{Connections: []connectionOut{}}
	err := a.read(c.ctx, c.who, access.ConnectionsRead, func(tx *db.Tx) error {
		list, err := a.Connections.HealthOfAll(c.ctx, tx)
		for _, h := range list {
			out.Connections = append(out.Connections, connectionJSON(h))
		}
		return err
	})
	return out, err
}

func (a *API) connectionGet(c call, _ nothing) (connectionOut, error) {
	return a.onConnection(c, func(int64) error { return nil })
}

func (a *API) connectionPause(c call, _ nothing) (connectionOut, error) {
	return a.onConnection(c, func(id int64) error { return a.Connections.Pause(c.ctx, c.who, id) })
}

func (a *API) connectionResume(c call, _ nothing) (connectionOut, error) {
	return a.onConnection(c, func(id int64) error { return a.Connections.Resume(c.ctx, c.who, id) })
}

func (a *API) connectionSync(c call, _ nothing) (connectionOut, error) {
	return a.onConnection(c, func(id int64) error { return a.Connections.SyncNow(c.ctx, c.who, id) })
}

// onConnection does something to the connection of the path and answers how it is doing then.
func (a *API) onConnection(c call, do func(id int64) error) (out connectionOut, err error) {
	id, err := c.id()
	if err != nil {
		return out, err
	}
	if err := do(id); err != nil {
		return out, err
	}
	err = a.read(c.ctx, c.who, access.ConnectionsRead, func(tx *db.Tx) error {
		found, err := liveConnection(c, tx, id)
		if err != nil {
			return err
		}
		h, err := a.Connections.HealthOf(c.ctx, tx, found)
		out = connectionJSON(h)
		return err
	})
	return out, err
}

func liveConnection(c call, tx *db.Tx, id int64) (connections.Connection, error) {
	found, err := connections.ByID(c.ctx, tx, id)
	if err == nil && found.State == connections.Deleted {
		err = errs.New(errs.NotFound, "error.not_found")
	}
	return found, err
}

// listingOut is an offer as a channel shows it, with the way of its quantity.
type listingOut struct {
	ID         int64    `json:"id"`
	OfferID    string   `json:"offer_id"`
	SKU        string   `json:"channel_sku,omitempty"`
	Barcode    string   `json:"barcode,omitempty"`
	Title      string   `json:"title"`
	URL        string   `json:"url,omitempty"`
	Price      moneyOut `json:"price"`
	SKUID      int64    `json:"sku_id,omitempty" doc:"left out when the offer is not linked"`
	LinkedBy   string   `json:"linked_by,omitempty"`
	Active     bool     `json:"active"`
	Refuses    string   `json:"refuses,omitempty"`
	PushState  string   `json:"push_state,omitempty" doc:"queued, sent, accepted, confirmed, parked or failed"`
	PushError  string   `json:"push_error,omitempty"`
	Sent       *qty.Qty `json:"sent,omitempty"`
	SentAt     *string  `json:"sent_at"`
	Confirmed  *qty.Qty `json:"confirmed,omitempty"`
	SeenAt     *string  `json:"seen_at"`
	Behind     bool     `json:"behind" doc:"the channel does not know the newest quantity yet"`
	AcceptedAt *string  `json:"accepted_at"`
}

// told is a quantity that may never have been sent.
func told(q qty.Qty) *qty.Qty {
	if q < 0 {
		return nil
	}
	return &q
}

func listingJSON(l connections.Listing) listingOut {
	s := l.Stock
	return listingOut{ID: l.ID, OfferID: l.ExternalID, SKU: l.SKUCode, Barcode: l.Barcode, Title: l.Title, URL: l.URL,
		Price: moneyJSON(money.New(l.PriceMinor, money.Currency(l.Currency))), SKUID: l.SKUID, LinkedBy: l.LinkedBy, Active: l.Active, Refuses: l.Refuses,
		PushState: s.State, PushError: s.Error, Sent: told(s.SentQty), SentAt: timeOut(s.SentAt), Confirmed: told(s.ConfirmedQty), SeenAt: timeOut(l.SeenAt),
		Behind: s.Dirty, AcceptedAt: timeOut(s.AcceptedAt)}
}

// listingQuery chooses offers.
type listingQuery struct {
	State string `json:"state" doc:"unlinked, linked or behind; all when left out"`
	After int64  `json:"after" doc:"next of the page before"`
	Limit int64  `json:"limit" doc:"100 when left out, at most 200"`
}

func (q listingQuery) size() int {
	if q.Limit <= 0 || q.Limit > 200 {
		return 100
	}
	return int(q.Limit)
}

// listingsOut is a page of offers.
type listingsOut struct {
	Listings []listingOut `json:"listings"`
	Next     int64        `json:"next,omitempty" doc:"after of the next page"`
}

func (a *API) listingList(c call, q listingQuery) (out listingsOut, err error) {
	id, err := c.id()
	if err != nil {
		return out, err
	}
	out.Listings = []listingOut{}
	err = a.read(c.ctx, c.who, access.ConnectionsRead, func(tx *db.Tx) error {
		if _, err := liveConnection(c, tx, id); err != nil {
			return err
		}
		list, err := a.Connections.Offers(c.ctx, tx, id, connections.OfferState(q.State), q.After, q.size())
		for _, l := range list {
			out.Listings = append(out.Listings, listingJSON(l))
		}
		if len(list) == q.size() {
			out.Next = list[len(list)-1].ID
		}
		return err
	})
	return out, err
}

// linkInput names the SKU that an offer sells.
type linkInput struct {
	SKUID int64 `json:"sku_id" need:"1"`
}

func (a *API) listingLink(c call, in linkInput) (out listingOut, err error) {
	id, err := c.id()
	if err != nil {
		return out, err
	}
	if in.SKUID != 0 {
		skus, err := a.named(c, []skuName{{id: in.SKUID}})
		if err == nil && skus[0].ID == 0 {
			err = errs.New(errs.NotFound, "error.catalog.no_sku")
		}
		if err != nil {
			return out, err
		}
	}
	if err := a.Connections.LinkListing(c.ctx, c.who, id, in.SKUID); err != nil {
		return out, err
	}
	err = a.read(c.ctx, c.who, access.ConnectionsRead, func(tx *db.Tx) error {
		l, err := a.Connections.Offer(c.ctx, tx, id)
		out = listingJSON(l)
		return err
	})
	return out, err
}
