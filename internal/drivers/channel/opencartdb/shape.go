package opencartdb

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/drivers/wire/cart"
	"github.com/lad-hub/lad/internal/platform/money"
)

// shapeTime is how long a look at the tables, the rights and the settings counts.
const shapeTime = 10 * time.Minute

// needed are the columns that Lad can not do without, by table.
var needed = []struct {
	table   string
	columns []string
}{
	{"order", []string{"order_id", "firstname", "lastname", "telephone", "total", "order_status_id", "language_id", "currency_code", "currency_value", "date_added", "date_modified"}},
	{"order_product", []string{"order_product_id", "order_id", "product_id", "name", "model", "quantity", "price", "tax"}},
	{"order_option", []string{"order_option_id", "order_id", "order_product_id", "product_option_id", "product_option_value_id", "name", "value"}},
	{"order_total", []string{"order_id", "code", "title", "value", "sort_order"}},
	{"order_status", []string{"order_status_id", "language_id", "name"}},
	{"product", []string{"product_id", "model", "quantity", "price", "status"}},
	{"product_description", []string{"product_id", "language_id", "name"}},
	{"product_option_value", []string{"product_option_value_id", "product_option_id", "product_id", "option_value_id", "quantity", "subtract", "price", "price_prefix"}},
	{"option_value_description", []string{"option_value_id", "language_id", "name"}},
}

// useful are tables that some shops do not have, or whose owners do not show them.
var useful = []string{"order_history", "product_special", "product_discount", "setting"}

// shape is what the database user sees of the shop, and what the shop's settings say.
type shape struct {
	rights   map[string]map[string]string // of columns, by table without prefix
	settings map[string]string
}

// shape looks at the tables; a shop that Lad can not read is an error in words.
func (s *session) shape() (*shape, error) {
	if s.c.shape != nil && s.c.cfg.Now().Before(s.c.shapeUntil) {
		return s.c.shape, nil
	}
	names := slices.Clone(useful)
	for _, n := range needed {
		names = append(names, n.table)
	}
	args := make([]any, len(names))
	for i, n := range names {
		args[i] = s.c.prefix + n
	}
	// The server lists the columns that this user has any right to, and which.
	list, err := s.rows(`SELECT table_name AS t, column_name AS c, privileges AS p FROM information_schema.columns
		WHERE table_schema = DATABASE() AND table_name IN (?`+strings.Repeat(", ?", len(args)-1)+`)`, args...)
	if err != nil {
		return nil, err
	}
	sh := &shape{rights: map[string]map[string]string{}}
	for _, r := range list {
		table := strings.TrimPrefix(string(r["t"]), s.c.prefix)
		if sh.rights[table] == nil {
			sh.rights[table] = map[string]string{}
		}
		sh.rights[table][strings.ToLower(string(r["c"]))] = strings.ToLower(string(r["p"]))
	}
	if err := s.judge(sh); err != nil {
		return nil, err
	}
	if err := s.settings(sh); err != nil {
		return nil, err
	}
	s.c.shape, s.c.shapeUntil = sh, s.c.cfg.Now().Add(shapeTime)
	return sh, nil
}

// judge says in words what is missing for Lad to read the shop.
func (s *session) judge(sh *shape) error {
	var missing []string
	for _, n := range needed {
		if sh.rights[n.table] == nil {
			missing = append(missing, s.c.prefix+n.table)
			continue
		}
		var columns []string
		for _, column := range n.columns {
			if !sh.may("select", n.table, column) {
				columns = append(columns, column)
			}
		}
		if len(columns) > 0 {
			missing = append(missing, s.c.prefix+n.table+" ("+strings.Join(columns, ", ")+")")
		}
	}
	switch {
	case len(missing) == 0:
		return nil
	case len(sh.rights) > 0:
		return connector.Errorf(connector.KindDenied, "the database user “%s” may not read %s: give it the right SELECT on it", s.c.user, strings.Join(missing, ", "))
	}
	others, err := s.rows(`SELECT table_name AS t FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name LIKE '%order!_product' ESCAPE '!' ORDER BY table_name LIMIT 5`)
	if err != nil {
		return err
	}
	var prefixes []string
	for _, r := range others {
		prefixes = append(prefixes, "“"+strings.TrimSuffix(string(r["t"]), "order_product")+"”")
	}
	if len(prefixes) > 0 {
		return connector.Errorf(connector.KindSettings, "prefix: no table of the shop begins with “%s”, here they begin with %s", s.c.prefix, strings.Join(prefixes, " or "))
	}
	return connector.Errorf(connector.KindSettings, "database: this is not the database of an OpenCart shop, or the user “%s” may read none of its tables", s.c.user)
}

