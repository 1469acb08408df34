package i18n

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// root is the repository, seen from this package.
const root = "../../.."

// usage is what the program's source says about keys. Pages are seen through their generated Go.
type usage struct {
	literals map[string]bool   // every string in the source
	keys     map[string]string // what is surely a key, with the place of one use
}

func scan(t *testing.T) usage {
	t.Helper()
	u := usage{literals: map[string]bool{}, keys: map[string]string{}}
	fset := token.NewFileSet()
	for _, dir := range []string{"cmd", "connector", "internal"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if os.IsNotExist(err) {
				return nil
			}
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return nil // a file that does not parse fails the build, which says it better
			}
			ast.Inspect(file, func(n ast.Node) bool { u.note(fset, n); return true })
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return u
}

func (u usage) note(fset *token.FileSet, n ast.Node) {
	switch n := n.(type) {
	case *ast.BasicLit:
		if s, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
			u.literals[s] = true
		}
	case *ast.CallExpr:
		i, ok := keyArg(n)
		if !ok || i >= len(n.Args) {
			return
		}
		if lit, ok := n.Args[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil && strings.Contains(s, ".") && !strings.ContainsAny(s, " %") {
				u.keys[s] = fset.Position(lit.Pos()).String()
			}
		}
	}
}

// keyArg is the place of the key among the arguments of a call that takes one.
func keyArg(call *ast.CallExpr) (i int, ok bool) {
	sel, isSel := call.Fun.(*ast.SelectorExpr)
	if !isSel {
		return 0, false
	}
	pkg := ""
	if id, ok := sel.X.(*ast.Ident); ok {
		pkg = id.Name
	}
	switch {
	case pkg == "i18n" && sel.Sel.Name == "T", pkg == "errs" && sel.Sel.Name == "New":
		return 1, true
	case pkg == "errs" && sel.Sel.Name == "Wrap":
		return 2, true
	case pkg == "i18n" && sel.Sel.Name == "Key":
		return 0, true
	case sel.Sel.Name == "Fail" && len(call.Args) >= 2: // errs.Check
		return 1, true
	case sel.Sel.Name == "That" && len(call.Args) >= 3:
		return 2, true
	}
	return 0, false
}

// dynamic reads the prefixes of keys that are put together at run time.
func dynamic(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("locales/dynamic.txt")
	if err != nil {
		t.Fatal(err)
	}
	var prefixes []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			prefixes = append(prefixes, line)
		}
	}
	return prefixes
}

func TestEveryUsedKeyExists(t *testing.T) {
	t.Parallel()
	for key, place := range scan(t).keys {
		if !Has(key) {
			t.Errorf("%s: the catalogue has no %q; add it to locales/<area>.{uk,pl,ru,en}.json", place, key)
		}
	}
}

func TestNoUnusedKey(t *testing.T) {
	t.Parallel()
	u, prefixes := scan(t), dynamic(t)
	// The general errors are the vocabulary of errs.Code; not every one needs a caller at every moment.
	prefixes = append(prefixes, "error.internal", "error.invalid", "error.not_found", "error.conflict", "error.forbidden",
		"error.unauthed", "error.too_many", "error.too_large", "error.unavailable")
	for key := range embedded.texts[Ukrainian] {
		if u.literals[key] || hasAnyPrefix(key, prefixes) {
			continue
		}
		t.Errorf("nothing uses %q (area %q); delete it, or add its prefix to locales/dynamic.txt", key, embedded.area[Ukrainian][key])
	}
	for _, p := range prefixes {
		if !hasKeyUnder(p) {
			t.Errorf("no key begins with %q of locales/dynamic.txt", p)
		}
	}
}

func hasAnyPrefix(key string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(key, p) {
			return true
		}
	}
	return false
}

func hasKeyUnder(prefix string) bool {
	for key := range embedded.texts[Ukrainian] {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}
