package sim

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Call is one request on its way through a simulator.
type Call struct {
	Request *http.Request
	Body    []byte
	At      time.Time     // the simulator's true time
	Skew    time.Duration // added to every time the channel reports
	Ignore  bool          // answer as if it were done, and do nothing

	front   *Front
	changes []OfferChange
}

// Path is the path of the request.
func (c *Call) Path() string { return c.Request.URL.Path }

// Query is a parameter of the URL.
func (c *Call) Query(name string) string { return c.Request.URL.Query().Get(name) }

// ID reads a number from a wildcard of the route; 0 when it is none.
func (c *Call) ID(wildcard string) int64 {
	n, err := strconv.ParseInt(c.Request.PathValue(wildcard), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// Bearer is the token of the Authorization header, "" when there is none.
func (c *Call) Bearer() string {
	token, ok := strings.CutPrefix(c.Request.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return ""
	}
	return token
}

// Decode reads the JSON body.
func (c *Call) Decode(v any) error { return json.Unmarshal(c.Body, v) }

// Changed notes that an offer has changed by the API; watchers are told when the route has returned.
func (c *Call) Changed(before, after OfferState) {
	c.changes = append(c.changes, OfferChange{Shop: c.front.shop, Cause: CauseAPI, At: c.At, Before: before, After: after})
}

// Stamp is a stored time as the channel's clock shows it.
func (c *Call) Stamp(t time.Time) time.Time { return t.Add(c.Skew) }

// Unstamp is the inverse of Stamp, for bounds that callers send.
func (c *Call) Unstamp(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(-c.Skew)
}

// Struck reports whether a fault strikes at this call.
func (c *Call) Struck(kind Kind) bool {
	_, ok := c.front.faults.Take(kind, c.Path())
	return ok
}

// Disturb applies ReorderPages and DuplicateOrders to the orders of one page.
func Disturb[T any](c *Call, rows []T) []T {
	if c.front.faults.on.Load() == 0 || len(rows) == 0 {
		return rows
	}
	first := rows[0]
	if c.Struck(ReorderPages) {
		c.front.faults.shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	}
	if c.Struck(DuplicateOrders) {
		rows = append(rows, first)
	}
	return rows
}

// ParseTime reads a time in the first layout that fits; a layout without a zone means loc.
func ParseTime(s string, loc *time.Location, layouts ...string) (time.Time, bool) {
	for _, l := range layouts {
		if t, err := time.ParseInLocation(l, s, loc); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}
