// Package opencartdb simulates the database of an OpenCart shop: a server that speaks MySQL's protocol in front of the tables of the
// API sheet, part 5, for OpenCart 3.0, 4.0 or 4.1, and the shop's own routines that buyers set off. It runs a client's real SQL.
//
// Faults of HTTP have their like: too many requests are too many connections, an expired token is a password that was changed,
// broken JSON is a broken packet. Rows that repeat, change places or have unknown fields have none: a database sorts.
package opencartdb

import (
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// What a client signs in with.
const (
	User     = "lad_reader"
	Password = "sim-database-password"
	Database = "opencart"
)

// layout of times in the tables.
const layout = sim.LocalLayout

// Options are how the shop is built.
type Options struct {
	sim.Options
	Generation string         // Three when empty
	Prefix     string         // of tables; "oc_" when empty
	Zone       *time.Location // of the shop; Kyiv when nil
	Tax        int64          // percent on top of prices
}

// Shop is a simulated OpenCart database.
type Shop struct {
	*sim.Front
	o Options

	mu    sync.Mutex
	db    *engine
	bySKU map[string]string // offer by the seller's code
	codes map[string]string // the seller's code by offer
	four  bool              // has variants
}

var (
	_ sim.Shop     = (*Shop)(nil)
	_ sim.Listener = (*Shop)(nil)
)

// New makes a shop without goods and orders.
func New(o Options) *Shop {
	if o.Generation == "" {
		o.Generation = Three
	}
	if o.Prefix == "" {
		o.Prefix = "oc_"
	}
	if o.Zone == nil {
		o.Zone = sim.Kyiv()
	}
	s := &Shop{
		Front: sim.NewFront("opencartdb", o.Options, 5), o: o, db: newEngine(o.Prefix, Database, schemaOf(o.Generation)), bySKU: map[string]string{}, codes: map[string]string{},
		four: o.Generation != Three,
	}
	for _, st := range statuses {
		s.db.must(s.sql("insert into {order_status} (order_status_id, language_id, name) values (?, 1, ?)"), st.id, st.name)
	}
	for key, value := range map[string]string{
		"config_name": "Simulated &amp; Sons", "config_currency": "UAH", "config_customer_group_id": "1", "config_stock_checkout": "0",
		"config_processing_status": `["5","1","2","12","3"]`, "config_complete_status": `["5","3"]`, "config_mail_smtp_password": "not for everybody",
	} {
		s.db.must(s.sql("insert into {setting} (setting_id, store_id, `key`, value) select coalesce(max(setting_id), 0) + 1, 0, ?, ? from {setting}"), key, value)
	}
	return s
}

// Settings implements sim.Shop.
func (s *Shop) Settings(baseURL string) map[string]string {
	u, err := url.Parse(baseURL)
	if err != nil {
		u = &url.URL{}
	}
	return map[string]string{
		"host": u.Hostname(), "port": u.Port(), "database": Database, "username": User, "password": Password, "prefix": s.o.Prefix, "zone": s.o.Zone.String(),
		"encryption": "auto",
	}
}

func (s *Shop) version() string {
	if s.four {
		return "8.0.36"
	}
	return "5.5.5-10.11.6-MariaDB"
}

// Deny takes a right ("select" or "update") on a table from the user: on the columns named, or on the whole table.
func (s *Shop) Deny(right, table string, columns ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.db.denied[right+" "+table] = columns
	s.db.showRights()
}

// Allow gives all rights back.
func (s *Shop) Allow() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.db.denied)
	s.db.showRights()
}

// Exec changes rows as the shop's owner can, with {table} for a table's name.
func (s *Shop) Exec(query string, args ...any) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.db.must(s.sql(query), args...)
}

// run runs a client's statement and tells of what it changed.
func (s *Shop) run(user, query string, now time.Time, readOnly, ignore bool) (names []string, rows [][]*string, affected int64, err error) {
	s.mu.Lock()
	var before []sim.OfferState
	writes := len(query) > 6 && (query[0] == 'U' || query[0] == 'u')
	if writes {
		before = s.offers("")
	}
	names, rows, affected, err = s.db.run(user, query, now, readOnly, ignore)
	var changes []sim.OfferChange
	if writes && err == nil {
		for i, after := range s.offers("") {
			changes = append(changes, sim.OfferChange{Shop: s.Name(), Cause: sim.CauseAPI, At: s.Now(), Before: before[i], After: after})
		}
	}
	s.mu.Unlock()
	s.Tell(changes)
	return names, rows, affected, err
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func atoi(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64) // the simulator's own rows
	return n
}
