package opencartdb

import "strings"

// Generations of OpenCart whose tables the simulator has.
const (
	Three   = "3.0"
	Four    = "4.0"
	FourOne = "4.1"
)

// tables are the tables of the API sheet, part 5, as "name: column column/t"; a column is a number unless it says that it is a
// text. Decimals and times are texts, so that they come as they were put.
const tables = `
order: order_id store_id store_name/t store_url/t customer_id firstname/t lastname/t email/t telephone/t custom_field/t payment_method/t payment_zone/t payment_city/t payment_postcode/t payment_address_1/t payment_address_2/t shipping_firstname/t shipping_lastname/t shipping_method/t shipping_zone/t shipping_city/t shipping_postcode/t shipping_address_1/t shipping_address_2/t comment/t total/t order_status_id tracking/t language_id currency_code/t currency_value/t ip/t date_added/t date_modified/t
order_product: order_product_id order_id product_id name/t model/t quantity price/t total/t tax/t reward
order_option: order_option_id order_id order_product_id product_option_id product_option_value_id name/t value/t type/t
order_total: order_total_id order_id code/t title/t value/t sort_order
order_history: order_history_id order_id order_status_id notify comment/t date_added/t
order_status: order_status_id language_id name/t
product: product_id model/t sku/t upc/t ean/t quantity stock_status_id price/t tax_class_id subtract minimum status date_available/t date_added/t date_modified/t
product_description: product_id language_id name/t
product_option_value: product_option_value_id product_option_id product_id option_id option_value_id quantity subtract price/t price_prefix/t
option_value_description: option_value_id language_id option_id name/t
product_discount: product_discount_id product_id customer_group_id quantity priority price/t date_start/t date_end/t
product_special: product_special_id product_id customer_group_id priority price/t date_start/t date_end/t
setting: setting_id store_id key/t value/t
customer: customer_id email/t password/t
`

// differ is what a generation has more (+) or less (-).
var differ = map[string]string{
	Three:   "+order: payment_code/t shipping_code/t",
	Four:    "+order: transaction_id/t\n+order_product: master_id\n+product: master_id variant/t override/t",
	FourOne: "+order: transaction_id/t\n+order_product: master_id\n+product: master_id variant/t override/t\n+product_discount: type/t special\n-product_special",
}

// relation is one with its columns in order.
type relation struct {
	name    string
	columns []string
	texts   map[string]bool
}

func (t *relation) add(columns string) {
	for _, c := range strings.Fields(columns) {
		name, text := strings.CutSuffix(c, "/t")
		t.columns = append(t.columns, name)
		t.texts[name] = text
	}
}

// schemaOf are the tables of a generation.
func schemaOf(generation string) []*relation {
	var out []*relation
	byName := map[string]*relation{}
	for _, l := range strings.Split(strings.TrimSpace(tables), "\n") {
		name, columns, _ := strings.Cut(l, ":")
		t := &relation{name: name, texts: map[string]bool{}}
		t.add(columns)
		byName[name] = t
		out = append(out, t)
	}
	for _, l := range strings.Split(differ[generation], "\n") {
		name, columns, more := strings.Cut(l[1:], ":")
		if more {
			byName[name].add(columns)
			continue
		}
		for i, t := range out {
			if t.name == name {
				out = append(out[:i], out[i+1:]...)
				break
			}
		}
	}
	return out
}

// Tables are the names of a generation's tables, without prefix.
func Tables(generation string) (names []string) {
	for _, t := range schemaOf(generation) {
		names = append(names, t.name)
	}
	return names
}

// create is the statement that makes a table; the first column is its key, of statuses and descriptions together with the language.
func (t *relation) create(prefix string) string {
	var columns []string
	single := len(t.columns) < 2 || t.columns[1] != "language_id"
	for i, c := range t.columns {
		kind := " integer not null default 0"
		if t.texts[c] {
			kind = " text not null default ''"
		}
		if i == 0 && single {
			kind = " integer primary key" // numbers itself
		}
		columns = append(columns, "`"+c+"`"+kind)
	}
	if single {
		return "create table `" + prefix + t.name + "` (" + strings.Join(columns, ", ") + ")"
	}
	return "create table `" + prefix + t.name + "` (" + strings.Join(columns, ", ") + ", primary key (`" + t.columns[0] + "`, `language_id`))"
}
