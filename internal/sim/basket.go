package sim

import "fmt"

// Lines turns a basket's lines into an order's. What a buyer could not order is ErrNotOrderable unless the basket forces it: an
// offer that is not there, no pieces, or more pieces in the whole basket than a cart may hold.
func Lines[T, L any](b Basket, find func(offerID, sku string) *Row[T], allows func(r *Row[T], pieces int64) bool, line func(BasketLine, *Row[T]) L) ([]L, error) {
	lines := make([]L, 0, len(b.Lines))
	demand := map[int64]int64{}
	for _, bl := range b.Lines {
		row := find(bl.OfferID, bl.SKU)
		if row != nil {
			demand[row.ID] += bl.Quantity
		}
		if !b.Force && (row == nil || bl.Quantity <= 0 || !allows(row, demand[row.ID])) {
			return nil, fmt.Errorf("%w: offer %q, SKU %q", ErrNotOrderable, bl.OfferID, bl.SKU)
		}
		lines = append(lines, line(bl, row))
	}
	return lines, nil
}
