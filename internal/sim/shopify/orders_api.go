package shopify

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// cancelReasons of orderCancel.
var cancelReasons = []string{"CUSTOMER", "INVENTORY", "FRAUD", "DECLINED", "STAFF", "OTHER"}

// maxTags is how many tags an order holds, of at most maxTag letters each.
const (
	maxTags = 250
	maxTag  = 40
)

// job is an asynchronous cancellation.
type job struct {
	id      int64
	order   int64
	reason  string
	restock bool
	begun   time.Time
	asked   int
	done    bool
}

// settle carries out the cancellations whose time has come; call it under the lock.
func (s *Shop) settle(now time.Time) {
	s.waiting = slices.DeleteFunc(s.waiting, func(j *job) bool {
		if j.asked < 2 && now.Sub(j.begun) < time.Second {
			return false
		}
		j.done = true
		if row := s.orders.Get(j.order); row != nil && row.Value.cancelled.IsZero() {
			s.cancel(&row.Value, j.reason, j.restock, now)
			s.touch(row, now, "ORDERS_CANCELLED")
		}
		return true
	})
}

var term = regexp.MustCompile(`(\w+):(>=|>|<=|<)?(?:'([^']*)'|"([^"]*)"|(\S+))`)

// search is the part of the search syntax that orders are asked with.
type search struct {
	from time.Time // updated_at, inclusive
	any  bool      // closed and cancelled orders too
}

func readSearch(q string) (search, error) {
	var out search
	for _, m := range term.FindAllStringSubmatch(q, -1) {
		value := m[3] + m[4] + m[5]
		switch m[1] {
		case "updated_at":
			t, ok := sim.ParseTime(value, time.UTC, time.RFC3339, "2006-01-02")
			if !ok || m[2] != ">=" && m[2] != ">" {
				return out, failure{"BAD_REQUEST", "Invalid search field updated_at"}
			}
			if m[2] == ">" {
				t = t.Add(time.Second)
			}
			out.from = t
		case "status":
			out.any = value == "any"
		default:
			return out, failure{"BAD_REQUEST", "Invalid search field " + m[1]}
		}
	}
	return out, nil
}

// listOrders is the connection of orders, sorted by change.
func (s *Shop) listOrders(c *sim.Call) field {
	return func(a args) (any, error) {
		n, err := a.first()
		if err != nil {
			return nil, err
		}
		q, err := readSearch(a.text("query"))
		if err != nil {
			return nil, err
		}
		if key := a.text("sortKey"); key != "UPDATED_AT" || a.values["reverse"] == true {
			return nil, failure{"BAD_REQUEST", "this simulator sorts orders by UPDATED_AT only"}
		}
		at, id := c.Unstamp(q.from), int64(-1)
		if after := a.text("after"); after != "" {
			micros, number, ok := strings.Cut(uncover(after), ":")
			us, err := strconv.ParseInt(micros, 10, 64)
			last, err2 := strconv.ParseInt(number, 10, 64)
			if !ok || err != nil || err2 != nil {
				return nil, failure{"BAD_REQUEST", "Invalid cursor for current pagination sort."}
			}
			at, id = time.UnixMicro(us), last
		}
		rows, more := s.orderPage(at, id, n, q.any)
		views := make([]*object, 0, len(rows))
		for _, r := range rows {
			views = append(views, s.orderView(c, r))
		}
		end := ""
		if len(rows) > 0 {
			last := rows[len(rows)-1]
			end = cover(strconv.FormatInt(last.Changed.UnixMicro(), 10) + ":" + strconv.FormatInt(last.ID, 10))
		}
		return page("Order", sim.Disturb(c, views), more, end), nil
	}
}

// orderPage collects n orders and says whether there are more.
func (s *Shop) orderPage(at time.Time, id int64, n int, closedToo bool) (rows []*orderRow, more bool) {
	for {
		batch := s.orders.ChangedSince(at, id, n+1)
		for _, r := range batch {
			if !closedToo && (!r.Value.cancelled.IsZero() || !r.Value.closed.IsZero()) {
				continue
			}
			if len(rows) == n {
				return rows, true
			}
			rows = append(rows, r)
		}
		if len(batch) <= n {
			return rows, false
		}
		at, id = batch[n].Changed, batch[n].ID
	}
}

func (s *Shop) jobView(a args) (any, error) {
	j := s.jobs[local("Job", a.text("id"))]
	if j == nil {
		return (*object)(nil), nil
	}
	j.asked++
	return &object{"Job", map[string]any{"id": gid("Job", j.id), "done": j.done}}, nil
}

// payload makes the answer of a mutation: its members and its user errors.
func payload(typ string, members map[string]any, errors ...*object) *object {
	if errors == nil {
		errors = []*object{}
	}
	members["userErrors"] = errors
	return &object{typ + "Payload", members}
}

// userError names a field of the input; older mutations give no code.
func userError(code, message string, path ...string) *object {
	m := map[string]any{"field": path, "message": message}
	if code != "" {
		m["code"] = code
	}
	return &object{"UserError", m}
}

func (s *Shop) orderByGID(id string) *orderRow { return s.orders.Get(local("Order", id)) }

