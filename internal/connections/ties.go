package connections

import (
	"context"
	"slices"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// Tie says that an offer is a SKU.
type Tie struct {
	ListingID int64
	SKUID     int64
	offer     string
}

// maxTies bounds the links that are made at once.
const maxTies = 2000

// Proposal is an offer without a SKU and the SKUs that it may be, the likeliest first.
type Proposal struct {
	Listing
	Candidates []Candidate
}

// Candidate is a SKU that an offer may be.
type Candidate struct {
	SKUID int64
	Why   string // "code", "barcode" or "name"
	PPM   int64  // how sure that is
}

// Proposals reads a page of unlinked offers with what they may be, in order of their ids.
func (s *Service) Proposals(ctx context.Context, tx *db.Tx, connectionID, after int64, limit int) ([]Proposal, error) {
	list, err := s.Offers(ctx, tx, connectionID, OffersUnlinked, after, limit)
	if err != nil {
		return nil, err
	}
	found, err := s.Catalog.Propose(ctx, tx, list)
	if err != nil {
		return nil, err
	}
	out := make([]Proposal, len(list))
	for i, l := range list {
		out[i] = Proposal{l, found[i]}
	}
	return out, nil
}

// LinkMany ties offers of a connection to SKUs at once. It answers the batch by which UndoLinks takes all of them back, and how
// many were tied: an offer that somebody has linked meanwhile keeps its SKU.
func (s *Service) LinkMany(ctx context.Context, a access.Actor, connectionID int64, ties []Tie) (batch int64, linked int, err error) {
	if err := a.Must(access.ConnectionsWrite); err != nil {
		return 0, 0, err
	}
	if len(ties) == 0 || len(ties) > maxTies {
		return 0, 0, errs.New(errs.Invalid, "error.connection.ties", "max", maxTies)
	}
	if batch, err = s.ids.New(ctx, "link_batch"); err != nil {
		return 0, 0, err
	}
	err = s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		if _, err := ByID(ctx, tx, connectionID); err != nil {
			return err
		}
		open, err := stillUnlinked(ctx, tx, connectionID, ties)
		if err != nil || len(open) == 0 {
			return err
		}
		linked = len(open)
		if err := s.tie(ctx, tx, connectionID, open, a.String()); err != nil {
			return err
		}
		if err := keepBatch(ctx, tx, batch, connectionID, a.String(), open); err != nil {
			return err
		}
		tenant := a.Tenant
		tx.AfterCommit(func() { s.runners.wakeAll(tenant, laneStock); s.Changed(tenant, connectionID) })
		return s.journal.Append(ctx, tx, journal.Record{Actor: a.String(), Kind: "listing.linked_many", Subject: "connection", SubjectID: connectionID,
			Payload: map[string]any{"offers": len(open), "batch": batch}})
	})
	return batch, linked, err
}

// stillUnlinked locks the listings and leaves out those that are linked, not the connection's, or named twice.
func stillUnlinked(ctx context.Context, tx *db.Tx, connectionID int64, ties []Tie) (out []Tie, err error) {
	wanted := map[int64]int64{}
	ids := make([]int64, len(ties))
	for i, t := range ties {
		wanted[t.ListingID], ids[i] = t.SKUID, t.ListingID
	}
	slices.Sort(ids)
	err = db.Chunk(slices.Compact(ids), 500, func(part []int64) error {
		in, args := db.In(3, part)
		return tx.Each(ctx, "select id, external_id from listing where tenant_id = $1 and connection_id = $2 and sku_id = 0 and id in "+in+" order by id"+tx.ForUpdate(),
			append([]any{int64(tx.Tenant), connectionID}, args...), func(sc db.Scanner) error {
				var t Tie
				err := sc.Scan(&t.ListingID, &t.offer)
				t.SKUID = wanted[t.ListingID]
				out = append(out, t)
				return err
			})
	})
	return out, err
}

