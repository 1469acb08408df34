package catalog

import (
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/catalog/sheet"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/search"
)

// Bounds of a page of the list.
const (
	defaultPage = 50
	maxPage     = 500
	// maxQuery bounds the words of one search.
	maxQuery = 8
	// rareWord is how many SKUs a word may have for a search to start from the word at once.
	rareWord = 1000
	// commonWord bounds the counting of a word's SKUs.
	commonWord = 10_000
	// glance is how many SKUs in order of codes are looked through for common words before starting from the rarest of them:
	// words that every tenth SKU has fill a page soon, unless they stand together in the order of codes.
	glance = 5000
)

// Filter chooses live SKUs for the list.
type Filter struct {
	// Kind is empty for all.
	Kind Kind
	// Text finds SKUs whose code begins with it, whose barcode it is, or that have a word beginning with each of its words. A
	// word with a digit with which more than a page of codes begin finds those only: a code is being typed.
	Text string
	// After is the Next of the page before; empty for the first.
	After string
	// Limit is the size of the page; 0 means 50.
	Limit int
}

// Page is a page of the list, in order of folded codes.
type Page struct {
	SKUs []SKU
	// Next is the After of the next page; empty on the last one.
	Next string
}

// cursor is a place in the list: everything after (folded code, id).
type cursor struct {
	folded string
	id     int64
}

func (c cursor) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(c.id, 36) + " " + c.folded))
}

// After is the place in the list right behind a SKU.
func After(code string, id int64) string { return cursor{folded: search.Fold(code), id: id}.String() }

func parseCursor(s string) (cursor, error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return cursor{}, errs.Wrap(errs.Invalid, err, "error.catalog.page")
	}
	id, folded, _ := strings.Cut(string(b), " ")
	if id == "" {
		return cursor{}, nil
	}
	n, err := strconv.ParseInt(id, 36, 64)
	if err != nil {
		return cursor{}, errs.Wrap(errs.Invalid, err, "error.catalog.page")
	}
	return cursor{folded: folded, id: n}, nil
}

// List reads a page of live SKUs with their barcodes.
func (s *Service) List(ctx context.Context, a access.Actor, f Filter) (Page, error) {
	at, err := parseCursor(f.After)
	if err != nil {
		return Page{}, err
	}
	if f.Limit <= 0 {
		f.Limit = defaultPage
	}
	f.Limit = min(f.Limit, maxPage)
	var out Page
	err = s.read(ctx, a, func(tx *db.Tx) error {
		out, err = listPage(ctx, tx, f, at)
		return err
	})
	return out, err
}

func listPage(ctx context.Context, tx *db.Tx, f Filter, at cursor) (Page, error) {
	skus, err := find(ctx, tx, f, at)
	if err != nil {
		return Page{}, err
	}
	var out Page
	if len(skus) > f.Limit {
		skus = skus[:f.Limit]
		last := skus[f.Limit-1]
		out.Next = After(last.Code, last.ID)
	}
	out.SKUs = skus
	return out, withBarcodes(ctx, tx, out.SKUs)
}

func withBarcodes(ctx context.Context, tx *db.Tx, skus []SKU) error {
	ids := make([]int64, len(skus))
	for i := range skus {
		ids[i] = skus[i].ID
	}
	lists, err := Reader{}.BarcodesOf(ctx, tx, ids)
	for i := range skus {
		skus[i].Barcodes = lists[skus[i].ID]
	}
	return err
}

// find reads one SKU more than the page holds. A text is looked for in three ways, each in the list's order from the cursor
// on; the first of their union are the page.
func find(ctx context.Context, tx *db.Tx, f Filter, at cursor) ([]SKU, error) {
	text := sheet.Clean(f.Text)
	if text == "" {
		return selectSKUs(ctx, tx, f, at, query{})
	}
	from, to := search.PrefixRange(search.Fold(text))
	all, err := selectSKUs(ctx, tx, f, at, query{where: " and s.code_folded >= $? and s.code_folded < $?", args: []any{from, to}})
	if err != nil {
		return nil, err
	}
	if typed, err := typingCode(ctx, tx, f, text, from, to); err != nil || typed {
		return all, err
	}
	byBarcode, err := selectSKUs(ctx, tx, f, at, query{from: "(select b.sku_id from barcode b where b.tenant_id = $1 and b.code = $?) w cross join ",
		where: " and s.id = w.sku_id", args: []any{text}})
	if err != nil {
		return nil, err
	}
	byWord, err := findWords(ctx, tx, f, at, wordsOf(text))
	if err != nil {
		return nil, err
	}
	return firstOf(slices.Concat(all, byBarcode, byWord), f.Limit+1), nil
}

