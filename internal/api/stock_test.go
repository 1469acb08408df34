package api_test

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
)

type levelAnswer struct {
	OnHand    float64 `json:"on_hand"`
	Reserved  float64
	Available float64
}

type changedAnswer struct {
	Document int64 `json:"document_id"`
	Before   float64
	Level    levelAnswer
}

// A delta adds, a set replaces, an expectation that does not hold is 409 with the level that stands there.
func TestStockOfOneSKU(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s shop) {
		sku := s.Goods("A", 740_00, 10)
		path, n := fmt.Sprint("/api/v1/stock/", sku.ID), 0
		put := func(status int, body map[string]any, into any) {
			n++
			s.t.Helper()
			s.call("changeStock", status, path, body, "Idempotency-Key", fmt.Sprint(n)).Into(s.t, into)
		}
		var done changedAnswer
		put(200, map[string]any{"delta": -2.5}, &done)
		if done.Before != 10 || done.Level.OnHand != 7.5 || done.Document == 0 {
			s.t.Errorf("delta: %+v", done)
		}
		put(200, map[string]any{"set": 4, "expected": 7.5}, &done)
		var refused struct {
			Code    string
			Current levelAnswer
		}
		put(409, map[string]any{"set": 9, "expected": 7.5}, &refused)
		if refused.Code != "conflict" || refused.Current.OnHand != 4 {
			s.t.Errorf("refused: %+v", refused)
		}
		put(409, map[string]any{"delta": -5}, &refused)
		put(400, map[string]any{"delta": 1, "set": 2}, &refused)
		put(400, map[string]any{}, &refused)
		done = changedAnswer{}
		put(200, map[string]any{"set": 4}, &done)
		if done.Document != 0 || done.Level.OnHand != 4 {
			s.t.Errorf("nothing to do: %+v", done)
		}
		s.call("getStock", 200, path, nil)
		s.call("getStock", 404, "/api/v1/stock/999", nil)
		s.Wants(sku.ID, 4, 0)
	})
}

// Items of a batch stand for themselves and are booked as one document, which can be read.
func TestStockBatch(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s shop) {
		a, b := s.Goods("A", 740_00, 10), s.Goods("B", 740_00, 3)
		batch := map[string]any{"reason": "recount", "items": []any{map[string]any{"sku": "A", "delta": 5}, map[string]any{"sku": "B", "set": 1, "expected": 4},
			map[string]any{"sku": "C", "delta": 1}}}
		var done struct {
			Document int64 `json:"document_id"`
			Items    []struct {
				Changed *changedAnswer
				Error   *struct {
					Code    string
					Current *levelAnswer
				}
			}
		}
		s.call("changeStocks", 200, "/api/v1/stock/batch", batch, "Idempotency-Key", "k").Into(s.t, &done)
		if done.Items[0].Changed.Level.OnHand != 15 || done.Items[1].Error.Current.OnHand != 3 || done.Items[2].Error.Code != "not_found" {
			s.t.Errorf("%+v", done)
		}
		again := s.call("changeStocks", 200, "/api/v1/stock/batch", batch, "Idempotency-Key", "k")
		if again.Header.Get("Idempotent-Replay") != "true" {
			s.t.Error("the repeat was not taken for one")
		}
		s.call("changeStocks", 409, "/api/v1/stock/batch", map[string]any{"items": []any{map[string]any{"sku": "A", "delta": 6}}}, "Idempotency-Key", "k")
		s.call("changeStocks", 400, "/api/v1/stock/batch", map[string]any{"items": make([]any, 1001)}, "Idempotency-Key", "l")
		s.call("changeStocks", 400, "/api/v1/stock/batch", map[string]any{"items": []any{map[string]any{"sku": "A", "delta": 1}, map[string]any{"sku": "A", "delta": 1}}}, "Idempotency-Key", "m")
		s.call("getStockDocument", 200, fmt.Sprint("/api/v1/stock/documents/", done.Document), nil)
		s.call("listStock", 200, "/api/v1/stock", nil)
		s.Wants(a.ID, 15, 0)
		s.Wants(b.ID, 3, 0)
	})
}

// Eight programs count one SKU up by reading, adding one and writing back what they expect to have read: not one step is lost,
// and those who were overtaken are told what stands there.
func TestCompareAndSetLosesNothing(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s shop) {
		const programs, steps = 8, 6
		sku := s.Goods("A", 740_00, 1)
		path := fmt.Sprint("/api/v1/stock/", sku.ID)
		s.Ask("GET", path, nil) // makes the token that all of them share
		var key, conflicts atomic.Int64
		var wg sync.WaitGroup
		for range programs {
			wg.Go(func() {
				seen := 1.0
				for done := 0; done < steps; {
					r := s.Ask("PUT", path, map[string]any{"set": seen + 1, "expected": seen}, "Idempotency-Key", fmt.Sprint("step-", key.Add(1)))
					var said struct {
						Level   levelAnswer
						Current levelAnswer
					}
					r.Into(s.t, &said)
					switch r.Status {
					case http.StatusOK:
						seen = said.Level.OnHand
						done++
					case http.StatusConflict:
						conflicts.Add(1)
						if said.Current.OnHand <= seen {
							s.t.Errorf("refused at %v, which stands at %v", seen, said.Current.OnHand)
							return
						}
						seen = said.Current.OnHand
					default:
						s.t.Errorf("%d %s", r.Status, r.Body)
						return
					}
				}
			})
		}
		wg.Wait()
		s.Wants(sku.ID, 1+programs*steps, 0)
		if conflicts.Load() == 0 {
			s.t.Error("nobody was overtaken: the test proves nothing")
		}
	})
}
