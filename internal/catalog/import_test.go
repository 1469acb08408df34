package catalog_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

func (s *shop) preview(t *testing.T, kind catalog.ImportKind, table string) catalog.Import {
	t.Helper()
	imp, err := s.Preview(context.Background(), s.actor, catalog.Upload{Kind: kind, FileName: "table.csv", Body: strings.NewReader(table)})
	if err != nil {
		t.Fatal(err)
	}
	return imp
}

func (s *shop) load(t *testing.T, kind catalog.ImportKind, table string) catalog.Import {
	t.Helper()
	imp, err := s.Run(context.Background(), s.actor, s.preview(t, kind, table).ID)
	if err != nil {
		t.Fatal(err)
	}
	return imp
}

// rows are an import's rows in short: "2 failed A price import.fault.number; name: before→after".
func (s *shop) rows(t *testing.T, f catalog.RowFilter) []string {
	t.Helper()
	f.Limit = 500
	list, err := s.ImportRows(context.Background(), s.actor, f)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, r := range list {
		text := fmt.Sprint(r.No, " ", r.Action, " ", r.Code)
		for _, n := range r.Notes {
			text += fmt.Sprintf("; %s %s %s", n.Field, n.Key, strings.Join(n.Args, " "))
		}
		for _, f := range r.Fields {
			text += fmt.Sprintf("; %s: %s→%s", f.Name, f.Before, f.After)
		}
		if r.Refused != nil {
			text += "; refused " + r.Refused.Key
		}
		out = append(out, text)
	}
	return out
}

func counts(i catalog.Import) string {
	return fmt.Sprint(i.State, " ", i.Rows, " rows: ", i.Created, " created ", i.Changed, " changed ", i.Unchanged, " unchanged ", i.Failed, " failed ",
		i.Warned, " warned ", i.Refused, " refused")
}

func wantCounts(t *testing.T, i catalog.Import, want string) {
	t.Helper()
	if got := counts(i); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

const shopTable = `Прайс-лист магазину «Лад»;;;
;;;
Артикул;Назва;Ціна, грн;Собівартість;Штрихкод;Товар;Варіант;Вага, кг;Під замовлення;Склад комплекту;Примітка
0017;Чайник сталевий;1 890,50 грн;1200;4820000000017;;;1,25;ні;;
T-S;Футболка;499;;;Футболка Лад;S;;;;
T-M;;499;;;Футболка Лад;M;;так;;
SET;Набір;2 300,00;;;;;;;0017×1 + T-S×2;перша
`

func TestImportProducts(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		s, ctx := open(t, d), context.Background()
		imp := s.preview(t, catalog.ImportProducts, shopTable)
		wantCounts(t, imp, "preview 4 rows: 4 created 0 changed 0 unchanged 0 failed 0 warned 0 refused")
		if imp.Report.HeaderRow != 3 || imp.Report.Delimiter != ";" || imp.Report.Encoding != "utf-8" || imp.Report.Columns[10].Field != catalog.FieldIgnore {
			t.Errorf("report %+v", imp.Report)
		}
		if got := s.export(t, catalog.ExportCSV); strings.Count(got, "\n") != 1 {
			t.Errorf("the preview changed something:\n%s", got)
		}
		imp, err := s.Run(ctx, s.actor, imp.ID)
		if err != nil {
			t.Fatal(err)
		}
		wantCounts(t, imp, "done 4 rows: 4 created 0 changed 0 unchanged 0 failed 0 warned 0 refused")
		want := `code,name,product,variant,kind,price,cost,currency,weight_g,backorder,barcode,parts
0017,Чайник сталевий,,,goods,1890.50,1200.00,UAH,1250,no,4820000000017,
SET,Набір,,,kit,2300.00,0.00,UAH,0,no,,0017×1 + T-S×2
T-M,Футболка Лад M,Футболка Лад,M,goods,499.00,0.00,UAH,0,yes,,
T-S,Футболка,Футболка Лад,S,goods,499.00,0.00,UAH,0,no,,
`
		if diff := cmp.Diff(want, s.export(t, catalog.ExportCSV)); diff != "" {
			t.Error(diff)
		}
		if !strings.Contains(s.export(t, catalog.ExportExcel), "\r\n\"=\"\"0017\"\"\";") || !strings.HasPrefix(s.export(t, catalog.ExportExcel), "\uFEFFcode;name") {
			t.Errorf("for Excel:\n%s", s.export(t, catalog.ExportExcel))
		}
		page, err := s.List(ctx, s.actor, catalog.Filter{Text: "футболка"})
		if err != nil || len(page.SKUs) != 2 || page.SKUs[0].ProductID != page.SKUs[1].ProductID {
			t.Errorf("variants are not one product: %+v %v", page.SKUs, err)
		}
		wantCounts(t, s.preview(t, catalog.ImportProducts, shopTable), "preview 4 rows: 0 created 0 changed 4 unchanged 0 failed 0 warned 0 refused")
		again, err := s.Run(ctx, s.actor, imp.ID)
		if err != nil || again.State != catalog.StateDone || again.RowsDone != 4 {
			t.Errorf("a second run: %+v %v", again, err)
		}
	})
}

func TestImportTellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		s.goods(t, "A", "Чайник", 100)
		b := s.goods(t, "B", "Праска", 100)
		if err := s.AddBarcode(context.Background(), s.actor, b.ID, "4006381333931"); err != nil {
			t.Fatal(err)
		}
		imp := s.preview(t, catalog.ImportProducts, strings.Join([]string{
			"sku|назва|ціна|валюта|штрихкод|вид|комплект|вага",
			"A|Чайник|2,50|||||",
			"A|Чайник|3|||||",
			"|Без коду|3|||||",
			"4,82E+12|Зіпсований код|3|||||",
			"C|Штрихкод зіпсовано|3||4,82E+12|||",
			"D||3|||||",
			"E|Ціна словом|дорого|||||",
			"F|Тисяча чи один|1,890|||||",
			"G|Копійки|1,2345|||||",
			"H|Гривні чи злоті|5 zł|UAH||||",
			"I|Чужий штрихкод|5||4006381333931|||",
			"J|Контрольна цифра|5||4006381333932|||",
			"K|Загублений нуль|5||123456789012|||",
			"L|Двічі|5||4006381333932|||",
			"M|Набір без складу|5|||набір||",
			"N|Набір з нічого|5||||X×2|",
			"O|Набір у наборі|5||||P × 1|",
			"P|Набір|5||||A ×2 + K|",
			"A2|Від'ємна|-5|||||",
			"A3|Вид|5|||невідомо||",
			"A4|Вага|5|||||0,5 г",
			"B|Праска|5||||A×1|",
			"A5|Злоті|5 zł|PLN||||0,5 кг",
			"A6|" + strings.Repeat("н", 501) + "|5|||||",
		}, "\n"))
		want := []string{
			"2 changed A; price: 1.00→2.50",
			"3 failed A; code import.fault.repeated value A row 2",
			"4 failed ; code error.catalog.no_code ",
			"5 failed 4,82E+12; code import.fault.scientific value 4,82E+12",
			"6 failed C; barcode import.fault.scientific value 4,82E+12",
			"7 failed D; name error.catalog.no_name ",
			"8 failed E; price import.fault.number value дорого",
			"9 failed F; price import.fault.ambiguous value 1,890",
			"10 failed G; price import.fault.decimals value 1.2345",
			"11 failed H; price import.fault.currency sign PLN currency UAH",
			"12 failed I; barcode error.catalog.barcode_taken barcode 4006381333931 code B",
			"13 created J; barcode import.warn.check_digit barcode 4006381333932; name: →Контрольна цифра; kind: →goods; currency: →UAH; price: →5.00; cost: →0.00; barcode: →4006381333932",
			"14 created K; barcode import.warn.lost_zero barcode 123456789012; name: →Загублений нуль; kind: →goods; currency: →UAH; price: →5.00; cost: →0.00; barcode: →123456789012",
			"15 failed L; barcode import.warn.check_digit barcode 4006381333932; barcode import.fault.repeated value 4006381333932 row 13",
			"16 failed M; parts error.catalog.parts max 100",
			"17 failed N; parts import.fault.part code X",
			"18 failed O; parts import.fault.part code P",
			"19 created P; name: →Набір; kind: →kit; currency: →UAH; price: →5.00; cost: →0.00; parts: →A×2 + K×1",
			"20 failed A2; price import.fault.negative value -5",
			"21 failed A3; kind import.fault.word value невідомо",
			"22 failed A4; weight import.fault.weight value 0,5 г",
			"23 failed B; kind import.fault.kind_fixed kind goods",
			"24 created A5; name: →Злоті; kind: →goods; currency: →PLN; price: →5.00; cost: →0.00; weight: →500",
			"25 failed A6; name import.fault.too_long max 500",
		}
		if diff := cmp.Diff(want, s.rows(t, catalog.RowFilter{ImportID: imp.ID})); diff != "" {
			t.Error(diff)
		}
		wantCounts(t, imp, "preview 24 rows: 4 created 1 changed 0 unchanged 19 failed 2 warned 0 refused")
	})
}

