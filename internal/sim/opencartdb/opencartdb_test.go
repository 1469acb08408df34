package opencartdb

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/lad-hub/lad/internal/sim"
)

// client signs in to a shop as a program would.
func client(t *testing.T, s *Shop, change func(*mysql.Config)) *sql.DB {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ln) }()
	t.Cleanup(func() {
		_ = ln.Close()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	c := mysql.NewConfig()
	c.Net, c.Addr, c.User, c.Passwd, c.DBName = "tcp", ln.Addr().String(), User, Password, Database
	c.InterpolateParams, c.MaxAllowedPacket, c.Logger = true, 1<<20, &mysql.NopLogger{}
	if change != nil {
		change(c)
	}
	open, err := mysql.NewConnector(c)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(open)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func wantCode(t *testing.T, what string, err error, code uint16) {
	t.Helper()
	var no *mysql.MySQLError
	if !errors.As(err, &no) || no.Number != code {
		t.Errorf("%s: %v, want %d", what, err, code)
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		change func(*mysql.Config)
		code   uint16
	}{
		"password": {func(c *mysql.Config) { c.Passwd = "wrong" }, 1045}, "no password": {func(c *mysql.Config) { c.Passwd = "" }, 1045},
		"user": {func(c *mysql.Config) { c.User = "root" }, 1045}, "database": {func(c *mysql.Config) { c.DBName = "other" }, 1049},
	} {
		wantCode(t, what, client(t, New(Options{}), c.change).Ping(), c.code)
	}
	if err := client(t, New(Options{}), nil).Ping(); err != nil {
		t.Error(err)
	}
}

// The tables are those of the sheet: 4.1 has specials among its discounts, 4.x keeps methods as JSON and has masters.
func TestGenerations(t *testing.T) {
	t.Parallel()
	has := func(generation, table, column string) bool {
		for _, r := range schemaOf(generation) {
			if r.name == table {
				return column == "" || slices.Contains(r.columns, column)
			}
		}
		return false
	}
	for _, c := range []struct {
		generation, table, column string
		there                     bool
	}{
		{Three, "order", "payment_code", true}, {Four, "order", "payment_code", false}, {FourOne, "order", "payment_code", false}, {Three, "product", "master_id", false},
		{Four, "product", "master_id", true}, {Four, "product_special", "", true}, {FourOne, "product_special", "", false}, {FourOne, "product_discount", "special", true},
		{Four, "product_discount", "special", false}, {Three, "order", "tracking", true},
	} {
		if got := has(c.generation, c.table, c.column); got != c.there {
			t.Errorf("%s: %s.%s: %v", c.generation, c.table, c.column, got)
		}
	}
}

func TestStatements(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	s.SeedOffers([]sim.OfferSeed{{SKU: "A", Title: `Чайник "A"`, PriceMinor: 12_50, Quantity: 5}})
	db := client(t, s, nil)
	var told []sim.OfferChange
	s.OnOffer(func(c sim.OfferChange) { told = append(told, c) })
	var name, price string
	if err := db.QueryRow("SELECT d.name, p.price FROM `oc_product` p JOIN `oc_product_description` d ON d.product_id = p.product_id WHERE p.sku = ?", "A").Scan(&name, &price); err != nil ||
		name != "Чайник &quot;A&quot;" || price != "12.5000" {
		t.Errorf("%s, %s, error %v", name, price, err)
	}
	r, err := db.Exec("UPDATE `oc_product` SET quantity = ?, date_modified = NOW() WHERE sku = ?", 3, "A")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := r.RowsAffected(); n != 1 || err != nil || len(told) != 1 || told[0].After.Quantity != 3 || told[0].Before.Quantity != 5 {
		t.Errorf("%d rows, error %v, told %+v", n, err, told)
	}
	_, err = db.Exec("UPDATE `oc_nothing` SET a = 1")
	wantCode(t, "no table", err, noTable)
	_, err = db.Exec("UPDATE `oc_product` SET colour = 1")
	wantCode(t, "no column", err, noColumn)
	for _, q := range []string{"DELETE FROM `oc_order`", "DROP TABLE `oc_order`", "SELECT FROM"} {
		_, err = db.Exec(q)
		wantCode(t, q, err, noSyntax)
	}
	tx, err := db.BeginTx(context.Background(), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	_, err = tx.Exec("UPDATE `oc_product` SET quantity = 1")
	wantCode(t, "a reading transaction", err, readOnly)
	if err := tx.Rollback(); err != nil {
		t.Error(err)
	}
}

func TestRights(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	db := client(t, s, nil)
	rights := func(table, column string) (p string) {
		err := db.QueryRow("SELECT privileges FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? AND column_name = ?", table, column).Scan(&p)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			t.Fatal(err)
		}
		return p
	}
	if got := rights("oc_product", "quantity"); got != "select,update" {
		t.Errorf("rights %q", got)
	}
	s.Deny("update", "product", "quantity")
	_, err := db.Exec("UPDATE `oc_product` SET price = '1', quantity = 2")
	wantCode(t, "a column", err, noRightColumn)
	if _, err := db.Exec("UPDATE `oc_product` SET price = '1'"); err != nil {
		t.Error(err)
	}
	s.Deny("update", "product")
	_, err = db.Exec("UPDATE `oc_product` SET price = '1'")
	wantCode(t, "a table", err, noRightTable)
	if got := rights("oc_product", "quantity"); got != "select" {
		t.Errorf("rights %q", got)
	}
	s.Deny("select", "product")
	_, err = db.Exec("SELECT 1 FROM `oc_product`")
	wantCode(t, "reading", err, noRightTable)
	if got := rights("oc_product", "quantity"); got != "" {
		t.Errorf("rights %q", got)
	}
}

// Buyers take goods out of stock as OpenCart does: the product, the value of its option, the master.
func TestOrdersMoveStock(t *testing.T) {
	t.Parallel()
	for _, generation := range []string{Three, Four} {
		s := New(Options{Generation: generation})
		s.SeedOffers([]sim.OfferSeed{{SKU: "V-1", ParentSKU: "V", Title: "один", PriceMinor: 10_00, Quantity: 3}, {SKU: "V-2", ParentSKU: "V", Title: "два", PriceMinor: 10_00, Quantity: 4}})
		left := func() [2]int64 {
			o, _ := s.OfferBySKU("V-1")
			s.mu.Lock()
			defer s.mu.Unlock()
			return [2]int64{o.Quantity, s.one("select quantity from {product} where sku = 'V'")}
		}
		p, err := s.PlaceOrder(sim.Basket{Lines: []sim.BasketLine{{SKU: "V-1", Quantity: 2}}})
		if err != nil || left() != [2]int64{1, 5} {
			t.Errorf("%s: bought: %v, error %v", generation, left(), err)
		}
		if _, err := s.PlaceOrder(sim.Basket{Lines: []sim.BasketLine{{SKU: "V-1", Quantity: 2}}}); !errors.Is(err, sim.ErrNotOrderable) {
			t.Errorf("%s: more than there is: %v", generation, err)
		}
		if err := s.CancelOrder(p.ID); err != nil || left() != [2]int64{3, 7} {
			t.Errorf("%s: cancelled: %v, error %v", generation, left(), err)
		}
		if err := s.CancelOrder(p.ID); !errors.Is(err, sim.ErrFinal) {
			t.Errorf("%s: cancelled twice: %v", generation, err)
		}
		if o, ok := s.Order(p.ID); !ok || !o.Cancelled || o.TotalMinor != 20_00 || len(o.Lines) != 1 || o.Lines[0].SKU != "V-1" || len(s.Orders()) != 1 {
			t.Errorf("%s: %+v", generation, o)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	s.SeedOffers([]sim.OfferSeed{{SKU: "A", Title: "A", PriceMinor: 12_50, Quantity: 5}})
	ask := func(rule sim.Rule, kind sim.Kind) error {
		s.Faults().Set(kind, rule)
		defer s.Faults().Clear()
		db := client(t, s, func(c *mysql.Config) { c.ReadTimeout = 200 * time.Millisecond })
		_, err := db.Exec("UPDATE `oc_product` SET quantity = 1")
		return err
	}
	wantCode(t, "too many", ask(sim.Rule{}, sim.Status429), 1040)
	wantCode(t, "shutting down", ask(sim.Rule{}, sim.Status5xx), 1053)
	wantCode(t, "a changed password", ask(sim.Rule{}, sim.ExpireTokens), 1045)
	for _, kind := range []sim.Kind{sim.Drop, sim.HTMLErrors, sim.HalfResponse} {
		if err := ask(sim.Rule{}, kind); err == nil {
			t.Errorf("%s: no error", kind)
		}
	}
	if err := ask(sim.Rule{Delay: time.Second}, sim.Delay); err == nil {
		t.Error("slow: no error")
	}
	s.SeedOffers([]sim.OfferSeed{{SKU: "A", Title: "A", PriceMinor: 12_50, Quantity: 5}})
	if err := ask(sim.Rule{}, sim.AcceptThenIgnore); err != nil {
		t.Error(err)
	}
	if o, _ := s.OfferBySKU("A"); o.Quantity != 5 || !strings.HasPrefix(o.ID, "5") {
		t.Errorf("an ignored change shows: %+v", o)
	}
}
