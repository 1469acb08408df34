package report

import (
	"context"
	"strconv"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/search"
)

// BaselinkerProducts is what a list of a catalogue's products asks for; zero values ask for nothing.
type BaselinkerProducts struct {
	InventoryID int64
	// Home is the catalogue of SKUs that no client put into another one.
	Home         int64
	Variants     bool // list variants too
	ID           int64
	CategoryID   int64
	CategoryName string // SKUs of Lad's own category count when no client gave them another
	EAN, SKU     string
	Name         string // beginnings of words of code, name and variant
	PriceFrom    *int64 // minor units
	PriceTo      *int64
	StockFrom    *int64 // thousandths on hand over all warehouses
	StockTo      *int64
	Location     string // part of a location
	Sort         string // name, price or stock; ids otherwise
	Descending   bool
	Limit        int
	Offset       int64
}

// IDs picks a page of live SKUs in order of their ids.
func (q BaselinkerProducts) IDs(ctx context.Context, tx *db.Tx) (ids []int64, err error) {
	w := &where{args: []any{int64(tx.Tenant)}}
	w.add("coalesce(b.inventory_id, ?) = ?", q.Home, q.InventoryID)
	if !q.Variants {
		w.add("coalesce(b.parent_id, 0) = 0")
	}
	q.filter(w)
	order := " order by " + q.order()
	w.args = append(w.args, q.Limit, q.Offset)
	n := len(w.args)
	err = tx.Each(ctx, `select s.id from sku s left join bl_product b on b.tenant_id = s.tenant_id and b.sku_id = s.id where s.tenant_id = $1 and s.deleted_at = 0`+
		w.text.String()+order+" limit $"+strconv.Itoa(n-1)+" offset $"+strconv.Itoa(n), w.args, func(sc db.Scanner) error {
		var id int64
		err := sc.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

// onHandSQL is what is on hand of a SKU over all warehouses.
const onHandSQL = "coalesce((select sum(l.on_hand) from level l where l.tenant_id = $1 and l.sku_id = s.id), 0)"

// order is how the products stand: those that are alike by their ids.
func (q BaselinkerProducts) order() string {
	direction := ""
	if q.Descending {
		direction = " desc"
	}
	if by := map[string]string{"name": "s.name", "price": "s.price_minor", "stock": onHandSQL}[q.Sort]; by != "" {
		return by + direction + ", s.id" + direction
	}
	return "s.id" + direction
}

func (q BaselinkerProducts) filter(w *where) {
	w.some(q.ID, "s.id = ?")
	if q.CategoryID != 0 {
		w.add(`(b.category_id = ? or coalesce(b.category_id, 0) = 0 and exists (select 1 from product p where p.tenant_id = $1 and p.id = s.product_id
			and p.category <> '' and p.category = ?))`, q.CategoryID, q.CategoryName)
	}
	if q.EAN != "" {
		w.add("s.id in (select c.sku_id from barcode c where c.tenant_id = $1 and c.code = ?)", q.EAN)
	}
	if q.SKU != "" {
		w.add("s.code_folded = ?", search.Fold(q.SKU))
	}
	for _, word := range search.Words(q.Name) {
		from, to := search.PrefixRange(word)
		w.add("exists (select 1 from sku_word x where x.tenant_id = $1 and x.sku_id = s.id and x.word >= ? and x.word < ?)", from, to)
	}
	if q.Location != "" {
		w.add("b.body like '%' || cast(? as text) || '%'", q.Location)
	}
	w.bound("s.price_minor", q.PriceFrom, q.PriceTo)
	w.bound(onHandSQL, q.StockFrom, q.StockTo)
}

// bound keeps a number between two others, both included.
func (w *where) bound(what string, from, to *int64) {
	if from != nil {
		w.add(what+" >= ?", *from)
	}
	if to != nil {
		w.add(what+" <= ?", *to)
	}
}

// BaselinkerCategoryUsed says whether a live SKU is in a category, by its number or by its name in Lad.
func BaselinkerCategoryUsed(ctx context.Context, tx *db.Tx, id int64, name string) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, `select count(*) from (select 1 from sku s join product p on p.tenant_id = s.tenant_id and p.id = s.product_id
		left join bl_product b on b.tenant_id = s.tenant_id and b.sku_id = s.id
		where s.tenant_id = $1 and s.deleted_at = 0 and (b.category_id = $2 or coalesce(b.category_id, 0) = 0 and p.category = $3) limit 1) u`,
		int64(tx.Tenant), id, name).Scan(&n)
	return n > 0, err
}
