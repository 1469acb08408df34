package stockui

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/report"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// maxText bounds a search text, in bytes.
const maxText = 200

// filters are the cuts of the table, in the order of their chips.
var filters = []report.StockFilter{report.StockShort, report.StockZero, report.StockUnoffered}

// listQuery is the table that a person looks at: a text, or a filter, and the place in it.
type listQuery struct {
	text   string
	filter report.StockFilter
	after  string
}

func parseQuery(v url.Values) listQuery {
	q := listQuery{text: strings.TrimSpace(v.Get("q")), after: v.Get("after")}
	if len(q.text) > maxText {
		q.text = strings.ToValidUTF8(q.text[:maxText], "")
	}
	for _, f := range filters {
		if q.text == "" && v.Get("only") == string(f) {
			q.filter = f
		}
	}
	return q
}

func (q listQuery) href(path string) string {
	return reply.Href(path, "q", q.text, "only", string(q.filter), "after", q.after)
}

func skuPath(id int64) string { return "/stock/" + strconv.FormatInt(id, 10) }
