package api

import (
	"errors"
	"strconv"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/stock"
)

// changeReason stands in documents of programs that give none.
const changeReason = "API"

// stockChangeInput is one change: delta, or set, which may be bound to expected.
type stockChangeInput struct {
	Delta    qty.Qty  `json:"delta,omitempty" doc:"to add, negative to take away"`
	Set      *qty.Qty `json:"set,omitempty" doc:"what is to be on hand"`
	Expected *qty.Qty `json:"expected,omitempty" doc:"what must be on hand now"`
}

func (in stockChangeInput) check(c *errs.Check, at string) {
	c.That((in.Set == nil) != (in.Delta == 0), at, "error.api.delta_or_set")
}

// stockPutInput is the change of one SKU.
type stockPutInput struct {
	Warehouse string `json:"warehouse,omitempty" doc:"code; the first one when left out"`
	Reason    string `json:"reason,omitempty"`
	stockChangeInput
}

// stockItemInput is the change of one SKU of a batch.
type stockItemInput struct {
	SKUID int64  `json:"sku_id,omitempty"`
	SKU   string `json:"sku,omitempty"`
	stockChangeInput
}

// stockBatchInput is changes in one warehouse.
type stockBatchInput struct {
	Warehouse string           `json:"warehouse,omitempty" doc:"code; the first one when left out"`
	Reason    string           `json:"reason,omitempty"`
	Items     []stockItemInput `json:"items" need:"1"`
}

// stockChangedOut is a level after a change that was done.
type stockChangedOut struct {
	SKUID      int64    `json:"sku_id"`
	SKU        string   `json:"sku"`
	Before     qty.Qty  `json:"before" doc:"on hand before the change"`
	Level      levelOut `json:"level"`
	DocumentID int64    `json:"document_id,omitempty" doc:"left out when nothing had to be booked"`
}

// stockItemOut is what became of one item: changed or error is set.
type stockItemOut struct {
	Changed *stockChangedOut `json:"changed,omitempty"`
	Error   *fault           `json:"error,omitempty"`
}

// stockBatchOut is the outcome of a batch, in its order.
type stockBatchOut struct {
	DocumentID int64          `json:"document_id,omitempty" doc:"left out when nothing had to be booked"`
	Items      []stockItemOut `json:"items"`
}

// stockPut changes the stock of one SKU; a refusal is the call's.
func (a *API) stockPut(c call, in stockPutInput) (stockChangedOut, error) {
	id, err := c.id()
	if err != nil {
		return stockChangedOut{}, err
	}
	var check errs.Check
	in.check(&check, "delta")
	if err := check.Err(); err != nil {
		return stockChangedOut{}, err
	}
	skus, err := a.named(c, []skuName{{id: id}})
	if err == nil {
		err = countable(skus[0])
	}
	if err != nil {
		return stockChangedOut{}, err
	}
	document, done, err := a.changeStock(c, in.Warehouse, in.Reason, []stock.ChangeLine{lineOf(id, in.stockChangeInput)})
	if err == nil {
		err = withLevel(done[0])
	}
	if err != nil {
		return stockChangedOut{}, err
	}
	return changedJSON(skus[0], done[0], document), nil
}

// stockBatch changes the stock of many SKUs, each for itself.
func (a *API) stockBatch(c call, in stockBatchInput) (stockBatchOut, error) {
	if err := countItems(len(in.Items), maxItems); err != nil {
		return stockBatchOut{}, err
	}
	names := make([]skuName, len(in.Items))
	var check errs.Check
	for i, item := range in.Items {
		names[i] = skuName{item.SKUID, item.SKU}
		item.check(&check, "items."+strconv.Itoa(i)+".delta")
	}
	if err := check.Err(); err != nil {
		return stockBatchOut{}, err
	}
	skus, err := a.named(c, names)
	if err != nil {
		return stockBatchOut{}, err
	}
	out := stockBatchOut{Items: make([]stockItemOut, len(in.Items))}
	var lines []stock.ChangeLine
	var at []int
	for i, s := range skus {
		if err := countable(s); err != nil {
			out.Items[i].Error = a.faultOf(c.ctx, err)
			continue
		}
		lines, at = append(lines, lineOf(s.ID, in.Items[i].stockChangeInput)), append(at, i)
	}
	if len(lines) == 0 {
		return out, nil
	}
	document, done, err := a.changeStock(c, in.Warehouse, in.Reason, lines)
	if err != nil {
		return stockBatchOut{}, err
	}
	out.DocumentID = document
	for i, d := range done {
		item := &out.Items[at[i]]
		if item.Error = a.faultOf(c.ctx, withLevel(d)); d.Err == nil {
			changed := changedJSON(skus[at[i]], d, document)
			item.Changed = &changed
		}
	}
	return out, nil
}

// countable refuses what is not there and what has no stock of its own.
func countable(s catalog.SKU) error {
	switch {
	case s.ID == 0:
		return errs.New(errs.NotFound, "error.catalog.no_sku")
	case s.Kind != catalog.KindGoods:
		return errs.New(errs.Invalid, "error.api.no_stock", "sku", s.Code)
	}
	return nil
}

func lineOf(id int64, in stockChangeInput) stock.ChangeLine {
	return stock.ChangeLine{SKUID: id, Delta: in.Delta, Set: in.Set, Expected: in.Expected}
}

func (a *API) changeStock(c call, warehouse, reason string, lines []stock.ChangeLine) (int64, []stock.Changed, error) {
	var w stock.Warehouse
	err := a.DB.Read(c.ctx, c.who.Tenant, func(tx *db.Tx) (err error) {
		w, err = stock.WarehouseByCode(c.ctx, tx, warehouse)
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	if reason == "" {
		reason = changeReason
	}
	return a.Stock.Change(c.ctx, c.who, stock.ChangeInput{WarehouseID: w.ID, Reason: reason, Lines: lines, Key: c.documentKey()})
}

// documentKey is the call's key as the ledger keeps it: callers do not share theirs.
func (c call) documentKey() string {
	if c.key == "" {
		return ""
	}
	sum := digestOf(c.who.String() + "\n" + c.r.URL.Path + "\n" + c.key)
	return "api:" + sum
}

// withLevel is a line's error with the level that stands there.
func withLevel(d stock.Changed) error {
	var e *errs.Error
	if !errors.As(d.Err, &e) {
		return d.Err
	}
	told := *e
	told.Current = levelJSON(d.Level)
	return &told
}

func changedJSON(s catalog.SKU, d stock.Changed, document int64) stockChangedOut {
	return stockChangedOut{SKUID: s.ID, SKU: s.Code, Before: d.Before, Level: levelJSON(d.Level), DocumentID: document}
}
