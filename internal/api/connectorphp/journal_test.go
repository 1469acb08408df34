package connectorphp_test

import (
	"slices"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// types are the types of an order's rows of the feed, oldest first, each with its object.
func (c *client) types(p m) (out [][2]int64, rows []reply) {
	c.t.Helper()
	rows = c.ok("getJournalList", p).list("logs")
	for i, r := range rows {
		out = append(out, [2]int64{r.int("log_type"), r.int("object_id")})
		if i > 0 && r.int("log_id") <= rows[i-1].int("log_id") {
			c.t.Errorf("log_id %d after %d", r.int("log_id"), rows[i-1].int("log_id"))
		}
	}
	return out, rows
}

// The feed tells what happens to an order in the protocol's types, whoever did it.
func TestJournalTellsEverything(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		sku := s.Goods("MUG-1", 49_00, 10)
		id := c.add(mug(1, "MUG-1"))
		c.ok("setOrderFields", m{"order_id": id, "delivery_city": "Gdańsk", "email": "x@example.org"})
		c.ok("setOrderPayment", m{"order_id": id, "payment_done": 1})
		line := c.ok("addOrderProduct", m{"order_id": id, "sku": "MUG-1", "name": "Mug", "price_brutto": 49, "quantity": 1}).int("order_product_id")
		c.ok("setOrderProductFields", m{"order_id": id, "order_product_id": line, "quantity": 2})
		c.ok("deleteOrderProduct", m{"order_id": id, "order_product_id": line})
		parcel := c.ok("createPackageManual", m{"order_id": id, "courier_code": "meest", "package_number": "77"}).int("package_id")
		c.ok("deleteCourierPackage", m{"courier_code": "meest", "package_id": parcel})
		copied := c.ok("addOrderDuplicate", m{"order_id": id}).int("order_id")
		if _, err := s.Orders.Confirm(ctx, s.Who, id); err != nil { // by a person
			t.Fatal(err)
		}
		c.ok("deleteOrders", m{"order_ids": []int64{id}})
		got, rows := c.types(m{"last_log_id": 0, "order_id": id})
		want := [][2]int64{{1, 0}, {2, 0}, {11, 0}, {16, 0}, {3, 0}, {12, 0}, {13, 0}, {14, sku.ID}, {9, parcel}, {10, parcel}, {17, copied}, {18, 2}, {18, 6}, {4, 0}}
		if !slices.Equal(got, want) {
			t.Errorf("got  %v\nwant %v", got, want)
		}
		last := rows[len(rows)-1].int("log_id")
		if again, _ := c.types(m{"last_log_id": last, "order_id": id}); len(again) != 1 {
			t.Errorf("the bound is inclusive: %v", again)
		}
		if paid, _ := c.types(m{"logs_types": []int{3, 18}, "order_id": id}); len(paid) != 3 {
			t.Errorf("by types: %v", paid)
		}
		s.Time.Advance(73 * time.Hour)
		if old, _ := c.types(m{}); len(old) != 0 {
			t.Errorf("after three days: %v", old)
		}
	})
}

// A client that goes on from the last row it saw sees every order once, page by page.
func TestJournalPages(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		intake(t, s, 170, nil)
		seen, last := map[int64]int{}, int64(0)
		for {
			_, rows := c.types(m{"last_log_id": last, "logs_types": []int{1}})
			fresh := 0
			for _, r := range rows {
				if r.int("log_id") > last {
					seen[r.int("order_id")]++
					last = r.int("log_id")
					fresh++
				}
			}
			if len(rows) > 100 {
				t.Fatalf("%d rows at once", len(rows))
			}
			if fresh == 0 {
				break
			}
		}
		for id, n := range seen {
			if n != 1 {
				t.Errorf("order %d came %d times", id, n)
			}
		}
		if len(seen) != 170 {
			t.Errorf("%d orders", len(seen))
		}
	})
}

// Numbers of the feed stay small: clients keep them in 32 bits. Returns have rows of their own.
func TestJournalNumbersAreDense(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		for range 10 {
			id := c.add(mug(1, "MUG-1"))
			c.ok("setOrderFields", m{"order_id": id, "delivery_city": "Gdańsk"})
			c.ok("addOrderReturn", m{"order_id": id, "status_id": 1, "date_add": 1, "currency": "UAH", "products": []m{{"name": "Mug", "quantity": 1}}})
		}
		_, rows := c.types(m{})
		if last := rows[len(rows)-1].int("log_id"); len(rows) != 30 || last > 200 {
			t.Errorf("%d rows, the last is %d", len(rows), last)
		}
		returns := c.ok("getOrderReturnJournalList", m{}).list("logs")
		if last := returns[len(returns)-1].int("log_id"); len(returns) != 10 || last > 200 {
			t.Errorf("%d rows of returns, the last is %d", len(returns), last)
		}
		if list := c.ok("getOrderReturnJournalList", m{"last_log_id": returns[8].int("log_id")}).list("logs"); len(list) != 2 {
			t.Errorf("the bound is inclusive: %v", list)
		}
	})
}

// What is committed late comes after what a client has read already: its number can not be one that the client has passed.
func TestJournalLosesNothingCommittedLate(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		if s.DB.Engine() != db.Postgres {
			return // SQLite commits one after the other
		}
		c := newClient(t, s)
		id := c.add(mug(1, "MUG-1"))
		written, commit, done := make(chan struct{}), make(chan struct{}), make(chan error)
		go func() {
			done <- s.DB.Write(ctx, s.Who.Tenant, func(tx *db.Tx) error {
				err := s.Journal.Append(ctx, tx, journal.Record{Kind: "order.fields_set", Subject: "order", SubjectID: id})
				close(written)
				<-commit
				return err
			})
		}()
		<-written
		c.ok("setOrderPayment", m{"order_id": id, "payment_done": 1})
		_, rows := c.types(m{})
		close(commit)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		got, _ := c.types(m{"last_log_id": rows[len(rows)-1].int("log_id") + 1})
		if !slices.Equal(got, [][2]int64{{16, 0}}) {
			t.Errorf("%v", got)
		}
	})
}
