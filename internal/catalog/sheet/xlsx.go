package sheet

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/lad-hub/lad/internal/platform/errs"
)

// eachXLSX reads the first sheet that has rows. The stored value of a cell is its text, with one exception: a number that is
// shown with leading zeros ("0000" format) comes as shown. So two readers walk over the sheet in step.
func (f *File) eachXLSX(ctx context.Context, row func(Row) error) (err error) {
	book, err := excelize.OpenReader(bytes.NewReader(f.raw), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: memoryXML})
	if err != nil {
		return unreadable(err)
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	for _, name := range book.GetSheetList() {
		seen := false
		err := eachSheetRow(ctx, book, name, func(r Row) error {
			seen = true
			return row(r)
		})
		if err != nil || seen {
			return err
		}
	}
	return nil
}

func unreadable(err error) error {
	if strings.Contains(err.Error(), "unzip size exceeds") {
		return errs.Wrap(errs.TooLarge, err, "error.import.unzipped", "megabytes", maxUnzipped>>20)
	}
	return errs.Wrap(errs.Invalid, err, "error.import.unreadable")
}

func eachSheetRow(ctx context.Context, book *excelize.File, sheet string, row func(Row) error) (err error) {
	stored, err := book.Rows(sheet)
	if err != nil {
		return unreadable(err)
	}
	defer func() { err = errors.Join(err, stored.Close()) }()
	shown, err := book.Rows(sheet)
	if err != nil {
		return unreadable(err)
	}
	defer func() { err = errors.Join(err, shown.Close()) }()
	for no := 1; stored.Next() && shown.Next(); no++ {
		if no%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		cells, err := stored.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return unreadable(err)
		}
		seen, err := shown.Columns(excelize.Options{RawCellValue: false})
		if err != nil {
			return unreadable(err)
		}
		if len(cells) == 0 {
			continue
		}
		for i := range cells {
			if i < len(seen) && zeroPadded(cells[i], seen[i]) {
				cells[i] = seen[i]
			}
		}
		if err := row(Row{No: no, Cells: cells}); err != nil {
			return err
		}
	}
	if err := stored.Error(); err != nil {
		return unreadable(err)
	}
	return nil
}

// zeroPadded says whether shown is the stored whole number with zeros in front.
func zeroPadded(stored, shown string) bool {
	return len(shown) > len(stored) && shown[0] == '0' && strings.Trim(shown, "0123456789") == "" && strings.TrimLeft(shown, "0") == stored
}
