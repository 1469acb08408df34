package moving

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/money"
)

// externalBody is a product with its number there.
type externalBody struct {
	id   string
	body []byte
}

// batch is some products of a catalogue on their way into ours. Changes of known SKUs are made first, each for itself, and change
// nothing when repeated; then new ones are made in one transaction with their links, the counts and the cursor.
type batch struct {
	w      *work
	in     inventory
	bodies []externalBody
	kits   bool // bundles are made now, once their parts are there

	list    []goods
	aside   []Aside
	links   map[string]link   // by number there
	changed map[string]string // digests of changed SKUs by number there
}

func (b *batch) store(ctx context.Context, then func(*Run)) error {
	if err := b.w.s.db.Read(ctx, b.w.actor.Tenant, func(tx *db.Tx) error { return b.read(ctx, tx) }); err != nil {
		return err
	}
	if err := b.change(ctx); err != nil {
		return err
	}
	return b.w.save(ctx, func(tx *db.Tx, r *Run) error {
		then(r)
		return b.write(ctx, tx, r)
	})
}

// read turns bodies into goods and finds what is known of them.
func (b *batch) read(ctx context.Context, tx *db.Tx) error {
	b.list, b.aside = nil, nil
	var n names
	var err error
	if n, err = b.names(ctx, tx); err != nil {
		return err
	}
	var externals []string
	for _, x := range b.bodies {
		g, err := takeGoods(b.in, x.id, x.body, n)
		if err == nil && g.bundle && b.kits {
			err = b.resolveParts(ctx, tx, &g)
		}
		if err != nil {
			if !isFault(err) {
				return err
			}
			b.aside = append(b.aside, asideOf(b.thing(g), x.id, g.product.Name, err))
			continue
		}
		b.list, externals = append(b.list, g), append(externals, g.skus...)
	}
	b.links, err = linksOf(ctx, tx, linkSKU, externals)
	return err
}

// isFault says whether an error is about one thing there, which is set aside, and not about the database.
func isFault(err error) bool {
	var theirs *connector.Error
	return errs.Is(err, errs.Invalid) || errors.As(err, &theirs)
}

func (b *batch) thing(g goods) Thing {
	if g.bundle {
		return ThingKit
	}
	return ThingProduct
}

// names reads the categories and manufacturers that the products name.
func (b *batch) names(ctx context.Context, tx *db.Tx) (n names, err error) {
	categories, manufacturers := namedBy(b.bodies)
	if n.categories, err = linksOf(ctx, tx, linkCategory, categories); err != nil {
		return n, err
	}
	n.manufacturers, err = linksOf(ctx, tx, linkManufacturer, manufacturers)
	return n, err
}

// change brings known SKUs up to what the other hub tells of them now.
func (b *batch) change(ctx context.Context) error {
	b.changed = map[string]string{}
	for i := 0; i < len(b.list); i++ {
		g := b.list[i]
		for j, s := range g.product.SKUs {
			l, known := b.links[g.skus[j]]
			seen, err := digest(s, g.product.Brand, g.product.Category)
			if err != nil {
				return err
			}
			if !known || l.seen == seen || g.bundle && !b.kits {
				continue
			}
			err = b.w.s.Catalog.Change(ctx, b.w.actor, l.own, s)
			if errs.Is(err, errs.Invalid) || errs.Is(err, errs.Conflict) || errs.Is(err, errs.NotFound) {
				b.aside = append(b.aside, asideOf(b.thing(g), g.skus[j], s.Name, err))
				continue
			}
			if err != nil {
				return err
			}
			b.changed[g.skus[j]] = seen
		}
	}
	return nil
}

// write makes what is new and notes everything.
func (b *batch) write(ctx context.Context, tx *db.Tx, r *Run) error {
	p, err := b.plan(ctx, tx)
	if err != nil {
		return err
	}
	var links []link
	aside := slices.Clone(b.aside)
	for _, g := range b.list {
		if g.bundle && !b.kits {
			links = append(links, link{kind: linkBundle, external: g.external, seen: b.in.ID})
			continue
		}
		for _, kind := range g.left {
			r.Report.leave(kind, g.product.SKUs[0].Code)
		}
		made, err := p.make(ctx, tx, r, g)
		if errs.Is(err, errs.Invalid) || errs.Is(err, errs.Conflict) {
			aside = append(aside, asideOf(b.thing(g), g.external, g.product.Name, err))
			continue
		}
		if err != nil {
			return err
		}
		links = append(links, made...)
	}
	if err := setAside(ctx, tx, r, aside); err != nil {
		return err
	}
	return putLinks(ctx, tx, links)
}

