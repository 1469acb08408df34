package opencartdb

import (
	"math/big"
	"strings"

	"github.com/lad-hub/lad/internal/drivers/wire"
)

// seesSpecials says whether the user can see what may stand in for a product's own price.
func (sh *shape) seesSpecials() bool {
	if sh.oneTable() {
		return sh.has("product_discount", "product_id", "customer_group_id", "quantity", "priority", "price", "type", "special", "date_start", "date_end")
	}
	return sh.has("product_special", "product_id", "customer_group_id", "priority", "price", "date_start", "date_end") &&
		sh.has("product_discount", "product_id", "customer_group_id", "quantity", "priority", "price", "date_start", "date_end")
}

// oneTable: OpenCart 4.1 keeps special prices among the discounts.
func (sh *shape) oneTable() bool { return sh.has("product_discount", "special") }

// hidden finds what stands in for products' own prices now, for the default group of buyers: special prices before discounts from
// one piece on, as the shop shows them.
func (s *session) hidden(sh *shape, ids []int64) (map[int64]row, error) {
	if !sh.seesSpecials() {
		return map[int64]row{}, nil
	}
	const dated = " d.date_start AS begins, d.date_end AS ends FROM "
	where := " d WHERE d.customer_group_id = ? AND d.product_id IN " + list(ids)
	queries := []string{
		"SELECT d.product_id, d.price, 'F' AS type," + dated + "{product_special}" + where + " ORDER BY d.priority, d.price",
		"SELECT d.product_id, d.price, 'F' AS type," + dated + "{product_discount}" + where + " AND d.quantity = 1 ORDER BY d.priority, d.price",
	}
	if sh.oneTable() {
		queries = []string{"SELECT d.product_id, d.price, d.type," + dated + "{product_discount}" + where + " AND d.quantity = 1 ORDER BY d.special DESC, d.priority, d.price"}
	}
	buyers := max(wire.Text(sh.settings["config_customer_group_id"]).Number(), 1) // OpenCart's own default
	now := s.c.local(s.c.cfg.Now())
	out := map[int64]row{}
	for _, q := range queries {
		found, err := s.rows(q, buyers)
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			if id := r["product_id"].Number(); out[id] == nil && begun(r["begins"], now) && !ended(r["ends"], now) {
				out[id] = r
			}
		}
	}
	return out, nil
}

// begun and ended read a date, which may be none, as the shop does: the midnight it begins with.
func begun(date wire.Text, now string) bool { return midnight(date) < now }

func ended(date wire.Text, now string) bool {
	at := midnight(date)
	return at != "" && at <= now
}

func midnight(date wire.Text) string {
	day, _, _ := strings.Cut(string(date), " ")
	if day == "" || strings.HasPrefix(day, "0000-") {
		return ""
	}
	return day + " 00:00:00"
}

// price is a special price or discount as an amount: 4.1 also knows percents and amounts off.
func price(special row, own *big.Rat) *big.Rat {
	figure := number(special["price"])
	if figure == nil || own == nil {
		return figure
	}
	switch special["type"] {
	case "P":
		return new(big.Rat).Sub(own, new(big.Rat).Mul(own, new(big.Rat).Quo(figure, big.NewRat(100, 1))))
	case "S":
		return new(big.Rat).Sub(own, figure)
	}
	return figure
}
