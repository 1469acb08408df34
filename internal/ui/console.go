package ui

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// home goes to the first page that the actor may see.
func (c *console) home(w http.ResponseWriter, r *http.Request) error {
	a := access.From(r.Context())
	for _, s := range []struct {
		may access.Permission
		to  kit.Section
	}{{access.OrdersRead, kit.Orders}, {access.StockRead, kit.Stock}, {access.ConnectionsRead, kit.Connections}, {access.TasksRead, kit.Tasks}} {
		if a.May(s.may) {
			return reply.Go(w, r, s.to.Href())
		}
	}
	return reply.Go(w, r, "/account")
}

// longNumber is from how many digits on a number is a barcode rather than an order's.
const longNumber = 8

// search answers the search box: the SKU whose code or barcode was typed, else what the orders have.
func (c *console) search(w http.ResponseWriter, r *http.Request) error {
	text := strings.TrimSpace(r.URL.Query().Get("q"))
	a := access.From(r.Context())
	short := len(text) < longNumber && strings.Trim(text, "0123456789") == ""
	if a.May(access.CatalogRead) && a.May(access.StockRead) && !short && len(text) <= 200 {
		var found catalog.SKU
		err := c.DB.Read(r.Context(), a.Tenant, func(tx *db.Tx) error {
			byCode, err := catalog.Reader{}.ByCodes(r.Context(), tx, []string{text})
			if found = byCode[text]; err != nil || found.ID != 0 {
				return err
			}
			byBarcode, err := catalog.Reader{}.ByBarcodes(r.Context(), tx, []string{text})
			found = byBarcode[text]
			return err
		})
		if err != nil {
			return err
		}
		if found.ID != 0 {
			return reply.Go(w, r, "/stock/"+strconv.FormatInt(found.ID, 10))
		}
	}
	return reply.Go(w, r, reply.Href("/orders/search", "q", text))
}

// nav is the navigation as a fragment, with its counts as they are now.
func (c *console) nav(w http.ResponseWriter, r *http.Request) error {
	counts, err := c.counts(r.Context(), access.From(r.Context()))
	if err != nil {
		return err
	}
	at := kit.Section(r.URL.Query().Get("at"))
	return reply.HTML(w, r, http.StatusOK, kit.Nav(at, counts, reply.Href("/nav", "at", string(at))))
}

// pulse is the line that says how fast the channels follow.
func (c *console) pulse(w http.ResponseWriter, r *http.Request) error {
	p, err := c.beat(r.Context(), access.From(r.Context()))
	if err != nil {
		return err
	}
	return reply.HTML(w, r, http.StatusOK, kit.PulseLine(p, "/pulse"))
}

// language keeps the choice in the browser, and with the account of who is signed in.
func (c *console) language(w http.ResponseWriter, r *http.Request) error {
	a := access.From(r.Context())
	if l, ok := i18n.Parse(r.PostFormValue("lang")); ok && a.Kind == access.Person {
		if err := c.Identity.SetProfile(r.Context(), a, a.Name, string(l)); err != nil {
			return err
		}
	}
	kit.LanguageHandler().ServeHTTP(w, r)
	return nil
}
