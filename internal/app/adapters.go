package app

import (
	"context"
	"time"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/customers"
	"github.com/lad-hub/lad/internal/identity"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/stock"
	"github.com/lad-hub/lad/internal/tasks"
)

// The types below fit one domain's services to the small interfaces that another domain declares for itself. They translate
// and decide nothing.

// stockCatalog is the catalogue as the ledger sees it.
type stockCatalog struct{ catalog.Reader }

func (c stockCatalog) PartsOf(ctx context.Context, tx *db.Tx, skuIDs []int64) (map[int64][]stock.Part, error) {
	parts, err := c.Reader.PartsOf(ctx, tx, skuIDs)
	out := make(map[int64][]stock.Part, len(parts))
	for kit, list := range parts {
		for _, p := range list {
			out[kit] = append(out[kit], stock.Part{SKUID: p.SKUID, Qty: p.Qty})
		}
	}
	return out, err
}

// catalogStock is the ledger as the catalogue's import sees it.
type catalogStock struct{ *stock.Service }

func (s catalogStock) SetCounts(ctx context.Context, a access.Actor, in catalog.StockCounts) (int64, error) {
	counts := make([]stock.Count, len(in.Counts))
	for i, c := range in.Counts {
		counts[i] = stock.Count{SKUID: c.SKUID, Qty: c.Qty}
	}
	return s.Service.SetCountsOnce(ctx, a, in.Warehouse, counts, in.Reason, in.AsOf, in.Key)
}

// tenants tells the catalogue a tenant's settings.
type tenants struct{}

func (tenants) Currency(ctx context.Context, tx *db.Tx) (money.Currency, error) {
	s, err := identity.SettingsOf(ctx, tx)
	return s.Currency, err
}

// Language is what the shop's own words are in.
func (tenants) Language(ctx context.Context, tx *db.Tx) (string, error) {
	s, err := identity.SettingsOf(ctx, tx)
	return s.Language, err
}

// skuChanges tells the ledger and the channels about changed SKUs.
type skuChanges struct {
	stock       *stock.Service
	connections *connections.Service
	catalog     catalog.Reader
	tell        func(db.Tenant)
}

func (h skuChanges) SKUChanged(ctx context.Context, tx *db.Tx, skuIDs []int64) error {
	skus, err := h.catalog.ByIDs(ctx, tx, skuIDs)
	if err != nil {
		return err
	}
	was, err := h.stock.Backordered(ctx, tx, skuIDs)
	if err != nil {
		return err
	}
	for id, sku := range skus {
		// A file changes thousands of SKUs and hardly ever this of them.
		if sku.Kind == catalog.KindGoods && (sku.Backorder || was[id]) {
			if err := h.stock.SetBackorder(ctx, tx, id, sku.Backorder); err != nil {
				return err
			}
		}
	}
	kits, err := h.catalog.KitsWith(ctx, tx, skuIDs)
	if err != nil {
		return err
	}
	tx.AfterCommit(func() { h.tell(tx.Tenant) })
	if err := h.connections.PricesWanted(ctx, tx, skuIDs); err != nil {
		return err
	}
	// What can be sold of goods is the ledger's news; only of a kit the catalogue decides it, by the parts.
	for id, sku := range skus {
		if sku.Kind == catalog.KindKit {
			kits = append(kits, id)
		}
	}
	return h.connections.StockAskedAnew(ctx, tx, kits)
}

// stockListener passes the ledger's news on.
type stockListener struct {
	connections *connections.Service
	orders      *orders.Service
	tell        func(db.Tenant) // open pages that stock is different
}

func (l stockListener) StockChanged(ctx context.Context, tx *db.Tx, changes []stock.Change) error {
	var some, zero []int64
	for _, c := range changes {
		if c.Zero {
			zero = append(zero, c.SKUID)
		} else {
			some = append(some, c.SKUID)
		}
	}
	tx.AfterCommit(func() { l.tell(tx.Tenant) })
	return l.connections.StockWanted(ctx, tx, some, zero)
}

func (l stockListener) ShortagesChanged(ctx context.Context, tx *db.Tx, orderIDs []int64) error {
	return l.orders.ShortagesChanged(ctx, tx, orderIDs)
}

// orderStock is the ledger as orders see it.
type orderStock struct{ *stock.Service }