// planner makes the products of a batch; it knows the codes and barcodes that are taken.
type planner struct {
	b        *batch
	codes    map[string]SKU
	linked   map[int64]string // SKUs that something there became
	barcodes map[string]int64
	used     map[string]bool // codes and barcodes given in this batch
}

func (b *batch) plan(ctx context.Context, tx *db.Tx) (*planner, error) {
	p := &planner{b: b, used: map[string]bool{}}
	var codes, barcodes []string
	for _, g := range b.list {
		for _, s := range g.product.SKUs {
			codes, barcodes = append(codes, s.Code), append(barcodes, s.Barcodes...)
		}
	}
	var err error
	if p.codes, err = b.w.s.Catalog.ByCodes(ctx, tx, codes); err != nil {
		return nil, err
	}
	ids := make([]int64, 0, len(p.codes))
	for _, s := range p.codes {
		ids = append(ids, s.ID)
	}
	if p.linked, err = linkedTo(ctx, tx, ids); err != nil {
		return nil, err
	}
	p.barcodes, err = b.w.s.Catalog.Barcodes(ctx, tx, barcodes)
	return p, err
}

// make creates those SKUs of a product that are new and answers the links of all. A code that a SKU of ours has already means
// that SKU, unless something else there became it: then the code gets the product's number.
func (p *planner) make(ctx context.Context, tx *db.Tx, r *Run, g goods) (links []link, err error) {
	fresh := g.product
	fresh.SKUs = nil
	var external []string
	matched := map[string]bool{} // codes whose SKU this product became: settled only when nothing went wrong
	var created, changed, unchanged int64
	for i, s := range g.product.SKUs {
		id := g.skus[i]
		seen, err := digest(s, g.product.Brand, g.product.Category)
		if err != nil {
			return nil, err
		}
		if l, known := p.b.links[id]; known {
			if now, ok := p.b.changed[id]; ok {
				links = append(links, link{linkSKU, id, l.own, now})
				changed++
			} else {
				unchanged++
			}
			continue
		}
		if sku, ok := p.codes[s.Code]; ok && p.linked[sku.ID] == "" && !p.used[s.Code] && !matched[s.Code] {
			matched[s.Code] = true
			links = append(links, link{linkSKU, id, sku.ID, seen}, link{linkPrice, id, sku.ID, priceSeen(s.Price)}) // what it has here stays
			unchanged++
			continue
		}
		fresh.SKUs, external = append(fresh.SKUs, p.free(r, id, s)), append(external, id)
		created++
	}
	if len(fresh.SKUs) > 0 {
		made, err := p.create(ctx, tx, g, fresh, external)
		if err != nil {
			return nil, err
		}
		links = append(links, made...)
	}
	for code := range matched {
		p.used[code] = true
	}
	r.Report.count(p.b.thing(g), func(c *Count) { c.Created += created; c.Changed += changed; c.Unchanged += unchanged })
	return links, nil
}

// free gives a SKU a code and barcodes that nobody has.
func (p *planner) free(r *Run, external string, s NewSKU) NewSKU {
	if _, taken := p.codes[s.Code]; taken || p.used[s.Code] {
		s.Code = cutRunes(s.Code, maxCode-1-len(external)) + "-" + external
		r.Report.leave("codes_twice", s.Code)
	}
	p.used[s.Code] = true
	var kept []string
	for _, barcode := range s.Barcodes {
		if _, taken := p.barcodes[barcode]; taken || p.used["barcode "+barcode] {
			r.Report.leave("barcodes_twice", barcode)
			continue
		}
		p.used["barcode "+barcode] = true
		kept = append(kept, barcode)
	}
	s.Barcodes = kept
	return s
}

func (p *planner) create(ctx context.Context, tx *db.Tx, g goods, fresh NewProduct, external []string) (links []link, err error) {
	ids, err := p.b.w.s.Catalog.Create(ctx, tx, p.b.w.actor, fresh)
	if err != nil {
		return nil, err
	}
	for i, own := range ids {
		s := g.product.SKUs[slices.Index(g.skus, external[i])] // as it came: the digest of what was changed would never fit again
		seen, err := digest(s, g.product.Brand, g.product.Category)
		if err != nil {
			return nil, err
		}
		links = append(links, link{linkSKU, external[i], own, seen}, link{linkPrice, external[i], own, priceSeen(s.Price)})
	}
	return links, nil
}

// priceSeen is a price as its link keeps it.
func priceSeen(m money.Money) string {
	return strconv.FormatInt(m.Minor, 10) + " " + string(m.Currency)
}
