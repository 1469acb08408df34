package allegro

import (
	"fmt"
	"hash/fnv"
	"strconv"

	"github.com/lad-hub/lad/internal/sim"
)

// deliveryMinor is what a buyer pays for delivery.
const deliveryMinor = 8_99

// dueMinor is what the buyer pays: delivery counts once it has been chosen.
func (o *order) dueMinor() int64 {
	if o.form == formBought {
		return o.goodsMinor()
	}
	return o.goodsMinor() + deliveryMinor
}

// formView is a checkout form as the API writes it.
type formView struct {
	ID          string            `json:"id"`
	Message     *string           `json:"messageToSeller"`
	Buyer       any               `json:"buyer"`
	Payment     any               `json:"payment"`
	Status      string            `json:"status"`
	Fulfillment any               `json:"fulfillment"`
	Delivery    any               `json:"delivery"`
	Invoice     any               `json:"invoice"`
	Lines       []any             `json:"lineItems"`
	Surcharges  []any             `json:"surcharges"`
	Discounts   []any             `json:"discounts"`
	Note        *string           `json:"note"`
	Marketplace any               `json:"marketplace"`
	Summary     map[string]amount `json:"summary"`
	UpdatedAt   string            `json:"updatedAt"`
	Revision    string            `json:"revision"`
}

// view is a form as JSON; call it under the lock.
func view(c *sim.Call, r *orderRow) any {
	o := &r.Value
	if o.raw != nil {
		return o.raw
	}
	v := formView{
		ID: uuid(r.ID), Buyer: buyer(r), Payment: o.paymentView(c, r), Status: o.form, Delivery: o.delivery(),
		Fulfillment: map[string]any{
			"status": o.fulfillment, "shipmentSummary": map[string]string{"lineItemsSent": o.sent()}, "provider": map[string]string{"id": o.provider},
		},
		Invoice: map[string]any{"required": false, "address": nil, "dueDate": nil}, Lines: o.lineViews(c, r), Surcharges: []any{}, Discounts: []any{},
		Marketplace: map[string]string{"id": marketplace}, Summary: map[string]amount{"totalToPay": pln(o.dueMinor())},
		UpdatedAt: stamp(c, r.Changed), Revision: strconv.FormatInt(o.revision, 16),
	}
	if o.comment != "" {
		v.Message = &o.comment
	}
	return sim.Merge(v, o.over)
}

// buyerKey is the same for the same phone, one per order for a buyer without one.
func buyerKey(r *orderRow) uint32 {
	h := fnv.New32a()
	if r.Value.buyer.Phone == "" {
		_, _ = fmt.Fprint(h, r.ID) // a hash takes every write
	}
	_, _ = h.Write([]byte(r.Value.buyer.Phone))
	return h.Sum32()
}

func login(r *orderRow) string { return fmt.Sprintf("kupiec_%d", buyerKey(r)%10_000) }

// buyer is the buyer's account with the masked address.
func buyer(r *orderRow) any {
	b := r.Value.buyer
	first, last := sim.SplitName(b.Name)
	return map[string]any{
		"id": fmt.Sprint(40_000_000 + int64(buyerKey(r))), "email": fmt.Sprintf("%08x+%x@allegromail.pl", buyerKey(r), r.ID), "login": login(r),
		"firstName": first, "lastName": last, "companyName": nil, "guest": false, "personalIdentity": nil, "phoneNumber": b.Phone,
		"preferences": map[string]string{"language": "pl-PL"},
		"address":     map[string]any{"street": b.Address, "city": b.City, "postCode": "00-001", "countryCode": "PL"},
	}
}

func (o *order) paymentView(c *sim.Call, r *orderRow) any {
	if o.form == formBought {
		return nil
	}
	provider := "AF"
	if o.payment == payOnDelivery {
		provider = "OFFLINE"
	}
	var finished any
	paid := pln(0)
	if !o.paidAt.IsZero() {
		finished, paid = stamp(c, o.paidAt), pln(o.dueMinor())
	}
	return map[string]any{
		"id": fmt.Sprintf("7e000000-7a13-11f1-9c52-%012x", r.ID), "type": o.payment, "provider": provider, "finishedAt": finished, "paidAmount": paid,
		"reconciliation": nil, "features": []string{},
	}
}

// delivery has no address before the form is filled in.
func (o *order) delivery() any {
	if o.form == formBought {
		return map[string]any{"address": nil, "method": nil, "pickupPoint": nil, "cost": nil}
	}
	b := o.buyer
	first, last := sim.SplitName(b.Name)
	var point any
	if b.Warehouse != "" {
		point = map[string]any{"id": b.Warehouse, "name": b.Address, "description": "", "address": map[string]string{"street": b.Address, "city": b.City}}
	}
	return map[string]any{
		"address": map[string]any{
			"firstName": first, "lastName": last, "street": b.Address, "city": b.City, "zipCode": "00-001", "countryCode": "PL", "companyName": nil,
			"phoneNumber": b.Phone, "modifiedAt": nil,
		},
		"method":      map[string]string{"id": "2653ae10-0000-0000-0000-000000000001", "name": "Allegro Paczkomaty InPost"},
		"pickupPoint": point, "cost": pln(deliveryMinor), "time": nil, "smart": false, "cancellation": nil, "calculatedNumberOfPackages": 1,
	}
}

func (l line) offer() map[string]any {
	var external any
	if l.sku != "" {
		external = map[string]string{"id": l.sku}
	}
	return map[string]any{"id": fmt.Sprint(l.offerID), "name": l.title, "external": external, "productSet": nil}
}

func (o *order) lineViews(c *sim.Call, r *orderRow) []any {
	out := make([]any, 0, len(o.lines))
	for _, l := range o.lines {
		out = append(out, sim.Merge(map[string]any{
			"id": l.id, "offer": l.offer(), "quantity": l.quantity, "originalPrice": pln(l.priceMinor), "price": pln(l.priceMinor), "deposit": nil,
			"reconciliation": nil, "selectedAdditionalServices": []any{}, "vouchers": []any{}, "tax": nil, "boughtAt": stamp(c, r.Created),
			"discounts": []any{}, "serialNumbers": []any{},
		}, l.over))
	}
	return out
}
