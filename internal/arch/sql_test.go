package arch

import (
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// owners are the folders that may name a table in SQL.
var owners = map[string][]string{
	"internal/identity":         {"tenant", "account", "session", "api_token", "one_time_link"},
	"internal/catalog":          {"product", "sku", "kit_part", "barcode", "sku_word", "catalog_import", "catalog_import_change"},
	"internal/stock":            {"warehouse", "level", "move", "hold", "shortage", "stock_document", "stock_document_line"},
	"internal/connections":      {"connection", "listing", "listing_stock", "listing_price", "connection_hour", "connection_map", "connection_grant", "channel_fee", "link_batch", "link_batch_item"},
	"internal/feeds":            {"feed", "feed_read", "feed_category"},
	"internal/customers":        {"customer", "customer_identity", "customer_word"},
	"internal/orders":           {"orders", "order_line", "order_push"},
	"internal/moving":           {"moving_run", "moving_link", "moving_aside"},
	"internal/tasks":            {"task"},
	"internal/baselinker":       {"bl_entry", "bl_order", "bl_product", "bl_parcel", "bl_return", "bl_token"},
	"internal/platform/facts":   {"fact"},
	"internal/webhooks":         {"webhook", "webhook_delivery"},
	"internal/api":              {"api_answer"},
	"internal/platform/journal": {"journal", "journal_tail"},
	"internal/platform/lease":   {"lease"},
	"internal/platform/ids":     {"id_block"},
}

// readers may read every table; what they write is not named in their text.
var readers = []string{"internal/report", "internal/backup"}

// everyTable may name every table: measurements build a shop of a million orders without waiting for its use cases.
var everyTable = []string{"internal/bench", "internal/torture"}

// table is what the migrations say of one.
type table struct {
	name      string
	hasTenant bool
}

var createTable = regexp.MustCompile(`(?is)create table (\w+) \((.*?)\n\)`)

const migrationsDir = "internal/platform/db/migrations"

func schema(t *testing.T) map[string]table {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, migrationsDir, "*.sql"))
	if err != nil || len(files) == 0 {
		t.Fatal("no migrations found", err)
	}
	out := map[string]table{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range createTable.FindAllStringSubmatch(string(text), -1) {
			out[m[1]] = table{name: m[1], hasTenant: strings.Contains(m[2], "tenant_id")}
		}
	}
	return out
}

// statement is one SQL text of the program, put together from its literals; what is only known at run time is " ¤ ".
type statement struct {
	pos  token.Pos
	in   *source
	text string
}

var startsSQL = regexp.MustCompile(`(?i)^\s*(select|insert|update|delete|with)\s`)

// statements finds every SQL text. A concatenation is one statement; constants of the package are put in.
func statements(all *tree) []statement {
	_, of := all.packages()
	var out []statement
	for _, files := range of {
		constants := stringConstants(files)
		for _, s := range files {
			if s.generated || s.dir == "internal/arch" {
				continue
			}
			ast.Inspect(s.syntax, func(n ast.Node) bool {
				e, ok := n.(ast.Expr)
				if !ok {
					return true
				}
				text, literal := flatten(e, constants)
				if !literal {
					return true
				}
				if startsSQL.MatchString(text) {
					out = append(out, statement{e.Pos(), s, text})
				}
				return false
			})
		}
	}
	return out
}

// stringConstants are the package's constants of text, by name, those of functions too.
func stringConstants(files []*source) map[string]string {
	out := map[string]string{}
	for _, s := range files {
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			d, ok := n.(*ast.GenDecl)
			if !ok || d.Tok != token.CONST {
				return true
			}
			for _, spec := range d.Specs {
				v := spec.(*ast.ValueSpec)
				for i, e := range v.Values {
					if text, literal := flatten(e, out); literal {
						out[v.Names[i].Name] = text
					}
				}
			}
			return true
		})
	}
	return out
}

