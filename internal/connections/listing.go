package connections

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// Link says which SKU an offer sells; SKUID 0: not linked yet.
type Link struct {
	ListingID int64
	SKUID     int64
}

// Links finds what a channel's offers sell; an offer that was never read is left out.
func (s *Service) Links(ctx context.Context, tx *db.Tx, connectionID int64, offerIDs []string) (map[string]Link, error) {
	out := map[string]Link{}
	err := db.Chunk(offerIDs, 500, func(ids []string) error {
		in, args := db.In(3, ids)
		return tx.Each(ctx, "select external_id, id, sku_id from listing where tenant_id = $1 and connection_id = $2 and external_id in "+in,
			append([]any{int64(tx.Tenant), connectionID}, args...), func(sc db.Scanner) error {
				var id string
				var l Link
				err := sc.Scan(&id, &l.ListingID, &l.SKUID)
				out[id] = l
				return err
			})
	})
	return out, err
}

// LinkListing ties an offer to a SKU by hand, or unties it with SKU 0. Waiting order lines of the offer get the SKU and hold
// its stock in the same transaction; the channel is told the SKU's quantity.
func (s *Service) LinkListing(ctx context.Context, a access.Actor, listingID, skuID int64) error {
	if err := a.Must(access.ConnectionsWrite); err != nil {
		return err
	}
	return s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		var connection, was int64
		var offer string
		err := tx.QueryRow(ctx, "select connection_id, external_id, sku_id from listing where tenant_id = $1 and id = $2"+tx.ForUpdate(),
			int64(tx.Tenant), listingID).Scan(&connection, &offer, &was)
		if err != nil {
			return errs.Wrap(errs.NotFound, err, "error.listing.not_found")
		}
		if was == skuID {
			return nil
		}
		if was != 0 {
			if err := unwant(ctx, tx, connection, listingID, was); err != nil {
				return err
			}
		}
		if err := s.link(ctx, tx, connection, listingID, offer, skuID, a.String()); err != nil {
			return err
		}
		tenant := a.Tenant
		tx.AfterCommit(func() { s.runners.wakeAll(tenant, laneStock); s.Changed(tenant, connection) })
		return s.journal.Append(ctx, tx, journal.Record{Actor: a.String(), Kind: "listing.linked", Subject: "connection", SubjectID: connection,
			Payload: map[string]any{"listing": listingID, "offer": offer, "sku_id": skuID, "was": was}})
	})
}

// link stores the tie and what follows from it.
func (s *Service) link(ctx context.Context, tx *db.Tx, connection, listingID int64, offer string, skuID int64, by string) error {
	if skuID == 0 {
		_, err := tx.Exec(ctx, "update listing set sku_id = 0, linked_by = $3 where tenant_id = $1 and id = $2", int64(tx.Tenant), listingID, by)
		return err
	}
	return s.tie(ctx, tx, connection, []Tie{{ListingID: listingID, SKUID: skuID, offer: offer}}, by)
}

// listingSelect reads listings with the state of their quantity.
const listingSelect = `select l.id, l.connection_id, l.external_id, l.sku_code, l.barcode, l.title, l.url, l.price_minor, l.currency, l.sku_id, l.linked_by, l.active, l.refuses, l.seen_at,
	coalesce(s.dirty, false), coalesce(s.state, ''), coalesce(s.wanted_at, 0), coalesce(s.sent, -1000), coalesce(s.sent_at, 0), coalesce(s.accepted_at, 0),
	coalesce(s.confirmed, -1000), coalesce(s.confirmed_at, 0), coalesce(s.error, '')
	from listing l left join listing_stock s on s.tenant_id = l.tenant_id and s.sku_id = l.sku_id and s.connection_id = l.connection_id and s.listing_id = l.id
	where l.tenant_id = $1 `

func scanListing(sc db.Scanner) (Listing, error) {
	var l Listing
	st := &l.Stock
	err := sc.Scan(&l.ID, &l.ConnectionID, &l.ExternalID, &l.SKUCode, &l.Barcode, &l.Title, &l.URL, &l.PriceMinor, &l.Currency, &l.SKUID, &l.LinkedBy, &l.Active, &l.Refuses, &l.SeenAt,
		&st.Dirty, &st.State, &st.WantedAt, &st.SentQty, &st.SentAt, &st.AcceptedAt, &st.ConfirmedQty, &st.ConfirmedAt, &st.Error)
	return l, err
}

// ListingFilter chooses listings. After is the keyset position (listing id).
type ListingFilter struct {
	ConnectionID int64
	SKUIDs       []int64
	Unlinked     bool
	After        int64
	Limit        int
}

// Listings reads listings with the state of their quantity.
func (s *Service) Listings(ctx context.Context, tx *db.Tx, f ListingFilter) ([]Listing, error) {
	if f.Limit <= 0 || f.Limit > 1000 {
		f.Limit = 100
	}
	query := listingSelect + `and l.gone_at = 0 and l.id > $2`
	args := []any{int64(tx.Tenant), f.After}
	if f.ConnectionID != 0 {
		args = append(args, f.ConnectionID)
		query += " and l.connection_id = $3"
	}
	if len(f.SKUIDs) > 0 {
		in, ids := db.In(len(args)+1, f.SKUIDs)
		query += " and l.sku_id in " + in
		args = append(args, ids...)
	}
	if f.Unlinked {
		query += " and l.sku_id = 0"
	}
	in, limit := db.In(len(args)+1, []int{f.Limit})
	query += " order by l.id limit " + in
	var out []Listing
	err := tx.Each(ctx, query, append(args, limit...), func(sc db.Scanner) error {
		l, err := scanListing(sc)
		out = append(out, l)
		return err
	})
	return out, err
}
