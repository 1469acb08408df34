package feeds_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/feeds"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

func apptestOptions(t testing.TB) db.Options { return dbtest.Options(t, db.SQLite) }

var offerLine = regexp.MustCompile(`(?s)<offer id="([^"]*)" available="(\w*)".*?<price>([^<]*)<.*?<stock_quantity>(\d+)<`)

// Filters, price rule, share of stock and names of offers.
func TestSettings(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		add2 := func(code, category string, price, pieces int64) catalog.SKU {
			p, err := s.Catalog.CreateProduct(context.Background(), s.Who, catalog.NewProduct{Category: category, SKUs: []catalog.NewSKU{{Code: code, Name: "Товар " + code, Price: money.New(price, money.UAH)}}})
			if err != nil {
				t.Fatal(err)
			}
			if pieces > 0 {
				s.Receive(p.SKUs[0].ID, pieces)
			}
			return p.SKUs[0]
		}
		part := add2("A", "Чайники", 740_00, 10)
		add2("B", "Кухлі", 100_00, 3)
		add2("C", "", 50_00, 0)
		kit, err := s.Catalog.CreateProduct(context.Background(), s.Who, catalog.NewProduct{Category: "Набори", SKUs: []catalog.NewSKU{
			{Code: "KIT", Name: "Набір", Kind: catalog.KindKit, Price: money.New(1000_00, money.UAH), Parts: []catalog.Part{{SKUID: part.ID, Qty: 3 * qty.One}}}}})
		if err != nil {
			t.Fatal(err)
		}
		id := func(sku catalog.SKU) string { return fmt.Sprint(sku.ID) }
		for what, c := range map[string]struct {
			change func(*feeds.Input)
			want   []string // id available price quantity of the offers, or a part of them
		}{
			"plain":        {nil, []string{id(part) + " true 740.00 10", id(kit.SKUs[0]) + " true 1000.00 3"}},
			"codes":        {func(in *feeds.Input) { in.CodesAsIDs = true }, []string{"A true 740.00 10", "B true 100.00 3", "C false 50.00 0", "KIT true 1000.00 3"}},
			"in stock":     {func(in *feeds.Input) { in.CodesAsIDs, in.OnlyInStock = true, true }, []string{"A true 740.00 10", "B true 100.00 3", "KIT true 1000.00 3"}},
			"one category": {func(in *feeds.Input) { in.CodesAsIDs, in.Categories = true, []string{"Кухлі"} }, []string{"B true 100.00 3"}},
			"half, keep 1": {func(in *feeds.Input) { in.CodesAsIDs, in.Stock.SharePPM, in.Stock.Safety = true, 500_000, qty.One }, []string{"A true 740.00 4", "B false 100.00 0", "KIT false 1000.00 0"}},
			"hide below 5": {func(in *feeds.Input) { in.CodesAsIDs, in.Stock.HideBelow = true, 5*qty.One }, []string{"A true 740.00 10", "B false 100.00 0"}},
			"+10 %, to …9": {func(in *feeds.Input) {
				in.CodesAsIDs = true
				in.Price = feeds.PriceRule{MulPPM: 1_100_000, AddMinor: 5_00, StepMinor: 10_00, EndingMinor: 9_00, Round: "up"}
			}, []string{"A true 819.00 10", "B true 119.00 3"}},
		} {
			f := add(t, s.Feeds, s.Who, input("yml", c.change))
			var got []string
			for _, m := range offerLine.FindAllStringSubmatch(get(t, s, f).body, -1) {
				got = append(got, strings.Join(m[1:], " "))
			}
			slices.Sort(got)
			if strings.Contains(what, "codes") || strings.Contains(what, "in stock") || what == "one category" {
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("%s: %s", what, diff)
				}
			}
			for _, w := range c.want {
				if !slices.Contains(got, w) {
					t.Errorf("%s: no %q in %q", what, w, got)
				}
			}
		}
	})
}

