package bench

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"
)

// baselinkerCalls is how often each question is asked: together as many as a token may ask a minute.
const baselinkerCalls = 33

// baselinkerAsks are questions of clients of the BaseLinker protocol; n is a random number below the order count, at the unix
// second at which that order was taken in.
var baselinkerAsks = []struct {
	name, method string
	parameters   func(n int, at int64) string
}{
	{"bl_orders_date", "getOrders", func(_ int, at int64) string { return fmt.Sprintf(`{"date_confirmed_from":%d}`, at) }},
	{"bl_orders_id", "getOrders", func(n int, _ int64) string { return fmt.Sprintf(`{"id_from":%d}`, n+1) }},
	{"bl_orders_status", "getOrders", func(n int, at int64) string { return fmt.Sprintf(`{"status_id":5,"date_confirmed_from":%d}`, at) }},
}

// askBaselinker measures pages of a hundred whole orders. The orders lie a second apart, the newest now.
func askBaselinker(c *client, token string, rows int, p95 map[string]float64) error {
	dice, now := rand.New(rand.NewPCG(7, 8)), time.Now().Unix()
	for _, ask := range baselinkerAsks {
		var all []time.Duration
		for i := range baselinkerCalls {
			n := dice.IntN(max(rows-rows/20, 1)) // the newest are fewer than a page, or still open
			form := url.Values{"token": {token}, "method": {ask.method}, "parameters": {ask.parameters(n, now-int64(rows-n))}}
			began := time.Now()
			status, body, err := c.do(http.MethodPost, "/connector.php", "", []byte(form.Encode()))
			if err != nil || status != http.StatusOK || !bytes.Contains(body, []byte(`"SUCCESS"`)) {
				return errors.Join(err, fmt.Errorf("%s answered %d", ask.name, status))
			}
			if i > 0 { // the first call prepares statements
				all = append(all, time.Since(began))
			}
		}
		p95[ask.name] = latencies(all, 95)[0]
	}
	return nil
}