func TestFilesThatAreNotTables(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		s, ctx := open(t, d), context.Background()
		for table, key := range map[string]string{
			"назва;ціна\nЧайник;1\n": "error.import.no_code_column", "код;назва\n": "error.import.empty", "": "error.import.empty",
		} {
			_, err := s.Preview(ctx, s.actor, catalog.Upload{Kind: catalog.ImportProducts, Body: strings.NewReader(table)})
			wantError(t, err, errs.Invalid, key)
		}
		_, err := s.Preview(ctx, s.actor, catalog.Upload{Kind: catalog.ImportStock, Body: strings.NewReader("код;назва\n1;2\n")})
		wantError(t, err, errs.Invalid, "error.import.no_stock_columns")
		_, err = s.Preview(ctx, s.actor, catalog.Upload{Kind: "orders", Mapping: map[string]catalog.Field{"a": "x"}})
		wantError(t, err, errs.Invalid, "error.import.kind")
		_, err = s.Preview(ctx, access.Actor{Tenant: dbtest.Tenant}, catalog.Upload{Kind: catalog.ImportProducts, Body: strings.NewReader("код\n1\n")})
		wantError(t, err, errs.Forbidden, "error.forbidden")
		list, err := s.Imports(ctx, s.actor, 0, 10)
		if err != nil || len(list) != 0 {
			t.Errorf("unreadable files left %v %v", list, err)
		}
	})
}

func TestMappingOverridesHeadings(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		imp, err := s.Preview(context.Background(), s.actor, catalog.Upload{Kind: catalog.ImportProducts,
			Body:    strings.NewReader("Код;Внутрішній №;Опис;Ціна\n1;0042;Чайник;7\n"),
			Mapping: map[string]catalog.Field{"Внутрішній №": catalog.FieldCode, "Опис": catalog.FieldName, "Ціна": catalog.FieldIgnore}})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"2 created 0042; name: →Чайник; kind: →goods; currency: →UAH; price: →0.00; cost: →0.00"}
		if diff := cmp.Diff(want, s.rows(t, catalog.RowFilter{ImportID: imp.ID})); diff != "" {
			t.Error(diff)
		}
	})
}

func TestXLSXImport(t *testing.T) {
	t.Parallel()
	f := excelize.NewFile()
	for i, row := range [][]any{{"Kod", "Nazwa", "Cena", "EAN"}, {"0017", "Czajnik", 89.99, 4006381333931}, {"=X", "Żelazko", "1 299,00 zł", "4006381333931"}} {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		imp, err := s.Preview(context.Background(), s.actor, catalog.Upload{Kind: catalog.ImportProducts, Body: bytes.NewReader(b.Bytes())})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{
			"2 created 0017; name: →Czajnik; kind: →goods; currency: →UAH; price: →89.99; cost: →0.00; barcode: →4006381333931",
			"3 failed =X; barcode import.fault.repeated value 4006381333931 row 2; price import.fault.currency sign PLN currency UAH",
		}
		if diff := cmp.Diff(want[:1], s.rows(t, catalog.RowFilter{ImportID: imp.ID, Action: catalog.ActionCreated})); diff != "" {
			t.Error(diff)
		}
		if got := s.rows(t, catalog.RowFilter{ImportID: imp.ID, After: 2}); len(got) != 1 || !strings.Contains(got[0], "repeated value 4006381333931 row 2") {
			t.Error(got)
		}
	})
}

