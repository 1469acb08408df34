package arch

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// crossTenant are the statements that look over all tenants, because the tenant is what they are to find, or because they
// serve the machine and not a merchant.
var crossTenant = []struct{ dir, has, reason string }{
	{"internal/identity", "where s.token_hash = $1", "a session's token tells the tenant; it is unique over all"},
	{"internal/identity", "where k.hash = $1", "an API token tells the tenant; it is unique over all"},
	{"internal/identity", "from account where email = $1 and tenant_id > 0", "at sign-in the e-mail comes before the tenant"},
	{"internal/identity", "select id from account where tenant_id > 0", "the first start asks whether anybody has an account"},
	{"internal/identity", "max(tenant_id), 0) from tenant", "a new tenant gets the next number"},
	{"internal/identity", "delete from session where tenant_id > 0", "the daily sweep of ended sessions"},
	{"internal/connections", "from connection where state = 'active' order by tenant_id", "the loops of all tenants start with the process"},
	{"internal/webhooks", "from webhook where state = 'active' order by tenant_id", "one loop looks after the webhooks of all tenants"},
	{"internal/backup", "from tenant where tenant_id > 0", "a backup is put back only where no shop is"},
	{"internal/identity", "select tenant_id from tenant", "doctor and figures walk over all tenants"},
}

var (
	insertHead = regexp.MustCompile(`(?is)^\s*insert\s+into\s+(\w+)\s*\(([^)]*)\)`)
	compared   = regexp.MustCompile(`(?i)tenant_id\s*(=|in\b)|\(\s*(\w+\.)?tenant_id\s*,[^()]*\)\s*(=|in\b)|using\s*\(\s*tenant_id`)
	read       = regexp.MustCompile(`(?i)\b(from|join|update)\s+(\w+)`)
)

// Every table that a statement reads or changes is tied to a tenant: there are at least as many comparisons of tenant_id as
// tables; a new row carries it. Row-level security is the second wall, this is the first.
func TestEveryStatementNamesItsTenant(t *testing.T) {
	t.Parallel()
	all, known := load(t), schema(t)
	used, seen := make([]bool, len(crossTenant)), 0
	for _, st := range statements(all) {
		if st.in.inTests() {
			continue
		}
		seen++
		fault := tenantFault(clean(st.text), known)
		if fault == "" {
			continue
		}
		allowed := false
		for i, x := range crossTenant {
			if st.in.dir == x.dir && strings.Contains(st.text, x.has) {
				allowed, used[i] = true, true
			}
		}
		if !allowed {
			t.Errorf("%s: %s: %s", all.at(st.pos), fault, shorten(st.text))
		}
	}
	for i, x := range crossTenant {
		if !used[i] {
			t.Errorf("crossTenant: no statement of %s has %q any more", x.dir, x.has)
		}
	}
	if seen < 100 {
		t.Errorf("only %d statements found: the test does not see the SQL", seen)
	}
}

// tenantFault says what is wrong with a statement, "" when nothing is.
func tenantFault(text string, known map[string]table) string {
	rest := text
	if m := insertHead.FindStringSubmatch(text); m != nil {
		if known[strings.ToLower(m[1])].hasTenant && !strings.Contains(m[2], "tenant_id") && !strings.Contains(m[2], "¤") {
			return "inserts a row without tenant_id"
		}
		rest = text[len(m[0]):]
	}
	tables := 0
	for _, m := range read.FindAllStringSubmatch(rest, -1) {
		if known[strings.ToLower(m[2])].hasTenant {
			tables++
		}
	}
	if n := len(compared.FindAllString(rest, -1)); n < tables {
		return "compares tenant_id " + itoa(n) + " times for " + itoa(tables) + " tables"
	}
	return ""
}

func shorten(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > 160 {
		text = text[:160] + "…"
	}
	return text
}

// The rule itself is tried on statements whose fault is known.
func TestTenantRule(t *testing.T) {
	t.Parallel()
	known := map[string]table{"a": {"a", true}, "b": {"b", true}, "free": {"free", false}}
	for text, faulty := range map[string]bool{
		"select 1 from a where tenant_id = $1":                                                        false,
		"select 1 from a where id = $1":                                                               true,
		"select tenant_id from a where id = $1":                                                       true,
		"select 1 from a join b on b.id = a.id where a.tenant_id = $1":                                true,
		"select 1 from a join b on b.tenant_id = a.tenant_id where a.tenant_id = $1":                  false,
		"select 1 from a join b using (tenant_id, id) where a.tenant_id = $1":                         false,
		"insert into a (id) values ($1)":                                                              true,
		"insert into a (tenant_id, id) values ($1, $2)":                                               false,
		"insert into a (tenant_id, id) select tenant_id, id from b where id = $1":                     true,
		"insert into a (tenant_id, id) select tenant_id, id from b where tenant_id = $1":              false,
		"insert into a (tenant_id) values ($1) on conflict (tenant_id) do update set n = 1":           false,
		"update a set n = 1 where id = $1":                                                            true,
		"delete from a where tenant_id = $1":                                                          false,
		"select 1 from free":                                                                          false,
		"select 1 from a where tenant_id = $1 for update":                                             false,
		"select 1 from a where tenant_id = $1 and not exists (select 1 from b where b.id = a.id)":     true,
		"with d (x) as (values ($2)) update a set n = d.x from d where a.tenant_id = $1":              false,
		"select 1 from a where (tenant_id, id) in (select tenant_id, id from b where tenant_id = $1)": false,
		"select 'from a where x' from free":                                                           false,
		"select 1 from a -- tenant_id = $1\n where id = $1":                                           true,
	} {
		if fault := tenantFault(clean(text), known); (fault != "") != faulty {
			t.Errorf("%q: fault %q, want one: %v", text, fault, faulty)
		}
	}
}

var secretInSchema = regexp.MustCompile(`(?i)\binsert\s+into\b|\$argon2|\$2[aby]\$|password_hash\s+text[^,]*default|begin (rsa|ec|private)`)

// A migration brings structure, never rows: there is no account and no password that every installation shares.
func TestMigrationsSeedNothing(t *testing.T) {
	t.Parallel()
	for _, name := range load(t).files {
		if !strings.HasPrefix(name, migrationsDir+"/") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if m := secretInSchema.FindString(clean(string(text))); m != "" {
			t.Errorf("%s: %q: a migration seeds no rows and no secrets", name, m)
		}
	}
}