// tie links unlinked listings: the links, what the listings should show, and the waiting lines of their orders.
func (s *Service) tie(ctx context.Context, tx *db.Tx, connectionID int64, ties []Tie, by string) error {
	err := db.Chunk(ties, 128, func(part []Tie) error {
		part = db.Pad(part)
		args := []any{int64(tx.Tenant), by}
		for _, t := range part {
			args = append(args, t.ListingID, t.SKUID)
		}
		_, err := tx.Exec(ctx, `with d (id, sku) as (values `+tx.Numbers(len(part), 2, 3)+`) update listing as l set sku_id = d.sku, linked_by = $2 from d
			where l.tenant_id = $1 and l.id = d.id`, args...)
		return err
	})
	if err != nil {
		return err
	}
	rows := make([]any, 0, 9*len(ties))
	offers := make([]LinkedOffer, len(ties))
	listings := make([]int64, len(ties))
	for i, t := range ties {
		rows = append(rows, int64(tx.Tenant), t.SKUID, connectionID, t.ListingID, int64(1), int64(0), true, tx.NowMicros(), "queued", int64(unknown), int64(unknown))
		offers[i], listings[i] = LinkedOffer{ListingID: t.ListingID, OfferID: t.offer, SKUID: t.SKUID}, t.ListingID
	}
	_, err = tx.Insert(ctx, "insert into listing_stock (tenant_id, sku_id, connection_id, listing_id, want_gen, done_gen, dirty, wanted_at, state, sent, confirmed)",
		"on conflict (tenant_id, sku_id, connection_id, listing_id) do nothing", 11, rows)
	if err != nil {
		return err
	}
	if err := wantPrices(ctx, tx, connectionID, listings); err != nil {
		return err
	}
	return s.Orders.Linked(ctx, tx, connectionID, offers)
}

func keepBatch(ctx context.Context, tx *db.Tx, batch, connectionID int64, actor string, ties []Tie) error {
	_, err := tx.Exec(ctx, "insert into link_batch (tenant_id, id, connection_id, actor, created_at) values ($1, $2, $3, $4, $5)",
		int64(tx.Tenant), batch, connectionID, actor, tx.NowMicros())
	if err != nil {
		return err
	}
	rows := make([]any, 0, 4*len(ties))
	for _, t := range ties {
		rows = append(rows, int64(tx.Tenant), batch, t.ListingID, t.SKUID)
	}
	_, err = tx.Insert(ctx, "insert into link_batch_item (tenant_id, batch_id, listing_id, sku_id)", "", 4, rows)
	return err
}

// LinkBatch is links that were made at once.
type LinkBatch struct {
	ID        int64
	Actor     string
	CreatedAt int64
	UndoneAt  int64 // 0: stands
	Links     int
}

// LinkBatches reads the newest batches of a connection.
func (s *Service) LinkBatches(ctx context.Context, tx *db.Tx, connectionID int64, limit int) (out []LinkBatch, err error) {
	err = tx.Each(ctx, `select b.id, b.actor, b.created_at, b.undone_at, (select count(*) from link_batch_item i where i.tenant_id = b.tenant_id and i.batch_id = b.id)
		from link_batch b where b.tenant_id = $1 and b.connection_id = $2 order by b.id desc limit $3`, []any{int64(tx.Tenant), connectionID, limit}, func(sc db.Scanner) error {
		var b LinkBatch
		err := sc.Scan(&b.ID, &b.Actor, &b.CreatedAt, &b.UndoneAt, &b.Links)
		out = append(out, b)
		return err
	})
	return out, err
}

// UndoLinks takes back the links of a batch that still stand as it made them, and says how many those were. Order lines that
// got their SKU by them keep it: their stock is held.
func (s *Service) UndoLinks(ctx context.Context, a access.Actor, connectionID, batch int64) (undone int, err error) {
	if err := a.Must(access.ConnectionsWrite); err != nil {
		return 0, err
	}
	err = s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, "update link_batch set undone_at = $4 where tenant_id = $1 and connection_id = $2 and id = $3 and undone_at = 0", int64(tx.Tenant), connectionID, batch, tx.NowMicros())
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.NotFound, "error.connection.no_batch")
		}
		ties, err := standing(ctx, tx, batch)
		if err != nil {
			return err
		}
		undone = len(ties)
		for _, t := range ties {
			if err := unwant(ctx, tx, connectionID, t.ListingID, t.SKUID); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "update listing set sku_id = 0, linked_by = '' where tenant_id = $1 and id = $2", int64(tx.Tenant), t.ListingID); err != nil {
				return err
			}
		}
		tenant := a.Tenant
		tx.AfterCommit(func() { s.Changed(tenant, connectionID) })
		return s.journal.Append(ctx, tx, journal.Record{Actor: a.String(), Kind: "listing.unlinked_many", Subject: "connection", SubjectID: connectionID,
			Payload: map[string]any{"offers": undone, "batch": batch}})
	})
	return undone, err
}

// standing are the links of a batch that are still as it made them.
func standing(ctx context.Context, tx *db.Tx, batch int64) (out []Tie, err error) {
	err = tx.Each(ctx, `select i.listing_id, i.sku_id from link_batch_item i join listing l on l.tenant_id = i.tenant_id and l.id = i.listing_id and l.sku_id = i.sku_id
		where i.tenant_id = $1 and i.batch_id = $2 order by i.listing_id`, []any{int64(tx.Tenant), batch}, func(sc db.Scanner) error {
		var t Tie
		err := sc.Scan(&t.ListingID, &t.SKUID)
		out = append(out, t)
		return err
	})
	return out, err
}
