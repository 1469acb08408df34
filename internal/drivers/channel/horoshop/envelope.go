package horoshop

import (
	"encoding/json"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// envelope wraps every answer but those of hooks; the HTTP status is 200 almost always.
type envelope struct {
	Status   wire.Text       `json:"status"`
	Response json.RawMessage `json:"response"`
}

type refusal struct {
	Code    wire.Text  `json:"code"`
	Message wire.Words `json:"message"`
}

// list is an answer whose list must be there unless the shop says that it found nothing: only then is it empty, not missing.
type list interface{ empty() }

func foundNothing(out any) {
	if l, ok := out.(list); ok {
		l.empty()
	}
}

// open judges an answer by its status and reads the response into out. A status nobody has heard
// of proves nothing.
func open(a wire.Answer, function string, out any) *connector.Error {
	var env envelope
	if e := a.Decode(&env); e != nil {
		return e
	}
	var no refusal
	_ = json.Unmarshal(env.Response, &no) // a response without these is judged by the status alone
	words := wire.Clip(wire.First(string(no.Message), "the shop answered "+string(env.Status)+" without a reason"))
	refused := &connector.Error{Kind: connector.KindPermanent, Code: wire.First(string(no.Code), string(env.Status)), Message: words}
	switch env.Status {
	case "OK", "WARNING":
		if len(env.Response) == 0 || string(env.Response) == "null" {
			return a.Unclear("the shop answered %s without a response", string(env.Status))
		}
		return respond(a, env.Response, out)
	case "EMPTY":
		foundNothing(out)
		return nil
	case "UNAUTHORIZED", "AUTHORIZATION_ERROR":
		refused.Kind = connector.KindAuth
		return refused
	case "ERROR", "HTTP_ERROR":
		if aboutToken(words) {
			refused.Kind = connector.KindAuth
		}
		return refused
	case "UNDEFINED_FUNCTION":
		refused.Message = "this shop's version has no function " + function
		return refused
	case "EXCEPTION":
		e := a.Unclear("%s", words)
		e.Code = "EXCEPTION"
		return e
	}
	return a.Unclear("the shop answered with unknown status %q", string(env.Status))
}

// respond reads the response member kindly; PHP writes an empty object as an empty list.
func respond(a wire.Answer, response json.RawMessage, out any) *connector.Error {
	if string(response) == "[]" {
		foundNothing(out)
		return nil
	}
	inner := a
	inner.Body = response
	return inner.Decode(out)
}

// aboutToken finds the session's end in words, for versions that answer with a plain ERROR.
func aboutToken(words string) bool {
	w := strings.ToLower(words)
	for _, part := range []string{"token", "токен", "authori", "авториз"} {
		if strings.Contains(w, part) {
			return true
		}
	}
	return false
}

// logEntry is one record of a bulk write. Versions differ in the keys, so all are read.
type logEntry struct {
	Article wire.Text `json:"article"`
	OrderID wire.Text `json:"order_id"`
	Status  wire.Text `json:"status"`
	Message wire.Text `json:"message"`
	Info    []struct {
		Code    wire.Text `json:"code"`
		Message wire.Text `json:"message"`
	} `json:"info"`
}

// writeAnswer is the response of orders/update and catalog/import.
type writeAnswer struct {
	Log      []logEntry `json:"log"`
	Messages []logEntry `json:"messages"`
}

func (w writeAnswer) entries() []logEntry {
	if len(w.Log) > 0 {
		return w.Log
	}
	return w.Messages
}

// done says whether an entry reports success, and if not, why.
func (l logEntry) done() (ok bool, code, why string) {
	for _, i := range l.Info {
		if i.Code != "0" && i.Code != "" {
			return false, string(i.Code), wire.First(string(i.Message), "refused with code "+string(i.Code))
		}
	}
	switch strings.ToUpper(string(l.Status)) {
	case "OK":
		return true, "", ""
	case "":
		if len(l.Info) > 0 || strings.EqualFold(string(l.Message), "UPDATED") {
			return true, "", ""
		}
		return false, "", wire.First(string(l.Message), "refused without a reason")
	}
	return false, string(l.Status), wire.First(string(l.Message), "refused without a reason")
}
