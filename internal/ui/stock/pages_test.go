package stockui_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

func open(t *testing.T) *apptest.Living {
	t.Helper()
	return apptest.Live(t, dbtest.Options(t, db.SQLite))
}

// must fails unless the answer has the status, is sound and holds the texts.
func must(t *testing.T, what string, a apptest.Answer, status int, texts ...string) {
	t.Helper()
	if a.Status != status {
		t.Fatalf("%s: HTTP %d, want %d: %.300s", what, a.Status, status, a.Text)
	}
	words := a.Words(t)
	for _, text := range texts {
		if !strings.Contains(words, text) {
			t.Errorf("%s has no %q: %.1500s", what, text, words)
		}
	}
}

func skuPath(s catalog.SKU) string { return fmt.Sprint("/stock/", s.ID) }

// listing puts an offer of a SKU on a silent channel, as far on its way as set says.
func listing(t *testing.T, s *apptest.Living, connection, id int64, sku catalog.SKU, set string) {
	t.Helper()
	s.Write(func(tx *db.Tx) error {
		ctx := context.Background()
		if _, err := tx.Exec(ctx, `insert into listing (tenant_id, id, connection_id, external_id, sku_code, barcode, title, url, price_minor, currency, sku_id, linked_by, active, refuses, seen_at)
			values ($1, $2, $3, $4, $5, '', $6, '', 100, 'UAH', $7, 'sku', true, '', $8)`, int64(tx.Tenant), id, connection, fmt.Sprint("o", id), sku.Code, sku.Name, sku.ID, tx.NowMicros()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `insert into listing_stock (tenant_id, sku_id, connection_id, listing_id, want_gen, done_gen, dirty, wanted_at, state, sent, sent_at, accepted_at, confirmed, confirmed_at)
			values ($1, $2, $3, $4, 1, 1, false, $5, 'confirmed', 7000, $5, $5, 7000, $5)`, int64(tx.Tenant), sku.ID, connection, id, tx.NowMicros()); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "update listing_stock set "+set+" where tenant_id = $1 and listing_id = $2", int64(tx.Tenant), id)
		return err
	})
}

func channel(t *testing.T, s *apptest.Living, id int64, name string) int64 {
	t.Helper()
	s.Write(func(tx *db.Tx) error {
		_, err := tx.Exec(context.Background(), `insert into connection (tenant_id, id, driver, name, state, settings, secrets, hook_secret, created_at)
			values ($1, $2, 'prom', $3, 'paused', '{}', $4, 'h', $5)`, int64(tx.Tenant), id, name, []byte{}, tx.NowMicros())
		return err
	})
	return id
}

// Every page of the stock in every language, for an owner and for somebody who may only look.
func TestPagesInEveryLanguage(t *testing.T) {
	t.Parallel()
	s := open(t)
	lamp, kettle := s.Goods("LMP", 41200, 7), s.Goods("KTL", 99900, 0)
	kit := s.Add(catalog.NewSKU{Code: "SET", Name: "Набір", Kind: catalog.KindKit, Price: money.New(100, money.UAH), Parts: []catalog.Part{{SKUID: lamp.ID, Qty: 2 * qty.One}}})
	gift := s.Add(catalog.NewSKU{Code: "GFT", Name: "Пакування", Kind: catalog.KindService})
	s.Adjust(lamp.ID, -1)
	a, b := channel(t, s, 900, "Prom A"), channel(t, s, 901, "Prom B")
	listing(t, s, a, 1000, lamp, "dirty = true, want_gen = 2, state = 'queued'")
	listing(t, s, b, 1001, lamp, "state = 'parked', error = 'price guard'")
	owner, viewer := s.Owner(), s.Viewer()
	for _, l := range i18n.Languages() {
		owner.Post("/language", url.Values{"lang": {string(l)}})
		for _, path := range []string{"/stock", "/stock?q=lmp", "/stock?q=nothing", "/stock?only=zero", "/stock?only=short", "/stock?only=unoffered", skuPath(lamp), skuPath(kettle), skuPath(kit), skuPath(gift),
			"/stock-documents", "/stock-documents/1", "/stock-documents/new", "/warehouses"} {
			page := owner.Get(path)
			must(t, path, page, http.StatusOK)
			page.Check(t)
			if !strings.Contains(page.Text, `<html lang="`+string(l)+`"`) {
				t.Errorf("%s is not in %s", path, l)
			}
		}
	}
	must(t, "viewer's card", viewer.Get(skuPath(lamp)), http.StatusOK, "7 → 6")
	if strings.Contains(viewer.Get(skuPath(lamp)).Text, "hx-post") {
		t.Error("a viewer is offered actions")
	}
	must(t, "viewer's document", viewer.Get("/stock-documents/new"), http.StatusForbidden)
	must(t, "viewer's receipt", viewer.Post(skuPath(lamp)+"/receipt", url.Values{"receipt_qty": {"5"}}), http.StatusForbidden)
	must(t, "viewer's resend", viewer.Post(skuPath(lamp)+"/resend", nil), http.StatusForbidden)
}