func (s orderStock) Hold(ctx context.Context, tx *db.Tx, demands []orders.Demand) ([]orders.Outcome, error) {
	list := make([]stock.Demand, len(demands))
	for i, d := range demands {
		list[i] = stock.Demand(d)
	}
	got, err := s.Service.Hold(ctx, tx, list)
	out := make([]orders.Outcome, len(got))
	for i, g := range got {
		out[i] = orders.Outcome{Before: g.Before, Short: g.Short}
	}
	return out, err
}

func (s orderStock) Shrink(ctx context.Context, tx *db.Tx, d orders.Demand) error {
	return s.Service.Shrink(ctx, tx, stock.Demand(d))
}

// orderCatalog is the catalogue as orders see it.
type orderCatalog struct{ catalog.Reader }

func orderSKU(s catalog.SKU) orders.SKU {
	return orders.SKU{ID: s.ID, Code: s.Code, Name: s.Name, Service: s.Kind == catalog.KindService, Price: s.Price}
}

func (c orderCatalog) ByCodes(ctx context.Context, tx *db.Tx, codes []string) (map[string]orders.SKU, error) {
	found, err := c.Reader.ByCodes(ctx, tx, codes)
	out := make(map[string]orders.SKU, len(found))
	for code, s := range found {
		out[code] = orderSKU(s)
	}
	return out, err
}

func (c orderCatalog) ByIDs(ctx context.Context, tx *db.Tx, ids []int64) (map[int64]orders.SKU, error) {
	found, err := c.Reader.ByIDs(ctx, tx, ids)
	out := make(map[int64]orders.SKU, len(found))
	for id, s := range found {
		out[id] = orderSKU(s)
	}
	return out, err
}

// orderListings is the connections as orders see them. The service is set once it exists: each needs the other.
type orderListings struct{ connections *connections.Service }

func (l *orderListings) Links(ctx context.Context, tx *db.Tx, connectionID int64, offerIDs []string) (map[string]orders.Link, error) {
	found, err := l.connections.Links(ctx, tx, connectionID, offerIDs)
	out := make(map[string]orders.Link, len(found))
	for id, link := range found {
		out[id] = orders.Link(link)
	}
	return out, err
}

func (l *orderListings) StatusWanted(ctx context.Context, tx *db.Tx, connectionID int64) error {
	return l.connections.StatusWanted(ctx, tx, connectionID)
}

// orderCustomers is the customer base as orders see it.
type orderCustomers struct{ *customers.Service }

func (c orderCustomers) Match(ctx context.Context, tx *db.Tx, contacts []orders.Contact) ([]int64, error) {
	list := make([]customers.Contact, len(contacts))
	for i, each := range contacts {
		list[i] = customers.Contact(each)
	}
	return c.Service.Match(ctx, tx, list)
}

// orderTasks, connectionTasks and webhookTasks are the task list as those domains see it.
type orderTasks struct{ *tasks.Service }

func (t orderTasks) Raise(ctx context.Context, tx *db.Tx, list []orders.Task) error {
	out := make([]tasks.New, len(list))
	for i, each := range list {
		out[i] = tasks.New{Kind: tasks.Kind(each.Kind), Subject: "order", SubjectID: each.OrderID, Detail: each.Detail}
	}
	return t.Service.Raise(ctx, tx, out)
}

func (t orderTasks) Resolve(ctx context.Context, tx *db.Tx, kind string, orderIDs []int64) error {
	return t.Service.Resolve(ctx, tx, tasks.Kind(kind), "order", orderIDs)
}

type connectionTasks struct{ *tasks.Service }

func (t connectionTasks) Raise(ctx context.Context, tx *db.Tx, kind string, connectionID int64, detail map[string]any) error {
	return t.Service.Raise(ctx, tx, []tasks.New{{Kind: tasks.Kind(kind), Subject: "connection", SubjectID: connectionID, Detail: detail}})
}

func (t connectionTasks) Resolve(ctx context.Context, tx *db.Tx, kind string, connectionID int64) error {
	return t.Service.Resolve(ctx, tx, tasks.Kind(kind), "connection", []int64{connectionID})
}

type webhookTasks struct{ *tasks.Service }

func (t webhookTasks) Raise(ctx context.Context, tx *db.Tx, webhookID int64, detail map[string]any) error {
	return t.Service.Raise(ctx, tx, []tasks.New{{Kind: tasks.WebhookStopped, Subject: "webhook", SubjectID: webhookID, Detail: detail}})
}

