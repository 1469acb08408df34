package ordersui_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/ui/assets"
	ordersui "github.com/lad-hub/lad/internal/ui/orders"
)

var out = flag.String("out", "", "directory to write the pages to, for looking at them")

// desk is a shop with its order pages.
type desk struct {
	*apptest.Shop
	*apptest.Server
}

func open(t *testing.T) *desk {
	t.Helper()
	s := apptest.Open(t)
	return &desk{Shop: s, Server: s.Serve(t, func(rt *httpx.Router) {
		ordersui.Register(rt, ordersui.Deps{
			DB: s.DB, Orders: s.Orders, Connections: s.Connections, Stock: s.Stock, Customers: s.Customers, Catalog: s.Catalog, People: s.People, Frame: s.Frame,
		})
	})}
}

// goods are what the sample shop sells.
type goods struct {
	generator, powerbank, cable, sweater, thermos, lamp catalog.SKU
	prom, rozetka, site                                 *apptest.Channel
}

// stocked fills the shop: three channels, six SKUs, one generator and no sweater.
func stocked(t *testing.T, d *desk) goods {
	t.Helper()
	return goods{
		generator: d.SKU(t, "GEN-28", "Генератор EnerSol 2,8 кВт", 1849900, 1),
		powerbank: d.SKU(t, "PB-20-BK", "Повербанк 20 000 мА·год чорний", 89900, 14),
		cable:     d.SKU(t, "CAB-C-1", "Кабель USB-C 1 м", 21900, 60),
		sweater:   d.SKU(t, "KRP-XL-BL", "Светр «Карпати» синій XL", 129000, 0),
		thermos:   d.SKU(t, "TRM-075-GR", "Термос 0,75 л зелений", 59900, 22),
		lamp:      d.SKU(t, "LMP-H1", "Ліхтар налобний", 41200, 9),
		prom:      d.Channel(t, "prom", "Prom"), rozetka: d.Channel(t, "rozetka", "Rozetka"), site: d.Channel(t, "horoshop", "Наш сайт"),
	}
}

// believable fills the desk with a morning's orders and answers the one of the last generator.
func believable(t *testing.T, d *desk) (g goods, last int64) {
	t.Helper()
	g = stocked(t, d)
	onPickup := func(o *connector.Order) {
		o.Payment = connector.Payment{State: connector.PaymentUnpaid, OnPickup: true, Method: "Післяплата"}
		o.Delivery = connector.Delivery{Service: "ukrposhta", City: "Луцьк", Address: "вул. Лесі Українки, 12, кв. 4"}
	}
	unpaid := func(o *connector.Order) { o.Payment = connector.Payment{State: connector.PaymentUnpaid} }
	d.Now.Advance(-35 * time.Minute)
	g.rozetka.Order(t, "Ткаченко Марія", "+380671234501", onPickup, apptest.Line(g.lamp, 1), apptest.Line(g.cable, 2))
	d.Now.Advance(9 * time.Minute)
	g.prom.Order(t, "Бондар Юлія", "+380671234502", unpaid, apptest.Line(g.thermos, 3))
	d.Now.Advance(7 * time.Minute)
	g.site.Order(t, "Шевчук Андрій", "+380671234503", nil, apptest.Line(g.sweater, 1))
	d.Now.Advance(3 * time.Minute)
	g.prom.Order(t, "Кравець Дмитро", "+380671234506", nil, apptest.Line(g.lamp, 2))
	g.prom.Order(t, "Кравець Дмитро", "+380671234506", nil, apptest.Line(g.lamp, 2))
	d.Now.Advance(6 * time.Minute)
	g.rozetka.Order(t, "Гнатюк Оксана", "+380671234507", onPickup, connector.Line{OfferID: "R-77120", Title: "Рушник махровий 70×140 бежевий", Quantity: 1000, Price: money.New(34900, money.UAH)})
	d.Now.Advance(5 * time.Minute)
	g.rozetka.Order(t, "Мельник Ігор", "+380671234504", onPickup, apptest.Line(g.powerbank, 2), apptest.Line(g.cable, 2))
	d.Now.Advance(2 * time.Minute)
	res := g.prom.Order(t, "Коваль Олена", "+380671112233", func(o *connector.Order) {
		o.DeliveryCost, o.Commission = money.New(18000, money.UAH), money.New(111000, money.UAH)
		o.Comment = "Передзвоніть, будь ласка, після 18:00.\nПотрібен чек на фірму."
		o.NoCall = false
	}, apptest.Line(g.generator, 1))
	g.rozetka.Shows(t, g.generator, 0, 61*time.Millisecond)
	g.site.Shows(t, g.generator, 0, 84*time.Millisecond)
	g.rozetka.Shows(t, g.sweater, 2000, time.Second)
	d.Now.Advance(3 * time.Minute)
	return g, res.OrderID
}

// keep writes a page as a file when -out is given.
func keep(t *testing.T, name string, a apptest.Answer) {
	t.Helper()
	if *out == "" {
		return
	}
	text := a.Text
	for _, asset := range []string{"tokens.css", "app.css", "app.js", "htmx.min.js", "icon.svg"} {
		text = strings.ReplaceAll(text, assets.URL(asset), asset)
	}
	if err := os.WriteFile(filepath.Join(*out, name+".html"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
