package feeds

import (
	"bufio"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/platform/money"
)

// head is what stands once in a document.
type head struct {
	at         time.Time // in the shop's zone
	categories []category
}

// category is a category with the number that it has in every feed.
type category struct {
	id   int64
	name string
}

// document writes one format. Errors of the writer stay in it until it is flushed.
type document interface {
	begin(h head)
	offer(o *offer)
	end()
}

func newDocument(w *bufio.Writer, f Feed) document {
	m := markup{w}
	switch f.Format.kind {
	case hotline:
		return &hotlineDocument{m, f}
	case google:
		return &googleDocument{m, f}
	case table:
		return newTable(w, f)
	}
	return &ymlDocument{m, f}
}

const xmlHead = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// when writes a moment as price lists do.
const when = "2006-01-02 15:04"

// markup writes XML.
type markup struct{ w *bufio.Writer }

func (m markup) raw(parts ...string) {
	for _, s := range parts {
		_, _ = m.w.WriteString(s) // the error stays in the writer
	}
}

// tag writes an element with a text; nothing when the text is empty.
func (m markup) tag(name, text string) {
	if text != "" {
		m.raw("<", name, ">", escape(text), "</", name, ">\n")
	}
}

// attr is an attribute to stand in an open tag; nothing when it is empty.
func attr(name, value string) string {
	if value == "" {
		return ""
	}
	return " " + name + `="` + escape(value) + `"`
}

// short is an amount without the zeros after its point.
func short(minor int64, c money.Currency) string {
	s := money.New(minor, c).Decimal()
	return strings.TrimSuffix(s, ".00")
}
