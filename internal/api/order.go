package api

import (
	"encoding/json"

	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// maxOrderBody bounds the body of one order: a thousand lines with long titles fit.
const maxOrderBody = 1 << 20

// maxOrders bounds a batch of orders.
const maxOrders = 100

func (a *API) orderOperations() []operation {
	create := describe[orderInput, orderTakenOut]("POST", "/api/v1/orders", "createOrder", access.OrdersWrite, "Take in an order")
	create.raw, create.key, create.maxBody, create.status = a.orderCreate, keyOfOrders, maxOrderBody, 201
	create = create.says("The key names this order for ever. A repeat with the same bytes is answered with 200 and created false, another body with 409. " +
		"Goods that are not there do not refuse the order: short says what could not be held.").example(json.RawMessage(`{"number": "10482", "currency": "UAH", "placed_at": "2026-05-04T11:00:00Z",
		"customer": {"name": "Оксана Коваль", "phone": "067 123 45 67", "email": "oksana@example.com"},
		"delivery": {"service": "nova_poshta", "city": "Львів", "branch": "12", "price": "70.00"},
		"payment": {"state": "unpaid", "on_pickup": true},
		"lines": [{"sku": "GEN-3000", "quantity": 1, "price": "21999.00"}]}`))
	act := post("/api/v1/orders/{id}/{action}", "actOnOrder", "", "Act on an order", a.orderAct).says("action is confirm, pick, ship, complete, cancel, assign " +
		"or not_duplicate. pick and ship need orders:ship, the others orders:write. A step that the stage does not allow is 409.")
	batch := post("/api/v1/orders/batch", "createOrders", access.OrdersWrite, "Take in up to 100 orders", a.orderBatch).batch().says("Each order has a key of " +
		"its own, as in the header Idempotency-Key of a single one, and an outcome of its own.")
	return tagged("Orders", create, batch,
		get("/api/v1/orders", "listOrders", access.OrdersRead, "List orders, newest first", a.orderList),
		get("/api/v1/orders/{id}", "getOrder", access.OrdersRead, "Read an order with its lines and history", a.orderGet), act)
}

// orderBatchInput is several orders.
type orderBatchInput struct {
	Items []orderItemInput `json:"items" need:"1"`
}

// orderItemInput is one order of a batch.
type orderItemInput struct {
	Key string `json:"key" need:"1" doc:"names this order for ever"`
	orderInput
}

// orderBatchOut is the outcome of a batch, in its order.
type orderBatchOut struct {
	Items []orderItemOut `json:"items"`
}

// orderItemOut is what became of one order: order or error is set.
type orderItemOut struct {
	Key   string         `json:"key"`
	Order *orderTakenOut `json:"order,omitempty"`
	Error *fault         `json:"error,omitempty"`
}

// orderBatch takes in several orders, each for itself.
func (a *API) orderBatch(c call, in orderBatchInput) (orderBatchOut, error) {
	if err := countItems(len(in.Items), maxOrders); err != nil {
		return orderBatchOut{}, err
	}
	out := orderBatchOut{Items: make([]orderItemOut, len(in.Items))}
	var list []orders.Intake
	var at []int
	for i, item := range in.Items {
		out.Items[i].Key = item.Key
		intake, err := a.intakeOf(c, item)
		if err != nil {
			out.Items[i].Error = a.faultOf(c.ctx, err)
			continue
		}
		list, at = append(list, intake), append(at, i)
	}
	for i, res := range a.Orders.IntakeAll(c.ctx, list) {
		item := &out.Items[at[i]]
		if item.Error = a.faultOf(c.ctx, res.Err); res.Err == nil {
			taken := takenJSON(res.Result)
			item.Order = &taken
		}
	}
	return out, nil
}

func (a *API) intakeOf(c call, item orderItemInput) (orders.Intake, error) {
	if item.Key == "" || len(item.Key) > maxKey {
		return orders.Intake{}, errs.New(errs.Invalid, "error.api.item_key")
	}
	order, err := a.channelOrder(item.orderInput, item.Key)
	if err != nil {
		return orders.Intake{}, err
	}
	body, err := json.Marshal(item.orderInput)
	return orders.Intake{Actor: c.who, Source: item.source(), Order: order, Body: body}, err
}
