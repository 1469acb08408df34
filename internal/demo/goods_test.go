package demo

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/catalog"
)

func TestGoodsAreAShop(t *testing.T) {
	t.Parallel()
	all, err := goods(1)
	if err != nil {
		t.Fatal(err)
	}
	skus := len(all.articles) + len(kits) + len(services)
	if skus < 280 || skus > 340 {
		t.Errorf("%d SKUs, want about 300", skus)
	}
	codes, barcodes, variants := map[string]article{}, map[string]bool{}, 0
	for _, a := range append(all.articles, kitArticles()...) {
		if _, twice := codes[a.code]; twice {
			t.Errorf("code %s twice", a.code)
		}
		codes[a.code] = a
		if barcodes[a.barcode] {
			t.Errorf("barcode %s twice", a.barcode)
		}
		barcodes[a.barcode] = true
		if a.parent != "" {
			variants++
		}
		if a.priceMinor <= 0 || a.title == "" || a.category == "" {
			t.Errorf("%s is not whole: %+v", a.code, a)
		}
	}
	if variants < 100 {
		t.Errorf("only %d variants", variants)
	}
	for _, k := range kits {
		for _, p := range k.parts {
			if _, ok := codes[p.code]; !ok {
				t.Errorf("kit %s needs %s, which is not sold", k.code, p.code)
			}
		}
	}
	for _, code := range choice {
		if _, ok := codes[code]; !ok {
			t.Errorf("the page offers %s, which is not sold", code)
		}
	}
}

func TestGoodsAreTheSameForASeed(t *testing.T) {
	t.Parallel()
	read := func(seed uint64) assortment {
		a, err := goods(seed)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	if d := cmp.Diff(read(7), read(7), cmp.AllowUnexported(assortment{}, article{}), cmp.Comparer(func(a, b catalog.NewProduct) bool { return a.Name == b.Name })); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(newCrowd(7, 1).people, newCrowd(7, 1).people); d != "" {
		t.Error(d)
	}
	if cmp.Equal(newCrowd(7, 1).people, newCrowd(8, 1).people) {
		t.Error("another seed brings the same buyers")
	}
}

// Check digits of real goods, and of ours.
func TestEAN13(t *testing.T) {
	t.Parallel()
	valid := func(code string) bool {
		sum := 0
		for i, c := range code {
			sum += int(c-'0') * (1 + 2*(i%2))
		}
		return len(code) == 13 && sum%10 == 0
	}
	for _, known := range []string{"4006381333931", "5901234123457"} {
		if !valid(known) {
			t.Fatalf("the test is wrong about %s", known)
		}
	}
	for n := range 10_000 {
		if code := ean13(n); !valid(code) {
			t.Fatalf("%s has a wrong check digit", code)
		}
	}
}

func TestEveryChannelHasItsShare(t *testing.T) {
	t.Parallel()
	all, err := goods(1)
	if err != nil {
		t.Fatal(err)
	}
	stalls, err := openStalls(1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := closeStalls(stalls); err != nil {
			t.Error(err)
		}
	})
	list := append(all.articles, kitArticles()...)
	for _, s := range stalls {
		s.offers(list, nil)
		if _, ok := s.OfferBySKU(lastGenerator); !ok {
			t.Errorf("%s does not offer the generator", s.Name())
		}
		if len(s.odd) == 0 || len(s.listed) < len(list)/2 || len(s.listed) == len(list) {
			t.Errorf("%s: %d of %d offers and %d strays", s.Name(), len(s.listed), len(list), len(s.odd))
		}
		for _, sku := range s.listed {
			if sku == lastGenerator {
				t.Errorf("%s: buyers may take the last generator", s.Name())
			}
		}
	}
}
