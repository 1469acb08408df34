package apptest

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/lad-hub/lad/internal/ui/assets"
)

// keyLike is a key of the catalogue that reached a reader untranslated.
var keyLike = regexp.MustCompile(`(^|[\s>])(kit|error|orders|journal|task|tasks_ui|stock|connection)\.[a-z_]+(\.[a-z_]+)*($|[\s<])`)

// Check fails the test for what no page may hold: anything that the content security policy refuses, ids that stand twice,
// references that lead nowhere, controls without a name, untranslated keys.
func (a Answer) Check(t testing.TB) {
	t.Helper()
	doc := a.Doc(t)
	ids := map[string]bool{}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		checkPolicy(t, n)
		if id := attr(n, "id"); id != "" {
			if ids[id] {
				t.Errorf("id %q stands twice", id)
			}
			ids[id] = true
		}
	}
	labelled := labels(doc)
	for n := range doc.Descendants() {
		for _, name := range []string{"for", "form", "aria-describedby", "aria-labelledby", "data-dialog"} {
			for id := range strings.FieldsSeq(attr(n, name)) {
				if !ids[id] {
					t.Errorf("%s=%q leads nowhere", name, id)
				}
			}
		}
		checkName(t, n, labelled)
	}
	if k := keyLike.FindString(Words(doc)); k != "" {
		t.Errorf("the page shows %q", k)
	}
}

func checkPolicy(t testing.TB, n *html.Node) {
	t.Helper()
	if n.Data == "style" || n.Data == "script" && !strings.HasPrefix(attr(n, "src"), assets.Prefix) {
		t.Errorf("inline <%s>", n.Data)
	}
	for _, a := range n.Attr {
		if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on") {
			t.Errorf("<%s> has %s", n.Data, a.Key)
		}
	}
}

func labels(doc *html.Node) map[string]bool {
	out := map[string]bool{}
	for n := range doc.Descendants() {
		if n.Data == "label" {
			out[attr(n, "for")] = Words(n) != ""
		}
	}
	return out
}

func checkName(t testing.TB, n *html.Node, labelled map[string]bool) {
	t.Helper()
	switch {
	case n.Type != html.ElementNode || attr(n, "aria-label") != "" || attr(n, "type") == "hidden":
	case slices.Contains([]string{"a", "button", "summary"}, n.Data) && Words(n) == "":
		t.Errorf("<%s %v> has no name", n.Data, n.Attr)
	case slices.Contains([]string{"input", "select", "textarea"}, n.Data) && !labelled[attr(n, "id")]:
		t.Errorf("<%s %v> has no label", n.Data, n.Attr)
	}
}

func attr(n *html.Node, name string) string {
	i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
	if i < 0 {
		return ""
	}
	return n.Attr[i].Val
}

// Words is what a screen reader finds in n, with single spaces.
func Words(n *html.Node) string {
	var b strings.Builder
	words(n, &b)
	return strings.Join(strings.Fields(b.String()), " ")
}

func words(n *html.Node, b *strings.Builder) {
	if n.Type == html.TextNode {
		b.WriteString(n.Data + " ")
		return
	}
	if attr(n, "aria-hidden") == "true" || n.Data == "template" {
		return
	}
	for c := range n.ChildNodes() {
		words(c, b)
	}
}

// Words is the text of the answer as a screen reader finds it.
func (a Answer) Words(t testing.TB) string {
	t.Helper()
	return Words(a.Doc(t))
}
