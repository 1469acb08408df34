package connectortest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/connector/infocheck"
)

type roundTrip func(*http.Request) (*http.Response, error)

// RoundTrip calls f.
func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// wire is the HTTP transport between driver and outside; a fault on it hits every request until it is taken off.
type wire struct {
	next  http.RoundTripper
	mu    sync.Mutex
	fault func(*http.Request, http.RoundTripper) (*http.Response, error)
}

// RoundTrip passes the request on, through the fault if there is one.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	fault := w.fault
	w.mu.Unlock()
	if fault != nil {
		return fault(r, w.next)
	}
	return w.next.RoundTrip(r)
}

func (w *wire) set(f func(*http.Request, http.RoundTripper) (*http.Response, error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault = f
}

// answer replaces the outside's answer; the request never arrives.
func answer(status int, body string, header ...string) func(*http.Request, http.RoundTripper) (*http.Response, error) {
	return func(r *http.Request, _ http.RoundTripper) (*http.Response, error) {
		resp := &http.Response{
			StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
			Header: http.Header{"Content-Type": {"application/json"}, "Date": {"Fri, 02 Oct 2026 12:00:00 GMT"}},
			Body:   io.NopCloser(bytes.NewReader([]byte(body))), ContentLength: int64(len(body)),
		}
		for i := 0; i+1 < len(header); i += 2 {
			resp.Header.Set(header[i], header[i+1])
		}
		return resp, nil
	}
}

// half lets the request arrive and cuts the answer in the middle.
func half(r *http.Request, next http.RoundTripper) (*http.Response, error) {
	resp, err := next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	resp.Body.Close()
	resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(b[:len(b)/2]), failing{}))
	return resp, nil
}

type failing struct{}

// Read fails as a connection that was cut.
func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// hang lets the request arrive and never answers.
func hang(r *http.Request, next http.RoundTripper) (*http.Response, error) {
	if resp, err := next.RoundTrip(r); err == nil {
		resp.Body.Close()
	}
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// refuse is a host nobody listens on: the request surely did not arrive.
func refuse(*http.Request, http.RoundTripper) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
}

type fault struct {
	name  string
	apply func(*http.Request, http.RoundTripper) (*http.Response, error)
	read  []connector.Kind
	write []connector.Kind
	pause time.Duration // RetryAfter wanted
}

// page is what a broken proxy says.
const page = "<!DOCTYPE html><html><body>Something went wrong</body></html>"

func faults() []fault {
	transient, unknown := []connector.Kind{connector.KindTransient}, []connector.Kind{connector.KindUnknown}
	unread := []connector.Kind{connector.KindTransient, connector.KindData}
	limited, auth := []connector.Kind{connector.KindLimited}, []connector.Kind{connector.KindAuth}
	shut := []connector.Kind{connector.KindDenied, connector.KindAuth} // a channel may say 403 to credentials that are dead
	huge := `{"padding":"` + string(bytes.Repeat([]byte("x"), 10<<20)) + `"}`
	return []fault{
		{"429 with seconds", answer(429, `{}`, "Retry-After", "7"), limited, limited, 7 * time.Second},
		{"429 with a date", answer(429, page, "Retry-After", "Fri, 02 Oct 2026 12:00:30 GMT"), limited, limited, 30 * time.Second},
		{"429 without a pause", answer(429, ""), limited, limited, 0},
		{"500", answer(500, `{"error":"oops"}`), transient, unknown, 0},
		{"502 with a web page", answer(502, page), transient, unknown, 0},
		{"503", answer(503, "maintenance"), transient, unknown, 0},
		{"401", answer(401, page), auth, auth, 0},
		{"403", answer(403, `{"message":"no rights"}`), shut, shut, 0},
		{"no answer", hang, transient, unknown, 0},
		{"connection refused", refuse, transient, transient, 0},
		{"half an answer", half, transient, unknown, 0},
		{"broken JSON", answer(200, `{"orders":[{"id":1,`), unread, unknown, 0},
		{"empty answer", answer(200, ""), unread, unknown, 0},
		{"web page", answer(200, page), unread, unknown, 0},
		{"10 MB", answer(200, huge), unread, unknown, 0},
	}
}

// operation is one call of a capability, prepared so that only its own request is left to make. It says how much success it
// reported besides its error. One whose hooks are missing is left out: LevelFull has refused that before.
type operation struct {
	name  string
	write bool
	run   func(ctx context.Context) (successes int, err error)
}

func (st *stand) operations() []operation {
	ops := []operation{{"Check", false, func(ctx context.Context) (int, error) { _, err := st.ch.Check(ctx); return 0, err }}}
	var order, offer string
	if src, ok := ready[connector.OrderSource](st); ok {
		order = st.placeMany(1)[0]
		ops = append(ops,
			operation{"PullOrders", false, func(ctx context.Context) (int, error) { p, err := src.PullOrders(ctx, ""); return len(p.Orders), err }},
			operation{"ReadOrders", false, func(ctx context.Context) (int, error) {
				raws, err := src.ReadOrders(ctx, []string{order})
				return len(raws), err
			}})
	}
	if st.AddOffer != nil {
		offer = st.offer(pieces(5))
	}
	if src, ok := ready[connector.OfferSource](st); ok {
		ops = append(ops,
			operation{"ListOffers", false, func(ctx context.Context) (int, error) { p, err := src.ListOffers(ctx, ""); return len(p.Offers), err }},
			operation{"ReadOffers", false, func(ctx context.Context) (int, error) {
				offers, err := src.ReadOffers(ctx, []string{offer})
				return len(offers), err
			}})
	}
	return append(ops, st.writes(order, offer)...)
}

