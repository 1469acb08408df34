package connections

import (
	"context"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/platform/db"
)

// OffersAsked chooses offers of a connection that are still there; empty fields ask for nothing.
type OffersAsked struct {
	ConnectionID int64
	ExternalID   string
	ExternalIDs  []string
	Barcode      string
	SKUCode      string
	Title        string // a part of it
	PriceFrom    *int64 // minor units, both ends included
	PriceTo      *int64
	ShownFrom    *int64 // thousandths that the channel shows
	ShownTo      *int64
	Sort         string // title, price or shown; their ids otherwise
	Descending   bool
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
	if f.Title != "" {
		part := "%" + likeEscape.Replace(f.Title) + "%"
		where += ` and (l.title like ` + arg(part) + ` escape '\' or lower(l.title) like ` + arg(strings.ToLower(part)) + ` escape '\')`
	}
	for _, bound := range []struct {
		what string
		to   *int64
	}{{"l.price_minor >= ", f.PriceFrom}, {"l.price_minor <= ", f.PriceTo}, {shownSQL + " >= ", f.ShownFrom}, {shownSQL + " <= ", f.ShownTo}} {
		if bound.to != nil {
			where += " and " + bound.what + arg(*bound.to)
		}
	}
	return listings(ctx, tx, where+" order by "+f.order()+" limit "+arg(f.Limit)+" offset "+arg(f.Offset), args...)
}

// shownSQL is what the channel shows of an offer: what it confirmed, else what it was sent.
const shownSQL = "(case when coalesce(s.confirmed, -1) >= 0 then s.confirmed when coalesce(s.sent, -1) >= 0 then s.sent else 0 end)"

var likeEscape = strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`)

// order is how the offers stand: those that are alike by their ids.
func (f OffersAsked) order() string {
	direction := ""
	if f.Descending {
		direction = " desc"
	}
	if by := map[string]string{"title": "l.title", "price": "l.price_minor", "shown": shownSQL}[f.Sort]; by != "" {
		return by + direction + ", l.id" + direction
	}
	return "l.id" + direction
}