var noOrder = userError("", "Order does not exist", "id")

// changeOrder finds an order, applies f unless writes are ignored, and answers with the order.
func (s *Shop) changeOrder(c *sim.Call, typ, id, member string, f func(*orderRow) *object) *object {
	row := s.orderByGID(id)
	if row == nil {
		return payload(typ, map[string]any{member: (*object)(nil)}, noOrder)
	}
	if !c.Ignore {
		if bad := f(row); bad != nil {
			return payload(typ, map[string]any{member: (*object)(nil)}, bad)
		}
	}
	return payload(typ, map[string]any{member: s.orderView(c, row)})
}

func (s *Shop) tagsAdd(c *sim.Call) field {
	return func(a args) (any, error) {
		var in struct {
			ID   string   `json:"id"`
			Tags []string `json:"tags"`
		}
		if err := a.decode(&in); err != nil {
			return nil, err
		}
		return s.changeOrder(c, "TagsAdd", in.ID, "node", func(row *orderRow) *object {
			o := &row.Value
			fresh := slices.DeleteFunc(slices.Clone(in.Tags), func(t string) bool { return slices.Contains(o.tags, t) })
			switch {
			case len(o.tags)+len(fresh) > maxTags:
				return userError("", "Too many tags", "tags")
			case slices.ContainsFunc(in.Tags, func(t string) bool { return t == "" || len([]rune(t)) > maxTag }):
				return userError("", "Tags must be 1 to 40 characters", "tags")
			}
			if len(fresh) > 0 {
				o.tags = append(slices.Clone(o.tags), fresh...)
				slices.Sort(o.tags)
				s.touch(row, c.At, "ORDERS_UPDATED")
			}
			return nil
		}), nil
	}
}

func (s *Shop) orderClose(c *sim.Call) field { return s.orderInput(c, "OrderClose", s.closeOrder) }

func (s *Shop) closeOrder(row *orderRow, now time.Time) *object {
	switch o := &row.Value; {
	case !o.cancelled.IsZero():
		return userError("", "Order is cancelled", "id")
	case o.closed.IsZero():
		o.closed = now
		s.touch(row, now, "ORDERS_UPDATED")
	}
	return nil
}

func (s *Shop) orderMarkAsPaid(c *sim.Call) field {
	return s.orderInput(c, "OrderMarkAsPaid", func(row *orderRow, now time.Time) *object {
		o := &row.Value
		if !slices.Contains([]string{"PENDING", "PARTIALLY_PAID", "AUTHORIZED"}, o.financial) || !o.cancelled.IsZero() {
			return userError("", "Order cannot be marked as paid.", "id")
		}
		o.financial = "PAID"
		s.touch(row, now, "ORDERS_PAID")
		return nil
	})
}

// orderInput is a mutation whose only argument is input:{id}.
func (s *Shop) orderInput(c *sim.Call, typ string, f func(*orderRow, time.Time) *object) field {
	return func(a args) (any, error) {
		var in struct {
			Input struct {
				ID string `json:"id"`
			} `json:"input"`
		}
		if err := a.decode(&in); err != nil {
			return nil, err
		}
		return s.changeOrder(c, typ, in.Input.ID, "order", func(row *orderRow) *object { return f(row, c.At) }), nil
	}
}

func (s *Shop) orderCancel(c *sim.Call) field {
	return func(a args) (any, error) {
		var in struct {
			OrderID string    `json:"orderId"`
			Reason  string    `json:"reason"`
			Restock *bool     `json:"restock"`
			Refund  sim.Field `json:"refund"`
			Method  sim.Field `json:"refundMethod"`
			Notify  bool      `json:"notifyCustomer"`
			Note    string    `json:"staffNote"`
		}
		if err := a.decode(&in); err != nil {
			return nil, err
		}
		if in.Restock == nil || !slices.Contains(cancelReasons, in.Reason) || !in.Refund.Sent() && !in.Method.Sent() {
			return nil, failure{"missingRequiredArguments", "Field 'orderCancel' is missing required arguments or has an unknown reason"}
		}
		refuse := func(bad *object) (any, error) {
			return payload("OrderCancel", map[string]any{"job": (*object)(nil), "orderCancelUserErrors": []*object{bad}}), nil
		}
		row := s.orderByGID(in.OrderID)
		switch {
		case row == nil:
			return refuse(userError("NOT_FOUND", "Order does not exist", "orderId"))
		case !row.Value.cancelled.IsZero():
			return refuse(userError("INVALID", "Order has already been cancelled", "orderId"))
		case !row.Value.closed.IsZero(), row.Value.shipped():
			return refuse(userError("INVALID", "Cannot cancel an order that is closed or has been fulfilled", "orderId"))
		}
		j := &job{id: s.nextID(), order: row.ID, reason: in.Reason, restock: *in.Restock, begun: c.At}
		s.jobs[j.id] = j
		if !c.Ignore {
			s.waiting = append(s.waiting, j)
		}
		view := &object{"Job", map[string]any{"id": gid("Job", j.id), "done": false}}
		return payload("OrderCancel", map[string]any{"job": view, "orderCancelUserErrors": []*object{}}), nil
	}
}