// The numbers of categories stay when others come between them.
func TestCategoriesKeepTheirNumbers(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		put := func(code, category string) {
			_, err := s.Catalog.CreateProduct(context.Background(), s.Who, catalog.NewProduct{Category: category, SKUs: []catalog.NewSKU{{Code: code, Name: code, Price: money.New(100, money.UAH)}}})
			if err != nil {
				t.Fatal(err)
			}
		}
		number := regexp.MustCompile(`<category id="(\d+)">Посуд</category>`)
		f := add(t, s.Feeds, s.Who, input("yml", nil))
		put("A", "Посуд")
		before := number.FindStringSubmatch(get(t, s, f).body)
		put("B", "Авто")
		body := get(t, s, f).body
		after := number.FindStringSubmatch(body)
		if before == nil || after == nil || before[1] != after[1] || !strings.Contains(body, "Авто") {
			t.Errorf("%v, then %v in %s", before, after, body)
		}
	})
}

// Pages may be those of a channel's offers.
func TestPagesOfAChannel(t *testing.T) {
	t.Parallel()
	s := apptest.Open(t)
	sku := s.SKU(t, "A", "Чайник", 740_00, 5)
	site := s.Channel(t, "woocommerce", "Сайт")
	site.Shows(t, sku, qty.Pieces(5), 0)
	s.Write(t, func(tx *db.Tx) error {
		_, err := tx.Exec(context.Background(), "update listing set url = $2 where tenant_id = $1", int64(tx.Tenant), "https://shop.example/чайник")
		return err
	})
	sites, err := s.Feeds.Sites(context.Background(), s.Viewer)
	if err != nil || len(sites) != 1 || sites[0].ID != site.ID {
		t.Fatalf("%v %v", sites, err)
	}
	f := add(t, s.Feeds, s.Owner, input("google", func(in *feeds.Input) { in.PagesFrom = site.ID }))
	body := fetch(t, "GET", apptest.Visit(t, s.App).URL+f.Path(s.Tenant)).body
	if !strings.Contains(body, "<g:link>https://shop.example/%D1%87%D0%B0%D0%B9%D0%BD%D0%B8%D0%BA</g:link>") {
		t.Error(body)
	}
}

func TestRefusedInput(t *testing.T) {
	t.Parallel()
	s := apptest.Open(t)
	for field, change := range map[string]func(*feeds.Input){
		"name": func(in *feeds.Input) { in.Name = " " }, "format": func(in *feeds.Input) { in.Format = "xls" }, "language": func(in *feeds.Input) { in.Language = "de" },
		"currency": func(in *feeds.Input) { in.Currency = "PLN" }, "mul": func(in *feeds.Input) { in.Price.MulPPM = 0 }, "ending": func(in *feeds.Input) { in.Price.EndingMinor = 5 },
		"share": func(in *feeds.Input) { in.Stock.SharePPM = 2_000_000 }, "page_url": func(in *feeds.Input) { in.PageURL = "shop.example/{code}" },
		"picture_url": func(in *feeds.Input) { in.PictureURL = "https://shop.example/{sku}" }, "description": func(in *feeds.Input) { in.Description = "{x}" },
		"shop_name": func(in *feeds.Input) { in.Shop.Name = "" }, "shop_url": func(in *feeds.Input) { in.Shop.URL = "ftp://shop.example" }, "firm_id": func(in *feeds.Input) { in.Shop.FirmID = "" },
		"country": func(in *feeds.Input) { in.Shop.Country = "ua" }, "delivery": func(in *feeds.Input) { in.Shop.Delivery = []feeds.Delivery{{Kind: "drone"}} },
		"other_category": func(in *feeds.Input) { in.OtherCategory = strings.Repeat("я", 256) }, "company": func(in *feeds.Input) { in.Shop.Company = strings.Repeat("я", 256) },
		"categories": func(in *feeds.Input) { in.Categories = make([]string, 501) },
	} {
		_, err := s.Feeds.Add(context.Background(), s.Owner, input("hotline", change))
		var e *errs.Error
		if !errors.As(err, &e) || len(e.Fields) == 0 || e.Fields[0].Name != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := s.Feeds.Add(context.Background(), s.Viewer, input("yml", nil)); !errs.Is(err, errs.Forbidden) {
		t.Errorf("a viewer: %v", err)
	}
}
