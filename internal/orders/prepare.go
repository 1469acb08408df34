package orders

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// prepared is an intake with everything that can be found out before the writing transaction begins.
type prepared struct {
	in          Intake
	id          int64
	resolved    []Line // as they were found; lines is the copy that one attempt of the transaction works on
	lines       []Line
	contact     Contact
	fingerprint string
	itemCount   qty.Qty
	result      Result
	err         error
	twin        *prepared // the same intake earlier in the batch: this one gets its answer
	reply       chan *prepared
}

// reset forgets what an attempt of the transaction left behind: the closure may run twice.
func (p *prepared) reset() {
	p.lines, p.result, p.err, p.twin = slices.Clone(p.resolved), Result{}, nil, nil
}

// prepare resolves the lines of a whole batch with a few reads and takes the orders' ids. It runs beside the writer.
func (s *Service) prepare(ctx context.Context, t db.Tenant, batch []*prepared) error {
	first, err := s.ids.Reserve(ctx, "order", int64(len(batch)))
	if err != nil {
		return err
	}
	for i, p := range batch {
		p.id = first + int64(i)
		p.contact = contactOf(p.in)
	}
	err = s.db.Read(ctx, t, func(tx *db.Tx) error { return s.resolve(ctx, tx, batch) })
	if err != nil {
		return err
	}
	for _, p := range batch {
		p.finish()
	}
	return nil
}

func contactOf(in Intake) Contact {
	c := Contact{Name: in.Order.Buyer.Name, Phone: in.Order.Buyer.Phone, Email: in.Order.Buyer.Email}
	if in.ConnectionID != 0 && in.Order.Buyer.ExternalID != "" {
		c.ChannelKey = strconv.FormatInt(in.ConnectionID, 10) + ":" + in.Order.Buyer.ExternalID
	}
	return c
}

// resolve finds the SKU of every line: by the offer's link, else by the SKU code the line carries. A channel's offer that is
// listed but not linked stays unlinked even if its code looks familiar: a person decides.
func (s *Service) resolve(ctx context.Context, tx *db.Tx, batch []*prepared) error {
	offers := map[int64][]string{}
	for _, p := range batch {
		for _, l := range p.in.Order.Lines {
			if p.in.ConnectionID != 0 && l.OfferID != "" {
				offers[p.in.ConnectionID] = append(offers[p.in.ConnectionID], l.OfferID)
			}
		}
	}
	links := map[int64]map[string]Link{}
	for connection, ids := range offers {
		found, err := s.Listings.Links(ctx, tx, connection, ids)
		if err != nil {
			return err
		}
		links[connection] = found
	}
	var codes []string
	var skuIDs []int64
	for _, p := range batch {
		for _, l := range p.in.Order.Lines {
			link, listed := links[p.in.ConnectionID][l.OfferID]
			switch {
			case link.SKUID != 0:
				skuIDs = append(skuIDs, link.SKUID)
			case !listed && l.SKU != "":
				codes = append(codes, l.SKU)
			}
		}
	}
	byCode, err := s.Catalog.ByCodes(ctx, tx, codes)
	if err != nil {
		return err
	}
	byID, err := s.Catalog.ByIDs(ctx, tx, skuIDs)
	if err != nil {
		return err
	}
	for _, p := range batch {
		p.resolved = make([]Line, len(p.in.Order.Lines))
		for i, l := range p.in.Order.Lines {
			link, listed := links[p.in.ConnectionID][l.OfferID]
			sku := byID[link.SKUID]
			if !listed {
				sku = byCode[l.SKU]
			}
			if l.Removed && l.Quantity <= 0 {
				l.Quantity = qty.One // a removed line keeps its place; how many it once was is not known
			}
			p.resolved[i] = Line{No: int64(i + 1), ExternalID: l.ExternalID, OfferID: l.OfferID, ListingID: link.ListingID, SKUCode: l.SKU,
				Title: l.Title, Qty: l.Quantity, Price: l.Price, Total: l.Total, Gift: l.Gift, Removed: l.Removed}
			p.resolved[i].linkTo(sku)
		}
	}
	return nil
}

// linkTo ties a line to a SKU and judges its price against ours at this moment.
func (l *Line) linkTo(sku SKU) {
	if sku.ID == 0 {
		return
	}
	l.SKUID, l.SKUCode, l.SKUPrice = sku.ID, sku.Code, sku.Price
	if l.Title == "" {
		l.Title = sku.Name
	}
	l.PriceRight = l.Price == sku.Price || l.Gift
	l.service = sku.Service
	l.StockRight = sku.Service
}

// finish derives what the lines determine.
func (p *prepared) finish() {
	parts := make([]string, 0, len(p.resolved))
	for _, l := range p.resolved {
		if l.Removed {
			continue
		}
		p.itemCount += l.Qty
		what := "sku " + strconv.FormatInt(l.SKUID, 10) // the same goods have other offer ids on another channel
		if l.SKUID == 0 {
			what = l.SKUCode + "\x00" + l.OfferID
		}
		parts = append(parts, what+"\x00"+l.Qty.String())
	}
	if dead(p.in.Order.Stage) || p.in.Moved {
		return // cancelled and ordered again is not a duplicate, nor is what comes in one go but was ordered over years
	}
	who := p.contact.Phone
	if who == "" {
		who = strings.ToLower(p.contact.Email)
	}
	if who == "" {
		return
	}
	slices.Sort(parts)
	sum := sha256.Sum256([]byte(who + "\x01" + strings.Join(parts, "\x01")))
	p.fingerprint = hex.EncodeToString(sum[:8])
}

// duplicateWithin is how close in time two alike orders of one buyer must be to be suspected (R3).
const duplicateWithin = 30 * time.Minute
