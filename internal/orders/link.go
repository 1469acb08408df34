package orders

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// maxLinked bounds how many waiting lines are read at once.
const maxLinked = 5000

// LinkedOffer is a channel's offer that has got its SKU.
type LinkedOffer struct {
	ListingID int64
	OfferID   string
	SKUID     int64
}

// Linked gives the waiting lines of offers their SKU and holds their stock at this moment. The connections call it in the
// transaction that makes the links.
func (s *Service) Linked(ctx context.Context, tx *db.Tx, connectionID int64, offers []LinkedOffer) error {
	byOffer := make(map[string]LinkedOffer, len(offers))
	ids := make([]string, len(offers))
	skuIDs := make([]int64, len(offers))
	for i, o := range offers {
		byOffer[o.OfferID], ids[i], skuIDs[i] = o, o.OfferID, o.SKUID
	}
	skus, err := s.Catalog.ByIDs(ctx, tx, skuIDs)
	if err != nil {
		return err
	}
	for _, o := range offers {
		if _, ok := skus[o.SKUID]; !ok {
			return errs.New(errs.Invalid, "error.catalog.no_sku")
		}
	}
	return db.Chunk(ids, 500, func(part []string) error {
		for {
			list, err := waitingLines(ctx, tx, connectionID, part)
			if err != nil {
				return err
			}
			for _, w := range list {
				o := byOffer[w.offer]
				if err := s.linkLine(ctx, tx, w.order, w.line, o.ListingID, skus[o.SKUID]); err != nil {
					return err
				}
			}
			if len(list) < maxLinked {
				return nil
			}
		}
	})
}

type waitingLine struct {
	order, line int64
	offer       string
}

// waitingLines reads the first unlinked lines of offers in open orders.
func waitingLines(ctx context.Context, tx *db.Tx, connectionID int64, offerIDs []string) (list []waitingLine, err error) {
	in, args := db.In(4, offerIDs)
	err = tx.Each(ctx, `select l.order_id, l.line_no, l.offer_id from order_line l join orders o on o.tenant_id = l.tenant_id and o.id = l.order_id
		where l.tenant_id = $1 and l.sku_id = 0 and not l.removed and o.connection_id = $2 and o.stage in ('new', 'confirmed', 'picking') and l.offer_id in `+in+`
		order by l.order_id, l.line_no limit $3`, append([]any{int64(tx.Tenant), connectionID, maxLinked}, args...), func(sc db.Scanner) error {
		var w waitingLine
		err := sc.Scan(&w.order, &w.line, &w.offer)
		list = append(list, w)
		return err
	})
	return list, err
}

// LinkLine ties one unlinked line of an open order to a SKU by hand and holds its stock at this moment: for orders whose line
// names no offer of a channel.
func (s *Service) LinkLine(ctx context.Context, a access.Actor, orderID, lineNo, skuID int64) error {
	if err := a.Must(access.OrdersWrite); err != nil {
		return err
	}
	return s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		skus, err := s.Catalog.ByIDs(ctx, tx, []int64{skuID})
		if err != nil {
			return err
		}
		o, err := lockOrder(ctx, tx, orderID)
		if err != nil {
			return err
		}
		sku, ok := skus[skuID]
		if !ok {
			return errs.New(errs.Invalid, "error.catalog.no_sku")
		}
		if !Open(o.Stage) {
			return errs.New(errs.Conflict, "error.order.step", "from", string(o.Stage), "to", string(o.Stage))
		}
		return s.linkLine(ctx, tx, orderID, lineNo, 0, sku)
	})
}

func (s *Service) linkLine(ctx context.Context, tx *db.Tx, orderID, lineNo, listingID int64, sku SKU) error {
	o, err := lockOrder(ctx, tx, orderID)
	if err != nil {
		return err
	}
	lines, err := Lines(ctx, tx, o.ID, o.Total.Currency)
	if err != nil {
		return err
	}
	found := false
	for _, l := range lines {
		if l.No != lineNo || l.SKUID != 0 || l.Removed {
			continue
		}
		found = true
		l.linkTo(sku)
		if !sku.Service {
			got, err := s.Stock.Hold(ctx, tx, []Demand{{OrderID: o.ID, LineNo: l.No, SKUID: sku.ID, Qty: l.Qty}})
			if err != nil {
				return err
			}
			l.Available, l.StockRight = got[0].Before, got[0].Short == 0
		}
		_, err := tx.Exec(ctx, `update order_line set sku_id = $4, sku_code = $5, listing_id = $6, sku_price_minor = $7, price_right = $8, available = $9, stock_right = $10
			where tenant_id = $1 and order_id = $2 and line_no = $3 and sku_id = 0`,
			int64(tx.Tenant), o.ID, l.No, sku.ID, sku.Code, listingID, sku.Price.Minor, l.PriceRight, int64(l.Available), l.StockRight)
		if err != nil {
			return err
		}
	}
	if !found {
		return errs.New(errs.Conflict, "error.conflict")
	}
	if err := s.refresh(ctx, tx, &o); err != nil {
		return err
	}
	if err := s.save(ctx, tx, &o); err != nil {
		return err
	}
	return s.journal.Append(ctx, tx, journal.Record{Actor: "system", Kind: "order.line_linked", Subject: "order", SubjectID: o.ID,
		Payload: map[string]any{"line": lineNo, "sku": sku.Code}})
}
