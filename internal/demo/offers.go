package demo

import (
	"context"
	"fmt"
	"hash/fnv"
	"strings"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/sim"
)

// share is how many of a hundred SKUs a channel offers.
var share = map[string]uint32{"prom": 86, "rozetka": 72, "horoshop": 95}

// strays are offers that no SKU of ours has: an old code, a code of another shop, a typing mistake. Somebody has to link them.
var strays = map[string][]sim.OfferSeed{
	"prom": {
		{SKU: "ЛІХТАР-СТАРИЙ", Title: "Ліхтар кемпінговий акумуляторний (стара картка)", Category: "Ліхтарі", PriceMinor: 56900, Quantity: 6},
		{SKU: "PB20K чорн.", Title: "Павербанк 20 000 мА·год, чорний", Category: "Павербанки", PriceMinor: 114900, Quantity: 4},
	},
	"rozetka": {
		{SKU: "RZ-771204", Title: "Термос сталевий 1 л (Полонина)", Category: "Термоси", PriceMinor: 93100, Quantity: 5},
	},
	"horoshop": {
		{SKU: "SWT-HUTS-XXL", Title: "Светр вовняний «Говерла», сірий XXL", Category: "Одяг", PriceMinor: 194000, Quantity: 3},
	},
}

// offers puts the channel's part of the shop on show, with what can be sold of each SKU as its quantity.
func (s *stall) offers(list []article, available map[string]qty.Qty) {
	var seeds []sim.OfferSeed
	for i, a := range list {
		if !s.carries(a) {
			continue
		}
		seed := sim.OfferSeed{ID: fmt.Sprint(1_800_100 + i), SKU: a.code, Barcode: a.barcode, Title: a.title, Category: a.category,
			PriceMinor: a.priceMinor, Quantity: int64(available[a.code] / qty.One)}
		if s.carries(article{code: a.parent}) {
			seed.ParentSKU = a.parent
		}
		if codeless(s.Name(), i) { // found by its barcode
			seed.SKU = "ШК-" + a.barcode[7:]
			seed.ParentSKU = ""
		}
		seeds = append(seeds, seed)
		if a.code != lastGenerator {
			s.listed = append(s.listed, seed.SKU)
		}
	}
	for i, stray := range strays[s.Name()] {
		stray.ID = fmt.Sprint(1_900_100 + i)
		seeds = append(seeds, stray)
		s.odd = append(s.odd, stray.SKU)
	}
	s.SeedOffers(seeds)
}

// carries says whether the channel offers a SKU. Generators and kits are everywhere; variants of a product go together.
func (s *stall) carries(a article) bool {
	if a.code == "" {
		return false
	}
	product := a.code
	if a.parent != "" {
		product = a.parent
	}
	if a.kit || strings.HasPrefix(product, "GEN-") {
		return true
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(s.Name() + product)) // a hash never fails
	return h.Sum32()%100 < share[s.Name()]
}

// codeless says which offers carry a code of their own instead of our SKU: two of the own shop, which shows barcodes.
func codeless(shop string, i int) bool {
	return shop == "horoshop" && (i == 40 || i == 77)
}

// available reads what can be sold of every SKU.
func (d *Demo) available(ctx context.Context) (out map[string]qty.Qty, err error) {
	out = map[string]qty.Qty{}
	err = d.app.DB.Read(ctx, d.tenant, func(tx *db.Tx) error {
		ids := make([]int64, 0, len(d.skus))
		for _, id := range d.skus {
			ids = append(ids, id)
		}
		free, err := d.app.Stock.Available(ctx, tx, ids)
		for code, id := range d.skus {
			out[code] = free[id]
		}
		return err
	})
	return out, err
}

func pieces(n int64) qty.Qty { return qty.Qty(n) * qty.One }
