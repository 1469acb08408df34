package arch

import (
	"strconv"
	"strings"
	"testing"
)

// layer is a part of the tree and what of our own it may import besides itself.
type layer struct {
	name string
	// holds says whether a folder belongs to the layer; the first layer that does is a folder's own.
	holds func(dir string) bool
	// may says whether a file of the folder from may import the folder to.
	may func(from, to string) bool
}

// parts are the folders under internal that are not domains.
var parts = []string{
	"internal/platform", "internal/drivers", "internal/sim", "internal/ui", "internal/api", "internal/report", "internal/backup", "internal/app",
	"internal/bench", "internal/demo", "internal/rehearsal", "internal/replay", "internal/torture", "internal/arch", "internal/driverkit",
}

func in(dirs ...string) func(string) bool {
	return func(dir string) bool { return under(dir, dirs...) }
}

func isDomain(dir string) bool {
	return under(dir, "internal") && dir != "internal" && !under(dir, parts...)
}

// domainOf is the domain's own folder: "internal/catalog" for "internal/catalog/sheet".
func domainOf(dir string) string {
	return strings.Join(strings.SplitN(dir, "/", 3)[:2], "/")
}

var layers = []layer{
	{"the public contract", in("connector"), func(_, to string) bool {
		return under(to, "connector", "internal/platform/money", "internal/platform/qty")
	}},
	{"platform", in("internal/platform"), func(_, to string) bool { return under(to, "internal/platform") }},
	{"the list of drivers", func(dir string) bool { return dir == "internal/drivers" }, func(_, to string) bool {
		return under(to, "internal/drivers", "connector")
	}},
	{"the driver kit", in("internal/driverkit"), func(_, to string) bool {
		return under(to, "connector", "internal/drivers", "internal/driverkit")
	}},
	{"a driver", in("internal/drivers"), func(from, to string) bool {
		return under(to, "connector", "internal/platform", "internal/drivers/wire") || testPackage(from) && under(to, "internal/sim")
	}},
	{"a simulator", in("internal/sim"), func(_, to string) bool { return under(to, "internal/platform", "internal/sim") }},
	{"reports", in("internal/report"), func(_, to string) bool { return under(to, "internal/platform", "internal/report") }},
	{"backups", in("internal/backup"), func(_, to string) bool { return under(to, "internal/platform") }},
	{"the console", in("internal/ui"), func(_, to string) bool {
		return under(to, "internal/ui", "internal/platform", "connector", "internal/report") || isDomain(to)
	}},
	{"the API", in("internal/api"), func(_, to string) bool {
		return under(to, "internal/api", "internal/platform", "connector", "internal/report") || isDomain(to)
	}},
	{"a client of the API", in("clients"), func(_, to string) bool { return under(to, "clients") }},
	{"a domain", isDomain, func(from, to string) bool {
		return under(to, "connector", "internal/platform", domainOf(from))
	}},
	{"the whole program", in("internal/app", "internal/bench", "internal/demo", "internal/rehearsal", "internal/replay", "internal/torture", "internal/arch", "cmd"),
		func(_, _ string) bool { return true }},
}

func layerOf(dir string) (layer, bool) {
	for _, l := range layers {
		if l.holds(dir) {
			return l, true
		}
	}
	return layer{}, false
}

// foreign are libraries that only some folders may import, with the reason.
var foreign = []struct {
	library string
	only    []string
	reason  string
}{
	{"github.com/riverqueue/river", []string{"internal/platform/jobs", "internal/platform/db"}, "jobs are enqueued through platform/jobs"},
	{"github.com/pressly/goose", []string{"internal/platform/db"}, "the schema is migrated by db.Migrate"},
	{"github.com/jackc/pgx", []string{"internal/platform/db", "internal/platform/dbtest", "internal/bench"}, "SQL goes through db.Tx"},
	{"modernc.org/sqlite", []string{"internal/platform/db", "internal/bench", "internal/sim/opencartdb"}, "SQL goes through db.Tx"},
	{"github.com/go-sql-driver/mysql", []string{"internal/drivers/channel/opencartdb"}, "a shop's database is read by its driver"},
	{"github.com/a-h/templ", []string{"internal/ui"}, "pages are the console's"},
	{"github.com/alecthomas/kong", []string{"cmd"}, "flags are the command's"},
	{"github.com/prometheus", []string{"internal/app"}, "figures are collected in one place"},
	{"os/exec", []string{"internal/bench", "internal/torture"}, "a merchant's process starts no programs"},
}

func TestImportsFollowTheArchitecture(t *testing.T) {
	t.Parallel()
	all := load(t)
	for _, s := range all.goes {
		for _, spec := range s.syntax.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if to, ours := strings.CutPrefix(name, module+"/"); ours {
				checkOurs(t, all.at(spec.Pos()), s, to)
			} else {
				checkForeign(t, all.at(spec.Pos()), s, name)
			}
		}
	}
}

func checkOurs(t *testing.T, at string, s *source, to string) {
	t.Helper()
	l, ok := layerOf(s.dir)
	if !ok {
		t.Errorf("%s: folder %s has no place in the architecture", at, s.dir)
		return
	}
	if !s.inTests() && testPackage(to) {
		t.Errorf("%s: %s is for tests", at, to)
	}
	if !s.test && !l.may(s.dir, to) {
		t.Errorf("%s: %s (%s) may not import %s", at, s.dir, l.name, to)
	}
}

func checkForeign(t *testing.T, at string, s *source, name string) {
	t.Helper()
	if s.inTests() {
		return
	}
	if name == "testing" || under(name, "github.com/google/go-cmp", "pgregory.net/rapid", "github.com/chromedp") {
		t.Errorf("%s: %s is for tests", at, name)
	}
	for _, f := range foreign {
		if under(name, f.library) && !under(s.dir, f.only...) {
			t.Errorf("%s: %s may not import %s: %s", at, s.dir, name, f.reason)
		}
	}
}

// Simulators and the drivers that are tested against them are written from the API sheet apart from each other: neither may
// see the other's code, not even in tests of its own package.
func TestSimulatorsDoNotKnowDrivers(t *testing.T) {
	t.Parallel()
	all := load(t)
	for _, s := range all.goes {
		if !under(s.dir, "internal/sim") {
			continue
		}
		for _, spec := range s.syntax.Imports {
			if to, _ := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), module+"/"); under(to, "internal/drivers", "connector") || isDomain(to) {
				t.Errorf("%s: simulator %s knows %s", all.at(spec.Pos()), s.dir, to)
			}
		}
	}
}
