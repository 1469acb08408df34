package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// module is this program's import path.
const module = "github.com/lad-hub/lad"

// root is the top of the tree as seen from this package's folder.
var root = filepath.Join("..", "..")

// source is one Go file.
type source struct {
	path      string // from the top, with slashes
	dir       string
	test      bool // _test.go
	generated bool
	lines     int
	syntax    *ast.File
}

// tree is every file of the program.
type tree struct {
	fset  *token.FileSet
	files []string // every text or binary file, from the top
	goes  []*source
}

var readTree = sync.OnceValues(func() (*tree, error) {
	t := &tree{fset: token.NewFileSet()}
	var err error
	if t.files, err = listFiles(); err != nil {
		return nil, err
	}
	for _, name := range t.files {
		if path.Ext(name) != ".go" {
			continue
		}
		s, err := t.parse(name)
		if err != nil {
			return nil, err
		}
		t.goes = append(t.goes, s)
	}
	return t, nil
})

// load reads the tree once for all tests.
func load(t *testing.T) *tree {
	t.Helper()
	all, err := readTree()
	if err != nil {
		t.Fatal(err)
	}
	if len(all.goes) < 100 {
		t.Fatalf("only %d Go files found: the tests would prove nothing", len(all.goes))
	}
	return all
}

// listFiles asks git what belongs to the tree, new files included; without git it walks.
func listFiles() ([]string, error) {
	cmd := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard")
	cmd.Dir = root
	if out, err := cmd.Output(); err == nil {
		var names []string
		for _, name := range strings.Split(strings.TrimSpace(string(out)), "\n") {
			if info, err := os.Stat(filepath.Join(root, name)); err == nil && info.Mode().IsRegular() {
				names = append(names, name)
			}
		}
		return names, nil
	}
	var names []string
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == ".git":
			return fs.SkipDir
		case d.Type().IsRegular():
			rel, err := filepath.Rel(root, p)
			names = append(names, filepath.ToSlash(rel))
			return err
		}
		return nil
	})
	return names, err
}

func (t *tree) parse(name string) (*source, error) {
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		return nil, err
	}
	f, err := parser.ParseFile(t.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	return &source{
		path: name, dir: path.Dir(name), test: strings.HasSuffix(name, "_test.go"), generated: ast.IsGenerated(f),
		lines: strings.Count(string(text), "\n"), syntax: f,
	}, nil
}

// at names a place in the tree: "internal/stock/hold.go:12".
func (t *tree) at(pos token.Pos) string {
	p := t.fset.Position(pos)
	return p.Filename + ":" + itoa(p.Line)
}

// packages groups the files by folder, in order.
func (t *tree) packages() (dirs []string, of map[string][]*source) {
	of = map[string][]*source{}
	for _, s := range t.goes {
		if of[s.dir] == nil {
			dirs = append(dirs, s.dir)
		}
		of[s.dir] = append(of[s.dir], s)
	}
	slices.Sort(dirs)
	return dirs, of
}

// under says whether a folder is one of the others or inside one.
func under(dir string, others ...string) bool {
	return slices.ContainsFunc(others, func(o string) bool { return dir == o || strings.HasPrefix(dir, o+"/") })
}

// inTests says whether a file only ever runs in tests: _test.go files and the packages that serve them, named …test.
func (s *source) inTests() bool { return s.test || testPackage(s.dir) }

func testPackage(dir string) bool {
	return strings.HasSuffix(path.Base(dir), "test") || under(dir, "internal/arch", "internal/ui/kit/gallery")
}
