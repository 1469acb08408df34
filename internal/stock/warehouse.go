package stock

import (
	"context"
	"strings"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// Warehouse is a place that holds stock. Orders are served from the lowest rank first.
type Warehouse struct {
	ID   int64
	Code string
	Name string
	Rank int64
}

// AddWarehouse creates a warehouse; a code that is taken is Conflict.
func (s *Service) AddWarehouse(ctx context.Context, a access.Actor, code, name string) (Warehouse, error) {
	if err := a.Must(access.StockWrite); err != nil {
		return Warehouse{}, err
	}
	code, name = strings.TrimSpace(code), strings.TrimSpace(name)
	var c errs.Check
	c.That(code != "" && len(code) <= 40, "code", "error.stock.warehouse_code")
	c.That(name != "" && len(name) <= 200, "name", "error.stock.warehouse_name")
	if err := c.Err(); err != nil {
		return Warehouse{}, err
	}
	id, err := s.ids.New(ctx, "warehouse")
	if err != nil {
		return Warehouse{}, err
	}
	w := Warehouse{ID: id, Code: code, Name: name}
	err = s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		if err := tx.QueryRow(ctx, "select 1 + coalesce(max(rank), 0) from warehouse where tenant_id = $1", int64(tx.Tenant)).Scan(&w.Rank); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "insert into warehouse (tenant_id, id, code, name, rank, created_at) values ($1, $2, $3, $4, $5, $6)",
			int64(tx.Tenant), id, code, name, w.Rank, tx.NowMicros())
		if db.IsUnique(err) {
			return errs.New(errs.Conflict, "error.stock.warehouse_taken", "code", code)
		}
		if err != nil {
			return err
		}
		return s.journal.Append(ctx, tx, journal.Record{Actor: a.String(), Kind: "warehouse.added", Subject: "warehouse", SubjectID: id, Payload: w})
	})
	return w, err
}

// Warehouses lists the warehouses in rank order.
func (s *Service) Warehouses(ctx context.Context, tx *db.Tx) ([]Warehouse, error) {
	return warehouses(ctx, tx)
}

func warehouses(ctx context.Context, tx *db.Tx) (out []Warehouse, err error) {
	err = tx.Each(ctx, "select id, code, name, rank from warehouse where tenant_id = $1 and deleted_at = 0 order by rank, id",
		[]any{int64(tx.Tenant)}, func(sc db.Scanner) error {
			var w Warehouse
			err := sc.Scan(&w.ID, &w.Code, &w.Name, &w.Rank)
			out = append(out, w)
			return err
		})
	return out, err
}

func (s *Service) warehouseExists(ctx context.Context, tx *db.Tx, id int64) error {
	var n int
	err := tx.QueryRow(ctx, "select count(*) from warehouse where tenant_id = $1 and id = $2 and deleted_at = 0", int64(tx.Tenant), id).Scan(&n)
	if err == nil && n == 0 {
		return errs.New(errs.NotFound, "error.stock.no_warehouse", "code", id)
	}
	return err
}

// Backordered says which SKUs may be held beyond what is on hand.
func (s *Service) Backordered(ctx context.Context, tx *db.Tx, skuIDs []int64) (map[int64]bool, error) {
	out := map[int64]bool{}
	return out, db.Chunk(skuIDs, 500, func(part []int64) error {
		from, args := rowsOf(tx, "level", "sku_id", part, everyRow)
		return tx.Each(ctx, "select distinct sku_id from "+from+" and backorder", args, func(sc db.Scanner) error {
			var id int64
			err := sc.Scan(&id)
			out[id] = true
			return err
		})
	})
}

// SetBackorder lets a SKU be held beyond what is on hand, which fills its shortages, or ends that. Ending it is Conflict
// while more is held than there is. Without a warehouse nothing can be promised and nothing happens.
func (s *Service) SetBackorder(ctx context.Context, tx *db.Tx, skuID int64, on bool) error {
	if on {
		if err := makeLevels(ctx, tx, []int64{skuID}); err != nil {
			return err
		}
	}
	levels, err := s.lockAll(ctx, tx, []int64{skuID})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "update level set backorder = $3 where tenant_id = $1 and sku_id = $2", int64(tx.Tenant), skuID, on)
	if db.IsCheck(err) {
		return errs.Wrap(errs.Conflict, err, "error.stock.backorder_held", "sku", skuID)
	}
	if err != nil {
		return err
	}
	for _, r := range levels.rows {
		r.Backorder = on
	}
	return s.settle(ctx, tx, levels, nil)
}
