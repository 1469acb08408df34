package app

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/api"
	"github.com/lad-hub/lad/internal/api/connectorphp"
	"github.com/lad-hub/lad/internal/customers"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui"
)

// maxHook bounds the body of a webhook.
const maxHook = 2 << 20

// ServeOptions say where and for whom to serve.
type ServeOptions struct {
	Addr    string
	Proxies []string
	// Ready is told the address, and the one-time set-up link when nobody has an account yet.
	Ready func(url, setup string)
	// Authenticate finds who asks in place of sessions and tokens; nil is the normal way. For the demo.
	Authenticate func(*http.Request) (context.Context, error)
	// Extra registers routes of the caller: the demo's controls.
	Extra func(*httpx.Router)
	// PerSecond and Burst bound one client address; 0 means the default, negative no bound.
	PerSecond float64
}

// Default bound of requests of one address: far above a busy team behind one router, far below what hurts.
const (
	perSecond = 200
	burst     = 400
)

// Serve runs background work and the web server until ctx ends.
func (a *App) Serve(ctx context.Context, o ServeOptions) error {
	rt, err := a.Router(o)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", o.Addr)
	if err != nil {
		return errs.Wrap(errs.Unavailable, err, "error.app.listen", "addr", o.Addr)
	}
	setup, err := a.setupLink(ctx, "http://"+ln.Addr().String())
	if err != nil {
		return err
	}
	if err := a.Start(ctx); err != nil {
		return err
	}
	if o.Ready != nil {
		o.Ready("http://"+ln.Addr().String(), setup)
	}
	return httpx.NewServer(rt, a.Log, a.Live.Close).Run(ctx, ln)
}

func (a *App) setupLink(ctx context.Context, base string) (string, error) {
	if a.PublicURL != "" {
		base = a.PublicURL
	}
	token, needed, err := a.Identity.SetupLink(ctx)
	if err != nil || !needed {
		return "", err
	}
	return base + "/setup/" + string(token), nil
}

// Router builds every route of the program.
func (a *App) Router(o ServeOptions) (*httpx.Router, error) {
	proxies, err := httpx.ParseProxies(o.Proxies)
	if err != nil {
		return nil, err
	}
	rate, most := float64(perSecond), burst
	if o.PerSecond != 0 {
		rate, most = max(o.PerSecond, 0), int(2*max(o.PerSecond, 0))
	}
	authenticate := a.Identity.Authenticate
	if o.Authenticate != nil {
		authenticate = o.Authenticate
	}
	rt := httpx.NewRouter(httpx.Config{
		Log: a.Log, Clock: a.Clock, Proxies: proxies, PerSecond: rate, Burst: most, Authenticate: authenticate,
		Problems: httpx.Problems{Log: a.Log, Translate: i18n.T, Page: ui.Problem},
	})
	(&api.API{DB: a.DB, Catalog: a.Catalog, Stock: a.Stock, Customers: a.Customers, Tasks: a.Tasks, Orders: a.Orders, Connections: a.Connections, Webhooks: a.Webhooks, Box: a.Box,
		Phone: func(raw string) string { return customers.Phone(raw, a.Region) }, Currency: tenants{}.Currency, News: a.News.Next}).Register(rt)
	connectorphp.New(a.connectorPHP()).Register(rt)
	ui.Register(rt, a.console())
	a.registerHooks(rt)
	a.registerFeeds(rt)
	a.registerHealth(rt)
	if o.Extra != nil {
		o.Extra(rt)
	}
	return rt, nil
}

func hookPath(r *http.Request) (t db.Tenant, connection int64, err error) {
	tenant, err1 := strconv.ParseInt(r.PathValue("tenant"), 10, 64)
	connection, err2 := strconv.ParseInt(r.PathValue("connection"), 10, 64)
	if err1 != nil || err2 != nil || tenant <= 0 {
		return 0, 0, errs.New(errs.NotFound, "error.not_found")
	}
	return db.Tenant(tenant), connection, nil
}

// registerHooks takes the channels' calls. The address holds a secret of the connection; the answer is 200 only once the body
// is stored.
func (a *App) registerHooks(rt *httpx.Router) {
	handle := func(w http.ResponseWriter, r *http.Request) error {
		tenant, connection, err := hookPath(r)
		if err != nil {
			return err
		}
		body, err := httpx.ReadBody(r, maxHook)
		if errs.Is(err, errs.TooLarge) {
			return errors.Join(err, a.Connections.HookTooLarge(r.Context(), tenant, connection, r.PathValue("secret")))
		}
		if err != nil {
			return err
		}
		if err := a.Connections.Hook(r.Context(), tenant, connection, r.PathValue("secret"), r.Header, body); err != nil {
			return err
		}
		w.WriteHeader(http.StatusOK)
		return nil
	}
	for _, method := range []string{"POST", "PUT"} {
		rt.Handle(method+" /hooks/{tenant}/{connection}/{secret}", httpx.Public(), handle, httpx.MaxBody(maxHook))
	}
}

// registerHealth answers whether the process lives and whether it can work.
func (a *App) registerHealth(rt *httpx.Router) {
	rt.Handle("GET /healthz", httpx.Public(), func(w http.ResponseWriter, _ *http.Request) error {
		return httpx.WriteJSON(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	rt.Handle("GET /readyz", httpx.Public(), func(w http.ResponseWriter, r *http.Request) error {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if err := a.DB.Write(ctx, db.System, func(tx *db.Tx) error { return nil }); err != nil {
			return errs.Wrap(errs.Unavailable, err, "error.db.gone")
		}
		return httpx.WriteJSON(w, http.StatusOK, map[string]string{"status": "ready"})
	})
	rt.Mount("GET /metrics", httpx.Needs(access.SystemRead), a.metrics())
}
