package allegro

import (
	"fmt"
	"net/http"
	"slices"
	"unicode/utf8"

	"github.com/lad-hub/lad/internal/sim"
)

// Bounds of a shipment.
const (
	maxWaybill     = 64
	maxCarrierName = 30
	maxSameWaybill = 5 // orders that one waybill may be on
)

const carrierOther = "OTHER"

// carriers by id.
var carriers = [][2]string{
	{"ALLEGRO", "Allegro"}, {"INPOST", "InPost"}, {"DPD", "DPD"}, {"DHL", "DHL"}, {"UPS", "UPS"}, {"GLS", "GLS"}, {"FEDEX", "FedEx"},
	{"POCZTA_POLSKA", "Poczta Polska"}, {"ORLEN", "ORLEN Paczka"}, {carrierOther, "Inny"},
}

func (s *Shop) listCarriers(*sim.Call) sim.Answer {
	list := make([]map[string]string, 0, len(carriers))
	for _, k := range carriers {
		list = append(list, map[string]string{"id": k[0], "name": k[1]})
	}
	return sim.JSON(http.StatusOK, map[string]any{"carriers": list})
}

func (s *Shop) listShipments(c *sim.Call) sim.Answer {
	s.enter(c)
	defer s.mu.Unlock()
	row := s.order(c.Request.PathValue("id"))
	if row == nil {
		return noOrder()
	}
	list := make([]any, 0, len(row.Value.shipments))
	for _, sh := range row.Value.shipments {
		list = append(list, sh.view(c))
	}
	return sim.JSON(http.StatusOK, map[string]any{"shipments": list})
}

func (sh shipment) view(c *sim.Call) any {
	lines := make([]map[string]string, 0, len(sh.lines))
	for _, id := range sh.lines {
		lines = append(lines, map[string]string{"id": id})
	}
	return map[string]any{
		"id": sh.id, "waybill": sh.waybill, "carrierId": sh.carrier, "carrierName": sh.name, "lineItems": lines, "createdAt": stamp(c, sh.at),
	}
}

func (s *Shop) addShipment(c *sim.Call) sim.Answer {
	var b struct {
		Carrier string                `json:"carrierId"`
		Waybill string                `json:"waybill"`
		Name    string                `json:"carrierName"`
		Lines   []struct{ ID string } `json:"lineItems"`
	}
	if c.Decode(&b) != nil {
		return invalid("body can not be read")
	}
	known := slices.ContainsFunc(carriers, func(k [2]string) bool { return k[0] == b.Carrier })
	switch {
	case !known:
		return invalid("carrierId is not known")
	case b.Waybill == "" || utf8.RuneCountInString(b.Waybill) > maxWaybill:
		return invalid("waybill must have 1 to 64 characters")
	case (b.Carrier == carrierOther) != (b.Name != "") || utf8.RuneCountInString(b.Name) > maxCarrierName:
		return invalid("carrierName of at most 30 characters goes with OTHER and only with it")
	}
	s.enter(c)
	defer s.mu.Unlock()
	row := s.order(c.Request.PathValue("id"))
	if row == nil {
		return noOrder()
	}
	sh := shipment{waybill: b.Waybill, carrier: b.Carrier, name: b.Name, at: c.At}
	for _, l := range b.Lines {
		if !slices.ContainsFunc(row.Value.lines, func(has line) bool { return has.id == l.ID }) {
			return invalid("lineItems names a line of another order")
		}
		sh.lines = append(sh.lines, l.ID)
	}
	if s.waybills[b.Waybill] >= maxSameWaybill {
		return fail(http.StatusConflict, "WaybillConflict", "the waybill is on too many orders")
	}
	if !c.Ignore {
		sh = s.attach(row, sh)
	}
	return sim.JSON(http.StatusCreated, sh.view(c))
}

// attach stores a shipment under an id of its own. Call it under the lock.
func (s *Shop) attach(row *orderRow, sh shipment) shipment {
	s.waybills[sh.waybill]++
	sh.id = fmt.Sprintf("shipment-%x-%d", row.ID, len(row.Value.shipments)+1)
	row.Value.shipments = append(slices.Clip(row.Value.shipments), sh)
	s.changed(row, "")
	return sh
}
