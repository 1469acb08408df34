package connectionsui

import (
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/ui/kit"
)

// Channel is a connection as lists mark it.
func Channel(c connections.Connection, find connections.Drivers) kit.Channel {
	out := kit.Channel{Mark: "?", Title: c.Name, Driver: c.Driver}
	if d, ok := find(c.Driver); ok {
		out.Mark = d.Info().Mark
	}
	return out
}