// The table says what each channel shows and marks what is not as it should be.
func TestTableShowsTheChannels(t *testing.T) {
	t.Parallel()
	s := open(t)
	lamp, kettle := s.Goods("LMP", 41200, 6), s.Goods("KTL", 99900, 7)
	s.Goods("MUG", 100, 3)
	a := channel(t, s, 900, "Prom A")
	listing(t, s, a, 1000, lamp, "dirty = true, want_gen = 2, state = 'queued'")
	listing(t, s, a, 1001, kettle, "state = 'parked', error = 'price guard'")
	b := s.Owner()
	page := b.Fragment("/stock", "stock-list")
	must(t, "table", page, http.StatusOK, "7 → 6", "не приймає", "Prom A · на паузі")
	if strings.Contains(page.Text, "<html") {
		t.Error("a fragment is a whole page")
	}
	must(t, "card", b.Fragment(skuPath(kettle), "card"), http.StatusOK, "price guard")
	must(t, "unoffered", b.Get("/stock?only=unoffered"), http.StatusOK, "MUG")
	if text := b.Get("/stock?only=unoffered").Words(t); strings.Contains(text, "KTL") {
		t.Error("an offered SKU counts as unoffered")
	}
	must(t, "resend", b.Act(skuPath(kettle), skuPath(kettle)+"/resend", nil), http.StatusOK, "Надсилаємо: 1 пропозиція")
	if n := s.Int("select count(*) from listing_stock where tenant_id = $1 and listing_id = 1001 and dirty and sent < 0"); n != 1 {
		t.Error("the quantity is not sent again")
	}
}

// Pages of 50 by keyset reach every SKU once, with and without a filter.
func TestPagesOfTheTable(t *testing.T) {
	t.Parallel()
	s := open(t)
	var in []catalog.NewProduct
	for i := range 120 {
		in = append(in, catalog.NewProduct{SKUs: []catalog.NewSKU{{Code: fmt.Sprintf("S-%03d", i), Name: "Річ"}}})
	}
	if _, err := s.Catalog.CreateProducts(t.Context(), s.Who, in); err != nil {
		t.Fatal(err)
	}
	b := s.Owner()
	code, next := regexp.MustCompile(`>(S-\d\d\d)<`), regexp.MustCompile(`href="(/stock\?[^"]*after=[^"]*)"`)
	for _, start := range []string{"/stock", "/stock?only=zero", "/stock?q=S-"} {
		seen := map[string]int{}
		for path := start; path != ""; {
			page := b.Get(path)
			for _, m := range code.FindAllStringSubmatch(page.Text, -1) {
				seen[m[1]]++
			}
			m := next.FindStringSubmatch(page.Text)
			path = ""
			if m != nil {
				path = strings.ReplaceAll(m[1], "&amp;", "&")
			}
		}
		if len(seen) != 120 {
			t.Errorf("%s: %d SKUs on all pages", start, len(seen))
		}
		for c, n := range seen {
			if n != 1 {
				t.Errorf("%s: %s stands %d times", start, c, n)
			}
		}
	}
}

