package example_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/connector/connectortest"
)

// row is an order or an offer as the API shows it.
type row map[string]any

// shop simulates Kiosk: written from the API alone, it does not know the driver.
type shop struct {
	mu   sync.Mutex
	seq  int
	rows map[string][]row // "orders" and "offers", by seq
	deaf bool             // says yes to pushes and does nothing
}

func (s *shop) lock() func() { s.mu.Lock(); return s.mu.Unlock }

func (s *shop) move(o row, to string) { o["status"] = to; s.add("orders", o) }

func (s *shop) find(list, id string) row {
	if i := slices.IndexFunc(s.rows[list], func(r row) bool { return r["id"] == id }); i >= 0 {
		return s.rows[list][i]
	}
	return nil
}

// add puts a new row, or one that has changed, at the end of its list.
func (s *shop) add(list string, r row) string {
	s.seq++
	r["seq"] = s.seq
	if r["id"] == nil {
		r["id"] = strconv.Itoa(1000 + s.seq)
	}
	s.rows[list] = append(slices.DeleteFunc(s.rows[list], func(old row) bool { return old["id"] == r["id"] }), r)
	return r["id"].(string)
}

// ServeHTTP answers one call.
func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer s.lock()()
	var body row
	_ = json.NewDecoder(r.Body).Decode(&body) // GET has none
	list, id, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	to, _ := body["status"].(string)
	status, said, o := http.StatusOK, row{}, s.find(list, id)
	switch {
	case r.Header.Get("X-Key") != "sesame":
		status = http.StatusUnauthorized
	case list == "shop":
		said["name"], said["target"] = "Corner kiosk", body["target"]
	case r.Method == http.MethodGet:
		said["rows"] = s.list(list, r)
	case list == "offers":
		said["result"] = s.change(body)
	case o == nil || !slices.Contains(steps[o["status"].(string)], to):
		status = http.StatusConflict
	default:
		said["status"], o["waybill"] = to, body["waybill"]
		s.move(o, to)
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(said)
}

var steps = map[string][]string{"new": {"accepted", "cancelled"}, "accepted": {"sent", "cancelled"}, "sent": {"received"}}

func (s *shop) list(list string, r *http.Request) any {
	after, _ := strconv.Atoi(r.FormValue("after"))
	ids, page := strings.Split(r.FormValue("ids"), ","), []row{}
	for _, each := range s.rows[list] {
		if r.Form.Has("ids") && slices.Contains(ids, each["id"].(string)) || r.Form.Has("after") && each["seq"].(int) > after && len(page) < 50 {
			page = append(page, each)
		}
	}
	return page
}

func (s *shop) change(body row) row {
	result := row{}
	items, _ := body["rows"].([]any)
	for _, each := range items {
		it := each.(map[string]any)
		id := it["id"].(string)
		o := s.find("offers", id)
		if result[id] = "ok"; o == nil {
			result[id] = "no such offer"
		}
		for key, v := range it {
			if n, ok := v.(float64); ok && o != nil && !s.deaf {
				o[key] = int64(n)
			}
		}
	}
	return result
}

// outside lets the conformance suite act behind the API.
func (s *shop) outside(address string) *connectortest.Outside {
	see := func(list, id, key string) any { defer s.lock()(); return s.find(list, id)[key] }
	add := func(list string, r row) string { defer s.lock()(); return s.add(list, r) }
	return &connectortest.Outside{
		Settings:    map[string]string{"base_url": address, "token": "sesame"},
		BadSettings: map[string]string{"base_url": address, "token": "wrong"},
		AddOffer: func(sku string, q connector.Qty) string {
			return add("offers", row{"sku": sku, "price": 100_00, "stock": q.Whole()})
		},
		Place: func(items ...connectortest.Item) string {
			lines := []row{}
			for _, it := range items {
				lines = append(lines, row{"offer": it.OfferID, "title": "Tea", "count": it.Quantity.Whole(), "price": 100_00})
			}
			return add("orders", row{"status": "new", "created": time.Now(), "buyer": row{"phone": "+380671112233"}, "lines": lines})
		},
		CancelByBuyer: func(id string) { defer s.lock()(); s.move(s.find("orders", id), "cancelled") },
		Shown: func(id string) (connector.Qty, bool) {
			n := see("offers", id, "stock").(int64)
			return connector.Qty(n * 1000), n > 0
		},
		SetShown:      func(id string, q connector.Qty) { defer s.lock()(); s.find("offers", id)["stock"] = q.Whole() },
		OrderStatus:   func(id string) string { return see("orders", id, "status").(string) },
		OrderTracking: func(id string) string { return see("orders", id, "waybill").(string) },
		IgnoreWrites:  func(on bool) { defer s.lock()(); s.deaf = on },
	}
}
