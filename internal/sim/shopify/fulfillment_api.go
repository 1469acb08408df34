package shopify

import (
	"slices"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// tracking is trackingInfo of an input.
type tracking struct {
	Company string   `json:"company"`
	Number  string   `json:"number"`
	URL     string   `json:"url"`
	Numbers []string `json:"numbers"`
	URLs    []string `json:"urls"`
}

type fulfillmentInput struct {
	Fulfillment struct {
		Lines []struct {
			ID    string `json:"fulfillmentOrderId"`
			Items []struct {
				ID       string `json:"id"`
				Quantity int64  `json:"quantity"`
			} `json:"fulfillmentOrderLineItems"`
		} `json:"lineItemsByFulfillmentOrder"`
		Tracking tracking `json:"trackingInfo"`
		Notify   bool     `json:"notifyCustomer"`
	} `json:"fulfillment"`
	Message string `json:"message"`
}

// share is a part of a fulfilment order that a fulfilment takes.
type share struct {
	work *work
	item int // position in work.items
	n    int64
}

func (s *Shop) fulfillmentCreate(c *sim.Call) field {
	return func(a args) (any, error) {
		var in fulfillmentInput
		if err := a.decode(&in); err != nil {
			return nil, err
		}
		row, shares, bad := s.shares(in)
		if bad != nil {
			return payload("FulfillmentCreate", map[string]any{"fulfillment": (*object)(nil)}, bad), nil
		}
		p := parcel{id: s.nextID(), status: "SUCCESS", display: "FULFILLED"}
		p.track(in.Fulfillment.Tracking)
		if !c.Ignore {
			s.send(row, shares, p, c.At)
		}
		return payload("FulfillmentCreate", map[string]any{"fulfillment": parcelView(&p)}), nil
	}
}

func (p *parcel) track(t tracking) {
	p.company, p.number, p.url = t.Company, t.Number, t.URL
	if p.number == "" && len(t.Numbers) > 0 {
		p.number = t.Numbers[0]
	}
	if p.url == "" && len(t.URLs) > 0 {
		p.url = t.URLs[0]
	}
}

// shares checks an input and resolves it; everything of one call belongs to one order and one location.
func (s *Shop) shares(in fulfillmentInput) (*orderRow, []share, *object) {
	refuse := func(text string) (*orderRow, []share, *object) {
		return nil, nil, userError("", text, "fulfillment")
	}
	var row *orderRow
	var out []share
	location := int64(0)
	for _, part := range in.Fulfillment.Lines {
		r, w := s.workByGID(part.ID)
		switch {
		case w == nil:
			return refuse("Fulfillment order does not exist.")
		case row != nil && r != row:
			return refuse("All fulfillment orders must belong to the same order.")
		case location != 0 && w.location != location:
			return refuse("All fulfillment orders must be assigned to the same location.")
		case w.status == "ON_HOLD" || w.status == "SCHEDULED":
			return refuse("The fulfillment order is on hold or scheduled and cannot be fulfilled.")
		case w.status != "OPEN" && w.status != "IN_PROGRESS":
			return refuse("The fulfillment order is not in an open state.")
		}
		row, location = r, w.location
		before := len(out)
		for i := range w.items {
			n := w.items[i].remaining
			if len(part.Items) > 0 {
				n = 0
				for _, asked := range part.Items {
					if local("FulfillmentOrderLineItem", asked.ID) == w.items[i].id {
						n = asked.Quantity
					}
				}
			}
			if n < 0 || n > w.items[i].remaining {
				return refuse("Invalid fulfillment order line item quantity requested.")
			}
			if n > 0 {
				out = append(out, share{w, i, n})
			}
		}
		if len(out) == before {
			return refuse("Nothing to fulfill.")
		}
	}
	if row == nil {
		return refuse("No fulfillment order was named.")
	}
	return row, out, nil
}

// workByGID finds a fulfilment order and its order.
func (s *Shop) workByGID(id string) (*orderRow, *work) {
	n := local("FulfillmentOrder", id)
	row := s.orders.Get(s.workOwner[n])
	if n == 0 || row == nil {
		return nil, nil
	}
	for i := range row.Value.works {
		if row.Value.works[i].id == n {
			return row, &row.Value.works[i]
		}
	}
	return nil, nil
}

// send applies a fulfilment: committed pieces are gone.
func (s *Shop) send(row *orderRow, shares []share, p parcel, now time.Time) {
	o := &row.Value
	for _, sh := range shares {
		i := &sh.work.items[sh.item]
		i.remaining -= sh.n
		if i.remaining == 0 {
			s.uncommit(sh.work, i, false, now)
		}
		if !slices.ContainsFunc(sh.work.items, func(i workItem) bool { return i.remaining > 0 }) {
			sh.work.status = "CLOSED"
		}
	}
	o.parcels = append(o.parcels, p)
	s.parcelOwner[p.id] = row.ID
	s.touch(row, now, "FULFILLMENTS_CREATE")
}

// parcelByGID finds a fulfilment and its order.
func (s *Shop) parcelByGID(id string) (*orderRow, *parcel) {
	n := local("Fulfillment", id)
	row := s.orders.Get(s.parcelOwner[n])
	if n == 0 || row == nil {
		return nil, nil
	}
	for i := range row.Value.parcels {
		if row.Value.parcels[i].id == n {
			return row, &row.Value.parcels[i]
		}
	}
	return nil, nil
}

func (s *Shop) fulfillmentTrackingInfoUpdate(c *sim.Call) field {
	return func(a args) (any, error) {
		var in struct {
			ID       string   `json:"fulfillmentId"`
			Tracking tracking `json:"trackingInfoInput"`
			Notify   bool     `json:"notifyCustomer"`
		}
		if err := a.decode(&in); err != nil {
			return nil, err
		}
		row, p := s.parcelByGID(in.ID)
		if p == nil || p.status == "CANCELLED" {
			bad := userError("", "Fulfillment does not exist.", "fulfillmentId")
			return payload("FulfillmentTrackingInfoUpdate", map[string]any{"fulfillment": (*object)(nil)}, bad), nil
		}
		if !c.Ignore {
			p.track(in.Tracking)
			s.touch(row, c.At, "FULFILLMENTS_UPDATE")
		}
		return payload("FulfillmentTrackingInfoUpdate", map[string]any{"fulfillment": parcelView(p)}), nil
	}
}

// eventStatuses of fulfillmentEventCreate.
var eventStatuses = []string{"IN_TRANSIT", "OUT_FOR_DELIVERY", "READY_FOR_PICKUP", "DELIVERED", "FAILURE"}

func (s *Shop) fulfillmentEventCreate(c *sim.Call) field {
	return func(a args) (any, error) {
		var in struct {
			Event struct {
				ID     string `json:"fulfillmentId"`
				Status string `json:"status"`
				At     string `json:"happenedAt"`
			} `json:"fulfillmentEvent"`
		}
		if err := a.decode(&in); err != nil {
			return nil, err
		}
		row, p := s.parcelByGID(in.Event.ID)
		if p == nil || !slices.Contains(eventStatuses, in.Event.Status) {
			bad := userError("", "Fulfillment or status does not exist.", "fulfillmentEvent")
			return payload("FulfillmentEventCreate", map[string]any{"fulfillmentEvent": (*object)(nil)}, bad), nil
		}
		if !c.Ignore {
			p.display = in.Event.Status
			s.touch(row, c.At, "FULFILLMENTS_UPDATE")
		}
		event := &object{"FulfillmentEvent", map[string]any{"id": gid("FulfillmentEvent", s.nextID()), "status": in.Event.Status}}
		return payload("FulfillmentEventCreate", map[string]any{"fulfillmentEvent": event}), nil
	}
}
