package connector_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/lad-hub/lad/connector"
)

func TestStatusError(t *testing.T) {
	t.Parallel()
	cases := map[int][2]connector.Kind{ // status → kind of a read, of a write
		200: {}, 204: {}, 302: {connector.KindSettings, connector.KindSettings}, 400: {connector.KindPermanent, connector.KindPermanent},
		401: {connector.KindAuth, connector.KindAuth}, 403: {connector.KindDenied, connector.KindDenied},
		404: {connector.KindPermanent, connector.KindPermanent}, 408: {connector.KindTransient, connector.KindUnknown},
		429: {connector.KindLimited, connector.KindLimited}, 500: {connector.KindTransient, connector.KindUnknown},
		503: {connector.KindTransient, connector.KindUnknown}, 599: {connector.KindTransient, connector.KindUnknown},
	}
	for status, kinds := range cases {
		for i, write := range []bool{false, true} {
			var got connector.Kind
			if e := connector.StatusError(status, nil, write); e != nil {
				got = e.Kind
			}
			if got != kinds[i] {
				t.Errorf("status %d, write %v: kind %q, want %q", status, write, got, kinds[i])
			}
		}
	}
}

func TestRetryAfterHeader(t *testing.T) {
	t.Parallel()
	date := "Fri, 02 Oct 2026 12:00:00 GMT"
	cases := map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "0.5": 500 * time.Millisecond, "-1": 0, "99999999": 24 * time.Hour, "soon": 0, "NaN": 0,
		"Fri, 02 Oct 2026 12:01:00 GMT": time.Minute, "Fri, 02 Oct 2026 11:00:00 GMT": 0,
	}
	for in, want := range cases {
		e := connector.StatusError(429, http.Header{"Retry-After": {in}, "Date": {date}}, false)
		if got := connector.RetryAfter(e); got != want {
			t.Errorf("Retry-After %q: pause %v, want %v", in, got, want)
		}
	}
}

func TestSendError(t *testing.T) {
	t.Parallel()
	lost := &url.Error{Op: "Put", URL: "https://shop.example.com/x?phone=380671112233", Err: context.DeadlineExceeded}
	dial := &url.Error{Op: "Put", URL: "https://shop.example.com/", Err: &net.OpError{Op: "dial", Err: errors.New("refused")}}
	cases := []struct {
		err   error
		write bool
		want  connector.Kind
	}{
		{lost, false, connector.KindTransient}, {lost, true, connector.KindUnknown}, {dial, true, connector.KindTransient},
		{errors.New("x"), true, connector.KindUnknown},
	}
	for _, c := range cases {
		e := connector.SendError(c.err, c.write)
		if e.Kind != c.want || strings.Contains(e.Error(), "380671112233") {
			t.Errorf("%v, write %v: %v, want kind %s without the query", c.err, c.write, e, c.want)
		}
	}
	if e := connector.SendError(lost, true); !errors.Is(e, context.DeadlineExceeded) || !strings.Contains(e.Message, "shop.example.com") {
		t.Errorf("%v: want the host and the cause", e)
	}
}

func TestCancelStatus(t *testing.T) {
	t.Parallel()
	byReason := connector.Info{
		Statuses: []connector.Status{{Code: "42", Stage: connector.StageCancelled}, {Code: "40", Stage: connector.StageCancelled}},
		Targets:  map[connector.Stage]string{connector.StageCancelled: "40"},
		CancelReasons: []connector.CancelReason{
			{Reason: connector.ReasonOutOfStock, Code: "42"}, {Reason: connector.ReasonPrice, Code: "price"}, {Reason: connector.ReasonOther, Code: "40"},
		},
	}
	for reason, want := range map[connector.Reason]string{
		connector.ReasonOutOfStock: "42", connector.ReasonPrice: "40", connector.ReasonFraud: "40", "": "40",
	} {
		if got, _ := byReason.CancelStatus(reason); got != want {
			t.Errorf("reason %q: status %q, want %q", reason, got, want)
		}
	}
	if got, _ := (connector.Info{}).CancelStatus(connector.ReasonOther); got != "" {
		t.Errorf("a channel without cancellation: %q", got)
	}
}