func (t webhookTasks) Resolve(ctx context.Context, tx *db.Tx, webhookID int64) error {
	return t.Service.Resolve(ctx, tx, tasks.WebhookStopped, "webhook", []int64{webhookID})
}

// connectionCatalog finds the SKU that an offer may be.
type connectionCatalog struct{ catalog.Reader }

func (c connectionCatalog) IDsByCode(ctx context.Context, tx *db.Tx, codes []string) (map[string]int64, error) {
	found, err := c.ByCodes(ctx, tx, codes)
	return idsOf(found), err
}

func (c connectionCatalog) IDsByBarcode(ctx context.Context, tx *db.Tx, codes []string) (map[string]int64, error) {
	found, err := c.ByBarcodes(ctx, tx, codes)
	return idsOf(found), err
}

func (c connectionCatalog) Prices(ctx context.Context, tx *db.Tx, skuIDs []int64) (map[int64]connections.BasePrice, error) {
	found, err := c.ByIDs(ctx, tx, skuIDs)
	out := make(map[int64]connections.BasePrice, len(found))
	for id, s := range found {
		out[id] = connections.BasePrice{Price: s.Price, Cost: s.Cost}
	}
	return out, err
}

func (c connectionCatalog) Propose(ctx context.Context, tx *db.Tx, offers []connections.Listing) ([][]connections.Candidate, error) {
	list := make([]catalog.Wanted, len(offers))
	for i, o := range offers {
		list[i] = catalog.Wanted{Code: o.SKUCode, Barcode: o.Barcode, Title: o.Title}
	}
	found, err := c.Reader.Propose(ctx, tx, list)
	out := make([][]connections.Candidate, len(found))
	for i, candidates := range found {
		for _, one := range candidates {
			out[i] = append(out[i], connections.Candidate(one))
		}
	}
	return out, err
}

func idsOf(found map[string]catalog.SKU) map[string]int64 {
	out := make(map[string]int64, len(found))
	for key, s := range found {
		out[key] = s.ID
	}
	return out
}

// connectionStock tells the channels what can be sold; a service is always there to be sold.
type connectionStock struct {
	*stock.Service
	catalog catalog.Reader
}

func (s connectionStock) Available(ctx context.Context, tx *db.Tx, skuIDs []int64, lock bool) (map[int64]qty.Qty, error) {
	read := s.Service.Available
	if lock {
		read = s.AvailableLocked
	}
	out, err := read(ctx, tx, skuIDs)
	if err != nil {
		return nil, err
	}
	var empty []int64
	for _, id := range skuIDs {
		if out[id] <= 0 {
			empty = append(empty, id)
		}
	}
	skus, err := s.catalog.ByIDs(ctx, tx, empty)
	for id, sku := range skus {
		if sku.Kind == catalog.KindService {
			out[id] = always
		}
	}
	return out, err
}

// always is the quantity that channels show of a service.
const always = 999 * qty.One

// connectionOrders is the orders as connections see them.
type connectionOrders struct{ *orders.Service }

func (o connectionOrders) TakeIn(ctx context.Context, t db.Tenant, connectionID int64, driver string, list []connections.Parsed) []connections.Taken {
	in := make([]orders.Intake, len(list))
	for i := range list {
		p := list[i]
		in[i] = orders.Intake{Actor: access.ForConnection(t, connectionID), ConnectionID: connectionID, Source: driver, Order: p.Order, Body: p.Fact.Body, Fact: &p.Fact}
	}
	out := make([]connections.Taken, len(list))
	for i, a := range o.Service.IntakeAll(ctx, in) {
		out[i].Err = a.Err
	}
	return out
}

func (o connectionOrders) Linked(ctx context.Context, tx *db.Tx, connectionID int64, offers []connections.LinkedOffer) error {
	list := make([]orders.LinkedOffer, len(offers))
	for i, l := range offers {
		list[i] = orders.LinkedOffer(l)
	}
	return o.Service.Linked(ctx, tx, connectionID, list)
}

func (o connectionOrders) PushNext(ctx context.Context, a *connections.Account) (bool, time.Time, error) {
	return o.Service.PushNext(ctx, orders.Outlet{Tenant: a.Tenant, ConnectionID: a.Conn.ID, Info: a.Info, Channel: a.Channel})
}

// accounts tells the task list who is there.
type accounts struct{}

func (accounts) Active(ctx context.Context, tx *db.Tx, accountID int64) (bool, error) {
	return identity.ActiveAccount(ctx, tx, accountID)
}
