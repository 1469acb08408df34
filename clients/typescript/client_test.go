package typescript_test

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/platform/access"
)

// The compiler takes the client, and a program that uses it, under its strictest rules; then the program builds a shop in a hub.
// A test run that is to be whole fails without the compiler (internal/arch); elsewhere the test says that it did nothing.
func TestClientAgainstAHub(t *testing.T) {
	t.Parallel()
	tsc := cmp.Or(os.Getenv("LAD_TEST_TSC"), "tsc")
	if _, err := exec.LookPath(tsc); err != nil && os.Getenv("LAD_TEST_TSC") != "" {
		t.Fatalf("LAD_TEST_TSC: %v", err)
	} else if err != nil {
		t.Log("no TypeScript compiler: neither compiled nor run")
		return
	}
	for _, path := range []string{"lad.ts", filepath.Join("testdata", "shop.ts")} {
		if _, err := os.ReadFile(path); err != nil { // so that go test knows what an earlier result depends on
			t.Fatal(err)
		}
	}
	built := t.TempDir()
	out, err := exec.CommandContext(t.Context(), tsc, "--strict", "--noUnusedLocals", "--noUnusedParameters", "--noUncheckedIndexedAccess",
		"--exactOptionalPropertyTypes", "--noImplicitOverride", "--target", "ES2022", "--module", "CommonJS", "--lib", "ES2022,DOM,DOM.Iterable",
		"--typeRoots", t.TempDir(), "--rootDir", ".", "--outDir", built, filepath.Join("testdata", "shop.ts")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		program := filepath.Join(built, "testdata", "shop.js")
		out, err := exec.CommandContext(t.Context(), "node", program, s.URL(), s.Token(access.All...)).CombinedOutput()
		if err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	})
}
