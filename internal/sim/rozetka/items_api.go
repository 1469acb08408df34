package rozetka

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/sim"
)

// Sizes of a page of goods.
const (
	defaultGoods = 20
	maxGoods     = 100
)

// goodsKinds are the lists of goods and what belongs in each.
var goodsKinds = map[string]func(*item) bool{
	"all":           func(*item) bool { return true },
	"on-sale":       func(i *item) bool { return i.available == availableIn && !i.hidden },
	"not-available": func(i *item) bool { return i.available != availableIn },
	"hidden":        func(i *item) bool { return i.hidden },
	"errors":        never,
	"not-valid":     never,
	"moderation":    never,
	"new":           never,
	"archive":       never,
	"changes":       func(i *item) bool { return i.parked > 0 },
	"prices":        func(i *item) bool { return i.parked > 0 },
	"quarantine":    func(i *item) bool { return i.parked > 0 && i.parkState == 0 },
}

func never(*item) bool { return false }

// itemView is an item as the API writes it.
type itemView struct {
	RzID         int64          `json:"rz_item_id"`
	OfferID      string         `json:"price_offer_id"`
	InnerID      int64          `json:"item_id"`
	SourceID     int            `json:"sync_source_id"`
	Source       map[string]any `json:"sync_source"`
	NameUA       string         `json:"name_ua"`
	NameRU       string         `json:"name_ru"`
	URL          string         `json:"url"`
	Article      string         `json:"article"`
	Price        int64          `json:"price"`
	PriceOld     *int64         `json:"price_old"`
	PricePromo   *int64         `json:"price_promo"`
	UpdatedPrice *int64         `json:"updated_price"`
	ChangeStatus *int           `json:"change_status"`
	Commission   string         `json:"commission_percent"`
	RzStatus     int            `json:"rz_status"`
	SellStatus   int            `json:"rz_sell_status"`
	Available    int            `json:"available"`
	Stock        int64          `json:"stock_quantity"`
	Blocked      []any          `json:"blocked_reason"`
	MinCart      *int64         `json:"min_cart_quantity"`
	MaxCart      *int64         `json:"max_cart_quantity"`
	State        int            `json:"state"`
	CreatedAt    string         `json:"created_at"`
}

const sourceID = 501

// goods is an item as JSON; call it under the lock.
func (s *Shop) goods(c *sim.Call, r *itemRow) itemView {
	i := r.Value
	v := itemView{
		RzID: r.ID, OfferID: i.offerID, InnerID: i.innerID, SourceID: sourceID,
		Source: map[string]any{"id": sourceID, "availability": s.mode, "is_virtual_source": 0}, NameUA: i.name, NameRU: i.name,
		URL: "https://rozetka.com.ua/" + strconv.FormatInt(r.ID, 10) + "/p", Article: i.article, Price: i.price, PriceOld: some(i.priceOld),
		PricePromo: some(i.promo), UpdatedPrice: some(i.parked), Commission: "15.00", RzStatus: 1, SellStatus: i.sellStatus(), Available: i.available,
		Stock: i.stock, Blocked: []any{}, MinCart: some(i.minCart), MaxCart: some(i.maxCart), State: 1, CreatedAt: sim.Local(c.Stamp(r.Created)),
	}
	if i.parked > 0 {
		v.ChangeStatus = &i.parkState
	}
	return v
}

// some is a pointer to n, nil for 0.
func some(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}

func (s *Shop) listGoods(c *sim.Call) sim.Answer {
	kind := goodsKinds[c.Request.PathValue("kind")]
	if kind == nil {
		return fail(codeNoRoute, "route_not_found", nil)
	}
	size, page := goodsPage(c)
	q := sim.Query[item]{Count: true, Ascending: c.Query("sort") == "id", Limit: size}
	if id, err := strconv.ParseInt(c.Query("rz_item_id"), 10, 64); err == nil {
		q.MinID, q.MaxID = max(id, 1), max(id, 1)
	}
	if match := goodsFilter(c); match != nil || c.Request.PathValue("kind") != "all" {
		q.Match = func(r *itemRow) bool { return kind(&r.Value) && (match == nil || match(&r.Value)) }
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	q.Offset = (page - 1) * size
	rows, total := s.items.Find(q)
	m := paginate(total, page, size)
	if m.Current != page {
		q.Offset = (m.Current - 1) * size
		rows, _ = s.items.Find(q)
	}
	views := make([]itemView, 0, len(rows))
	for _, r := range rows {
		views = append(views, s.goods(c, r))
	}
	return ok(map[string]any{"items": views, "_meta": m})
}

func goodsPage(c *sim.Call) (size, page int) {
	size, page = defaultGoods, 1
	if n, err := strconv.Atoi(c.Query("pageSize")); err == nil && n > 0 {
		size = min(n, maxGoods)
	}
	if n, err := strconv.Atoi(c.Query("page")); err == nil && n > 0 {
		page = n
	}
	return size, page
}

// goodsFilter combines the filters of a list of goods; nil when there are none.
func goodsFilter(c *sim.Call) func(*item) bool {
	type filter = func(*item) bool
	var all []filter
	for name, build := range map[string]func(v string) filter{
		"price_offer_id": func(v string) filter { return func(i *item) bool { return i.offerID == v } },
		"article":        func(v string) filter { return func(i *item) bool { return i.article == v } },
		"name":           func(v string) filter { return func(i *item) bool { return strings.Contains(i.name, v) } },
		"available":      func(v string) filter { return func(i *item) bool { return strconv.Itoa(i.available) == v } },
		"rz_sell_status": func(v string) filter { return func(i *item) bool { return strconv.Itoa(i.sellStatus()) == v } },
		"sync_source_id": func(v string) filter { return func(*item) bool { return strconv.Itoa(sourceID) == v } },
	} {
		if v := c.Query(name); v != "" {
			all = append(all, build(v))
		}
	}
	if len(all) == 0 {
		return nil
	}
	return func(i *item) bool {
		for _, f := range all {
			if !f(i) {
				return false
			}
		}
		return true
	}
}

func (s *Shop) itemDetails(c *sim.Call) sim.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.find(c.Query("rz_item_id"), "")
	if inner, err := strconv.ParseInt(c.Query("item_id"), 10, 64); err == nil && row == nil {
		row = s.items.Get(s.byInner[inner])
	}
	if row == nil {
		return fail(codeNoEntity, "item_not_found", nil)
	}
	return ok(s.goods(c, row))
}

