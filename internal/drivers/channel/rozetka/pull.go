package rozetka

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// expand asks for the parts of an order that are not there otherwise: without payment_type every order looks prepaid.
const expand = "user,delivery,purchases,delivery_service,status_data,payment,payment_type,payment_type_name,status_payment,is_payed,carrier"

const wallLayout = "2006-01-02 15:04:05"

var zone = wire.Zone(info.Zone)

// page is a list answer; orders and goods differ in the name of the list.
type page struct {
	Content struct {
		Orders wire.Rows `json:"orders"`
		Items  wire.Rows `json:"items"`
		Goods  wire.Rows `json:"goods"`
		Meta   struct {
			Total wire.Text `json:"totalCount"`
			Pages wire.Text `json:"pageCount"`
		} `json:"_meta"`
	} `json:"content"`
}

type stamp struct {
	ID      wire.Text `json:"id"`
	Created wire.Text `json:"created"`
	Changed wire.Text `json:"changed"`
}

// cursor of a sweep over the orders changed since Since, newest id first: what is inserted meanwhile pushes rows to later
// pages, where they are seen twice. The next sweep starts from the newest change of the first page, by the server's clock.
type cursor struct {
	Since time.Time `json:"since"`
	Top   time.Time `json:"top,omitzero"`
	Page  int64     `json:"page,omitzero"` // the page to read, 0 is the first
	Low   int64     `json:"low,omitzero"`  // lowest id seen in this sweep
}

// PullOrders reads the next page of a sweep.
func (c *channel) PullOrders(ctx context.Context, raw string) (connector.OrderPage, error) {
	cur := cursor{Since: c.cfg.Now().Add(-wire.LookBack)}
	wire.ReadCursor(raw, &cur)
	cur.Page = max(cur.Page, 1)
	var body page
	err := c.get(ctx, "/orders/search", url.Values{
		"types": {"1"}, "sort": {"-id"}, "expand": {expand}, "page": {strconv.FormatInt(cur.Page, 10)},
		"changed_from": {wire.Wall(cur.Since.Add(-wire.Overlap), zone, wallLayout)},
	}, &body)
	if err != nil {
		return connector.OrderPage{}, err
	}
	if body.Content.Orders == nil {
		return connector.OrderPage{}, connector.Errorf(connector.KindTransient, "Rozetka answered without a list of orders")
	}
	out := connector.OrderPage{Orders: make([]connector.RawOrder, 0, len(body.Content.Orders))}
	top, fresh := cur.Since, false
	for _, row := range body.Content.Orders {
		var s stamp
		if e := wire.Decode(row, &s); e != nil { // travels on without an id, so that it is set aside and not lost
			s = stamp{}
		}
		out.Orders = append(out.Orders, connector.RawOrder{ExternalID: s.ID.ID(), Body: row})
		if n := s.ID.Number(); n > 0 && (cur.Low == 0 || n < cur.Low) {
			cur.Low, fresh = n, true
		}
		top = wire.Later(top, changed(s), c.header, c.cfg.Now())
	}
	if cur.Page == 1 {
		cur.Top = top
	}
	out.More = cur.step(len(out.Orders), body.Content.Meta.Pages.Number(), fresh)
	out.Next = wire.WriteCursor(cur)
	return out, nil
}

func changed(s stamp) time.Time {
	if at := s.Changed.Time(zone); !at.IsZero() {
		return at
	}
	return s.Created.Time(zone)
}

// step moves the cursor past a page. The promised number of pages decides, because a page beyond the end is the last one
// again and never empty; without a promise a page that brings nothing new is the end.
func (cur *cursor) step(rows int, pages int64, fresh bool) (more bool) {
	if pages > 0 && cur.Page >= pages || pages == 0 && (rows == 0 || !fresh) {
		*cur = cursor{Since: cur.Top}
		return false
	}
	cur.Page++
	return true
}

// ReadOrders reads orders one by one.
func (c *channel) ReadOrders(ctx context.Context, ids []string) ([]connector.RawOrder, error) {
	var out []connector.RawOrder
	for _, id := range ids {
		if wire.Text(id).Number() == 0 {
			continue
		}
		var said one
		err := c.get(ctx, "/orders/"+id, url.Values{"expand": {expand}}, &said)
		if err != nil {
			if notFound(err) {
				continue
			}
			return nil, err
		}
		if len(said.Content) > 0 && said.Content[0] == '{' {
			out = append(out, connector.RawOrder{ExternalID: id, Body: said.Content})
		}
	}
	return out, nil
}
