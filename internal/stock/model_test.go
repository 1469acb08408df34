package stock_test

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/stock"
)

// place is a SKU in a warehouse, lineKey a SKU of an order line.
type (
	place   struct{ sku, warehouse int64 }
	lineKey struct{ order, line, sku int64 }
)

func (k lineKey) compare(o lineKey) int {
	return cmp.Or(cmp.Compare(k.order, o.order), cmp.Compare(k.line, o.line), cmp.Compare(k.sku, o.sku))
}

// model is the ledger as simple as it can be said: what lies where, what is wanted, and who gets it follows.
type model struct {
	kits      kitList
	onHand    map[place]qty.Qty
	moves     []modelMove
	wanted    map[lineKey]qty.Qty
	backorder map[int64]bool
	documents []modelDocument
}

type modelMove struct {
	at time.Time
	place
	qty qty.Qty
}

type modelDocument struct {
	id, reversal int64
	warehouse    int64
	changes      map[int64]qty.Qty
}

func newModel(kits kitList) *model {
	return &model{kits: kits, onHand: map[place]qty.Qty{}, wanted: map[lineKey]qty.Qty{}, backorder: map[int64]bool{}}
}

// total is what lies of a SKU in all warehouses.
func (m *model) total(sku int64) (sum qty.Qty) {
	for p, n := range m.onHand {
		if p.sku == sku {
			sum += n
		}
	}
	return sum
}

// held is all that is wanted, or as much as there is.
func (m *model) held(sku int64) (sum qty.Qty) {
	for k, n := range m.wanted {
		if k.sku == sku {
			sum += n
		}
	}
	if m.backorder[sku] {
		return sum
	}
	return min(sum, m.total(sku))
}

func (m *model) free(sku int64) qty.Qty { return m.total(sku) - m.held(sku) }

// available of a kit is the least that a part allows.
func (m *model) available(sku int64) qty.Qty {
	parts, kit := m.kits[sku]
	if !kit {
		return m.free(sku)
	}
	least := qty.Max
	for _, p := range parts {
		whole := max(int64(m.free(p.SKUID)), 0) / int64(p.Qty)
		least = min(least, qty.Pieces(whole))
	}
	return least
}

// want adds one demand and says what its outcome must be.
func (m *model) want(d stock.Demand) stock.Outcome {
	out := stock.Outcome{Demand: d, Before: m.available(d.SKUID)}
	parts, kit := m.kits[d.SKUID]
	if !kit {
		parts = []stock.Part{{SKUID: d.SKUID, Qty: qty.One}}
	}
	for _, p := range parts {
		n := p.Qty * d.Qty / qty.One
		lacks := max(n-max(m.free(p.SKUID), 0), 0)
		if m.backorder[p.SKUID] {
			lacks = 0
		}
		m.wanted[lineKey{d.OrderID, d.LineNo, p.SKUID}] += n
		if kit {
			lacks = (lacks + p.Qty - 1) / p.Qty * qty.One
		}
		out.Short = max(out.Short, min(lacks, d.Qty))
	}
	return out
}

// forget drops what an order wants; line 0 means all of it.
func (m *model) forget(order, line int64) {
	maps.DeleteFunc(m.wanted, func(k lineKey, _ qty.Qty) bool { return k.order == order && (line == 0 || k.line == line) })
}

// fits says whether changes leave no warehouse below zero.
func (m *model) fits(warehouse int64, changes map[int64]qty.Qty) bool {
	for sku, n := range changes {
		if m.onHand[place{sku, warehouse}]+n < 0 {
			return false
		}
	}
	return true
}

func (m *model) move(at time.Time, warehouse int64, changes map[int64]qty.Qty) {
	for sku, n := range changes {
		p := place{sku, warehouse}
		m.onHand[p] += n
		m.moves = append(m.moves, modelMove{at: at, place: p, qty: n})
	}
}

// expected is what lay in a place at a moment.
func (m *model) expected(p place, at time.Time) (sum qty.Qty) {
	for _, v := range m.moves {
		if v.place == p && !v.at.After(at) {
			sum += v.qty
		}
	}
	return sum
}

// orders lists the orders that want something.
func (m *model) orders() []int64 {
	seen := map[int64]bool{}
	for k := range m.wanted {
		seen[k.order] = true
	}
	return slices.Sorted(maps.Keys(seen))
}