// typingCode says that somebody is typing a code: one word with a digit in it, with which more than a page of codes begin.
// Then nothing else is looked for; codes that are numbered make their numbers the commonest words of all.
func typingCode(ctx context.Context, tx *db.Tx, f Filter, text, from, to string) (bool, error) {
	if strings.Contains(text, " ") || !strings.ContainsAny(text, "0123456789") {
		return false, nil
	}
	n := 0
	err := tx.QueryRow(ctx, `select count(*) from (select 1 from sku s where s.tenant_id = $1 and s.deleted_at = 0 and s.code_folded >= $2
		and s.code_folded < $3 limit $4) c`, int64(tx.Tenant), from, to, f.Limit+1).Scan(&n)
	return n > f.Limit, err
}

// firstOf sorts as the list does, takes repeats away and keeps the first n.
func firstOf(skus []SKU, n int) []SKU {
	folded := make(map[int64]string, len(skus))
	for _, s := range skus {
		folded[s.ID] = search.Fold(s.Code)
	}
	slices.SortFunc(skus, func(a, b SKU) int {
		if c := strings.Compare(folded[a.ID], folded[b.ID]); c != 0 {
			return c
		}
		return int(a.ID - b.ID)
	})
	skus = slices.CompactFunc(skus, func(a, b SKU) bool { return a.ID == b.ID })
	return skus[:min(len(skus), n)]
}

// query is a source of SKUs and a condition on them, with the arguments written "$?" in their order. A source before "cross
// join" is where both engines start.
type query struct {
	from, where string
	args        []any
}

func (q *query) add(where string, args ...any) {
	q.where += where
	q.args = append(q.args, args...)
}

// number gives the arguments their numbers from 2 on; 1 is the tenant.
func number(text string) string {
	var b strings.Builder
	for i, part := range strings.Split(text, "$?") {
		if i > 0 {
			b.WriteString("$" + strconv.Itoa(i+1))
		}
		b.WriteString(part)
	}
	return b.String()
}

// after limits a query to what the filter and the place in the list allow, in order.
func (q *query) after(f Filter, at cursor, limit int) {
	if f.Kind != "" {
		q.add(" and s.kind = $?", string(f.Kind))
	}
	if at != (cursor{}) {
		q.add(" and (s.code_folded, s.id) > ($?, $?)", at.folded, at.id)
	}
	q.add(" order by s.code_folded, s.id limit $?", limit)
}

func selectSKUs(ctx context.Context, tx *db.Tx, f Filter, at cursor, q query) ([]SKU, error) {
	q.after(f, at, f.Limit+1)
	return runQuery(ctx, tx, "select "+skuColumns+" from "+q.from+"sku s where s.tenant_id = $1 and s.deleted_at = 0"+q.where, q.args)
}

func runQuery(ctx context.Context, tx *db.Tx, text string, args []any) ([]SKU, error) {
	var out []SKU
	err := tx.Each(ctx, number(text), append([]any{int64(tx.Tenant)}, args...), func(r db.Scanner) error {
		s, err := scanSKU(r)
		out = append(out, s)
		return err
	})
	return out, err
}

// wordRange is the beginning of a word as a range in the index, with the number of SKUs that have it, counted up to
// commonWord.
type wordRange struct {
	from, to string
	n        int
}

