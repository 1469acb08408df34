package customers_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/customers"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// A number is the same number however it was typed; what is no number keeps its digits.
func TestPhone(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"+380671234567": "+380671234567", "067 123-45-67": "+380671234567", "380671234567": "+380671234567", "8 (067) 123 45 67": "80671234567",
		"+48 601 234 567": "+48601234567", "48601234567": "+48601234567", "+380000000000": "380000000000", "немає": "", "": "", "12": "12",
	} {
		if got := customers.Phone(raw, "UA"); got != want {
			t.Errorf("Phone(%q) = %q, want %q", raw, got, want)
		}
	}
	if got := customers.Phone("601 234 567", "PL"); got != "+48601234567" {
		t.Errorf("Polish number: %q", got)
	}
}

func FuzzPhone(f *testing.F) {
	f.Add("067 123-45-67")
	f.Add("+48 601 234 567 доб. 5")
	f.Fuzz(func(t *testing.T, raw string) {
		once := customers.Phone(raw, "UA")
		if again := customers.Phone(once, "UA"); once != "" && once[0] == '+' && again != once {
			t.Fatalf("Phone(%q) = %q, but of that %q", raw, once, again)
		}
	})
}

// People are found by the beginnings of words in any order, by the first or last digits of the phone and by e-mail.
func TestSearch(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := newService(d)
		id := match(t, d, s, dbtest.Tenant,
			customers.Contact{Name: "Олександр Петренко", Phone: "+380671234567", Email: "petrenko@example.com"},
			customers.Contact{Name: "Петро Олексієнко", Phone: "+380507654321"},
			customers.Contact{Name: "Łukasz Żak", Phone: "+48601234567", Email: "zak@example.pl"},
		)
		match(t, d, s, dbtest.Tenant, customers.Contact{Email: "zak@example.pl", Phone: "+48512345678"})
		for text, want := range map[string][]int64{
			"пет": {id[1], id[0]}, "олек петр": {id[1], id[0]}, "ПЕТРЕНКО олександр": {id[0]}, "lukasz": {id[2]}, "zak": {id[2]}, "Олексієнко": {id[1]},
			"4567": {id[2], id[0]}, "067 123": {id[0]}, "+380 67": {id[0]}, "0671234567": {id[0]}, "+48601": {id[2]}, "512345678": {id[2]},
			"petrenko@": {id[0]}, "ZAK@example.pl": {id[2]}, "nobody@": nil, "999": nil, "іванов": nil, "петр іванов": nil, "12": nil, "": nil, "%": nil,
		} {
			var got []int64
			err := d.Read(ctx, dbtest.Tenant, func(tx *db.Tx) (err error) {
				got, err = s.FindIDs(ctx, tx, text, 10)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); len(want)+len(got) > 0 && diff != "" {
				t.Errorf("%q (-want +got):\n%s", text, diff)
			}
		}
	})
}

// Pages follow one another without gap or repetition, with and without a text.
func TestSearchPages(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := newService(d)
		var contacts []customers.Contact
		for range 7 {
			contacts = append(contacts, customers.Contact{Name: "Марія Коваль"})
		}
		want := match(t, d, s, dbtest.Tenant, contacts...)
		for _, text := range []string{"", "кова мар"} {
			var got []int64
			var pages int
			for before := int64(-1); before != 0; pages++ {
				p, err := s.Search(ctx, system, customers.Filter{Text: text, Before: max(before, 0), Limit: 3})
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range p.Customers {
					got = append([]int64{c.ID}, got...)
				}
				before = p.Next
			}
			if diff := cmp.Diff(want, got); diff != "" || pages != 3 {
				t.Errorf("%q in %d pages (-want +got):\n%s", text, pages, diff)
			}
		}
	})
}

// Words that everybody has still find the person who has all of them.
func TestSearchCommonWords(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := newService(d)
		var crowd []customers.Contact
		for range 2600 {
			crowd = append(crowd, customers.Contact{Name: "Олександр Мельник"}, customers.Contact{Name: "Іван Шевченко"})
		}
		match(t, d, s, dbtest.Tenant, crowd...)
		want := match(t, d, s, dbtest.Tenant, customers.Contact{Name: "Олександр Шевченко"})
		p, err := s.Search(ctx, system, customers.Filter{Text: "шевченко олександр"})
		if err != nil || len(p.Customers) != 1 || p.Customers[0].ID != want[0] {
			t.Fatalf("found %d customers, %v; want the one", len(p.Customers), err)
		}
		if p, err = s.Search(ctx, system, customers.Filter{Text: "олекс"}); err != nil || len(p.Customers) != 50 || p.Next == 0 {
			t.Fatalf("common word: %d customers, next %d, %v", len(p.Customers), p.Next, err)
		}
	})
}

// Who may not read customers reads none.
func TestPermission(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := newService(d)
		nobody := access.Actor{Tenant: dbtest.Tenant, Kind: access.Person, ID: 5}
		if _, err := s.Get(ctx, nobody, 1); !errs.Is(err, errs.Forbidden) {
			t.Errorf("Get: %v", err)
		}
		if _, err := s.Search(ctx, nobody, customers.Filter{}); !errs.Is(err, errs.Forbidden) {
			t.Errorf("Search: %v", err)
		}
		if _, err := s.Get(ctx, system, 1); !errs.Is(err, errs.NotFound) {
			t.Errorf("Get of nobody: %v", err)
		}
	})
}
