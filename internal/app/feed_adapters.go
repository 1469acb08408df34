package app

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/feeds"
	"github.com/lad-hub/lad/internal/identity"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/stock"
)

// feedCatalog is the catalogue as feeds see it. A service is nothing that a marketplace lists.
type feedCatalog struct{ catalog.Reader }

func (c feedCatalog) Walk(ctx context.Context, tx *db.Tx, after int64, limit int) (out []feeds.Item, last int64, err error) {
	list, err := c.Reader.Walk(ctx, tx, after, limit)
	for _, s := range list {
		if s.Kind != catalog.KindService {
			out = append(out, feeds.Item{ID: s.ID, ProductID: s.ProductID, Code: s.Code, Name: s.Name, Variant: s.Variant, Group: s.Group, Brand: s.Brand,
				Category: s.Category, Price: s.Price, Cost: s.Cost, Backorder: s.Backorder, Barcodes: s.Barcodes})
		}
	}
	if len(list) == limit {
		last = list[limit-1].ID
	}
	return out, last, err
}

// feedStock is what channels are told, read without locks.
type feedStock struct{ connectionStock }

func (s feedStock) Available(ctx context.Context, tx *db.Tx, skuIDs []int64) (map[int64]qty.Qty, error) {
	return s.connectionStock.Available(ctx, tx, skuIDs, false)
}

// feedPages are the addresses of offers on one of the channels.
type feedPages struct{ *connections.Service }

func (feedPages) Sites(ctx context.Context, tx *db.Tx) ([]feeds.Site, error) {
	list, err := connections.All(ctx, tx)
	out := make([]feeds.Site, len(list))
	for i, c := range list {
		out[i] = feeds.Site{ID: c.ID, Name: c.Name}
	}
	return out, err
}

func (p feedPages) Pages(ctx context.Context, tx *db.Tx, connectionID int64, skuIDs []int64) (map[int64]string, error) {
	shown, err := p.ShownOf(ctx, tx, skuIDs)
	out := make(map[int64]string, len(shown))
	for id, list := range shown {
		for _, l := range list {
			if l.ConnectionID == connectionID && l.URL != "" && out[id] == "" {
				out[id] = l.URL
			}
		}
	}
	return out, err
}

// feedRules are the rules of channels.
type feedRules struct{}

func priceRule(r feeds.PriceRule) connections.PriceRule {
	return connections.PriceRule{MulPPM: r.MulPPM, AddMinor: r.AddMinor, StepMinor: r.StepMinor, EndingMinor: r.EndingMinor, Round: connections.Rounding(r.Round)}
}

func stockPolicy(p feeds.StockPolicy) connections.Policy {
	return connections.Policy{SharePPM: p.SharePPM, Safety: p.Safety, HideBelow: p.HideBelow}
}

func (feedRules) Price(r feeds.PriceRule, price, cost money.Money) (int64, bool) {
	minor, fault := priceRule(r).Shown(connections.BasePrice{Price: price, Cost: cost})
	return minor, fault == ""
}

func (feedRules) Shown(p feeds.StockPolicy, available qty.Qty) int64 {
	return stockPolicy(p).Shown(available).Whole()
}

func (feedRules) CheckPrice(r feeds.PriceRule, c *errs.Check) { noteFaults(c, priceRule(r).Validate()) }

func (feedRules) CheckStock(p feeds.StockPolicy, c *errs.Check) {
	noteFaults(c, stockPolicy(p).Validate())
}

func noteFaults(c *errs.Check, err error) {
	for _, f := range errs.FieldsOf(err) {
		c.Fail(f.Name, f.Key, f.Args...)
	}
}

// Zone is the time zone that the shop was founded in.
func (tenants) Zone(ctx context.Context, tx *db.Tx) (*time.Location, error) {
	s, err := identity.SettingsOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	return time.LoadLocation(s.Zone)
}

// feedStockListener and feedSKUChanges make every feed another document when stock or the catalogue changes.
type feedStockListener struct {
	stockListener
	feeds *feeds.Service
}

func (l feedStockListener) StockChanged(ctx context.Context, tx *db.Tx, changes []stock.Change) error {
	l.feeds.Changed(tx)
	return l.stockListener.StockChanged(ctx, tx, changes)
}

type feedSKUChanges struct{ feeds *feeds.Service }

func (h feedSKUChanges) SKUChanged(_ context.Context, tx *db.Tx, _ []int64) error {
	h.feeds.Changed(tx)
	return nil
}

// hearForFeeds understands the hints by which the channels' loops of several processes tell each other of changed stock and
// prices: "stock 1", "price 1".
func (a *App) hearForFeeds(message string) {
	word, number, _ := strings.Cut(message, " ")
	t, err := strconv.ParseInt(number, 10, 64)
	if err == nil && (word == "stock" || word == "price") {
		a.Feeds.Heard(db.Tenant(t))
	}
}
