package opencart

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// protocol is the version this driver speaks.
const protocol = "1"

// envelope wraps every answer of the module.
type envelope struct {
	Protocol wire.Text       `json:"protocol"`
	Result   json.RawMessage `json:"result"`
	Error    *struct {
		Code    wire.Text `json:"code"`
		Message wire.Text `json:"message"`
		Time    wire.Text `json:"time"`
	} `json:"error"`
}

// call makes one call. A call that the shop took for late or early had no effect, so it is signed once more by the shop's clock.
func (c *channel) call(ctx context.Context, name string, body any, write bool, out any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return &connector.Error{Kind: connector.KindPermanent, Message: "request can not be written as JSON", Cause: err}
	}
	a, e := c.send(ctx, name, b, write)
	if e == nil {
		e = c.open(a, write, out)
	}
	if e != nil && e.Code == codeClock {
		if a, e = c.send(ctx, name, b, write); e == nil {
			e = c.open(a, write, out)
		}
	}
	if e != nil {
		return e
	}
	return nil
}

// send signs and posts the body. The bytes that are signed are those that travel: marshalling them again changes nothing.
func (c *channel) send(ctx context.Context, name string, body []byte, write bool) (wire.Answer, *connector.Error) {
	u := *c.address
	u.RawQuery += "&call=" + name
	at := strconv.FormatInt(c.cfg.Now().Add(c.offset).Unix(), 10)
	nonce := rand.Text()
	h := http.Header{}
	h.Set("X-Lad-Time", at)
	h.Set("X-Lad-Nonce", nonce)
	h.Set("X-Lad-Signature", sign(c.secret, http.MethodPost+"\n"+u.RequestURI()+"\n"+at+"\n"+nonce+"\n"+digest(body)))
	a, err := wire.Send(ctx, c.cfg.HTTP, wire.Call{
		Method: http.MethodPost, URL: u.String(), Header: h, Body: json.RawMessage(body), Write: write,
	})
	if err != nil {
		return a, wire.AsError(err)
	}
	return a, nil
}

func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

func sign(secret, text string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

// open judges an answer and reads its result into out. A hosting may replace the HTTP status, so the module's own code counts
// first; what is not from the module is judged by the status alone.
func (c *channel) open(a wire.Answer, write bool, out any) *connector.Error {
	var env envelope
	unread := a.Decode(&env)
	fromModule := unread == nil && env.Protocol != ""
	switch e := a.Err(); {
	case fromModule && env.Protocol != protocol:
		return connector.Errorf(connector.KindSettings, "the module in the shop speaks another version of the protocol: install the one that belongs to this Lad")
	case fromModule && env.Error != nil:
		return c.refusal(a, env, write)
	case a.Status == http.StatusNotFound || a.Status == http.StatusGone:
		return &connector.Error{Kind: connector.KindSettings, Code: strconv.Itoa(a.Status), Message: "the Lad module is not at this address: is it installed and the address whole?"}
	case a.Status == http.StatusServiceUnavailable:
		e.RetryAfter = 0 // OpenCart's page of maintenance says an hour, whatever the owner means: the usual pauses find the end sooner
		return e
	case e != nil:
		return e
	case unread != nil:
		return unread
	case !fromModule || len(env.Result) == 0 || env.Result[0] != '{':
		return a.Unclear("the answer is not one of the Lad module")
	}
	inner := a
	inner.Body = env.Result
	return inner.Decode(out)
}

// Codes of the protocol that mean something to the driver itself.
const (
	codeClock    = "clock"
	codeNotFound = "not_found"
)

// refusal makes the error of a code.
func (c *channel) refusal(a wire.Answer, env envelope, write bool) *connector.Error {
	said := env.Error
	e := &connector.Error{Kind: connector.KindPermanent, Code: string(said.Code), Message: wire.First(wire.Clip(string(said.Message)), "the shop refused without a reason")}
	switch e.Code {
	case codeClock:
		e.Kind = connector.KindAuth
		if at := said.Time.Number(); at > 0 {
			c.offset = time.Unix(at, 0).Sub(c.cfg.Now())
		}
	case "signature":
		e.Kind, e.Message = connector.KindAuth, "the secret is not the one on the module's page"
	case "off":
		e.Kind = connector.KindAuth
	case "replay", "failed":
		e.Kind = connector.Lost(write)
	case "unknown_call":
		e.Message = "the module in the shop is too old for this: install the one that belongs to this Lad"
	case "forbidden":
		e.Kind = connector.KindDenied
	case codeNotFound, "conflict", "invalid":
	default: // a code nobody has heard of proves no more than the status does
		if by := a.Err(); by != nil {
			e.Kind, e.RetryAfter = by.Kind, by.RetryAfter
		} else {
			e.Kind = connector.Lost(write)
		}
	}
	return e
}
