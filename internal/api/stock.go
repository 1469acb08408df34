package api

import (
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/stock"
)

func (a *API) stockOperations() []operation {
	const how = "delta adds to what is on hand, set replaces it; with expected it is done only while exactly that is on hand, else the item is refused and " +
		"error.current tells the present level. "
	return tagged("Stock",
		get("/api/v1/stock", "listStock", access.StockRead, "List stock levels", a.stockList).says("In order of the SKUs' codes; catalog:read is needed too."),
		get("/api/v1/stock/{id}", "getStock", access.StockRead, "Read the stock of a SKU", a.stockGet).says("id is the SKU's."),
		write("PUT", "/api/v1/stock/{id}", "changeStock", access.StockWrite, "Change the stock of a SKU", a.stockPut).keyed().says(how+
			"Here a refusal is 409. id is the SKU's.").example(stockChangeInput{Set: pieces(7), Expected: pieces(5)}),
		post("/api/v1/stock/batch", "changeStocks", access.StockWrite, "Change the stock of up to 1000 SKUs", a.stockBatch).batch().keyed().says(how+
			"What can be done is booked as one document.").example(stockBatchInput{Reason: "counted", Items: []stockItemInput{{SKU: "GEN-3000", stockChangeInput: stockChangeInput{Delta: 1000}}}}),
		get("/api/v1/stock/documents/{id}", "getStockDocument", access.StockRead, "Read a stock document with its lines", a.documentGet),
		get("/api/v1/warehouses", "listWarehouses", access.StockRead, "List warehouses", a.warehouseList).says("Orders are served from the first."),
		post("/api/v1/warehouses", "createWarehouse", access.StockWrite, "Create a warehouse", a.warehouseCreate).creates(),
		write("PATCH", "/api/v1/warehouses/{id}", "renameWarehouse", access.StockWrite, "Give a warehouse another code and name", a.warehouseRename),
	)
}

// pieces is a quantity for examples.
func pieces(n int64) *qty.Qty { q := qty.Pieces(n); return &q }

// levelOut is the stock of a SKU in one warehouse.
type levelOut struct {
	WarehouseID int64   `json:"warehouse_id"`
	OnHand      qty.Qty `json:"on_hand"`
	Reserved    qty.Qty `json:"reserved" doc:"held for orders"`
	Available   qty.Qty `json:"available"`
}

func levelJSON(l stock.Level) levelOut {
	return levelOut{WarehouseID: l.WarehouseID, OnHand: l.OnHand, Reserved: l.Reserved, Available: l.Available()}
}

// stockOut is the stock of a SKU. available counts all warehouses; of a kit it is as many as its parts make.
type stockOut struct {
	SKUID     int64      `json:"sku_id"`
	SKU       string     `json:"sku"`
	Kind      string     `json:"kind"`
	Available qty.Qty    `json:"available"`
	Levels    []levelOut `json:"levels"`
}

// stocksOut is a page of stock.
type stocksOut struct {
	Items []stockOut `json:"items"`
	Next  string     `json:"next,omitempty" doc:"after of the next page"`
}

func (a *API) stockList(c call, q skuQuery) (stocksOut, error) {
	page, err := a.Catalog.List(c.ctx, c.who, catalog.Filter{Text: q.Text, Kind: catalog.Kind(q.Kind), After: q.After, Limit: int(q.Limit)})
	if err != nil {
		return stocksOut{}, err
	}
	items, err := a.stockOf(c, page.SKUs)
	return stocksOut{Items: items, Next: page.Next}, err
}

func (a *API) stockOf(c call, skus []catalog.SKU) ([]stockOut, error) {
	ids := make([]int64, len(skus))
	for i, s := range skus {
		ids[i] = s.ID
	}
	out := make([]stockOut, len(skus))
	return out, a.read(c.ctx, c.who, access.StockRead, func(tx *db.Tx) error {
		available, err := a.Stock.Available(c.ctx, tx, ids)
		if err != nil {
			return err
		}
		levels, err := a.Stock.Levels(c.ctx, tx, ids)
		for i, s := range skus {
			out[i] = stockOut{SKUID: s.ID, SKU: s.Code, Kind: string(s.Kind), Available: available[s.ID], Levels: []levelOut{}}
			for _, l := range levels[s.ID] {
				out[i].Levels = append(out[i].Levels, levelJSON(l))
			}
		}
		return err
	})
}

