package prestashop

import (
	"strconv"
)

type langRow struct {
	id  int64
	iso string
}

// languages of the shop: their ids are no ISO codes.
var languages = []langRow{{1, "uk"}, {2, "en"}}

// state is an order state; key is the configuration's name of it, "" for one the owner made.
type state struct {
	id                      int64
	key, name               string
	paid, shipped, delivery bool
	cancels                 bool // gives the goods back
}

// stateTable numbers the states as the sheet's table does; old is 1.6.
func stateTable(old bool) []state {
	id := func(now, before int64) int64 {
		if old {
			return before
		}
		return now
	}
	return []state{
		{id: 1, key: "PS_OS_CHEQUE", name: "Очікується оплата чеком"},
		{id: 2, key: "PS_OS_PAYMENT", name: "Оплату прийнято", paid: true},
		{id: 3, key: "PS_OS_PREPARATION", name: "В обробці", paid: true, delivery: true},
		{id: 4, key: "PS_OS_SHIPPING", name: "Відправлено", paid: true, shipped: true, delivery: true},
		{id: 5, key: "PS_OS_DELIVERED", name: "Доставлено", paid: true, shipped: true, delivery: true},
		{id: 6, key: "PS_OS_CANCELED", name: "Скасовано", cancels: true},
		{id: 7, key: "PS_OS_REFUND", name: "Кошти повернено"},
		{id: 8, key: "PS_OS_ERROR", name: "Помилка оплати", cancels: true},
		{id: 9, key: "PS_OS_OUTOFSTOCK_PAID", name: "Під замовлення (оплачено)", paid: true},
		{id: 10, key: "PS_OS_BANKWIRE", name: "Очікується банківський переказ"},
		{id: id(11, 12), key: "PS_OS_WS_PAYMENT", name: "Віддалений платіж прийнято", paid: true},
		{id: id(12, 13), key: "PS_OS_OUTOFSTOCK_UNPAID", name: "Під замовлення (не оплачено)"},
		{id: id(13, 14), key: "PS_OS_COD_VALIDATION", name: "Очікується підтвердження післяплати"},
		{id: 21, name: "Передано кур'єру", shipped: true, delivery: true},
		{id: 22, name: "Збирається на складі", delivery: true},
		{id: 23, name: "Чекає відповіді покупця"},
	}
}

func (s *Shop) state(id int64) *state {
	for i := range s.states {
		if s.states[i].id == id {
			return &s.states[i]
		}
	}
	return nil
}

func (s *Shop) stateID(key string) int64 {
	for _, st := range s.states {
		if st.key == key {
			return st.id
		}
	}
	return 0
}

// word is a state as OrderState shows it: the configuration's name, which no install order changes, else the id.
func (s *Shop) word(id int64) string {
	if st := s.state(id); st != nil && st.key != "" {
		return st.key
	}
	return strconv.FormatInt(id, 10)
}

type carrier struct {
	id   int64
	name string
}

var carriers = []carrier{{1, "Самовивіз"}, {2, "Нова Пошта"}}

// fixed is a resource whose rows never change.
func fixed(name, node string, fields []string, rows func() []*element) *resource {
	return &resource{name: name, node: node, fields: fields, rows: func(*query) ([]*element, bool) { return rows(), false }}
}

func (s *Shop) stateRows() (out []*element) {
	for _, st := range s.states {
		out = append(out, group("order_state", whole("id", st.id), flag("paid", st.paid), flag("shipped", st.shipped), flag("delivery", st.delivery),
			flag("logable", st.paid), flag("invoice", st.paid), flag("hidden", false), flag("send_email", true), flag("deleted", false),
			leaf("module_name", ""), words("name", st.name)))
	}
	return out
}

// configuration names the authoritative ids of the states. The rows after them are of the public documentation: default
// currency, language and country, the shop's zone, what happens when nothing is left, and multistore.
func (s *Shop) configuration() (out []*element) {
	add := func(name, value string) {
		out = append(out, group("configuration", whole("id", int64(len(out)+1)), leaf("name", name), leaf("value", value), leaf("id_shop", "")))
	}
	for _, st := range s.states {
		if st.key != "" {
			add(st.key, strconv.FormatInt(st.id, 10))
		}
	}
	add("PS_CURRENCY_DEFAULT", "3")
	add("PS_LANG_DEFAULT", "1")
	add("PS_COUNTRY_DEFAULT", "216")
	add("PS_TIMEZONE", s.o.Zone.String())
	add("PS_ORDER_OUT_OF_STOCK", "0")
	add("PS_STOCK_MANAGEMENT", "1")
	if len(s.o.Shops) > 1 {
		add("PS_MULTISHOP_FEATURE_ACTIVE", "1")
		add("PS_ORDER_OUT_OF_STOCK", "1") // the second shop has a row of its own
		out[len(out)-1].set(whole("id_shop", s.o.Shops[1]))
	}
	return out
}

// table lists the resources.
func (s *Shop) table() map[string]*resource {
	list := []*resource{
		fixed("order_states", "order_state", []string{"id", "name", "paid", "shipped", "delivery", "logable", "invoice", "hidden", "send_email",
			"deleted", "module_name"}, s.stateRows),
		fixed("configurations", "configuration", []string{"id", "name", "value", "id_shop"}, s.configuration),
		fixed("currencies", "currency", []string{"id", "name", "iso_code", "active", "deleted"}, func() []*element {
			return []*element{
				group("currency", whole("id", 3), leaf("name", s.o.Currency), leaf("iso_code", s.o.Currency), flag("active", true), flag("deleted", false)),
				group("currency", whole("id", 4), leaf("name", "Euro"), leaf("iso_code", "EUR"), flag("active", true), flag("deleted", false)),
			}
		}),
		fixed("countries", "country", []string{"id", "iso_code", "call_prefix"}, func() []*element {
			return []*element{
				group("country", whole("id", 14), leaf("iso_code", "PL"), leaf("call_prefix", "48")),
				group("country", whole("id", 216), leaf("iso_code", "UA"), leaf("call_prefix", "380")),
			}
		}),
		fixed("carriers", "carrier", []string{"id", "name", "active", "deleted"}, func() (out []*element) {
			for _, c := range carriers {
				out = append(out, group("carrier", whole("id", c.id), flag("active", true), flag("deleted", false), leaf("name", c.name)))
			}
			return out
		}),
		s.productResource(), s.combinationResource(), s.stockResource(),
		s.orderResource(), s.historyResource(), s.orderCarrierResource(),
		{name: "customers", node: "customer", fields: []string{"id", "email", "firstname", "lastname"}, rows: s.customerRows},
		{name: "addresses", node: "address", fields: []string{"id", "id_customer", "id_country", "id_state", "company", "lastname", "firstname",
			"address1", "address2", "postcode", "city", "other", "phone", "phone_mobile"}, rows: s.addressRows},
		{name: "customer_threads", node: "customer_thread", fields: []string{"id", "id_order", "id_customer"}, rows: s.threadRows},
		{name: "customer_messages", node: "customer_message", fields: []string{"id", "id_customer_thread", "id_employee", "message", "private"},
			rows: s.messageRows},
	}
	out := map[string]*resource{}
	for _, r := range list {
		out[r.name] = r
	}
	return out
}
