package prestashop

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// cursor of a sweep. Pages go down by id within a fixed window, so what is inserted meanwhile lies above and changes nothing
// below. The next sweep starts from the newest change of the first page: whatever changed after that page was read has a
// later time by the shop's own clock.
type cursor struct {
	Since time.Time `json:"since"`
	Top   time.Time `json:"top,omitzero"`  // newest change on the first page
	Last  int64     `json:"last,omitzero"` // ids of the next page are below it; 0 on the first page
}

// PullOrders reads the next page of a sweep. The filter compares local times of the shop, and works with date=1 only.
func (c *channel) PullOrders(ctx context.Context, raw string) (connector.OrderPage, error) {
	cur := cursor{Since: c.cfg.Now().Add(-wire.LookBack)}
	wire.ReadCursor(raw, &cur)
	f, err := c.know(ctx, reading)
	if err != nil {
		return connector.OrderPage{}, err
	}
	zone := wire.Zone(f.zone)
	q := url.Values{
		"display": {"full"}, "date": {"1"}, "sort": {"[id_DESC]"}, "limit": {strconv.Itoa(pageSize)},
		"filter[date_upd]": {">[" + wire.Wall(cur.Since.Add(-wire.Overlap), zone, "2006-01-02 15:04:05") + "]"},
	}
	if cur.Last > 0 {
		q.Set("filter[id]", "<["+strconv.FormatInt(cur.Last, 10)+"]")
	}
	rows, err := c.rows(ctx, reading, "orders", q)
	if err != nil {
		return connector.OrderPage{}, err
	}
	page := connector.OrderPage{}
	if page.Orders, err = c.complete(ctx, rows); err != nil {
		return connector.OrderPage{}, err
	}
	var lowest int64
	top := cur.Since
	for _, row := range rows {
		if n := row.id(); n > 0 && (lowest == 0 || n < lowest) {
			lowest = n
		}
		top = wire.Later(top, wire.Text(row.at("date_upd")).Time(zone), c.header, c.cfg.Now())
	}
	if cur.Last == 0 {
		cur.Top = top
	}
	page.More = c.step(&cur, len(rows), lowest)
	page.Next = wire.WriteCursor(cur)
	return page, nil
}

// step moves the cursor past a page. A list that does not go down is given up without moving the window: the next poll reads
// it again from the start.
func (c *channel) step(cur *cursor, rows int, lowest int64) (more bool) {
	switch {
	case rows < pageSize:
		*cur = cursor{Since: cur.Top}
		return false
	case lowest == 0 || cur.Last > 0 && lowest >= cur.Last:
		c.cfg.Log.Warn("order list does not page down", "channel", info.Name, "last", cur.Last, "lowest", lowest)
		*cur = cursor{Since: cur.Since}
		return false
	}
	cur.Last = lowest
	return true
}

// ReadOrders reads orders by id.
func (c *channel) ReadOrders(ctx context.Context, ids []string) ([]connector.RawOrder, error) {
	var numbers []int64
	for _, id := range ids {
		if n, err := number("orders", id); err == nil {
			numbers = append(numbers, n)
		}
	}
	rows, err := c.named(ctx, reading, "orders", "id", "full", numbers, nil)
	if err != nil {
		return nil, err
	}
	return c.complete(ctx, rows)
}

// complete makes whole orders: an order names its buyer, addresses, currency, carrier and state by numbers of this shop only.
// The document that results is what ParseOrder reads; the order in it is as the webservice's JSON shows it.
func (c *channel) complete(ctx context.Context, rows []*node) ([]connector.RawOrder, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	f, err := c.know(ctx, reading)
	if err != nil {
		return nil, err
	}
	if f, err = c.refresh(ctx, f, rows); err != nil {
		return nil, err
	}
	people, err := c.people(ctx, f, rows)
	if err != nil {
		return nil, err
	}
	out := make([]connector.RawOrder, 0, len(rows))
	for _, row := range rows {
		state, carrier := wire.Text(row.at("current_state")).Number(), wire.Text(row.at("id_carrier")).Number()
		doc := map[string]any{
			"order": row.with(nil, "secure_key").json(), "zone": f.zone, "currency": f.currencies[wire.Text(row.at("id_currency")).Number()],
			"carrier": f.carriers[carrier], "comment": people.comments[row.id()],
		}
		if s := f.state(state); s != nil {
			doc["state"] = map[string]any{
				"code": f.code(state), "paid": s.at("paid"), "shipped": s.at("shipped"), "delivery": s.at("delivery"),
			}
		}
		people.add(doc, "customer", people.customers, row.at("id_customer"))
		people.add(doc, "delivery", people.addresses, row.at("id_address_delivery"))
		people.add(doc, "invoice", people.addresses, row.at("id_address_invoice"))
		body, err := json.Marshal(doc)
		if err != nil {
			return nil, &connector.Error{Kind: connector.KindTransient, Message: "order can not be written as JSON", Cause: err}
		}
		out = append(out, connector.RawOrder{ExternalID: wire.Text(row.at("id")).ID(), Body: body})
	}
	return out, nil
}

