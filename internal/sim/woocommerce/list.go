package woocommerce

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// Sizes of a page.
const (
	defaultPage = 10
	maxPage     = 100
)

// stampLayout is a time without an offset, as every time of the API is written.
const stampLayout = "2006-01-02T15:04:05"

// page reads page, per_page and offset; anything out of bounds is refused.
func page(c *sim.Call) (offset, limit int, refused *sim.Answer) {
	number := func(name string, fallback, least, most int) int {
		text := c.Query(name)
		if text == "" {
			return fallback
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < least || n > most {
			a := invalid(name)
			refused = &a
		}
		return n
	}
	limit = number("per_page", defaultPage, 1, maxPage)
	offset = (number("page", 1, 1, 1_000_000) - 1) * limit
	offset = number("offset", offset, 0, 1_000_000_000)
	return offset, limit, refused
}

// cut takes a page out of all rows.
func cut[T any](rows []T, offset, limit int) []T {
	from := min(len(rows), offset)
	return rows[from:min(len(rows), from+limit)]
}

// rows answers one page of a list with its totals in headers.
func rows(c *sim.Call, views []any, total, limit int) sim.Answer {
	out := make([]any, 0, len(views))
	for _, v := range views {
		out = append(out, trim(c, v))
	}
	a := sim.JSON(http.StatusOK, out)
	pages := (total + limit - 1) / limit
	a.Header = http.Header{"X-Wp-Total": {strconv.Itoa(total)}, "X-Wp-Totalpages": {strconv.Itoa(pages)}}
	return a
}

// trim keeps the members that _fields names.
func trim(c *sim.Call, v any) any {
	fields := c.Query("_fields")
	if fields == "" {
		return v
	}
	b, err := json.Marshal(v)
	if err != nil {
		return v
	}
	var all map[string]json.RawMessage
	if json.Unmarshal(b, &all) != nil {
		return v
	}
	some := map[string]json.RawMessage{}
	for name := range strings.SplitSeq(fields, ",") {
		name, _, _ = strings.Cut(strings.TrimSpace(name), ".")
		if raw, ok := all[name]; ok {
			some[name] = raw
		}
	}
	return some
}

// ids reads a list of ids, written with commas or as repeated name[].
func ids(c *sim.Call, name string) (list []int64, refused *sim.Answer) {
	q := c.Request.URL.Query()
	texts := append(strings.Split(q.Get(name), ","), q[name+"[]"]...)
	for _, t := range texts {
		if t = strings.TrimSpace(t); t == "" {
			continue
		}
		n, err := strconv.ParseInt(t, 10, 64)
		if err != nil {
			a := invalid(name)
			return nil, &a
		}
		list = append(list, n)
	}
	return list, nil
}

// bound reads a time of a query: in the shop's zone, or in UTC when dates_are_gmt says so or the time itself does.
func (s *Shop) bound(c *sim.Call, name string) (t time.Time, refused *sim.Answer) {
	text := c.Query(name)
	if text == "" {
		return t, nil
	}
	zone := s.zone
	if c.Query("dates_are_gmt") == "true" {
		zone = time.UTC
	}
	t, ok := sim.ParseTime(text, zone, stampLayout, time.RFC3339)
	if !ok {
		a := invalid(name)
		return t, &a
	}
	return c.Unstamp(t), nil
}
