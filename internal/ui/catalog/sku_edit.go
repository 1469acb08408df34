package catalogui

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// editForm is a SKU being edited. changed is what somebody else made of it meanwhile, nil when nobody did.
type editForm struct {
	skuForm
	id, version int64
	name        string
	kind        catalog.Kind
	backorder   bool
	parts       []partForm
	fault       string
	changed     *catalog.Card
}

func editOf(ctx context.Context, c catalog.Card) editForm {
	f := editForm{id: c.ID, version: c.Version, name: c.Name, kind: c.Kind, backorder: c.Backorder}
	f.skuForm = skuForm{code: c.Code, variant: c.Variant, price: decimal(ctx, c.Price), cost: decimal(ctx, c.Cost), weight: kilograms(ctx, c.WeightGrams), barcodes: strings.Join(c.Barcodes, " ")}
	for _, p := range c.Parts {
		f.parts = append(f.parts, partForm{sku: catalog.SKU{ID: p.SKUID, Code: p.Code, Name: p.Name}, qty: p.Qty.String()})
	}
	return f
}

func editPath(id int64) string { return "/catalog/" + strconv.FormatInt(id, 10) }

// skuEdit shows the form of a SKU.
func (p *pages) skuEdit(w http.ResponseWriter, r *http.Request) error {
	id, err := reply.ID(r, "id", "error.catalog.no_sku")
	if err != nil {
		return err
	}
	c, err := p.live(r.Context(), access.From(r.Context()), id)
	if err != nil {
		return err
	}
	return p.editPage(w, r, http.StatusOK, editOf(r.Context(), c), c)
}

// live reads a SKU that is not deleted.
func (p *pages) live(ctx context.Context, a access.Actor, id int64) (catalog.Card, error) {
	c, err := p.Catalog.GetSKU(ctx, a, id)
	if err == nil && !c.DeletedAt.IsZero() {
		err = errs.New(errs.NotFound, "error.catalog.no_sku")
	}
	return c, err
}

func (p *pages) editPage(w http.ResponseWriter, r *http.Request, status int, f editForm, c catalog.Card) error {
	data, err := p.Frame(r, kit.Stock, c.Code)
	if err != nil {
		return err
	}
	return reply.HTML(w, r, status, editPage(f, c, data))
}

// skuSave stores the form. What somebody else changed meanwhile is shown beside it, and the next save replaces it knowingly.
func (p *pages) skuSave(w http.ResponseWriter, r *http.Request) error {
	id, err := reply.ID(r, "id", "error.catalog.no_sku")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	c, err := p.live(ctx, a, id)
	if err != nil {
		return err
	}
	f := editForm{skuForm: parseSKU(r, 0), id: id, version: reply.Number(r, "version"), name: r.PostFormValue("name"), kind: c.Kind, backorder: r.PostFormValue("backorder") != ""}
	if f.parts, err = p.parts(ctx, a, r); err != nil {
		return err
	}
	if err := p.save(ctx, a, f, c); err != nil {
		if !reply.IsRefusal(err) {
			return err
		}
		f.refuse(ctx, err, c)
		return p.editPage(w, r, http.StatusUnprocessableEntity, f, c)
	}
	return reply.Go(w, r, "/stock/"+strconv.FormatInt(id, 10))
}

func (f *editForm) refuse(ctx context.Context, err error, now catalog.Card) {
	f.faults = i18n.FieldErrors(ctx, err)
	if len(f.faults) == 0 {
		f.fault = i18n.Error(ctx, err)
	}
	if now.Version != f.version {
		f.changed, f.version, f.fault = &now, now.Version, ""
	}
}

func (p *pages) save(ctx context.Context, a access.Actor, f editForm, c catalog.Card) error {
	var check errs.Check
	s := f.sku(&check, "", c.Price.Currency)
	if err := check.Err(); err != nil {
		return err
	}
	in := catalog.SKUEdit{ID: f.id, Version: f.version, Code: s.Code, Name: f.name, Variant: s.Variant, Price: s.Price, Cost: s.Cost,
		WeightGrams: s.WeightGrams, Backorder: f.backorder, Barcodes: s.Barcodes}
	if c.Kind == catalog.KindKit {
		var err error
		if in.Parts, err = partsOf(f.parts); err != nil {
			return err
		}
	}
	_, err := p.Catalog.EditSKU(ctx, a, in)
	return err
}

// skuDelete deletes a SKU that nothing needs.
func (p *pages) skuDelete(w http.ResponseWriter, r *http.Request) error {
	id, err := reply.ID(r, "id", "error.catalog.no_sku")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	c, err := p.live(ctx, a, id)
	if err != nil {
		return err
	}
	if err := p.Catalog.DeleteSKU(ctx, a, id, reply.Number(r, "version")); err != nil {
		if !reply.IsRefusal(err) {
			return err
		}
		f := editOf(r.Context(), c)
		f.fault = i18n.Error(ctx, err)
		return p.editPage(w, r, http.StatusUnprocessableEntity, f, c)
	}
	return reply.Go(w, r, "/stock")
}

// others are the fields in which the SKU differs now from what the person is about to save.
func (f editForm) others(ctx context.Context) []kit.Pair {
	if f.changed == nil {
		return nil
	}
	now := editOf(ctx, *f.changed)
	var out []kit.Pair
	add := func(key, mine, theirs string) {
		if mine != theirs {
			out = append(out, kit.Pair{Name: key, Value: theirs})
		}
	}
	add("catalog.field.code", f.code, now.code)
	add("catalog.field.name", f.name, now.name)
	add("catalog.field.variant", f.variant, now.variant)
	add("catalog.field.price", f.price, now.price)
	add("catalog.field.cost", f.cost, now.cost)
	add("catalog.field.weight", f.weight, now.weight)
	add("catalog.field.barcodes", f.barcodes, now.barcodes)
	return out
}
