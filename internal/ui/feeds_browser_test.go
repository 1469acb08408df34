//go:build browser

package ui_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/money"
)

// TestFeeds: a feed is made for Hotline, refused once, fetched, and its faults are looked at; also on a phone.
func TestFeeds(t *testing.T) {
	s := open(t)
	_, err := s.Catalog.CreateProducts(t.Context(), s.Who, []catalog.NewProduct{
		{Brand: "Acme", Category: "Чайники", SKUs: []catalog.NewSKU{{Code: "AC-17", Name: "Чайник Acme 17", Price: money.New(740_00, money.UAH), Barcodes: []string{"4820000000017"}}}},
		{Category: "Посуд", SKUs: []catalog.NewSKU{{Code: "CUP", Name: "Кухоль", Price: money.New(99_00, money.UAH)}}}, {SKUs: []catalog.NewSKU{{Code: "FREE", Name: "Подарунок"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Goods("LMP", 412_00, 5)
	b := browse(t, s, 1440)
	b.do(b.open("/connections"), click(`a[href="/feeds"]`), seen(".state"), click(`a[href="/feeds/new"]`), seen(`a[href$="format=hotline"]`))
	b.shoot("feed-formats")
	b.do(click(`a[href$="format=hotline"]`), seen("#firm_id"), keys("#shop_name", "Крамниця"), keys("#shop_url", "https://shop.example"), keys("#firm_id", "12x"), click("#categories summary"),
		click(".acts .pri"), seen("#firm_id-err"))
	b.shoot("feed-refused")
	b.do(choose("#firm_id", "12345"), choose("#delivery_1_kind", "warehouse"), keys("#delivery_1_cost", "70"), keys("#page_url", "https://shop.example/{code}"), click(".acts .pri"), seen(".secret .copy"))
	secret, id := s.Text("select secret from feed where tenant_id = $1"), s.Text("select cast(tenant_id as text) || '/' || cast(id as text) from feed where tenant_id = $1")
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, b.url+"/feeds/"+id+"/"+secret+".xml", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("User-Agent", "HotlineBot/1.0 (+https://hotline.example/bot)")
	res, err := http.DefaultClient.Do(req)
	if err != nil || res.Body.Close() != nil || res.StatusCode != http.StatusOK {
		t.Fatal(err, res)
	}
	b.do(b.open("/feeds"), click("#feeds-table a"), seen("#visits-table"), shows("#visits-table", "HotlineBot"))
	b.shoot("feed")
	b.do(click(`a[href$="/faults"]`), seen("#faults-table"), shows("#faults-table", "немає ціни"))
	b.shoot("feed-faults")
	phone := browse(t, s, 390)
	for name, path := range map[string]string{"feeds": "/feeds", "feed": "/feeds/1", "settings": "/feeds/1/settings", "faults": "/feeds/1/faults", "new": "/feeds/new"} {
		phone.do(phone.open(path), until(`document.documentElement.scrollWidth <= innerWidth`))
		phone.shoot("feed-phone-" + name)
	}
}
