package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/lad-hub/lad/internal/app"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// PagesResult is how fast pages are with a large shop.
type PagesResult struct {
	Bench  string
	Engine string
	Rows   int
	SKUs   int
	P95MS  map[string]float64 // page → p95
}

// MarshalJSON writes one "<page>_p95_ms" key per page.
func (r PagesResult) MarshalJSON() ([]byte, error) {
	out := map[string]any{"bench": r.Bench, "engine": r.Engine, "rows": r.Rows, "skus": r.SKUs}
	for page, ms := range r.P95MS {
		out[page+"_p95_ms"] = ms
	}
	return json.Marshal(out)
}

// Sizes of the pages bench.
const (
	pageRows  = 1_000_000
	pageSKUs  = 100_000
	pageCalls = 100
	seedChunk = 20_000
)

// pageAsks are the pages with the addresses a person would come by; n is a random number below the order count.
var pageAsks = []struct {
	name string
	path func(n, skus int) string
}{
	{"orders_first", func(int, int) string { return "/orders" }},
	{"orders_stage", func(int, int) string { return "/orders?stage=new" }},
	{"orders_done", func(int, int) string { return "/orders?stage=completed" }},
	{"orders_channel", func(n, _ int) string { return fmt.Sprint("/orders?channel=", 1000+n%benchChannels) }},
	{"orders_deep", func(n, _ int) string { return fmt.Sprint("/orders?before=", n+1) }},
	{"orders_card", func(n, _ int) string { return fmt.Sprint("/orders/", n+1) }},
	{"search_phone", func(n, _ int) string { return fmt.Sprintf("/orders?q=%%2B38067%07d", n%benchPeople) }},
	{"search_name", func(n, _ int) string { return fmt.Sprint("/orders?q=прізвище", n%benchPeople) }},
	{"search_number", func(n, _ int) string { return fmt.Sprint("/orders?q=", n+1) }},
	{"search_sku", func(n, skus int) string { return "/orders?q=" + skuCode(int64(n%skus+1)) }},
	{"stock_first", func(int, int) string { return "/stock" }},
	{"stock_deep", func(n, skus int) string {
		id := int64(n%skus + 1)
		return "/stock?after=" + catalog.After(skuCode(id), id)
	}},
	{"stock_search", func(n, skus int) string { return "/stock?q=" + skuCode(int64(n%skus+1)) }},
	{"stock_name", func(int, int) string { return "/stock?q=товар" }},
	{"tasks", func(int, int) string { return "/tasks" }},
}

// Pages seeds a million orders and a hundred thousand SKUs and asks for the pages people look at.
func Pages(ctx context.Context, o Options, engine db.Engine) (PagesResult, error) {
	rows, skus := o.Orders, o.SKUs
	if rows == 0 {
		rows, skus = pageRows, pageSKUs
	}
	r := PagesResult{Bench: "pages", Engine: string(engine), Rows: rows, SKUs: skus, P95MS: map[string]float64{}}
	p, err := newPlace(ctx, o, engine)
	if err != nil {
		return r, err
	}
	defer p.end()
	token, err := seedOrders(ctx, p, o, rows, skus)
	if err != nil {
		return r, err
	}
	a, err := app.Open(ctx, p.options())
	if err != nil {
		return r, err
	}
	h := &hub{App: a, token: token}
	if err := h.serve(ctx); err != nil {
		return r, err
	}
	defer h.stop()
	c, err := dial(h.addr, h.token)
	if err != nil {
		return r, err
	}
	defer c.close()
	dice := rand.New(rand.NewPCG(5, 6))
	for _, ask := range pageAsks {
		var all []time.Duration
		for i := range pageCalls {
			path := ask.path(dice.IntN(rows), skus)
			began := time.Now()
			status, _, err := c.do("GET", path, "", nil)
			if err != nil || status != http.StatusOK {
				return r, errors.Join(err, fmt.Errorf("%s answered %d", path, status))
			}
			if i > 0 { // the first call prepares statements
				all = append(all, time.Since(began))
			}
		}
		r.P95MS[ask.name] = latencies(all, 95)[0]
	}
	return r, askBaselinker(c, h.token, rows, r.P95MS)
}

