package httpx

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Bounds of the server. Bodies have their own, see MaxBody; so have streams.
const (
	HeaderTimeout  = 5 * time.Second
	IdleTimeout    = 2 * time.Minute
	WriteTimeout   = time.Minute
	MaxHeaderBytes = 64 << 10
	// ShutdownTime is how long requests under way may take after the stop.
	ShutdownTime = 15 * time.Second
)

// Server serves HTTP until it is told to stop.
type Server struct {
	srv   *http.Server
	grace time.Duration
}

// NewServer makes a server. stopping is called once when the stop begins: it ends what would never end by itself, such as
// event streams; nil when there is nothing.
func NewServer(h http.Handler, log *slog.Logger, stopping func()) *Server {
	s := &Server{grace: ShutdownTime, srv: &http.Server{
		Handler:           h,
		ReadHeaderTimeout: HeaderTimeout,
		WriteTimeout:      WriteTimeout,
		IdleTimeout:       IdleTimeout,
		MaxHeaderBytes:    MaxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}}
	if stopping != nil {
		s.srv.RegisterOnShutdown(stopping)
	}
	return s
}

// Run serves until ctx ends, then takes no new requests, waits for those under way up to ShutdownTime and cuts the rest. It
// answers nil after a stop that cut nothing.
func (s *Server) Run(ctx context.Context, ln net.Listener) error {
	failed := make(chan error, 1)
	go func() { failed <- s.srv.Serve(ln) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	// The stop has its own time: ctx is over already.
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.grace)
	defer cancel()
	err := s.srv.Shutdown(stop)
	if err != nil {
		err = errors.Join(err, s.srv.Close())
	}
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
