package erli

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/lad-hub/lad/internal/sim"
)

// vendors are the carriers that a seller can name for a parcel of his own.
var vendors = []string{
	"inpost", "pocztaPolska", "dhl", "dpd", "ups", "gls", "orlen", "pocztex24", "ownTransport", "selfPickup", "ambroExpress", "pekaes", "tntExpress",
	"schenker", "dsv", "dts", "geis", "fedex", "jasFBG", "patronService", "raben", "rhenus", "rohligSuus", "hellmann",
}

// parcel is what a seller reports.
type parcel struct {
	Order  string `json:"orderId"`
	Vendor string `json:"vendor"`
	Status string `json:"status,omitempty"`
	Number string `json:"trackingNumber,omitempty"`
}

// reportParcels answers per parcel: its number, or why it was refused.
func (s *Shop) reportParcels(c *sim.Call) sim.Answer {
	var list []parcel
	d := json.NewDecoder(bytes.NewReader(c.Body))
	d.DisallowUnknownFields()
	if d.Decode(&list) != nil || len(list) == 0 {
		return sim.JSON(http.StatusBadRequest, wrong("Request validation failed"))
	}
	for _, p := range list {
		if !slices.Contains(vendors, p.Vendor) || len(p.Number) < 2 || len(p.Number) > 32 {
			return sim.JSON(http.StatusBadRequest, wrong("vendor or trackingNumber can not be used"))
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []any{}
	for _, p := range list {
		row := s.order(p.Order)
		switch {
		case row == nil:
			out = append(out, refused(p, "Order not found"))
			continue
		case row.Value.status != statusPurchased:
			out = append(out, refused(p, "Order is not purchased"))
			continue
		}
		if !c.Ignore {
			s.parcels++
			row.Value.vendor, row.Value.tracking = p.Vendor, p.Number
			s.touch(row, c.At)
		}
		out = append(out, map[string]any{
			"id": 1000 + s.parcels, "orderId": p.Order, "type": "external", "shipping": map[string]string{"vendor": p.Vendor}, "status": firstOf(p.Status, "preparing"),
			"trackingNumber": p.Number, "createdAt": stamp(c, c.At), "updatedAt": stamp(c, c.At),
		})
	}
	return sim.JSON(http.StatusOK, out)
}

// wrong is an error as the part about shipping writes it.
func wrong(text string) []map[string]any {
	return []map[string]any{{"errorCode": 1200, "errorMessage": text}}
}

func refused(p parcel, text string) map[string]any {
	return map[string]any{"orderId": p.Order, "vendor": p.Vendor, "error": wrong(text)}
}

// Parcels is how many parcels were reported.
func (s *Shop) Parcels() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.parcels
}

func (s *Shop) deliveryVendors(*sim.Call) sim.Answer {
	out := []map[string]any{}
	for _, v := range vendors {
		out = append(out, map[string]any{"id": v, "name": v})
	}
	return sim.JSON(http.StatusOK, out)
}

func (s *Shop) deliveryMethods(*sim.Call) sim.Answer {
	return sim.JSON(http.StatusOK, []map[string]any{
		{"id": "paczkomat", "name": "Paczkomat", "cod": false, "vendor": "inpost"}, {"id": "dpdCod", "name": "Kurier DPD za pobraniem", "cod": true, "vendor": "dpd"},
	})
}
