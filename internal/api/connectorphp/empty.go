package connectorphp

import (
	"github.com/lad-hub/lad/internal/platform/errs"
)

// none answers a list that is truly empty: Lad has no such things, and none can be made by the protocol.
func none(key string, needs ...string) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		c.p.need(needs...)
		return answer{key: []answer{}}, c.p.fault()
	}
}

// nothingThere answers that the thing of an id does not exist, since no such thing does.
func nothingThere(needs ...string) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		c.p.need(needs...)
		if err := c.p.fault(); err != nil {
			return nil, err
		}
		return nil, errs.New(errs.NotFound, "error.not_found")
	}
}
