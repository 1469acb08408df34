package connectorphp

import (
	"maps"
	"slices"
)

// Methods lists the methods that are answered.
func Methods() []string { return slices.Sorted(maps.Keys((&Server{}).table())) }