func (st *stand) writes(order, offer string) (ops []operation) {
	in := st.s.Driver.Info()
	if sink, ok := ready[connector.StockSink](st); ok && offer != "" {
		ops = append(ops, operation{"PushStock", true, func(ctx context.Context) (int, error) {
			r, err := sink.PushStock(ctx, []connector.StockUpdate{{OfferID: offer, Quantity: pieces(4)}})
			return countTaken(r), err
		}})
	}
	if sink, ok := ready[connector.PriceSink](st); ok && offer != "" {
		ops = append(ops, operation{"PushPrice", true, func(ctx context.Context) (int, error) {
			r, err := sink.PushPrice(ctx, []connector.PriceUpdate{{OfferID: offer, Price: connector.Money{Minor: 110_00, Currency: in.Currency}}})
			return countTaken(r), err
		}})
	}
	if sink, ok := ready[connector.StatusSink](st); ok && order != "" {
		ops = append(ops, operation{"PushStatus", true, func(ctx context.Context) (int, error) {
			first := infocheck.First(in)
			return 0, sink.PushStatus(ctx, connector.StatusChange{OrderID: order, From: first, To: in.Targets[connector.StageConfirmed]})
		}})
	}
	if sink, ok := ready[connector.TrackingSink](st); ok && order != "" {
		ops = append(ops, operation{"PushTracking", true, func(ctx context.Context) (int, error) {
			return 0, sink.PushTracking(ctx, order, "nova_poshta", waybill)
		}})
	}
	return ops
}

func countTaken(results []connector.ItemResult) (n int) {
	for _, r := range results {
		if taken(r) {
			n++
		}
	}
	return n
}

// warm makes the session's first calls, so that a fault hits the operation itself and not a login before it.
func (st *stand) warm() {
	st.t.Helper()
	if _, err := st.ch.Check(context.Background()); err != nil {
		st.t.Fatalf("Check: %v", err)
	}
	if src, ok := ready[connector.OfferSource](st); ok {
		if _, err := src.ListOffers(context.Background(), ""); err != nil {
			st.t.Fatalf("ListOffers: %v", err)
		}
	}
	if src, ok := ready[connector.OrderSource](st); ok {
		if _, err := src.PullOrders(context.Background(), ""); err != nil {
			st.t.Fatalf("PullOrders: %v", err)
		}
	}
}

// patience is how long an operation waits for an outside that does not answer.
const patience = 300 * time.Millisecond

// faults runs every operation through every fault: the right kind, no success reported, and the channel works again after.
func (s Subject) faults(t *testing.T) {
	t.Parallel()
	if s.start(t).Dialled {
		s.lineFaults(t)
		return
	}
	for _, f := range faults() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			st := s.start(t)
			for _, op := range st.operations() {
				st.warm()
				st.wire.set(f.apply)
				ctx, cancel := context.Background(), context.CancelFunc(func() {})
				if f.name == "no answer" {
					ctx, cancel = context.WithTimeout(ctx, patience)
				}
				n, err := op.run(ctx)
				cancel()
				st.wire.set(nil)
				kinds := f.read
				if op.write {
					kinds = f.write
				}
				st.wantKind(op.name, err, kinds...)
				if n > 0 {
					t.Errorf("%s reports %d successes", op.name, n)
				}
				if got := connector.RetryAfter(err); f.pause > 0 && got != f.pause {
					t.Errorf("%s: retry after %v, want %v", op.name, got, f.pause)
				}
			}
			st.warm()
		})
	}
	t.Run("meaningless JSON", s.meaningless)
}

// meaningless: valid JSON with status 200 that says nothing is no success and no data.
func (s Subject) meaningless(t *testing.T) {
	t.Parallel()
	st := s.start(t)
	for _, body := range []string{`{}`, `null`, `[]`, `"ok"`, `{"zz":1}`, `{"success":false}`, `{"status":"error"}`, `{"status":"STRANGE"}`} {
		for _, op := range st.operations() {
			st.warm()
			st.wire.set(answer(200, body))
			n, err := op.run(context.Background())
			st.wire.set(nil)
			items := op.name == "PushStock" || op.name == "PushPrice"
			if n > 0 || err == nil && !items {
				t.Errorf("%s answered with %s: %d successes, error %v", op.name, body, n, err)
			}
		}
	}
}

// token: the session ends in the middle of work.
func (s Subject) token(t *testing.T) {
	t.Parallel()
	st := s.start(t)
	if st.ExpireTokens == nil {
		return
	}
	for _, op := range st.operations() {
		if st.Recovers {
			st.warm()
		}
		st.ExpireTokens()
		_, err := op.run(context.Background())
		if !st.Recovers {
			st.wantKind(op.name+" with an expired token", err, connector.KindAuth)
		} else if err != nil {
			t.Errorf("%s after the token expired: %v", op.name, err)
		}
	}
}
