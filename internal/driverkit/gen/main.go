// Command gen writes docs/channels.md, given the folder of docs: go generate ./internal/driverkit.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/lad-hub/lad/internal/driverkit"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "gen: name the folder of docs")
		os.Exit(2)
	}
	page, err := driverkit.ChannelsPage(os.Args[1])
	if err == nil {
		err = os.WriteFile(filepath.Join(os.Args[1], "channels.md"), page, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}
