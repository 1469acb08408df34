package catalogui

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// maxRows bounds the variants of one form; more come by import.
const maxRows = 50

// productForm is a new product as it was typed.
type productForm struct {
	name, brand, category string
	kind                  catalog.Kind
	backorder             bool
	skus                  []skuForm
	parts                 []partForm
	home                  money.Currency
	faults                map[string]string
	fault                 string
}

func (p *pages) parseProduct(r *http.Request) (productForm, error) {
	f := productForm{kind: catalog.KindGoods}
	var err error
	if f.home, err = p.home(r); err != nil {
		return f, err
	}
	if r.Method == http.MethodGet {
		f.skus = []skuForm{{}}
		return f, nil
	}
	get := func(field string) string { return strings.TrimSpace(r.PostFormValue(field)) }
	f.name, f.brand, f.category, f.backorder = get("name"), get("brand"), get("category"), get("backorder") != ""
	if k := catalog.Kind(get("kind")); k == catalog.KindKit || k == catalog.KindService {
		f.kind = k
	}
	n, _ := strconv.Atoi(get("rows")) // at least one below
	for i := range min(max(n, 1), maxRows) {
		f.skus = append(f.skus, parseSKU(r, i))
	}
	f.parts, err = p.parts(r.Context(), access.From(r.Context()), r)
	return f, err
}

// product is the form as the service takes it. Rows without code and variant are left out, but for the first.
func (f *productForm) product() (catalog.NewProduct, error) {
	var c errs.Check
	in := catalog.NewProduct{Name: f.name, Brand: f.brand, Category: f.category}
	kept := f.skus[:0]
	for i, row := range f.skus {
		if i > 0 && row.code == "" && row.variant == "" {
			continue
		}
		row.no = len(kept)
		kept = append(kept, row)
		s := row.sku(&c, "skus."+strconv.Itoa(row.no)+".", f.home)
		s.Kind, s.Backorder = f.kind, f.backorder && f.kind == catalog.KindGoods
		in.SKUs = append(in.SKUs, s)
	}
	f.skus = kept
	if f.kind == catalog.KindKit {
		parts, err := partsOf(f.parts)
		if err != nil {
			return in, err
		}
		for i := range in.SKUs {
			in.SKUs[i].Parts = parts
		}
	}
	return in, c.Err()
}

func (f *productForm) refuse(r *http.Request, err error) {
	f.faults = i18n.FieldErrors(r.Context(), err)
	if len(f.faults) == 0 {
		f.fault = i18n.Error(r.Context(), err)
	}
	for i := range f.skus {
		f.skus[i].faults = variantFaults(f.faults, i)
	}
	if text := f.faults["skus.0.parts"]; text != "" && f.faults["parts"] == "" {
		f.faults["parts"] = text
	}
	if text := f.faults["skus.0.name"]; text != "" && f.faults["name"] == "" {
		f.faults["name"] = text
	}
}

// productNew shows the empty form.
func (p *pages) productNew(w http.ResponseWriter, r *http.Request) error {
	f, err := p.parseProduct(r)
	if err != nil {
		return err
	}
	return p.productPage(w, r, http.StatusOK, f)
}

func (p *pages) productPage(w http.ResponseWriter, r *http.Request, status int, f productForm) error {
	data, err := p.Frame(r, kit.Stock, i18n.T(r.Context(), "catalog.new"))
	if err != nil {
		return err
	}
	return reply.HTML(w, r, status, productPage(f, data))
}

// variantAdd answers with the form and one more row.
func (p *pages) variantAdd(w http.ResponseWriter, r *http.Request) error {
	f, err := p.parseProduct(r)
	if err != nil {
		return err
	}
	if n := len(f.skus); n < maxRows {
		last := f.skus[n-1]
		f.skus = append(f.skus, skuForm{no: n, price: last.price, cost: last.cost, weight: last.weight})
	}
	return reply.HTML(w, r, http.StatusOK, productForms(f))
}

// productCreate creates the product and goes to its first SKU.
func (p *pages) productCreate(w http.ResponseWriter, r *http.Request) error {
	f, err := p.parseProduct(r)
	if err != nil {
		return err
	}
	in, err := f.product()
	var made catalog.Product
	if err == nil {
		made, err = p.Catalog.CreateProduct(r.Context(), access.From(r.Context()), in)
	}
	if err == nil {
		return reply.Go(w, r, "/stock/"+strconv.FormatInt(made.SKUs[0].ID, 10))
	}
	if !reply.IsRefusal(err) {
		return err
	}
	f.refuse(r, err)
	if reply.Fragment(r) {
		return reply.Refused(w, r, "#product-form", productForms(f))
	}
	return p.productPage(w, r, http.StatusUnprocessableEntity, f)
}
