package opencartdb_test

import (
	"context"
	"maps"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/channel/opencartdb"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/sim"
	simdb "github.com/lad-hub/lad/internal/sim/opencartdb"
	"github.com/lad-hub/lad/internal/sim/simtest"
)

// stand is a channel on a simulated database.
type stand struct {
	t    *testing.T
	shop *simdb.Shop
	url  string
	ch
}

// ch is everything the channel can do.
type ch interface {
	connector.Channel
	connector.OrderSource
	connector.OfferSource
	connector.StockSink
	connector.PriceSink
	connector.DictionarySource
}

var ctx = context.Background()

func open(t *testing.T, o simdb.Options) *stand {
	t.Helper()
	s := &stand{t: t, shop: simdb.New(o)}
	srv := simtest.Serve(s.shop)
	t.Cleanup(srv.Close)
	s.url = srv.URL
	s.ch = s.with(nil, httpx.ClientOptions{AllowPrivate: true})
	return s
}

// with opens another session.
func (s *stand) with(set map[string]string, o httpx.ClientOptions) ch {
	s.t.Helper()
	settings := s.shop.Settings(s.url)
	maps.Copy(settings, set)
	c, err := opencartdb.New().Open(connector.Config{Settings: settings, Dial: httpx.NewDial(o), Now: time.Now})
	if err != nil {
		s.t.Fatal(err)
	}
	return c.(ch)
}

func (s *stand) seed(offers ...sim.OfferSeed) { s.shop.SeedOffers(offers) }

func (s *stand) id(sku string) string {
	s.t.Helper()
	o, ok := s.shop.OfferBySKU(sku)
	if !ok {
		s.t.Fatalf("no offer %s", sku)
	}
	return o.ID
}

func (s *stand) buy(lines ...sim.BasketLine) string {
	s.t.Helper()
	p, err := s.shop.PlaceOrder(sim.Basket{Lines: lines, Buyer: sim.Buyer{Name: "Олена О'Коваль", Phone: "+380671112233", Email: "o@example.com", City: "Київ", Address: "Відділення №17"}})
	if err != nil {
		s.t.Fatal(err)
	}
	return p.ID
}

func (s *stand) order(id string) connector.Order {
	s.t.Helper()
	raws, err := s.ReadOrders(ctx, []string{id})
	if err != nil || len(raws) != 1 {
		s.t.Fatalf("%d orders, error %v", len(raws), err)
	}
	o, err := s.ParseOrder(raws[0].Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return o
}

func (s *stand) offer(id string) connector.Offer {
	s.t.Helper()
	list, err := s.ReadOffers(ctx, []string{id})
	if err != nil || len(list) != 1 {
		s.t.Fatalf("offer %s: %d offers, error %v", id, len(list), err)
	}
	return list[0]
}

// Each thing that is wrong is told in words that say what to do.
func TestCheckSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		set     map[string]string
		dial    httpx.ClientOptions
		prepare func(*simdb.Shop)
		kind    connector.Kind
		words   string
	}{
		{"password", map[string]string{"password": "secret-but-wrong"}, httpx.ClientOptions{AllowPrivate: true}, nil, connector.KindAuth, "user name or the password"},
		{"user", map[string]string{"username": "nobody"}, httpx.ClientOptions{AllowPrivate: true}, nil, connector.KindAuth, "user name or the password"},
		{"database", map[string]string{"database": "other"}, httpx.ClientOptions{AllowPrivate: true}, nil, connector.KindSettings, "no database with this name"},
		{"prefix", map[string]string{"prefix": "shop_"}, httpx.ClientOptions{AllowPrivate: true}, nil, connector.KindSettings, "begin with “oc_”"},
		{"nobody there", map[string]string{"port": "1"}, httpx.ClientOptions{AllowPrivate: true}, nil, connector.KindTransient, "nobody answers"},
		{"a private address", nil, httpx.ClientOptions{}, nil, connector.KindSettings, "can not be used"},
		{"out of bounds", nil, httpx.ClientOptions{Only: "127.0.0.1:1"}, nil, connector.KindSettings, "can not be used"},
		{"encryption it has not", map[string]string{"encryption": "yes"}, httpx.ClientOptions{AllowPrivate: true}, nil, connector.KindSettings, "encryption"},
		{"a table that may not be read", nil, httpx.ClientOptions{AllowPrivate: true}, func(s *simdb.Shop) { s.Deny("select", "order_total"); s.Deny("update", "order_total") },
			connector.KindDenied, "may not read oc_order_total"},
		{"columns that may not be read", nil, httpx.ClientOptions{AllowPrivate: true}, func(s *simdb.Shop) { s.Deny("select", "product", "price", "quantity") },
			connector.KindDenied, "oc_product (quantity, price)"},
		{"no currency", nil, httpx.ClientOptions{AllowPrivate: true}, func(s *simdb.Shop) { s.Deny("select", "setting"); s.Deny("update", "setting") }, connector.KindSettings, "currency:"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := open(t, simdb.Options{})
			if c.prepare != nil {
				c.prepare(s.shop)
			}
			_, err := s.with(c.set, c.dial).Check(ctx)
			if connector.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.words) || strings.Contains(err.Error(), simdb.Password) || strings.Contains(err.Error(), "secret-but-wrong") {
				t.Errorf("%v, want kind %s and “%s”", err, c.kind, c.words)
			}
		})
	}
}