// flatten is the text of a string literal or of a concatenation that has one; false for anything else.
func flatten(e ast.Expr, constants map[string]string) (string, bool) {
	switch x := e.(type) {
	case *ast.ParenExpr:
		return flatten(x.X, constants)
	case *ast.BasicLit:
		if x.Kind != token.STRING {
			return " ¤ ", false
		}
		text, err := strconv.Unquote(x.Value)
		return text, err == nil
	case *ast.Ident:
		if text, ok := constants[x.Name]; ok {
			return text, false
		}
	case *ast.BinaryExpr:
		if x.Op != token.ADD {
			break
		}
		a, isA := flatten(x.X, constants)
		b, isB := flatten(x.Y, constants)
		return a + b, isA || isB
	}
	return " ¤ ", false
}

var (
	mention     = regexp.MustCompile(`(?i)\b(from|join|into|update|table)\s+(?:only\s+)?(\w+)`)
	writes      = regexp.MustCompile(`(?i)\b(?:insert\s+into|update|delete\s+from|alter\s+table|drop\s+table|truncate)\s+(\w+)`)
	upsertOrRow = regexp.MustCompile(`(?i)\b(for|do)\s+update\b|\bon\s+conflict\s*\([^)]*\)`)
	comments    = regexp.MustCompile(`--[^\n]*`)
	texts       = regexp.MustCompile(`'[^']*'`)
)

// clean drops what looks like a table but is none: comments, quoted text, "for update", "on conflict (tenant_id, …) do update".
func clean(text string) string {
	return upsertOrRow.ReplaceAllString(texts.ReplaceAllString(comments.ReplaceAllString(text, ""), "''"), " ")
}

// tablesOf lists the tables a text names, each as often as it does.
func tablesOf(text string, known map[string]table) (all, written []string) {
	for _, m := range mention.FindAllStringSubmatch(text, -1) {
		if _, ok := known[strings.ToLower(m[2])]; ok {
			all = append(all, strings.ToLower(m[2]))
		}
	}
	for _, m := range writes.FindAllStringSubmatch(text, -1) {
		if _, ok := known[strings.ToLower(m[1])]; ok {
			written = append(written, strings.ToLower(m[1]))
		}
	}
	return all, written
}

func TestEveryTableHasAnOwner(t *testing.T) {
	t.Parallel()
	known, owned := schema(t), map[string]string{}
	for dir, names := range owners {
		for _, name := range names {
			if owned[name] != "" {
				t.Errorf("table %s has two owners: %s and %s", name, owned[name], dir)
			}
			if _, ok := known[name]; !ok {
				t.Errorf("%s owns table %s, which does not exist", dir, name)
			}
			owned[name] = dir
		}
	}
	for name := range known {
		if owned[name] == "" {
			t.Errorf("table %s has no owner: add it to owners", name)
		}
	}
}

func TestOnlyOwnersNameTheirTables(t *testing.T) {
	t.Parallel()
	all, known := load(t), schema(t)
	found := 0
	for _, st := range statements(all) {
		if st.in.inTests() || under(st.in.dir, everyTable...) {
			continue
		}
		named, written := tablesOf(clean(st.text), known)
		found += len(named)
		for _, name := range unique(named) {
			switch {
			case slices.ContainsFunc(ownersOf(name), func(o string) bool { return under(st.in.dir, o) }):
			case under(st.in.dir, readers...) && !slices.Contains(written, name):
			default:
				t.Errorf("%s: %s names table %s of %s", all.at(st.pos), st.in.dir, name, strings.Join(ownersOf(name), ", "))
			}
		}
	}
	if found < 100 {
		t.Errorf("only %d mentions of tables found: the test does not see the SQL", found)
	}
}

func ownersOf(name string) (out []string) {
	for dir, names := range owners {
		if slices.Contains(names, name) {
			out = append(out, dir)
		}
	}
	return out
}

func unique(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}
