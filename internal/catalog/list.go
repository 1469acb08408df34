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
	// rareWord is how many SKUs a word may have for the search to start from the word. Above it so many SKUs match that
	// walking in order of codes finds a page sooner.
	rareWord = 2500
)

// Filter chooses live SKUs for the list.
type Filter struct {
	// Kind is empty for all.
	Kind Kind
	// Text finds SKUs whose code begins with it, whose barcode it is, or that have a word beginning with each of its words.
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
		out.Next = cursor{folded: search.Fold(last.Code), id: last.ID}.String()
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
	byBarcode, err := selectSKUs(ctx, tx, f, at, query{args: []any{text},
		where: " and s.id in (select b.sku_id from barcode b where b.tenant_id = $1 and b.code = $?)"})
	if err != nil {
		return nil, err
	}
	all = append(all, byBarcode...)
	if words := wordsOf(text); len(words) > 0 {
		q, err := wordQuery(ctx, tx, words[:min(len(words), maxQuery)])
		if err != nil {
			return nil, err
		}
		byWord, err := selectSKUs(ctx, tx, f, at, q)
		if err != nil {
			return nil, err
		}
		all = append(all, byWord...)
	}
	return firstOf(all, f.Limit+1), nil
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

// query is a condition on SKUs with its arguments, written "$?" in their order.
type query struct {
	where string
	args  []any
}

func (q *query) add(where string, args ...any) {
	q.where += where
	q.args = append(q.args, args...)
}

func selectSKUs(ctx context.Context, tx *db.Tx, f Filter, at cursor, q query) ([]SKU, error) {
	if f.Kind != "" {
		q.add(" and s.kind = $?", string(f.Kind))
	}
	if at != (cursor{}) {
		q.add(" and (s.code_folded, s.id) > ($?, $?)", at.folded, at.id)
	}
	q.add(" order by s.code_folded, s.id limit $?", f.Limit+1)
	text, n := "", 1
	for part := range strings.SplitSeq(q.where, "$?") {
		if n > 1 {
			text += "$" + strconv.Itoa(n)
		}
		text += part
		n++
	}
	var out []SKU
	err := tx.Each(ctx, "select "+skuColumns+" from sku s where s.tenant_id = $1 and s.deleted_at = 0"+text,
		append([]any{int64(tx.Tenant)}, q.args...), func(r db.Scanner) error {
			s, err := scanSKU(r)
			out = append(out, s)
			return err
		})
	return out, err
}

// wordQuery asks for SKUs that have all words. A rare word is where the search starts; when all are common, SKUs are taken
// in order and each is looked up in the index of words, the rarest word first.
func wordQuery(ctx context.Context, tx *db.Tx, words []string) (query, error) {
	type counted struct {
		from, to string
		n        int
	}
	list := make([]counted, len(words))
	for i, w := range words {
		c := counted{}
		c.from, c.to = search.PrefixRange(w)
		err := tx.QueryRow(ctx, `select count(*) from (select 1 from sku_word where tenant_id = $1 and word >= $2 and word < $3 limit $4) w`,
			int64(tx.Tenant), c.from, c.to, 4*rareWord).Scan(&c.n)
		if err != nil {
			return query{}, err
		}
		list[i] = c
	}
	slices.SortStableFunc(list, func(a, b counted) int { return a.n - b.n })
	var q query
	if list[0].n <= rareWord {
		q.add(" and s.id in (select w.sku_id from sku_word w where w.tenant_id = $1 and w.word >= $? and w.word < $?)", list[0].from, list[0].to)
		list = list[1:]
	}
	for _, c := range list {
		q.add(" and exists (select 1 from sku_word w where w.tenant_id = $1 and w.sku_id = s.id and w.word >= $? and w.word < $?)", c.from, c.to)
	}
	return q, nil
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