func TestReceiptCountAndAdjustment(t *testing.T) {
	t.Parallel()
	s := open(t)
	lamp := s.Goods("LMP", 41200, 5)
	b, at := s.Owner(), skuPath(lamp)
	w := fmt.Sprint(s.Warehouse)
	must(t, "receipt", b.Act(at, at+"/receipt", url.Values{"receipt_qty": {"1 0,0"}, "receipt_warehouse": {w}}), http.StatusOK, "LMP: прийнято", "+10")
	must(t, "no reason", b.Act(at, at+"/adjustment", url.Values{"adjustment_qty": {"−2"}, "adjustment_warehouse": {w}}), http.StatusUnprocessableEntity, "Напишіть причину")
	must(t, "no number", b.Act(at, at+"/adjustment", url.Values{"adjustment_qty": {"two"}, "adjustment_warehouse": {w}, "adjustment_reason": {"x"}}), http.StatusUnprocessableEntity, "кількість числом")
	must(t, "too much", b.Act(at, at+"/adjustment", url.Values{"adjustment_qty": {"-99"}, "adjustment_warehouse": {w}, "adjustment_reason": {"x"}}), http.StatusUnprocessableEntity, "Товар LMP")
	must(t, "adjustment", b.Act(at, at+"/adjustment", url.Values{"adjustment_qty": {"−2"}, "adjustment_warehouse": {w}, "adjustment_reason": {"зламано"}}), http.StatusOK, "зламано", "−2")
	must(t, "future", b.Act(at, at+"/stocktake", url.Values{"stocktake_qty": {"9"}, "stocktake_warehouse": {w}, "stocktake_as_of": {"2999-01-01T10:00"}}), http.StatusUnprocessableEntity, "ще не настав")
	must(t, "count", b.Act(at, at+"/stocktake", url.Values{"stocktake_qty": {"9"}, "stocktake_warehouse": {w}}), http.StatusOK, "LMP: підрахунок записано")
	must(t, "plain form", b.Post(at+"/receipt", url.Values{"receipt_qty": {"1"}, "receipt_warehouse": {w}}), http.StatusSeeOther)
	must(t, "a sale by hand", b.Post(at+"/sale", nil), http.StatusNotFound)
	s.Wants(lamp.ID, 10, 0)
}

func TestDocumentOfSeveralSKUs(t *testing.T) {
	t.Parallel()
	s := open(t)
	lamp, mug := s.Goods("LMP", 41200, 5), s.Goods("MUG", 100, 0)
	b := s.Owner()
	must(t, "find", b.Get("/stock-documents/new/skus?find=mu"), http.StatusOK, "MUG")
	line := fmt.Sprint("/stock-documents/new/line?add=", mug.ID)
	must(t, "line", b.Act("/stock-documents/new", line, nil), http.StatusOK, "MUG")
	if a := b.Act("/stock-documents/new", line, url.Values{"sku": {fmt.Sprint(mug.ID)}}); a.Status != http.StatusNoContent {
		t.Errorf("a line twice: HTTP %d", a.Status)
	}
	form := url.Values{"kind": {"receipt"}, "warehouse": {fmt.Sprint(s.Warehouse)}, "reason": {"Накладна 7"}, "key": {"k1"}, "sku": {fmt.Sprint(lamp.ID), fmt.Sprint(mug.ID)},
		fmt.Sprint("qty_", lamp.ID): {"3"}, fmt.Sprint("qty_", mug.ID): {"x"}}
	must(t, "bad number", b.Act("/stock-documents/new", "/stock-documents/new", form), http.StatusUnprocessableEntity, "кількість числом", "LMP")
	form.Set(fmt.Sprint("qty_", mug.ID), "4")
	made := b.Post("/stock-documents/new", form)
	must(t, "post", made, http.StatusSeeOther)
	path := made.Header.Get("Location")
	if again := b.Post("/stock-documents/new", form); again.Header.Get("Location") != path {
		t.Errorf("the form sent twice made %s and %s", path, again.Header.Get("Location"))
	}
	must(t, "document", b.Get(path), http.StatusOK, "Накладна 7", "LMP", "MUG", "+4")
	must(t, "reverse without reason", b.Act(path, path+"/reverse", nil), http.StatusUnprocessableEntity, "Напишіть причину")
	must(t, "reverse", b.Act(path, path+"/reverse", url.Values{"reason": {"помилка"}}), http.StatusOK, "скасування", "−4")
	must(t, "reversed", b.Get(path), http.StatusOK, "скасовано")
	s.Wants(lamp.ID, 5, 0)
	s.Wants(mug.ID, 0, 0)
}

func TestWarehouses(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.Owner()
	must(t, "no name", b.Post("/warehouses", url.Values{"code": {"LVIV"}}), http.StatusUnprocessableEntity, "Вкажіть назву складу")
	must(t, "add", b.Post("/warehouses", url.Values{"code": {"LVIV"}, "name": {"Львів"}}), http.StatusSeeOther)
	must(t, "taken", b.Post("/warehouses", url.Values{"code": {"LVIV"}, "name": {"Ще"}}), http.StatusUnprocessableEntity, "уже є")
	must(t, "list", b.Get("/warehouses"), http.StatusOK, "Львів", "LVIV")
}