func TestUndoPutsBackExactly(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		s, ctx := open(t, d), context.Background()
		s.load(t, catalog.ImportProducts, shopTable)
		before := s.export(t, catalog.ExportCSV)
		imp := s.load(t, catalog.ImportProducts, `code;name;price;cost;barcode;product;variant;parts;weight;backorder
0017;Чайник новий;1;2;4006381333931;Чайники;мідний;;5;так
T-S;Футболка біла;;;111,222;Чайники;;;;
SET;;;;333;;;0017×3;;
NEW;Нова;5;;4820000000017;Футболка Лад;;;;
NEWSET;Новий набір;5;;;;;NEW×1 + T-M×1,5;;
`)
		wantCounts(t, imp, "done 5 rows: 0 created 3 changed 0 unchanged 2 failed 0 warned 0 refused")
		imp = s.load(t, catalog.ImportProducts, "code;name;price;product;parts\nNEW;Нова;5;Футболка Лад;\nNEWSET;Новий набір;7;;NEW×1 + T-M×1,5\n")
		wantCounts(t, imp, "done 2 rows: 2 created 0 changed 0 unchanged 0 failed 0 warned 0 refused")
		after := s.export(t, catalog.ExportCSV)
		list, err := s.Imports(ctx, s.actor, 0, 10)
		if err != nil || len(list) != 3 {
			t.Fatal(list, err)
		}
		for _, i := range list[:2] {
			done, err := s.Undo(ctx, s.actor, i.ID)
			if err != nil || done.State != catalog.StateUndone || done.Refused != 0 {
				t.Fatalf("%+v %v %v", done, err, s.rows(t, catalog.RowFilter{ImportID: i.ID, Refused: true}))
			}
		}
		if diff := cmp.Diff(before, s.export(t, catalog.ExportCSV)); diff != "" {
			t.Error(diff)
		}
		if after == before {
			t.Error("the imports changed nothing")
		}
		page, err := s.List(ctx, s.actor, catalog.Filter{Text: "біла"})
		if err != nil || len(page.SKUs) != 0 {
			t.Errorf("words of the undone name are still found: %v %v", codes(page.SKUs), err)
		}
	})
}

func TestUndoLeavesWhatChangedSince(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		s, ctx := open(t, d), context.Background()
		a, b := s.goods(t, "A", "Чайник", 100), s.goods(t, "B", "Праска", 100)
		if err := s.AddBarcode(ctx, s.actor, b.ID, "777"); err != nil {
			t.Fatal(err)
		}
		imp := s.load(t, catalog.ImportProducts, "code;name;price;barcode\nA;;2;\nB;;3;888\nC;Нова;4;\nD;Нова;4;\n")
		price := money.New(900, money.UAH)
		if _, err := s.UpdateSKU(ctx, s.actor, catalog.SKUUpdate{ID: a.ID, Version: 2, Price: &price}); err != nil {
			t.Fatal(err)
		}
		other := s.goods(t, "E", "Має 777", 1)
		if err := s.AddBarcode(ctx, s.actor, other.ID, "777"); err != nil {
			t.Fatal(err)
		}
		page, err := s.List(ctx, s.actor, catalog.Filter{Text: "C"})
		if err != nil {
			t.Fatal(err)
		}
		s.held[page.SKUs[0].ID] = true
		imp, err = s.Undo(ctx, s.actor, imp.ID)
		if err != nil {
			t.Fatal(err)
		}
		wantCounts(t, imp, "undone 4 rows: 2 created 2 changed 0 unchanged 0 failed 0 warned 3 refused")
		var got []string
		for _, r := range s.rows(t, catalog.RowFilter{ImportID: imp.ID, Refused: true}) {
			got = append(got, r[:1]+r[strings.LastIndex(r, " "):])
		}
		want := []string{"2 import.refused.changed", "3 import.refused.barcode", "4 error.catalog.held"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		s.held = map[int64]bool{}
		if imp, err = s.Undo(ctx, s.actor, imp.ID); err != nil || imp.Refused != 2 {
			t.Errorf("a second undo: %+v %v", imp, err)
		}
	})
}

func TestStopAndResume(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		var table strings.Builder
		table.WriteString("code;name;price\n")
		for i := range 1700 {
			fmt.Fprintf(&table, "S-%d;Товар %d;%d,50\n", i, i, i)
		}
		imp := s.preview(t, catalog.ImportProducts, table.String())
		ctx, cancel := context.WithCancel(context.Background())
		s.AddHooks(after(cancel))
		if _, err := s.Run(ctx, s.actor, imp.ID); err == nil {
			t.Fatal("the run was not interrupted")
		}
		ctx = context.Background()
		half, err := s.GetImport(ctx, s.actor, imp.ID)
		if err != nil || half.State != catalog.StateRunning || half.RowsDone == 0 || half.RowsDone == 1700 {
			t.Fatalf("%+v %v", half, err)
		}
		if _, err := s.Undo(ctx, s.actor, imp.ID); !errs.Is(err, errs.Conflict) {
			t.Errorf("undo of a running import: %v", err)
		}
		if half, err = s.Stop(ctx, s.actor, imp.ID); err != nil || half.State != catalog.StateStopped {
			t.Fatalf("%+v %v", half, err)
		}
		done, err := s.Run(ctx, s.actor, imp.ID)
		if err != nil {
			t.Fatal(err)
		}
		wantCounts(t, done, "done 1700 rows: 1700 created 0 changed 0 unchanged 0 failed 0 warned 0 refused")
		if n := strings.Count(s.export(t, catalog.ExportCSV), "\n"); n != 1701 {
			t.Errorf("%d lines", n)
		}
		if undone, err := s.Undo(ctx, s.actor, imp.ID); err != nil || undone.Refused != 0 {
			t.Errorf("%+v %v", undone, err)
		}
		if n := strings.Count(s.export(t, catalog.ExportCSV), "\n"); n != 1 {
			t.Errorf("%d lines after undo", n)
		}
	})
}

