package connectorphp

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// What is looked through for the history of one product, and its page.
const (
	logsLooked = 1000
	logsPage   = 100
)

// The sorts of a product's events.
const (
	productStock, productPrice, productCreated, productDeleted, productTexts = 1, 2, 3, 4, 5
	productBundle                                                            = 10
)

// productLog is an event of a product.
type productLog struct {
	actor          string
	at             int64
	kind           int64
	from, to, info string
}

// getInventoryProductLogs tells the history of a product: moves of its stock, and changes of what it is.
func (s *Server) getInventoryProductLogs(c *call) (answer, error) {
	p := c.p
	p.need("product_id")
	id, from, to, kind, page := p.int("product_id"), p.int("date_from"), p.int("date_to"), p.int("log_type"), max(min(p.int("page"), 1000), 1)
	up := p.text("sort", 4) == "ASC"
	if err := p.fault(); err != nil {
		return nil, err
	}
	list, err := s.productHistory(c, id)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(l productLog) bool {
		return from != 0 && l.at < from || to != 0 && l.at > to || kind != 0 && l.kind != kind
	})
	if up {
		slices.Reverse(list) // what happened in one second stays in its order
	}
	slices.SortStableFunc(list, func(a, b productLog) int {
		if up {
			return cmp.Compare(a.at, b.at)
		}
		return cmp.Compare(b.at, a.at)
	})
	list = list[min(int(page-1)*logsPage, len(list)):]
	out := []answer{}
	for _, l := range list[:min(len(list), logsPage)] {
		out = append(out, answer{"profile": l.actor, "date": l.at, "entries": []answer{{"type": l.kind, "from": l.from, "to": l.to, "info": l.info}}})
	}
	return answer{"logs": out}, nil
}

func (s *Server) productHistory(c *call, id int64) (out []productLog, err error) {
	err = s.read(c, func(tx *db.Tx) error {
		skus, err := s.Catalog.ByIDs(c, tx, []int64{id})
		if err != nil {
			return err
		}
		if skus[id].ID == 0 {
			return fail("ERROR_PRODUCT_ID", "error.catalog.no_sku")
		}
		levels, err := s.Stock.Levels(c, tx, []int64{id})
		if err != nil {
			return err
		}
		now := qty.Qty(0)
		for _, l := range levels[id] {
			now += l.OnHand
		}
		moves, err := s.Stock.Moves(c, tx, id, 0, logsLooked)
		if err != nil {
			return err
		}
		for _, m := range moves { // newest first: each leads to what the one before it began with
			out = append(out, productLog{m.Actor, seconds(m.At), productStock, (now - m.Qty).String(), now.String(), m.Note})
			now -= m.Qty
		}
		entries, err := journal.Of(c, tx, "sku", id, 0, logsLooked)
		for _, e := range entries {
			out = append(out, skuLogs(e)...)
		}
		return err
	})
	return out, err
}

// skuLogs tells an entry of Lad's journal about a SKU.
func skuLogs(e journal.Entry) []productLog {
	base := productLog{actor: e.Actor, at: e.At.Unix(), info: e.Kind}
	switch e.Kind {
	case "sku.created":
		base.kind = productCreated
		return []productLog{base}
	case "sku.deleted":
		base.kind = productDeleted
		return []productLog{base}
	}
	var said struct {
		Fields []catalog.FieldChange `json:"fields"`
	}
	_ = json.Unmarshal(e.Payload, &said) // a payload of another shape tells nothing more
	var out []productLog
	for _, f := range said.Fields {
		one := base
		one.kind, one.from, one.to, one.info = productTexts, f.Before, f.After, f.Name
		switch f.Name {
		case "price", "cost", "currency":
			one.kind = productPrice
		case "parts":
			one.kind = productBundle
		}
		out = append(out, one)
	}
	return out
}