func TestCheckOfAnotherDatabase(t *testing.T) {
	t.Parallel()
	s := open(t, simdb.Options{})
	for _, table := range simdb.Tables(simdb.Three) {
		s.shop.Deny("select", table)
		s.shop.Deny("update", table)
	}
	_, err := s.Check(ctx)
	if connector.KindOf(err) != connector.KindSettings || !strings.Contains(err.Error(), "not the database of an OpenCart shop") {
		t.Error(err)
	}
	s.shop.Allow()
	if a, err := s.Check(ctx); err != nil || a.Name != "Simulated & Sons" {
		t.Errorf("%+v, error %v", a, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	good := simdb.New(simdb.Options{}).Settings("http://db.example.com:3306")
	for key, value := range map[string]string{
		"host": "http://db.example.com/x", "port": "70000", "prefix": "oc_`; drop", "zone": "Kyiv", "encryption": "perhaps", "currency": "ducats", "paid_statuses": "17, x",
	} {
		set := maps.Clone(good)
		set[key] = value
		_, err := opencartdb.New().Open(connector.Config{Settings: set, Dial: (&net.Dialer{}).DialContext, Now: time.Now})
		if connector.KindOf(err) != connector.KindSettings || !strings.Contains(err.Error(), key) {
			t.Errorf("%s %q: %v", key, value, err)
		}
	}
	if _, err := opencartdb.New().Open(connector.Config{Settings: good, Now: time.Now}); err == nil {
		t.Error("opened without a way out")
	}
}

// An order reads the same in every generation: escaped texts, methods as texts or as JSON, options, tax, another currency.
func TestOrder(t *testing.T) {
	t.Parallel()
	for _, generation := range []string{simdb.Three, simdb.Four, simdb.FourOne} {
		t.Run(generation, func(t *testing.T) {
			t.Parallel()
			s := open(t, simdb.Options{Generation: generation, Tax: 20})
			s.seed(sim.OfferSeed{SKU: "TEA", Title: `Чайник "Весна" <1 л>`, PriceMinor: 100_00, Quantity: 5})
			id := s.buy(sim.BasketLine{SKU: "TEA", Quantity: 2})
			s.shop.Exec("update {order} set currency_code = 'PLN', currency_value = '0.10000000', comment = 'до 18:00 &amp; дзвінок' where order_id = ?", id)
			o := s.order(id)
			l := o.Lines[0]
			switch {
			case o.Total.Minor != 24_00 || o.Total.Currency != "PLN" || l.Price.Minor != 12_00 || l.Total.Minor != 24_00 || l.Quantity != qty.Pieces(2):
				t.Errorf("money: %+v", o)
			case l.Title != `Чайник "Весна" <1 л>` || o.Buyer.Name != "Олена О'Коваль" || o.Comment != "до 18:00 & дзвінок" || o.Source != "Simulated & Sons":
				t.Errorf("texts: %+v", o)
			case o.Payment.Method != "Оплата при отриманні" || !o.Payment.OnPickup || o.Delivery.Service != "nova_poshta" || o.Delivery.Branch != "17" || o.Delivery.Tracking != "":
				t.Errorf("methods: %+v", o)
			case o.Status != "1" || o.Stage != connector.StageNew || l.OfferID != s.id("TEA") || l.SKU != "TEA" || time.Since(o.CreatedAt) > time.Minute:
				t.Errorf("head: %+v", o)
			}
		})
	}
}

// A value of a product's one counted option is an offer of its own.
func TestOptions(t *testing.T) {
	t.Parallel()
	s := open(t, simdb.Options{})
	s.seed(sim.OfferSeed{SKU: "T-RED", ParentSKU: "T", Title: "червоний", PriceMinor: 740_00, Quantity: 3}, sim.OfferSeed{SKU: "T-BLUE", ParentSKU: "T", Title: "синій", PriceMinor: 700_00, Quantity: 4})
	red, blue := s.id("T-RED"), s.id("T-BLUE")
	o := s.order(s.buy(sim.BasketLine{OfferID: red, Quantity: 1}))
	if l := o.Lines[0]; l.OfferID != red || l.SKU != "T:червоний" || !strings.Contains(l.Title, "(Варіант: червоний)") {
		t.Errorf("line %+v", l)
	}
	results, err := s.PushStock(ctx, []connector.StockUpdate{{OfferID: red, Quantity: qty.Pieces(9)}, {OfferID: blue, Quantity: 1_500}})
	if err != nil || len(results) != 2 {
		t.Fatalf("%+v, error %v", results, err)
	}
	product, _, _ := strings.Cut(red, "-")
	if n := s.shop.Exec("update {product} set quantity = quantity where product_id = ? and quantity = 10", product); n != 1 {
		t.Error("the product is not kept at the sum of its values")
	}
	if got := s.offer(blue); got.Quantity != qty.Pieces(1) || got.SKU != "T:синій" || got.Price.Minor != 700_00 {
		t.Errorf("offer %+v", got)
	}
	for price, sign := range map[int64]string{750_00: "+", 0_50: "+"} {
		results, err := s.PushPrice(ctx, []connector.PriceUpdate{{OfferID: red, Price: connector.Money{Minor: price, Currency: "UAH"}}})
		if err != nil || results[0].State != connector.ItemAccepted || s.offer(red).Price.Minor != price {
			t.Errorf("price %d (%s): %+v, error %v, shows %v", price, sign, results, err, s.offer(red).Price)
		}
	}
	s.shop.Exec("update {product} set price = '800.0000' where product_id = ?", product)
	if _, err := s.PushPrice(ctx, []connector.PriceUpdate{{OfferID: red, Price: connector.Money{Minor: 750_00, Currency: "UAH"}}}); err != nil || s.offer(red).Price.Minor != 750_00 {
		t.Errorf("a value cheaper than its product: %v, error %v", s.offer(red).Price, err)
	}
	// Another counted option: nobody knows what is chosen together.
	s.shop.Exec("insert into {product_option_value} (product_option_value_id, product_option_id, product_id, option_id, option_value_id, quantity, subtract, price, price_prefix) values (900, 901, ?, 901, 901, 5, 1, '0', '+')", product)
	if got := s.offer(product); !strings.Contains(got.Refuses, "several options") {
		t.Errorf("offer %+v", got)
	}
	results, err = s.PushStock(ctx, []connector.StockUpdate{{OfferID: product, Quantity: 0}, {OfferID: red, Quantity: 0}})
	if err != nil || len(results) != 2 || results[0].State != connector.ItemRejected || results[1].State != connector.ItemRejected {
		t.Errorf("%+v, error %v", results, err)
	}
}

// Variants of OpenCart 4 are products; their master is kept at their sum and takes no stock itself.
func TestVariants(t *testing.T) {
	t.Parallel()
	s := open(t, simdb.Options{Generation: simdb.Four})
	s.seed(sim.OfferSeed{SKU: "V-1", ParentSKU: "V", Title: "один", PriceMinor: 10_00, Quantity: 3}, sim.OfferSeed{SKU: "V-2", ParentSKU: "V", Title: "два", PriceMinor: 10_00, Quantity: 4})
	if _, err := s.PushStock(ctx, []connector.StockUpdate{{OfferID: s.id("V-1"), Quantity: qty.Pieces(8)}}); err != nil {
		t.Fatal(err)
	}
	page, err := s.ListOffers(ctx, "")
	at := slices.IndexFunc(page.Offers, func(o connector.Offer) bool { return o.SKU == "V" })
	if err != nil || at < 0 || page.Offers[at].Quantity != qty.Pieces(12) || !strings.Contains(page.Offers[at].Refuses, "variants") {
		t.Errorf("%+v, error %v", page.Offers, err)
	}
}

// Without the right to change, offers say why, nothing is tried, and orders come in all the same.
func TestReadOnlyUser(t *testing.T) {
	t.Parallel()
	s := open(t, simdb.Options{})
	s.seed(sim.OfferSeed{SKU: "A", Title: "А", PriceMinor: 10_00, Quantity: 3})
	a := s.id("A")
	if o := s.offer(a); o.Refuses != "" {
		t.Fatalf("refuses: %s", o.Refuses)
	}
	// The right is taken while the session believes to have it.
	s.shop.Deny("update", "product", "quantity")
	for range 2 {
		results, err := s.PushStock(ctx, []connector.StockUpdate{{OfferID: a, Quantity: 0}})
		if err != nil || len(results) != 1 || results[0].State != connector.ItemRejected || !strings.Contains(results[0].Err.Message, "no right UPDATE") && !strings.Contains(results[0].Err.Message, "UPDATE (quantity)") {
			t.Fatalf("%+v, error %v", results, err)
		}
	}
	if o := s.offer(a); !strings.Contains(o.Refuses, "UPDATE (quantity) on oc_product") {
		t.Errorf("offer %+v", o)
	}
	if r, err := s.PushPrice(ctx, []connector.PriceUpdate{{OfferID: a, Price: connector.Money{Minor: 20_00, Currency: "UAH"}}}); err != nil || r[0].State != connector.ItemAccepted {
		t.Errorf("prices may be set: %+v, error %v", r, err)
	}
	if _, err := s.Check(ctx); err != nil {
		t.Error(err)
	}
	if o := s.order(s.buy(sim.BasketLine{OfferID: a, Quantity: 1})); o.Total.Minor != 20_00 {
		t.Errorf("order %+v", o)
	}
	s.shop.Allow()
	if _, err := s.Check(ctx); err != nil {
		t.Fatal(err)
	}
	if o := s.offer(a); o.Refuses != "" {
		t.Errorf("with the right again it refuses: %s", o.Refuses)
	}
}

// What stands in for a product's price is shown, and keeps Lad from setting one that nobody would see.
func TestSpecials(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, generation, insert string
		shown                    int64
	}{
		{"a special price", simdb.Three, "insert into {product_special} values (1, ?, 1, 1, '80.0000', '0000-00-00', '0000-00-00')", 80_00},
		{"one that is over", simdb.Three, "insert into {product_special} values (1, ?, 1, 1, '80.0000', '2020-01-01', '2020-02-01')", 100_00},
		{"one to come", simdb.Four, "insert into {product_special} values (1, ?, 1, 1, '80.0000', '2999-01-01', '0000-00-00')", 100_00},
		{"one of another group", simdb.Four, "insert into {product_special} values (1, ?, 2, 1, '80.0000', '', '')", 100_00},
		{"a discount from one piece on", simdb.Four, "insert into {product_discount} values (1, ?, 1, 1, 1, '70.0000', '', '')", 70_00},
		{"a discount from ten on", simdb.Four, "insert into {product_discount} values (1, ?, 1, 10, 1, '70.0000', '', '')", 100_00},
		{"percents", simdb.FourOne, "insert into {product_discount} values (1, ?, 1, 1, 1, '15.0000', '', '', 'P', 1)", 85_00},
		{"an amount off", simdb.FourOne, "insert into {product_discount} values (1, ?, 1, 1, 1, '15.0000', '', '', 'S', 0)", 85_00},
		{"fixed", simdb.FourOne, "insert into {product_discount} values (1, ?, 1, 1, 1, '15.0000', '', '', 'F', 1)", 15_00},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := open(t, simdb.Options{Generation: c.generation})
			s.seed(sim.OfferSeed{SKU: "A", Title: "А", PriceMinor: 100_00, Quantity: 3})
			s.shop.Exec(c.insert, s.id("A"))
			if got := s.offer(s.id("A")).Price.Minor; got != c.shown {
				t.Errorf("shown %d, want %d", got, c.shown)
			}
			results, err := s.PushPrice(ctx, []connector.PriceUpdate{{OfferID: s.id("A"), Price: connector.Money{Minor: 90_00, Currency: "UAH"}}})
			want := connector.ItemAccepted
			if c.shown != 100_00 {
				want = connector.ItemRejected
			}
			if err != nil || results[0].State != want {
				t.Errorf("%+v, error %v, want %s", results, err, want)
			}
		})
	}
}

