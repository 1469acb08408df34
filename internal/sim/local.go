package sim

import (
	"sync"
	"time"
	_ "time/tzdata" // the zone must be known on machines without a zone database
)

// Kyiv is the zone of channels that report local times without an offset.
var Kyiv = sync.OnceValue(func() *time.Location {
	loc, err := time.LoadLocation("Europe/Kyiv")
	if err != nil {
		panic("sim: the embedded zone database does not know Europe/Kyiv")
	}
	return loc
})

// LocalLayout is the time format of those channels.
const LocalLayout = "2006-01-02 15:04:05"

// Local writes a time in Kyiv without an offset.
func Local(t time.Time) string { return t.In(Kyiv()).Format(LocalLayout) }

// Later is the later of two times.
func Later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
