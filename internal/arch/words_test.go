package arch

import (
	"bytes"
	"go/ast"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestEveryPackageHasADocComment(t *testing.T) {
	t.Parallel()
	all := load(t)
	dirs, of := all.packages()
	for _, dir := range dirs {
		documented, code := false, false
		for _, s := range of[dir] {
			if s.test || s.generated {
				continue
			}
			code = true
			documented = documented || s.syntax.Doc != nil && len(s.syntax.Doc.Text()) > 20
		}
		if code && !documented {
			t.Errorf("%s: no package comment", dir)
		}
	}
}

func TestEveryDomainHasAReadme(t *testing.T) {
	t.Parallel()
	all := load(t)
	dirs, _ := all.packages()
	for _, dir := range dirs {
		if isDomain(dir) && domainOf(dir) == dir && !slices.Contains(all.files, dir+"/README.md") {
			t.Errorf("%s: no README.md: what it owns and does not, invariants, timestamps, failure and retry", dir)
		}
	}
}

func TestEveryExportedIdentifierIsDocumented(t *testing.T) {
	t.Parallel()
	all := load(t)
	for _, s := range all.goes {
		if s.test || s.generated {
			continue
		}
		for _, d := range s.syntax.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && exportedReceiver(d) && d.Doc == nil {
					t.Errorf("%s: %s has no comment", all.at(d.Pos()), d.Name.Name)
				}
			case *ast.GenDecl:
				checkSpecs(t, all, d)
			}
		}
	}
}

// exportedReceiver says whether a function can be named from outside: it has no receiver, or an exported one.
func exportedReceiver(f *ast.FuncDecl) bool {
	if f.Recv == nil {
		return true
	}
	typ := f.Recv.List[0].Type
	for {
		switch x := typ.(type) {
		case *ast.StarExpr:
			typ = x.X
		case *ast.IndexExpr:
			typ = x.X
		case *ast.IndexListExpr:
			typ = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return false
		}
	}
}

// checkSpecs wants a comment on every exported type, constant and variable; one on the group serves all of it.
func checkSpecs(t *testing.T, all *tree, d *ast.GenDecl) {
	t.Helper()
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			if spec.Name.IsExported() && spec.Doc == nil && (d.Doc == nil || d.Lparen.IsValid()) {
				t.Errorf("%s: type %s has no comment", all.at(spec.Pos()), spec.Name.Name)
			}
		case *ast.ValueSpec:
			for _, n := range spec.Names {
				if n.IsExported() && d.Doc == nil && spec.Doc == nil && spec.Comment == nil {
					t.Errorf("%s: %s has no comment", all.at(n.Pos()), n.Name)
				}
			}
		}
	}
}

// A test that sleeps is slow or flaky, one that skips proves nothing.
func TestTestsNeitherSleepNorSkip(t *testing.T) {
	t.Parallel()
	all := load(t)
	for _, s := range all.goes {
		if !s.inTests() {
			continue
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			owner, _ := sel.X.(*ast.Ident)
			switch {
			case sel.Sel.Name == "Sleep" && owner != nil && owner.Name == "time":
				t.Errorf("%s: sleeps; wait for the thing itself with a deadline", all.at(call.Pos()))
			case sel.Sel.Name == "SkipNow" || sel.Sel.Name == "Skipf" || sel.Sel.Name == "Skip" && len(call.Args) < 2 && endsInT(sel.X):
				t.Errorf("%s: skips", all.at(call.Pos()))
			}
			return true
		})
	}
}

// endsInT says whether an expression is a test's own value by its name: t, b, f, m.t.
func endsInT(e ast.Expr) bool {
	switch x := e.(type) {
	case *ast.Ident:
		return len(x.Name) == 1 || x.Name == "rt"
	case *ast.SelectorExpr:
		return len(x.Sel.Name) == 1
	}
	return false
}

var (
	marker   = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|HA` + `CK|XX` + `X)\b|not implemented|unimplemented`)
	places   = regexp.MustCompile(`(^|[^\w.])/(work|root|home/\w+|Users/\w+)/|[A-Z]:\\Users`)
	registry = regexp.MustCompile(`proxy\.golang` + `\.org|sum\.golang` + `\.org|goproxy` + `\.|registry\.npm` + `js|unpkg` + `\.com|jsdelivr` + `\.net|pypi` + `\.org|crates` + `\.io|rubygems` + `\.org|artifac` + `tory`)
)

// vendored are files of others that are kept as they came.
var vendored = []string{"internal/ui/assets/files/htmx.min.js", "go.sum", "LICENSE"}

func TestNoMarkersPlacesOrRegistries(t *testing.T) {
	t.Parallel()
	all := load(t)
	for _, s := range all.goes {
		for _, group := range s.syntax.Comments {
			if m := marker.FindString(group.Text()); m != "" {
				t.Errorf("%s: %q is left over", all.at(group.Pos()), m)
			}
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if ok && lit.Kind == token.STRING && !s.test && strings.Contains(lit.Value, "not impl"+"emented") {
				t.Errorf("%s: promises what is not there", all.at(lit.Pos()))
			}
			return true
		})
	}
	for _, name := range all.files {
		if slices.Contains(vendored, name) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.IndexByte(text, 0) >= 0 {
			continue // not text
		}
		checkText(t, name, string(text))
	}
}

func checkText(t *testing.T, name, text string) {
	t.Helper()
	for i, line := range strings.Split(text, "\n") {
		if m := places.FindString(line); m != "" {
			t.Errorf("%s:%d: %q is a place on somebody's machine", name, i+1, m)
		}
		if m := registry.FindString(line); m != "" {
			t.Errorf("%s:%d: names the registry %q", name, i+1, m)
		}
		if m := marker.FindString(line); m != "" && path.Ext(name) != ".go" {
			t.Errorf("%s:%d: %q is left over", name, i+1, m)
		}
	}
}