func TestPriceRefuses(t *testing.T) {
	t.Parallel()
	s := open(t, simdb.Options{})
	s.seed(sim.OfferSeed{SKU: "A", Title: "А", PriceMinor: 100_00, Quantity: 3})
	a := s.id("A")
	for words, u := range map[string]connector.PriceUpdate{
		"prices are in UAH": {OfferID: a, Price: connector.Money{Minor: 5_00, Currency: "PLN"}}, "not a positive": {OfferID: a, Price: connector.Money{Currency: "UAH"}},
		"crossed-out": {OfferID: a, Price: connector.Money{Minor: 5_00, Currency: "UAH"}, Old: connector.Money{Minor: 9_00, Currency: "UAH"}},
	} {
		results, err := s.PushPrice(ctx, []connector.PriceUpdate{u})
		if err != nil || results[0].State != connector.ItemRejected || !strings.Contains(results[0].Err.Message, words) {
			t.Errorf("%s: %+v, error %v", words, results, err)
		}
	}
	for _, table := range []string{"product_special", "product_discount"} {
		s.shop.Deny("select", table)
	}
	if _, err := s.Check(ctx); err != nil {
		t.Fatal(err)
	}
	results, err := s.PushPrice(ctx, []connector.PriceUpdate{{OfferID: a, Price: connector.Money{Minor: 5_00, Currency: "UAH"}}})
	if err != nil || results[0].State != connector.ItemRejected || !strings.Contains(results[0].Err.Message, "product_special") {
		t.Errorf("%+v, error %v", results, err)
	}
}