// may says whether the user has a right to columns.
func (sh *shape) may(right, table string, columns ...string) bool {
	for _, column := range columns {
		if !slices.Contains(strings.Split(sh.rights[table][column], ","), right) {
			return false
		}
	}
	return true
}

// has says whether columns are there to be read.
func (sh *shape) has(table string, columns ...string) bool {
	return sh.may("select", table, columns...)
}

// pick lists the columns of a table that are there, with an alias before them, for a SELECT.
func (sh *shape) pick(table, alias string, columns ...string) string {
	var out []string
	for _, column := range columns {
		if sh.has(table, column) {
			out = append(out, alias+".`"+column+"`")
		}
	}
	return strings.Join(out, ", ")
}

// refusesStock says why quantities can not be set, "" when they can; value: of an option's value too.
func (sh *shape) refusesStock(c *channel, value bool) string {
	return sh.refuses(c, "quantities", value, "quantity")
}

func (sh *shape) refusesPrice(c *channel, value bool) string {
	return sh.refuses(c, "prices", value, "price", "price_prefix")
}

// refuses names the rights that are missing to change columns of products, or of option values.
func (sh *shape) refuses(c *channel, what string, value bool, columns ...string) string {
	tables := []string{"product"}
	if value {
		tables = append(tables, "product_option_value")
	}
	var missing []string
	for _, table := range tables {
		lacks := ""
		for _, column := range append(slices.Clone(columns), "date_modified") {
			if _, there := sh.rights[table][column]; there && !sh.may("update", table, column) {
				lacks += ", " + column
			}
		}
		if lacks != "" {
			missing = append(missing, "UPDATE ("+lacks[2:]+") on "+c.prefix+table)
		}
	}
	if len(missing) == 0 {
		return ""
	}
	return what + " are not sent: the database user may only read; the right " + strings.Join(missing, " and ") + " would let it (see the page on this channel)"
}

// settings reads what the shop's owner set, where the user may see it. The table holds passwords too: only what is needed is asked for.
func (s *session) settings(sh *shape) error {
	sh.settings = map[string]string{}
	if sh.has("setting", "store_id", "key", "value") {
		list, err := s.rows("SELECT `key` AS k, `value` AS v FROM {setting} WHERE `store_id` = 0 AND `key` IN" +
			" ('config_name', 'config_currency', 'config_customer_group_id', 'config_stock_checkout', 'config_processing_status', 'config_complete_status')")
		if err != nil {
			return err
		}
		for _, r := range list {
			sh.settings[string(r["k"])] = string(r["v"])
		}
	}
	if s.c.currency == "" && sh.settings["config_currency"] == "" {
		return connector.Errorf(connector.KindSettings, "currency: the user may not read %ssetting, so write here in what currency the shop's prices are", s.c.prefix)
	}
	return nil
}

func (sh *shape) setting(key string) string { return plain(wire.Text(sh.settings[key])) }

// base is the currency of the shop's prices.
func (c *channel) base(sh *shape) money.Currency {
	if c.currency != "" {
		return c.currency
	}
	cur, e := wire.Currency(wire.Text(sh.settings["config_currency"]), info.Currency)
	if e != nil {
		return info.Currency
	}
	return cur
}

// group is the group that the shop's settings put a status in.
func (sh *shape) group(status string) string {
	for _, g := range [][2]string{{"config_complete_status", cart.GroupComplete}, {"config_processing_status", cart.GroupProcessing}} {
		var ids []wire.Text
		if json.Unmarshal([]byte(sh.settings[g[0]]), &ids) == nil && slices.ContainsFunc(ids, func(t wire.Text) bool { return t.ID() == status }) {
			return g[1]
		}
	}
	return ""
}
