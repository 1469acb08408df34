package stock

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// Found gives a new shop its first warehouse, in the transaction that founds it.
func (s *Service) Found(ctx context.Context, tx *db.Tx, name string) error {
	id, err := s.ids.In(ctx, tx, "warehouse")
	if err != nil {
		return err
	}
	w := Warehouse{ID: id, Code: "main", Name: name, Rank: 1}
	_, err = tx.Exec(ctx, "insert into warehouse (tenant_id, id, code, name, rank, created_at) values ($1, $2, $3, $4, $5, $6)",
		int64(tx.Tenant), w.ID, w.Code, w.Name, w.Rank, tx.NowMicros())
	if err != nil {
		return err
	}
	return s.journal.Append(ctx, tx, journal.Record{Actor: "system", Kind: "warehouse.added", Subject: "warehouse", SubjectID: id, Payload: w})
}
