// Command clientgen writes the clients of the interface from its description:
//
//	go run ./internal/api/clientgen
//
// from the top of the repository writes clients/go and clients/typescript.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/lad-hub/lad/internal/api"
)

// targets are the files and what makes them.
var targets = []struct {
	path string
	make func(*model) ([]byte, error)
}{
	{"clients/go/lad.go", goClient},
	{"clients/typescript/lad.ts", tsClient},
}

func main() {
	if err := write("."); err != nil {
		fmt.Fprintln(os.Stderr, "clientgen:", err)
		os.Exit(1)
	}
}

// write makes every client below root.
func write(root string) error {
	m := read(api.Describe())
	for _, t := range targets {
		body, err := t.make(m)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(root, t.path), body, 0o644); err != nil {
			return err
		}
	}
	return nil
}
