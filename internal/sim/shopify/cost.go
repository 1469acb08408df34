package shopify

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// Cost of one operation: a scalar costs nothing, an object 1, a page as many objects as it asks for, a mutation 10 besides
// what it returns. This is the plain multiplication of the documentation; the real calculation may be lower, never higher.
const (
	mutationCost = 10
	maxCost      = 1000
)

// bucket is the leaky bucket of one app on one shop.
type bucket struct {
	size    float64
	restore float64 // points a second; 0 = the bucket never empties
	level   float64
	filled  time.Time
}

func newBucket(restore float64) bucket {
	if restore == 0 {
		return bucket{size: 2000, level: 2000}
	}
	return bucket{size: 20 * restore, level: 20 * restore, restore: restore}
}

// fill brings the level up to a moment.
func (b *bucket) fill(at time.Time) {
	if b.restore == 0 {
		b.level = b.size
		return
	}
	if !b.filled.IsZero() && at.After(b.filled) {
		b.level = min(b.size, b.level+at.Sub(b.filled).Seconds()*b.restore)
	}
	b.filled = at
}

// status is extensions.cost.
func (b *bucket) status(requested int, actual any) map[string]any {
	restore := b.restore
	if restore == 0 {
		restore = 100
	}
	return map[string]any{"cost": map[string]any{
		"requestedQueryCost": requested, "actualQueryCost": actual,
		"throttleStatus": map[string]any{"maximumAvailable": b.size, "currentlyAvailable": math.Floor(b.level), "restoreRate": restore},
	}}
}

// requested is what a document may cost at most.
func (r *run) requested(doc document) int {
	sum := 0
	for _, f := range doc.fields {
		sum += r.priced(f, 1)
		if doc.mutation {
			sum += mutationCost
		}
	}
	return sum
}

// priced is the cost of a field that returns an object or a list; times is how many of it the parent may hold.
func (r *run) priced(s selection, times int) int {
	if len(s.fields) == 0 {
		return 0
	}
	own := times
	if s.on != "" {
		own = 0
	}
	if s.name == "nodes" || s.name == "edges" {
		if n, ok := r.fill(s.args["ids"]).([]any); ok {
			times, own = len(n), len(n)
		} else {
			own = 0 // the connection has paid for its rows
		}
	}
	if n, err := strconv.Atoi(fmt.Sprint(r.fill(s.args["first"]))); err == nil && n > 0 {
		times *= min(n, math.MaxInt32)
		own = times
	}
	if times > maxCost {
		return maxCost + 1
	}
	sum := own
	for _, f := range s.fields {
		inner := times
		if f.name == "pageInfo" {
			inner = 1
		}
		if sum += r.priced(f, inner); sum > maxCost {
			return sum
		}
	}
	return sum
}

// actual counts the objects of an answer.
func actual(v any) int {
	sum := 0
	switch v := v.(type) {
	case map[string]any:
		sum = 1
		for _, e := range v {
			sum += actual(e)
		}
	case []any:
		for _, e := range v {
			sum += actual(e)
		}
	}
	return sum
}
