package baselinker

import (
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// blockTime is how long a token is blocked that asked too often.
const blockTime = 10 * time.Minute

// warsaw is the zone of the times in error messages.
var warsaw = sync.OnceValue(func() *time.Location {
	loc, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		panic("sim: the embedded zone database does not know Europe/Warsaw")
	}
	return loc
})

// admit checks the token and counts the call.
func (a *Account) admit(c *sim.Call, token string) *failure {
	switch {
	case token == "":
		return &failure{"ERROR_EMPTY_TOKEN", "No user token provided."}
	case token != a.o.Token || a.revoked || c.Struck(sim.ExpireTokens):
		return &failure{"ERROR_AUTH_TOKEN", "The token is not known."}
	case c.At.Before(a.blocked):
		return a.blockedFailure()
	}
	kept := a.recent[:0]
	for _, at := range a.recent {
		if c.At.Sub(at) < time.Minute {
			kept = append(kept, at)
		}
	}
	a.recent = append(kept, c.At)
	if len(a.recent) > a.o.PerMinute {
		a.blocked, a.recent = c.At.Add(blockTime), nil
		return a.blockedFailure()
	}
	return nil
}

func (a *Account) blockedFailure() *failure {
	return &failure{"ERROR_BLOCKED_TOKEN", "Query limit exceeded, token blocked until " + a.blocked.In(warsaw()).Format(sim.LocalLayout)}
}
