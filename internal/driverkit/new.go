// Package driverkit helps whoever writes a driver: it makes a skeleton, checks a description, and writes the table of what the
// drivers of the program can do.
package driverkit

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"go/format"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"unicode"
	"unicode/utf8"

	"github.com/lad-hub/lad/internal/drivers"
)

//go:embed skeleton/*.tmpl
var skeleton embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"join": func(list []string) string { return strings.Join(list, ", ") },
}).ParseFS(skeleton, "skeleton/*.tmpl"))

// Options says which skeleton to write.
type Options struct {
	Name  string   // of the package and of connector.Info: "corner"
	Title string   // as people call the system; empty: the name with a capital
	Can   []string // names of drivers.Known
	Dir   string   // folder of the driver and its page; empty: the driver's place in Lad's own tree
	From  string   // where the search for Lad's own tree starts, when Dir is empty
}

// Skeleton is what was written.
type Skeleton struct {
	Name   string
	Dir    string // folder of the package
	Page   string // the page for merchants
	Files  []string
	Can    []drivers.Capability
	InTree bool // it lies in Lad's own tree
}

// files are the parts of a skeleton, and what calls for them.
var files = []struct {
	name string
	of   []string // capabilities of which any calls for the file; nil: always there
}{
	{name: "driver.go"}, {name: "info.go"},
	{"orders.go", []string{"orders"}}, {"hooks.go", []string{"webhooks"}}, {"offers.go", []string{"offers"}},
	{"push.go", []string{"stock", "price", "status", "tracking"}}, {"fees.go", []string{"fees"}},
	{"dictionary.go", []string{"dictionary"}}, {"authorise.go", []string{"authorisation"}},
	{name: "conformance_test.go"}, {name: "simulator_test.go"}, {"parse_test.go", []string{"orders", "webhooks"}},
}

// New writes the skeleton of a driver. Nothing is written when a name can not be used or any of the files is there already.
func New(o Options) (Skeleton, error) {
	can, err := chosen(o.Can)
	if err != nil {
		return Skeleton{}, err
	}
	if err := checkName(o.Name); err != nil {
		return Skeleton{}, err
	}
	sk := Skeleton{Name: o.Name, Dir: o.Dir, Page: filepath.Join(o.Dir, o.Name+".md"), Can: can, InTree: o.Dir == ""}
	if sk.InTree {
		root, err := treeFrom(o.From)
		if err != nil {
			return Skeleton{}, err
		}
		sk.Dir = filepath.Join(root, "internal", "drivers", "channel", o.Name)
		sk.Page = filepath.Join(root, "docs", "channels", o.Name+".md")
	}
	texts, err := render(o, sk)
	if err != nil {
		return Skeleton{}, err
	}
	sk.Files, err = write(texts)
	return sk, err
}

// chosen finds the capabilities by name, in the order of drivers.Known.
func chosen(names []string) (can []drivers.Capability, err error) {
	for _, c := range drivers.Known() {
		if slices.Contains(names, c.Name) {
			can = append(can, c)
		}
	}
	for _, name := range names {
		if !slices.ContainsFunc(can, func(c drivers.Capability) bool { return c.Name == name }) {
			return nil, fmt.Errorf("no capability is called %q; there are: %s", name, strings.Join(Names(), ", "))
		}
	}
	if len(can) == 0 {
		return nil, fmt.Errorf("a driver needs at least one capability of: %s", strings.Join(Names(), ", "))
	}
	return can, nil
}

// Names are the capabilities that a skeleton can have.
func Names() (names []string) {
	for _, c := range drivers.Known() {
		names = append(names, c.Name)
	}
	return names
}

var goodName = regexp.MustCompile(`^[a-z][a-z0-9]{1,29}$`)

// reserved are folder names with a meaning of their own to the go command.
var reserved = []string{"main", "internal", "vendor", "testdata"}

func checkName(name string) error {
	switch {
	case !goodName.MatchString(name):
		return fmt.Errorf("%q can not be the name of a driver: use 2 to 30 small letters and digits, a letter first", name)
	case token.IsKeyword(name), slices.Contains(reserved, name), strings.HasSuffix(name, "test"):
		return fmt.Errorf("%q can not be the name of a driver: it means something else to Go", name)
	}
	if d, taken := drivers.ByName(name); taken {
		return fmt.Errorf("there is a driver %q already: it speaks to %s", name, d.Info().Title)
	}
	return nil
}

// treeFrom walks up to the top of Lad's own tree.
func treeFrom(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for at := dir; ; at = filepath.Dir(at) {
		mod, err := os.ReadFile(filepath.Join(at, "go.mod"))
		if err == nil && strings.HasPrefix(string(mod), "module github.com/lad-hub/lad\n") {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("%s is not inside Lad's source tree: go there, or name a folder with --dir", dir)
		}
	}
}

// text is one file to be written.
type text struct {
	path string
	body []byte
}

func render(o Options, sk Skeleton) ([]text, error) {
	data := struct {
		Name, Title, Mark               string
		Can                             map[string]bool
		Interfaces, Hooks, Capabilities []string
	}{Name: o.Name, Title: o.Title, Can: map[string]bool{}, Hooks: Hooks(sk.Can)}
	if data.Title == "" {
		data.Title = strings.ToUpper(o.Name[:1]) + o.Name[1:]
	}
	if strings.ContainsFunc(data.Title, unicode.IsControl) || utf8.RuneCountInString(data.Title) > 60 || !utf8.ValidString(data.Title) {
		return nil, errors.New("the title is one line of at most 60 letters")
	}
	data.Mark = strings.ToUpper(o.Name[:1]) + o.Name[1:2]
	for _, c := range sk.Can {
		data.Can[c.Name] = true
		data.Interfaces = append(data.Interfaces, c.Interface())
		data.Capabilities = append(data.Capabilities, c.Name)
	}
	var texts []text
	add := func(path, tmpl string) error {
		var b bytes.Buffer
		if err := templates.ExecuteTemplate(&b, tmpl+".tmpl", data); err != nil {
			return err
		}
		body := b.Bytes()
		if strings.HasSuffix(path, ".go") {
			var err error
			if body, err = format.Source(body); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
		}
		texts = append(texts, text{path, body})
		return nil
	}
	for _, f := range files {
		if f.of != nil && !slices.ContainsFunc(f.of, func(name string) bool { return data.Can[name] }) {
			continue
		}
		if err := add(filepath.Join(sk.Dir, f.name), f.name); err != nil {
			return nil, err
		}
	}
	return texts, add(sk.Page, "page.md")
}

// write writes all files or none.
func write(texts []text) (paths []string, err error) {
	for _, t := range texts {
		if _, err := os.Lstat(t.path); !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s is there already: nothing was written", t.path)
		}
	}
	for _, t := range texts {
		if err = create(t); err != nil {
			break
		}
		paths = append(paths, t.path)
	}
	if err != nil {
		for _, p := range paths {
			err = errors.Join(err, os.Remove(p))
		}
		return nil, err
	}
	return paths, nil
}

// create never follows into a file that has appeared meanwhile.
func create(t text) error {
	if err := os.MkdirAll(filepath.Dir(t.path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(t.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(t.body)
	return errors.Join(err, f.Close())
}
