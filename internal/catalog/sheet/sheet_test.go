package sheet_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/lad-hub/lad/internal/catalog/sheet"
	"github.com/lad-hub/lad/internal/platform/errs"
)

func rows(t *testing.T, body []byte) (*sheet.File, [][]string) {
	t.Helper()
	f, err := sheet.Open(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var out [][]string
	err = f.Each(context.Background(), func(r sheet.Row) error {
		out = append(out, append([]string{fmt.Sprint(r.No)}, r.Cells...))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return f, out
}

func encoded(t *testing.T, e encoding.Encoding, s string) []byte {
	t.Helper()
	b, err := e.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The same table as programs of our merchants write it.
func TestEncodingsAndDelimiters(t *testing.T) {
	t.Parallel()
	const uk = "Артикул;Назва;Ціна\r\n0017;Кабель 5\" їжак;1 890,50 грн\r\n\r\nА-2;\"Чай; \"\"Лад\"\"\nчорний\";10\r\n"
	want := [][]string{{"1", "Артикул", "Назва", "Ціна"}, {"2", "0017", "Кабель 5\" їжак", "1 890,50 грн"}, {"4", "А-2", "Чай; \"Лад\" чорний", "10"}}
	const pl = "Kod;Nazwa\nŁ-1;Żółta gęś ćma\n"
	wantPL := [][]string{{"1", "Kod", "Nazwa"}, {"2", "Ł-1", "Żółta gęś ćma"}}
	with := func(d string) string {
		return strings.ReplaceAll(strings.ReplaceAll(uk, "Чай; ", "Чай: "), ";", d)
	}
	wantOther := [][]string{want[0], want[1], {"4", "А-2", "Чай: \"Лад\" чорний", "10"}}
	le, be := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	for _, c := range []struct {
		name      string
		body      []byte
		encoding  string
		delimiter rune
		want      [][]string
	}{
		{"utf-8", []byte(uk), "utf-8", ';', want},
		{"Excel CSV UTF-8", []byte("\uFEFF" + uk), "utf-8", ';', want},
		{"Excel CSV", encoded(t, charmap.Windows1251, uk), "windows-1251", ';', want},
		{"Excel CSV in Poland", encoded(t, charmap.Windows1250, pl), "windows-1250", ';', wantPL},
		{"Excel Unicode text", encoded(t, le, with("\t")), "utf-16le", '\t', wantOther},
		{"big endian", encoded(t, be, uk), "utf-16be", ';', want},
		{"no mark", encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), uk), "utf-16le", ';', want},
		{"no mark, big endian", encoded(t, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), uk), "utf-16be", ';', want},
		{"pipes", []byte(with("|")), "utf-8", '|', wantOther},
		{"tabs", []byte(with("\t")), "utf-8", '\t', wantOther},
		{"sep line", []byte("sep=,\r\nкод,ціна\r\n1,\"2,5\"\r\n"), "utf-8", ',', [][]string{{"2", "код", "ціна"}, {"3", "1", "2,5"}}},
		{"decimal commas", []byte("код;ціна\n1;2,5\n2;3,5\n3;4,5\n"), "utf-8", ';', [][]string{{"1", "код", "ціна"}, {"2", "1", "2,5"}, {"3", "2", "3,5"}, {"4", "3", "4,5"}}},
		{"one column", []byte("код\n0017\n"), "utf-8", ';', [][]string{{"1", "код"}, {"2", "0017"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f, got := rows(t, c.body)
			if f.Encoding != c.encoding || f.Delimiter != c.delimiter || f.Format != sheet.CSV {
				t.Errorf("recognised %s %q", f.Encoding, f.Delimiter)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func book(t *testing.T, fill func(*excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	fill(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func must(t *testing.T, list ...error) {
	t.Helper()
	if err := errors.Join(list...); err != nil {
		t.Fatal(err)
	}
}

// Text cells, number cells, a number shown with leading zeros, a formula's computed value, an empty first sheet.
func TestXLSX(t *testing.T) {
	t.Parallel()
	body := book(t, func(f *excelize.File) {
		_, err := f.NewSheet("Товари")
		zeros := "0000"
		style, err2 := f.NewStyle(&excelize.Style{CustomNumFmt: &zeros})
		money := "#,##0.00 грн"
		style2, err3 := f.NewStyle(&excelize.Style{CustomNumFmt: &money})
		must(t, err, err2, err3,
			f.SetSheetRow("Товари", "A1", &[]any{"Артикул", "Штрихкод", "Ціна"}),
			f.SetSheetRow("Товари", "A2", &[]any{"0017", 4820000000017, 1890.5}),
			f.SetSheetRow("Товари", "A4", &[]any{17, "04820000000017", 19.99}),
			f.SetCellStyle("Товари", "A4", "A4", style), f.SetCellStyle("Товари", "C2", "C4", style2),
			f.SetCellValue("Товари", "E4", "далі"))
	})
	f, got := rows(t, body)
	want := [][]string{{"1", "Артикул", "Штрихкод", "Ціна"}, {"2", "0017", "4820000000017", "1890.5"}, {"4", "0017", "04820000000017", "19.99", "", "далі"}}
	if diff := cmp.Diff(want, got); diff != "" || f.Format != sheet.XLSX {
		t.Error(f.Format, diff)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	// The guard goes by the size that the file admits to; one that lies does not unpack.
	var bomb bytes.Buffer
	z := zip.NewWriter(&bomb)
	w, err := z.CreateRaw(&zip.FileHeader{Name: "xl/worksheets/sheet1.xml", Method: zip.Deflate, CompressedSize64: 4, UncompressedSize64: 2 << 30})
	must(t, err)
	_, err = w.Write([]byte("zip!"))
	must(t, err, z.Close())
	for _, c := range []struct {
		name string
		body []byte
		key  string
	}{
		{"empty", nil, "error.import.empty"},
		{"blank", []byte(" \r\n"), "error.import.empty"},
		{"old Excel", []byte("\xD0\xCF\x11\xE0\xA1\xB1"), "error.import.old_excel"},
		{"binary", []byte("\x89PNG\x00\x00\x00a\xff\x00b"), "error.import.binary"},
		{"too large", bytes.Repeat([]byte("a;b\n"), sheet.MaxBytes/4+1), "error.import.too_large"},
		{"half a zip", []byte("PK\x03\x04 and then nothing"), "error.import.unreadable"},
		{"zip bomb", bomb.Bytes(), "error.import.unzipped"},
		{"too many rows", bytes.Repeat([]byte("a\n"), sheet.MaxRows+1), "error.import.too_many_rows"},
		{"too wide", []byte(strings.Repeat(";", sheet.MaxColumns+1)), "error.import.too_wide"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f, err := sheet.Open(bytes.NewReader(c.body))
			if err == nil {
				err = f.Each(context.Background(), func(sheet.Row) error { return nil })
			}
			var e *errs.Error
			if !errors.As(err, &e) || e.Key != c.key {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestLongCellIsCut(t *testing.T) {
	t.Parallel()
	f, err := sheet.Open(strings.NewReader("a;\"" + strings.Repeat("я", sheet.MaxCell) + "\"\n"))
	must(t, err)
	must(t, f.Each(context.Background(), func(r sheet.Row) error {
		if !r.Cut || len(r.Cells[1]) > sheet.MaxCell || !utf8.ValidString(r.Cells[1]) {
			t.Errorf("cut %v, %d bytes", r.Cut, len(r.Cells[1]))
		}
		return nil
	}))
}

func TestText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", " a  b ": "a b", "a\u00a0\u202fb\r\nc": "a b c", "x\x00\u200by": "xy", `="0017"`: "0017", "'=1+1": "=1+1", "''=x": "'=x",
		"'тест'": "'тест'", `="a"`: `="a"`, "\uFFFDa": "a", "’": "’",
	} {
		if got := sheet.Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
	for _, s := range []string{"0017", "4820000000017", "=cmd", "-5", "'=x", "+38", "@a", "'", "''", "a", "17", `="0017"`, "'-", "=", "0"} {
		if g := sheet.Text(sheet.Guard(s)); g != s {
			t.Errorf("Guard: %q came back as %q", s, g)
		}
		if g := sheet.Text(sheet.Verbatim(s)); g != s {
			t.Errorf("Verbatim: %q came back as %q", s, g)
		}
	}
}

func TestParseNumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in       string
		decimals int
		want     sheet.Number
		err      error
	}{
		{"1 890,50 грн", 2, sheet.Number{Decimal: "1890.50", Unit: "грн"}, nil},
		{"1\u00a0890,50", 2, sheet.Number{Decimal: "1890.50"}, nil},
		{"1\u202f890,50\u00a0zł", 2, sheet.Number{Decimal: "1890.50", Unit: "zł"}, nil},
		{"1.890,50", 2, sheet.Number{Decimal: "1890.50"}, nil},
		{"1,890.50", 2, sheet.Number{Decimal: "1890.50"}, nil},
		{"1'890.5", 2, sheet.Number{Decimal: "1890.5"}, nil},
		{"1.234.567", 2, sheet.Number{Decimal: "1234567"}, nil},
		{"1,234,567.89", 2, sheet.Number{Decimal: "1234567.89"}, nil},
		{"$5", 2, sheet.Number{Decimal: "5", Unit: "$"}, nil},
		{"грн. 5.00", 2, sheet.Number{Decimal: "5.00", Unit: "грн"}, nil},
		{"-3", 2, sheet.Number{Decimal: "-3"}, nil},
		{"−3,5", 2, sheet.Number{Decimal: "-3.5"}, nil},
		{"-0", 2, sheet.Number{Decimal: "0"}, nil},
		{"0007", 2, sheet.Number{Decimal: "7"}, nil},
		{"0,125", 2, sheet.Number{Decimal: "0.125"}, nil},
		{"1,890", 2, sheet.Number{}, sheet.ErrAmbiguous},
		{"1.890", 2, sheet.Number{}, sheet.ErrAmbiguous},
		{"1,890", 3, sheet.Number{Decimal: "1.890"}, nil},
		{"1890,500", 2, sheet.Number{Decimal: "1890.500"}, nil},
		{"19.989999999999998", 2, sheet.Number{Decimal: "19.99"}, nil},
		{"2.9999999999999996", 2, sheet.Number{Decimal: "3"}, nil},
		{"4,82E+12", 2, sheet.Number{}, sheet.ErrScientific},
		{"4.82e+12", 2, sheet.Number{}, sheet.ErrScientific},
		{"", 2, sheet.Number{}, sheet.ErrNumber},
		{"ціна", 2, sheet.Number{}, sheet.ErrNumber},
		{"1-2", 2, sheet.Number{}, sheet.ErrNumber},
		{"1,2,3", 2, sheet.Number{}, sheet.ErrNumber},
		{"1.2,3.4", 2, sheet.Number{}, sheet.ErrNumber},
		{"12:30", 2, sheet.Number{}, sheet.ErrNumber},
		{strings.Repeat("9", 100), 2, sheet.Number{}, sheet.ErrNumber},
	} {
		got, err := sheet.ParseNumber(c.in, c.decimals)
		if !errors.Is(err, c.err) || got != c.want {
			t.Errorf("ParseNumber(%q, %d) = %+v, %v; want %+v, %v", c.in, c.decimals, got, err, c.want, c.err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	cp1251, _ := charmap.Windows1251.NewEncoder().Bytes([]byte("код;ціна\n0017;1,5\n"))
	for _, s := range [][]byte{[]byte("a;b\n1;2\n"), []byte("\uFEFFкод,назва\n\"a\"\"b\",c\n"), []byte("sep=|\n1|2\n"), cp1251,
		[]byte("\xFF\xFEa\x00;\x00b\x00\n\x00"), []byte("\xFE\xFF\x00a\x00\t\x00b"), []byte("PK\x03\x04"), []byte("\"open"), []byte("a\x00b"), []byte("\r\r\n")} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		file, err := sheet.Open(bytes.NewReader(body))
		if err == nil {
			err = file.Each(context.Background(), func(r sheet.Row) error {
				if r.No < 1 {
					t.Errorf("row %d", r.No)
				}
				for _, c := range r.Cells {
					if !utf8.ValidString(c) || strings.ContainsAny(c, "\x00\n\r") || strings.TrimSpace(c) != c {
						t.Errorf("cell %q", c)
					}
				}
				return nil
			})
		}
		var known *errs.Error
		if err != nil && !errors.As(err, &known) && !errors.Is(err, io.EOF) {
			t.Errorf("an error without words: %v", err)
		}
	})
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"1 890,50 грн", "1.890", "4,82E+12", "-0", "−3", "$1,234.5", "1'000", "0,1", "1..2", ",", "19.989999999999998"} {
		f.Add(s, 2)
	}
	f.Fuzz(func(t *testing.T, s string, decimals int) {
		n, err := sheet.ParseNumber(s, decimals)
		if err != nil {
			return
		}
		digits := strings.TrimPrefix(n.Decimal, "-")
		whole, frac, dot := strings.Cut(digits, ".")
		if whole == "" || strings.Trim(whole+frac, "0123456789") != "" || dot && frac == "" {
			t.Errorf("ParseNumber(%q) = %q", s, n.Decimal)
		}
		again, err := sheet.ParseNumber(n.Decimal, 3)
		if err != nil || again.Decimal != n.Decimal {
			t.Errorf("%q read again is %q, %v", n.Decimal, again.Decimal, err)
		}
	})
}
