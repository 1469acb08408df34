package catalogui_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/money"
)

func open(t *testing.T) *apptest.Living {
	t.Helper()
	return apptest.Live(t, dbtest.Options(t, db.SQLite))
}

// must fails unless the answer has the status and holds the texts.
func must(t *testing.T, what string, a apptest.Answer, status int, texts ...string) {
	t.Helper()
	if a.Status != status {
		t.Fatalf("%s: HTTP %d, want %d: %.400s", what, a.Status, status, a.Text)
	}
	words := a.Words(t)
	for _, text := range texts {
		if !strings.Contains(words, text) {
			t.Errorf("%s has no %q: %.1500s", what, text, words)
		}
	}
}

const table = `Артикул;Назва;Ціна, грн;Штрихкод;Примітка
LMP;Ліхтар налобний;450,00;;акція
0017;Чайник сталевий;1 890,50;4820000000017;
NEW;;12;;
BAD;Щось;дорого;;
`

func cp1251(t *testing.T, text string) []byte {
	t.Helper()
	b, err := charmap.Windows1251.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// settled waits until the import of a page is no longer under way and answers the page.
func settled(t *testing.T, b *apptest.Console, path string) apptest.Answer {
	t.Helper()
	var a apptest.Answer
	apptest.Eventually(t, "the import ends", func() bool {
		a = b.Fragment(path+"/progress", "import")
		return !strings.Contains(a.Text, "every 1s")
	})
	return a
}

// A table in windows-1251 is previewed, its columns are given other meanings, it is applied and taken back.
func TestImportFromUploadToUndo(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Add(catalog.NewSKU{Code: "LMP", Name: "Ліхтар", Price: money.New(412_00, money.UAH)})
	s.Start()
	b := s.Owner()
	must(t, "no file", b.Upload("/imports", url.Values{"kind": {"products"}}, "empty.csv", nil), http.StatusUnprocessableEntity, "жодного рядка")
	up := b.Upload("/imports", url.Values{"kind": {"products"}}, "прайс.csv", cp1251(t, table))
	must(t, "upload", up, http.StatusSeeOther)
	path := up.Header.Get("Location")
	preview := b.Get(path)
	must(t, "preview", preview, http.StatusOK, "windows-1251", "роздільник «;»", "412.00", "450.00", "Чайник сталевий", "«дорого» — не число", "Вкажіть назву", "Записати 2 рядки", "прайс.csv")
	preview.Check(t)
	must(t, "faulty rows", b.Get(path+"?only=failed"), http.StatusOK, "NEW", "BAD")

	remapped := b.Post(path+"/columns", url.Values{"field": {"code", "name", "", "barcode", ""}})
	must(t, "columns", remapped, http.StatusSeeOther)
	must(t, "old preview", b.Get(path), http.StatusNotFound)
	path = remapped.Header.Get("Location")
	must(t, "without prices", b.Get(path), http.StatusOK, "Записати 3 рядки")
	path = b.Post(path+"/columns", url.Values{"field": {"code", "name", "price", "barcode", ""}}).Header.Get("Location")

	must(t, "run", b.Post(path+"/run", nil), http.StatusSeeOther)
	must(t, "report", settled(t, b, path), http.StatusOK, "Готово", "Скасувати імпорт")
	must(t, "imported", b.Get("/stock?q=0017"), http.StatusOK, "Чайник сталевий")
	must(t, "undo", b.Post(path+"/undo", nil), http.StatusSeeOther)
	must(t, "undone", settled(t, b, path), http.StatusOK, "усе, як було")
	if text := b.Get("/stock?q=0017").Words(t); strings.Contains(text, "Чайник") {
		t.Error("an undone SKU is still there")
	}
	must(t, "past", b.Get("/imports"), http.StatusOK, "прайс.csv", "скасовано", "Олена Коваленко")
	must(t, "run again", b.Post(path+"/run", nil), http.StatusConflict)
}

func TestImportStockAndDiscard(t *testing.T) {
	t.Parallel()
	s := open(t)
	lamp := s.Goods("LMP", 100, 3)
	s.Start()
	b := s.Owner()
	path := b.Upload("/imports", url.Values{"kind": {"stock"}}, "stock.csv", []byte("code,quantity\nLMP,8\n")).Header.Get("Location")
	must(t, "preview", b.Get(path), http.StatusOK, "Кількість", "Записати 1 рядок")
	must(t, "run", b.Post(path+"/run", nil), http.StatusSeeOther)
	must(t, "done", settled(t, b, path), http.StatusOK, "Готово")
	s.Wants(lamp.ID, 8, 0)

	path = b.Upload("/imports", url.Values{"kind": {"stock"}}, "stock.csv", []byte("code,quantity\nLMP,9\n")).Header.Get("Location")
	must(t, "discard", b.Post(path+"/discard", nil), http.StatusSeeOther)
	must(t, "discarded", b.Get(path), http.StatusNotFound)
	must(t, "discard what was run", b.Post(strings.TrimSuffix(path, "2")+"1/discard", nil), http.StatusConflict)
	s.Wants(lamp.ID, 8, 0)
}

func TestPagesInEveryLanguage(t *testing.T) {
	t.Parallel()
	s := open(t)
	lamp := s.Goods("LMP", 41200, 7)
	kit := s.Add(catalog.NewSKU{Code: "SET", Name: "Набір", Kind: catalog.KindKit, Parts: []catalog.Part{{SKUID: lamp.ID, Qty: 1000}}})
	owner, viewer := s.Owner(), s.Viewer()
	path := owner.Upload("/imports", url.Values{"kind": {"products"}}, "прайс.csv", cp1251(t, table)).Header.Get("Location")
	pages := []string{"/catalog/new", fmt.Sprintf("/catalog/%d/edit", lamp.ID), fmt.Sprintf("/catalog/%d/edit", kit.ID), "/imports", path}
	for _, l := range i18n.Languages() {
		owner.Post("/language", url.Values{"lang": {string(l)}})
		for _, p := range pages {
			page := owner.Get(p)
			must(t, p, page, http.StatusOK)
			page.Check(t)
		}
	}
	for _, p := range pages {
		must(t, p+" for a viewer", viewer.Get(p), http.StatusForbidden, "не вистачає прав")
	}
	export := viewer.Get("/catalog/export?format=csv")
	if export.Status != http.StatusOK || !strings.HasPrefix(export.Text, "code,name,") || !strings.Contains(export.Text, "LMP") {
		t.Errorf("export: HTTP %d %.200s", export.Status, export.Text)
	}
	must(t, "format", viewer.Get("/catalog/export?format=pdf"), http.StatusBadRequest)
}

func TestNewProductWithVariantsAndKit(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.Owner()
	form := url.Values{"name": {"Футболка"}, "kind": {"goods"}, "rows": {"1"}, "code_0": {"T-S"}, "variant_0": {"S"}, "price_0": {"1 499,50 ₴"}, "weight_0": {"0,25"}, "barcodes_0": {"10 20"}}
	more := b.Act("/catalog/new", "/catalog/new/variant", form)
	must(t, "another variant", more, http.StatusOK, "Варіант 2")
	form.Set("rows", "2")
	form.Set("code_1", "T-S")
	form.Set("variant_1", "M")
	form.Set("price_1", "дорого")
	must(t, "faults", b.Act("/catalog/new", "/catalog/new", form), http.StatusUnprocessableEntity, "Введіть суму числом")
	form.Set("price_1", "500")
	must(t, "code twice", b.Act("/catalog/new", "/catalog/new", form), http.StatusUnprocessableEntity, "вказано двічі")
	form.Set("code_1", "T-M")
	made := b.Post("/catalog/new", form)
	must(t, "create", made, http.StatusSeeOther)
	must(t, "card", b.Get(made.Header.Get("Location")), http.StatusOK, "T-S", "1 499,50", "0,25 кг", "10, 20", "T-M")

	part := strings.TrimPrefix(made.Header.Get("Location"), "/stock/")
	must(t, "find a part", b.Get("/catalog/parts?find=T-S"), http.StatusOK, "T-S")
	must(t, "add a part", b.Act("/catalog/new", "/catalog/parts?add="+part, nil), http.StatusOK, "T-S")
	kit := url.Values{"name": {"Набір"}, "kind": {"kit"}, "rows": {"1"}, "code_0": {"SET"}, "price_0": {"2000"}}
	must(t, "a kit of nothing", b.Act("/catalog/new", "/catalog/new", kit), http.StatusUnprocessableEntity, "від 1 до")
	kit["part"], kit["part_"+part] = []string{part}, []string{"2"}
	must(t, "kit", b.Post("/catalog/new", kit), http.StatusSeeOther)
}

// What somebody else changed meanwhile is shown, nothing typed is lost, and the next save knows of it.
func TestEditConflictIsKind(t *testing.T) {
	t.Parallel()
	s := open(t)
	lamp := s.Goods("LMP", 41200, 0)
	b := s.Owner()
	path := fmt.Sprintf("/catalog/%d/edit", lamp.ID)
	form := url.Values{"version": {strconv.FormatInt(lamp.Version, 10)}, "name": {"Ліхтар мій"}, "code_0": {"LMP"}, "price_0": {"420"}}
	price := money.New(430_00, money.UAH)
	if _, err := s.Catalog.UpdateSKU(t.Context(), s.Who, catalog.SKUUpdate{ID: lamp.ID, Version: lamp.Version, Price: &price}); err != nil {
		t.Fatal(err)
	}
	refused := b.Post(path, form)
	must(t, "conflict", refused, http.StatusUnprocessableEntity, "змінив хтось інший", "430,00")
	if !strings.Contains(refused.Text, `value="Ліхтар мій"`) || !strings.Contains(refused.Text, fmt.Sprintf(`name="version" value="%d"`, lamp.Version+1)) {
		t.Error("what was typed is lost, or the new version is not in the form")
	}
	form.Set("version", strconv.FormatInt(lamp.Version+1, 10))
	must(t, "save", b.Post(path, form), http.StatusSeeOther)
	must(t, "card", b.Get(fmt.Sprint("/stock/", lamp.ID)), http.StatusOK, "Ліхтар мій", "420,00")
	must(t, "stale delete", b.Post(fmt.Sprintf("/catalog/%d/delete", lamp.ID), form), http.StatusUnprocessableEntity, "змінив хтось інший")
	form.Set("version", strconv.FormatInt(lamp.Version+2, 10))
	must(t, "delete", b.Post(fmt.Sprintf("/catalog/%d/delete", lamp.ID), form), http.StatusSeeOther)
	must(t, "deleted", b.Get(path), http.StatusNotFound)
}
