package ordersui

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
)

// tab is a list of the desk: a stage, or orders of any stage that need a person.
type tab string

// The tabs besides the stages.
const (
	tabShort tab = "short"
	tabLate  tab = "late"
	tabAll   tab = "all" // searches
)

// tabs in the order in which they stand: work in hand, trouble, what is over.
var tabs = []tab{
	tab(connector.StageNew), tab(connector.StageConfirmed), tab(connector.StagePicking), tab(connector.StageShipped), tabShort, tabLate,
	tab(connector.StageCompleted), tab(connector.StageCancelled), tab(connector.StageReturned),
}

// listQuery is the address of a list: which tab, filters and page.
type listQuery struct {
	tab           tab
	connection    int64
	mine          bool
	text          string
	before, after int64 // keyset, order ids
}

// maxText bounds what is searched for, in bytes.
const maxText = 200

// parseQuery reads the address; what makes no sense counts as absent.
func parseQuery(v url.Values) listQuery {
	number := func(name string) int64 {
		n, err := strconv.ParseInt(v.Get(name), 10, 64)
		if err != nil || n < 0 {
			return 0
		}
		return n
	}
	q := listQuery{
		tab: tab(v.Get("stage")), connection: number("channel"), mine: v.Get("mine") == "1", text: strings.TrimSpace(v.Get("q")),
		before: number("before"), after: number("after"),
	}
	if len(q.text) > maxText {
		q.text = strings.ToValidUTF8(q.text[:maxText], "")
	}
	switch {
	case q.text != "":
		q.tab = tabAll
	case !slices.Contains(tabs, q.tab) && q.tab != tabAll:
		q.tab = tab(connector.StageNew)
	}
	return q
}

// queryOf is the list behind a request: of its address, or for an action of the page that sent it.
func queryOf(r *http.Request) listQuery {
	if r.Method == http.MethodGet {
		return parseQuery(r.URL.Query())
	}
	u, err := url.Parse(r.Header.Get("HX-Current-URL"))
	if err != nil {
		u = &url.URL{}
	}
	return parseQuery(u.Query())
}

// openID is the order whose card is open on the page that sent the request, 0 for none.
func openID(r *http.Request) int64 {
	u, err := url.Parse(r.Header.Get("HX-Current-URL"))
	if err != nil {
		return 0
	}
	id, err := strconv.ParseInt(strings.TrimPrefix(u.Path, "/orders/"), 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// href is the address of path with this list behind it.
func (q listQuery) href(path string) string {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" && value != "0" {
			v.Set(name, value)
		}
	}
	if q.text == "" && q.tab != tab(connector.StageNew) {
		set("stage", string(q.tab))
	}
	set("channel", strconv.FormatInt(q.connection, 10))
	if q.mine {
		set("mine", "1")
	}
	set("q", q.text)
	set("before", strconv.FormatInt(q.before, 10))
	set("after", strconv.FormatInt(q.after, 10))
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// with is the first page of the list after a change of its filters.
func (q listQuery) with(change func(*listQuery)) listQuery {
	q.before, q.after = 0, 0
	change(&q)
	return q
}

// pageSize is how many orders a page of the list shows.
const pageSize = 50

// filter is the list as the service reads it.
func (q listQuery) filter(a access.Actor) orders.Filter {
	f := orders.Filter{ConnectionID: q.connection, Text: q.text, Before: q.before, After: q.after, Limit: pageSize}
	switch q.tab {
	case tabShort:
		f.Short = true
	case tabLate:
		f.Late = true
	case tabAll:
	default:
		f.Stage = orders.Stage(q.tab)
	}
	if q.mine && a.Kind == access.Person {
		f.OwnerID = a.ID
	}
	return f
}
