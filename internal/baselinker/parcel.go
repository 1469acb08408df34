package baselinker

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// Parcel is a parcel of an order. Times are unix seconds, 0 for never.
type Parcel struct {
	ID        int64
	OrderID   int64
	Courier   string
	Number    string
	Return    bool
	PickupAt  int64
	CreatedAt int64
}

const parcelColumns = "id, order_id, courier, number, is_return, pickup_at, created_at"

// AddParcel stores a parcel and answers its id.
func (s *Service) AddParcel(ctx context.Context, tx *db.Tx, p Parcel) (int64, error) {
	id, err := s.ids.In(ctx, tx, "bl_parcel")
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, "insert into bl_parcel (tenant_id, id, order_id, courier, number, is_return, pickup_at, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
		int64(tx.Tenant), id, p.OrderID, p.Courier, p.Number, p.Return, p.PickupAt, tx.Now().Unix())
	return id, err
}

// ParcelsOf reads the parcels of an order, oldest first.
func (s *Service) ParcelsOf(ctx context.Context, tx *db.Tx, orderID int64) ([]Parcel, error) {
	return s.parcels(ctx, tx, "order_id = $2 order by id", orderID)
}

// ParcelOf finds a parcel by its id or, when that is 0, by its number and, when one is named, its courier; NotFound when there is none.
func (s *Service) ParcelOf(ctx context.Context, tx *db.Tx, id int64, courier, number string) (Parcel, error) {
	var list []Parcel
	var err error
	if id != 0 {
		list, err = s.parcels(ctx, tx, "id = $2", id)
	} else {
		list, err = s.parcels(ctx, tx, "(courier = $2 or $2 = '') and number = $3 order by id limit 1", courier, number)
	}
	if err == nil && len(list) == 0 {
		err = errs.New(errs.NotFound, "error.baselinker.no_parcel")
	}
	if err != nil {
		return Parcel{}, err
	}
	return list[0], nil
}

func (s *Service) parcels(ctx context.Context, tx *db.Tx, where string, args ...any) (out []Parcel, err error) {
	err = tx.Each(ctx, "select "+parcelColumns+" from bl_parcel where tenant_id = $1 and deleted_at = 0 and "+where, append([]any{int64(tx.Tenant)}, args...), func(sc db.Scanner) error {
		var p Parcel
		err := sc.Scan(&p.ID, &p.OrderID, &p.Courier, &p.Number, &p.Return, &p.PickupAt, &p.CreatedAt)
		out = append(out, p)
		return err
	})
	return out, err
}

// DeleteParcel takes a parcel from its order; its row stays for the history.
func (s *Service) DeleteParcel(ctx context.Context, tx *db.Tx, id int64) error {
	_, err := tx.Exec(ctx, "update bl_parcel set deleted_at = $3 where tenant_id = $1 and id = $2", int64(tx.Tenant), id, tx.Now().Unix())
	return err
}
