package api_test

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
)

// Many send the same call at once: it is done once, and everybody who is answered with success gets the same bytes.
func TestSameCallAtOnce(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s shop) {
		sku := s.Goods("A", 740_00, 10)
		path := fmt.Sprint("/api/v1/stock/", sku.ID)
		s.Ask("GET", path, nil) // makes the token that all of them share
		var first atomic.Pointer[[]byte]
		var wg sync.WaitGroup
		for range 12 {
			wg.Go(func() {
				r := s.Ask("PUT", path, map[string]any{"delta": 1}, "Idempotency-Key", "same")
				switch {
				case r.Status == 409 && bytes.Contains(r.Body, []byte("error.api.key_running")):
				case r.Status != 200:
					s.t.Errorf("%d %s", r.Status, r.Body)
				case !first.CompareAndSwap(nil, &r.Body) && !bytes.Equal(*first.Load(), r.Body):
					s.t.Errorf("%s and %s", *first.Load(), r.Body)
				}
			})
		}
		wg.Wait()
		s.Wants(sku.ID, 11, 0)
	})
}

// A process died after the change and before its answer was kept: the repeat changes nothing again.
func TestRepeatAfterACrash(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s shop) {
		sku := s.Goods("A", 740_00, 10)
		path := fmt.Sprint("/api/v1/stock/", sku.ID)
		s.call("changeStock", 200, path, map[string]any{"delta": 1}, "Idempotency-Key", "k")
		s.Write(func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "update api_answer set state = 'running', began_at = 0 where tenant_id = $1", int64(tx.Tenant))
			return err
		})
		s.call("changeStock", 200, path, map[string]any{"delta": 1}, "Idempotency-Key", "k")
		s.Wants(sku.ID, 11, 0)
	})
}

// A call that failed frees its key; a key belongs to who used it; what is kept is not readable in the table.
func TestKeysAreFreedAndOwned(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s shop) {
		s.call("createProduct", 400, "/api/v1/products", map[string]any{"skus": []any{}}, "Idempotency-Key", "k")
		s.call("createProduct", 201, "/api/v1/products", product("A", nil), "Idempotency-Key", "k")
		if r := s.AskAs(s.Token(access.All...), "POST", "/api/v1/products", product("B", nil), "Idempotency-Key", "k"); r.Status != 201 {
			s.t.Errorf("another program's key: %d %s", r.Status, r.Body)
		}
		s.Read(func(tx *db.Tx) error {
			return tx.Each(ctx, "select body from api_answer where tenant_id = $1", []any{int64(tx.Tenant)}, func(row db.Scanner) error {
				var body []byte
				err := row.Scan(&body)
				if len(body) == 0 || bytes.Contains(body, []byte("Товар")) {
					s.t.Errorf("kept: %q", body)
				}
				return err
			})
		})
	})
}