// seedOrders fills a place with a founded shop and orders written in bulk, a fiftieth of them still open, and answers a token.
func seedOrders(ctx context.Context, p *place, o Options, orders, skus int) (string, error) {
	a, err := app.Open(ctx, p.options())
	if err != nil {
		return "", err
	}
	h := &hub{App: a}
	token, err := h.found(ctx)
	if err == nil {
		err = seedShop(ctx, a, skus, benchChannels, qty.Pieces(1_000_000))
	}
	if err == nil {
		err = seedCustomers(ctx, a)
	}
	for n := 0; n < orders && err == nil; n += seedChunk {
		err = seedOrderChunk(ctx, a, n, min(seedChunk, orders-n), orders, skus)
		if (n/seedChunk)%10 == 9 {
			o.say("seeding: %d of %d orders", n+seedChunk, orders)
		}
	}
	if err == nil && p.engine == db.Postgres {
		_, err = a.DB.Writer().ExecContext(ctx, "analyze")
	}
	if err == nil {
		// The numbers handed out by hand above are taken.
		_, err = a.IDs.Reserve(ctx, "order", int64(orders)+1)
	}
	return token, errors.Join(err, a.Close(ctx))
}

func seedCustomers(ctx context.Context, a *app.App) error {
	first, err := a.IDs.Reserve(ctx, "customer", benchPeople)
	if err != nil {
		return err
	}
	return a.DB.Write(ctx, tenant, func(tx *db.Tx) error {
		var people, known, words []any
		for i := range int64(benchPeople) {
			phone := fmt.Sprintf("+38067%07d", i)
			people = append(people, int64(tenant), first+i, fmt.Sprint("Покупець Прізвище", i), phone, tx.NowMicros())
			known = append(known, int64(tenant), "phone", phone, first+i)
			words = append(words, int64(tenant), "покупець", first+i, int64(tenant), fmt.Sprint("прізвище", i), first+i)
		}
		if _, err := tx.Insert(ctx, "insert into customer (tenant_id, id, name, phone, created_at)", "", 5, people); err != nil {
			return err
		}
		if _, err := tx.Insert(ctx, "insert into customer_identity (tenant_id, kind, value, customer_id)", "", 4, known); err != nil {
			return err
		}
		_, err := tx.Insert(ctx, "insert into customer_word (tenant_id, word, customer_id)", "", 3, words)
		return err
	})
}

// seedOrderChunk writes closed orders and, for the newest fiftieth, open ones. Their stock is not held: pages are measured, not
// the ledger.
func seedOrderChunk(ctx context.Context, a *app.App, from, n, all, skus int) error {
	return a.DB.Write(ctx, tenant, func(tx *db.Tx) error {
		var orders, lines, entries []any
		for i := from; i < from+n; i++ {
			id := int64(i + 1)
			stage, due := "completed", int64(0)
			if i > all-all/50 {
				stage, due = []string{"new", "confirmed", "picking"}[i%3], tx.NowMicros()+int64(i%900)*1_000_000
			}
			at := tx.NowMicros() - int64(all-i)*1_000_000
			orders = append(orders, int64(tenant), id, int64(1000+i%benchChannels), fmt.Sprint("ext-", id), fmt.Sprint(id), "prom", stage, "", int64(1+i%benchPeople),
				fmt.Sprint("Покупець Прізвище", i%benchPeople), fmt.Sprintf("+38067%07d", i%benchPeople), at, at, at, due, "UAH", int64(148000), "unpaid", "Товар ×2")
			lines = append(lines, int64(tenant), id, int64(1), "", "", int64(1+i%skus), skuCode(int64(i%skus+1)), "Товар", int64(2000), int64(74000), int64(148000))
			entries = append(entries, int64(tenant), -id, at, "system", "order.accepted", "order", id, "{}")
		}
		const orderHead = `insert into orders (tenant_id, id, connection_id, external_id, number, source, stage, channel_status, customer_id,
			buyer_name, buyer_phone, placed_at, accepted_at, stage_at, due_at, currency, total_minor, payment_state, summary)`
		if _, err := tx.Insert(ctx, orderHead, "", 19, orders); err != nil {
			return err
		}
		if _, err := tx.Insert(ctx, "insert into order_line (tenant_id, order_id, line_no, external_id, offer_id, sku_id, sku_code, title, qty, price_minor, total_minor)", "", 11, lines); err != nil {
			return err
		}
		_, err := tx.Insert(ctx, "insert into journal (tenant_id, seq, at, actor, kind, subject, subject_id, payload)", "", 8, entries)
		return err
	})
}
