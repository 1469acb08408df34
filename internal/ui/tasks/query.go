package tasksui

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/tasks"
)

// listQuery is the address of a list: its filter and page.
type listQuery struct {
	kind    tasks.Kind
	overdue bool
	mine    bool
	after   string
}

// queryOf is the list behind a request: of its address, or for an action of the page that sent it.
func queryOf(r *http.Request) listQuery {
	v := r.URL.Query()
	if r.Method != http.MethodGet {
		v = currentURL(r).Query()
	}
	return listQuery{kind: tasks.Kind(v.Get("kind")), overdue: v.Get("overdue") == "1", mine: v.Get("mine") == "1", after: v.Get("after")}
}

// currentURL is the address that the browser shows.
func currentURL(r *http.Request) *url.URL {
	u, err := url.Parse(r.Header.Get("HX-Current-URL"))
	if err != nil {
		return &url.URL{}
	}
	return u
}

// openID is the task whose card is open on the page that sent the request, 0 for none.
func openID(r *http.Request) int64 {
	id, err := strconv.ParseInt(strings.TrimPrefix(currentURL(r).Path, "/tasks/"), 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// href is the address of path with this list behind it.
func (q listQuery) href(path string) string {
	v := url.Values{}
	if q.kind != "" {
		v.Set("kind", string(q.kind))
	}
	if q.overdue {
		v.Set("overdue", "1")
	}
	if q.mine {
		v.Set("mine", "1")
	}
	if q.after != "" {
		v.Set("after", q.after)
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

func (q listQuery) filtered() bool { return q.kind != "" || q.overdue || q.mine }

// pageSize is how many tasks a page of the list shows.
const pageSize = 50

// filter is the list as the service reads it.
func (q listQuery) filter(a access.Actor) tasks.Filter {
	f := tasks.Filter{Kind: q.kind, Overdue: q.overdue, After: q.after, Limit: pageSize}
	if q.mine && a.Kind == access.Person {
		f.OwnerID = a.ID
	}
	return f
}
