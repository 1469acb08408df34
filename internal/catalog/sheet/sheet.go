// Package sheet reads the tables that people have: CSV in whatever encoding and with whatever delimiter their program wrote,
// and XLSX. Every cell comes out as the text a person saw: `0017` stays `0017`. It knows nothing of shops.
package sheet

import (
	"bytes"
	"context"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lad-hub/lad/internal/platform/errs"
)

// Bounds of one file. They keep a mistaken or hostile file from taking the machine.
const (
	MaxBytes   = 50 << 20
	MaxRows    = 300_000
	MaxColumns = 500
	// MaxCell is the length of one cell in bytes; longer cells are cut and the row says so.
	MaxCell = 32 << 10
	// maxUnzipped bounds an XLSX after decompression: a "zip bomb" is refused before it is unpacked.
	maxUnzipped = 1 << 30
	// memoryXML is how much of one XLSX part is kept in memory; larger parts are read from a temporary file.
	memoryXML = 16 << 20
)

// Format is the kind of file.
type Format string

// The formats.
const (
	CSV  Format = "csv"
	XLSX Format = "xlsx"
)

// File is a table that has been recognised but not read yet.
type File struct {
	Format Format
	// Encoding is "utf-8", "utf-16le", "utf-16be", "windows-1251" or "windows-1250"; empty for XLSX.
	Encoding string
	// Delimiter is the CSV's field separator; 0 for XLSX.
	Delimiter rune

	text string // CSV, decoded
	raw  []byte // XLSX
}

// Row is one record. No is its line (CSV) or row (XLSX) in the file, counted from 1, as a person finds it there.
type Row struct {
	No    int
	Cells []string
	// Cut says that a cell was longer than MaxCell and lost its end.
	Cut bool
}

// Cell is a cell by its index, empty when the row is shorter.
func (r Row) Cell(i int) string {
	if i < 0 || i >= len(r.Cells) {
		return ""
	}
	return r.Cells[i]
}

// Open reads a file whole (at most MaxBytes) and recognises its format, encoding and delimiter from the content; the name is
// not trusted. Faults are errs.Invalid or errs.TooLarge with words a person can act on.
func Open(r io.Reader) (*File, error) {
	body, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	switch {
	case err != nil:
		return nil, errs.Wrap(errs.Invalid, err, "error.import.unreadable")
	case len(body) > MaxBytes:
		return nil, errs.New(errs.TooLarge, "error.import.too_large", "megabytes", MaxBytes>>20)
	case len(bytes.TrimSpace(body)) == 0:
		return nil, errs.New(errs.Invalid, "error.import.empty")
	case bytes.HasPrefix(body, []byte("PK\x03\x04")):
		return &File{Format: XLSX, raw: body}, nil
	case bytes.HasPrefix(body, []byte{0xD0, 0xCF, 0x11, 0xE0}):
		return nil, errs.New(errs.Invalid, "error.import.old_excel")
	}
	text, encoding, err := decode(body)
	if err != nil {
		return nil, err
	}
	text, delimiter := detectDelimiter(text)
	return &File{Format: CSV, Encoding: encoding, Delimiter: delimiter, text: text}, nil
}

// Each calls f for every row that is not empty, in order, at most MaxRows of them. The row's cells are valid during the call.
func (f *File) Each(ctx context.Context, row func(Row) error) error {
	n := 0
	guarded := func(r Row) error {
		if len(r.Cells) > MaxColumns {
			return errs.New(errs.Invalid, "error.import.too_wide", "row", r.No, "columns", MaxColumns)
		}
		if !clean(&r) {
			return nil
		}
		if n++; n > MaxRows {
			return errs.New(errs.TooLarge, "error.import.too_many_rows", "rows", MaxRows)
		}
		if n%1000 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		return row(r)
	}
	if f.Format == XLSX {
		return f.eachXLSX(ctx, guarded)
	}
	return f.eachCSV(guarded)
}

// clean puts every cell of a row in order and says whether anything is in it.
func clean(r *Row) bool {
	any := false
	for i, c := range r.Cells {
		if len(c) > MaxCell {
			c, r.Cut = cut(c), true
		}
		r.Cells[i] = Text(c)
		any = any || r.Cells[i] != ""
	}
	return any
}

func cut(s string) string {
	n := MaxCell
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// Text is a cell as the program keeps it: Clean, and without the guards that Guard and Verbatim add.
func Text(s string) string { return unguard(Clean(s)) }

// Clean is a text without control or invisible characters, every run of white space (also no-break spaces and line breaks)
// one space, none at the ends.
func Clean(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	space := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// plain says that nothing in s needs care: the usual case, without an allocation.
func plain(s string) bool {
	space := true
	for _, r := range s {
		if r == ' ' {
			if space {
				return false
			}
			space = true
			continue
		}
		if r == utf8.RuneError || r < 0x20 || r > 0x7e && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return false
		}
		space = false
	}
	return !space || s == ""
}

// Guard protects a text that a spreadsheet would take for a formula with a leading apostrophe; reading takes it off again.
func Guard(s string) string {
	if t := strings.TrimLeft(s, "'"); t != "" && strings.ContainsRune("=+-@", rune(t[0])) {
		return "'" + s
	}
	return s
}

// Verbatim writes digits so that a spreadsheet shows them as they are (no lost zeros, no 4,82E+12): ="0017". Reading takes it
// off again. Other texts are guarded.
func Verbatim(s string) string {
	if len(s) > 1 && (s[0] == '0' || len(s) > 11) && strings.Trim(s, "0123456789") == "" {
		return `="` + s + `"`
	}
	return Guard(s)
}

func unguard(s string) string {
	if strings.HasPrefix(s, "'") && strings.ContainsRune("=+-@", first(strings.TrimLeft(s, "'"))) {
		return s[1:]
	}
	if digits, ok := strings.CutPrefix(s, `="`); ok && strings.HasSuffix(digits, `"`) {
		if d := strings.TrimSuffix(digits, `"`); d != "" && strings.Trim(d, "0123456789") == "" {
			return d
		}
	}
	return s
}

// first is the first character, or one that matches nothing.
func first(s string) rune {
	for _, r := range s {
		return r
	}
	return utf8.RuneError
}