// countWords finds how common the words are, the rarest first.
func countWords(ctx context.Context, tx *db.Tx, words []string) ([]wordRange, error) {
	list := make([]wordRange, len(words))
	for i, w := range words {
		r := &list[i]
		r.from, r.to = search.PrefixRange(w)
		err := tx.QueryRow(ctx, `select count(*) from (select 1 from sku_word where tenant_id = $1 and word >= $2 and word < $3 limit $4) w`,
			int64(tx.Tenant), r.from, r.to, commonWord).Scan(&r.n)
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(list, func(a, b wordRange) int { return a.n - b.n })
	return list, nil
}

// findWords finds SKUs that have all the words, each by its beginning.
func findWords(ctx context.Context, tx *db.Tx, f Filter, at cursor, words []string) ([]SKU, error) {
	if len(words) == 0 {
		return nil, nil
	}
	list, err := countWords(ctx, tx, words[:min(len(words), maxQuery)])
	if err != nil || list[0].n == 0 {
		return nil, err
	}
	if list[0].n > rareWord {
		skus, err := glanceWords(ctx, tx, f, at, list)
		if err != nil || len(skus) > f.Limit {
			return skus, err
		}
	}
	var q query
	q.from = "(select distinct w.sku_id from sku_word w where w.tenant_id = $1 and w.word >= $? and w.word < $?"
	q.args = []any{list[0].from, list[0].to}
	for _, r := range list[1:] {
		q.from += haveWord("w.sku_id")
		q.args = append(q.args, r.from, r.to)
	}
	q.from += ") w cross join "
	q.add(" and s.id = w.sku_id")
	return selectSKUs(ctx, tx, f, at, q)
}

// glanceWords looks for common words among the next SKUs in order, reading nothing but indexes until it has found some. What
// it finds is the page only when it is full.
func glanceWords(ctx context.Context, tx *db.Tx, f Filter, at cursor, list []wordRange) ([]SKU, error) {
	var q query
	q.after(f, at, glance)
	text := "select " + skuColumns + ` from (select g.id from (select s.id, s.code_folded from sku s
		where s.tenant_id = $1 and s.deleted_at = 0` + q.where + ") g where true"
	for _, r := range list {
		text += haveWord("g.id")
		q.args = append(q.args, r.from, r.to)
	}
	text += " order by g.code_folded, g.id limit $?) w cross join sku s where s.tenant_id = $1 and s.id = w.id order by s.code_folded, s.id"
	return runQuery(ctx, tx, text, append(q.args, f.Limit+1))
}

// haveWord is the condition that a SKU has a word in a range.
func haveWord(id string) string {
	return " and exists (select 1 from sku_word x where x.tenant_id = $1 and x.sku_id = " + id + " and x.word >= $? and x.word < $?)"
}

// GetSKU reads all that the page of a SKU shows. A deleted SKU is read too, with DeletedAt set: history links to it.
func (s *Service) GetSKU(ctx context.Context, a access.Actor, id int64) (Card, error) {
	var out Card
	err := s.read(ctx, a, func(tx *db.Tx) error {
		found, err := s.ByIDs(ctx, tx, []int64{id})
		if err != nil {
			return err
		}
		sku, ok := found[id]
		if !ok {
			return errs.New(errs.NotFound, "error.catalog.no_sku")
		}
		out, err = readCard(ctx, tx, sku)
		return err
	})
	return out, err
}

func readCard(ctx context.Context, tx *db.Tx, sku SKU) (Card, error) {
	one := []SKU{sku}
	if err := withBarcodes(ctx, tx, one); err != nil {
		return Card{}, err
	}
	out := Card{SKU: one[0]}
	products, err := productsByID(ctx, tx, []int64{sku.ProductID})
	if err != nil {
		return out, err
	}
	out.Product = products[sku.ProductID]
	err = skusIn(ctx, tx, "s.deleted_at = 0 and s.product_id in ", " order by s.id", []int64{sku.ProductID}, func(v SKU) {
		out.Product.SKUs = append(out.Product.SKUs, v)
	})
	if err != nil {
		return out, err
	}
	parts, err := partSKUs(ctx, tx, []int64{sku.ID})
	if err != nil {
		return out, err
	}
	out.Parts = parts[sku.ID]
	ids, err := Reader{}.KitsWith(ctx, tx, []int64{sku.ID})
	if err != nil {
		return out, err
	}
	err = skusIn(ctx, tx, "s.id in ", " order by s.code_folded, s.id", ids, func(k SKU) { out.Kits = append(out.Kits, k) })
	return out, err
}
