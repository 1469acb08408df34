package connectorphp_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
)

// codes are the codes of a list of products, in its order.
func codes(list []reply) string {
	var out []string
	for _, p := range list {
		out = append(out, fmt.Sprint(p["sku"]))
	}
	return strings.Join(out, " ")
}

// The old list of products is cut and sorted by the words of its own family.
func TestFiltersOfTheOldStorage(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		s.Goods("B-RED", 10_00, 5)
		s.Goods("A-BLUE", 30_00, 0)
		s.Goods("C-GREEN", 20_00, 9)
		for _, f := range []struct {
			p    m
			want string
		}{
			{m{}, "B-RED A-BLUE C-GREEN"}, {m{"filter_quantity_from": 1}, "B-RED C-GREEN"}, {m{"filter_quantity_to": "5"}, "B-RED A-BLUE"}, {m{"filter_available": 1}, "B-RED C-GREEN"},
			{m{"filter_available": "0"}, "A-BLUE"}, {m{"filter_available": ""}, "B-RED A-BLUE C-GREEN"}, {m{"filter_sort": "price DESC"}, "A-BLUE C-GREEN B-RED"},
			{m{"filter_sort": "quantity ASC"}, "A-BLUE B-RED C-GREEN"}, {m{"filter_sort": "id DESC"}, "C-GREEN A-BLUE B-RED"},
			{m{"filter_price_from": 15, "filter_price_to": 25}, "C-GREEN"},
		} {
			f.p["storage_id"] = "bl_1"
			if got := codes(c.ok("getProductsList", f.p).list("products")); got != f.want {
				t.Errorf("%v: %q, want %q", f.p, got, f.want)
			}
		}
		if got := codes(c.ok("getProductsList", m{"storage_id": "bl_1", "filter_sort": "name ASC"}).list("products")); got != "A-BLUE B-RED C-GREEN" {
			t.Errorf("by name: %q", got)
		}
	})
}

// Features come as pairs, as names with values, or as a map, and there are four more descriptions.
func TestOldProductKeepsEverything(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		for i, features := range []any{[]any{[]any{"Colour", "red"}}, []any{m{"name": "Colour", "value": "red"}}, m{"Colour": "red"}} {
			id := fmt.Sprint(c.ok("addProduct", m{"storage_id": "bl_1", "name": "Mug", "sku": fmt.Sprint("M-", i), "features": features, "description_extra3": "three", "description_extra4": "four"})["product_id"])
			got := c.ok("getProductsData", m{"storage_id": "bl_1", "products": []string{id}}).at("products", id)
			if fmt.Sprint(got["features"]) != "[[Colour red]]" || got["description_extra3"] != "three" || got["description_extra4"] != "four" {
				t.Errorf("%v: %v", features, got)
			}
		}
	})
}

// Stock and prices of the old storage come as rows or as objects.
func TestOldStorageTakesRowsAndObjects(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		a, b := s.Goods("A", 10_00, 1).ID, s.Goods("B", 10_00, 1).ID
		quantities := []any{[]any{a, 0, 4}, m{"product_id": fmt.Sprint(b), "variant_id": 0, "quantity": "5"}}
		prices := []any{[]any{a, 0, "12.5", 23}, m{"product_id": b, "variant_id": 0, "tax_rate": 23, "price_brutto": 33, "price_wholesale_netto": 1}}
		if n := c.ok("updateProductsQuantity", m{"storage_id": "bl_1", "products": quantities}).int("counter"); n != 2 {
			t.Errorf("%d quantities", n)
		}
		if n := c.ok("updateProductsPrices", m{"storage_id": "bl_1", "products": prices}).int("counter"); n != 2 {
			t.Errorf("%d prices", n)
		}
		var got []string
		for _, p := range c.ok("getProductsList", m{"storage_id": "bl_1"}).list("products") {
			got = append(got, fmt.Sprint(p["quantity"], " ", p["price_brutto"]))
		}
		if fmt.Sprint(got) != "[4 12.5 5 33]" {
			t.Errorf("%v", got)
		}
		if list := c.ok("getProductsList", m{"storage_id": 1}).list("products"); len(list) != 2 {
			t.Errorf("storage 1: %v", list)
		}
		c.refused("ERROR_STORAGE_ID", "getProductsList", m{"storage_id": "bl_2"})
		c.refused("ERROR_BAD_PARAMETERS", "updateProductsPrices", m{"storage_id": "bl_1", "products": []any{m{"product_id": a, "variant_id": 0}}})
	})
}

