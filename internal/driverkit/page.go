package driverkit

import (
	"os"
	"path/filepath"

	"github.com/lad-hub/lad/internal/drivers"
)

//go:generate go run ./gen ../../docs

// ChannelsPage is docs/channels.md as it should be, given the folder of docs.
func ChannelsPage(docs string) ([]byte, error) {
	return Table(drivers.All(), func(name string) bool {
		_, err := os.Stat(filepath.Join(docs, "channels", name+".md"))
		return err == nil
	})
}