// Unfinished checkouts are no orders; a date far ahead keeps no other order back.
func TestPull(t *testing.T) {
	t.Parallel()
	s := open(t, simdb.Options{})
	s.seed(sim.OfferSeed{SKU: "A", Title: "А", PriceMinor: 100_00, Quantity: 30})
	line := sim.BasketLine{SKU: "A", Quantity: 1}
	checkout, ahead, usual := s.buy(line), s.buy(line), s.buy(line)
	s.shop.Exec("update {order} set order_status_id = 0 where order_id = ?", checkout)
	s.shop.Exec("update {order} set date_modified = '2999-01-01 00:00:00' where order_id = ?", ahead)
	pull := func(cursor string) (ids []string, next string) {
		p, err := s.PullOrders(ctx, cursor)
		if err != nil || p.More {
			t.Fatalf("%+v, error %v", p, err)
		}
		for _, o := range p.Orders {
			ids = append(ids, o.ExternalID)
		}
		return ids, p.Next
	}
	ids, next := pull("")
	if !slices.Equal(ids, []string{usual, ahead}) {
		t.Errorf("orders %v", ids)
	}
	later := s.buy(line)
	if ids, _ := pull(next); !slices.Contains(ids, later) {
		t.Errorf("orders %v after %s", ids, next)
	}
	for _, strange := range []string{"?", `{"since":"yesterday"}`, `{"since":"2999-01-01 00:00:00","at":"x","after":-1}`} {
		if _, err := s.PullOrders(ctx, strange); err != nil {
			t.Errorf("cursor %s: %v", strange, err)
		}
	}
	// A history that somebody else than Lad wrote tells what is paid.
	paid := s.with(map[string]string{"paid_statuses": "2"}, httpx.ClientOptions{AllowPrivate: true})
	if err := s.shop.PayOrder(later); err != nil {
		t.Fatal(err)
	}
	raws, err := paid.ReadOrders(ctx, []string{later})
	if err != nil {
		t.Fatal(err)
	}
	if o, err := paid.ParseOrder(raws[0].Body); err != nil || o.Payment.State != connector.PaymentPaid {
		t.Errorf("%+v, error %v", o.Payment, err)
	}
}