// after cancels a context when the first chunk is durable.
type after context.CancelFunc

func (f after) SKUChanged(_ context.Context, tx *db.Tx, _ []int64) error {
	tx.AfterCommit(f)
	return nil
}

func TestImportStock(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		s, ctx := open(t, d), context.Background()
		a, b := s.goods(t, "0017", "Чайник", 100), s.goods(t, "B", "Кабель, м", 100)
		s.create(t, catalog.NewProduct{SKUs: []catalog.NewSKU{{Code: "SVC", Name: "Пакування", Kind: catalog.KindService}}})
		if err := s.AddBarcode(ctx, s.actor, b.ID, "4006381333931"); err != nil {
			t.Fatal(err)
		}
		s.shelf["main"][a.ID], s.shelf["main"][b.ID] = qty.Pieces(5), 1500
		imp := s.preview(t, catalog.ImportStock, `Код;Штрихкод;Склад;Залишок
0017;;main;7 шт
;4006381333931;main;1,5
0017;;back;3
0017;;main;8
NOPE;;main;1
SVC;;main;1
B;;nowhere;1
B;;back;-1
B;;back;
;;back;1
`)
		want := []string{
			"2 changed 0017; quantity: 5→7", "3 unchanged B", "4 changed 0017; quantity: 0→3",
			"5 failed 0017; code import.fault.repeated value 0017 row 2", "6 failed NOPE; code import.fault.unknown_sku value NOPE",
			"7 failed SVC; code import.fault.no_stock code SVC", "8 failed B; warehouse import.fault.warehouse value nowhere",
			"9 failed B; quantity import.fault.negative value -1", "10 failed B; quantity import.fault.no_quantity ", "11 failed ; code error.catalog.no_code ",
		}
		if diff := cmp.Diff(want, s.rows(t, catalog.RowFilter{ImportID: imp.ID})); diff != "" {
			t.Error(diff)
		}
		s.broken = 1
		if _, err := s.Run(ctx, s.actor, imp.ID); !errs.Is(err, errs.Unavailable) {
			t.Fatalf("run: %v", err)
		}
		imp, err := s.Run(ctx, s.actor, imp.ID)
		if err != nil {
			t.Fatal(err)
		}
		wantCounts(t, imp, "done 10 rows: 0 created 2 changed 1 unchanged 7 failed 0 warned 0 refused")
		if s.shelf["main"][a.ID] != qty.Pieces(7) || s.shelf["back"][a.ID] != qty.Pieces(3) || len(s.posted) != 2 {
			t.Errorf("%v, documents %v", s.shelf, s.posted)
		}
		if imp, err = s.Undo(ctx, s.actor, imp.ID); err != nil || imp.State != catalog.StateUndone {
			t.Fatal(imp, err)
		}
		if s.shelf["main"][a.ID] != qty.Pieces(5) || s.shelf["main"][b.ID] != 1500 || s.shelf["back"][a.ID] != 0 {
			t.Errorf("after undo %v", s.shelf)
		}
		if _, err := s.Undo(ctx, s.actor, imp.ID); err != nil || s.shelf["main"][a.ID] != qty.Pieces(5) {
			t.Errorf("undo twice: %v %v", s.shelf, err)
		}
	})
}

// failing breaks on its first write.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestExportReportsABrokenWriter(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		s, ctx := open(t, d), context.Background()
		s.goods(t, "A", "Чайник", 1)
		if err := s.Export(ctx, s.actor, failing{}, catalog.ExportCSV); err == nil {
			t.Error("no error")
		}
		wantError(t, s.Export(ctx, s.actor, io.Discard, "pdf"), errs.Invalid, "error.export.format")
	})
}
