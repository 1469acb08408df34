package feeds_test

import (
	"context"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/feeds"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/stock"
)

var update = flag.Bool("update", false, "write the golden files anew")

// shelves fills a shop with one of everything that formats treat in their own way.
func shelves(t *testing.T, s *apptest.Shop) {
	t.Helper()
	uah := func(minor int64) money.Money { return money.New(minor, money.UAH) }
	list, err := s.Catalog.CreateProducts(context.Background(), s.Owner, []catalog.NewProduct{
		{Brand: "Acme", Category: "Чайники", Name: "Чайник Acme 17", SKUs: []catalog.NewSKU{
			{Code: "AC-17-RED", Name: "Чайник Acme 17", Variant: "червоний", Price: uah(740_00), Barcodes: []string{"4820000000017"}},
			{Code: "AC-17-BLUE", Name: "Чайник Acme 17 синій", Variant: "синій", Price: uah(755_55)}}},
		{Brand: `Rock & "Roll"`, Category: "Посуд <та інше>", SKUs: []catalog.NewSKU{{Code: "K&B", Name: "Кухоль 'Rock' <0,5 л> & ложка", Price: uah(99_90), Barcodes: []string{"123"}}}},
		{SKUs: []catalog.NewSKU{{Code: "NONE", Name: "Без бренду й категорії", Price: uah(10_00), Backorder: true}}},
		{SKUs: []catalog.NewSKU{{Code: "FREE", Name: "Без ціни"}}},
		{SKUs: []catalog.NewSKU{{Code: "EUR", Name: "За євро", Price: money.New(5_00, money.EUR)}}},
		{SKUs: []catalog.NewSKU{{Code: "WRAP", Name: "Пакування", Kind: catalog.KindService, Price: uah(50_00)}}},
		{Category: "Посуд <та інше>", SKUs: []catalog.NewSKU{{Code: "LONG", Name: strings.Repeat("Дуже довга назва ", 10), Price: uah(1_00)}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Stock.Post(context.Background(), s.Owner, stock.DocumentInput{Kind: stock.MoveReceipt, WarehouseID: s.Warehouse.ID, Lines: []stock.Count{
		{SKUID: list[0].SKUs[0].ID, Qty: qty.Pieces(12)}, {SKUID: list[1].SKUs[0].ID, Qty: qty.Pieces(3)}, {SKUID: list[6].SKUs[0].ID, Qty: qty.Pieces(1)}}})
	if err != nil {
		t.Fatal(err)
	}
}

// Every format of one shop, compared byte by byte with what was read and found right once (-update writes them anew).
func TestGolden(t *testing.T) {
	t.Parallel()
	s := apptest.Open(t)
	shelves(t, s)
	host := apptest.Visit(t, s.App).URL
	for _, format := range feeds.Formats() {
		in := input(format.Name, func(in *feeds.Input) {
			in.AllNew, in.OtherCategory = true, "Інше"
			in.PageURL, in.PictureURL, in.Description = "https://shop.example/p/{code}", "https://shop.example/i/{id}.jpg", "{name}. {brand}"
			in.Shop.Country = "UA"
			in.Shop.Delivery = []feeds.Delivery{{Kind: "warehouse", CostMinor: 70_00, FreeMinor: 700_00, Days: 2}, {Kind: "pickup", CostMinor: -1}}
			if format.Name == "yml" { // nothing that a person may leave empty
				in.AllNew, in.OtherCategory, in.PageURL, in.PictureURL, in.Description = false, "", "", "", ""
			}
		})
		f := add(t, s.Feeds, s.Owner, in)
		a := fetch(t, http.MethodGet, host+f.Path(s.Tenant))
		if a.status != http.StatusOK || a.header.Get("Content-Type") != format.ContentType() {
			t.Fatalf("%s: HTTP %d, %s: %.300s", format.Name, a.status, a.header.Get("Content-Type"), a.body)
		}
		wellFormed(t, format, a.body)
		name := filepath.Join("testdata", format.Name+"."+format.Ext)
		if *update {
			if err := os.WriteFile(name, []byte(a.body), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), a.body); diff != "" {
			t.Errorf("%s: -golden +got\n%s", format.Name, diff)
		}
	}
}

// The same goods judged by one format: what is left out, what may be refused, and why.
func TestFaults(t *testing.T) {
	t.Parallel()
	s := apptest.Open(t)
	shelves(t, s)
	f := add(t, s.Feeds, s.Owner, input("prom", nil))
	n, err := s.Feeds.Recount(context.Background(), s.Owner, f.ID)
	if want := (feeds.Count{Offers: 5, LeftOut: 2, Doubtful: 5}); err != nil || n != want {
		t.Errorf("counted %+v, want %+v: %v", n, want, err)
	}
	list, next, err := s.Feeds.Faults(context.Background(), s.Viewer, f.ID, 0)
	if err != nil || next != 0 {
		t.Fatal(next, err)
	}
	got := map[string][]feeds.Fault{}
	for _, one := range list {
		got[one.Code] = one.Faults
		if left := one.Code == "FREE" || one.Code == "EUR"; one.Left != left {
			t.Errorf("%s left out: %v", one.Code, one.Left)
		}
	}
	want := map[string][]feeds.Fault{
		"AC-17-RED": {feeds.NoPicture}, "AC-17-BLUE": {feeds.NoPicture}, "K&B": {feeds.NoPicture}, "NONE": {feeds.NoPicture, feeds.NoCategory},
		"FREE": {feeds.NoPrice, feeds.NoPicture, feeds.NoCategory}, "EUR": {feeds.WrongCurrency, feeds.NoPicture, feeds.NoCategory}, "LONG": {feeds.LongName, feeds.NoPicture},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
