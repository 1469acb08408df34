// Package prom simulates the public API v1 of Prom.ua: polling only, a static token, lists paged by id from the newest down,
// money in orders as formatted text, array bodies, and a scheduled import that overwrites what the API wrote.
//
// Readings of what the API sheet leaves open, the stricter one each time:
//   - limit above 100 is cut to 100, an edit of more than 100 products is refused;
//   - last_id is an upper bound in both sort directions, so only the default direction can be paged;
//   - a product bought down to zero becomes not_available, but an edit that sets quantity 0 without a presence leaves it
//     orderable; a cancelled order puts its pieces back;
//   - delivered and canceled orders are final: set_status skips them without a word.
package prom

import (
	"net/http"
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// Prefix is the path every call starts with; it is part of the base URL.
const Prefix = "/api/v1"

// politePerSecond is the request rate the API sheet advises.
const politePerSecond = 1

// Options of a simulated Prom shop.
type Options struct {
	sim.Options
	Token     string        // "" = a fixed one
	TokenLife time.Duration // 0 = the token does not lapse; Prom allows a year at most
	Custom    []CustomStatus
}

// CustomStatus is a shop-defined status; orders in it read "custom-<id>".
type CustomStatus struct {
	ID   int64
	Name string
}

// Shop is a simulated Prom shop.
type Shop struct {
	*sim.Front
	token   string
	expires time.Time // zero = never

	mu     sync.Mutex
	rights map[string]Right
	custom map[int64]string
	skip   map[int64]bool // orders set_status passes over silently
	orders *sim.Book[order]
	offers *sim.Book[offer]
	bySKU  map[string]int64
	byExt  map[string]int64
	groups []string // names; a group's id is firstGroup + its position
	feed   map[int64]feedRow
}

var _ sim.Shop = (*Shop)(nil)

// New opens a shop without offers.
func New(o Options) *Shop {
	if o.Token == "" {
		o.Token = "prom-sim-token"
	}
	if o.Custom == nil {
		o.Custom = []CustomStatus{{ID: 172548, Name: "Збирається"}, {ID: 172549, Name: "Відправлено"}}
	}
	s := &Shop{
		Front: sim.NewFront("prom", o.Options, politePerSecond), token: o.Token,
		rights: map[string]Right{sectionOrders: RightWrite, sectionProducts: RightWrite},
		custom: map[int64]string{}, skip: map[int64]bool{},
		orders: sim.NewBook[order](), offers: sim.NewBook[offer](),
		bySKU: map[string]int64{}, byExt: map[string]int64{}, feed: map[int64]feedRow{},
	}
	if o.TokenLife > 0 {
		s.expires = s.Now().Add(o.TokenLife)
	}
	for _, c := range o.Custom {
		s.custom[c.ID] = c.Name
	}
	s.routes()
	return s
}

// Settings implements sim.Shop.
func (s *Shop) Settings(baseURL string) map[string]string {
	return map[string]string{"token": s.token, "base_url": baseURL + Prefix}
}

func (s *Shop) routes() {
	read := func(path, section string, h sim.Handler) {
		s.Handle("GET "+Prefix+path, sim.Read, s.guard(section, RightRead, h))
	}
	write := func(path, section string, h sim.Handler) {
		s.Handle("POST "+Prefix+path, sim.Write, s.guard(section, RightWrite, h))
	}
	read("/orders/list", sectionOrders, s.listOrders)
	read("/orders/{id}", sectionOrders, s.getOrder)
	write("/orders/set_status", sectionOrders, s.setStatus)
	write("/orders/refund", sectionOrders, s.refund)
	write("/delivery/save_declaration_id", sectionOrders, s.saveDeclaration)
	read("/order_status_options/list", sectionOrders, s.listStatuses)
	read("/payment_options/list", sectionOrders, s.listPaymentOptions)
	read("/delivery_options/list", sectionOrders, s.listDeliveryOptions)
	read("/products/list", sectionProducts, s.listProducts)
	read("/products/{id}", sectionProducts, s.getProduct)
	read("/products/by_external_id/{id}", sectionProducts, s.getProductByExternalID)
	read("/groups/list", sectionProducts, s.listGroups)
	write("/products/edit", sectionProducts, s.editByID)
	write("/products/edit_by_external_id", sectionProducts, s.editByExternalID)
	s.Handle("/", sim.Read, func(*sim.Call) sim.Answer { return failure(http.StatusNotFound, "Not found") })
}

// failure is an error in the short form.
func failure(status int, text string) sim.Answer {
	return sim.JSON(status, map[string]string{"error": text})
}

// invalid is an error in the long form, with reasons per field.
func invalid(text string, fields map[string][]string) sim.Answer {
	return sim.JSON(http.StatusBadRequest, map[string]any{"status": "error", "message": text, "errors": fields})
}