// refresh reads the facts anew when an order names a state, carrier or currency that is not among them.
func (c *channel) refresh(ctx context.Context, f *facts, rows []*node) (*facts, error) {
	for _, row := range rows {
		state, carrier := wire.Text(row.at("current_state")).Number(), wire.Text(row.at("id_carrier")).Number()
		_, known := f.carriers[carrier]
		_, counted := f.currencies[wire.Text(row.at("id_currency")).Number()]
		if state > 0 && f.state(state) == nil || carrier > 0 && !known || !counted {
			c.facts = nil
			return c.know(ctx, reading)
		}
	}
	return f, nil
}

// people are the buyers of a page of orders.
type people struct {
	customers, addresses map[int64]any
	comments             map[int64]string
}

func (p *people) add(doc map[string]any, key string, from map[int64]any, id string) {
	if row, ok := from[wire.Text(id).Number()]; ok {
		doc[key] = row
	}
}

// people reads customers and addresses; of a customer nothing but what is needed, as a whole row holds the password's hash.
func (c *channel) people(ctx context.Context, f *facts, rows []*node) (*people, error) {
	p := &people{customers: map[int64]any{}, addresses: map[int64]any{}}
	customers, err := c.named(ctx, reading, "customers", "id", "[id,email,firstname,lastname]", ids(rows, "id_customer"), nil)
	if err != nil {
		return nil, err
	}
	for _, row := range customers {
		p.customers[row.id()] = row.json()
	}
	addresses, err := c.named(ctx, reading, "addresses", "id",
		"[id,id_country,company,lastname,firstname,address1,address2,postcode,city,other,phone,phone_mobile]", ids(rows, "id_address_delivery", "id_address_invoice"), nil)
	if err != nil {
		return nil, err
	}
	if err := c.countries(ctx, f, addresses); err != nil {
		return nil, err
	}
	for _, row := range addresses {
		row.kids = append(row.kids, leaf("country", f.countries[wire.Text(row.at("id_country")).Number()]))
		p.addresses[row.id()] = row.json()
	}
	p.comments, err = c.comments(ctx, rows)
	return p, err
}

// ids are the different numbers in fields of rows.
func ids(rows []*node, fields ...string) (out []int64) {
	seen := map[int64]bool{0: true}
	for _, row := range rows {
		for _, field := range fields {
			if n := wire.Text(row.at(field)).Number(); !seen[n] {
				seen[n] = true
				out = append(out, n)
			}
		}
	}
	return out
}

// countries learns the codes of countries that addresses name: without one a local phone number can not be read.
func (c *channel) countries(ctx context.Context, f *facts, addresses []*node) error {
	var unknown []int64
	for _, id := range ids(addresses, "id_country") {
		if _, known := f.countries[id]; !known {
			unknown = append(unknown, id)
		}
	}
	rows, err := c.named(ctx, reading, "countries", "id", "[id,iso_code]", unknown, nil)
	if err != nil {
		return err
	}
	for _, row := range rows {
		f.countries[row.id()] = row.at("iso_code")
	}
	return nil
}

// comments are the first words of buyers by order. A key without the right to read them goes without.
func (c *channel) comments(ctx context.Context, orders []*node) (map[int64]string, error) {
	if c.mute {
		return nil, nil
	}
	out, err := c.readComments(ctx, orders)
	var e *connector.Error
	if errors.As(err, &e) && (e.Code == "25" || e.Code == "26") {
		c.mute = true
		c.cfg.Log.Info("the key may not read messages of buyers", "channel", info.Name)
		return nil, nil
	}
	return out, err
}

func (c *channel) readComments(ctx context.Context, orders []*node) (map[int64]string, error) {
	threads, err := c.named(ctx, reading, "customer_threads", "id_order", "[id,id_order]", ids(orders, "id"), nil)
	if err != nil {
		return nil, err
	}
	order := map[int64]int64{}
	for _, row := range threads {
		order[row.id()] = wire.Text(row.at("id_order")).Number()
	}
	messages, err := c.named(ctx, reading, "customer_messages", "id_customer_thread", "[id,id_customer_thread,id_employee,message,private]", ids(threads, "id"), nil)
	if err != nil {
		return nil, err
	}
	out := map[int64]string{}
	for _, row := range messages {
		to := order[wire.Text(row.at("id_customer_thread")).Number()]
		if out[to] == "" && wire.Text(row.at("id_employee")).ID() == "" && row.at("private") != "1" {
			out[to] = row.at("message")
		}
	}
	return out, nil
}