func (a *API) stockGet(c call, _ nothing) (stockOut, error) {
	id, err := c.id()
	if err != nil {
		return stockOut{}, err
	}
	skus, err := a.named(c, []skuName{{id: id}})
	if err != nil {
		return stockOut{}, err
	}
	if skus[0].ID == 0 {
		return stockOut{}, errs.New(errs.NotFound, "error.catalog.no_sku")
	}
	out, err := a.stockOf(c, skus)
	return out[0], err
}

// documentLineOut is a line of a stock document.
type documentLineOut struct {
	SKUID    int64   `json:"sku_id"`
	Quantity qty.Qty `json:"quantity"`
	Expected qty.Qty `json:"expected,omitempty" doc:"of a stock-take: what the ledger said"`
}

// documentOut is a stock document.
type documentOut struct {
	ID          int64             `json:"id"`
	Kind        string            `json:"kind"`
	WarehouseID int64             `json:"warehouse_id"`
	Reason      string            `json:"reason,omitempty"`
	Actor       string            `json:"actor"`
	AsOf        *string           `json:"as_of"`
	PostedAt    *string           `json:"posted_at"`
	Reverses    int64             `json:"reverses,omitempty"`
	ReversedBy  int64             `json:"reversed_by,omitempty"`
	Lines       []documentLineOut `json:"lines"`
	Next        int64             `json:"next,omitempty" doc:"after of the next lines"`
}

// documentQuery chooses lines of a document.
type documentQuery struct {
	After int64 `json:"after" doc:"next of the lines before"`
	Limit int64 `json:"limit" doc:"500 when left out, at most 500"`
}

func (a *API) documentGet(c call, q documentQuery) (documentOut, error) {
	id, err := c.id()
	if err != nil {
		return documentOut{}, err
	}
	if q.Limit <= 0 || q.Limit > 500 {
		q.Limit = 500
	}
	d, lines, err := a.Stock.Document(c.ctx, c.who, id, q.After, int(q.Limit))
	out := documentOut{ID: d.ID, Kind: string(d.Kind), WarehouseID: d.WarehouseID, Reason: d.Reason, Actor: d.Actor, AsOf: momentOut(d.AsOf),
		PostedAt: momentOut(d.PostedAt), Reverses: d.Reverses, ReversedBy: d.ReversedBy, Lines: make([]documentLineOut, len(lines))}
	for i, l := range lines {
		out.Lines[i] = documentLineOut{SKUID: l.SKUID, Quantity: l.Qty, Expected: l.Expected}
	}
	if len(lines) == int(q.Limit) {
		out.Next = lines[len(lines)-1].SKUID
	}
	return out, err
}

// warehouseOut is a warehouse.
type warehouseOut struct {
	ID   int64  `json:"id"`
	Code string `json:"code"`
	Name string `json:"name"`
	Rank int64  `json:"rank,omitempty"`
}

// warehousesOut is all warehouses, in the order in which orders are served from them.
type warehousesOut struct {
	Warehouses []warehouseOut `json:"warehouses"`
}

// warehouseInput is a warehouse as it is to be called.
type warehouseInput struct {
	Code string `json:"code" need:"1"`
	Name string `json:"name" need:"1"`
}

func (a *API) warehouseList(c call, _ nothing) (warehousesOut, error) {
	out := warehousesOut{Warehouses: []warehouseOut{}}
	err := a.read(c.ctx, c.who, access.StockRead, func(tx *db.Tx) error {
		list, err := a.Stock.Warehouses(c.ctx, tx)
		for _, w := range list {
			out.Warehouses = append(out.Warehouses, warehouseOut(w))
		}
		return err
	})
	return out, err
}

func (a *API) warehouseCreate(c call, in warehouseInput) (warehouseOut, error) {
	w, err := a.Stock.AddWarehouse(c.ctx, c.who, in.Code, in.Name)
	return warehouseOut(w), err
}

func (a *API) warehouseRename(c call, in warehouseInput) (warehouseOut, error) {
	id, err := c.id()
	if err != nil {
		return warehouseOut{}, err
	}
	err = a.Stock.RenameWarehouse(c.ctx, c.who, id, in.Code, in.Name)
	return warehouseOut{ID: id, Code: in.Code, Name: in.Name}, err
}
