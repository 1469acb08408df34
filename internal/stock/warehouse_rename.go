package stock

import (
	"context"
	"strings"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// RenameWarehouse gives a warehouse another code and name; a code that is taken is Conflict.
func (s *Service) RenameWarehouse(ctx context.Context, a access.Actor, id int64, code, name string) error {
	if err := a.Must(access.StockWrite); err != nil {
		return err
	}
	code, name = strings.TrimSpace(code), strings.TrimSpace(name)
	var c errs.Check
	c.That(code != "" && len(code) <= 40, "code", "error.stock.warehouse_code")
	c.That(name != "" && len(name) <= 200, "name", "error.stock.warehouse_name")
	if err := c.Err(); err != nil {
		return err
	}
	return s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		if err := s.warehouseExists(ctx, tx, id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "update warehouse set code = $3, name = $4 where tenant_id = $1 and id = $2", int64(tx.Tenant), id, code, name)
		if db.IsUnique(err) {
			return errs.New(errs.Conflict, "error.stock.warehouse_taken", "code", code)
		}
		if err != nil {
			return err
		}
		return s.journal.Append(ctx, tx, journal.Record{Actor: a.String(), Kind: "warehouse.renamed", Subject: "warehouse", SubjectID: id,
			Payload: map[string]any{"code": code, "name": name}})
	})
}
