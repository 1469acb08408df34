package driverkit_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lad-hub/lad/internal/driverkit"
)

// inModule makes a folder inside this module that no pattern of the go command finds by itself and that git ignores.
func inModule(t *testing.T) string {
	t.Helper()
	if err := os.MkdirAll("testdata", 0o755); err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("testdata", "made-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func make1(t *testing.T, o driverkit.Options) driverkit.Skeleton {
	t.Helper()
	sk, err := driverkit.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return sk
}

func goTool(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// A skeleton compiles, passes LevelEmpty with its fuzz seeds, and says what it lacks: with everything, and with the least.
func TestSkeletonPassesItsTests(t *testing.T) {
	t.Parallel()
	dir := inModule(t)
	make1(t, driverkit.Options{Name: "whole", Title: `The "whole" shop`, Can: driverkit.Names(), Dir: filepath.Join(dir, "whole")})
	make1(t, driverkit.Options{Name: "least", Can: []string{"stock"}, Dir: filepath.Join(dir, "least")})
	out := goTool(t, "test", "-v", "./"+filepath.ToSlash(dir)+"/...")
	for _, want := range []string{
		"--- PASS: TestConformance/info", "--- PASS: TestConformance/settings", "--- PASS: FuzzParseOrder", "--- PASS: FuzzParseWebhook",
		"not checked at LevelEmpty: OrderSource", "not checked at LevelEmpty: FeeSource", "raise the level to LevelGrowing",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("go test -v does not say %q:\n%s", want, out)
		}
	}
	if n := strings.Count(out, "\nok  \t"); n != 2 {
		t.Errorf("%d packages passed, want 2:\n%s", n, out)
	}
}

// Every capability alone makes a package that go vet has nothing against.
func TestSkeletonOfEachCapability(t *testing.T) {
	t.Parallel()
	dir := inModule(t)
	for _, name := range driverkit.Names() {
		make1(t, driverkit.Options{Name: name + "only", Can: []string{name}, Dir: filepath.Join(dir, name)})
	}
	goTool(t, "vet", "./"+filepath.ToSlash(dir)+"/...")
}

// fakeTree is the top of a source tree that calls itself Lad's.
func fakeTree(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "docs", "channels"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "go.mod"), []byte("module github.com/lad-hub/lad\n\ngo 1.26.0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return root
}

func TestSkeletonInTheTree(t *testing.T) {
	t.Parallel()
	root := fakeTree(t)
	sk := make1(t, driverkit.Options{Name: "corner", Can: []string{"orders", "stock"}, From: filepath.Join(root, "docs")})
	want := filepath.Join(root, "internal", "drivers", "channel", "corner")
	if sk.Dir != want || sk.Page != filepath.Join(root, "docs", "channels", "corner.md") || !sk.InTree {
		t.Errorf("written to %s and %s", sk.Dir, sk.Page)
	}
	for _, f := range sk.Files {
		if _, err := os.Stat(f); err != nil {
			t.Error(err)
		}
	}
	var said bytes.Buffer
	sk.Explain(&said)
	for _, want := range []string{
		filepath.Join(want, "driver.go"), "OrderSource       ParseOrder, PullOrders, ReadOrders", "StockSink         PushStock", "LevelGrowing",
		"AddOffer, Place, CancelByBuyer, Shown, SetShown", "lad driver check corner", "internal/drivers/drivers.go",
	} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("what comes next lacks %q:\n%s", want, said.String())
		}
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	can := []string{"stock"}
	root := fakeTree(t)
	make1(t, driverkit.Options{Name: "corner", Can: can, From: root})
	for want, o := range map[string]driverkit.Options{
		"use 2 to 30 small letters":      {Name: "Corner", Can: can, From: root},
		"letters and digits":             {Name: "../corner", Can: can, From: root},
		"means something else to Go":     {Name: "select", Can: can, From: root},
		"\"cornertest\" can not be":      {Name: "cornertest", Can: can, From: root},
		"it speaks to Prom.ua":           {Name: "prom", Can: can, From: root},
		"no capability is called":        {Name: "kiosk", Can: []string{"stock", "labels"}, From: root},
		"at least one capability":        {Name: "kiosk", From: root},
		"at most 60 letters":             {Name: "kiosk", Title: "Kiosk\n// and code", Can: can, From: root},
		"not inside Lad's source tree":   {Name: "kiosk", Can: can, From: t.TempDir()},
		"is there already: nothing was":  {Name: "corner", Can: append(can, "orders"), From: root},
		"corner.md is there already: no": {Name: "corner", Can: can, Dir: filepath.Join(root, "docs", "channels")},
	} {
		sk, err := driverkit.New(o)
		if err == nil || !strings.Contains(err.Error(), want) || len(sk.Files) > 0 {
			t.Errorf("%+v: wrote %d files, error %v, want one that says %q", o, len(sk.Files), err, want)
		}
	}
	if _, err := os.Stat(filepath.Join(root, "internal", "drivers", "channel", "corner", "orders.go")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a refused skeleton left a file behind: %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(root, "docs", "channels", "*")); err != nil || !slices.Equal(left, []string{filepath.Join(root, "docs", "channels", "corner.md")}) {
		t.Errorf("a refused skeleton left files behind: %v, %v", left, err)
	}
}