// The offers of a channel are cut and sorted by what the protocol has for it.
func TestFiltersOfExternalStorages(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		channel := channelOf(t, s)
		for i, o := range []struct {
			name  string
			price int64
			shown int64
		}{{"Червона кружка", 10_00, 5}, {"Blue plate", 30_00, 0}, {"Green mug", 20_00, 9}} {
			offer(t, s, channel, fmt.Sprint("o-", i), o.name, o.price, o.shown)
		}
		for _, f := range []struct {
			p    m
			want string
		}{
			{m{"filter_name": "кружка"}, "o-0"}, {m{"filter_name": "mug"}, "o-2"}, {m{"filter_name": "100%"}, ""}, {m{"filter_price_from": 15}, "o-1 o-2"}, {m{"filter_price_to": "10"}, "o-0"},
			{m{"filter_quantity_from": 6}, "o-2"}, {m{"filter_quantity_to": 0}, "o-1"}, {m{"filter_available": 1}, "o-0 o-2"}, {m{"filter_available": 0}, "o-1"},
			{m{"filter_sort": "price DESC"}, "o-1 o-2 o-0"}, {m{"filter_sort": "name ASC"}, "o-1 o-2 o-0"}, {m{"filter_sort": "quantity DESC"}, "o-2 o-0 o-1"}, {m{"filter_sort": "id DESC"}, "o-2 o-1 o-0"},
		} {
			f.p["storage_id"] = fmt.Sprint("shop_", channel)
			var got []string
			for _, p := range c.ok("getExternalStorageProductsList", f.p).list("products") {
				if id := fmt.Sprint(p["product_id"]); strings.HasPrefix(id, "o-") {
					got = append(got, id)
				}
			}
			if strings.Join(got, " ") != f.want {
				t.Errorf("%v: %v, want %s", f.p, got, f.want)
			}
		}
	})
}

// offer adds an offer of its own SKU to a channel that shows so many pieces.
func offer(t testing.TB, s *apptest.Living, channel int64, external, name string, price, shown int64) {
	t.Helper()
	sku := s.Goods("SKU-"+external, price, 1)
	err := s.DB.Write(ctx, s.Who.Tenant, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `insert into listing (tenant_id, id, connection_id, external_id, sku_code, barcode, title, url, price_minor, currency, sku_id, linked_by, active, refuses, seen_at)
			values ($1, $2, $3, $4, '', '', $5, '', $6, 'UAH', $7, 'sku', $8, '', 1)`, int64(tx.Tenant), 1000+sku.ID, channel, external, name, price, sku.ID, true)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `insert into listing_stock (tenant_id, sku_id, connection_id, listing_id, want_gen, done_gen, dirty, wanted_at, state, sent, sent_at, accepted_at, confirmed, confirmed_at)
			values ($1, $2, $3, $4, 1, 1, $6, 1, 'confirmed', $5, 1, 1, $5, 1)`, int64(tx.Tenant), sku.ID, channel, 1000+sku.ID, shown*1000, false)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Products of a list stand in its JSON object in the order that was asked for.
func TestListKeepsItsOrder(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		var last int64
		for i := range 12 {
			last = s.Goods(fmt.Sprint("G-", i), 10_00, 1).ID
		}
		body := raw(t, s, "getInventoryProductsList", `{"inventory_id":1,"filter_sort":"id DESC"}`)
		if !strings.HasPrefix(body, `{"status":"SUCCESS","`) {
			t.Errorf("the status is not first: %.40s", body)
		}
		if !strings.Contains(body, fmt.Sprintf(`"products":{"%d":`, last)) || strings.Index(body, `"10":`) > strings.Index(body, `"2":`) {
			t.Error(body)
		}
	})
}

// raw calls a method and answers the text of the reply.
func raw(t testing.TB, s *apptest.Living, method, parameters string) string {
	t.Helper()
	res, err := http.PostForm(s.URL()+"/connector.php", url.Values{"token": {s.Token(access.All...)}, "method": {method}, "parameters": {parameters}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
