package stockui

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/stock"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// kinds are the documents that people write, in the order in which they are offered.
var kinds = []stock.MoveKind{stock.MoveReceipt, stock.MoveStocktake, stock.MoveAdjustment}

// momentLayout is what a browser's date and time input sends.
const momentLayout = "2006-01-02T15:04"

// postForm is a document of one SKU as it was typed. Its inputs carry the kind in their names, for a card has three forms.
type postForm struct {
	kind       stock.MoveKind
	warehouses []stock.Warehouse
	warehouse  string
	qty        string
	reason     string
	asOf       string
	faults     map[string]string
	fault      string
}

func (f postForm) name(field string) string { return string(f.kind) + "_" + field }

func (c *card) form(ctx context.Context, kind stock.MoveKind) postForm {
	f := postForm{kind: kind, warehouses: c.warehouses}
	if kind == stock.MoveStocktake {
		f.asOf = c.now.In(i18n.Zone(ctx)).Format(momentLayout)
	}
	return f
}

// options are the warehouses of a form.
func options(list []stock.Warehouse) []kit.Option {
	out := make([]kit.Option, len(list))
	for i, w := range list {
		out[i] = kit.Option{Value: strconv.FormatInt(w.ID, 10), Text: w.Name}
	}
	return out
}

// parseMoment reads a date and time input in the reader's zone; empty is the zero time.
func parseMoment(ctx context.Context, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(momentLayout, text, i18n.Zone(ctx))
	if err != nil {
		return t, &errs.Error{Code: errs.Invalid, Key: "error.invalid", Fields: []errs.Field{{Name: "as_of", Key: "error.stock.moment"}}}
	}
	return t, nil
}

// skuPost books a receipt, a stock-take or an adjustment of the SKU of the address.
func (p *pages) skuPost(w http.ResponseWriter, r *http.Request) error {
	id, err := reply.ID(r, "id", "error.catalog.no_sku")
	if err != nil {
		return err
	}
	f := postForm{kind: stock.MoveKind(r.PathValue("kind"))}
	if f.kind != stock.MoveReceipt && f.kind != stock.MoveStocktake && f.kind != stock.MoveAdjustment {
		return errs.New(errs.NotFound, "error.not_found")
	}
	f.warehouse, f.qty = r.PostFormValue(f.name("warehouse")), r.PostFormValue(f.name("qty"))
	f.reason, f.asOf = r.PostFormValue(f.name("reason")), r.PostFormValue(f.name("as_of"))
	ctx, a := r.Context(), access.From(r.Context())
	if err := p.postOne(ctx, a, id, f); err != nil {
		if !reply.IsRefusal(err) || !reply.Fragment(r) {
			return err
		}
		if f.warehouses, err = p.refusal(ctx, a, id, err, &f); err != nil {
			return err
		}
		return reply.Refused(w, r, "#"+f.name("fields"), postFields(f))
	}
	c, err := p.card(ctx, a, id, parseQuery(reply.Query(r)))
	if err != nil {
		return err
	}
	w.Header().Set("HX-Trigger", "stock-changed")
	return reply.Done(w, r, skuPath(id), skuCard(c), reply.Toast(ctx, "stock.done."+string(f.kind), "code", c.Code))
}

func (p *pages) postOne(ctx context.Context, a access.Actor, id int64, f postForm) error {
	warehouse, _ := strconv.ParseInt(f.warehouse, 10, 64) // 0 is refused by the service
	n, err := typed(f.qty)
	if err != nil || f.kind != stock.MoveStocktake && n == 0 {
		return &errs.Error{Code: errs.Invalid, Key: "error.invalid", Fields: []errs.Field{{Name: "lines", Key: "error.stock.typed_qty"}}}
	}
	asOf, err := parseMoment(ctx, f.asOf)
	if err != nil {
		return err
	}
	_, err = p.Stock.Post(ctx, a, stock.DocumentInput{Kind: f.kind, WarehouseID: warehouse, AsOf: asOf, Reason: f.reason, Lines: []stock.Count{{SKUID: id, Qty: n}}})
	return err
}

// refusal puts the faults of a document of one SKU into its form and answers the warehouses that the form offers.
func (p *pages) refusal(ctx context.Context, a access.Actor, id int64, fault error, f *postForm) ([]stock.Warehouse, error) {
	skus, err := p.skusByID(ctx, a, []int64{id})
	if err != nil {
		return nil, err
	}
	f.faults, f.fault = faultsOf(ctx, fault, skus)
	return p.warehouses(ctx, a)
}

// faultsOf are an error's texts beside the inputs, and the one over the form when it has none.
func faultsOf(ctx context.Context, err error, skus map[int64]catalog.SKU) (fields map[string]string, over string) {
	err = named(err, skus)
	fields = i18n.FieldErrors(ctx, err)
	var e *errs.Error
	if errors.As(err, &e) && (len(e.Fields) == 0 || e.Code == errs.Conflict) {
		over = i18n.Error(ctx, err)
	}
	return fields, over
}
