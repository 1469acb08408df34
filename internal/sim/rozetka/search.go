package rozetka

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// ordersPerPage can not be changed by the caller.
const ordersPerPage = 20

// searchParams are the parameters /orders/search knows.
var searchParams = strings.Fields(`page sort id item_id status delivery_id created_from created_to changed_from changed_to
	status_updated_from status_updated_to userName user_phone amountFrom amountTo ttn localities deliveries payment_methods
	types type is_viewed is_fulfillment status_payment_id group_id has_kit carrier_inner_id has_refund refund_status is_smart
	prro_receipt_status expand`)

// filters reads the parameters of one search. Without the header Accept-Validate-Exception a wrong value is as good as
// none; with it the first wrong value fails the call.
type filters struct {
	c      *sim.Call
	strict bool
	code   int
	param  string
}

func newFilters(c *sim.Call, known []string) *filters {
	f := &filters{c: c, strict: c.Request.Header.Get("Accept-Validate-Exception") == "1"}
	for name := range c.Request.URL.Query() {
		if !slices.Contains(known, name) {
			f.wrong(codeUnknown, name)
		}
	}
	return f
}

func (f *filters) wrong(code int, param string) {
	if f.strict && f.code == 0 {
		f.code, f.param = code, param
	}
}

// number reads a whole number; 0 when there is none or it is wrong.
func (f *filters) number(name string) int64 {
	text := f.c.Query(name)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		f.wrong(codeFormat, name)
		return 0
	}
	return n
}

// time reads a bound in Kyiv time; a bare date as an upper bound means the end of that day.
func (f *filters) time(name string) time.Time {
	text := f.c.Query(name)
	if text == "" {
		return time.Time{}
	}
	t, ok := sim.ParseTime(text, sim.Kyiv(), sim.LocalLayout, "2006-01-02 15:04", "2006-01-02")
	if !ok {
		f.wrong(codeFormat, name)
		return time.Time{}
	}
	switch {
	case strings.HasSuffix(name, "_to") && len(text) == len("2006-01-02"):
		t = t.In(sim.Kyiv()).AddDate(0, 0, 1).Add(-time.Microsecond).UTC()
	case strings.HasSuffix(name, "_to"):
		t = t.Add(time.Second - time.Microsecond) // stored times are finer than the second the caller sees
	}
	return f.c.Unstamp(t)
}

// orderQuery turns the parameters of a search into a query.
func (f *filters) orderQuery() sim.Query[order] {
	q := sim.Query[order]{Limit: ordersPerPage, Count: true}
	switch f.c.Query("sort") {
	case "", "-id":
	case "id":
		q.Ascending = true
	default:
		f.wrong(codeFormat, "sort")
	}
	q.MinID = f.number("id")
	q.MaxID = q.MinID
	q.CreatedFrom, q.CreatedTo = f.time("created_from"), f.time("created_to")
	q.ChangedFrom, q.ChangedTo = f.time("changed_from"), f.time("changed_to")
	q.Groups = f.statuses()
	q.Match = f.match()
	return q
}

// statuses reads status, types and type. With none of them only orders in progress come.
func (f *filters) statuses() []int {
	lists := map[int64][]int{1: nil, 2: inProgress, 3: succeeded, 4: fresh, 5: underway, 6: failed}
	status, types, kind := f.number("status"), f.number("types"), f.number("type")
	if status > 0 {
		return []int{int(status)}
	}
	if l, known := lists[types]; known {
		return l
	}
	if types != 0 {
		f.wrong(codeFormat, "types")
	}
	switch kind {
	case 0, 1:
	case 2:
		return succeeded
	case 3:
		return failed
	default:
		f.wrong(codeFormat, "type")
	}
	return inProgress
}