func (s *Shop) listSources(c *sim.Call) sim.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return ok(map[string]any{"sources": []map[string]any{{
		"id": sourceID, "url": "https://hub.example/feeds/rozetka.xml", "last_sync_ts": sim.Local(c.Stamp(s.pulled)), "sync_period": 3600,
		"availability": s.mode, "status": 1, "total_items_count": len(s.feed), "synced_items_count": s.items.Len(), "partial_sync": false,
	}}})
}

// update is one item of a mass update.
type update struct {
	InnerID  sim.Field `json:"item_id"`
	RzID     sim.Field `json:"item_rz_id"`
	Price    sim.Field `json:"price"`
	Stock    sim.Field `json:"stock_quantity"`
	PriceOld sim.Field `json:"price_old"`
	Promo    sim.Field `json:"price_promo"`
	MinCart  sim.Field `json:"min_cart_quantity"`
	MaxCart  sim.Field `json:"max_cart_quantity"`
}

// massUpdate applies what is right and reports the rest per item, in a failure shape of its own.
func (s *Shop) massUpdate(c *sim.Call) sim.Answer {
	var b struct {
		Items []update `json:"items"`
	}
	if err := c.Decode(&b); err != nil {
		return fail(codeFormat, "wrong_format", nil)
	}
	if len(b.Items) == 0 {
		return fail(codeMissing, "required_param_missing", []string{"items"})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	errs := map[string]any{}
	for _, u := range b.Items {
		key, row := s.target(u)
		if row == nil {
			errs[key] = reason("Товар не знайдено")
			continue
		}
		next, wrong := u.apply(row.Value)
		if wrong != "" {
			errs[key] = reason(wrong)
			continue
		}
		if !c.Ignore {
			before := state(row)
			row.Value = next
			s.items.Touch(row, c.At, 0)
			c.Changed(before, state(row))
		}
	}
	if len(errs) > 0 {
		return sim.JSON(http.StatusOK, map[string]any{"success": false, "errors": errs})
	}
	return ok(nil)
}

func reason(text string) any {
	return map[string]any{"reason": []map[string]any{{"id": 1, "value": []string{text}}}}
}

// target finds the item an update names and the id it is reported under.
func (s *Shop) target(u update) (key string, row *itemRow) {
	if id, ok := u.RzID.Int(); ok {
		return strconv.FormatInt(id, 10), s.items.Get(id)
	}
	if id, ok := u.InnerID.Int(); ok {
		return strconv.FormatInt(id, 10), s.items.Get(s.byInner[id])
	}
	return u.RzID.Scalar(), nil
}

// apply makes the updated item, or tells what is wrong with the update.
func (u update) apply(i item) (item, string) {
	if !u.Price.Sent() && !u.Stock.Sent() {
		return i, "Потрібна ціна або кількість"
	}
	if u.Stock.Sent() {
		n, ok := u.Stock.Int()
		if !ok || n < 0 {
			return i, "Кількість має бути цілим невід'ємним числом"
		}
		i.setStock(n)
	}
	for _, f := range []struct {
		field sim.Field
		to    *int64
	}{{u.PriceOld, &i.priceOld}, {u.Promo, &i.promo}, {u.MinCart, &i.minCart}, {u.MaxCart, &i.maxCart}} {
		if !f.field.Sent() {
			continue
		}
		n, ok := f.field.Int()
		if !ok || n < -1 {
			return i, "Значення має бути цілим числом, -1 очищує"
		}
		*f.to = max(n, 0)
	}
	if !u.Price.Sent() {
		return i, ""
	}
	n, ok := u.Price.Int()
	if !ok || n <= 0 {
		return i, "Ціна має бути цілим додатним числом"
	}
	i.reprice(n)
	return i, ""
}

// reprice applies a price, or parks it when it is more than half up or more than halved.
func (i *item) reprice(n int64) {
	if i.price > 0 && (2*n > 3*i.price || 2*n < i.price) {
		i.parked, i.parkState = n, 0
		return
	}
	i.price, i.parked = n, 0
}
