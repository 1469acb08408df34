package simtest

import (
	"net/http/httptest"

	"github.com/lad-hub/lad/internal/sim"
)

// Serve serves a simulated shop at the server's URL, in the shop's own protocol when it has one.
func Serve(shop sim.Shop) *httptest.Server {
	l, ok := shop.(sim.Listener)
	if !ok {
		return httptest.NewServer(shop)
	}
	srv := httptest.NewUnstartedServer(shop)
	srv.URL = "http://" + srv.Listener.Addr().String()
	go func() { _ = l.Serve(srv.Listener) }() // it ends with the server
	return srv
}
