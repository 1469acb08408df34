package sheet

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"github.com/lad-hub/lad/internal/platform/errs"
)

// delimiters in the order of preference when a file gives no evidence.
const delimiters = ";,\t|"

// eachCSV reads records leniently: a quotation mark in the middle of a field is part of it (Кабель 5" stays), rows may be of
// any length.
func (f *File) eachCSV(row func(Row) error) error {
	r := csv.NewReader(strings.NewReader(f.text))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord, r.ReuseRecord = f.Delimiter, true, -1, true
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errs.Wrap(errs.Invalid, err, "error.import.unreadable")
		}
		line, _ := r.FieldPos(0)
		if err := row(Row{No: line, Cells: cells}); err != nil {
			return err
		}
	}
}

// detectDelimiter finds the separator. Excel's own "sep=;" line decides and is taken away (an empty line stays, so that line
// numbers are the file's); else it is the one that splits most of the first lines into the same number of fields.
func detectDelimiter(text string) (string, rune) {
	if rest, ok := strings.CutPrefix(text, "sep="); ok && len(rest) > 1 && strings.ContainsRune(delimiters, rune(rest[0])) &&
		(rest[1] == '\r' || rest[1] == '\n') {
		return rest[1:], rune(rest[0])
	}
	best, bestScore := ';', 0
	for _, d := range delimiters {
		if s := delimiterScore(text, d); s > bestScore {
			best, bestScore = d, s
		}
	}
	return text, best
}

// delimiterScore counts, over the first lines, those that agree with the most frequent number of fields, weighed by that
// number: a comma inside prices agrees less often than the true delimiter.
func delimiterScore(text string, d rune) int {
	const lines = 50
	widths := map[int]int{}
	width, quoted, seen := 1, false, 0
	start := true
	for i, r := range text {
		if i > 1<<20 {
			break
		}
		switch {
		case r == '"' && (quoted || start):
			quoted = !quoted
			start = false
			continue
		case quoted:
		case r == d:
			width++
			start = true
			continue
		case r == '\n':
			widths[width]++
			width, start = 1, true
			if seen++; seen >= lines {
				return widthScore(widths)
			}
			continue
		}
		start = false
	}
	if width > 1 {
		widths[width]++
	}
	return widthScore(widths)
}

func widthScore(widths map[int]int) int {
	best := 0
	for width, n := range widths {
		if width > 1 {
			best = max(best, n*100+min(width, 99))
		}
	}
	return best
}
