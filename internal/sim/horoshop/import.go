package horoshop

import (
	"slices"

	"github.com/lad-hub/lad/internal/sim"
)

// Codes of an import's log; 0 is success, the others explain.
const (
	imported    = 0
	badProduct  = 1
	badValue    = 2
	noWarehouse = 3
)

// product is one record of catalog/import. A bare quantity is not among its fields: the shop takes it and does nothing.
type product struct {
	Article  sim.Field `json:"article"`
	Parent   sim.Field `json:"parent"`
	Group    sim.Field `json:"parent_article"`
	Title    sim.Field `json:"title"`
	Price    sim.Field `json:"price"`
	PriceOld sim.Field `json:"price_old"`
	Presence sim.Field `json:"presence"`
	Residues []residue `json:"residues"`
	Shown    sim.Field `json:"display_in_showcase"`
	Barcode  sim.Field `json:"gtin"`
}

type residue struct {
	Article   sim.Field `json:"article"` // in importResidues only
	Warehouse string    `json:"warehouse"`
	Quantity  sim.Field `json:"quantity"`
}

type info struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

type productLog struct {
	Article string `json:"article"`
	Info    []info `json:"info"`
}

func (s *Shop) importCatalog(c *sim.Call) sim.Answer {
	var b struct {
		Products []product `json:"products"`
	}
	if a := decode(c, &b); a != nil {
		return *a
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	status, log := statusOK, make([]productLog, 0, len(b.Products))
	for _, p := range b.Products {
		i := s.upsert(c, p)
		if i.Code != imported {
			status = statusWarning
		}
		log = append(log, productLog{p.Article.Scalar(), []info{i}})
	}
	return envelope(status, map[string]any{"log": log})
}

// upsert applies one record, whole or not at all.
func (s *Shop) upsert(c *sim.Call, p product) info {
	article := p.Article.Scalar()
	if article == "" {
		return info{badProduct, "Article is required"}
	}
	row := s.offers.Get(s.byArticle[article])
	created := row == nil
	if created {
		if !p.Title.Sent() || !p.Parent.Sent() {
			return info{badProduct, "Title and parent are required for a new product"}
		}
		row = &offerRow{ID: s.offers.MaxID() + 1, Created: c.At, Changed: c.At}
		row.Value = offer{article: article, parent: article, presence: presenceOut, residues: make([]int64, len(s.warehouses)), category: s.parentID("")}
	}
	next, problem := s.apply(p, row.Value)
	if problem.Code != imported {
		return problem
	}
	if c.Ignore {
		return info{imported, "Imported"}
	}
	before := s.state(row)
	row.Value = next
	if created {
		s.offers.Add(row)
		s.byArticle[article] = row.ID
	}
	s.offers.Touch(row, c.At, 0)
	c.Changed(before, s.state(row))
	return info{imported, "Imported"}
}

// apply makes the changed offer, or tells what is wrong with the record.
func (s *Shop) apply(p product, o offer) (offer, info) {
	for _, f := range []struct {
		field sim.Field
		to    *int64
	}{{p.Price, &o.priceMinor}, {p.PriceOld, &o.oldMinor}} {
		n, ok := f.field.Minor()
		if f.field.Sent() && (!ok || n < 0) {
			return o, info{badValue, "Price is not a number"}
		}
		if ok {
			*f.to = n
		}
	}
	if p.Title.Sent() {
		s.setTitle(&o, p.Title)
	}
	if p.Parent.Sent() && !s.setParent(&o, p.Parent) {
		return o, info{badValue, "Unknown parent"}
	}
	if g := p.Group.Scalar(); g != "" {
		o.parent = g
	}
	if n, ok := p.Shown.Int(); ok {
		o.shown = n == 1
	}
	if b := p.Barcode.Scalar(); b != "" {
		o.barcode = b
	}
	return s.applyStock(p, o)
}

// applyStock takes residues under warehouse accounting and presence without it; the other one has no effect.
func (s *Shop) applyStock(p product, o offer) (offer, info) {
	if s.o.NoAccounting {
		text, sent := p.Presence.Text()
		id := slices.IndexFunc(presences, func(v struct{ ua, ru string }) bool { return text != "" && (v.ua == text || v.ru == text) })
		if sent && id < 0 {
			return o, info{badValue, "Unknown presence"}
		}
		if sent {
			o.presence = id
		}
		return o, info{}
	}
	for _, r := range p.Residues {
		if problem := s.put(&o, r); problem.Code != imported {
			return o, problem
		}
	}
	return o, info{}
}

// put sets what one warehouse holds.
func (s *Shop) put(o *offer, r residue) info {
	i := slices.Index(s.warehouses, r.Warehouse)
	if i < 0 {
		return info{noWarehouse, "Warehouse " + r.Warehouse + " is not defined"}
	}
	n, ok := r.Quantity.Int()
	if !ok || n < 0 {
		return info{badValue, "Quantity is not a whole number"}
	}
	o.residues = slices.Clone(o.residues)
	o.residues[i] = n
	o.derive()
	return info{}
}

// setTitle takes a text or an object of languages; a language that is switched off is dropped.
func (s *Shop) setTitle(o *offer, f sim.Field) {
	var langs struct {
		UA *string `json:"ua"`
		RU *string `json:"ru"`
	}
	if text, ok := f.Text(); ok {
		o.titleUA, o.titleRU = text, s.russian(text)
		return
	}
	if f.Decode(&langs) != nil {
		return
	}
	if langs.UA != nil {
		o.titleUA = *langs.UA
	}
	if langs.RU != nil {
		o.titleRU = s.russian(*langs.RU)
	}
}

// setParent takes a path, which is made when new, or {"id":N} of a known category.
func (s *Shop) setParent(o *offer, f sim.Field) bool {
	if path, ok := f.Text(); ok && path != "" {
		o.category = s.parentID(path)
		return true
	}
	var ref struct {
		ID int `json:"id"`
	}
	if f.Decode(&ref) != nil || ref.ID < firstParent || ref.ID >= firstParent+len(s.parents) {
		return false
	}
	o.category = ref.ID
	return true
}

// importResidues is the outdated way to set stock.
func (s *Shop) importResidues(c *sim.Call) sim.Answer {
	var b struct {
		Products []residue `json:"products"`
	}
	if a := decode(c, &b); a != nil {
		return *a
	}
	type entry struct {
		Article string `json:"article"`
		Message string `json:"message"`
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	status, log := statusOK, make([]entry, 0, len(b.Products))
	for _, r := range b.Products {
		text := s.moveResidue(c, r)
		if text != "UPDATED" {
			status = statusWarning
		}
		log = append(log, entry{r.Article.Scalar(), text})
	}
	return envelope(status, map[string]any{"log": log})
}

func (s *Shop) moveResidue(c *sim.Call, r residue) string {
	row := s.offers.Get(s.byArticle[r.Article.Scalar()])
	if row == nil {
		return "Product is not found"
	}
	next := row.Value
	if problem := s.put(&next, r); problem.Code != imported {
		return problem.Message
	}
	if c.Ignore || s.o.NoAccounting {
		return "UPDATED"
	}
	before := s.state(row)
	row.Value = next
	s.offers.Touch(row, c.At, 0)
	c.Changed(before, s.state(row))
	return "UPDATED"
}
