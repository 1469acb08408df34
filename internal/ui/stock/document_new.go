package stockui

import (
	"context"
	"crypto/rand"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/stock"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// foundLimit is how many SKUs the search of a document offers.
const foundLimit = 8

// lineForm is a line as it was typed; an empty quantity leaves the line out.
type lineForm struct {
	sku    catalog.SKU
	onHand qty.Qty
	qty    string
	fault  string
}

// documentForm is a document as it was typed.
type documentForm struct {
	postForm
	key   string
	lines []lineForm
}

// parseDocument reads the form; SKUs that do not exist are left out.
func (p *pages) parseDocument(r *http.Request) (documentForm, error) {
	ctx, a := r.Context(), access.From(r.Context())
	f := documentForm{postForm: postForm{kind: stock.MoveKind(r.FormValue("kind")), warehouse: r.FormValue("warehouse"), reason: r.FormValue("reason"), asOf: r.FormValue("as_of")}, key: r.FormValue("key")}
	if !slices.Contains(kinds, f.kind) {
		f.kind = stock.MoveReceipt
	}
	if f.key == "" {
		f.key = rand.Text()
	}
	var err error
	if f.warehouses, err = p.warehouses(ctx, a); err != nil {
		return f, err
	}
	var ids []int64
	for _, text := range r.Form["sku"] {
		if id, err := strconv.ParseInt(text, 10, 64); err == nil && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if f.lines, err = p.linesOf(ctx, a, ids); err != nil {
		return f, err
	}
	for i := range f.lines {
		f.lines[i].qty = strings.TrimSpace(r.FormValue("qty_" + strconv.FormatInt(f.lines[i].sku.ID, 10)))
	}
	return f, nil
}

// linesOf reads the SKUs of lines with what is on hand in all warehouses.
func (p *pages) linesOf(ctx context.Context, a access.Actor, ids []int64) ([]lineForm, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	t := &table{}
	skus, err := p.skusByID(ctx, a, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if s, ok := skus[id]; ok {
			t.skus = append(t.skus, s)
		}
	}
	if err := p.DB.Read(ctx, a.Tenant, func(tx *db.Tx) error { return p.numbers(ctx, tx, t) }); err != nil {
		return nil, err
	}
	out := make([]lineForm, len(t.skus))
	for i, s := range t.skus {
		out[i] = lineForm{sku: s, onHand: t.onHand[s.ID]}
	}
	return out, nil
}

// documentNew shows an empty form.
func (p *pages) documentNew(w http.ResponseWriter, r *http.Request) error {
	f, err := p.parseDocument(r)
	if err != nil {
		return err
	}
	if f.asOf == "" {
		f.asOf = p.DB.Clock().Now().In(i18n.Zone(r.Context())).Format(momentLayout)
	}
	data, err := p.Frame(r, kit.Stock, i18n.T(r.Context(), "stock.document_new"))
	if err != nil {
		return err
	}
	return reply.HTML(w, r, http.StatusOK, documentNewPage(f, data))
}

// documentCreate books the document.
func (p *pages) documentCreate(w http.ResponseWriter, r *http.Request) error {
	f, err := p.parseDocument(r)
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	id, err := p.postMany(ctx, a, &f)
	if err == nil {
		return reply.Go(w, r, documentPath(id))
	}
	if !reply.IsRefusal(err) {
		return err
	}
	skus := map[int64]catalog.SKU{}
	for _, l := range f.lines {
		skus[l.sku.ID] = l.sku
	}
	f.faults, f.fault = faultsOf(ctx, err, skus)
	if reply.Fragment(r) {
		return reply.Refused(w, r, "#document-form", documentNewForm(f))
	}
	data, err := p.Frame(r, kit.Stock, i18n.T(ctx, "stock.document_new"))
	if err != nil {
		return err
	}
	return reply.HTML(w, r, http.StatusUnprocessableEntity, documentNewPage(f, data))
}

func (p *pages) postMany(ctx context.Context, a access.Actor, f *documentForm) (int64, error) {
	in := stock.DocumentInput{Kind: f.kind, Reason: f.reason, Key: "form:" + f.key}
	in.WarehouseID, _ = strconv.ParseInt(f.warehouse, 10, 64) // 0 is refused by the service
	bad := false
	for i, l := range f.lines {
		if l.qty == "" {
			continue
		}
		n, err := typed(l.qty)
		if err != nil {
			f.lines[i].fault, bad = i18n.T(ctx, "error.stock.typed_qty"), true
			continue
		}
		in.Lines = append(in.Lines, stock.Count{SKUID: l.sku.ID, Qty: n})
	}
	if bad {
		return 0, errs.New(errs.Invalid, "error.invalid")
	}
	if f.kind == stock.MoveStocktake {
		var err error
		if in.AsOf, err = parseMoment(ctx, f.asOf); err != nil {
			return 0, err
		}
	}
	return p.Stock.Post(ctx, a, in)
}

// lineFind offers SKUs for a line.
func (p *pages) lineFind(w http.ResponseWriter, r *http.Request) error {
	text := strings.TrimSpace(r.FormValue("find"))
	if text == "" || len(text) > maxText {
		return reply.HTML(w, r, http.StatusOK, foundLines(nil, text))
	}
	page, err := p.Catalog.List(r.Context(), access.From(r.Context()), catalog.Filter{Text: text, Kind: catalog.KindGoods, Limit: foundLimit})
	if err != nil {
		return err
	}
	return reply.HTML(w, r, http.StatusOK, foundLines(page.SKUs, text))
}

// lineAdd adds a line to the form; a SKU that stands in it already is left where it is.
func (p *pages) lineAdd(w http.ResponseWriter, r *http.Request) error {
	f, err := p.parseDocument(r)
	if err != nil {
		return err
	}
	id := reply.Number(r, "add")
	if slices.ContainsFunc(f.lines, func(l lineForm) bool { return l.sku.ID == id }) {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	lines, err := p.linesOf(r.Context(), access.From(r.Context()), []int64{id})
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		return errs.New(errs.NotFound, "error.catalog.no_sku")
	}
	return reply.HTML(w, r, http.StatusOK, documentLine(lines[0]))
}

// kindOptions are the kinds of documents that people write.
func kindOptions(ctx context.Context) []kit.Option {
	out := make([]kit.Option, len(kinds))
	for i, k := range kinds {
		out[i] = kit.Option{Value: string(k), Text: i18n.T(ctx, "stock.kind."+string(k))}
	}
	return out
}
