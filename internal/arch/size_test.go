package arch

import (
	"go/ast"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const (
	maxFunction = 70
	maxFile     = 600
)

// longFunctions may be longer than maxFunction: "folder.Name" and why.
var longFunctions = map[string]string{}

func itoa(n int) string { return strconv.Itoa(n) }

func TestNoFunctionIsTooLong(t *testing.T) {
	t.Parallel()
	all := load(t)
	for _, s := range all.goes {
		if s.generated {
			continue
		}
		for _, d := range s.syntax.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || longFunctions[s.dir+"."+f.Name.Name] != "" {
				continue
			}
			if n := all.fset.Position(f.End()).Line - all.fset.Position(f.Pos()).Line + 1; n > maxFunction {
				t.Errorf("%s: %s has %d lines, at most %d", all.at(f.Pos()), f.Name.Name, n, maxFunction)
			}
		}
	}
}

func TestNoFileIsTooLong(t *testing.T) {
	t.Parallel()
	all := load(t)
	for _, s := range all.goes {
		if !s.generated && s.lines > maxFile {
			t.Errorf("%s has %d lines, at most %d", s.path, s.lines, maxFile)
		}
	}
	for _, name := range all.files {
		if path.Ext(name) != ".templ" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), "\n"); n > maxFile {
			t.Errorf("%s has %d lines, at most %d", name, n, maxFile)
		}
	}
}
