package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/lad-hub/lad/internal/app"
	"github.com/lad-hub/lad/internal/identity"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/platform/secret"
)

// place is where a bench keeps its throw-away database.
type place struct {
	engine db.Engine
	dir    string
	dsn    string
	end    func()
}

// newPlace makes a folder, and on PostgreSQL an empty server in it unless dsn names one.
func newPlace(ctx context.Context, o Options, engine db.Engine) (*place, error) {
	dir, err := os.MkdirTemp(o.Dir, "lad-bench-*")
	if err != nil {
		return nil, err
	}
	p := &place{engine: engine, dir: dir, end: func() { _ = os.RemoveAll(dir) }}
	if engine == db.SQLite {
		return p, nil
	}
	if p.dsn = o.Database; p.dsn == "" {
		err = p.startPostgres(ctx)
	}
	if err != nil {
		p.end()
		return nil, err
	}
	return p, nil
}

// postgresProgram finds a program of the PostgreSQL server, which is often outside PATH.
func postgresProgram(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin/", "/opt/homebrew/opt/postgresql*/bin/", "/usr/local/opt/postgresql*/bin/"} {
		if found, _ := filepath.Glob(pattern + name); len(found) > 0 {
			return found[len(found)-1], nil
		}
	}
	return "", fmt.Errorf("%s not found: install PostgreSQL 15 or newer, or name a server with --database", name)
}

// startPostgres makes a server of this bench's own with the defaults of the engine: fsync and synchronous_commit on.
func (p *place) startPostgres(ctx context.Context) error {
	initdb, err := postgresProgram("initdb")
	if err != nil {
		return err
	}
	ctl, err := postgresProgram("pg_ctl")
	if err != nil {
		return err
	}
	psql, err := postgresProgram("psql")
	if err != nil {
		return err
	}
	run, err := p.asServer()
	if err != nil {
		return err
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	data := filepath.Join(p.dir, "data")
	options := fmt.Sprintf("-p %d -k %s -c listen_addresses=127.0.0.1 -c max_connections=200 -c shared_buffers=512MB", port, p.dir)
	for _, args := range [][]string{
		{initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"},
		{ctl, "-D", data, "-w", "-l", filepath.Join(p.dir, "log"), "-o", options, "start"},
		{psql, "-q", "-h", p.dir, "-p", strconv.Itoa(port), "-U", "postgres", "-d", "postgres", "-c", "create role lad login", "-c", "create database lad owner lad"},
	} {
		if err := run(ctx, args...); err != nil {
			return err
		}
	}
	remove := p.end
	p.end = func() {
		_ = run(context.WithoutCancel(ctx), ctl, "-D", data, "-m", "immediate", "stop")
		remove()
	}
	p.dsn = fmt.Sprintf("postgres://lad@127.0.0.1:%d/lad?sslmode=disable", port)
	return nil
}

// asServer runs programs as the user postgres when this process is root, since the server refuses to be root.
func (p *place) asServer() (func(context.Context, ...string) error, error) {
	var attr *syscall.SysProcAttr
	if os.Getuid() == 0 {
		u, err := user.Lookup("postgres")
		if err != nil {
			return nil, err
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2, os.Chown(p.dir, int(uid), int(gid))); err != nil {
			return nil, err
		}
		attr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	return func(ctx context.Context, args ...string) error {
		log, err := os.OpenFile(filepath.Join(p.dir, "set-up.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
		if err != nil {
			return err
		}
		defer func() { _ = log.Close() }()
		cmd := exec.CommandContext(ctx, args[0], args[1:]...)
		cmd.Dir, cmd.SysProcAttr, cmd.Stdout, cmd.Stderr = "/", attr, log, log
		if err := cmd.Run(); err != nil {
			said, _ := os.ReadFile(log.Name())
			return fmt.Errorf("%s: %w: %s", filepath.Base(args[0]), err, strings.TrimSpace(string(said)))
		}
		return nil
	}, nil
}

func freePort() (int, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return ln.Addr().(*net.TCPAddr).Port, ln.Close()
}

// options builds the program on this place.
func (p *place) options() app.Options {
	return app.Options{Database: db.Options{Path: filepath.Join(p.dir, "lad.db"), DSN: p.dsn}, Migrate: true, KeyFile: filepath.Join(p.dir, "lad.key"), AllowPrivate: true}
}

// hub is the whole program, serving on loopback, with a token that may do everything.
type hub struct {
	*app.App
	addr  string
	token string
	stop  func()
}

// newHub opens the program on a place with a seeded shop and serves it.
func newHub(ctx context.Context, p *place, skus, connections int, each qty.Qty) (*hub, error) {
	return openHub(ctx, p.options(), skus, connections, each)
}

func openHub(ctx context.Context, o app.Options, skus, connections int, each qty.Qty) (*hub, error) {
	a, err := app.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	h := &hub{App: a}
	if h.token, err = h.found(ctx); err != nil {
		return nil, errors.Join(err, a.Close(ctx))
	}
	if err := seedShop(ctx, a, skus, connections, each); err != nil {
		return nil, errors.Join(err, a.Close(ctx))
	}
	return h, h.serve(ctx)
}

// found creates the shop, its owner and a token of the owner's.
func (h *hub) found(ctx context.Context) (string, error) {
	in, err := h.Identity.Found(ctx, identity.SetupInput{Shop: "Bench", Language: "uk", Currency: "UAH", Zone: "Europe/Kyiv", Email: "bench@example.com", Name: "Bench", Password: "correct horse battery staple"})
	if err != nil {
		return "", err
	}
	owner := access.Actor{Tenant: tenant, Kind: access.Person, ID: in.Account.ID, Granted: map[access.Permission]bool{}}
	for _, p := range access.All {
		owner.Granted[p] = true
	}
	_, text, err := h.Identity.CreateToken(ctx, owner, identity.TokenInput{Name: "bench", Scopes: access.All})
	return text.Reveal(), err
}

var _ secret.Text // tokens travel hidden until Reveal

func (h *hub) serve(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	ready := make(chan string, 1)
	done := make(chan error, 1)
	go func() {
		done <- h.Serve(ctx, app.ServeOptions{Addr: "127.0.0.1:0", PerSecond: -1, Ready: func(url, _ string) { ready <- url }})
	}()
	h.stop = func() {
		cancel()
		<-done
		_ = h.Close(context.WithoutCancel(ctx))
	}
	select {
	case url := <-ready:
		h.addr = strings.TrimPrefix(url, "http://")
		return nil
	case err := <-done:
		cancel()
		done <- err
		return err
	case <-time.After(30 * time.Second):
		cancel()
		return errors.New("the program did not start within 30 s")
	}
}

// rssMB is the resident memory of a process in MB, 0 where the system does not tell.
func rssMB(pid int) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 64)
			return kb / 1024
		}
	}
	return 0
}
