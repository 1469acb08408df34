package catalog

import (
	"context"
	"encoding/csv"
	"io"
	"strings"

	"github.com/lad-hub/lad/internal/catalog/sheet"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// ExportFormat says for whom the table is written.
type ExportFormat string

// The formats. Both are UTF-8 with a header, money with a decimal point, and can be imported again without changes.
const (
	// ExportCSV is for programs: commas, no byte order mark.
	ExportCSV ExportFormat = "csv"
	// ExportExcel opens with a double click: semicolons, byte order mark, long and zero-led digits as ="0017".
	ExportExcel ExportFormat = "excel"
)

// exportPage is how many SKUs are read at once.
const exportPage = 1000

// exportHeadings are the field names; weight says its unit.
var exportHeadings = []string{"code", "name", "product", "variant", "kind", "price", "cost", "currency", "weight_g", "backorder", "barcode", "parts"}

// Export writes all live SKUs in order of their folded codes. The table is of one moment. A writer that fails ends it.
func (s *Service) Export(ctx context.Context, a access.Actor, w io.Writer, f ExportFormat) error {
	if f != ExportCSV && f != ExportExcel {
		return errs.New(errs.Invalid, "error.export.format", "format", string(f))
	}
	out := csv.NewWriter(w)
	if f == ExportExcel {
		if _, err := io.WriteString(w, "\uFEFF"); err != nil {
			return err
		}
		out.Comma, out.UseCRLF = ';', true
	}
	if err := out.Write(exportHeadings); err != nil {
		return err
	}
	err := s.read(ctx, a, func(tx *db.Tx) error {
		at := cursor{}
		for {
			page, err := listPage(ctx, tx, Filter{Limit: exportPage}, at)
			if err != nil {
				return err
			}
			if err := exportRows(ctx, tx, out, f, page.SKUs); err != nil || page.Next == "" {
				return err
			}
			if at, err = parseCursor(page.Next); err != nil {
				return err
			}
		}
	})
	out.Flush()
	if err != nil {
		return err
	}
	return out.Error()
}

func exportRows(ctx context.Context, tx *db.Tx, out *csv.Writer, f ExportFormat, skus []SKU) error {
	var kits, products []int64
	for _, sku := range skus {
		products = append(products, sku.ProductID)
		if sku.Kind == KindKit {
			kits = append(kits, sku.ID)
		}
	}
	groups, err := productsByID(ctx, tx, products)
	if err != nil {
		return err
	}
	parts, err := partsText(ctx, tx, kits)
	if err != nil {
		return err
	}
	digits := sheet.Guard
	if f == ExportExcel {
		digits = sheet.Verbatim
	}
	for _, sku := range skus {
		barcodes := digits(strings.Join(sku.Barcodes, " "))
		err := out.Write([]string{digits(sku.Code), sheet.Guard(sku.Name), sheet.Guard(groups[sku.ProductID].Name), sheet.Guard(sku.Variant),
			string(sku.Kind), sku.Price.Decimal(), sku.Cost.Decimal(), string(sku.Price.Currency), weightText(sku.WeightGrams),
			yesNo(sku.Backorder), barcodes, sheet.Guard(parts[sku.ID])})
		if err != nil {
			return err
		}
	}
	return nil
}
