package rehearsal

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// alone runs a simulator until the test ends and answers its settings and its buyers' orders.
func alone(t *testing.T, a Alone) (map[string]string, <-chan string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ready, bought, ended := make(chan map[string]string, 1), make(chan string, 1000), make(chan error, 1)
	a.Addr, a.Currency = "127.0.0.1:0", "UAH"
	a.Ready = func(s map[string]string) { ready <- s }
	a.Bought = func(id string) { bought <- id }
	go func() { ended <- a.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	select {
	case s := <-ready:
		return s, bought
	case err := <-ended:
		ended <- nil
		t.Fatal(err)
		return nil, nil
	}
}

func ask(t *testing.T, method, address string, header map[string]string, form url.Values) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range header {
		req.Header.Set(name, v)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// A simulated channel that runs alone answers with the settings it tells, and its buyers come.
func TestAlone(t *testing.T) {
	t.Parallel()
	s, bought := alone(t, Alone{Name: "prom", Offers: 5, Every: time.Millisecond})
	id := <-bought
	status, body := ask(t, http.MethodGet, s["base_url"]+"/orders/list", map[string]string{"Authorization": "Bearer " + s["token"]}, nil)
	if status != http.StatusOK || !strings.Contains(body, id) || !strings.Contains(body, "SIM-0000") {
		t.Errorf("%d, order %s is not in %.300s", status, id, body)
	}
}

// Faults strike a simulator that runs alone; an account of BaseLinker has goods.
func TestAloneAccountAndFaults(t *testing.T) {
	t.Parallel()
	form := url.Values{"method": {"getOrderStatusList"}}
	s, _ := alone(t, Alone{Name: "baselinker", Offers: 3, Orders: 2})
	header := map[string]string{"X-BLToken": s["token"], "Content-Type": "application/x-www-form-urlencoded"}
	if status, body := ask(t, http.MethodPost, s["url"], header, form); status != http.StatusOK || !strings.Contains(body, `"SUCCESS"`) {
		t.Errorf("%d %.300s", status, body)
	}
	s, _ = alone(t, Alone{Name: "baselinker", Faults: map[string]int64{"status_5xx": 100}})
	if status, _ := ask(t, http.MethodPost, s["url"], header, form); status != http.StatusServiceUnavailable {
		t.Errorf("with the fault the answer is %d", status)
	}
}

// What can not be simulated is said with what can.
func TestAloneRefuses(t *testing.T) {
	t.Parallel()
	for want, a := range map[string]Alone{"there are: allegro, baselinker": {Name: "nobody"}, "a fault is one of": {Name: "prom", Faults: map[string]int64{"status_5xx": 101}}} {
		if err := a.Run(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
}
