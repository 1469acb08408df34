package rozetka

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// envelope wraps every answer; the HTTP status is 200 even on failure.
type envelope struct {
	Success *bool           `json:"success"`
	Errors  json.RawMessage `json:"errors"`
}

// failure is the usual shape of errors.
type failure struct {
	Message     wire.Text       `json:"message"`
	Description wire.Text       `json:"description"`
	Code        wire.Text       `json:"code"`
	Details     json.RawMessage `json:"details"`
}

// maintenancePause is how long to leave Rozetka alone when it says that it is being serviced.
const maintenancePause = 10 * time.Minute

// open judges an answer and reads it into out. The code inside says more than the HTTP status, so it is looked at first.
func open(a wire.Answer, write bool, out any) *connector.Error {
	httpError := a.Err()
	var env envelope
	if e := a.Decode(&env); e != nil {
		if httpError != nil {
			return httpError
		}
		return e
	}
	if httpError != nil {
		var f failure
		if len(env.Errors) > 0 && json.Unmarshal(env.Errors, &f) == nil && f.Code != "" && httpError.Kind == connector.KindPermanent {
			return f.typed(write)
		}
		if f.Code != "" {
			httpError.Code, httpError.Message = string(f.Code), wire.First(f.words(), httpError.Message)
		}
		return httpError
	}
	if env.Success == nil {
		return a.Unclear("Rozetka answered without saying success or failure")
	}
	if !*env.Success {
		return failed(a, env, write, out)
	}
	return a.Decode(out)
}

// perItem is an answer type that understands errors keyed by item id.
type perItem interface {
	itemErrors(map[string]json.RawMessage)
}

// failed reads errors: {"message","code"} of the whole call, or, for a bulk write, one entry per item.
func failed(a wire.Answer, env envelope, write bool, out any) *connector.Error {
	var f failure
	_ = json.Unmarshal(env.Errors, &f) // a shape of its own leaves f empty
	if f.Code == "" && f.words() == "" {
		var byID map[string]json.RawMessage
		if sink, ok := out.(perItem); ok && json.Unmarshal(env.Errors, &byID) == nil && len(byID) > 0 {
			sink.itemErrors(byID)
			return nil
		}
		return a.Unclear("Rozetka refused without a reason: %s", wire.Clip(string(env.Errors)))
	}
	return f.typed(write)
}

func (f failure) words() string {
	s := wire.First(f.Message, f.Description)
	if d := strings.Trim(string(f.Details), `"[]{} `); d != "" && d != "null" {
		s = strings.TrimSpace(s + " (" + d + ")")
	}
	return wire.Clip(s)
}

// typed maps a code of the API sheet, part 3.
func (f failure) typed(write bool) *connector.Error {
	e := &connector.Error{Kind: connector.KindPermanent, Code: string(f.Code), Message: wire.First(f.words(), "Rozetka refused without a reason")}
	unclear := connector.KindTransient
	if write {
		unclear = connector.KindUnknown
	}
	switch f.Code {
	case "0", "1003", "1015":
		e.Kind = unclear
	case "5503":
		e.Kind, e.RetryAfter = unclear, maintenancePause
	case "1031", "3002", "3003":
		e.Kind = connector.KindTransient
	case "1010":
		e.Kind = connector.KindDenied
	case "1004", "1018", "1020", "5401", "6001":
		e.Kind = connector.KindAuth
	}
	return e
}

// sessionOver says whether a new login may help.
func sessionOver(e *connector.Error) bool {
	if e.Kind != connector.KindAuth {
		return false
	}
	switch e.Code {
	case "401", "5401", "6001", "1018":
		return true
	}
	return false
}

// notFound says that one entity does not exist (not that the route does not).
func notFound(err error) bool {
	e := wire.AsError(err)
	return e.Kind == connector.KindPermanent && (e.Code == "1019" || e.Code == "1404" || e.Code == "404")
}