// What comes over the wire may be anything: it is an error, never a panic.
func TestBrokenServer(t *testing.T) {
	t.Parallel()
	for kind, want := range map[sim.Kind]connector.Kind{
		sim.BrokenJSON: connector.KindTransient, sim.HalfResponse: connector.KindTransient, sim.Drop: connector.KindTransient, sim.HTMLErrors: connector.KindTransient,
		sim.HugeBody: connector.KindTransient, sim.Status429: connector.KindLimited, sim.ExpireTokens: connector.KindAuth, sim.Status5xx: connector.KindTransient,
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			s := open(t, simdb.Options{})
			s.seed(sim.OfferSeed{SKU: "A", Title: "А", PriceMinor: 100_00, Quantity: 30})
			s.shop.Faults().Set(kind, sim.Rule{})
			if _, err := s.PullOrders(ctx, ""); connector.KindOf(err) != want {
				t.Errorf("%v, want kind %s", err, want)
			}
			s.shop.Faults().Clear()
			if _, err := s.PullOrders(ctx, ""); err != nil {
				t.Error(err)
			}
		})
	}
}

// A push whose answer was lost may have had its effect.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	s := open(t, simdb.Options{})
	s.seed(sim.OfferSeed{SKU: "A", Title: "А", PriceMinor: 100_00, Quantity: 30})
	s.shop.Faults().Set(sim.AcceptThenFail, sim.Rule{Next: 1})
	push := func() error {
		_, err := s.PushStock(ctx, []connector.StockUpdate{{OfferID: s.id("A"), Quantity: qty.Pieces(7)}})
		return err
	}
	if err := push(); connector.KindOf(err) != connector.KindUnknown {
		t.Errorf("%v, want kind unknown", err)
	}
	if err := push(); err != nil || s.offer(s.id("A")).Quantity != qty.Pieces(7) {
		t.Error(err)
	}
}

