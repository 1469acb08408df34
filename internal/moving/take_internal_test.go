package moving

import (
	"testing"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/moving/baselinker"
	"github.com/lad-hub/lad/internal/platform/money"
)

// Names by which merchants call their statuses, in four languages.
func TestTakeStatus(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]connector.Stage{
		"Nowe zamówienia": connector.StageNew, "Nieopłacone": connector.StageNew, "Unpaid": connector.StageNew, "Нове": connector.StageNew, "Не оплачен": connector.StageNew,
		"Do wysłania": connector.StageConfirmed, "Ready to ship": connector.StageConfirmed, "W realizacji": connector.StageConfirmed, "Opłacone": connector.StageConfirmed, "Підтверджено": connector.StageConfirmed,
		"Pakowanie": connector.StagePicking, "Комплектується": connector.StagePicking,
		"Wysłane": connector.StageShipped, "Shipped": connector.StageShipped, "Відправлено": connector.StageShipped, "В пути": connector.StageShipped,
		"Dostarczone": connector.StageCompleted, "Zrealizowane 2023": connector.StageCompleted, "Delivered": connector.StageCompleted, "Виконано": connector.StageCompleted,
		"Anulowane": connector.StageCancelled, "Cancelled by buyer": connector.StageCancelled, "Скасовано": connector.StageCancelled,
		"Zwroty": connector.StageReturned, "Возврат": connector.StageReturned,
		"Magazyn B": "", "Archiwum": "", "": "",
	} {
		if got := takeStatus(baselinker.Status{Name: baselinker.Text(name)}).Stage; got != want {
			t.Errorf("%q is taken for %q, want %q", name, got, want)
		}
	}
	if got := takeStatus(baselinker.Status{Name: "Nowe", Type: "5"}).Stage; got != connector.StageCancelled {
		t.Errorf("the type does not decide: %s", got)
	}
}

// The API takes 100 requests in any minute.
func TestPaceStaysBelowTheLimit(t *testing.T) {
	t.Parallel()
	if most := politePerSecond*60 + politeBurst; most >= 100 {
		t.Errorf("%.0f requests in a minute", most)
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 10, 2, 12, 0, 0, 0, time.UTC)
	p := Progress{Done: 300, Total: 1000, Base: 100, Began: began.UnixMicro()}
	if left := p.Left(began.Add(time.Minute)); left != 210*time.Second || p.Share() != 0.3 {
		t.Errorf("%s left of %v", left, p.Share())
	}
	if left := (Progress{Done: 5}).Left(began); left != 0 {
		t.Errorf("%s left of nobody knows how much", left)
	}
}

func TestCategoryPaths(t *testing.T) {
	t.Parallel()
	got := categoryPaths([]baselinker.Category{{ID: "3", Name: "Cups", Parent: "2"}, {ID: "2", Name: "Kitchen", Parent: "1"}, {ID: "1", Name: "Home", Parent: "0"},
		{ID: "8", Name: "A", Parent: "9"}, {ID: "9", Name: "B", Parent: "8"}})
	if got["3"] != "Home / Kitchen / Cups" || got["1"] != "Home" || got["8"] == "" {
		t.Errorf("%v", got)
	}
}

// FuzzTake feeds anything as a product and as an order: what is taken is what the catalogue and the orders take.
func FuzzTake(f *testing.F) {
	for _, seed := range []string{
		`{"order_id":1,"currency":"PLN","products":[{"storage":"db","product_id":"7","price_brutto":49.5,"quantity":2},{"price_brutto":-9,"quantity":1}],"delivery_price":9.9}`,
		`{"order_id":2,"currency":"EUR","payment_done":"1e3","products":[{"price_brutto":"-1","quantity":"1"}]}`,
		`{"order_id":3,"currency":"UAH","date_add":99999999999999,"products":[{"price_brutto":1,"quantity":1},{"price_brutto":-1,"quantity":1}]}`,
		`{"text_fields":{"name":"Mug"},"sku":" A  B ","prices":{"105":"9.999"},"weight":0.4,"variants":{"5":{"name":"Mug white","prices":{"105":1}},"6":{}}}`,
		`{"text_fields":{"name":"Set","features|de":1},"is_bundle":1,"bundle_products":{"1":2,"2":"0.5"},"ean_additional":[{"ean":"1 2"},{"ean":"3"}]}`,
	} {
		f.Add([]byte(seed))
	}
	in := inventory{ID: "1", Prices: "105", Currency: "PLN"}
	f.Fuzz(func(t *testing.T, body []byte) {
		if g, err := takeGoods(in, "77", body, names{}); err == nil {
			if len(g.skus) != len(g.product.SKUs) || len(g.skus) == 0 {
				t.Errorf("%d numbers of %d SKUs", len(g.skus), len(g.product.SKUs))
			}
			for _, s := range g.product.SKUs {
				if s.Code == "" || s.Name == "" || s.Price.Minor < 0 || s.Cost.Minor < 0 || s.WeightGrams < 0 {
					t.Errorf("%+v", s)
				}
			}
		} else if !isFault(err) {
			t.Error(err)
		}
		o, err := baselinker.ParseOrder(body)
		if err != nil {
			return
		}
		taken, err := takeOrder(o, connector.StageNew, nil)
		if err != nil {
			if !isFault(err) {
				t.Error(err)
			}
			return
		}
		if taken.ExternalID == "" || len(taken.Lines) == 0 || taken.Total.Minor < 0 || taken.Total.Minor > money.Max {
			t.Errorf("%+v", taken)
		}
		for _, l := range taken.Lines {
			if l.Quantity <= 0 || l.Price.Minor < 0 || l.Total.Minor < 0 || l.SKU == "" && l.Title == "" {
				t.Errorf("%+v", l)
			}
		}
	})
}
