package connections

import (
	"context"
	"strconv"

	"github.com/lad-hub/lad/internal/platform/db"
)

// OffersAsked chooses offers of a connection that are still there; empty fields ask for nothing.
type OffersAsked struct {
	ConnectionID int64
	ExternalID   string
	ExternalIDs  []string
	Barcode      string
	SKUCode      string
	Limit        int64
	Offset       int64
}

// OffersPage reads a page of a connection's offers by its place, in order of their ids. Offers is quicker for walking.
func (s *Service) OffersPage(ctx context.Context, tx *db.Tx, f OffersAsked) ([]Listing, error) {
	where, args := "l.connection_id = $2 and l.gone_at = 0", []any{int64(tx.Tenant), f.ConnectionID}
	arg := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	if f.ExternalID != "" {
		where += " and l.external_id = " + arg(f.ExternalID)
	}
	if f.Barcode != "" {
		where += " and l.barcode = " + arg(f.Barcode)
	}
	if f.SKUCode != "" {
		where += " and l.sku_code = " + arg(f.SKUCode)
	}
	if len(f.ExternalIDs) > 0 {
		in, list := db.In(len(args)+1, f.ExternalIDs)
		where += " and l.external_id in " + in
		args = append(args, list...)
	}
	return listings(ctx, tx, where+" order by l.id limit "+arg(f.Limit)+" offset "+arg(f.Offset), args...)
}
