package gallery

import (
	"bytes"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/assets"
	"github.com/lad-hub/lad/internal/ui/kit"
)

var out = flag.String("out", "", "directory to write the pages to, for looking at them")

func render(t *testing.T, l i18n.Language, p Page) string {
	t.Helper()
	var b bytes.Buffer
	if err := p.View.Render(i18n.With(t.Context(), l), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func parse(t *testing.T, text string) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func attr(n *html.Node, name string) (string, bool) {
	i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
	if i < 0 {
		return "", false
	}
	return n.Attr[i].Val, true
}

// textOf is what a screen reader would find inside n.
func textOf(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	if v, _ := attr(n, "aria-hidden"); v == "true" {
		return ""
	}
	s := ""
	for c := range n.ChildNodes() {
		s += textOf(c)
	}
	return strings.TrimSpace(s)
}

// each runs check on every page in every language.
func each(t *testing.T, check func(t *testing.T, text string, doc *html.Node)) {
	t.Helper()
	for _, l := range i18n.Languages() {
		for _, p := range Pages(kit.Auto) {
			t.Run(string(l)+"/"+p.Name, func(t *testing.T) {
				t.Parallel()
				text := render(t, l, p)
				check(t, text, parse(t, text))
			})
		}
	}
}

// TestPolicy: nothing that Content-Security-Policy default-src 'self' would refuse.
func TestPolicy(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, _ string, doc *html.Node) {
		for n := range doc.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			src, _ := attr(n, "src")
			if n.Data == "style" || n.Data == "script" && !strings.HasPrefix(src, assets.Prefix) {
				t.Errorf("inline <%s>", n.Data)
			}
			for _, a := range n.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on") {
					t.Errorf("<%s> has %s", n.Data, a.Key)
				}
			}
		}
	})
}

// keyLike is a catalogue key that reached a reader untranslated.
var keyLike = regexp.MustCompile(`\b(kit|error|date|unit)\.[a-z_]+`)

func TestNoKeyIsShown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, text string, _ *html.Node) {
		if k := keyLike.FindString(text); k != "" {
			t.Errorf("the page shows %q", k)
		}
	})
}

// TestReferences: ids are unique and every reference to one leads somewhere on the page.
func TestReferences(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, _ string, doc *html.Node) {
		ids := map[string]bool{}
		for n := range doc.Descendants() {
			if id, ok := attr(n, "id"); ok {
				if ids[id] {
					t.Errorf("id %q twice", id)
				}
				ids[id] = true
			}
		}
		for n := range doc.Descendants() {
			for _, name := range []string{"for", "aria-describedby", "aria-labelledby", "data-dialog"} {
				value, _ := attr(n, name)
				for id := range strings.FieldsSeq(value) {
					if !ids[id] {
						t.Errorf("%s=%q leads nowhere", name, id)
					}
				}
			}
		}
	})
}

// TestNames: everything that can be pressed or filled in has a name.
func TestNames(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, _ string, doc *html.Node) {
		labelled := map[string]bool{}
		for n := range doc.Descendants() {
			if n.Data == "label" {
				id, _ := attr(n, "for")
				labelled[id] = textOf(n) != ""
			}
		}
		for n := range doc.Descendants() {
			label, _ := attr(n, "aria-label")
			id, _ := attr(n, "id")
			kind, _ := attr(n, "type")
			switch {
			case n.Type != html.ElementNode || label != "" || kind == "hidden":
			case slices.Contains([]string{"a", "button", "summary"}, n.Data) && textOf(n) == "":
				t.Errorf("<%s %v> has no name", n.Data, n.Attr)
			case slices.Contains([]string{"input", "select", "textarea"}, n.Data) && !labelled[id]:
				t.Errorf("<%s %v> has no label", n.Data, n.Attr)
			}
		}
	})
}

func TestContentIsEscaped(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	evil := `"><script>alert(1)</script>`
	if err := kit.Copy(evil, evil).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	if err := kit.Btn(kit.Button{Text: evil, Key: evil}).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	for n := range parse(t, b.String()).Descendants() {
		if n.Data == "script" {
			t.Fatal("content became markup")
		}
	}
}

// TestWritePages writes the gallery as files when -out is given; without it, it proves that every asset a page names exists.
func TestWritePages(t *testing.T) {
	t.Parallel()
	for _, l := range i18n.Languages() {
		for _, theme := range []kit.Theme{kit.Light, kit.Dark} {
			for _, p := range Pages(theme) {
				text := render(t, l, p)
				for _, name := range []string{"tokens.css", "app.css", "app.js", "htmx.min.js", "icon.svg"} {
					if !strings.Contains(text, assets.URL(name)) {
						t.Errorf("%s does not name %s", p.Name, name)
					}
					text = strings.ReplaceAll(text, assets.URL(name), (&url.URL{Path: name}).String())
				}
				if *out == "" {
					continue
				}
				file := filepath.Join(*out, p.Name+"-"+string(l)+"-"+string(theme)+".html")
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}
