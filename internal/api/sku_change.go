package api

import (
	"errors"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/money"
)

// skuChangeInput changes the fields that are there.
type skuChangeInput struct {
	Version     int64        `json:"version" need:"1"`
	SKU         *string      `json:"sku,omitempty"`
	Name        *string      `json:"name,omitempty"`
	Variant     *string      `json:"variant,omitempty"`
	Price       *moneyInput  `json:"price,omitempty"`
	Cost        *moneyInput  `json:"cost,omitempty"`
	WeightGrams *int64       `json:"weight_grams,omitempty"`
	Backorder   *bool        `json:"backorder,omitempty"`
	Barcodes    *[]string    `json:"barcodes,omitempty"`
	Parts       *[]partInput `json:"parts,omitempty" doc:"of a kit; all of them"`
}

// set puts a value in place when there is one.
func set[T any](to *T, v *T) {
	if v != nil {
		*to = *v
	}
}

// skuChange changes a SKU, all or nothing.
func (a *API) skuChange(c call, in skuChangeInput) (skuCardOut, error) {
	id, err := c.id()
	if err != nil {
		return skuCardOut{}, err
	}
	now, err := a.Catalog.GetSKU(c.ctx, c.who, id)
	if err != nil {
		return skuCardOut{}, err
	}
	edit, err := a.editOf(c, now, in)
	if err != nil {
		return skuCardOut{}, err
	}
	if _, err = a.Catalog.EditSKU(c.ctx, c.who, edit); err != nil {
		return skuCardOut{}, a.withCurrent(c, id, err)
	}
	return a.skuCard(c, id)
}

// editOf is the SKU as read with the changes of the input. The version is the caller's, so what was read in between can not
// overwrite anything.
func (a *API) editOf(c call, now catalog.Card, in skuChangeInput) (catalog.SKUEdit, error) {
	edit := catalog.SKUEdit{ID: now.ID, Version: in.Version, Code: now.Code, Name: now.Name, Variant: now.Variant, Price: now.Price, Cost: now.Cost,
		WeightGrams: now.WeightGrams, Backorder: now.Backorder, Barcodes: now.Barcodes}
	for _, p := range now.Parts {
		edit.Parts = append(edit.Parts, p.Part)
	}
	set(&edit.Code, in.SKU)
	set(&edit.Name, in.Name)
	set(&edit.Variant, in.Variant)
	set(&edit.WeightGrams, in.WeightGrams)
	set(&edit.Backorder, in.Backorder)
	set(&edit.Barcodes, in.Barcodes)
	var check errs.Check
	if in.Price != nil {
		edit.Price = in.Price.checked(&check, "price", now.Price.Currency)
		edit.Cost.Currency = edit.Price.Currency
	}
	if in.Cost != nil {
		edit.Cost = in.Cost.checked(&check, "cost", edit.Price.Currency)
	}
	if err := check.Err(); err != nil {
		return edit, err
	}
	var err error
	if in.Parts != nil {
		edit.Parts, err = a.parts(c, *in.Parts)
	}
	return edit, err
}

// withCurrent adds the SKU as it is now to a conflict.
func (a *API) withCurrent(c call, id int64, err error) error {
	var e *errs.Error
	if !errors.As(err, &e) || e.Code != errs.Conflict {
		return err
	}
	now, readErr := a.skuCard(c, id)
	if readErr != nil {
		return err
	}
	told := *e
	told.Current = now
	return &told
}

// skuDeleteQuery tells the version of a SKU that is to be deleted.
type skuDeleteQuery struct {
	Version int64 `json:"version" need:"1"`
}

// deletedOut names what was deleted.
type deletedOut struct {
	ID int64 `json:"id"`
}

func (a *API) skuDelete(c call, _ skuDeleteQuery) (deletedOut, error) {
	id, err := c.id()
	if err != nil {
		return deletedOut{}, err
	}
	var q skuDeleteQuery
	if err := readQuery(c.r.URL.Query(), &q); err != nil {
		return deletedOut{}, err
	}
	if err := a.Catalog.DeleteSKU(c.ctx, c.who, id, q.Version); err != nil {
		return deletedOut{}, a.withCurrent(c, id, err)
	}
	return deletedOut{ID: id}, nil
}

// priceInput is a new price of one SKU. Version or expected is needed.
type priceInput struct {
	SKUID    int64       `json:"sku_id,omitempty"`
	SKU      string      `json:"sku,omitempty"`
	Price    moneyInput  `json:"price" need:"1"`
	Cost     *moneyInput `json:"cost,omitempty"`
	Version  int64       `json:"version,omitempty" doc:"of the SKU as it was read"`
	Expected *moneyInput `json:"expected,omitempty" doc:"the price as it was read"`
}

// priceBatchInput is several prices.
type priceBatchInput struct {
	Items []priceInput `json:"items" need:"1"`
}

// priceBatchOut is the outcome of a batch, in its order.
type priceBatchOut struct {
	Items []priceItemOut `json:"items"`
}

// priceItemOut is what became of one price: price or error is set.
type priceItemOut struct {
	Price *priceOut `json:"price,omitempty"`
	Error *fault    `json:"error,omitempty"`
}

func (a *API) priceBatch(c call, in priceBatchInput) (priceBatchOut, error) {
	if err := countItems(len(in.Items), maxItems); err != nil {
		return priceBatchOut{}, err
	}
	names := make([]skuName, len(in.Items))
	for i, item := range in.Items {
		names[i] = skuName{item.SKUID, item.SKU}
	}
	skus, err := a.named(c, names)
	if err != nil {
		return priceBatchOut{}, err
	}
	out := priceBatchOut{Items: make([]priceItemOut, len(in.Items))}
	side(len(in.Items), func(i int) {
		s, err := a.changePrice(c, skus[i], in.Items[i])
		if out.Items[i].Error = a.faultOf(c.ctx, err); err == nil {
			p := priceJSON(s)
			out.Items[i].Price = &p
		}
	})
	return out, nil
}

// changePrice sets one price if the SKU is still as the caller has read it.
func (a *API) changePrice(c call, now catalog.SKU, in priceInput) (catalog.SKU, error) {
	if now.ID == 0 {
		return now, errs.New(errs.NotFound, "error.catalog.no_sku")
	}
	var check errs.Check
	check.That(in.Version != 0 || in.Expected != nil, "version", "error.api.version")
	update := catalog.SKUUpdate{ID: now.ID, Version: in.Version}
	price := in.Price.checked(&check, "price", now.Price.Currency)
	update.Price = &price
	if in.Cost != nil {
		cost := in.Cost.checked(&check, "cost", price.Currency)
		update.Cost = &cost
	}
	var expected money.Money
	if in.Expected != nil {
		expected = in.Expected.checked(&check, "expected", now.Price.Currency)
	}
	if err := check.Err(); err != nil {
		return now, err
	}
	if in.Expected != nil && expected != now.Price {
		return now, &errs.Error{Code: errs.Conflict, Key: "error.api.price_not_expected", Current: priceJSON(now)}
	}
	if in.Version == 0 {
		update.Version = now.Version // what changes after the comparison changes the version too
	}
	out, err := a.Catalog.UpdateSKU(c.ctx, c.who, update)
	var e *errs.Error
	if errors.As(err, &e) && e.Code == errs.Conflict {
		if fresh, readErr := a.named(c, []skuName{{id: now.ID}}); readErr == nil && fresh[0].ID != 0 {
			told := *e
			told.Current = priceJSON(fresh[0])
			return out, &told
		}
	}
	return out, err
}
