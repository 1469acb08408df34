package catalog_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain draws fewer examples than rapid would on its own, since each is six imports; -rapid.checks asks for more.
func TestMain(m *testing.M) {
	if f := flag.Lookup("rapid.checks"); f != nil {
		f.DefValue = "25"
		if err := f.Value.Set(f.DefValue); err != nil {
			panic(err)
		}
	}
	flag.Parse()
	os.Exit(m.Run())
}