// match combines the filters that no index helps with; nil when there are none.
func (f *filters) match() func(*orderRow) bool {
	type filter = func(*orderRow) bool
	var all []filter
	add := func(given bool, fn filter) {
		if given {
			all = append(all, fn)
		}
	}
	itemID, payment, group := f.number("item_id"), f.number("status_payment_id"), f.number("group_id")
	from, to := f.time("status_updated_from"), f.time("status_updated_to")
	least, most := f.number("amountFrom"), f.number("amountTo")
	phone, name, ttn := digits(f.c.Query("user_phone")), f.c.Query("userName"), f.c.Query("ttn")
	add(itemID > 0, func(r *orderRow) bool {
		return slices.ContainsFunc(r.Value.lines, func(l line) bool { return l.itemID == itemID })
	})
	add(payment > 0, func(r *orderRow) bool { return int64(r.Value.payment) == payment })
	add(group > 0, func(*orderRow) bool { return false }) // the simulator groups no orders
	add(!from.IsZero(), func(r *orderRow) bool { return !r.Value.statusAt.Before(from) })
	add(!to.IsZero(), func(r *orderRow) bool { return !r.Value.statusAt.After(to) })
	add(least > 0, func(r *orderRow) bool { return r.Value.totalMinor() >= least*100 })
	add(most > 0, func(r *orderRow) bool { return r.Value.totalMinor() <= most*100 })
	add(phone != "", func(r *orderRow) bool { return strings.Contains(digits(r.Value.buyer.Phone), phone) })
	add(name != "", func(r *orderRow) bool { return strings.Contains(r.Value.buyer.Name, name) })
	add(ttn != "", func(r *orderRow) bool { return matchTTN(r.Value.ttn, ttn) })
	if len(all) == 0 {
		return nil
	}
	return func(r *orderRow) bool {
		for _, fn := range all {
			if !fn(r) {
				return false
			}
		}
		return true
	}
}

// matchTTN compares as the filter does: 0 none, 1 any, otherwise at least four characters of it.
func matchTTN(have, want string) bool {
	switch {
	case want == "0":
		return have == ""
	case want == "1":
		return have != ""
	case len(want) < 4:
		return false
	}
	return strings.Contains(have, want)
}

func (s *Shop) searchOrders(c *sim.Call) sim.Answer {
	f := newFilters(c, searchParams)
	q := f.orderQuery()
	page := int(max(1, f.number("page")))
	if f.code != 0 {
		return fail(f.code, "validation_error", []string{f.param})
	}
	expand := expansions(c)
	s.mu.Lock()
	defer s.mu.Unlock()
	q.Offset = (page - 1) * ordersPerPage
	rows, total := s.orders.Find(q)
	m := paginate(total, page, ordersPerPage)
	if m.Pages > 1 && c.Struck(sim.ReorderPages) {
		m.Current = m.Pages + 1 - m.Current
	}
	if m.Current != page {
		q.Offset = (m.Current - 1) * ordersPerPage
		rows, _ = s.orders.Find(q)
	}
	views := make([]any, 0, len(rows))
	var sum int64
	for _, r := range rows {
		views = append(views, s.view(c, r, expand))
		sum += r.Value.totalMinor()
	}
	m.Current = min(page, max(1, m.Pages)) // a shuffled page claims to be the one asked for
	return ok(map[string]any{"orders": sim.Disturb(c, views), "totalFields": map[string]any{"amount": sim.Number(sum)}, "_meta": m})
}

// expansions is the set of names in expand.
func expansions(c *sim.Call) map[string]bool {
	out := map[string]bool{}
	for name := range strings.SplitSeq(c.Query("expand"), ",") {
		out[strings.TrimSpace(name)] = true
	}
	return out
}

// smallPage answers a dictionary, paged like orders.
func smallPage[T any](c *sim.Call, key string, all []T) sim.Answer {
	page, _ := strconv.Atoi(c.Query("page")) // no number = the first page
	m := paginate(len(all), page, ordersPerPage)
	return ok(map[string]any{key: slicePage(all, m), "_meta": m})
}

func (s *Shop) searchStatuses(c *sim.Call) sim.Answer {
	ids := make([]int, 0, len(titles))
	for id := range titles {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	graph := expansions(c)["status_available"]
	var all []map[string]any
	for _, id := range ids {
		v := map[string]any{"id": id, "name": titles[id], "name_uk": titles[id], "status_group": groupOf(id)}
		if graph {
			v["status_available"] = available(id)
		}
		all = append(all, v)
	}
	return smallPage(c, "orderStatuses", all)
}

func (s *Shop) searchTransitions(c *sim.Call) sim.Answer {
	f := newFilters(c, []string{"parent_id", "delivery_type", "page"})
	parent := int(f.number("parent_id"))
	if f.code != 0 {
		return fail(f.code, "validation_error", []string{f.param})
	}
	all := available(parent)
	if parent == 0 {
		for _, id := range []int{statusNew, statusPicking, statusManager, 47, 55} {
			all = append(all, available(id)...)
		}
	}
	return smallPage(c, "statusAvailables", all)
}