// One look is one connection, however a server behaves at the door: the next try is Lad's.
func TestOneConnectionForALook(t *testing.T) {
	t.Parallel()
	s := open(t, simdb.Options{})
	dials := 0
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		dials++
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}
	c, err := opencartdb.New().Open(connector.Config{Settings: s.shop.Settings(s.url), Dial: dial, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []sim.Kind{"", sim.Drop, sim.HalfResponse, sim.ExpireTokens} {
		dials = 0
		if kind != "" {
			s.shop.Faults().Set(kind, sim.Rule{})
		}
		_, err := c.Check(ctx)
		if s.shop.Faults().Clear(); dials != 1 || (err == nil) != (kind == "") {
			t.Errorf("%q: %d connections, error %v", kind, dials, err)
		}
	}
}

// A server that breaks off inside a packet, at whichever byte of whichever answer, is an error: nothing hangs and nothing panics.
func TestAnyBrokenAnswer(t *testing.T) {
	t.Parallel()
	s := open(t, simdb.Options{})
	s.seed(sim.OfferSeed{SKU: "A", Title: "А", PriceMinor: 100_00, Quantity: 30})
	s.buy(sim.BasketLine{SKU: "A", Quantity: 1})
	for at := range 30 {
		heard := 0
		dial := func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := httpx.NewDial(httpx.ClientOptions{AllowPrivate: true, Timeout: 200 * time.Millisecond})(ctx, network, address)
			return &garbler{Conn: c, heard: &heard, at: at * 71}, err
		}
		c, err := opencartdb.New().Open(connector.Config{Settings: s.shop.Settings(s.url), Dial: dial, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		_, _ = c.(ch).PullOrders(short, "") // any error is fine, and what is not seen as broken too
		_, _ = c.(ch).ListOffers(short, "") // as above
		_, _ = c.(ch).ReadDictionary(short) // as above
		cancel()
	}
}

// garbler turns the bytes from one place on into others.
type garbler struct {
	net.Conn
	heard *int
	at    int
}

// Read reads.
func (g *garbler) Read(p []byte) (int, error) {
	n, err := g.Conn.Read(p)
	for i := range p[:n] {
		if k := *g.heard + i; k >= g.at && k < g.at+23 {
			p[i] = byte(k * 89)
		}
	}
	*g.heard += n
	return n, err
}
